"""The Django admin: who may open it, what each role finds there, and postings refused beside their field."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils.timezone import localtime, now

from issues.models import Event, EventText, Issue, Requester, Submission
from mapui.permissions import CONFIGURES, permissions_of
from representatives.models import Assignment, Person
from representatives.roles import POSTS, Page, Role
from tests.representatives.factories import area, person, post

pytestmark = pytest.mark.django_db
ADD = "admin:representatives_assignment_add"


@pytest.fixture
def county():
    return area("K")


@pytest.fixture
def administrator(client, county):
    client.force_login(post(Role.SYSTEM_ADMIN, county))
    return client


@pytest.fixture
def office(client, county):
    client.force_login(post(Role.ORGANISATION_OFFICE, county))
    return client


def posting(who: Person, where: str, role: Role, *, since=None, until=None) -> dict[str, object]:
    """What the form of a posting sends."""
    since = localtime(since or now())
    data = {"person": who.pk, "area": area(where).pk, "role": role.value}
    data |= {"since_0": since.date().isoformat(), "since_1": since.strftime("%H:%M:%S"), "until_0": "", "until_1": ""}
    if until:
        until = localtime(until)
        data |= {"until_0": until.date().isoformat(), "until_1": until.strftime("%H:%M:%S")}
    return data


# --- Who may open it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_admin_when_opened_is_for_the_roles_of_the_table_only(client, county, role):
    where = {10: "K.T1.V1.G1", 20: "K.T1.V1", 30: "K.T1", 40: "K", 50: "K"}[min(POSTS[role].levels)]
    client.force_login(post(role, area(where)))

    answer = client.get(reverse("admin:index"), follow=True)

    assert answer.status_code == (200 if Page.ADMIN in POSTS[role].pages else 403)


def test_visitor_when_opening_the_admin_comes_to_the_log_in_of_the_site(client):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/login/?next=/admin/"


def test_staff_flag_without_a_posting_when_opening_opens_nothing(client):
    client.force_login(person(is_staff=True))

    assert client.get("/admin/", follow=True).status_code == 403


def test_posting_that_ended_when_opening_opens_nothing_any_more(client, county):
    client.force_login(post(Role.SYSTEM_ADMIN, county, until=now() - timedelta(hours=1)))

    assert client.get("/admin/", follow=True).status_code == 403


def test_first_account_when_opening_may_set_the_program_up(client):
    client.force_login(Person.objects.create_superuser("root", password="x", name="Root"))

    assert client.get("/admin/").status_code == 200
    assert client.get(reverse(ADD)).status_code == 200


# --- What each role finds there ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Issue, Submission, Requester, Event, EventText])
def test_casework_when_looked_for_is_in_nobodys_admin(model):
    assert not admin.site.is_registered(model)
    assert not [role for role, models in CONFIGURES.items() if model in models]


def test_permissions_when_read_are_those_of_the_role_held_and_no_role_gives_none(county):
    who = post(Role.ORGANISATION_OFFICE, county)

    assert who.get_all_permissions() == permissions_of([Role.ORGANISATION_OFFICE])
    assert who.has_perm("representatives.add_assignment")
    assert not who.has_perm("representatives.add_person")
    assert permissions_of([Role.GRID_MEMBER, Role.SUPERVISION_OFFICE]) == set()
    assert not who.has_perm("representatives.add_assignment", obj=county)


def test_every_page_of_the_admin_when_opened_by_the_administrator_answers(administrator):
    for model in CONFIGURES[Role.SYSTEM_ADMIN]:
        if admin.site.is_registered(model):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
            assert administrator.get(reverse(name)).status_code == 200, name
    assert administrator.get(reverse("admin:admin_logentry_changelist")).status_code == 403


def test_auditor_when_opening_reads_the_log_and_changes_nothing(client, county):
    client.force_login(post(Role.AUDITOR, county))

    assert client.get(reverse("admin:admin_logentry_changelist")).status_code == 200
    assert client.get(reverse("admin:axes_accessattempt_changelist")).status_code == 200
    assert client.get(reverse("admin:representatives_person_changelist")).status_code == 403


# --- Accounts ---------------------------------------------------------------------------------------------------------


def test_account_when_added_obeys_the_password_rules_and_holds_no_right(administrator):
    data = {"username": "wang", "name": "王", "password1": "1234", "password2": "1234"}

    refused = administrator.post(reverse("admin:representatives_person_add"), data)
    assert "too short" in refused.content.decode()
    made = administrator.post(
        reverse("admin:representatives_person_add"), data | {"password1": "a barn by the river", "password2": "a barn by the river"}
    )

    assert made.status_code == 302
    wang = Person.objects.get(username="wang")
    assert wang.check_password("a barn by the river")
    assert wang.get_all_permissions() == set()
    assert LogEntry.objects.filter(object_id=str(wang.pk)).exists()


def test_account_when_changed_offers_no_rights_and_shows_its_postings(administrator):
    who = post(Role.GRID_MEMBER, area("K.T1.V1.G1"))

    html = administrator.get(reverse("admin:representatives_person_change", args=[who.pk])).content.decode()

    assert "is_superuser" not in html
    assert "user_permissions" not in html
    assert "grid member" in html


def test_first_account_when_an_administrator_tries_cannot_be_taken_over(administrator):
    root = Person.objects.create_superuser("root", password="x", name="Root")

    password = reverse("admin:auth_user_password_change", args=[root.pk])
    change = reverse("admin:representatives_person_change", args=[root.pk])

    assert administrator.post(password, {"password1": "a barn by the river", "password2": "a barn by the river"}).status_code == 403
    assert administrator.post(change, {"username": "mine"}).status_code == 403


def test_account_when_deleting_is_tried_stays(administrator):
    who = person()

    assert administrator.post(reverse("admin:representatives_person_delete", args=[who.pk]), {"post": "yes"}).status_code == 403


# --- Postings ---------------------------------------------------------------------------------------------------------


def test_posting_when_added_holds_and_is_logged(administrator):
    who = person()

    answer = administrator.post(reverse(ADD), posting(who, "K.T1.V1", Role.VILLAGE_SECRETARY))

    assert answer.status_code == 302
    assert who.assignments.active(now()).get().role == Role.VILLAGE_SECRETARY
    assert LogEntry.objects.filter(content_type__model="assignment").exists()


def test_twin_when_added_is_refused_beside_its_field_and_nothing_is_kept(administrator):
    who = post(Role.VILLAGE_SECRETARY, area("K.T1.V1"))

    answer = administrator.post(reverse(ADD), posting(who, "K.T1.V1", Role.VILLAGE_SECRETARY))

    assert answer.status_code == 200
    assert "end that posting first" in answer.context["adminform"].form.errors["since"][0]
    assert Assignment.objects.filter(person=who).count() == 1


def test_role_that_does_not_belong_to_the_area_when_added_is_refused_beside_the_area(administrator):
    answer = administrator.post(reverse(ADD), posting(person(), "K.T1.V1.G1", Role.VILLAGE_SECRETARY))

    assert "not for a cell" in answer.context["adminform"].form.errors["area"][0]


def test_administrator_when_posting_themselves_is_refused(administrator):
    me = Person.objects.get(pk=administrator.session["_auth_user_id"])

    answer = administrator.post(reverse(ADD), posting(me, "K", Role.SUPERVISION_OFFICE))

    assert "Nobody posts themselves" in answer.context["adminform"].form.errors["person"][0]


def test_organisation_office_when_posting_may_fill_the_grid_but_no_office(office):
    assert office.post(reverse(ADD), posting(person(), "K.T1.V1", Role.PARTY_REPRESENTATIVE)).status_code == 302

    refused = office.post(reverse(ADD), posting(person(), "K", Role.SYSTEM_ADMIN))

    assert "role" in refused.context["adminform"].form.errors
    office_post = Assignment.objects.get(person=post(Role.SUPERVISION_OFFICE, area("K")))
    change = reverse("admin:representatives_assignment_change", args=[office_post.pk])
    assert office.post(change, {"until_0": "2020-01-01", "until_1": "00:00"}).status_code == 403


def test_posting_when_changed_changes_its_end_only(administrator):
    kept = Assignment.objects.get(person=post(Role.GRID_MEMBER, area("K.T1.V1.G1")))
    end = now() + timedelta(days=3)
    data = posting(person(), "K.T1.V2.G2", Role.GRID_LEADER, until=end)

    answer = administrator.post(reverse("admin:representatives_assignment_change", args=[kept.pk]), data)

    after = Assignment.objects.get(pk=kept.pk)
    assert answer.status_code == 302
    assert (after.person, after.area, after.role) == (kept.person, kept.area, kept.role)
    assert after.term.upper == end.replace(microsecond=0)


def test_posting_when_its_end_precedes_its_beginning_is_refused(administrator):
    kept = Assignment.objects.get(person=post(Role.GRID_MEMBER, area("K.T1.V1.G1")))

    answer = administrator.post(
        reverse("admin:representatives_assignment_change", args=[kept.pk]), {"until_0": "2020-01-01", "until_1": "00:00:00"}
    )

    assert "ends before it begins" in answer.context["adminform"].form.errors["until"][0]


def test_postings_when_ended_in_the_list_end_now_and_what_ended_before_is_said(administrator):
    running = Assignment.objects.get(person=post(Role.GRID_MEMBER, area("K.T1.V1.G1")))
    over = Assignment.objects.get(person=post(Role.GRID_MEMBER, area("K.T1.V1.G1"), until=now() - timedelta(days=1)))

    answer = administrator.post(
        reverse("admin:representatives_assignment_changelist"),
        {"action": "end_now", "_selected_action": [running.pk, over.pk]},
        follow=True,
    )

    assert not Assignment.objects.active(now()).filter(pk=running.pk).exists()
    assert "1 posting ended." in answer.content.decode()
    assert "already ended" in answer.content.decode()


def test_area_when_chosen_for_a_posting_is_one_that_stands(administrator):
    area("K.T1.V7", until=now(), name="Oldville")
    area("K.T1.V8", name="Oldtown")
    query = {"term": "Old", "app_label": "representatives", "model_name": "assignment", "field_name": "area"}

    found = administrator.get(reverse("admin:autocomplete"), query).json()["results"]

    assert [one["text"] for one in found] == ["Oldtown (V8)"]
