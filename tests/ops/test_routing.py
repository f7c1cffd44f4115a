"""What is read from a replica and what never is: the rules, without a replica."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import get_resolver, resolve, reverse

from gridgov import routing
from gridgov.replicas import PRIMARY, Watch
from gridgov.routing import ReplicaMiddleware, ReplicaRouter
from issues.models import Issue
from representatives.models import Person

REPLICA = "replica1"


@pytest.fixture
def on_replica():
    """A page is reading from the replica."""
    token = routing._reads.set(REPLICA)
    yield ReplicaRouter()
    routing._reads.reset(token)


@pytest.mark.django_db(transaction=True)
def test_tolerant_page_reads_from_the_replica_but_who_somebody_is_from_the_primary(on_replica):
    assert on_replica.db_for_read(Issue) == REPLICA
    assert {on_replica.db_for_read(model) for model in (Person, Session)} == {PRIMARY}


@pytest.mark.django_db(transaction=True)
def test_everything_in_a_transaction_and_after_a_write_or_a_lock_is_on_the_primary(on_replica):
    with transaction.atomic():
        assert on_replica.db_for_read(Issue) == PRIMARY
    assert on_replica.db_for_read(Issue) == REPLICA
    on_replica.db_for_write(Issue)
    assert on_replica.db_for_read(Issue) == PRIMARY


def test_tables_are_made_on_the_primary_alone():
    router = ReplicaRouter()

    assert [router.allow_migrate(name, "issues") for name in (PRIMARY, REPLICA)] == [True, False]


def test_pages_that_may_lag_exist_and_none_of_them_is_part_of_what_is_live():
    names = set(get_resolver().reverse_dict)

    assert names >= routing.TOLERANT
    assert not routing.TOLERANT & {"map-state", "map-delta", "map-issues", "tile", "area-names", "area-panel", "issue", "queue"}


class _Watch:
    """A replica that is fit until a page finds it gone."""

    def __init__(self) -> None:
        self.fit = REPLICA

    def choose(self) -> str:
        return self.fit

    def lost(self, alias: str, why: object) -> None:
        self.fit = PRIMARY


def ask(monkeypatch, view, *, method: str = "get", path: str = "", **cookies: str) -> HttpResponse:
    """The answer of the middleware around that view, for the page of the heat unless another path is given."""
    found = _Watch()
    monkeypatch.setattr(routing, "watch", lambda: found)
    request = getattr(RequestFactory(), method)(path or reverse("heat"))
    request.COOKIES.update(cookies)

    def get_response(request: HttpRequest) -> HttpResponse:  # as Django's own handler
        request.resolver_match = resolve(request.path)
        middleware.process_view(request, view, (), {})
        try:
            return view(request)
        except Exception as error:
            answer = middleware.process_exception(request, error)
            if answer is None:
                raise
            return answer

    middleware = ReplicaMiddleware(get_response)
    answer = middleware(request)
    assert routing._reads.get() == PRIMARY  # whatever came, the next request begins anew
    return answer


def where(request: HttpRequest) -> HttpResponse:
    return HttpResponse(routing._reads.get())


def test_page_when_asked_for_reads_from_the_replica_only_if_it_may_lag_and_nothing_was_written(monkeypatch):
    asked = [
        ask(monkeypatch, where),
        ask(monkeypatch, where, path=reverse("queue")),
        ask(monkeypatch, where, method="post"),
        ask(monkeypatch, where, **{routing.COOKIE: "1"}),
    ]

    assert [answer.content.decode() for answer in asked] == [REPLICA, PRIMARY, PRIMARY, PRIMARY]


def test_who_writes_is_kept_on_the_primary_as_long_as_a_replica_may_lag(monkeypatch, settings):
    settings.REPLICA_LAG_S = 2.5

    cookie = ask(monkeypatch, where, method="post").cookies[routing.COOKIE]
    refused = ask(monkeypatch, lambda request: HttpResponse(status=409), method="post")

    assert (cookie["max-age"], cookie["httponly"]) == (3, True)
    assert routing.COOKIE not in refused.cookies | ask(monkeypatch, where).cookies


def test_page_when_its_replica_goes_away_under_it_is_made_again_on_the_primary(monkeypatch):
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(routing._reads.get())
        if seen[-1] == REPLICA:
            raise OperationalError("server closed the connection unexpectedly")
        return where(request)

    answer = ask(monkeypatch, view)

    assert (answer.status_code, answer.content.decode(), seen) == (200, PRIMARY, [REPLICA, PRIMARY])


def test_failure_of_another_kind_is_not_tried_again(monkeypatch):
    def view(request: HttpRequest) -> HttpResponse:
        raise Http404

    with pytest.raises(Http404):
        ask(monkeypatch, view)


def test_replica_is_chosen_only_while_it_is_known_to_hold_what_was_committed_within_the_lag(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("gridgov.replicas.time.monotonic", lambda: now[0])
    asked = {PRIMARY: 100, REPLICA: 100}
    monkeypatch.setattr("gridgov.replicas._ask", lambda alias, _statement: asked[alias])
    watch = Watch([REPLICA], lag_s=5.0, every_s=1.0)
    monkeypatch.setattr(watch, "_begin", lambda: None)

    chosen = [watch.choose()]
    for second, primary, replica in ((0, 100, 100), (1, 200, 100), (2, 300, 200), (9, 400, 200), (10, 400, 400)):
        now[0], asked[PRIMARY], asked[REPLICA] = 1000.0 + second, primary, replica
        watch.look()
        chosen.append(watch.choose())
    now[0] += 5.5
    chosen.append(watch.choose())

    assert chosen == [PRIMARY, REPLICA, REPLICA, REPLICA, PRIMARY, REPLICA, PRIMARY]
