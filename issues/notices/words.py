"""What a letter says, for each kind of way out; no word of what residents wrote, for mail lies open on many desks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from grids.levels import Level
from issues.models import Issue, Notice, Occasion
from issues.notices.confirming import code_of
from issues.notices.letters import Letter
from issues.terms import Field, Light, Status, Verb
from issues.workflow import light_of

LINES = 15  # of a robot's message; who wants more opens the program


def sentence(notice: Notice) -> str:
    """What has happened, in one line."""
    if notice.occasion is not None:
        return _of_occasion(notice.occasion)
    event, issue = notice.step, notice.step.issue
    words = {"number": issue.number, "verb": Verb(event.verb).label, "status": Status(event.to_status).label}
    if event.verb == Verb.CHOOSE_ANSWER and notice.submission is not None:
        code = code_of(notice.submission.requester) if notice.submission.requester else ""
        return gettext("%(code)s is the code that confirms notices about your report %(number)s") % {**words, "code": code}
    if notice.submission_id is not None:
        return _to_requester(notice, words)
    if event.verb == Verb.WARN:
        return gettext("Issue %(number)s is coming due or is late (%(status)s)") % words
    return gettext("Issue %(number)s: %(verb)s (%(status)s)") % words


def _of_occasion(occasion: Occasion) -> str:
    """What it is and where; never what it says."""
    return gettext("%(place)s: %(what)s") % {"place": occasion.area.name, "what": occasion.get_kind_display()}


def _to_requester(notice: Notice, words: Mapping[str, object]) -> str:
    """What has become of the report; of more time and of a rest, until when."""
    facts = notice.step.facts
    until = {Verb.EXTEND: facts.get("due"), Verb.SUSPEND: facts.get("resume")}.get(Verb(notice.step.verb))
    if not until:
        return gettext("Your report %(number)s: %(status)s") % words
    moment = datetime.fromisoformat(str(until))
    day = date_format(localtime(moment) if moment.tzinfo else moment, "DATE_FORMAT")
    if notice.step.verb == Verb.EXTEND:
        return gettext("Your report %(number)s: more time was granted, until %(day)s") % {**words, "day": day}
    return gettext("Your report %(number)s: work on it rests until %(day)s") % {**words, "day": day}


def _said(notice: Notice) -> list[str]:
    """What staff wrote for the requester of why it takes longer; of nothing else, and nobody else is told."""
    if notice.submission_id is None or notice.step.verb not in (Verb.EXTEND, Verb.SUSPEND):
        return []
    said = notice.step.public_texts.get(Field.REPLY, "")
    return [said] if said else []


def link(notice: Notice) -> str:
    """Where to read more; empty while the installation has no public address."""
    if notice.occasion is not None:
        return _absolute(path_of(notice.occasion))
    if notice.submission is not None:
        return _absolute(reverse("track", args=[notice.submission.receipt_code]))
    return _absolute(reverse("issue", args=[notice.step.issue.number]))


def path_of(occasion: Occasion) -> str:
    """The page on which one goes on with it."""
    if occasion.suggestion_id is not None:
        return reverse("suggestion-answer", args=[occasion.suggestion_id])
    tab = "waiting" if occasion.kind == Occasion.Kind.NOTICE_WAITS else "decided"
    return f"{reverse('public-notices')}?tab={tab}"


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
    return len({notice.event.issue_id for notice in letter.notices if notice.event})


def body(letter: Letter) -> str:
    """Matter by matter, each with all that has happened to it and one link."""
    parts = ["\n".join([*_lines_of(notices), link(notices[0])]).strip() for notices in _matters(letter)]
    return "\n\n".join(parts) + "\n"


def _matters(letter: Letter) -> list[list[Notice]]:
    """The notices of each issue together, and of each occasion."""
    found: dict[tuple[int | None, int | None], list[Notice]] = defaultdict(list)
    for notice in letter.notices:
        found[notice.event.issue_id if notice.event else None, notice.occasion_id].append(notice)
    return list(found.values())


def _lines_of(notices: Sequence[Notice]) -> list[str]:
    """One line per thing that happened, and until when it is to be done; the same line once."""
    lines = dict.fromkeys(line for notice in notices for line in (sentence(notice), *_said(notice)))
    event = notices[-1].event
    if event is None or event.issue.level_due_at is None or not notices[0].person_id:
        return list(lines)
    return [*lines, gettext("Due: %(when)s") % {"when": _when(event.issue)}]


def _when(issue: Issue) -> str:
    return date_format(localtime(issue.level_due_at), "m-d H:i") if issue.level_due_at else ""


# --- SMS: short, and in pieces that every gateway takes ---


def segments(letter: Letter, signature: str, longest: int) -> list[str]:
    """The SMS, each piece with the signature and at most so many characters; only a link that is longer stays whole."""
    latest = letter.notices[-1]
    several = latest.person_id is not None and len(_matters(letter)) > 1
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
    if count < len(_matters(letter)):
        return gettext("%(n)d notices") % {"n": len(letter.notices)}
    return ngettext("%(n)d issue concerns you", "%(n)d issues concern you", count) % {"n": count}


# --- calls: a sentence that a machine reads out, once ---


def spoken(letter: Letter) -> str:
    """Which danger and where: kind and village, as a voice can say them; no word of what residents wrote."""
    issue = letter.notices[-1].step.issue
    place = issue.area.parent if issue.area.level == Level.GRID and issue.area.parent else issue.area
    words = {"place": place.name, "kind": issue.category.name if issue.category else ""}
    return gettext("Somebody may be in danger: %(kind)s, %(place)s. Please open the program and act at once.") % words


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
    latest = list({notice.step.issue_id: notice for notice in letter.notices}.values())
    lines = [_group_line(notice) for notice in latest[:LINES]]
    if len(latest) > LINES:
        lines.append(gettext("and %(n)d more") % {"n": len(latest) - LINES})
    return lines


def _group_line(notice: Notice) -> str:
    issue = notice.step.issue
    words = {"light": _light(notice.step.to_level), "number": issue.number, "status": Status(issue.status).label}
    line = gettext("%(light)s %(number)s %(status)s") % words
    return gettext("%(line)s, due %(when)s") % {"line": line, "when": _when(issue)} if _when(issue) and issue.is_open else line


def _counts(letter: Letter) -> list[str]:
    levels = {notice.step.issue_id: notice.step.issue.level for notice in letter.notices}
    lights = Counter(light_of(level) for level in levels.values())
    return [f"{_mark(light)} {lights[light]}" for light in Light if lights[light]]


def _light(level: int) -> str:
    return _mark(light_of(level))


def _mark(light: Light) -> str:
    return f"[{light.label}]"
