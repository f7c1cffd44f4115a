"""What a letter says, for each kind of way out; no word of what residents wrote, for mail lies open on many desks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from issues.models import Issue, Notice
from issues.notices.confirming import code_of
from issues.notices.letters import Letter
from issues.terms import Light, Status, Verb
from issues.workflow import light_of

LINES = 15  # of a robot's message; who wants more opens the program


def sentence(notice: Notice) -> str:
    """What has happened, in one line."""
    event, issue = notice.event, notice.event.issue
    words = {"number": issue.number, "verb": Verb(event.verb).label, "status": Status(event.to_status).label}
    if event.verb == Verb.CHOOSE_ANSWER and notice.submission is not None:
        code = code_of(notice.submission.requester) if notice.submission.requester else ""
        return gettext("%(code)s is the code that confirms notices about your report %(number)s") % {**words, "code": code}
    if notice.submission_id is not None:
        return gettext("Your report %(number)s: %(status)s") % words
    if event.verb == Verb.WARN:
        return gettext("Issue %(number)s is coming due or is late (%(status)s)") % words
    return gettext("Issue %(number)s: %(verb)s (%(status)s)") % words


def link(notice: Notice) -> str:
    """Where to read more; empty while the installation has no public address."""
    if notice.submission is not None:
        return _absolute(reverse("track", args=[notice.submission.receipt_code]))
    return _absolute(reverse("issue", args=[notice.event.issue.number]))


def inbox_link() -> str:
    return _absolute(reverse("notices"))


def queue_link() -> str:
    return _absolute(reverse("queue"))


def _absolute(path: str) -> str:
    return settings.PUBLIC_URL + path if settings.PUBLIC_URL else ""


def trial(at: datetime) -> str:
    """What an address is told when it is tried: of no issue."""
    moment = date_format(localtime(at), "DATETIME_FORMAT")
    return gettext("This is a trial, sent on %(when)s by the system administrator. Nothing is to be done.") % {"when": moment}


def subject(letter: Letter) -> str:
    count = len(letter.notices)
    if letter.is_digest:
        return ngettext("Today's digest: %(n)d issue", "Today's digest: %(n)d issues", _issues(letter)) % {"n": _issues(letter)}
    return sentence(letter.first) if count == 1 else gettext("%(n)d notices") % {"n": count}


def _issues(letter: Letter) -> int:
    return len({notice.event.issue_id for notice in letter.notices})


def body(letter: Letter) -> str:
    """Issue by issue, each with all that has happened to it and one link."""
    by_issue: dict[int, list[Notice]] = defaultdict(list)
    for notice in letter.notices:
        by_issue[notice.event.issue_id].append(notice)
    parts = ["\n".join([*_lines_of(notices), link(notices[0])]).strip() for notices in by_issue.values()]
    return "\n\n".join(parts) + "\n"


def _lines_of(notices: Sequence[Notice]) -> list[str]:
    """One line per thing that happened, and until when it is to be done; the same line once."""
    lines = dict.fromkeys(sentence(notice) for notice in notices)
    due = notices[-1].event.issue.level_due_at
    until = gettext("Due: %(when)s") % {"when": _when(notices[-1].event.issue)} if due and notices[0].person_id else ""
    return [*lines, *([until] if until else [])]


def _when(issue: Issue) -> str:
    return date_format(localtime(issue.level_due_at), "m-d H:i") if issue.level_due_at else ""


# --- SMS: short, and in pieces that every gateway takes ---


def segments(letter: Letter, signature: str, longest: int) -> list[str]:
    """The SMS, each piece with the signature and at most so many characters; only a link that is longer stays whole."""
    latest = letter.notices[-1]
    several = latest.person_id is not None and _issues(letter) > 1
    text = _several(letter) if several else sentence(latest)
    where = inbox_link() if several else link(latest)
    whole = f"{signature}{text} {where}".strip()
    if len(whole) <= longest:
        return [whole]
    room = longest - len(signature)
    pieces = [text[start : start + room] for start in range(0, len(text), room)]
    return [f"{signature}{piece}" for piece in [*pieces, *([where] if where else [])]]


def _several(letter: Letter) -> str:
    count = _issues(letter)
    return ngettext("%(n)d issue concerns you", "%(n)d issues concern you", count) % {"n": count}


# --- robots: into a group that many read, so nobody is named there ---


def group_title(letter: Letter) -> str:
    place = letter.outlet.unit or letter.outlet.area
    name = place.name if place else ""
    title = gettext("Today's digest") if letter.is_digest else gettext("Issues")
    return f"{name} {title}".strip()


def group_lines(letter: Letter) -> list[str]:
    """Numbers of issues, their lights and what is due; in the digest only how many there are."""
    return _counts(letter) if letter.is_digest else _group_lines(letter)


def _group_lines(letter: Letter) -> list[str]:
    latest = list({notice.event.issue_id: notice for notice in letter.notices}.values())
    lines = [_group_line(notice) for notice in latest[:LINES]]
    if len(latest) > LINES:
        lines.append(gettext("and %(n)d more") % {"n": len(latest) - LINES})
    return lines


def _group_line(notice: Notice) -> str:
    issue = notice.event.issue
    words = {"light": _light(notice.event.to_level), "number": issue.number, "status": Status(issue.status).label}
    line = gettext("%(light)s %(number)s %(status)s") % words
    return gettext("%(line)s, due %(when)s") % {"line": line, "when": _when(issue)} if _when(issue) and issue.is_open else line


def _counts(letter: Letter) -> list[str]:
    levels = {notice.event.issue_id: notice.event.issue.level for notice in letter.notices}
    lights = Counter(light_of(level) for level in levels.values())
    return [f"{_mark(light)} {lights[light]}" for light in Light if lights[light]]


def _light(level: int) -> str:
    return _mark(light_of(level))


def _mark(light: Light) -> str:
    return f"[{light.label}]"
