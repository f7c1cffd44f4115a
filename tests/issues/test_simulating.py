"""The past replayed: today's policy gives back what happened; a draft moves it as its clocks say; the work can be watched."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from issues import policy, sweeps
from issues.errors import Forbidden, Refusal
from issues.models import Issue, PolicyDraft, Simulation, SlaPolicy, Stage
from issues.policy import drafting, versions
from issues.simulating import history, results, running
from issues.simulating.replay import Outcome
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import CELLS, MONDAY, K, china, do

SHIPPED = versions.SHIPPED.read_text()
END = china("2024-12-20 12:00")


def draft(county: make.County, *changes: tuple[str, str]) -> PolicyDraft:
    text = versions.with_values(SHIPPED, id="draft-2025")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    kept, faults = drafting.keep(text, by=county["admin"], at=MONDAY)
    assert not faults
    return kept


def sweep_until(end: datetime) -> None:
    """Every sweep at every moment for which something is due."""
    for _ in range(2000):
        due = [at for pair in Issue.objects.filter(closed_at=None).values_list("warn_at", "climb_at") for at in pair if at]
        if not due or min(due) > end:
            return
        for sweep in (sweeps.warn, sweeps.climb, sweeps.draft):
            assert sweep(at=min(due)).failed == []
    raise AssertionError("no end of sweeping")


def live(county: make.County, n: int, *, seed: int = 1) -> None:
    """So many issues lived through the services and the sweeps, at random: solved early, late, at night, passed up, or left lying."""
    rng = random.Random(seed)
    plans = []
    for _ in range(n):
        at = MONDAY + timedelta(minutes=rng.randrange(60 * 24 * 30))
        plans.append((at, "report", None))
    steps: list[tuple[datetime, str, int | None]] = sorted(plans, key=lambda step: step[0])
    while steps:
        at, what, pk = steps.pop(0)
        sweep_until(at)
        issue = None if pk is None else Issue.objects.get(pk=pk)
        later = [at + timedelta(minutes=rng.randrange(30, 60 * 24 * 9)) for _ in range(2)]
        if what == "report":
            about = rng.choice(("env.waste", "house.minor", "env.waste", "road.light"))
            issue = make.reported(county, at, path=rng.choice(CELLS[:2]), about=about, danger=rng.random() < 0.1)
            if rng.random() < 0.85:
                steps.append((at + timedelta(minutes=rng.randrange(5, 60 * 30)), "accept", issue.pk))
        elif issue is None or issue.closed_at:
            continue
        elif what == "accept" and issue.status == "submitted":
            do(issue, Verb.ACCEPT, county["vs1"], at)
            steps.append((later[0], rng.choice(("solve", "solve", "up", "lie")), issue.pk))
        elif what == "up" and issue.status in ("accepted", "assigned", "in_progress") and issue.level < 30:
            by = county["pr1" if issue.level == 10 else "vs1"]
            do(issue, Verb.ESCALATE, by, at, tried="asked around", minute=make.MINUTE)
            steps.append((later[0], rng.choice(("solve", "up", "lie")), issue.pk))
        elif what == "solve" and issue.status in ("accepted", "assigned", "in_progress"):
            by = county[{10: "pr1", 20: "vs1", 30: "tc1"}[issue.level]]
            if issue.status != "in_progress":
                do(issue, Verb.ACKNOWLEDGE, by, at)
            do(issue, Verb.RESOLVE, by, at)
            steps.append((later[0], rng.choice(("verify", "reject")), issue.pk))
        elif what == "reject" and issue.status == "pending_verification":
            do(
                issue,
                Verb.REJECT,
                county["tc1"] if issue.level == 20 else county["vs1"] if issue.level == 10 else county["gl1"],
                at,
            )
            steps.append((later[0], "solve", issue.pk))
        steps.sort(key=lambda step: step[0])
    sweep_until(END)


def replayed(county: make.County, terms: policy.Policy) -> tuple[history.History, Outcome]:
    since = china("2024-09-01 00:00")
    read = history.read(K, since, END, lambda _share: None)
    return read, running.replayed(read, K, terms, since, END, lambda: None)


def counts(outcome: Outcome) -> dict[str, list[int]]:
    found = {measure: getattr(outcome, measure).sum(axis=0).tolist() for measure in ("late", "climbed")}
    return {**found, "drafted": [int(outcome.drafted.sum())]}


def test_todays_policy_replayed_gives_back_what_the_ledger_says(county):
    """Tolerance: one issue per figure, for what comes to pass in the very minute in which it was due."""
    live(county, 40)

    read, outcome = replayed(county, make.terms())
    told = results.recorded(K, china("2024-09-01 00:00"), END, last_step=2)

    assert len(read) == 40
    recorded = {name: [told[light][name] for light in ("green", "blue", "yellow", "red")] for name in ("late", "climbed")}
    assert sum(recorded["late"]) > 15  # a history with something in it
    assert sum(recorded["climbed"]) > 10
    for name in ("late", "climbed"):
        for found, expected in zip(counts(outcome)[name], recorded[name], strict=True):
            assert abs(found - expected) <= 1, (name, counts(outcome), recorded)
    assert abs(counts(outcome)["drafted"][0] - told["yellow"]["drafted"]) <= 1


def test_issue_solved_in_time_is_late_under_a_shorter_limit_and_climbs_by_it(county):
    issue = make.in_hand(county, MONDAY, about="env.waste")
    do(issue, Verb.RESOLVE, county["pr1"], china("2024-09-26 10:00"))  # due in the afternoon
    strict = policy.read(versions.with_values(SHIPPED, id="x").replace("green: 3wd", "green: 1wd"))

    assert counts(replayed(county, make.terms())[1]) == {"late": [0, 0, 0, 0], "climbed": [0, 0, 0, 0], "drafted": [0]}
    found = replayed(county, strict)[1]

    assert counts(found) == {"late": [1, 0, 0, 0], "climbed": [1, 0, 0, 0], "drafted": [0]}
    assert [int(level[0]) for _rows, level, _came, _left in found.stays] == [0, 1]


def test_issue_nobody_touched_climbs_when_the_draft_says(county):
    make.accepted(county, MONDAY, about="env.waste")
    sweep_until(END)
    slow = policy.read(
        versions.with_values(SHIPPED, id="x").replace("after: 1wd, urgent_after: 4h", "after: 20wd, urgent_after: 4h")
    )

    _read, outcome = replayed(county, slow)

    green = outcome.stays[0]
    assert history.micros(china("2024-10-29 17:30")) == green[3][0]  # 26-09 and twenty working days
    assert counts(outcome)["climbed"] == [1, 1, 0, 0]


def test_level_switched_off_in_the_draft_holds_nothing(county):
    make.accepted(county, MONDAY, about="env.waste")
    sweep_until(END)
    off = policy.read(SHIPPED.replace("    owner: village_secretary\n", "    owner: village_secretary\n    enabled: false\n"))

    _read, outcome = replayed(county, off)

    assert outcome.seen.sum(axis=0).tolist() == [1, 0, 1, 0]
    assert counts(outcome)["drafted"] == [1]


def test_ladder_in_the_draft_begins_every_issue_green(county):
    make.accepted(county, MONDAY, about="road.bridge", by="tc1", level="yellow")
    ladder = policy.read(SHIPPED.replace("start_mode: direct", "start_mode: ladder"))

    assert replayed(county, ladder)[1].seen.sum(axis=0).tolist() == [1, 1, 1, 0]


def test_red_is_entered_by_the_people_of_the_time_alone(county):
    issue = make.at_red(county, MONDAY, about="env.waste")
    assert issue.level == 40

    _read, outcome = replayed(county, make.terms())

    assert (int(outcome.entered.sum()), counts(outcome)["drafted"]) == (1, [0])


def test_township_with_a_day_of_its_own_is_replayed_by_it(county):
    from issues.models import CountyDay

    CountyDay.objects.create(area=county.areas["K.T1"], day=china("2024-09-24 00:00").date(), works=False, reason="那达慕")
    here = make.in_hand(county, MONDAY, about="env.waste")
    do(here, Verb.RESOLVE, county["pr1"], china("2024-09-27 10:00"))  # in time, for the day was off

    assert counts(replayed(county, make.terms())[1])["late"] == [0, 0, 0, 0]


# --- the work ---


def asked(county: make.County, *changes: tuple[str, str], at: datetime = END) -> Simulation:
    return running.ask(draft(county, *changes), county.areas[K], months=4, by=county["duc"], at=at)


def test_simulation_is_run_once_and_keeps_its_result(county):
    make.accepted(county, MONDAY, about="env.waste")
    sweep_until(END)
    simulation = asked(county, ("green: 3wd", "green: 1wd"))

    assert running.run(simulation.pk, clock=lambda: END)
    assert not running.run(simulation.pk, clock=lambda: END)

    simulation.refresh_from_db()
    assert (simulation.stage, simulation.share) == (Stage.DONE, 100)
    result = simulation.result
    assert result is not None
    assert result["issues"] == 1
    assert [row["late"] for row in result["total"]] == [[1, 1], [1, 1], [1, 1], [0, 0]]
    assert [table["name"] for table in result["townships"]] == ["T1"]
    assert result["recorded"]["green"] == {"late": 1, "climbed": 1, "drafted": 0}
    load = result["load"]
    assert len(load["weeks"]) == len(load["owners"][0]["weeks"][0])
    assert sum(max(owner["weeks"][0]) for owner in load["owners"]) == 3  # at three desks, one after the other
    assert simulation.today == SlaPolicy.objects.get(identifier="default-2026")


def test_simulation_when_cancelled_stops_and_stays_so(county):
    make.accepted(county, MONDAY, about="env.waste")
    waiting, begun = asked(county), asked(county)
    running.cancel(waiting, by=county["duc"], at=END)
    assert not running.run(waiting.pk, clock=lambda: END)

    def cancels() -> datetime:
        Simulation.objects.filter(pk=begun.pk, stage=Stage.RUNNING).update(stage=Stage.CANCELLED)
        return END

    assert not running.run(begun.pk, clock=cancels)
    assert set(Simulation.objects.values_list("stage", flat=True)) == {Stage.CANCELLED}
    with pytest.raises(Refusal, match="over already"):
        running.cancel(waiting, by=county["duc"], at=END)


def test_simulation_whose_worker_died_begins_anew(county):
    make.accepted(county, MONDAY, about="env.waste")
    simulation = asked(county)
    Simulation.objects.update(stage=Stage.RUNNING, seen_at=END)

    assert running.work(clock=lambda: END + timedelta(minutes=2)) == "0 simulations"
    assert running.work(clock=lambda: END + timedelta(minutes=6)) == "1 simulations"
    simulation.refresh_from_db()
    assert simulation.stage == Stage.DONE


def test_simulation_that_fails_says_so(county, monkeypatch, caplog):
    simulation = asked(county)

    def breaks(*_args: object) -> None:
        raise RuntimeError("no more memory")

    monkeypatch.setattr(running, "simulated", breaks)
    running.run(simulation.pk, clock=lambda: END)

    simulation.refresh_from_db()
    assert (simulation.stage, simulation.problem) == (Stage.FAILED, "no more memory")


def test_simulation_is_for_those_who_read_policies_and_for_sound_drafts(county):
    sound = draft(county)
    with pytest.raises(Forbidden):
        running.ask(sound, county.areas[K], months=3, by=county["tc1"], at=END)
    with pytest.raises(Refusal, match="between 1 and"):
        running.ask(sound, county.areas[K], months=99, by=county["duc"], at=END)
    faulty, faults = drafting.keep("id: x\n", by=county["admin"], at=MONDAY)
    assert faults
    with pytest.raises(Refusal, match="has faults"):
        running.ask(faulty, county.areas[K], months=3, by=county["duc"], at=END)


def test_history_is_read_in_as_many_statements_whatever_its_length(county, django_assert_num_queries):
    for _ in range(5):
        make.in_hand(county, MONDAY, about="env.waste")
    with django_assert_num_queries(3):
        history.read(K, china("2024-09-01 00:00"), END, lambda _share: None)
