"""What templates say often: the import map, lights and clocks, times and durations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate, localtime
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from issues.figures.measures import MEASURES
from issues.models import Occasion
from issues.moves.wording import audience_of
from issues.notices.words import path_of
from issues.privacy.contacts import PURPOSES
from issues.privacy.masking import without_numbers as _without_numbers
from issues.terms import ClockState, Light
from issues.workflow import light_of
from mapui import modules
from mapui.widgets import options_of

register = template.Library()

_SHAPES = {Light.GREEN: "●", Light.BLUE: "■", Light.YELLOW: "◆", Light.RED: "▲"}
_CLOCKS = {ClockState.ON_TRACK: "○", ClockState.DUE_SOON: "◔", ClockState.OVERDUE: "●", ClockState.PAUSED: "‖"}
_LANGUAGE_TAGS = {"zh-hans": "zh-CN", "zh-hant": "zh-TW"}


@register.simple_tag(takes_context=True)
def page_module(context: Context, entry: str) -> SafeString:
    """The one entry module of a page (“mapui/js/pages/dashboard.js”) with its import map, and hints to fetch at once all that it needs."""
    nonce = getattr(context.get("request"), "csp_nonce", "")
    addresses = mark_safe(modules.import_map(entry))  # noqa: S308 - made of names of our own files
    hints = ((static(name),) for name in modules.leads_to(entry).now[1:])
    return (
        format_html('<script type="importmap" nonce="{}">{}</script>', nonce, addresses)
        + format_html_join("", '<link rel="modulepreload" href="{}">', hints)
        + format_html('<script type="module" src="{}"></script>', static(entry))
    )


@register.simple_tag
def site_style() -> SafeString:
    """What every page looks like: one style sheet in production; its parts, one by one, where the sources are served."""
    names = modules.styles_in(modules.STYLE) or (modules.STYLE,)
    return format_html_join("", '<link rel="stylesheet" href="{}">', ((static(name),) for name in names))


@register.filter
def language_tag(code: str) -> str:
    """The BCP 47 tag that browsers choose fonts by: zh-hans → zh-CN."""
    return _LANGUAGE_TAGS.get(code, code)


@register.simple_tag
def options(choices: Iterable[tuple[object, object]], chosen: object = "") -> SafeString:
    """The lines of a list to choose from, (value, label) each, after the one that chooses all; drawn without a template."""
    return options_of([("", _("all")), *choices], {"" if chosen is None else str(chosen)})


@register.simple_tag(name="light")
def drawn_light(light: str, *, label: bool = False) -> SafeString:
    """A light (“green” …) as every page draws it: never by its colour alone; with `label` its whole word is shown."""
    return _drawn_light(Light(light), bool(label), get_language())


@lru_cache(maxsize=64)
def _drawn_light(light: Light, label: bool, language: str | None) -> SafeString:
    word = light_label(light)
    hidden = '<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>'
    said = word if label else format_html(hidden, light_character(light), word)
    shape = format_html('<span class="light__shape" aria-hidden="true">{}</span>', light_shape(light))
    return format_html('<span class="light" data-light="{}" title="{}">{}{}</span>', light.value, word, shape, said)


@register.simple_tag(name="clock")
def drawn_clock(state: str, due: datetime | None = None, at: datetime | None = None) -> SafeString:
    """How something stands in time (“on_track” …), and until when; with `at` also what is left, or by how much it is late."""
    title = format_html(' title="{}"', _("Due %(due)s") % {"due": when(due)}) if due else ""
    left = format_html("<span>{}</span>", _left(state, due, at)) if due and at and state != ClockState.PAUSED else ""
    shape = '<span class="clock" data-clock="{}"{}><span aria-hidden="true">{}</span>{}{}</span>'
    return format_html(shape, state, title, clock_shape(state), clock_label(state), left)


def _left(state: str, due: datetime, at: datetime) -> str:
    """What is left, or by how much it is late; nothing if it was late before the time that is told."""
    if due < at:
        return duration(at - due)
    return "" if state == ClockState.OVERDUE else _("%(left)s left") % {"left": duration(due - at)}


@register.filter
def light_shape(light: str) -> str:
    """● ■ ◆ ▲"""
    return _SHAPES[Light(light)]


@register.filter
def light_character(light: str) -> str:
    """绿 蓝 黄 红, or G B Y R."""
    characters = {
        Light.GREEN: pgettext("light", "G"),
        Light.BLUE: pgettext("light", "B"),
        Light.YELLOW: pgettext("light", "Y"),
        Light.RED: pgettext("light", "R"),
    }
    return characters[Light(light)]


@register.filter
def light_label(light: str) -> str:
    """“green”, in the reader's language."""
    return str(Light(light).label)


@register.filter
def level_light(level: int) -> str:
    """The light of those who decide at the level."""
    return light_of(level).value


@register.filter
def next_sort(present: str, key: str) -> str:
    """What a heading sorts by when it is pressed: the largest first, then the smallest; names the other way round."""
    if key == "name":
        return "-name" if present == "name" else "name"
    return key if present == f"-{key}" else f"-{key}"


@register.filter
def clock_shape(state: str) -> str:
    return _CLOCKS[ClockState(state)]


@register.filter
def clock_label(state: str) -> str:
    return str(ClockState(state).label)


@register.filter
def audience(field: str) -> str:
    """Who reads what staff write in a field of a form: “internal”, “requester” or “public”; empty for what is no text."""
    return audience_of(field)


@register.filter
def when(moment: datetime | None) -> str:
    """Day and time in the site's time zone, with the year if it is not this one; empty for None."""
    if moment is None:
        return ""
    return f"{day(moment)} {localtime(moment):%H:%M}"


@register.filter
def day(moment: datetime | None) -> str:
    """The day alone, as `when` writes it."""
    if moment is None:
        return ""
    local = localtime(moment).date()
    return _written_day(local, "MONTH_DAY_FORMAT" if local.year == localdate().year else "DATE_FORMAT", get_language())


@lru_cache(maxsize=4096)
def _written_day(day: date, form: str, language: str | None) -> str:
    """The day as the language writes it. Kept: a page says the same few days again and again."""
    return str(date_format(day, form))


@register.filter
def duration(length: timedelta | None) -> str:
    """A length of time in its two largest units, without sign: “2 days 3 hours”; empty for None."""
    if length is None:
        return ""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [
        ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days else "",
        ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours} if hours else "",
        ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes} if minutes and not days else "",
    ]
    return " ".join(part for part in parts if part) or _("less than a minute")


@register.filter
def minus(later: datetime | None, earlier: datetime | None) -> timedelta | None:
    """The time between two moments; None if either is missing."""
    return None if later is None or earlier is None else later - earlier


@register.filter
def is_before(moment: datetime | None, other: datetime | None) -> bool:
    return moment is not None and other is not None and moment < other


@register.filter
def grouped(n: int | None) -> str:
    """A number with its thousands apart, “12,345”; a dash for None."""
    return "–" if n is None else str(number_format(n, force_grouping=True))


@register.filter
def percent(share: float | None) -> str:
    """“93.5 %”, or “–” where there is nothing to divide."""
    return "–" if share is None else f"{100 * share:.1f}%".replace(".0%", "%")


@register.filter
def dated(moment: datetime | None) -> str:
    """The day, always with its year: for what is printed and outlives it."""
    return _written_day(localtime(moment).date(), "DATE_FORMAT", get_language()) if moment else ""


@register.filter
def moment(when: datetime | None) -> str:
    """Day and time, always with the year."""
    return f"{dated(when)} {localtime(when):%H:%M}" if when else ""


@register.filter
def without_numbers(text: str) -> str:
    """The text without numbers of telephones and cards."""
    return _without_numbers(text)


@register.filter
def occasion_address(occasion: Occasion) -> str:
    """The page on which one goes on with what one was told of, that is no issue."""
    return path_of(occasion)


@register.filter
def measure_label(code: str) -> str:
    """What a measure of the figures counts, in words."""
    return str(MEASURES[code].label)


@register.simple_tag
def look_purposes() -> list[tuple[str, str]]:
    """What a requester's contact may be looked at for: (value, label)."""
    return [(purpose.value, str(purpose.label)) for purpose in PURPOSES]
