"""The tables, row by row, against the notes typed a second time (domain notes §6 and §3.2)."""

from __future__ import annotations

import pytest

from grids.levels import Level
from issues import workflow
from issues.services import VERBS
from issues.workflow import ENDS, LADDER, MOVE, MOVES, OPEN, Actor, Field, Status, Verb
from representatives.roles import Role

WHO: dict[str, set[Role | Actor]] = {
    "RES": {Actor.REQUESTER},
    "SYS": {Actor.SYSTEM},
    "PH": {Role.CONTACT_HOUSEHOLD},
    "GM": {Role.GRID_MEMBER, Role.GRID_LEADER},
    "PR": {Role.PARTY_REPRESENTATIVE},
    "VS": {Role.VILLAGE_SECRETARY},
    "TC": {Role.TOWNSHIP_COMMITTEE},
    "DEPT": {Role.DEPARTMENT},
    "DUC": {Role.SUPERVISION_OFFICE},
    "CL": {Role.COUNTY_LEADER},
    "HOT": {Role.HOTLINE_OPERATOR},
    "HELP": {Actor.HELPER},
    "DEL": {Actor.DELEGATE},
    "-": set(),
}

# “Who moves the state” of the notes, typed from there and not from the code: green | blue | yellow | red.
NOTES = """
submit               RES PH GM PR VS HOT | RES PH GM PR VS HOT | RES PH GM PR VS HOT | RES PH GM PR VS HOT
accept               GM VS TC            | VS TC               | TC                  | TC
decline              VS TC               | TC                  | TC                  | DUC
dispatch             SYS VS              | VS                  | TC                  | DUC
acknowledge          PR                  | VS PR               | TC DEPT             | DEPT
resolve              PR GM               | VS                  | TC DEPT             | DEPT
suspend              VS                  | TC                  | DUC                 | CL
resume               VS SYS              | TC SYS              | DUC SYS             | CL SYS
defer                TC                  | TC                  | DUC                 | CL
explain              TC                  | TC                  | DUC                 | CL
verify               GM VS               | GM TC               | GM VS TC            | DUC DEL
reject               GM VS               | GM TC               | GM VS TC            | DUC DEL
close                SYS                 | SYS                 | SYS                 | SYS
approve_exit         -                   | -                   | -                   | DUC
withdraw             RES                 | RES                 | RES                 | RES
merge                VS                  | VS                  | TC                  | DUC
reopen               RES VS TC DUC       | RES VS TC DUC       | RES VS TC DUC       | RES VS TC DUC
escalate             PR GM SYS           | VS SYS              | -                   | -
return_down          -                   | VS                  | TC                  | DUC
draft_red            -                   | -                   | SYS                 | -
propose_red          -                   | -                   | TC                  | -
enter_red            -                   | -                   | DUC                 | -
refuse_red           -                   | -                   | DUC                 | -
supervise            -                   | -                   | DUC                 | -
lift                 -                   | -                   | DUC                 | CL
propose_listed       -                   | -                   | -                   | DUC
list                 -                   | -                   | -                   | CL
refuse_listed        -                   | -                   | -                   | CL
appoint              -                   | -                   | -                   | DUC
report_progress      -                   | -                   | TC DEPT             | DEPT
exit_down            -                   | -                   | -                   | DUC
extend               VS                  | TC                  | DUC                 | CL
return_order         -                   | -                   | DEPT                | DEPT
ask_extension        PR                  | VS                  | TC DEPT             | DEPT DUC
ask_suspension       PR                  | VS                  | TC DEPT             | DEPT DUC
ask_deferral         PR                  | VS                  | TC DEPT             | DEPT DUC
ask_explanation      PR                  | VS                  | TC DEPT             | DEPT DUC
review               TC                  | TC                  | DUC                 | CL
object               RES                 | RES                 | RES                 | RES
uphold               VS                  | TC                  | DUC                 | CL
overrule             VS                  | TC                  | DUC                 | CL
dispute              -                   | VS                  | TC                  | DUC
decide_level         -                   | TC                  | DUC                 | CL
take_as_project      -                   | VS                  | TC DEPT             | DEPT DUC
approve_plan         -                   | TC                  | DUC                 | CL
nudge                VS TC               | TC                  | DUC                 | DUC CL
whistle              -                   | -                   | TC                  | DUC
ask_help             -                   | VS                  | TC DEPT             | DEPT DUC
take_task            -                   | HELP                | HELP                | HELP
answer               -                   | HELP                | HELP                | HELP
waive                -                   | VS                  | DEPT TC             | DEPT DUC
mark_task            -                   | VS HELP             | TC HELP             | DUC HELP
delegate             -                   | -                   | -                   | DUC
split                VS                  | VS                  | TC                  | DUC
handle_on_the_spot   GM PR               | -                   | -                   | -
take_up              VS                  | TC                  | -                   | -
let_stay             VS                  | TC                  | -                   | -
draft_raise          SYS                 | SYS                 | SYS                 | -
poll                 GM VS               | GM TC               | GM VS               | DUC
"""
ROWS = [
    (verb, level, who.split())
    for line in NOTES.strip().splitlines()
    for verb, cells in [(line.split()[0], line.strip().split(None, 1)[1].split("|"))]
    for level, who in zip((Level.GRID, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY), cells, strict=True)
]


@pytest.mark.parametrize(("verb", "level", "who"), ROWS, ids=[f"{verb}-{level.name.lower()}" for verb, level, _ in ROWS])
def test_row_of_the_table_names_whom_the_notes_name(verb, level, who):
    expected = {actor for name in who for actor in WHO[name]}

    assert MOVE[Verb(verb)].who(level) == expected


# from → to, typed from the statuses of the notes.
WAYS = {
    "submit": ("draft", "submitted"),
    "accept": ("submitted", "accepted"),
    "decline": ("submitted", "declined"),
    "acknowledge": ("accepted assigned", "in_progress"),
    "resolve": ("in_progress", "pending_verification"),
    "verify": ("pending_verification", "pending_feedback"),
    "reject": ("pending_verification", "in_progress"),
    "close": ("pending_feedback", "closed"),
    "reopen": ("closed closed_explained", "in_progress"),
    "withdraw": ("submitted accepted assigned in_progress suspended deferred pending_verification", "withdrawn"),
    "merge": ("submitted accepted assigned in_progress suspended deferred pending_verification", "merged"),
    "escalate": ("accepted assigned in_progress", "assigned"),
    "return_down": ("accepted assigned in_progress", "assigned"),
    "enter_red": ("accepted assigned in_progress", "assigned"),
    "suspend": ("accepted assigned in_progress", "suspended"),
    "resume": ("suspended", "in_progress"),
    "defer": ("accepted assigned in_progress", "deferred"),
    "rate": ("pending_feedback", None),
    "return_order": ("assigned", "accepted"),
}


@pytest.mark.parametrize("verb", WAYS)
def test_move_leads_from_and_to_the_statuses_of_the_notes(verb):
    sources, target = WAYS[verb]

    assert {status.value for status in MOVE[Verb(verb)].sources} == set(sources.split())
    assert MOVE[Verb(verb)].target == target


def test_ladder_is_the_one_of_the_notes():
    assert [(rung.light.value, rung.owner, rung.climbs) for rung in LADDER] == [
        ("green", Role.PARTY_REPRESENTATIVE, "clock"),
        ("blue", Role.VILLAGE_SECRETARY, "clock"),
        ("yellow", Role.TOWNSHIP_COMMITTEE, "decision"),
        ("red", Role.SUPERVISION_OFFICE, "never"),
    ]
    assert [set(rung.raising_needs) for rung in LADDER] == [
        {Field.TRIED},
        {Field.TRIED, Field.MINUTE},
        {Field.TRIED, Field.MINUTE, Field.BEYOND, Field.REASON},
        set(),
    ]


def test_every_verb_has_one_row_and_every_open_status_a_way_on():
    assert [move.verb for move in MOVES] == list(dict.fromkeys(move.verb for move in MOVES))
    assert {move.verb for move in MOVES} == set(Verb)
    for status in OPEN:
        assert any(status in move.sources and move.target not in (None, status) for move in MOVES), status


@pytest.mark.parametrize("level", [Level.GRID, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY])
def test_program_never_enters_the_red_list_nor_declines_nor_rates(level):
    for verb in (
        Verb.ENTER_RED,
        Verb.PROPOSE_RED,
        Verb.REFUSE_RED,
        Verb.APPROVE_EXIT,
        Verb.DECLINE,
        Verb.RATE,
        Verb.MERGE,
        Verb.EXPLAIN,
        Verb.EXTEND,
    ):
        assert Actor.SYSTEM not in MOVE[verb].who(level)


def test_verbs_of_the_next_stage_stand_in_the_table_and_are_not_offered():
    later: set[Verb] = set()

    assert set(VERBS).isdisjoint(later)
    assert set(VERBS) | later | {Verb.SUBMIT, Verb.WARN, Verb.LETTER, Verb.ANSWER_LETTER, Verb.RECALENDAR, Verb.PURGE} == set(Verb)


def refusal(
    verb: Verb, status: Status, level: Level, *actors: Role | Actor, is_handler: bool = False, above: bool = False
) -> workflow.Refused | None:
    return workflow.refusal(
        MOVE[verb], status=status, level=level, actors=frozenset(actors), is_handler=is_handler, handled_above=above
    )


def test_refusal_when_status_is_wrong_names_both_and_is_nobodys():
    refused = refusal(Verb.CLOSE, Status.SUBMITTED, Level.GRID, Actor.SYSTEM)

    assert refused == workflow.Refused("“Close” is not possible while the issue is “awaiting acceptance”.", by_role=False)


def test_refusal_when_role_is_wrong_is_by_role():
    refused = refusal(Verb.RESOLVE, Status.IN_PROGRESS, Level.TOWNSHIP, Role.PARTY_REPRESENTATIVE)

    assert refused is not None
    assert refused.by_role


def test_handler_when_verifying_own_work_is_refused():
    assert refusal(Verb.VERIFY, Status.PENDING_VERIFICATION, Level.GRID, Role.VILLAGE_SECRETARY) is None
    refused = refusal(Verb.VERIFY, Status.PENDING_VERIFICATION, Level.GRID, Role.VILLAGE_SECRETARY, is_handler=True)
    assert refused is not None
    assert "somebody other than the person who handled it" in refused.sentence


def test_work_done_from_above_when_checked_is_checked_as_one_level_up():
    assert refusal(Verb.VERIFY, Status.PENDING_VERIFICATION, Level.GRID, Role.TOWNSHIP_COMMITTEE) is not None
    assert refusal(Verb.VERIFY, Status.PENDING_VERIFICATION, Level.GRID, Role.TOWNSHIP_COMMITTEE, above=True) is None
    assert refusal(Verb.RESOLVE, Status.IN_PROGRESS, Level.GRID, Role.TOWNSHIP_COMMITTEE, above=True) is not None


def test_program_alone_may_pass_up_what_nobody_accepted():
    assert refusal(Verb.ESCALATE, Status.SUBMITTED, Level.GRID, Actor.SYSTEM) is None
    assert refusal(Verb.ESCALATE, Status.SUBMITTED, Level.GRID, Role.PARTY_REPRESENTATIVE) is not None


@pytest.mark.parametrize(
    ("role", "suggested", "levels"),
    [
        (Role.GRID_MEMBER, Level.GRID, [Level.GRID]),
        (Role.GRID_MEMBER, Level.VILLAGE, []),
        (Role.VILLAGE_SECRETARY, Level.GRID, [Level.GRID, Level.VILLAGE]),
        (Role.VILLAGE_SECRETARY, Level.TOWNSHIP, [Level.GRID, Level.VILLAGE]),
        (Role.TOWNSHIP_COMMITTEE, Level.GRID, [Level.GRID, Level.VILLAGE, Level.TOWNSHIP]),
        (Role.PARTY_REPRESENTATIVE, Level.GRID, []),
        (Role.SUPERVISION_OFFICE, Level.TOWNSHIP, []),
    ],
)
def test_levels_at_which_a_role_may_accept(role, suggested, levels):
    assert workflow.levels_to_accept(frozenset({role}), suggested) == levels


def test_ended_statuses_are_the_five_of_the_notes():
    assert {status.value for status in ENDS} == {"closed", "closed_explained", "declined", "withdrawn", "merged"}
