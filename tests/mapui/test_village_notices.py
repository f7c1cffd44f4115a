"""公示: the village writes, the township releases, everybody reads; nothing is edited, and either takes it down."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from grids.models import Area
from issues import throttle
from issues.community import public_notices
from issues.community.public_notices import Words
from issues.errors import Conflict, Forbidden, OutOfScope, Refusal
from issues.models import PublicNotice, PublicNoticeStep
from issues.tasks import purge_public_notices
from issues.throttle import Limit
from representatives.models import Person
from representatives.roles import POSTS, Page, Role
from tests.mapui import scene as sc
from tests.mapui.scene import PHONE, START, Scene
from tests.representatives.factories import post

pytestmark = pytest.mark.usefixtures("own_limits")
TITLE, TEXT = "饮水井消毒通知", "周五上午八点起停水半天。"
VS, TC = Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE


def words(*, days: tuple[int, int] = (0, 30), replaces: PublicNotice | None = None, text: str = TEXT, title: str = TITLE) -> Words:
    first, last = (localdate() + timedelta(days=day) for day in days)
    return Words(title=title, text=text, shown_from=first, shown_until=last, replaces=replaces)


def written(county: Scene, **said: Any) -> PublicNotice:
    return public_notices.write(uuid4(), county.town.village, words(**said), by=county[VS], at=now())


def decided(county: Scene, notice: PublicNotice, kind: str = "released", by: Role = TC, reason: str = "") -> PublicNoticeStep:
    return public_notices.decide(notice.pk, kind, reason=reason, by=county[by], at=now())


def released(county: Scene, **said: Any) -> PublicNotice:
    notice = written(county, **said)
    decided(county, notice)
    return notice


def shown(county: Scene, day: date | None = None) -> list[PublicNotice]:
    return list(PublicNotice.objects.under(county.town.village.path).shown_on(day or localdate()))


def far_village(county: Scene) -> Area:
    """A village of another township."""
    village = county.town["F"].parent
    assert village is not None
    return village


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def sent(**more: str) -> dict[str, str]:
    today = localdate()
    days = {"shown_from": f"{today:%Y-%m-%d}", "shown_until": f"{today + timedelta(days=9):%Y-%m-%d}"}
    return {"key": str(uuid4()), "title": TITLE, "text": TEXT, **days, **more}


def own_page(county: Scene) -> str:
    return f"/villages/{county.town.village.code}/notices/"


def new_page(county: Scene) -> str:
    return f"{own_page(county)}new/"


# --- the whole way ---


def test_notice_when_written_is_read_by_nobody_until_the_township_has_released_it(client: Client, county: Scene):
    visitor = Client()
    assert "The village has no notice at present." in visitor.get(own_page(county)).content.decode()

    assert as_(client, county[VS]).post(new_page(county), sent())["Location"] == "/villages/notices/"
    assert TEXT not in visitor.get(own_page(county)).content.decode()

    made = PublicNotice.objects.get()
    assert TEXT in as_(client, county[TC]).get("/villages/notices/").content.decode()
    client.post(f"/villages/notices/{made.pk}/release/")

    page = visitor.get(own_page(county)).content.decode()
    assert (TITLE in page, TEXT in page) == (True, True)
    assert county[VS].name not in page
    step = PublicNoticeStep.objects.get()
    assert (step.kind, step.role, step.by) == ("released", TC, county[TC])


def test_notice_when_sent_back_is_never_shown_and_its_writer_reads_why(client: Client, county: Scene):
    notice = written(county)

    decided(county, notice, "sent_back", reason="请写明停水的村民小组。")

    assert shown(county) == []
    assert "请写明停水的村民小组。" in as_(client, county[VS]).get("/villages/notices/?tab=decided").content.decode()
    with pytest.raises(Conflict):
        decided(county, notice)


@pytest.mark.parametrize("role", [VS, TC])
def test_notice_when_taken_down_by_either_is_gone_for_everybody(client: Client, county: Scene, role: Role):
    notice = released(county)

    as_(client, county[role]).post(f"/villages/notices/{notice.pk}/withdraw/", {"reason": "已恢复供水。"})

    assert shown(county) == []
    assert TEXT not in Client().get(own_page(county)).content.decode()
    with pytest.raises(Conflict):
        decided(county, notice, "taken_down", reason="再撤一次")


def test_notice_before_its_first_day_and_after_its_last_is_not_shown(county: Scene):
    today = localdate()
    notice = released(county, days=(1, 3))

    days = [day for day in range(6) if shown(county, today + timedelta(days=day)) == [notice]]

    assert days == [1, 2, 3]


def test_new_version_replaces_the_old_from_its_first_day_on_once_it_is_released(county: Scene):
    today = localdate()
    old = released(county, days=(0, 9))
    new = written(county, days=(2, 9), replaces=old, text="改为周六停水。")
    assert shown(county, today + timedelta(days=2)) == [old]

    decided(county, new)

    assert (shown(county), shown(county, today + timedelta(days=2))) == ([old], [new])
    decided(county, new, "taken_down", reason="不停水了。")
    assert shown(county, today + timedelta(days=2)) == []


# --- who may ---


def test_pages_of_the_roles_name_who_works_on_notices():
    assert {role for role in Role if Page.VILLAGE_NOTICES in POSTS[role].pages} == {VS, TC}


@pytest.mark.parametrize("role", [Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.SUPERVISION_OFFICE, Role.SYSTEM_ADMIN])
def test_other_roles_may_not_open_the_list_write_or_decide(client: Client, county: Scene, role: Role):
    notice = written(county)

    as_(client, county[role])
    statuses = [client.get("/villages/notices/").status_code, client.get(new_page(county)).status_code]
    statuses.append(client.post(f"/villages/notices/{notice.pk}/release/").status_code)

    assert statuses == [403, 403, 403]
    assert 'href="/villages/notices/"' not in client.get("/").content.decode()


def test_visitor_is_asked_to_log_in_where_staff_work(client: Client, county: Scene):
    assert client.get("/villages/notices/")["Location"].startswith("/login/")
    assert client.post(new_page(county), sent()).status_code == 302
    assert not PublicNotice.objects.exists()


def test_secretary_does_not_release_and_township_does_not_write(client: Client, county: Scene):
    notice = written(county)

    assert as_(client, county[VS]).post(f"/villages/notices/{notice.pk}/release/").status_code == 403
    assert as_(client, county[TC]).get(new_page(county)).status_code == 403
    assert client.post(new_page(county), sent()).status_code == 403
    with pytest.raises(Forbidden):
        public_notices.write(uuid4(), county.town.village, words(), by=county[TC], at=now())


def test_whoever_holds_both_posts_does_not_release_their_own(county: Scene):
    post(TC, county.town.township, county[VS], since=START)
    own = written(county)

    with pytest.raises(Forbidden, match="does not release"):
        decided(county, own, by=VS)
    assert shown(county) == []


def test_village_out_of_scope_is_not_found(client: Client, county: Scene):
    notice = written(county)
    far = post(VS, far_village(county), sc.person("外村书记"), since=START)
    as_(client, far)

    assert client.get(new_page(county)).status_code == 404
    assert client.post(f"/villages/notices/{notice.pk}/withdraw/", {"reason": "不妥"}).status_code == 404
    assert TITLE not in client.get("/villages/notices/").content.decode()
    with pytest.raises(OutOfScope):
        public_notices.decide(notice.pk, "taken_down", reason="不妥", by=far, at=now())


def test_version_of_another_village_can_not_be_replaced(client: Client, county: Scene):
    village = far_village(county)
    far = post(VS, village, sc.person("外村书记"), since=START)
    theirs = public_notices.write(uuid4(), village, words(), by=far, at=now())

    assert as_(client, county[VS]).get(f"{new_page(county)}?replaces={theirs.pk}").status_code == 404
    assert client.get(f"{new_page(county)}?replaces=x").status_code == 404
    with pytest.raises(OutOfScope):
        written(county, replaces=theirs)


@pytest.mark.parametrize("place", ["cell", "township", "nothing"])
def test_what_is_no_village_has_no_notices(client: Client, county: Scene, place: str):
    codes = {"cell": county.town["A"].code, "township": county.town.township.code, "nothing": "999"}

    assert client.get(f"/villages/{codes[place]}/notices/").status_code == 404


# --- what is refused ---


@pytest.mark.parametrize("field", ["title", "text"])
@pytest.mark.parametrize("said", ["", f"联系电话 {PHONE}", "卡号 6222021234567890123", "村里最近总出现陌生的小伙子,很可疑。"])
def test_words_that_must_not_be_public_are_refused_beside_their_field(client: Client, county: Scene, field: str, said: str):
    answer = as_(client, county[VS]).post(new_page(county), sent(**{field: said}))

    assert answer.status_code in (409, 422)
    assert f'id="id_{field}-errors"' in answer.content.decode()
    assert not PublicNotice.objects.exists()


@pytest.mark.parametrize("days", [(5, 4), (-9, -1), (0, 400)], ids=["ends first", "past", "too long"])
def test_days_that_make_no_sense_are_refused(county: Scene, days: tuple[int, int]):
    with pytest.raises(Refusal) as refused:
        written(county, days=days)

    assert refused.value.field == "shown_until"


@pytest.mark.parametrize("reason", ["", f"请打 {PHONE}", "长" * 301])
def test_step_without_a_reason_that_may_be_kept_is_refused_with_what_was_typed(client: Client, county: Scene, reason: str):
    notice = written(county)

    answer = as_(client, county[TC]).post(f"/villages/notices/{notice.pk}/return/", {"reason": reason})

    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()
    assert reason in answer.content.decode()
    assert not PublicNoticeStep.objects.exists()


def test_notice_whose_last_day_passed_while_it_waited_is_not_released(county: Scene):
    notice = written(county, days=(0, 1))

    with pytest.raises(Refusal, match="written again"):
        public_notices.decide(notice.pk, "released", by=county[TC], at=now() + timedelta(days=3))


def test_form_when_sent_twice_is_one_notice(client: Client, county: Scene):
    body = sent()

    assert [as_(client, county[VS]).post(new_page(county), body).status_code for _time in range(2)] == [302, 302]
    assert PublicNotice.objects.count() == 1


def test_secretary_who_writes_very_often_is_held_back_with_every_word_still_there(client: Client, county: Scene, monkeypatch):
    monkeypatch.setattr(throttle, "VILLAGE_NOTICE", Limit(f"few-{uuid4()}", throttle.parse("1 per hour")))
    as_(client, county[VS]).post(new_page(county), sent())

    last = client.post(new_page(county), sent())

    assert last.status_code == 429
    assert TEXT in last.content.decode()


# --- pages ---


def test_card_and_panel_of_cell_and_village_lead_to_the_notices(client: Client, county: Scene):
    link = f'href="{own_page(county)}"'

    for code in (county.town["A"].code, county.town.village.code):
        assert link in client.get(f"/cells/{code}/").content.decode()
        assert link in client.get(f"/panel/{code}/").content.decode()
    assert "/notices/" not in client.get(f"/cells/{county.town.township.code}/").content.decode().split("<main")[1]


def test_new_version_begins_from_the_words_of_the_old(client: Client, county: Scene):
    old = released(county)

    page = as_(client, county[VS]).get(f"{new_page(county)}?replaces={old.pk}").content.decode()
    client.post(f"{new_page(county)}?replaces={old.pk}", sent(text="改为周六停水。"))

    assert TEXT in page
    assert PublicNotice.objects.latest("pk").replaces == old


def test_notice_is_text_and_never_markup(client: Client, county: Scene):
    released(county, text="<script>alert(1)</script>")

    assert "<script>alert(1)" not in client.get(own_page(county)).content.decode()


@pytest.mark.parametrize("address", ["public", "waiting", "decided"])
def test_page_costs_the_same_statements_however_long_it_is(client: Client, county: Scene, address: str):
    as_(client, county[TC])
    page = own_page(county) if address == "public" else f"/villages/notices/?tab={address}"
    village, writer, spent = county.town.village, county[VS], []
    day = {"shown_from": localdate(), "shown_until": localdate(), "written_at": now()}
    for many in (3, 47):
        made = PublicNotice.objects.bulk_create(
            PublicNotice(area=village, path=village.path, by=writer, title=TITLE, text=TEXT, **day) for _one in range(many)
        )
        if address != "waiting":
            PublicNoticeStep.objects.bulk_create(
                PublicNoticeStep(notice=one, kind="released", by=county[TC], role=TC, at=now()) for one in made
            )
        with CaptureQueriesContext(connection) as asked:
            body = client.get(page).content.decode()
        spent.append(len(asked))
        assert body.count("<article") == min(many, 20)

    assert spent[0] == spent[1] <= 8


# --- kept, and erased ---


def test_rows_are_append_only_but_for_the_erasing_of_their_words(county: Scene):
    notice = released(county)
    step = PublicNoticeStep.objects.filter(notice=notice)

    for forbidden in (
        lambda: PublicNotice.objects.filter(pk=notice.pk).update(text="改过"),
        lambda: PublicNotice.objects.filter(pk=notice.pk).update(shown_until=localdate() + timedelta(days=99)),
        lambda: PublicNotice.objects.filter(pk=notice.pk).update(text="", erased_at=now()),
        lambda: PublicNotice.objects.filter(pk=notice.pk).delete(),
        lambda: step.update(kind="sent_back"),
        lambda: step.delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            forbidden()


def test_purge_erases_the_words_two_years_after_the_last_day_and_keeps_that_there_was_one(client: Client, county: Scene):
    notice = released(county, days=(0, 10))
    over = now() + timedelta(days=10)

    assert public_notices.purge(at=over + timedelta(days=729)) == 0
    assert public_notices.purge(at=over + timedelta(days=732)) == 1
    assert public_notices.purge(at=over + timedelta(days=732)) == 0

    notice.refresh_from_db()
    assert (notice.title, notice.text, notice.steps.get().kind) == ("", "", "released")
    assert shown(county) == []
    assert "The text was erased." in as_(client, county[TC]).get("/villages/notices/?tab=decided").content.decode()


def test_purge_when_asked_by_the_timetable_says_how_many(county: Scene):
    released(county)

    assert purge_public_notices() == "0 notices"
