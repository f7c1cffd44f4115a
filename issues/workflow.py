"""What the platform promises, on one screen: up the ladder, and sideways.

`LADDER` says who decides at each level and how an issue climbs; `MOVES` says who may do what, when. Buttons,
permissions, clocks, the API and the documentation are read from these tables, so they cannot disagree. Pure: knows no
database and no clock. Source: domain notes §3.2 (escalation) and §6 (who moves the state).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from grids.levels import LADDER_LEVELS, Level
from issues.terms import ENDS, OPEN, Actor, Field, Light, Status, Verb
from representatives.roles import Role


@dataclass(frozen=True)
class Rung:
    """A level of the ladder."""

    level: Level
    light: Light
    owner: Role  # accountable for issues at this level
    climbs: str  # “clock”: by itself when late; “decision”: only a person may raise it; “never”: there is no next level
    raised_by: frozenset[Role]  # who may pass it up
    raising_needs: tuple[Field, ...]  # what passing it up must contain


CLOCK, DECISION, NEVER = "clock", "decision", "never"

GM, GL, PR = Role.GRID_MEMBER, Role.GRID_LEADER, Role.PARTY_REPRESENTATIVE
VS, TC, LEAD = Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE, Role.DEPARTMENT  # a department counts only as lead unit
DUC, CL, PH = Role.SUPERVISION_OFFICE, Role.COUNTY_LEADER, Role.CONTACT_HOUSEHOLD
RES, SYS, HELP, DELEGATE = Actor.REQUESTER, Actor.SYSTEM, Actor.HELPER, Actor.DELEGATE

# fmt: off
LADDER: tuple[Rung, ...] = (
    Rung(Level.GRID,     Light.GREEN,  PR,  CLOCK,    frozenset({PR, GM, GL}), (Field.TRIED,)),
    Rung(Level.VILLAGE,  Light.BLUE,   VS,  CLOCK,    frozenset({VS}),         (Field.TRIED, Field.MINUTE)),
    Rung(Level.TOWNSHIP, Light.YELLOW, TC,  DECISION, frozenset({TC}),         (Field.TRIED, Field.MINUTE, Field.BEYOND, Field.REASON)),
    Rung(Level.COUNTY,   Light.RED,    DUC, NEVER,    frozenset(),             ()),
)
# fmt: on
RUNGS: Mapping[Level, Rung] = {rung.level: rung for rung in LADDER}
LEVEL_OF: Mapping[Light, Level] = {rung.light: rung.level for rung in LADDER}

Who = frozenset[Role | Actor]
Actors = frozenset[Role | Actor]


def _who(*actors: Role | Actor) -> Who:
    return frozenset(actors)


NOBODY = _who()


@dataclass(frozen=True)
class Refused:
    """A move that may not be made, and why, as a sentence; `by_role`: others might make it (403), else nobody (409)."""

    sentence: str
    by_role: bool = False


@dataclass(frozen=True)
class Move:
    """One verb: from which statuses, to which, who may do it at each light, and what it must say."""

    verb: Verb
    sources: frozenset[Status]
    target: Status | None  # None: the status stays as it is
    green: Who
    blue: Who
    yellow: Who
    red: Who
    needs: tuple[Field, ...] = ()
    allows: tuple[Field, ...] = ()
    by_handler: bool = True  # False: not by the person who handled it
    also_from: frozenset[Status] = frozenset()  # whence the program may do it too: what nobody accepted climbs all the same

    def who(self, level: int) -> Who:
        """Those who may do it while the issue is at that level."""
        by_light = {Light.GREEN: self.green, Light.BLUE: self.blue, Light.YELLOW: self.yellow, Light.RED: self.red}
        return by_light[light_of(level)]


_S = Status
_NEW = frozenset({_S.SUBMITTED})
_WAITING = frozenset({_S.ACCEPTED, _S.ASSIGNED})
_WORKING = frozenset({_S.IN_PROGRESS})
_HELD = _WAITING | _WORKING
_CHECK = frozenset({_S.PENDING_VERIFICATION})
_FEEDBACK = frozenset({_S.PENDING_FEEDBACK})
_FOLLOWED = _HELD | _CHECK | frozenset({_S.SUSPENDED})  # while it is under supervision
_OBJECTED = frozenset({_S.SUBMITTED, _S.DEFERRED})
UNTOLD = frozenset({_S.DECLINED, _S.DEFERRED, _S.CLOSED_EXPLAINED})  # decided against the requester, who is to know it
_SHUT = frozenset({_S.CLOSED, _S.CLOSED_EXPLAINED})
_STAFF = _who(GM, GL, PR, VS, TC, LEAD, DUC)
_TELL = _who(RES, PH, GM, GL, PR, VS, Role.HOTLINE_OPERATOR)
_UP = _who(RES, VS, TC, DUC)  # who may reopen: the requester, the secretary and everybody above
_ASK = (_who(GM, GL, VS, TC), _who(GM, GL, PR, TC), _who(GM, GL, PR, VS, DUC), _who(GM, GL, VS, TC, DUC))  # who may call back
# Who may tell by telephone what was decided: they, and the level's own desk, which need not stand back from its decision.
_CALL = tuple(ask | _who(desk) for ask, desk in zip(_ASK, (VS, VS, TC, DUC), strict=True))
_REASON = (Field.REASON,)
_LISTING = (Field.LEADER, Field.DUE, Field.PUBLIC_LINE, Field.REASON)
_OUTCOME = (Field.PUBLIC_LINE, Field.NON_PUBLIC_REASON)

# A vacancy falls to the next role (`representatives.roles.SUCCESSION`); who stands in counts as the role that is vacant.
# fmt: off
MOVES: tuple[Move, ...] = (
    #    verb               from               to                       green                 blue             yellow               red
    Move(Verb.SUBMIT,       frozenset({_S.DRAFT}), _S.SUBMITTED,        _TELL,                _TELL,           _TELL,               _TELL),
    Move(Verb.JOIN,         OPEN - _FEEDBACK,  None,                    _TELL,                _TELL,           _TELL,               _TELL),
    Move(Verb.SUPPLEMENT,   OPEN,              None,                    _who(RES),            _who(RES),       _who(RES),           _who(RES),  (Field.TEXT,)),
    Move(Verb.ACCEPT,       _NEW,              _S.ACCEPTED,             _who(GM, GL, VS, TC), _who(VS, TC),    _who(TC),            _who(TC),   (), (Field.CATEGORY, Field.URGENCY, Field.LEVEL)),
    Move(Verb.PLACE,        _NEW,              None,                    _who(GM, GL, VS, TC), _who(VS, TC),    _who(TC),            _who(TC),   (Field.AREA,)),
    Move(Verb.DECLINE,      _NEW,              _S.DECLINED,             _who(VS, TC),         _who(TC),        _who(TC),            _who(DUC),  (Field.REASON, Field.REPLY)),
    Move(Verb.DISPATCH,     _HELD,             _S.ASSIGNED,             _who(VS, SYS),        _who(VS),        _who(TC),            _who(DUC),  (Field.UNIT,), (Field.TEXT, Field.NOTIFIED)),
    Move(Verb.ACKNOWLEDGE,  _WAITING,          _S.IN_PROGRESS,          _who(PR),             _who(VS, PR),    _who(TC, LEAD),      _who(LEAD)),
    Move(Verb.CONTACT,      _HELD,             None,                    _who(GM, GL, PR, VS), _who(VS, PR),    _who(TC, LEAD),      _who(LEAD, DUC), (), (Field.TEXT,)),
    Move(Verb.MAKE_SAFE,    _HELD | _NEW,      None,                    _who(GM, GL, PR, VS), _who(GM, GL, PR, VS), _who(GM, GL, VS, TC, LEAD), _who(GM, GL, VS, TC, LEAD, DUC), (Field.TEXT,)),
    Move(Verb.NOTE,         OPEN,              None,                    _STAFF,               _STAFF,          _STAFF,              _STAFF,     (Field.TEXT,), (Field.REPLY, *_OUTCOME)),
    Move(Verb.ESCALATE,     _HELD,             _S.ASSIGNED,             LADDER[0].raised_by | {SYS}, LADDER[1].raised_by | {SYS}, NOBODY, NOBODY, (Field.TRIED,), also_from=_NEW),
    Move(Verb.RETURN_DOWN,  _HELD,             _S.ASSIGNED,             NOBODY,               _who(VS),        _who(TC),            _who(DUC),  (Field.GROUND, Field.REASON)),
    Move(Verb.DRAFT_RED,    _HELD,             None,                    NOBODY,               NOBODY,          _who(SYS),           NOBODY,     also_from=_NEW),
    Move(Verb.PROPOSE_RED,  _HELD,             None,                    NOBODY,               NOBODY,          _who(TC),            NOBODY,     LADDER[2].raising_needs),
    Move(Verb.ENTER_RED,    _HELD,             _S.ASSIGNED,             NOBODY,               NOBODY,          _who(DUC),           NOBODY,     (Field.REASON, Field.UNIT), (Field.UNITS, Field.NOTIFIED, Field.BEYOND, Field.MINUTE)),
    Move(Verb.REFUSE_RED,   _HELD,             None,                    NOBODY,               NOBODY,          _who(DUC),           NOBODY,     _REASON),
    Move(Verb.APPROVE_EXIT, _FEEDBACK,         None,                    NOBODY,               NOBODY,          NOBODY,              _who(DUC),  _REASON),
    Move(Verb.WARN,         OPEN,              None,                    _who(SYS),            _who(SYS),       _who(SYS),           _who(SYS)),
    Move(Verb.RESOLVE,      _WORKING,          _S.PENDING_VERIFICATION, _who(PR, GM, GL),     _who(VS),        _who(TC, LEAD),      _who(LEAD), (Field.RESOLUTION,), _OUTCOME),
    Move(Verb.VERIFY,       _CHECK,            _S.PENDING_FEEDBACK,     _who(GM, GL, VS),     _who(GM, GL, TC), _who(GM, GL, VS, TC), _who(DUC, DELEGATE), (), (Field.TEXT,), by_handler=False),
    Move(Verb.REJECT,       _CHECK,            _S.IN_PROGRESS,          _who(GM, GL, VS),     _who(GM, GL, TC), _who(GM, GL, VS, TC), _who(DUC, DELEGATE), _REASON, by_handler=False),
    Move(Verb.RATE,         _FEEDBACK,         None,                    _ASK[0] | {RES},      _ASK[1] | {RES}, _ASK[2] | {RES},     _ASK[3] | {RES}, (Field.RATING,), (Field.TEXT, Field.SUBMISSION), by_handler=False),
    Move(Verb.PASS_ON_RATING, _FEEDBACK,       None,                    _who(PH),             _who(PH),        _who(PH),            _who(PH),   (Field.RATING, Field.CONSENT), (Field.TEXT, Field.SUBMISSION), by_handler=False),
    Move(Verb.CALL_BACK,    _FEEDBACK,         None,                    _ASK[0] | {SYS},      _ASK[1] | {SYS}, _ASK[2] | {SYS},     _ASK[3] | {SYS}, (), (Field.TEXT, Field.SUBMISSION), by_handler=False),
    Move(Verb.TOLD,         UNTOLD,            None,                    _CALL[0],             _CALL[1],        _CALL[2],            _CALL[3],   (), (Field.TEXT,)),
    Move(Verb.CLOSE,        _FEEDBACK,         _S.CLOSED,               _who(SYS),            _who(SYS),       _who(SYS),           _who(SYS)),
    Move(Verb.REOPEN,       _SHUT,             _S.IN_PROGRESS,          _UP,                  _UP,             _UP,                 _UP,        _REASON),
    Move(Verb.WITHDRAW,     OPEN - _FEEDBACK,  _S.WITHDRAWN,            _who(RES),            _who(RES),       _who(RES),           _who(RES),  (), (Field.REASON,)),
    Move(Verb.MERGE,        OPEN - _FEEDBACK,  _S.MERGED,               _who(VS),             _who(VS),        _who(TC),            _who(DUC),  (Field.ISSUE,)),
    Move(Verb.SPLIT,        _HELD,             None,                    _who(VS),             _who(VS),        _who(TC),            _who(DUC),  (Field.SUBMISSIONS, Field.TITLE, Field.REASON), (Field.CATEGORY,)),
    Move(Verb.HANDLE_ON_THE_SPOT, _NEW,        _S.PENDING_FEEDBACK,     _who(GM, GL, PR),     NOBODY,          NOBODY,              NOBODY,     (Field.RESOLUTION,), _OUTCOME),
    Move(Verb.ASK_EXTENSION,   _HELD,          None,                    _who(PR),             _who(VS),        _who(TC, LEAD),      _who(LEAD, DUC), (Field.REASON, Field.DUE)),
    Move(Verb.ASK_SUSPENSION,  _HELD,          None,                    _who(PR),             _who(VS),        _who(TC, LEAD),      _who(LEAD, DUC), (Field.SUSPENSION, Field.REASON), (Field.RESUME_ON, Field.INTERIM)),
    Move(Verb.ASK_DEFERRAL,    _HELD,          None,                    _who(PR),             _who(VS),        _who(TC, LEAD),      _who(LEAD, DUC), (Field.REASON, Field.REPLY)),
    Move(Verb.ASK_EXPLANATION, _WORKING | _FEEDBACK, None,              _who(PR),             _who(VS),        _who(TC, LEAD),      _who(LEAD, DUC), (Field.REASON, Field.REPLY)),
    Move(Verb.EXTEND,       _HELD,             None,                    _who(VS),             _who(TC),        _who(DUC),           _who(CL),   (), (Field.DUE, Field.REPLY)),
    Move(Verb.SUSPEND,      _HELD,             _S.SUSPENDED,            _who(VS),             _who(TC),        _who(DUC),           _who(CL),   (), (Field.REPLY,)),
    Move(Verb.RESUME,       frozenset({_S.SUSPENDED}), _S.IN_PROGRESS,  _who(VS, SYS),        _who(TC, SYS),   _who(DUC, SYS),      _who(CL, SYS)),
    Move(Verb.DEFER,        _HELD,             _S.DEFERRED,             _who(TC),             _who(TC),        _who(DUC),           _who(CL),   (Field.REPLY,)),
    Move(Verb.EXPLAIN,      _WORKING | _FEEDBACK, _S.CLOSED_EXPLAINED,  _who(TC),             _who(TC),        _who(DUC),           _who(CL),   (Field.REPLY,), (Field.REASON,)),
    Move(Verb.FORWARD,      _HELD,             None,                    NOBODY,               NOBODY,          NOBODY,              _who(DUC),  (), (Field.TEXT,)),
    Move(Verb.REFUSE_REQUEST, _HELD | _FEEDBACK, None,                  _who(VS, TC),         _who(TC),        _who(DUC),           _who(CL),   _REASON),
    Move(Verb.REVIEW,       frozenset({_S.DEFERRED}), None,             _who(TC),             _who(TC),        _who(DUC),           _who(CL),   (Field.VERDICT, Field.REASON), (Field.REPLY,)),
    Move(Verb.OBJECT,       frozenset({_S.DECLINED, _S.DEFERRED}), None, _who(RES),           _who(RES),       _who(RES),           _who(RES),  _REASON),
    Move(Verb.ASK_HELP,     _HELD,             None,                    NOBODY,               _who(VS),        _who(TC, LEAD),      _who(LEAD, DUC), (Field.UNITS, Field.TASK), (Field.DUE,)),
    Move(Verb.WHISTLE,      _HELD,             None,                    NOBODY,               NOBODY,          _who(TC),            _who(DUC),  (Field.UNITS, Field.TASK)),
    Move(Verb.TAKE_TASK,    _HELD,             None,                    NOBODY,               _who(HELP),      _who(HELP),          _who(HELP), (), (Field.SUB_TASK,)),
    Move(Verb.ANSWER,       _HELD,             None,                    NOBODY,               _who(HELP),      _who(HELP),          _who(HELP), (Field.TEXT,), (Field.SUB_TASK,)),
    Move(Verb.WAIVE,        _HELD,             None,                    NOBODY,               _who(VS),        _who(LEAD, TC),      _who(LEAD, DUC), (Field.REASON,), (Field.SUB_TASK,)),
    Move(Verb.MARK_TASK,    OPEN,              None,                    NOBODY,               _who(VS, HELP),  _who(TC, HELP),      _who(DUC, HELP), (Field.MARK,), (Field.SUB_TASK,)),
    Move(Verb.DELEGATE,     _WORKING | _CHECK, None,                    NOBODY,               NOBODY,          NOBODY,              _who(DUC),  (Field.UNIT,), (Field.TEXT,)),
    Move(Verb.ADD_EVIDENCE, _WORKING | _CHECK, None,                    _who(PR, GM, GL),     _who(VS),        _who(TC, LEAD),      _who(LEAD), (), (Field.TEXT,)),
    Move(Verb.TRANSCRIBE,   OPEN | _SHUT,      None,                    _who(GM, GL, PR, VS, TC), _who(GM, GL, PR, VS, TC), _who(GM, GL, VS, TC, LEAD), _who(TC, LEAD, DUC), (Field.TEXT,)),
    Move(Verb.PUBLISH_PHOTO, (OPEN | _SHUT) - _NEW, None,               _who(VS, TC),         _who(VS, TC),    _who(TC),            _who(DUC)),
    Move(Verb.HIDE_PHOTO,   OPEN | ENDS,       None,                    _STAFF,               _STAFF,          _STAFF,              _STAFF),
    Move(Verb.DRAFT_RAISE,  _HELD,             None,                    _who(SYS),            _who(SYS),       _who(SYS),           NOBODY),
    Move(Verb.TAKE_UP,      _HELD,             _S.ASSIGNED,             _who(VS),             _who(TC),        NOBODY,              NOBODY,     _REASON),
    Move(Verb.LET_STAY,     _HELD,             None,                    _who(VS),             _who(TC),        NOBODY,              NOBODY,     _REASON),
    Move(Verb.UPHOLD,       _OBJECTED,         None,                    _who(VS),             _who(TC),        _who(DUC),           _who(CL),   (Field.REASON, Field.REPLY)),
    Move(Verb.OVERRULE,     _OBJECTED,         None,                    _who(VS),             _who(TC),        _who(DUC),           _who(CL),   (Field.REASON, Field.REPLY)),
    Move(Verb.DISPUTE,      _HELD,             None,                    NOBODY,               _who(VS),        _who(TC),            _who(DUC),  _REASON),
    Move(Verb.DECIDE_LEVEL, _HELD,             None,                    NOBODY,               _who(TC),        _who(DUC),           _who(CL),   (Field.VERDICT, Field.REASON)),
    Move(Verb.RETURN_ORDER, frozenset({_S.ASSIGNED}), _S.ACCEPTED,      NOBODY,               NOBODY,          _who(LEAD),          _who(LEAD), (Field.BASIS, Field.UNIT)),
    Move(Verb.TAKE_AS_PROJECT, _HELD,          None,                    NOBODY,               _who(VS),        _who(TC, LEAD),      _who(LEAD, DUC), _REASON, (Field.REPLY,)),
    Move(Verb.FILE_PLAN,    _HELD,             None,                    NOBODY,               _who(VS),        _who(TC, LEAD),      _who(LEAD, DUC), (Field.PLAN, Field.MILESTONES)),
    Move(Verb.APPROVE_PLAN, _HELD,             None,                    NOBODY,               _who(TC),        _who(DUC),           _who(CL),   (), (Field.REPLY,)),
    Move(Verb.MILESTONE,    _HELD,             None,                    NOBODY,               _who(VS),        _who(TC, LEAD),      _who(LEAD, DUC), (Field.TEXT,), (Field.REPLY,)),
    Move(Verb.NUDGE,        _HELD,             None,                    _who(VS, TC),         _who(TC),        _who(DUC),           _who(DUC, CL), (), (Field.TEXT,)),
    Move(Verb.SUPERVISE,    _FOLLOWED,         None,                    NOBODY,               NOBODY,          _who(DUC),           NOBODY,     (Field.REASON, Field.UNIT)),
    Move(Verb.LIFT,         _FOLLOWED,         None,                    NOBODY,               NOBODY,          _who(DUC),           _who(CL),   _REASON),
    Move(Verb.PROPOSE_LISTED, _FOLLOWED,       None,                    NOBODY,               NOBODY,          NOBODY,              _who(DUC),  _LISTING),
    Move(Verb.LIST,         _FOLLOWED,         None,                    NOBODY,               NOBODY,          NOBODY,              _who(CL),   _LISTING[:-1], _REASON),
    Move(Verb.REFUSE_LISTED, _FOLLOWED,        None,                    NOBODY,               NOBODY,          NOBODY,              _who(CL),   _REASON),
    Move(Verb.APPOINT,      _FOLLOWED,         None,                    NOBODY,               NOBODY,          NOBODY,              _who(DUC),  (Field.UNIT, Field.REASON), (Field.UNITS,)),
    Move(Verb.REPORT_PROGRESS, _FOLLOWED,      None,                    NOBODY,               NOBODY,          _who(TC, LEAD),      _who(LEAD), (Field.PROGRESS,), (Field.SHOWN,)),
    Move(Verb.EXIT_DOWN,    _HELD,             _S.ASSIGNED,             NOBODY,               NOBODY,          NOBODY,              _who(DUC),  _REASON),
    Move(Verb.LETTER,       OPEN,              None,                    _who(DUC),            _who(DUC),       _who(DUC),           _who(DUC),  (Field.TEXT,)),
    Move(Verb.ANSWER_LETTER, frozenset(_S),    None,                    NOBODY,               _who(VS),        _who(TC, LEAD),      _who(LEAD), (Field.TEXT,)),
    Move(Verb.RECALENDAR,   OPEN,              None,                    _who(SYS),            _who(SYS),       _who(SYS),           _who(SYS)),
    Move(Verb.POLL,         _FEEDBACK,         None,                    _who(GM, GL, VS),     _who(GM, GL, TC), _who(GM, GL, VS),   _who(DUC),  (Field.BALLOTS,), by_handler=False),
    Move(Verb.CHOOSE_ANSWER,  OPEN | ENDS,     None,                    _who(RES),            _who(RES),       _who(RES),           _who(RES),  (Field.WAY,), (Field.ADDRESS,)),
    Move(Verb.CONFIRM_ANSWER, OPEN | ENDS,     None,                    _who(RES),            _who(RES),       _who(RES),           _who(RES),  (Field.CODE,)),
    Move(Verb.ASK_ERASURE,  OPEN,              None,                    _who(RES),            _who(RES),       _who(RES),           _who(RES)),
    Move(Verb.ERASE,        OPEN | ENDS,       None,                    _who(RES),            _who(RES),       _who(RES),           _who(RES)),
    Move(Verb.PURGE,        OPEN | ENDS,       None,                    _who(SYS),            _who(SYS),       _who(SYS),           _who(SYS)),
)
# fmt: on
# Decisions that stay people's (domain notes §3.2): the database refuses their event without a person, but for history from another system.
SIGNED = frozenset(
    {Verb.DECLINE, Verb.MERGE, Verb.EXPLAIN, Verb.EXTEND, Verb.SUSPEND, Verb.DEFER, Verb.REVIEW, Verb.APPROVE_PLAN}
    | {Verb.FORWARD, Verb.REFUSE_REQUEST, Verb.UPHOLD, Verb.OVERRULE, Verb.DECIDE_LEVEL, Verb.RETURN_DOWN, Verb.TAKE_UP, Verb.SPLIT}
)
# The same of the red list, letters and photos, which no other system's history tells of.
BY_PEOPLE = frozenset(
    {Verb.PROPOSE_RED, Verb.ENTER_RED, Verb.REFUSE_RED, Verb.SUPERVISE, Verb.LIFT, Verb.PROPOSE_LISTED, Verb.LIST}
    | {Verb.REFUSE_LISTED, Verb.APPOINT, Verb.REPORT_PROGRESS, Verb.APPROVE_EXIT, Verb.EXIT_DOWN, Verb.LETTER, Verb.ANSWER_LETTER}
    | {Verb.TRANSCRIBE, Verb.PUBLISH_PHOTO, Verb.HIDE_PHOTO}
)
MOVE: Mapping[Verb, Move] = {move.verb: move for move in MOVES}


def light_of(level: int) -> Light:
    """The colour of a level; every level above the county is red."""
    return RUNGS[Level(min(level, Level.COUNTY))].light


def rung_above(level: int) -> Rung | None:
    """The next rung up; None at the top."""
    place = LADDER_LEVELS.index(Level(level))
    return LADDER[place + 1] if place + 1 < len(LADDER) else None


def rung_below(level: int) -> Rung | None:
    """The next rung down; None at the bottom."""
    place = LADDER_LEVELS.index(Level(level))
    return LADDER[place - 1] if place else None


def needs(move: Move, level: int) -> tuple[Field, ...]:
    """What the move must say while the issue is at that level."""
    if move.verb == Verb.ESCALATE:
        return RUNGS[Level(level)].raising_needs
    if move.verb == Verb.DISPATCH and level == Level.GRID:
        return (Field.PERSON,)  # the village puts right which representative the program chose
    return move.needs


def levels_to_accept(actors: Actors, suggested: int) -> list[Level]:
    """The levels at which these actors may accept an issue that is suggested for that level; red is never one.

    Who merely sorts (grid members) may not set it lower than suggested.
    """
    may_lower = bool(actors & {VS, TC})
    who = MOVE[Verb.ACCEPT].who
    return [level for level in LADDER_LEVELS[:-1] if actors & who(level) and (may_lower or level >= suggested)]


def refusal(
    move: Move, *, status: str, level: int, actors: Actors, is_handler: bool, handled_above: bool = False
) -> Refused | None:
    """Why this move may not be made now; None if it may.

    `actors`: the roles that the person holds for the issue's place (the department's only as lead unit), and those the
    person stands in for. `handled_above`: somebody from the level above handles it in place of a vacancy, so those
    check it who check the work of that level.
    """
    if status not in move.sources | (move.also_from if Actor.SYSTEM in actors else frozenset()):
        words = {"verb": move.verb.label, "status": Status(status).label}
        return Refused(gettext("“%(verb)s” is not possible while the issue is “%(status)s”.") % words)
    who = _who_may(move, level, handled_above=handled_above)
    if move.verb == Verb.ACCEPT and levels_to_accept(actors, level):
        who = actors
    if not who and move.verb in _ONE_BY_ONE:
        return Refused(_one_by_one(level))
    if not actors & who:
        words = {"verb": move.verb.label, "light": light_of(level).label}
        return Refused(gettext("“%(verb)s” is not yours to do while the light is %(light)s.") % words, by_role=True)
    if is_handler and not move.by_handler:
        words = {"verb": move.verb.label}
        sentence = gettext("“%(verb)s” must be done by somebody other than the person who handled it.") % words
        return Refused(sentence, by_role=True)
    return None


_ONE_BY_ONE = frozenset({Verb.ESCALATE, Verb.PROPOSE_RED, Verb.ENTER_RED})


def _one_by_one(level: int) -> str:
    """Why nobody may take the issue to the red list from there, past a level."""
    if level < Level.TOWNSHIP:
        return gettext("No level is skipped: the township has it first, deliberates with a minute, and then proposes it.")
    if level == Level.TOWNSHIP:
        return gettext("Above yellow stands the red list: the township proposes it, with the minute of its deliberation.")
    return gettext("There is no level above the county.")


def _who_may(move: Move, level: int, *, handled_above: bool) -> Who:
    """The row of the table, and the one above it where somebody from above did the work."""
    above = rung_above(level)
    if handled_above and above and not move.by_handler:
        return move.who(level) | move.who(above.level)
    return move.who(level)


def possible(*, status: str, level: int, actors: Actors, is_handler: bool, handled_above: bool = False) -> list[Move]:
    """The moves these actors may make now, in the order of the table, each with what it needs at this level."""
    return [
        replace(move, needs=needs(move, level))
        for move in MOVES
        if not refusal(move, status=status, level=level, actors=actors, is_handler=is_handler, handled_above=handled_above)
    ]
