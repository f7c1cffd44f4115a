"""Where the server refuses what was pressed without a signal: why, how it stands now, and what can be done about it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from issues.models import Issue
from issues.terms import Status, Verb
from representatives.roles import Role
from tests.browser.phone.desk import LogIn, at_desk, entry, lie, look_at, verbs_of, waits, without_signal, write
from tests.browser.phone.pages import stored
from tests.mapui.scene import Scene

WORDS = "零件到了,明早更换。"


def refused(page: Page, action: str) -> Locator:
    """The panel that says that this was not done."""
    panel = page.get_by_role("region", name=f"“{action}” was not done")
    expect(panel).to_be_visible(timeout=15_000)
    return panel


def solved_offline(page: Page, issue: Issue) -> None:
    look_at(page, issue)
    page.get_by_role("link", name="Report as solved", exact=True).click()
    page.get_by_label("Line for the public page").fill("路灯已修复")
    page.get_by_label("What was done").fill(WORDS)
    page.get_by_role("button", name="Report as solved", exact=True).click()
    waits(page, "Report as solved")


def somebody_was_quicker(county: Scene, handset: Any, log_in: LogIn) -> tuple[Page, Issue]:
    """Solved without a signal by one of them, while the village secretary wrote something on the same issue."""
    issue = county.in_progress()
    page = without_signal(at_desk(handset(), log_in, county[Role.PARTY_REPRESENTATIVE]))
    solved_offline(page, issue)
    county.move(issue, Verb.NOTE, Role.VILLAGE_SECRETARY, text="电力公司也在处理。")
    page.context.set_offline(False)
    return page, issue


def test_somebody_was_quicker_the_page_says_who_and_how_it_stands_and_keeps_the_words(county: Scene, handset, log_in: LogIn):
    page, issue = somebody_was_quicker(county, handset, log_in)

    panel = refused(page, "Report as solved")

    expect(panel).to_contain_text("How the issue stands now")
    expect(panel).to_contain_text("王书记 · Add progress")
    expect(panel).to_contain_text("in progress")
    expect(panel).to_contain_text(WORDS)
    assert county.again(issue).status == Status.IN_PROGRESS
    page.get_by_role("link", name="My open issues").click()
    expect(entry(page, issue)).to_contain_text("not taken: Report as solved")


def test_done_all_the_same_it_goes_under_a_new_key_once(county: Scene, handset, log_in: LogIn):
    page, issue = somebody_was_quicker(county, handset, log_in)
    panel = refused(page, "Report as solved")
    [before] = stored(page)

    panel.get_by_role("button", name="Do it all the same").click()

    lie(page, 0)
    assert county.again(issue).status == Status.PENDING_VERIFICATION
    assert verbs_of(issue)[-2:] == ["note", "resolve"]
    arrived = page.evaluate(
        "async () => (await (await import('/static/mapui/js/phone/outbox.js')).openOutbox()).database.getAllKeys('log')"
    )
    assert before["uuid"] not in arrived
    expect(page.get_by_role("region", name="was not done")).to_have_count(0)


def test_let_go_nothing_is_left_of_it_and_nothing_was_done(county: Scene, handset, log_in: LogIn):
    page, issue = somebody_was_quicker(county, handset, log_in)

    refused(page, "Report as solved").get_by_role("button", name="Let it go").click()

    lie(page, 0)
    expect(page.get_by_role("link", name="Report as solved")).to_be_visible()
    assert "resolve" not in verbs_of(issue)


def test_changed_it_is_written_on_with_the_words_of_before(county: Scene, handset, log_in: LogIn):
    page, issue = somebody_was_quicker(county, handset, log_in)
    refused(page, "Report as solved").get_by_role("button", name="Change it").click()

    expect(page.get_by_label("What was done")).to_have_value(WORDS)
    page.get_by_label("What was done").fill("已更换灯具,与电力公司一起。")
    page.get_by_role("button", name="Report as solved", exact=True).click()

    lie(page, 0)
    assert county.again(issue).status == Status.PENDING_VERIFICATION


def test_words_of_a_refused_action_can_be_copied(county: Scene, handset, log_in: LogIn, open_context):
    page, _issue = somebody_was_quicker(county, handset, log_in)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    refused(page, "Report as solved").get_by_role("button", name="Copy what I wrote").click()

    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"What was done: {WORDS}\nLine for the public page: 路灯已修复"


def test_what_can_no_longer_be_done_says_so_and_offers_no_second_try(county: Scene, handset, log_in: LogIn):
    issue = county.report(category="road.light")
    page = without_signal(at_desk(handset(), log_in, county[Role.GRID_MEMBER]))
    look_at(page, issue)
    write(page, "Handled on the spot", "What was done", WORDS)
    waits(page, "Handled on the spot")
    county.move(issue, Verb.ACCEPT, Role.VILLAGE_SECRETARY)

    page.context.set_offline(False)

    panel = refused(page, "Handled on the spot")
    expect(panel).to_contain_text("This can no longer be done on this issue.")
    expect(panel.get_by_role("button", name="Do it all the same")).to_have_count(0)
    expect(panel).to_contain_text(WORDS)


def test_issue_that_left_the_list_still_shows_what_was_refused_on_it(county: Scene, handset, log_in: LogIn):
    issue = county.report(category="road.light")
    page = without_signal(at_desk(handset(), log_in, county[Role.GRID_MEMBER]))
    look_at(page, issue)
    write(page, "Handled on the spot", "What was done", WORDS)
    county.move(issue, Verb.DECLINE, Role.TOWNSHIP_COMMITTEE, reason="重复", reply="请看另一件")

    page.context.set_offline(False)

    refused(page, "Handled on the spot")
    expect(page.get_by_text("This issue is no longer among your open issues")).to_be_visible()
    page.get_by_role("link", name="My open issues").click()
    expect(entry(page, issue)).to_contain_text("not taken: Handled on the spot")


def test_what_waits_behind_a_refused_action_waits_until_a_person_has_decided(county: Scene, handset, log_in: LogIn):
    issue = county.accepted()
    page = without_signal(at_desk(handset(), log_in, county[Role.PARTY_REPRESENTATIVE]))
    look_at(page, issue)
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    waits(page, "Acknowledge")
    write(page, "Add progress", "Text", WORDS)
    waits(page, "Add progress")
    county.move(issue, Verb.NOTE, Role.VILLAGE_SECRETARY, text="先等等。")
    page.context.set_offline(False)
    panel = refused(page, "Acknowledge")
    assert [record["state"] for record in stored(page)] == ["attention", "waiting"]

    panel.get_by_role("button", name="Do it all the same").click()

    lie(page, 0)
    assert verbs_of(issue)[-3:] == ["note", "acknowledge", "note"]


# What is sent next after each change, while a refused action is done again and another waits behind it in the same lane.
NEXT_MEANWHILE = """async () => {
  const [{ openOutbox }, { Acting }, { nextOf }] = await Promise.all(
    ["phone/outbox.js", "desk/acting.js", "phone/states.js"].map((name) => import(`/static/mapui/js/${name}`)),
  );
  const outbox = await openOutbox({ name: "beside" });
  const move = (uuid, verb) => ({ uuid, kind: "move", owner: "", lane: "N1", title: verb, body: { verb, facts: {}, seen: 1 } });
  await outbox.add(move("first", "acknowledge"), 1);
  await outbox.add(move("second", "note"), 2);
  await outbox.refuse("first", { now: { event_count: 2 } });
  const seen = [];
  outbox.changed = async () => seen.push(nextOf(await outbox.all(), Infinity)?.title ?? null);
  await new Acting({ outbox, owner: "", sender: { nudge() {} } }).again(await outbox.get("first"), { event_count: 2 });
  return seen;
}"""


def test_action_done_again_is_at_no_moment_behind_what_waits_for_it(handset):
    page = handset()
    page.goto("/phone/help/")

    assert page.evaluate(NEXT_MEANWHILE) == ["acknowledge"]


def test_note_without_a_look_does_not_hide_from_the_next_that_others_acted(county: Scene, handset, log_in: LogIn):
    issue = county.accepted()
    page = without_signal(at_desk(handset(), log_in, county[Role.PARTY_REPRESENTATIVE]))
    look_at(page, issue)
    write(page, "Add progress", "Text", WORDS)
    waits(page, "Add progress")
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    waits(page, "Acknowledge")
    county.move(issue, Verb.NOTE, Role.VILLAGE_SECRETARY, text="先等等。")

    page.context.set_offline(False)

    refused(page, "Acknowledge")
    assert verbs_of(issue)[-2:] == ["note", "note"]
    assert county.again(issue).status == Status.ASSIGNED


def test_field_that_the_server_misses_is_asked_for_in_the_form(county: Scene, handset, log_in: LogIn):
    issue = county.in_progress()
    page = without_signal(at_desk(handset(), log_in, county[Role.PARTY_REPRESENTATIVE]))
    look_at(page, issue)
    write(page, "Report as solved", "What was done", WORDS)
    page.context.set_offline(False)
    panel = refused(page, "Report as solved")
    expect(panel.get_by_role("button", name="Do it all the same")).to_have_count(0)

    panel.get_by_role("button", name="Change it").click()

    expect(page.get_by_text("Say in one line what may stand on the public page")).to_be_visible()
    expect(page.get_by_label("What was done")).to_have_value(WORDS)
    page.get_by_label("Line for the public page").fill("路灯已修复")
    page.get_by_role("button", name="Report as solved", exact=True).click()
    lie(page, 0)
    assert county.again(issue).status == Status.PENDING_VERIFICATION
