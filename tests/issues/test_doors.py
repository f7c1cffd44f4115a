"""What belongs elsewhere is recognised; what is ours is let through (domain notes §5.4.6, journey J9)."""

from __future__ import annotations

import pytest
from django.utils import translation

from issues.intake.doors import doors, emergency_numbers, other_doors


@pytest.mark.parametrize(
    "text",
    [
        "村口总出现陌生的小伙子",
        "有个男的形迹可疑，在楼下转悠",
        "几个来路不明的人租了房子",
        "有人半夜踩点",
        "A suspicious man stands at the corner",
        "suspicious-looking van driver",
        "strangers lurking behind the school",
    ],
)
def test_suspicion_of_a_person_is_sent_to_the_police(text):
    assert [door.code for door in other_doors(text)] == ["suspicious_person"]


@pytest.mark.parametrize(
    "text",
    [
        "村书记把修路的钱揣进自己腰包了",
        "会计虚报冒领补贴",
        "主任收了红包才给办",
        "干部截留低保款",
        "The mayor pocketed the money",
        "clerk asks for bribes",
    ],
)
def test_graft_is_sent_to_the_discipline_inspection(text):
    assert [door.code for door in other_doors(text)] == ["corruption"]


@pytest.mark.parametrize(
    "text",
    [
        "地界的事已经向法院起诉了",
        "劳动仲裁委已受理，还没结果",
        "我不服判决，要求重审",
        "这事我正在信访",
        "We are suing the neighbour over the fence",
        "There is a court ruling about the well",
    ],
)
def test_what_is_before_a_court_or_the_petitions_office_is_sent_there(text):
    assert [door.code for door in other_doors(text)] == ["in_court"]
    assert [number.number for number in other_doors(text)[0].numbers] == ["12368", "12348"]


@pytest.mark.parametrize(
    "text",
    [
        "法院门口的路灯坏了",
        "信访局门前的井盖松了",
        "球场（court）边的围栏倒了",
        "路口没有路灯，晚上害怕",
        "河边没有护栏，孩子老去玩",
        "村委会的人态度不好",
        "裸线落在校门口",
        "自来水有可疑的味道",
        "路灯收了电费还是不亮",
        "陌生的地方没有路牌",
        "The lamp flickers suspiciously",
        "Corrugated roof came off",
    ],
)
def test_what_is_ours_passes(text):
    assert other_doors(text) == []


def test_every_door_speaks_both_languages_and_names_a_number(settings):
    for country in ("cn", "us"):
        settings.DOORS = country
        assert emergency_numbers()
        for language in ("zh-hans", "en"):
            with translation.override(language):
                assert all(number.name == number.names[language] for number in emergency_numbers())
                for door in doors().others:
                    assert door.title == door.titles[language]
                    assert door.sentence == door.sentences[language]
                    assert door.numbers
