"""The second factor: set up with an app's codes, asked for after the password, lost and taken away; required where a county wants it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp import models as otp
from django_otp.plugins.otp_totp.models import TOTPDevice

from representatives import second_factor
from representatives.models import Person
from representatives.roles import Role
from tests.mapui.scene import PASSWORD, Scene

pytestmark = pytest.mark.usefixtures("own_limits")
PAGE, SECOND = "/second-factor/", "/login/second/"
HALF_MINUTE = 30
START = 1_750_000_000


class Watch:
    """The time by which codes are judged."""

    now = float(START)

    def time(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(otp, "time", watch)
    return watch


@pytest.fixture
def code(watch: Watch) -> Callable[[Person], str]:
    """What the person's app shows at the next half minute."""

    def shown(person: Person) -> str:
        watch.now += HALF_MINUTE
        maker = TOTP(TOTPDevice.objects.get(user=person).bin_key)
        maker.time = watch.now
        return f"{maker.token():06d}"

    return shown


def set_up(client: Client, person: Person, code: Callable[[Person], str]) -> list[str]:
    """By its own page; the recovery codes."""
    client.force_login(person, backend="mapui.permissions.RoleBackend")
    client.post(PAGE, {"act": "begin"})
    page = client.post(PAGE, {"act": "confirm", "code": code(person)}).content.decode()
    return re.findall(r"<code>([a-z2-7]{8})</code>", page)


def log_in(client: Client, person: Person, **more: str) -> Any:
    return client.post("/login/", {"username": person.username, "password": PASSWORD, **more})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_page_shows_a_picture_for_the_app_and_once_confirmed_eight_codes_for_paper(county: Scene, client: Client, code):
    person = county[Role.VILLAGE_SECRETARY]
    client.force_login(person, backend="mapui.permissions.RoleBackend")
    assert "the password alone lets you in" in client.get(PAGE).content.decode()
    client.post(PAGE, {"act": "begin"})
    page = client.get(PAGE)
    assert "data:image/svg" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert not second_factor.is_on(person)

    codes = re.findall(r"<code>([a-z2-7]{8})</code>", client.post(PAGE, {"act": "confirm", "code": code(person)}).content.decode())

    assert len(set(codes)) == 8
    after = client.get(PAGE).content.decode()
    assert "8 recovery codes left" in after
    assert not any(one in after for one in codes)


def test_wrong_code_switches_nothing_on(county: Scene, client: Client, watch: Watch):
    person = county[Role.VILLAGE_SECRETARY]
    client.force_login(person, backend="mapui.permissions.RoleBackend")
    client.post(PAGE, {"act": "begin"})

    answer = client.post(PAGE, {"act": "confirm", "code": "000000"})

    assert answer.status_code == 409
    assert "does not fit" in answer.content.decode()
    assert not second_factor.is_on(person)


def test_password_alone_lets_nobody_in_who_has_a_second_factor(county: Scene, client: Client, code):
    person = county[Role.VILLAGE_SECRETARY]
    set_up(client, person, code)
    client.logout()

    answer = log_in(client, person, next="/queue/")

    assert (answer.status_code, answer["Location"]) == (302, SECOND)
    assert not is_in(client)
    assert client.get("/queue/").status_code == 302
    wrong = client.post(SECOND, {"code": "000000"})
    assert (wrong.status_code, is_in(client)) == (422, False)


def test_code_of_the_app_lets_in_and_leads_to_the_page_that_was_wanted(county: Scene, client: Client, code):
    person = county[Role.VILLAGE_SECRETARY]
    set_up(client, person, code)
    client.logout()
    log_in(client, person, next="/queue/")

    answer = client.post(SECOND, {"code": code(person)})

    assert (answer.status_code, answer["Location"], is_in(client)) == (302, "/queue/", True)


def test_code_is_not_taken_twice(county: Scene, client: Client, code, watch: Watch):
    person = county[Role.VILLAGE_SECRETARY]
    set_up(client, person, code)
    client.logout()
    log_in(client, person)
    shown = code(person)
    client.post(SECOND, {"code": shown})
    client.logout()
    log_in(client, person)

    assert client.post(SECOND, {"code": shown}).status_code == 422
    assert not is_in(client)


def test_recovery_code_lets_in_once_however_it_is_typed(county: Scene, client: Client, code):
    person = county[Role.VILLAGE_SECRETARY]
    one, *_rest = set_up(client, person, code)
    client.logout()
    log_in(client, person)
    assert client.post(SECOND, {"code": f" {one[:4].upper()}-{one[4:]} "}).status_code == 302
    assert is_in(client)
    client.logout()
    log_in(client, person)

    assert client.post(SECOND, {"code": one}).status_code == 422
    assert StaticToken.objects.count() == 7


def test_second_page_without_a_password_before_it_or_too_late_leads_back(county: Scene, client: Client, code, monkeypatch):
    person = county[Role.VILLAGE_SECRETARY]
    set_up(client, person, code)
    client.logout()
    assert client.get(SECOND)["Location"] == "/login/?ended=1"
    log_in(client, person)
    session = client.session
    session["second_factor_of"] = {**session["second_factor_of"], "at": session["second_factor_of"]["at"] - 601}
    session.save()

    assert client.post(SECOND, {"code": code(person)})["Location"] == "/login/?ended=1"
    assert not is_in(client)


def test_switching_off_and_fresh_codes_ask_for_a_code(county: Scene, client: Client, code):
    person = county[Role.VILLAGE_SECRETARY]
    before = set_up(client, person, code)
    assert client.post(PAGE, {"act": "off", "code": ""}).status_code == 409
    assert second_factor.is_on(person)

    fresh = client.post(PAGE, {"act": "codes", "code": code(person)}).content.decode()
    assert not set(before) & set(re.findall(r"<code>([a-z2-7]{8})</code>", fresh))
    client.post(PAGE, {"act": "off", "code": code(person)})

    assert not second_factor.is_on(person)
    assert not StaticToken.objects.exists()
    client.logout()
    log_in(client, person)
    assert is_in(client)


def test_wrong_codes_are_counted_though_nothing_else_is_kept(county: Scene, client: Client, code):
    person = county[Role.VILLAGE_SECRETARY]
    set_up(client, person, code)

    for _each in range(3):
        client.post(PAGE, {"act": "off", "code": "000000"})

    assert TOTPDevice.objects.get(user=person).throttling_failure_count == 1  # those after the first were not even looked at
    assert second_factor.is_on(person)


def test_administrator_takes_it_away_and_that_is_written_down(county: Scene, client: Client, code):
    person = county[Role.VILLAGE_SECRETARY]
    set_up(client, person, code)
    client.force_login(county[Role.SYSTEM_ADMIN], backend="mapui.permissions.RoleBackend")
    wanted = {"action": "take_second_factor_away", "_selected_action": [person.pk]}

    client.post(reverse("admin:representatives_person_changelist"), wanted)

    assert not second_factor.is_on(person)
    assert LogEntry.objects.filter(object_id=str(person.pk), change_message__contains="second factor").count() == 1


def test_organisation_department_takes_nothing_away(county: Scene, client: Client, code):
    person = county[Role.VILLAGE_SECRETARY]
    set_up(client, person, code)
    client.force_login(county[Role.ORGANISATION_OFFICE], backend="mapui.permissions.RoleBackend")

    client.post(
        reverse("admin:representatives_person_changelist"),
        {"action": "take_second_factor_away", "_selected_action": [person.pk]},
    )

    assert second_factor.is_on(person)


def test_where_it_is_required_nothing_opens_before_it_is_set_up(county: Scene, client: Client, code, settings):
    settings.SECOND_FACTOR = "required"
    person = county[Role.VILLAGE_SECRETARY]
    log_in(client, person)
    assert is_in(client)

    assert client.get("/queue/")["Location"] == PAGE
    assert client.post("/notices/read/", {}).status_code == 403
    client.post(PAGE, {"act": "begin"})
    client.post(PAGE, {"act": "confirm", "code": code(person)})

    assert client.get("/queue/").status_code == 200
    assert Client().get("/report/").status_code == 200  # residents have no account


def test_where_it_is_offered_a_page_costs_not_a_statement_more(county: Scene, client: Client, django_assert_num_queries):
    client.force_login(county[Role.VILLAGE_SECRETARY], backend="mapui.permissions.RoleBackend")
    client.get("/notices/count/")

    with django_assert_num_queries(2):
        client.get("/notices/count/")
