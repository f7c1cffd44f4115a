"""What the pages of the policy are drawn from: versions, drafts, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import cached_property

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from issues import policy
from issues.errors import Refusal
from issues.models import PolicyDraft, SlaPolicy
from issues.policy.reading import Fault
from mapui import policy_words
from mapui.policy_words import LimitRow, Rung, Statement
from representatives.models import Person
from representatives.roles import Page, Role
from representatives.scopes import scope_of

_TABLED = ("limits", "project", "levels", "warn", "closure")  # shown as tables and sentences, not as a list


@dataclass(frozen=True)
class Words:
    """One policy in plain words."""

    terms: policy.Policy

    @property
    def limits(self) -> list[LimitRow]:
        return policy_words.limit_rows(self.terms)

    @property
    def rungs(self) -> list[Rung]:
        return policy_words.rungs(self.terms)

    @property
    def warnings(self) -> list[tuple[str, str, str]]:
        """When, to whom, how."""
        rows = []
        for warning in self.terms.warn:
            when = gettext("at %(share)s of the level's time") % {"share": f"{warning.at * 100:g} %"}
            if warning.or_before:
                when = gettext("%(when)s, or %(before)s before it is due") % {"when": when, "before": warning.or_before.label}
            to = gettext(", ").join(str(policy_words.VALUES[name]) for name in warning.to)
            rows.append((when, to, str(policy_words.VALUES[warning.via])))
        return rows

    @property
    def gate(self) -> list[str]:
        return policy_words.gate(self.terms)

    @property
    def rest(self) -> list[tuple[str, list[Statement]]]:
        """Everything that has no table of its own, by section; single values come together first."""
        keys = [name for name in type(self.terms).model_fields if name not in _TABLED]
        groups = policy_words.sections(self.terms, *keys)
        general = [rows[0] for _title, rows in groups if len(rows) == 1]
        return [(gettext("In general"), general), *((title, rows) for title, rows in groups if len(rows) > 1)]


@dataclass(frozen=True)
class PolicyPage:
    """The overview: the one in force for everybody, versions and drafts for those who read them."""

    person: Person
    at: datetime

    @cached_property
    def version(self) -> SlaPolicy | None:
        """The one in force; None while there is none."""
        try:
            return policy.in_force(self.at)
        except Refusal:
            return None

    @property
    def words(self) -> Words | None:
        return Words(policy.terms(self.version.pk)) if self.version else None

    @cached_property
    def next_version(self) -> SlaPolicy | None:
        return SlaPolicy.objects.not_yet_begun(self.at).first()

    @property
    def may_read(self) -> bool:
        return scope_of(self.person, self.at).may_open(Page.POLICY)

    @property
    def may_load(self) -> bool:
        return Role.SYSTEM_ADMIN in scope_of(self.person, self.at).roles

    @cached_property
    def versions(self) -> list[SlaPolicy]:
        return list(SlaPolicy.objects.latest_first().defer("source", "body"))

    @cached_property
    def drafts(self) -> list[PolicyDraft]:
        return list(PolicyDraft.objects.open())

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(key, name) of all that can be compared."""
        versions = [(f"v{version.pk}", version.identifier) for version in self.versions]
        words = gettext("draft: %(name)s")
        return versions + [(f"d{draft.pk}", words % {"name": draft.name}) for draft in self.drafts if draft.body]


@dataclass(frozen=True)
class Text:
    """A policy that can be compared: its name, its file, and what it says."""

    name: str
    source: str
    terms: policy.Policy


def text_of(key: str) -> Text:
    """The version (“v3”) or draft (“d5”) with that key; raises Http404 if there is none, or a draft has faults."""
    kind, number = key[:1], key[1:]
    if not number.isdecimal() or kind not in ("v", "d"):
        raise Http404
    if kind == "v":
        version = get_object_or_404(SlaPolicy, pk=int(number))
        return Text(version.identifier, version.source, policy.terms(version.pk))
    draft = get_object_or_404(PolicyDraft, pk=int(number))
    if draft.body is None:
        raise Http404
    return Text(draft.name, draft.text, policy.Policy.model_validate(draft.body))


@dataclass(frozen=True)
class Difference:
    """One value that two policies say differently; None: one of them does not say it."""

    section: str
    label: str
    key: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Line:
    """A line of both files beside each other: numbers from 1, None where one has no such line; `kind`: same, changed, only."""

    old_number: int | None
    old: str
    new_number: int | None
    new: str
    kind: str


@dataclass(frozen=True)
class Comparison:
    """Two policies side by side."""

    old: Text
    new: Text

    @cached_property
    def differences(self) -> list[Difference]:
        """What they say differently, in the order of the file."""
        before = {statement.key: statement for statement in policy_words.statements(self.old.terms)}
        after = {statement.key: statement for statement in policy_words.statements(self.new.terms)}
        found = []
        for key in dict.fromkeys([*before, *after]):
            was, becomes = before.get(key), after.get(key)
            if (was and was.value) != (becomes and becomes.value):
                named = was or becomes
                assert named is not None  # noqa: S101 - the key comes from one of them
                old, new = was.value if was else None, becomes.value if becomes else None
                found.append(Difference(named.section, named.label, key, old, new))
        return found

    @cached_property
    def lines(self) -> list[Line]:
        """Both files, line by line; unchanged stretches shortened to what stands around a change."""
        old, new = self.old.source.splitlines(), self.new.source.splitlines()
        found: list[Line] = []
        for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(3):
            if found:
                found.append(Line(None, "⋯", None, "⋯", "gap"))
            for kind, a, b, c, d in group:
                found += _beside(kind, old, new, range(a, b), range(c, d))
        return found


def _beside(kind: str, old: Sequence[str], new: Sequence[str], left: range, right: range) -> list[Line]:
    rows = []
    for n in range(max(len(left), len(right))):
        at, to = (left[n] if n < len(left) else None), (right[n] if n < len(right) else None)
        named = "same" if kind == "equal" else "changed" if at is not None and to is not None else "only"
        rows.append(
            Line(
                None if at is None else at + 1, "" if at is None else old[at],
                None if to is None else to + 1, "" if to is None else new[to], named,
            )
        )  # fmt: skip
    return rows


def numbered(text: str, faults: Sequence[Fault]) -> list[tuple[int, str, list[str]]]:
    """The lines of a file around its faults: number, text, and what is wrong there."""
    wrong: dict[int, list[str]] = {}
    for fault in faults:
        wrong.setdefault(fault.line, []).append(str(fault))
    lines = text.splitlines() or [""]
    shown = {near for line in wrong for near in range(line - 1, line + 2)}
    return [(number, line, wrong.get(number, [])) for number, line in enumerate(lines, 1) if number in shown]
