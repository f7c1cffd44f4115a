"""Photos of what was done: never compulsory, unless the county has switched it on for works on site."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from issues import services
from issues.errors import Forbidden, Refusal
from issues.files.photos import Photo, prepare
from issues.models import Evidence
from issues.moves import closing
from issues.policy import versions
from issues.terms import Status, Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, ask, do

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(settings, tmp_path) -> make.County:
    settings.MEDIA_ROOT = tmp_path
    return make.county()


def photo(colour: str = "green") -> Photo:
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return prepare(BytesIO(out.getvalue()), size=len(out.getvalue()), name="door.png")


def test_photo_when_added_by_the_handler_is_kept_once(county):
    issue = make.in_hand(county, MONDAY)

    services.add_evidence(issue.pk, [photo(), photo()], by=county["pr1"], at=MONDAY)
    services.add_evidence(issue.pk, [photo(), photo("red")], by=county["pr1"], at=MONDAY)

    assert list(Evidence.objects.values_list("round", "width", "added_by")) == [(0, 40, county["pr1"].pk)] * 2
    with pytest.raises(Forbidden):
        services.add_evidence(issue.pk, [photo()], by=county["vs1"], at=MONDAY)
    with pytest.raises(Refusal, match="at least one photo"):
        services.add_evidence(issue.pk, [], by=county["pr1"], at=MONDAY)


@pytest.mark.parametrize(("switched_on", "added", "closes"), [(False, False, True), (True, False, False), (True, True, True)])
def test_county_that_switched_it_on_closes_works_on_site_only_with_a_photo(county, switched_on, added, closes):
    if switched_on:
        text = versions.SHIPPED.read_text().replace("evidence_for_physical: false", "evidence_for_physical: true")
        versions.store(versions.with_values(text, id="with-photos"), active_from=MONDAY, signed_by="", at=MONDAY)
    issue = make.in_hand(county, MONDAY)
    if added:
        services.add_evidence(issue.pk, [photo()], by=county["pr1"], at=MONDAY)
    do(issue, Verb.RESOLVE, county["pr1"], MONDAY)
    do(issue, Verb.VERIFY, county["gm1"], MONDAY)
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")

    assert (issue.status == Status.CLOSED) is closes
    if not closes:
        assert closing.missing(issue, MONDAY)[0].startswith("The county asks for a photo of works on site")
