"""Finding issues by words: what is found, by whom, and what is never found."""

from __future__ import annotations

import pytest
from django.utils.timezone import now

from issues.models import Event, EventText, Issue, IssueWords, Submission
from issues.querysets.issues import BEST_FIRST
from issues.search import Marker, cleaned, is_askable
from issues.terms import Light, Verb
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of
from tests.mapui.scene import PHONE, Scene, scene, submission_of


@pytest.fixture
def county(db: None) -> Scene:
    return scene()


def found(words: str, by: Person) -> list[Issue]:
    at = now()
    return list(BEST_FIRST.ordered(Issue.objects.visible_to(by, at).saying(words, scope_of(by, at)).with_rank(words)))


@pytest.mark.parametrize(
    "words",
    ["桥面", "桥", "桥面塌陷", "塌陷 车辆", "车辆 桥面", "无法通行", "行", "林东镇", "上京社区", "第1网格", "１网格"],
)
def test_chinese_words_of_any_length_when_asked_find_the_issue(county: Scene, words: str):
    issue = county.report("村口桥面塌陷,车辆无法通行")

    assert found(words, county[Role.VILLAGE_SECRETARY]) == [issue]


@pytest.mark.parametrize("words", ["桥塌", "面车", "塌陷 路灯", "通行桥面", "，", ""])
def test_words_that_do_not_stand_together_when_asked_find_nothing(county: Scene, words: str):
    county.report("村口桥面塌陷,车辆无法通行")

    assert found(words, county[Role.VILLAGE_SECRETARY]) == []


@pytest.mark.parametrize("words", ["lamp", "LAMP", "Lam", "d12", "D12号杆", "ｌａｍｐ"])
def test_words_in_latin_letters_when_asked_find_the_issue_whatever_their_case(county: Scene, words: str):
    issue = county.report("Street Lamp D12号杆 is out", category="road.light")

    assert found(words, county[Role.VILLAGE_SECRETARY]) == [issue]


def test_number_when_asked_whole_or_without_year_and_zeros_finds_the_issue(county: Scene):
    issue = county.report()
    short = issue.number.partition("-")[2].lstrip("0")

    assert found(issue.number, county[Role.VILLAGE_SECRETARY]) == [issue]
    assert issue in found(short, county[Role.VILLAGE_SECRETARY])


def test_what_was_written_since_when_asked_is_found_and_ranks_below_the_title(county: Scene):
    later = county.in_progress(text="巷子里的灯坏了", category="road.light")
    county.move(later, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text="已联系供电所更换桥面变压器")
    title = county.report("桥面有坑")

    assert found("变压器", county[Role.VILLAGE_SECRETARY]) == [later]
    assert found("桥面", county[Role.VILLAGE_SECRETARY]) == [title, later]


def test_issue_out_of_scope_when_asked_is_not_found(county: Scene):
    issue = county.report("村口桥面塌陷")

    assert found("桥面", county.stranger) == []
    assert found(issue.number, county.stranger) == []


def test_issue_moved_to_another_place_when_asked_is_found_from_there(county: Scene):
    issue = county.report("村口桥面塌陷", cell="A")
    Issue.objects.filter(pk=issue.pk).update(area=county.town["F"], path=county.town["F"].path)

    assert found("桥面", county.stranger) == [county.again(issue)]
    assert found("桥面", county[Role.VILLAGE_SECRETARY]) == []


def test_requester_and_telephone_when_asked_are_not_found(county: Scene):
    county.report(f"路灯坏了,找我打{PHONE},或者 138 1234 5678", category="road.light", phone=PHONE)

    for words in ("郭先生", PHONE, "13812345678", "138 1234 5678", "0477"):
        assert found(words, county[Role.VILLAGE_SECRETARY]) == []
    assert len(found("路灯", county[Role.VILLAGE_SECRETARY])) == 1


def test_staff_when_asked_by_name_are_not_found(county: Scene):
    county.in_progress()

    assert found("李代表", county[Role.VILLAGE_SECRETARY]) == []


@pytest.mark.parametrize("kept_back", ["sealed", "non_public"])
def test_issue_kept_from_the_public_when_asked_is_found_by_its_number_alone(county: Scene, kept_back: str):
    issue = county.in_progress(Light.BLUE, text="张三与李四的地界纠纷")
    county.move(issue, Verb.NOTE, Role.VILLAGE_SECRETARY, text="张三同意调解")
    Issue.objects.filter(pk=issue.pk).update(**{kept_back: True})
    by = county[Role.TOWNSHIP_DISCIPLINE if kept_back == "sealed" else Role.VILLAGE_SECRETARY]

    assert [found(words, by) for words in ("张三", "李四", "地界", "调解", "上京社区")] == [[]] * 5
    assert found(issue.number, by) == [county.again(issue)]
    assert found(issue.number, county.stranger) == []


def test_report_when_erased_is_found_no_more(county: Scene):
    issue = county.report("村口桥面塌陷，请找独孤求败核实", category="road.light")
    assert found("独孤求败", county[Role.VILLAGE_SECRETARY]) == [issue]

    Submission.objects.filter(pk=submission_of(issue).pk).update(text="", text_erased_at=now())
    Issue.objects.filter(pk=issue.pk).update(title="")

    assert found("独孤求败", county[Role.VILLAGE_SECRETARY]) == []
    assert "独孤" not in str(IssueWords.objects.get(issue=issue).words)


def test_words_of_an_event_when_erased_are_found_no_more(county: Scene):
    issue = county.in_progress()
    county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text="独孤求败说的")
    event = Event.objects.get(issue=issue, verb=Verb.NOTE)
    assert found("独孤求败", county[Role.VILLAGE_SECRETARY]) != []

    EventText.objects.filter(event=event).update(texts={}, erased_at=now())

    assert found("独孤求败", county[Role.VILLAGE_SECRETARY]) == []


def test_report_when_it_joins_another_issue_is_found_there(county: Scene):
    one, other = county.report("路灯不亮", category="road.light"), county.report("灯杆倾斜", category="road.light")

    Submission.objects.filter(issue=other).update(issue=one)

    assert set(found("灯杆倾斜", county[Role.VILLAGE_SECRETARY])) == {one, other}  # the other keeps its title


def test_hostile_words_when_asked_find_nothing_and_break_nothing(county: Scene):
    county.report()

    for words in ("' | '", "a:*b", "\\", "'; drop table", "!桥", "(桥", "@", "@150422", "&|!", "\x00"):
        assert found(cleaned(words), county[Role.VILLAGE_SECRETARY]) in ([], list(Issue.objects.all()))


# --- pure ---


@pytest.mark.parametrize(("text", "askable"), [("桥", True), ("a", True), ("7", True), ("，。!", False), ("", False), ("_", False)])
def test_words_when_typed_are_askable_if_there_is_a_letter_in_them(text: str, askable: bool):
    assert is_askable(text) is askable


def test_passage_when_marked_is_escaped_and_cut_around_the_first_place():
    text = "甲" * 80 + "<b>路灯</b>不亮" + "乙" * 200

    passage = Marker.of("路灯").passage(text, around=10)

    assert passage.startswith("…甲")
    assert passage.endswith("乙…")
    assert "&lt;b&gt;<mark>路灯</mark>&lt;/b&gt;" in passage


def test_text_without_the_words_when_marked_stays_as_it_is():
    assert Marker.of("路灯").mark("<桥>") == "&lt;桥&gt;"
    assert Marker.of("，").mark("桥") == "桥"
