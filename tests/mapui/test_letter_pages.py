"""Letters to units: written from what is late, answered by the unit, and nobody else's to read."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from issues.models import ReminderLetter
from representatives.roles import Role
from tests.mapui.red_pages import RED, as_, write
from tests.mapui.scene import Scene

# --- letters ---


def test_letter_is_written_from_what_is_late_and_answered_by_the_unit(county: Scene, client: Client):
    issue = county.late(county.on_red_list())
    as_(client, county[Role.SUPERVISION_OFFICE])
    assert "交通运输局" in client.get(reverse("letter-new")).content.decode()
    page = f"{reverse('letter-new')}?unit={county.units['roads'].pk}"
    html = client.get(page).content.decode()
    assert issue.number in html
    assert "交通运输局:" in html

    said = {
        "uuid": str(uuid4()),
        "issues": [issue.pk],
        "text": "请尽快办结。",
        "reply_by": (localdate() + timedelta(days=9)).isoformat(),
    }
    assert client.post(page, said | {"text": ""}).status_code == 422
    answer = client.post(page, said)

    letter = ReminderLetter.objects.get()
    assert answer.headers["Location"] == reverse("letter", args=[letter.number])
    assert "请尽快办结。" in client.get(answer.headers["Location"]).content.decode()
    assert letter.number in client.get(RED, {"tab": "letters"}).content.decode()
    as_(client, county[Role.DEPARTMENT])
    assert client.post(reverse("letter-answer", args=[letter.number]), {"text": ""}).status_code == 422
    assert client.post(reverse("letter-answer", args=[letter.number]), {"text": "下周完工"}).status_code == 302
    assert client.post(reverse("letter-answer", args=[letter.number]), {"text": "again"}).status_code == 409
    assert "下周完工" in client.get(reverse("letter", args=[letter.number])).content.decode()


def test_letter_about_an_issue_asks_for_the_unit_only_if_there_are_several(county: Scene, client: Client):
    alone, several = county.proposed(), county.on_red_list("water")
    as_(client, county[Role.SUPERVISION_OFFICE])

    straight = client.get(reverse("letter-new"), {"issue": alone.number})
    choice = client.get(reverse("letter-new"), {"issue": several.number})

    assert f"unit={county.units['township'].pk}" in straight.headers["Location"]
    assert "水利局" in choice.content.decode()
    assert "林东镇党委" not in choice.content.decode()


@pytest.mark.parametrize("role", [Role.COUNTY_LEADER, Role.TOWNSHIP_COMMITTEE, Role.DEPARTMENT, Role.VILLAGE_SECRETARY])
def test_letters_are_not_for_others_to_write_nor_to_read(county: Scene, client: Client, role: Role):
    issue = county.late(county.on_red_list())
    number = write(county, issue).number
    as_(client, county[role])

    assert client.get(reverse("letter-new")).status_code == 403
    reads = role in (Role.COUNTY_LEADER, Role.DEPARTMENT)
    assert client.get(reverse("letter", args=[number])).status_code == (200 if reads else 404)


def test_what_does_not_fit_is_404(county: Scene, client: Client):
    as_(client, county[Role.SUPERVISION_OFFICE])

    assert client.get(reverse("letter", args=["2024-D000000"])).status_code == 404
    assert client.post(reverse("letter-answer", args=["2024-D000000"]), {"text": "x"}).status_code == 404
