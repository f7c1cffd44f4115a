"""Categories, policies and county days in the admin; and that nothing of residents is ever there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from issues.models import Attachment, Category, CountyDay, Event, EventText, Issue, Rating, Requester, SlaPolicy, Submission
from issues.policy import versions

pytestmark = pytest.mark.django_db

SHIPPED = versions.SHIPPED.read_text()


@pytest.fixture
def administrator(client, county):
    client.force_login(county["admin"])
    return client


def upload(client, text: str, active_from=None):
    begins = active_from or now() + timedelta(days=1)
    return client.post(
        reverse("admin:issues_slapolicy_add"),
        {
            "file": SimpleUploadedFile("policy.yaml", text.encode()),
            "active_from_0": f"{begins:%Y-%m-%d}",
            "active_from_1": f"{begins:%H:%M:%S}",
            "signed_by": "旗委办",
        },
    )


def test_nothing_that_residents_wrote_is_in_the_admin():
    kept_out = (Issue, Submission, Requester, Attachment, Rating, Event, EventText)

    assert not [model for model in kept_out if admin.site.is_registered(model)]


def test_policy_when_uploaded_is_stored_as_signed(administrator):
    answer = upload(administrator, versions.with_values(SHIPPED, id="next-2027"))

    assert answer.status_code == 302
    row = SlaPolicy.objects.get(identifier="next-2027")
    assert (row.signed_by, row.body["total"]) == ("旗委办", "60d")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SHIPPED.replace("24h", "24 hours"), "Line 19"),
        (SHIPPED, "exists already"),
    ],
)
def test_policy_that_is_faulty_or_known_is_refused_beside_the_field(administrator, text, sentence):
    answer = upload(administrator, text)

    assert sentence in answer.content.decode()
    assert SlaPolicy.objects.count() == 1


def test_policy_that_would_begin_in_the_past_is_refused(administrator):
    answer = upload(administrator, versions.with_values(SHIPPED, id="x"), now() - timedelta(days=2))

    assert "cannot begin in the past" in answer.content.decode()
    assert SlaPolicy.objects.count() == 1


def test_stored_policy_is_read_only(administrator):
    row = SlaPolicy.objects.get()
    page = administrator.get(reverse("admin:issues_slapolicy_change", args=[row.pk]))
    assert "default-2026" in page.content.decode()
    assert 'name="file"' not in page.content.decode()

    administrator.post(reverse("admin:issues_slapolicy_change", args=[row.pk]), {"signed_by": "somebody else"})
    row.refresh_from_db()
    assert row.signed_by == ""
    assert administrator.get(reverse("admin:issues_slapolicy_delete", args=[row.pk])).status_code == 403


def test_category_when_changed_keeps_its_code_and_cannot_be_removed(administrator):
    row = Category.objects.get(code="road.light")
    page = reverse("admin:issues_category_change", args=[row.pk])
    data = {"names": '{"zh-hans": "路灯"}', "group": row.group_id, "level": 10, "urgency": "normal", "lead": "", "filing": "{}",
            "closing": "{}", "request_type": "", "external_codes": "{}", "order": 1, "is_active": "on", "sealed": "on"}  # fmt: skip

    assert administrator.post(page, {**data, "code": "other"}).status_code == 302
    row.refresh_from_db()
    assert (row.code, row.names, row.sealed, row.non_public) == ("road.light", {"zh-hans": "路灯"}, True, True)
    assert administrator.get(reverse("admin:issues_category_delete", args=[row.pk])).status_code == 403
    refused = administrator.post(page, {**data, "names": '["x"]'})
    assert "Write texts by language" in refused.content.decode()


@pytest.mark.parametrize("model", ["category", "slapolicy", "countyday"])
def test_lists_open_for_the_administrator_only(client, county, administrator, model):
    assert administrator.get(reverse(f"admin:issues_{model}_changelist")).status_code == 200
    client.force_login(county["tc1"])
    assert client.get(reverse(f"admin:issues_{model}_changelist"), follow=True).status_code == 403


def test_county_day_is_entered_on_the_page_that_counts_what_it_moves(administrator, county):
    add = reverse("admin:issues_countyday_add")

    answer = administrator.post(add, {"area": county.areas["K"].pk, "day": "2027-07-20", "reason": "那达慕"})

    assert (answer.status_code, answer.url) == (302, "/policy/calendar/")
    assert not CountyDay.objects.exists()
