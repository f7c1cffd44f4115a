"""J3 地界纠纷: two neighbours, one mediator, and nobody else who need know.

The mediator is the judicial office, asked to help by the village. By the table of roles (§6) two more see it: the grid
member of the cell, who sorts what is reported there, and the township, which alone may decline it. The agreement is kept as a photo of the sheet.
"""

from __future__ import annotations

from playwright.sync_api import FilePayload, expect

from issues.models import Evidence, Issue
from issues.terms import Light, Status, Verb
from tests.browser.journeys.desk import Desk
from tests.issues.reports import picture

WORDS = "赵大海和钱老六两家果园地界不清,争了三年。"


def reported(desk: Desk) -> Issue:
    issue = desk.told(WORDS, category="land.boundary", phone="13912345678")
    assert (issue.light, issue.non_public, issue.category.physical) == (Light.BLUE, True, False)
    return issue


def mediated(desk: Desk) -> Issue:
    """With the secretary, who has asked the judicial office to mediate."""
    issue = desk.act(reported(desk), Verb.ACCEPT, "vs")
    issue = desk.act(issue, Verb.ACKNOWLEDGE, "vs")
    return desk.act(issue, Verb.ASK_HELP, "vs", units=[desk.banner.units["justice"]], task="主持两家调解。")


def test_j3_two_parties_agree_before_the_mediator_and_the_sheet_is_kept(desk: Desk):
    issue = mediated(desk)
    issue = desk.act(issue, Verb.ANSWER, "justice", text="两家已签调解协议,以旧渠为界。")
    desk.see(issue, "vs").locator("#evidence-photos").set_input_files(
        FilePayload(name="agreement.jpg", mimeType="image/jpeg", buffer=picture())
    )
    desk.page.locator("form[action$='/evidence/'] button").click()
    expect(desk.page.locator("#messages")).to_be_visible()
    assert Evidence.objects.get().issue == issue

    issue = desk.act(desk.again(issue), Verb.RESOLVE, "vs", resolution="双方签订书面协议,以旧渠为界。")
    assert issue.status == Status.PENDING_FEEDBACK  # nothing that anybody would have to look at on site
    issue = desk.rate(issue.submissions.get(), "satisfied")
    assert (issue.status, issue.public_line) == (Status.CLOSED, "")


def test_j3_only_the_village_its_representative_and_the_mediator_see_it(desk: Desk):
    issue = mediated(desk)

    seen = {name: desk.status_for(f"/issues/{issue.number}/", name) for name in desk.banner.staff}

    assert {name for name, status in seen.items() if status == 200} == {"vs", "pr", "justice", "gm", "tc"}
    assert {seen[name] for name in ("vs2", "vs3", "gm_c", "other_gm", "other_pr", "tc2", "duc", "leader", "roads")} == {404}
    assert not Issue.objects.public().exists()


def test_j3_figures_count_it_under_its_category(desk: Desk):
    mediated(desk)

    desk.open("/figures/?by=category&category=land.boundary", "tc")
    expect(desk.page.locator("tbody")).to_contain_text("Land")
    assert desk.page.locator("tbody a[href*='of=received']").first.inner_text() == "1"
    desk.open("/figures/?by=category&category=road.light", "tc")
    assert desk.page.locator("tbody a[href*='of=received']").count() == 0


def test_j3_search_by_the_name_of_a_party_finds_nothing(desk: Desk):
    issue = mediated(desk)

    for words in ("赵大海", "钱老六", "果园地界"):
        for name in ("vs", "pr", "tc"):
            desk.open(f"/search/?q={words}", name)
            expect(desk.page.locator("#found")).to_contain_text("Nothing that you may open holds")
            expect(desk.page.locator("#found")).not_to_contain_text(issue.number)
    desk.open(f"/search/?q={issue.number}", "vs")  # by its number it is found, by those who may
    expect(desk.page.locator("#found")).to_contain_text(issue.number)


def test_j3_no_level_is_skipped_on_the_way_to_red(desk: Desk):
    issue = mediated(desk)
    words = {"reason": "直接入库", "tried": "调解未果", "beyond": "legacy"}
    assert not desk.offers(issue, Verb.PROPOSE_RED, "vs")

    for verb in (Verb.PROPOSE_RED, Verb.ENTER_RED):
        answer = desk.forge(issue, verb, "vs", unit=desk.banner.units["roads"], **words)
        assert answer.status == 409
        assert "No level is skipped" in answer.text()
    assert desk.again(issue).light == Light.BLUE


def test_j3_what_is_before_a_court_is_declined_with_the_right_door(desk: Desk):
    issue = reported(desk)
    issue = desk.act(issue, Verb.NOTE, "vs", text="当事人说已起诉到法院。")

    assert not desk.offers(issue, Verb.DECLINE, "vs")  # at blue the township declines
    sentence = "此事已在法院诉讼中,请向承办法官或 12368 咨询。"
    issue = desk.act(issue, Verb.DECLINE, "tc", reason="已进入诉讼程序。", reply=sentence)

    assert issue.status == Status.DECLINED
    expect(desk.follow(issue.submissions.get()).locator(".timeline")).to_contain_text(sentence)
