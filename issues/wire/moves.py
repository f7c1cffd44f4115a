"""`POST /api/moves`: a button that was pressed on a phone, maybe hours ago, pressed here once.

The answer is kept under the person and the record's key, in the transaction of the move itself: whoever repeats it, because
the answer was lost, two tabs sent it or a line broke, gets the same. A refusal by the rules is kept too: what somebody was
told was not done is not done behind their back later. What wants to try again takes a new key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from grids.together import read_together
from issues import services
from issues.errors import Refusal
from issues.models import Issue, SentMove
from issues.moves.buttons import OWN_PANEL
from issues.terms import Field, Status, Verb
from issues.wire import standing
from issues.wire.answers import Fault, error_of, said, wire, wrong
from issues.wire.owners import member_of
from issues.wire.reading import Body, body_of, key_of, mended
from representatives.models import Person

KEYS = frozenset({"issue", "verb", "facts", "seen", "device_at"})
# What only adds something needs no look at what stands there; everything else is done to what somebody has seen.
ADDS = frozenset({Verb.NOTE, Verb.CONTACT, Verb.MAKE_SAFE})
MOST_EVENTS = 1_000_000
KEPT = timedelta(days=400)  # longer than any phone lies in a drawer with something unsent
_LONGEST, _MOST, _LARGEST = 8_000, 100, 2**31 - 1


@dataclass(frozen=True)
class Order:
    """What a phone asks for. `seen`: the `event_count` it showed; neither that nor the phone's clock is compared."""

    number: str
    verb: Verb
    facts: Mapping[str, object]
    seen: int | None
    device_at: datetime | None

    def digest(self, secret: str | bytes | None = None) -> str:
        """Keyed, for what was written could be guessed from a plain one."""
        body = json.dumps([self.number, self.verb, self.facts], sort_keys=True)
        return salted_hmac("issues.wire.moves", body, secret=secret, algorithm="sha256").hexdigest()

    def made(self, sent: SentMove) -> bool:
        """Whether it is the order that was sent under the key; also after the program's secret was changed."""
        secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        return any(constant_time_compare(sent.digest, self.digest(secret)) for secret in secrets)


@wire("POST")
def moves(request: HttpRequest) -> HttpResponse:
    """See above: 201 the first time, 200 again; a refusal has its own status each time."""
    key, person = key_of(request), member_of(request)
    order = order_of(body_of(request))
    sent, is_first = send(person, key, order, at=now())
    return _answered(sent, is_first=is_first)


def order_of(body: Body) -> Order:
    """The order in the body. Raises Fault (422)."""
    body.only(KEYS)
    number, verb = body.text("issue", 20), body.one_of("verb", Verb.values)
    if not number:
        raise wrong("issue", _("Give the number of the issue."))
    if not verb or verb in OWN_PANEL:
        raise wrong("verb", _("This needs the page of the issue: files go with it.") if verb else _("Say what is to be done."))
    facts = body.part("facts", Field.values)
    seen = body.whole("seen", 0, MOST_EVENTS)
    if seen is None and verb not in ADDS:
        raise wrong("seen", _("Say how many entries the issue had when you looked."))
    given = {name: _fact(facts, name) for name in Field.values if facts.raw(name) is not None} if facts else {}
    return Order(number, Verb(verb), given, seen, body.moment("device_at"))


def send(person: Person, key: UUID, order: Order, *, at: datetime) -> tuple[SentMove, bool]:
    """Make the move and keep the answer, or find the one that was kept; and whether this was the first of the key."""
    known, named = SentMove.objects.with_key(person, key), Issue.objects.numbered(order.number).only("pk")
    read_together(known, named)
    if known:
        return _again(known[0], order), False
    # No issue has the key 0: a number that there is not is not told apart from what is out of sight.
    issue_id = named[0].pk if named else 0
    try:
        with transaction.atomic():
            status, answer = _attempt(person, issue_id, order, at)
            sent = SentMove.objects.create(
                person=person, key=key, digest=order.digest(), number=order.number, verb=order.verb, status=status,
                answer=answer, device_at=order.device_at, received_at=at,
            )  # fmt: skip
    except IntegrityError:
        # Two sent the same at the same time: what this one did is undone with the row that it could not write.
        earlier = SentMove.objects.with_key(person, key).first()
        if earlier is None:
            raise
        return _again(earlier, order), False
    return sent, True


def forget(*, at: datetime) -> int:
    """Erase the answers that no phone asks for any more; says how many. What was done stands in the ledger."""
    return SentMove.objects.before(at - KEPT).delete()[0]


def _again(earlier: SentMove, order: Order) -> SentMove:
    if not order.made(earlier):
        raise Fault(409, "conflict", _("Something else was sent under this key. It was kept as it was."), now=None)
    return earlier


def _attempt(person: Person, issue_id: int, order: Order, at: datetime) -> tuple[int, dict[str, object]]:
    """What came of it, as status and body; whatever a refused move began is undone."""
    try:
        event = services.move(issue_id, order.verb, by=person, at=at, facts=order.facts, seen=order.seen, noted=_way_in(order))
    except Refusal as refusal:
        return refusal.status, {"error": {**error_of(refusal), "now": standing.now_of(order.number, person, at)}}
    words = {"verb": order.verb.label, "number": order.number, "status": Status(event.issue.status).label}
    return 201, {
        "issue": order.number,
        "verb": order.verb.value,
        **standing.of(event.issue),
        "received_at": localtime(at).isoformat(timespec="seconds"),
        "sentence": _("“%(verb)s” is recorded; %(number)s is now “%(status)s”.") % words,
    }


def _way_in(order: Order) -> dict[str, object]:
    """What the ledger says of how it came: through a phone, and by its clock when, which proves nothing."""
    return {"channel": "phone", **({"device_at": order.device_at.isoformat()} if order.device_at else {})}


def _answered(sent: SentMove, *, is_first: bool) -> HttpResponse:
    if sent.status == 201:
        return said(sent.answer, status=201 if is_first else 200)
    answer = said(sent.answer, status=sent.status)
    answer.refused = sent.answer["error"]["sentence"]  # type: ignore[attr-defined]  # for the log of `gridgov.middleware`
    return answer


def _fact(facts: Body, name: str) -> object:
    """A value of a form: text, a whole number, a choice of several, or the parts of a minute or of ballots."""
    value = facts.raw(name)
    if isinstance(value, dict) and len(value) <= _MOST:
        return {mended(part)[:40]: _plain(facts, f"{name}.{mended(part)[:40]}", one) for part, one in value.items()}
    if isinstance(value, list) and len(value) <= _MOST:
        return [_plain(facts, name, one) for one in value]
    return _plain(facts, name, value)


def _plain(facts: Body, name: str, value: object) -> str | int | None:
    if value is None or isinstance(value, str):
        return Body({name: value}, facts.name("")).text(name, _LONGEST)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
        return value
    raise wrong(facts.name(name), _("This must be text or a whole number."))
