"""Pages whose statements are kept say the third time what they said the first, to everybody, and of every other place too."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from issues.terms import Light
from representatives.roles import Role
from tests.mapui.scene import PHONE, Scene

WHO = (
    Role.GRID_MEMBER,
    Role.PARTY_REPRESENTATIVE,
    Role.VILLAGE_SECRETARY,
    Role.TOWNSHIP_COMMITTEE,
    Role.TOWNSHIP_DISCIPLINE,
    Role.DEPARTMENT,
    Role.SUPERVISION_OFFICE,
    Role.COUNTY_LEADER,
)
_CHANGING = re.compile(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|name="move-\d+"|decide-[\w-]+')


def said(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return _CHANGING.sub("", answer.content.decode())


@pytest.mark.parametrize("who", WHO)
def test_page_when_read_three_times_says_the_same(county: Scene, client: Client, who: Role):
    issues = [county.report("村口桥面塌陷", phone=PHONE), county.accepted(), county.in_progress(Light.BLUE), county.proposed()]
    client.force_login(county[who])
    seen = [f"/issues/{issue.number}/" for issue in issues if client.get(f"/issues/{issue.number}/").status_code == 200]

    for address in ("/queue/", "/queue/?light=yellow&q=桥", "/search/?q=桥", "/", "/red/", "/red/?tab=proposals", *seen):
        if client.get(address).status_code == 403:
            continue
        first, second, third = (said(client, address) for _turn in range(3))
        assert first == second == third, address
