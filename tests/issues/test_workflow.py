"""The tables, row by row, against the notes typed a second time (domain notes §6 and §3.2)."""

from __future__ import annotations

import pytest

from grids.levels import Level
from issues import workflow
from issues.services import VERBS
from issues.terms import ENDS, OPEN, Actor, Field, Status, Verb
from issues.workflow import LADDER, MOVE, MOVES
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
join                 RES PH GM PR VS HOT | RES PH GM PR VS HOT | RES PH GM PR VS HOT | RES PH GM PR VS HOT
choose_answer        RES                 | RES                 | RES                 | RES
confirm_answer       RES                 | RES                 | RES                 | RES
ask_erasure          RES                 | RES                 | RES                 | RES
erase                RES                 | RES                 | RES                 | RES
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
supplement           RES                 | RES                 | RES                 | RES
place                GM VS TC            | VS TC               | TC                  | TC
contact              GM PR VS            | VS PR               | TC DEPT             | DEPT DUC
make_safe            GM PR VS            | GM PR VS            | GM VS TC DEPT       | GM VS TC DEPT DUC
note                 GM PR VS TC DEPT DUC | GM PR VS TC DEPT DUC | GM PR VS TC DEPT DUC | GM PR VS TC DEPT DUC
warn                 SYS                 | SYS                 | SYS                 | SYS
rate                 RES GM VS TC        | RES GM PR TC        | RES GM PR VS DUC    | RES GM VS TC DUC
pass_on_rating       PH                  | PH                  | PH                  | PH
call_back            SYS GM VS TC        | SYS GM PR TC        | SYS GM PR VS DUC    | SYS GM VS TC DUC
told                 GM VS TC            | GM PR VS TC         | GM PR VS TC DUC     | GM VS TC DUC
forward              -                   | -                   | -                   | DUC
refuse_request       VS TC               | TC                  | DUC                 | CL
add_evidence         PR GM               | VS                  | TC DEPT             | DEPT
transcribe           GM PR VS TC         | GM PR VS TC         | GM VS TC DEPT       | TC DEPT DUC
publish_photo        VS TC               | VS TC               | TC                  | DUC
hide_photo           GM PR VS TC DEPT DUC | GM PR VS TC DEPT DUC | GM PR VS TC DEPT DUC | GM PR VS TC DEPT DUC
file_plan            -                   | VS                  | TC DEPT             | DEPT DUC
milestone            -                   | VS                  | TC DEPT             | DEPT DUC
letter               DUC                 | DUC                 | DUC                 | DUC
answer_letter        -                   | VS                  | TC DEPT             | DEPT
recalendar           SYS                 | SYS                 | SYS                 | SYS
purge                SYS                 | SYS                 | SYS                 | SYS
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
_HELD = "accepted assigned in_progress"
_OPEN = "submitted accepted assigned in_progress suspended deferred pending_verification pending_feedback"
_ENDS = "closed closed_explained declined withdrawn merged"
_BEFORE_FEEDBACK = _OPEN.removesuffix(" pending_feedback")
_NOT_NEW = _OPEN.removeprefix("submitted ")
WAYS = {
    "submit": ("draft", "submitted"),
    "supplement": (_OPEN, None),
    "join": (_BEFORE_FEEDBACK, None),
    "choose_answer": (f"{_OPEN} {_ENDS}", None),
    "confirm_answer": (f"{_OPEN} {_ENDS}", None),
    "ask_erasure": (_OPEN, None),
    "erase": (f"{_OPEN} {_ENDS}", None),
    "place": ("submitted", None),
    "accept": ("submitted", "accepted"),
    "decline": ("submitted", "declined"),
    "dispatch": (_HELD, "assigned"),
    "acknowledge": ("accepted assigned", "in_progress"),
    "contact": (_HELD, None),
    "make_safe": (f"submitted {_HELD}", None),
    "note": (_OPEN, None),
    "warn": (_OPEN, None),
    "resolve": ("in_progress", "pending_verification"),
    "verify": ("pending_verification", "pending_feedback"),
    "reject": ("pending_verification", "in_progress"),
    "rate": ("pending_feedback", None),
    "pass_on_rating": ("pending_feedback", None),
    "call_back": ("pending_feedback", None),
    "told": ("declined deferred closed_explained", None),
    "poll": ("pending_feedback", None),
    "close": ("pending_feedback", "closed"),
    "reopen": ("closed closed_explained", "in_progress"),
    "withdraw": (_BEFORE_FEEDBACK, "withdrawn"),
    "merge": (_BEFORE_FEEDBACK, "merged"),
    "split": (_HELD, None),
    "handle_on_the_spot": ("submitted", "pending_feedback"),
    "escalate": (_HELD, "assigned"),
    "return_down": (_HELD, "assigned"),
    "draft_red": (_HELD, None),
    "propose_red": (_HELD, None),
    "enter_red": (_HELD, "assigned"),
    "refuse_red": (_HELD, None),
    "approve_exit": ("pending_feedback", None),
    "exit_down": (_HELD, "assigned"),
    "ask_extension": (_HELD, None),
    "ask_suspension": (_HELD, None),
    "ask_deferral": (_HELD, None),
    "ask_explanation": ("in_progress pending_feedback", None),
    "extend": (_HELD, None),
    "suspend": (_HELD, "suspended"),
    "resume": ("suspended", "in_progress"),
    "defer": (_HELD, "deferred"),
    "explain": ("in_progress pending_feedback", "closed_explained"),
    "forward": (_HELD, None),
    "refuse_request": (f"{_HELD} pending_feedback", None),
    "review": ("deferred", None),
    "object": ("declined deferred", None),
    "ask_help": (_HELD, None),
    "whistle": (_HELD, None),
    "take_task": (_HELD, None),
    "answer": (_HELD, None),
    "waive": (_HELD, None),
    "mark_task": (_OPEN, None),
    "delegate": ("in_progress pending_verification", None),
    "add_evidence": ("in_progress pending_verification", None),
    "transcribe": (f"{_OPEN} closed closed_explained", None),
    "publish_photo": (f"{_NOT_NEW} closed closed_explained", None),
    "hide_photo": (f"{_OPEN} {_ENDS}", None),
    "draft_raise": (_HELD, None),
    "take_up": (_HELD, "assigned"),
    "let_stay": (_HELD, None),
    "dispute": (_HELD, None),
    "decide_level": (_HELD, None),
    "return_order": ("assigned", "accepted"),
    "take_as_project": (_HELD, None),
    "file_plan": (_HELD, None),
    "approve_plan": (_HELD, None),
    "milestone": (_HELD, None),
    "nudge": (_HELD, None),
    "letter": (_OPEN, None),
    "recalendar": (_OPEN, None),
    "purge": (f"{_OPEN} {_ENDS}", None),
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
        Verb.PASS_ON_RATING,
        Verb.MERGE,
        Verb.EXPLAIN,
        Verb.EXTEND,
    ):
        assert Actor.SYSTEM not in MOVE[verb].who(level)


def test_every_verb_of_the_table_is_done_by_a_service_of_its_own_or_by_the_program():
    by_other_doors = {
        Verb.SUBMIT,
        Verb.JOIN,
        Verb.WARN,
        Verb.LETTER,
        Verb.ANSWER_LETTER,
        Verb.RECALENDAR,
        Verb.PURGE,
    }

    assert set(VERBS).isdisjoint(by_other_doors)
    assert set(VERBS) | by_other_doors == set(Verb)


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


_FOLLOWED = f"{_HELD} pending_verification suspended"
_SOURCES = {verb: set(sources.split()) for verb, (sources, _target) in WAYS.items()}
_SOURCES |= {
    key: set(_FOLLOWED.split())
    for key in ("supervise", "lift", "propose_listed", "list", "refuse_listed", "appoint", "report_progress")
}
_SOURCES |= {key: {"submitted", "deferred"} for key in ("uphold", "overrule")}
_SOURCES["answer_letter"] = {status.value for status in Status}
# What the program may do to a report that nobody has accepted in time.
_SYSTEM_FROM_NEW = {"escalate", "draft_red"}
# Whoever skips a level is told that nobody may, not that others might.
_SKIPPING = {"escalate", "propose_red", "enter_red"}


def may(verb: str, actor: Role | Actor, level: Level, status: Status) -> bool:
    """By the notes as they are typed above, without a look at the code."""
    who = next({one for name in names for one in WHO[name]} for row, at, names in ROWS if (row, at) == (verb, level))
    if verb == "accept" and actor in WHO["VS"] | WHO["TC"]:
        who = who | {actor}  # they may set another light in accepting, so what is suggested does not bind them
    late = actor == Actor.SYSTEM and verb in _SYSTEM_FROM_NEW and status == Status.SUBMITTED
    return actor in who and (status.value in _SOURCES[verb] or late)


def test_every_verb_by_everybody_at_every_light_in_every_status_is_as_the_notes_say():
    tried, allowed = 0, 0
    for verb in Verb:
        for level in (Level.GRID, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY):
            for status in Status:
                for actor in (*Role, *Actor):
                    refused = refusal(verb, status, level, actor)
                    assert (refused is None) == may(verb.value, actor, level, status), (verb, actor, level, status)
                    assert refused is None or refused.sentence
                    if refused and status.value in _SOURCES[verb.value] and verb.value not in _SKIPPING:
                        assert refused.by_role, (verb, actor, level, status)  # 403: others may; else 409
                    tried, allowed = tried + 1, allowed + (refused is None)
    assert tried == len(Verb) * (len(Role) + len(Actor)) * 4 * len(Status)
    assert allowed > 1000
