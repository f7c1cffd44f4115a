"""The policy: as shipped, as checked, as versions."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from grids.levels import Level
from issues import policy, services
from issues.errors import Refusal
from issues.models import CountyDay, SlaPolicy
from issues.policy import PolicyFaults, versions
from issues.timing.spans import Span
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import CHINA, MONDAY, K, china

SHIPPED = versions.SHIPPED.read_text()

# The table of the notes (§3.2), typed a second time: triage, sign, contact, green, blue, yellow, red.
LIMITS = {
    ("urgent", "help"): "2h 2h 4h 24h 48h 3wd 5wd",
    ("normal", "help"): "1wd 4wh 1wd 3wd 5wd 10wd 20wd",
    ("normal", "consult"): "4wh 4wh 1wd 1wd 1wd 2wd 3wd",
    ("critical", "help"): "30min 30min 1h 24h 48h 3wd 5wd",
}


@pytest.mark.parametrize(("urgency", "request_type"), LIMITS)
def test_shipped_limits_are_those_of_the_notes(urgency, request_type):
    terms, row = policy.read(SHIPPED), LIMITS[urgency, request_type].split()
    windows = terms.windows(urgency, request_type)

    assert [str(span) for span in (windows.triage, windows.sign, windows.contact)] == row[:3]
    levels = (Level.GRID, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)
    assert [str(terms.limit(level, urgency, request_type)) for level in levels] == row[3:]


def test_shipped_rules_are_those_of_the_notes():
    terms = policy.read(SHIPPED)

    assert [(str(rules.up.after), str(rules.up.urgent_after)) for rules in (terms.levels.green, terms.levels.blue)] == [
        ("1wd", "4h"),
        ("2wd", "1wd"),
    ]
    assert (terms.levels.yellow.up.by, str(terms.levels.yellow.up.decide_by)) == ("decision", "2wd")
    assert [(rules.extension.times, str(rules.extension.max), rules.extension.by) for rules in (
        terms.levels.green, terms.levels.blue, terms.levels.yellow, terms.levels.red)] == [
        (1, "2wd", Role.VILLAGE_SECRETARY), (1, "3wd", Role.TOWNSHIP_COMMITTEE),
        (1, "10wd", Role.SUPERVISION_OFFICE), (2, "15wd", Role.COUNTY_LEADER),
    ]  # fmt: skip
    assert str(terms.total) == "60d"
    assert [(warning.at, warning.to, warning.via) for warning in terms.warn] == [
        (0.5, ("handler",), "digest"),
        (0.8, ("handler", "leader"), "message"),
        (1.0, ("handler", "leader", "next_level"), "message"),
    ]
    assert [str(terms.down_within(level)) for level in (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)] == ["1wd", "1wd", "2wd"]


def test_share_of_content_when_it_meets_the_bound_passes():
    closure = policy.read(SHIPPED).closure

    assert closure.passes(32, 40)
    assert not closure.passes(31, 40)
    assert [closure.quorum(n) for n in (1, 5, 6, 10, 20, 40)] == [1, 5, 5, 5, 6, 12]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            ("green: 24h", "green: 24 hours"),
            "Line 19, “limits.urgent.green”: “24 hours” is not a length of time; write for example 3wd",
        ),
        (("{triage: 1wd, sign: 4wh", "{sign: 4wh"), "Line 20, “limits.normal.triage”: it is missing."),
        (
            ("poll_min: 0.80", "poll_min: 80"),
            f"Line {1 + SHIPPED[: SHIPPED.index('poll_min')].count(chr(10))}, “closure.poll_min”: the number is out of range",
        ),
        (("attempts: 3", "attemps: 3"), "no such key is known here"),
        (
            ("by: decision", "by: clock"),
            "Line 25, “levels”: An issue enters the red list by a person's decision, never by the clock.",
        ),
        (
            ("owner: village_secretary", "owner: county_leader"),
            "“blue” belongs to “village_secretary”; that is not for a policy to change.",
        ),
        (("calendar: cn_workdays", "calendar: lunar"), "Line 8, “calendar”: it must be one of: cn_workdays or weekdays."),
        (("Asia/Shanghai", "Asia/Balin"), "“Asia/Balin” is not a known time zone."),
        (('"14:30-17:30"', '"11:30-17:30"'), "The working hours must follow each other and not overlap."),
        (('"14:30-17:30"', '"afternoon"'), "Line 10, “working_hours.1”: “afternoon” is not a stretch of the day"),
        (("at: 0.5", "at: 0.9"), "The warnings must rise from the earliest to the latest."),
        (("id: default-2026", "id: Default 2026"), "only lower-case letters"),
        (("id: default-2026", "id: [1"), "this is not readable as YAML."),
        (
            ("after: 1wd, urgent_after: 4h", "urgent_after: 4h"),
            "“after” is missing: how long after its time is up does the issue move on?",
        ),
    ],
)
def test_faulty_policy_is_refused_with_a_sentence_that_names_the_line(change, fault):
    assert change[0] in SHIPPED

    with pytest.raises(PolicyFaults) as faults:
        policy.read(SHIPPED.replace(change[0], change[1], 1))

    assert fault in "\n".join(faults.value.faults)
    assert all(sentence.startswith("Line ") for sentence in faults.value.faults)


def test_every_fault_is_named_at_once_in_the_order_of_the_lines():
    with pytest.raises(PolicyFaults) as faults:
        policy.read(SHIPPED.replace("2h", "2hours").replace("attempts: 3", "attempts: many"))

    lines = [int(sentence.split()[1].rstrip(",")) for sentence in faults.value.faults]
    assert lines == sorted(lines)
    assert len(lines) >= 4


@pytest.mark.parametrize("text", ["", "- a list", "just words", "a: &x [*x]"])
def test_something_quite_else_is_refused_and_never_crashes(text):
    with pytest.raises(PolicyFaults):
        policy.read(text)


@given(st.integers(0, 9999), st.sampled_from(["wd", "wh", "h", "min", "d"]))
def test_length_when_written_and_read_is_itself(amount, unit):
    span = Span.parse(f"{amount}{unit}")

    assert Span.parse(str(span)) == span
    assert Span.parse(f" {amount} {unit.upper()} ") == span


@given(st.integers(1, 500), st.sampled_from([0.25, 0.5, 0.8, 1.0]))
def test_share_of_a_length_is_rounded_up(amount, part):
    share = Span.parse(f"{amount}wd").share(part).amount

    assert share - 1 < amount * part <= share


# --- versions ---


@pytest.mark.django_db
def test_issue_keeps_the_version_it_was_reported_under():
    county = make.county()
    before = make.reported(county, MONDAY, about="env.waste")
    stricter = versions.with_values(SHIPPED, id="default-2027").replace("green: 3wd", "green: 2wd")
    versions.store(stricter, active_from=MONDAY + timedelta(days=1), signed_by="旗委办", at=MONDAY)

    make.do(before, make.Verb.ACCEPT, county["gm1"], china("2024-09-24 10:00"))
    after = make.accepted(county, china("2024-09-24 10:00"), about="env.waste")

    assert (before.policy.identifier, before.level_due_at) == ("default-2026", china("2024-09-27 17:30"))
    assert (after.policy.identifier, after.level_due_at) == ("default-2027", china("2024-09-26 17:30"))
    assert policy.in_force(MONDAY).identifier == "default-2026"


@pytest.mark.django_db
def test_version_when_stored_again_is_found_and_when_altered_refused():
    row, is_new = versions.store(SHIPPED, active_from=MONDAY, signed_by="", at=MONDAY)
    again, is_newer = versions.store(SHIPPED + "\n# a remark\n", active_from=MONDAY, signed_by="", at=MONDAY)

    assert (is_new, is_newer, again.pk) == (True, False, row.pk)
    with pytest.raises(Refusal, match="versions are never edited"):
        versions.store(SHIPPED.replace("total: 60d", "total: 90d"), active_from=MONDAY, signed_by="", at=MONDAY)


@pytest.mark.django_db
def test_stored_version_reads_back_as_the_policy_that_was_signed():
    row, _ = versions.store(SHIPPED, active_from=MONDAY, signed_by="", at=MONDAY)

    assert policy.terms(row.pk) == policy.read(SHIPPED)
    assert row.source == SHIPPED


@pytest.mark.django_db
def test_county_day_moves_what_is_due_in_that_county():
    county = make.county()
    CountyDay.objects.create(area=county.areas[K], day=date(2024, 9, 24), works=False, reason="那达慕")

    issue = make.accepted(county, MONDAY, about="env.waste")

    assert issue.level_due_at == china("2024-09-27 17:30")


@pytest.mark.django_db
def test_narrower_county_day_has_the_last_word():
    county = make.county()
    for path, works in ((K, False), ("K.T1", True)):
        CountyDay.objects.create(area=county.areas[path], day=date(2024, 9, 24), works=works, reason="x")

    assert make.stored_calendar("K.T1.V1").is_working_day(date(2024, 9, 24))
    assert not make.stored_calendar("K.T2").is_working_day(date(2024, 9, 24))


@pytest.mark.django_db
def test_switched_off_level_is_stepped_over():
    county = make.county()
    no_blue = versions.with_values(SHIPPED, id="no-blue").replace(
        "owner: village_secretary\n", "owner: village_secretary\n    enabled: false\n"
    )
    versions.store(no_blue, active_from=china("2024-09-01 00:00"), signed_by="", at=MONDAY)

    issue = make.in_hand(county, MONDAY)
    make.do(issue, make.Verb.ESCALATE, county["pr1"], MONDAY, tried="asked")

    assert issue.level == Level.TOWNSHIP
    assert services.suggested_level(make.unsaved(county, about="road.light"), policy.terms(issue.policy_id)) == Level.TOWNSHIP


@pytest.mark.django_db
def test_always_beginning_green_is_a_choice_of_the_county():
    county = make.county()
    ladder = versions.with_values(SHIPPED, id="ladder", start_mode="ladder")
    versions.store(ladder, active_from=china("2024-09-01 00:00"), signed_by="", at=MONDAY)

    assert make.reported(county, MONDAY, about="road.safety").level == Level.GRID


@pytest.mark.django_db
def test_command_stores_checks_and_says_what_is_wrong(tmp_path: Path):
    out = StringIO()
    call_command("load_policy", active_from="2024-01-01", signed_by="旗委办", stdout=out)
    row = SlaPolicy.objects.get()
    assert (row.identifier, row.signed_by, row.active_from.astimezone(CHINA).date()) == ("default-2026", "旗委办", date(2024, 1, 1))

    call_command("load_policy", str(versions.PLAIN_WEEKDAYS), id="boston-2026", time_zone="America/New_York", stdout=out)
    assert policy.terms(SlaPolicy.objects.get(identifier="boston-2026").pk).time_zone == "America/New_York"

    faulty = tmp_path / "faulty.yaml"
    faulty.write_text(SHIPPED.replace("24h", "24 hours"))
    with pytest.raises(CommandError, match="Line 19"):
        call_command("load_policy", str(faulty), stdout=out)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_policy", str(tmp_path / "nowhere.yaml"), stdout=out)
    with pytest.raises(CommandError, match="is not a date"):
        call_command("load_policy", active_from="tomorrow", stdout=out)
    call_command("load_policy", check=True, stdout=out)
    assert "“default-2026” is sound." in out.getvalue()
    assert SlaPolicy.objects.count() == 2
