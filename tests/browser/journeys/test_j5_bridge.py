"""J5 修桥入库: a bridge on the red list, which rests over the winter, is judged by forty households, and leaves the list."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from issues.models import Issue, KeySupervisionEntry
from issues.terms import ClockState, Light, Status, Verb
from tests.browser.journeys.clock import told
from tests.browser.journeys.desk import Desk

MINUTE = {"held_on": "2024-10-18", "participants": "镇党委班子、两村书记", "outcome": "跨两村,镇级资金不足,提请入库。"}
FORD = "下游设临时过水路面,立警示牌。"


def proposed(desk: Desk) -> Issue:
    """Friday, 18 October 2024: the township has deliberated and proposes it."""
    desk.clock.set("2024-10-18 09:00")
    issue = desk.told("两村之间的桥被水冲垮,四十户绕行。", category="road.bridge", phone="13912345678")
    issue = desk.act(issue, Verb.ACCEPT, "tc", urgency="normal")
    return desk.act(
        issue, Verb.PROPOSE_RED, "tc", tried="镇里已两次抢修。", minute=MINUTE, beyond="funds", reason="跨村,且资金缺口三百万元。"
    )  # fmt: skip


def on_the_list(desk: Desk) -> Issue:
    """Approved on the second working day: the roads office leads, water and finance help."""
    issue = proposed(desk)
    slip = issue.slips.get()
    assert told(slip.decide_by) == "2024-10-22 17:30"  # two working days after Friday
    desk.clock.set("2024-10-22 10:00")
    helpers = [desk.banner.units["water"], desk.banner.units["finance"]]
    issue = desk.act(issue, Verb.ENTER_RED, "duc", reason="同意入库。", unit=desk.banner.units["roads"], units=helpers)
    return desk.act(issue, Verb.ACKNOWLEDGE, "roads")


def with_helpers_done(desk: Desk) -> Issue:
    issue = on_the_list(desk)
    for helper, text in (("water", "河道已清。"), ("finance", "资金已拨付。")):
        issue = desk.act(issue, Verb.ANSWER, helper, text=text)
    return issue


def ballots(satisfied: int, mostly: int, dissatisfied: int) -> dict[str, object]:
    day = date(2024, 10, 22).isoformat()
    counts = {"satisfied": satisfied, "mostly_satisfied": mostly, "dissatisfied": dissatisfied, "silent": 0}
    return {"households": 40, "held_on": day, "method": "visit", **counts}


def test_j5_enters_the_list_on_the_word_of_the_office_with_lead_and_helpers(desk: Desk):
    issue = on_the_list(desk)

    entry = KeySupervisionEntry.objects.get()
    assert (issue.light, entry.entered_by, entry.lead_unit.name) == (Light.RED, desk.banner.staff["duc"], "交通运输局")
    assert {unit.name for unit in entry.helpers.all()} == {"水利局", "财政局"}
    assert {task.unit.name for task in issue.open_sub_tasks} == {"水利局", "财政局"}
    minute = issue.slips.get().minute
    assert minute is not None
    assert minute.outcome == MINUTE["outcome"]
    desk.open("/red/", "duc")
    expect(desk.page.locator(f"#red-{issue.number}")).to_contain_text("交通运输局")
    desk.see(issue, "water")  # a helper may read it


def test_j5_rests_from_november_to_march_with_a_ford_and_goes_on_by_itself(desk: Desk):
    issue = on_the_list(desk)
    due, in_all = issue.level_due_at, issue.total_due_at
    desk.clock.set("2024-11-01 08:50")
    asked = {"suspension": "season", "reason": "冻土期不能施工。"}

    too_long = desk.refused(issue, Verb.ASK_SUSPENSION, "roads", **asked, resume_on="2025-05-20", interim=FORD)
    assert "180" in too_long  # 200 days
    without_ford = desk.refused(issue, Verb.ASK_SUSPENSION, "roads", **asked, resume_on="2025-03-31")
    assert "meanwhile" in without_ford
    last_day = date(2025, 3, 31)
    assert (last_day - date(2024, 11, 1)).days + 1 == 151
    issue = desk.act(issue, Verb.ASK_SUSPENSION, "roads", **asked, resume_on=last_day, interim=FORD)
    assert issue.status == Status.IN_PROGRESS  # nothing rests before the leader has agreed
    assert not desk.offers(issue, Verb.SUSPEND, "duc")
    issue = desk.act(issue, Verb.SUSPEND, "leader")

    assert (issue.status, told(issue.resume_at)) == (Status.SUSPENDED, "2025-03-31 17:30")
    page = desk.see(issue, "roads")
    expect(page.locator(".issue__moves")).to_contain_text(FORD)
    expect(page.locator(".issue__state [data-clock]")).to_have_attribute("data-clock", ClockState.PAUSED)
    expect(desk.follow(issue.submissions.get()).locator("main")).to_contain_text(FORD)

    desk.until("2025-03-31 17:00", issue)
    assert desk.again(issue).status == Status.SUSPENDED
    desk.until("2025-03-31 17:31", issue)
    issue = desk.again(issue)
    assert issue.status == Status.IN_PROGRESS
    assert issue.events.get(verb=Verb.RESUME).by is None
    assert told(issue.total_due_at) > told(in_all)
    assert (issue.total_due_at - in_all).days == 150  # type: ignore[operator]
    assert told(issue.level_due_at) > told(due) > "2024-11"


def test_j5_work_is_not_done_while_a_helper_owes_its_part(desk: Desk):
    issue = on_the_list(desk)
    issue = desk.act(issue, Verb.ANSWER, "water", text="河道已清。")

    assert not desk.offers(issue, Verb.RESOLVE, "roads")
    answer = desk.forge(issue, Verb.RESOLVE, "roads", resolution="新桥通车。", public_line="新桥已通车。")

    assert answer.status == 409
    assert "财政局" in answer.text()
    assert desk.again(issue).status == Status.IN_PROGRESS
    issue = desk.act(issue, Verb.ANSWER, "finance", text="资金已拨付。")
    issue = desk.act(issue, Verb.RESOLVE, "roads", resolution="新桥通车。", public_line="新桥已通车。")
    assert issue.status == Status.PENDING_VERIFICATION


def test_j5_thirty_one_of_forty_are_too_few_and_thirty_two_are_enough(desk: Desk):
    issue = with_helpers_done(desk)
    issue = desk.solved(issue, "roads", "duc", resolution="新桥通车。", public_line="新桥已通车。")

    issue = desk.act(issue, Verb.POLL, "duc", ballots=ballots(20, 11, 9))  # 77.5 %
    assert (issue.status, issue.rectify_rounds) == (Status.IN_PROGRESS, 1)
    expect(desk.see(issue, "duc").locator("main")).to_contain_text("31")

    issue = desk.solved(issue, "roads", "duc", resolution="桥头护栏已补。", public_line="新桥护栏已补。")
    assert issue.light == Light.RED
    issue = desk.act(issue, Verb.POLL, "duc", ballots=ballots(21, 11, 8))  # 80.0 %, and 80 is included
    assert issue.status == Status.PENDING_FEEDBACK  # the office has not let it out of the list yet
    expect(desk.see(issue, "duc").locator("#gate-title")).to_be_visible()

    issue = desk.act(issue, Verb.APPROVE_EXIT, "duc", reason="现场核查合格,同意出库。")
    assert issue.status == Status.CLOSED
    entry = KeySupervisionEntry.objects.get()
    assert entry.exited_at is not None
    assert entry.exit_approved_by == desk.banner.staff["duc"]
    desk.open("/red/?tab=left", "duc")
    expect(desk.page.locator("main")).to_contain_text(issue.number)
