"""Ready-made texts: which fields of a verb's form take them, and the places in them that the issue fills."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from issues.errors import Refusal
from issues.models import Issue
from issues.terms import Actor, Field, Verb
from issues.workflow import MOVE

# Fields in which people write sentences.
TAKES_TEXT = (
    Field.REASON,
    Field.TRIED,
    Field.RESOLUTION,
    Field.TEXT,
    Field.REPLY,
    Field.PUBLIC_LINE,
    Field.NON_PUBLIC_REASON,
    Field.PROGRESS,
    Field.TASK,
    Field.INTERIM,
    Field.BASIS,
    Field.PLAN,
    Field.MILESTONES,
)
# Who reads it; every other text stays among staff.
_AUDIENCE = {Field.REPLY: "requester", Field.RESOLUTION: "requester", Field.PUBLIC_LINE: "public"}
PLACES = ("number", "title", "place", "due")
_PLACE = re.compile(r"\{([^{}\n]*)\}")


def fields_of(verb: Verb) -> list[Field]:
    """The fields of the verb's form that a ready-made text can fill, in the order of the form."""
    move = MOVE[verb]
    return [field for field in (*move.needs, *move.allows) if field in TAKES_TEXT]


def verbs_with_text(verbs: Iterable[Verb]) -> list[Verb]:
    """Those of the verbs that staff do and that take a text."""
    return [verb for verb in verbs if fields_of(verb) and _by_staff(verb)]


def _by_staff(verb: Verb) -> bool:
    move = MOVE[verb]
    return bool((move.green | move.blue | move.yellow | move.red) - set(Actor))


_FIELDS = frozenset(Field.values)


def audience_of(field: str) -> str:
    """Who reads what staff write there: “internal”, “requester” or “public”; empty for a field that takes no sentences."""
    if field not in TAKES_TEXT and not field.startswith("minute_"):
        return ""
    return _AUDIENCE.get(Field(field), "internal") if field in _FIELDS else "internal"


def check(texts: Mapping[str, str]) -> None:
    """Raises Refusal if a text has a place in it that nothing fills; names it."""
    for field, text in texts.items():
        for name in _PLACE.findall(text):
            if name not in PLACES:
                known = " ".join(f"{{{place}}}" for place in PLACES)
                words = {"place": f"{{{name}}}", "known": known}
                raise Refusal(_("Nothing fills “%(place)s”. What can be filled: %(known)s.") % words, field=field)


def fill(text: str, issue: Issue, due: datetime | None) -> str:
    """The text with its places filled from the issue; of a due date that there is not, a dash."""
    values = {
        "number": issue.number,
        "title": issue.title,
        "place": " ".join(part for part in (issue.area.name, issue.place_text) if part),
        "due": date_format(localtime(due), "DATE_FORMAT") if due else "—",
    }
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
