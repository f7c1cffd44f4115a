"""The lists that the forms of the casework offer: units, leaders, categories, each read at most once for a page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.timezone import localdate, now

from issues.models import Category, Issue, ListingRequest, Submission, SubTask
from issues.moves.fields import Grouped, categories_by_group, units_by_kind
from issues.terms import Verb
from representatives.models import Assignment, Person, Unit
from representatives.roles import Role


@dataclass
class Options:
    """The lists a form may offer for one issue; each is read at most once for all the forms of a page."""

    issue: Issue
    levels: Sequence[int] = ()  # those at which the person may accept it
    submissions: Sequence[Submission] = ()
    entered: Sequence[Submission] = ()  # those that the person entered for somebody
    handlers: Sequence[Person] = ()  # who may be handed it within the village
    sub_tasks: Mapping[Verb, Sequence[SubTask]] = dataclasses.field(default_factory=dict)  # those that a verb may be about

    @cached_property
    def units(self) -> Grouped:
        """Units that can be handed the issue, by kind."""
        return unit_choices(self.issue.path)

    @cached_property
    def listing(self) -> Mapping[str, object]:
        """What is proposed for a leader to sign; empty if nothing is."""
        entry = self.issue.supervision
        known = getattr(entry, "listing", None)  # the row of a list has read it
        if known:
            return {**known, "due": localdate(datetime.fromisoformat(known["due"]))}
        pending = ListingRequest.objects.pending_for(self.issue)
        if pending is None:
            return {}
        return {"leader_id": pending.leader_id, "due": localdate(pending.due_at), "line": pending.public_line}

    @cached_property
    def leaders(self) -> list[Person]:
        """The county leaders of the place, who may be named in public."""
        posts = Assignment.objects.active(now()).in_role(Role.COUNTY_LEADER).answering_for(self.issue.area.county_path)
        return list({post.person_id: post.person for post in posts.select_related("person")}.values())

    @cached_property
    def categories(self) -> Grouped:
        """Categories in use, by group; and the issue's own, should it have gone out of use."""
        return categories_by_group(Category.objects.in_use(), self.issue.category)


def unit_choices(path: str) -> Grouped:
    """Units that can be handed what lies there, by kind."""
    return units_by_kind(Unit.objects.for_place(path))
