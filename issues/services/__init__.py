"""Everything that can be done to an issue: one verb, one function, one transaction. The time comes in.

`submit` files a report; `move` and `move_as_requester` do a verb of `workflow.MOVES`; `possible_moves` says which
buttons there are. What sweeps do by themselves is in `issues/sweeps.py`, through `move_by_program`.
"""

from __future__ import annotations

from issues.services import (  # noqa: F401 - they register what they do
    answering,
    bouncing,
    disputes,
    ending,
    erasing,
    evidence,
    explaining,
    extending,
    handling,
    intake,
    joint,
    ladder,
    merging,
    nudging,
    objecting,
    on_the_spot,
    pausing,
    polling,
    projects,
    publishing,
    raising,
    red,
    requests,
    supervising,
    transcribing,
)
from issues.services.acting import VERBS, Act
from issues.services.answering import ways_open
from issues.services.bulk import IN_BULK, ROWS_AT_MOST, Outcome, Picked, Result, move_each
from issues.services.desk import drop_filter, drop_template, may_keep, save_filter, save_template, template_paths, template_unit
from issues.services.evidence import add_evidence
from issues.services.intake import submit, suggested_level
from issues.services.joint import entered_only, is_helper_only, reads_answers, sees_in_part
from issues.services.letters import answer_letter, send_letter
from issues.services.moving import (
    check_may,
    field_choices,
    levels_to_accept,
    move,
    move_as_requester,
    move_by_program,
    moves_in_sight,
    possible_moves,
    possible_moves_for_requester,
    sub_tasks_in_sight,
)
from issues.services.notices import mark_read
from issues.services.pausing import rests_for
from issues.services.posted import posts_at, posts_over
from issues.services.publishing import draw_copy, hide_photo, issue_of, publish_photo
from issues.services.transcribing import keep_transcript, transcribe

__all__ = [
    "IN_BULK",
    "ROWS_AT_MOST",
    "VERBS",
    "Act",
    "Outcome",
    "Picked",
    "Result",
    "add_evidence",
    "answer_letter",
    "check_may",
    "draw_copy",
    "drop_filter",
    "drop_template",
    "entered_only",
    "field_choices",
    "hide_photo",
    "is_helper_only",
    "issue_of",
    "keep_transcript",
    "levels_to_accept",
    "mark_read",
    "may_keep",
    "move",
    "move_as_requester",
    "move_by_program",
    "move_each",
    "moves_in_sight",
    "possible_moves",
    "possible_moves_for_requester",
    "posts_at",
    "posts_over",
    "publish_photo",
    "reads_answers",
    "rests_for",
    "save_filter",
    "save_template",
    "sees_in_part",
    "send_letter",
    "sub_tasks_in_sight",
    "submit",
    "suggested_level",
    "template_paths",
    "template_unit",
    "transcribe",
    "ways_open",
]
