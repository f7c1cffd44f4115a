"""The stories of `bench.writing`: every verb is done in them, each press costs few statements, and bare rows are the press's own."""

from __future__ import annotations

import itertools

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.bare import Sender, send_all, taken_down
from bench.cast import Cast, Subject
from bench.posting import receipt_in
from bench.verb_stories import STORIES, Step, missing
from issues import ledger
from issues.models import Event, Issue, Notice
from issues.terms import Verb
from representatives.roles import Role
from tests.issues.test_statements import MOST
from tests.mapui.scene import START, Scene, person, scene
from tests.representatives.factories import post

_addresses = itertools.count(1)
# What begins and ends a transaction is not counted, as in `few_statements`.
_TRANSACTION = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


def cast_of(county: Scene) -> Cast:
    """The county's people, with somebody in two more departments, and a contact household."""
    units = [county.units["roads"], county.units["water"], _third(county)]
    others = [post(Role.DEPARTMENT, county.town.county, person(unit.name, unit), since=START) for unit in units[1:]]
    household = post(Role.CONTACT_HOUSEHOLD, county.town["A"], person("联系户"), since=START)
    departments = tuple(zip(units, [county[Role.DEPARTMENT], *others], strict=True))
    return Cast(
        county.town["A"], county.town.inside("A"), county.town["B"], county.people, departments, household, category="road.light"
    )


def _third(county: Scene):
    water = county.units["water"]
    return type(water).objects.create(code="D03", name="住建局", kind=water.kind, area=county.town.county)


@pytest.fixture
def county(db: None, settings: LazySettings, tmp_path: object) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    return scene()


class Player:
    """Presses the buttons of a story, everybody in a browser of their own."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.subject = Subject(0, "", "")
        self._browsers: dict[str, Client] = {}

    def browser(self, step: Step) -> Client:
        if step.who not in self._browsers:
            self._browsers[step.who] = Client()
            if step.who:
                self._browsers[step.who].force_login(self.cast[step.who])
        return self._browsers[step.who]

    def press(self, step: Step) -> list[str]:
        """The statements that it sends, without what begins and ends a transaction."""
        if step.before:
            step.before(self.cast, [self.subject])
        to, fields = step.to(self.cast, self.subject), dict(step.say(self.cast, self.subject))
        browser = self.browser(step)
        with CaptureQueriesContext(connection) as sent:
            answer = browser.post(to, fields, REMOTE_ADDR=f"10.1.{next(_addresses) % 250}.{next(_addresses) % 250}")
        assert answer.status_code in (302, 303), f"{step.label}: {answer.content.decode()[:3000]}"
        if step.verb == Verb.SUBMIT:
            self.subject = Subject.of(receipt_in(answer["Location"]))
        return [query["sql"] for query in sent.captured_queries if not query["sql"].startswith(_TRANSACTION)]


def test_every_verb_that_a_person_can_do_is_done_in_a_story() -> None:
    assert missing() == []


@pytest.mark.parametrize("name", STORIES)
def test_every_press_of_a_story_costs_few_statements(name: str, county: Scene) -> None:
    player = Player(cast_of(county))
    dear: dict[str, list[str]] = {}

    for step in STORIES[name]:
        sent = player.press(step)
        if len(sent) > MOST + (step.verb == Verb.SUBMIT):  # the first report of a process reads the policy
            dear[step.label] = [statement[:200] for statement in sent]

    assert not dear, "\n\n".join(f"{label}: {len(sent)}\n" + "\n".join(sent) for label, sent in dear.items())
    chains = Issue.objects.order_by("pk").values_list("pk", "number", "event_count", "head")
    assert not any(ledger.verify(chains, Event.objects.order_by("issue_id", "number").select_related("words")))


@pytest.mark.django_db(transaction=True)
def test_rows_that_are_sent_bare_are_those_of_the_press(settings: LazySettings, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path
    player = Player(cast_of(scene()))
    report, supplement, accept = STORIES["green, to the end and back"][0], *STORIES["green, to the end and back"][1:5:3]
    senders = [Sender()]
    written = []

    for step in (report, supplement, accept):
        to, fields, browser = (
            step.to(player.cast, player.subject),
            dict(step.say(player.cast, player.subject)),
            player.browser(step),
        )
        with taken_down() as taken:
            answer = browser.post(to, fields)
        assert answer.status_code in (302, 303)
        written.append(taken)
        send_all(senders, [taken.writes])
        if step.verb == Verb.SUBMIT:
            player.subject = Subject.of(receipt_in(answer["Location"]))
    senders[0].close()

    issue = player.subject.issue
    verbs = list(issue.events.order_by("number").values_list("verb", flat=True))
    assert verbs == [Verb.SUBMIT, Verb.SUPPLEMENT, Verb.ACCEPT, Verb.DISPATCH]
    assert (issue.status, issue.event_count) == ("assigned", 4)
    assert Notice.objects.filter(event__issue=issue).exists()
    assert all(taken.statements > len(taken.writes) > 0 for taken in written)
    chains = Issue.objects.values_list("pk", "number", "event_count", "head")
    assert not any(ledger.verify(chains, Event.objects.order_by("issue_id", "number").select_related("words")))


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_down_is_undone(settings: LazySettings, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path
    player = Player(cast_of(scene()))
    step = STORIES["on the spot"][0]
    browser = player.browser(step)

    with taken_down() as taken:
        browser.post(step.to(player.cast, player.subject), dict(step.say(player.cast, player.subject)))

    assert taken.writes
    assert not Issue.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asking", [False, True])
def test_story_of_supervision_when_sent_bare_comes_to_its_end(asking: bool, settings: LazySettings, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path
    player, sender = Player(cast_of(scene())), Sender()
    story = STORIES["yellow, whistled, supervised, written to"]

    for step in story:
        to, fields = step.to(player.cast, player.subject), dict(step.say(player.cast, player.subject))
        with taken_down() as taken:
            answer = player.browser(step).post(to, fields)
        assert answer.status_code in (302, 303), f"{step.label}: {answer.content.decode()[:3000]}"
        send_all([sender], [taken.asks_and_writes if asking else taken.writes])
        assert set(taken.writes) < set(taken.asks_and_writes)
        if step.verb == Verb.SUBMIT:
            player.subject = Subject.of(receipt_in(answer["Location"]))
    sender.close()

    done = list(player.subject.issue.events.order_by("number").values_list("verb", flat=True))
    assert [verb for verb in done if verb in {step.verb for step in story}] == [step.verb for step in story]
    chains = Issue.objects.values_list("pk", "number", "event_count", "head")
    assert not any(ledger.verify(chains, Event.objects.order_by("issue_id", "number").select_related("words")))
