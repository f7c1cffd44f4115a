"""In which order the buttons of an issue stand, and which is the loud one: on its page and on a phone alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from issues.moves.asking import QUESTIONS
from issues.terms import Verb
from issues.workflow import Move

# The one that carries the issue on is the loud one; those that end it or send it back are marked.
_ONWARD = (
    *(question.granted_by for question in QUESTIONS), Verb.FORWARD, Verb.REVIEW, Verb.ACCEPT, Verb.ACKNOWLEDGE, Verb.RESOLVE,
    Verb.VERIFY, Verb.ENTER_RED, Verb.APPROVE_EXIT, Verb.LIST, Verb.RATE, Verb.PASS_ON_RATING, Verb.RESUME,
)  # fmt: skip
_BACKWARD = frozenset(
    {
        *(Verb.DECLINE, Verb.REJECT, Verb.REFUSE_RED, Verb.RETURN_DOWN, Verb.MERGE, Verb.REOPEN, Verb.EXPLAIN),
        *(Verb.REFUSE_REQUEST, Verb.OVERRULE, Verb.RETURN_ORDER, Verb.DISPUTE, Verb.EXIT_DOWN, Verb.LIFT, Verb.REFUSE_LISTED),
    }
)


# About one file, so they have forms of their own.
OWN_PANEL = frozenset({Verb.ADD_EVIDENCE, Verb.TRANSCRIBE, Verb.PUBLISH_PHOTO, Verb.HIDE_PHOTO})


def ordered(moves: Iterable[Move]) -> Iterator[tuple[Move, str]]:
    """The moves in the order of their buttons, each with its style (“primary”, “danger” or none)."""
    offered = [move for move in moves if move.verb not in OWN_PANEL]
    loud = next((verb for verb in _ONWARD if verb in {move.verb for move in offered}), None)
    for move in sorted(offered, key=lambda move: (move.verb != loud, move.verb in _BACKWARD)):
        yield move, "primary" if move.verb == loud else "danger" if move.verb in _BACKWARD else ""
