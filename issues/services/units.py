"""Whom an issue can be handed to: units that serve its place, representatives posted there."""

from __future__ import annotations

from django.utils.translation import gettext

from grids.levels import Level
from issues.errors import Refusal
from issues.models import Issue
from issues.services.acting import Act
from issues.terms import Field
from representatives.models import Assignment, Person, Unit
from representatives.roles import Role


def chosen_unit(act: Act) -> Unit:
    """The unit that was named, if it serves the place."""
    wanted = str(act.facts.get(Field.UNIT))
    unit = next((unit for unit in act.units if str(unit.pk) == wanted), None)
    if unit is None:
        raise Refusal(gettext("That unit does not serve this place."), field=Field.UNIT.value)
    return unit


def chosen_helpers(act: Act) -> list[Unit]:
    """The units that were named to help, each once and in order of their codes; the lead unit is none of them."""
    return _chosen_several(act, Field.UNITS, gettext("A helping unit does not serve this place."))


def chosen_to_know(act: Act) -> list[Unit]:
    """The units that were named to be let know, in the same way."""
    return _chosen_several(act, Field.NOTIFIED, gettext("A unit that is to know does not serve this place."))


def _chosen_several(act: Act, name: Field, sentence: str) -> list[Unit]:
    """`sentence`: what is said of a unit that does not serve the place."""
    given = act.facts.get(name) or ()
    wanted = {str(one) for one in given} if isinstance(given, (list, tuple, set, frozenset)) else {str(given)}
    wanted -= {str(act.facts.get(Field.UNIT)), ""}
    found = [unit for unit in act.units if str(unit.pk) in wanted]
    if len(found) < len(wanted):
        raise Refusal(sentence, field=name.value)
    return sorted(found, key=lambda unit: unit.code)


def chosen_leader(act: Act) -> Person:
    """The county leader who was named."""
    wanted = str(act.facts.get(Field.LEADER))
    for post in act.posts:
        if post.role == Role.COUNTY_LEADER and str(post.person.pk) == wanted:
            return post.person
    raise Refusal(gettext("That person is no leader of this county."), field=Field.LEADER.value)


def representatives_for(issue: Issue, act_posts: list[Assignment]) -> list[Person]:
    """Who may handle a green issue there: its representatives, and the village secretary in their place."""
    roles = (Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY) if issue.level == Level.GRID else ()
    found = {post.person.pk: post.person for post in act_posts if post.role in roles}
    return list(found.values())


def chosen_representative(act: Act) -> Person:
    """The person who was named, if they represent the place."""
    wanted = str(act.facts.get(Field.PERSON))
    for person in representatives_for(act.issue, act.posts):
        if str(person.pk) == wanted:
            return person
    raise Refusal(gettext("That person does not represent this place."), field=Field.PERSON.value)
