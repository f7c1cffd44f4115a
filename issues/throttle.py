"""How often one connection may do what needs no log-in. Counted in Redis; when Redis is away, people come first.

Many phones of a village share one address of their operator, so the limits stop machines, not neighbours.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from grids import memory
from issues.errors import Refusal

logger = logging.getLogger(__name__)


class Throttled(Refusal):
    """Too often (HTTP 429). `wait_s`: whole seconds until it may be tried again."""

    status = 429

    def __init__(self, wait_s: int) -> None:
        super().__init__(_("That was very often in a short time. Please try again %(wait)s.") % {"wait": _in_words(wait_s)})
        self.wait_s = wait_s


@dataclass(frozen=True)
class Limit:
    """A named limit: so many times within a moving window."""

    name: str
    rate: RateLimitItem


REPORT = Limit("report", parse("40 per 10 minutes"))  # per address: reports sent
AGAIN = Limit("again", parse("600 per 10 minutes"))  # per address: repeats of reports, and files of them
ALIKE = Limit("alike", parse("60 per 10 minutes"))  # per address: what is known near a place; more would be surveying
SUGGESTION = Limit("suggestion", parse("20 per 10 minutes"))  # per address: words about the platform
VILLAGE_NOTICE = Limit("village-notice", parse("20 per hour"))  # per secretary: notices written
RECEIPT_MISS = Limit("receipt-miss", parse("30 per 10 minutes"))  # per address: codes that do not exist
REQUESTER = Limit("requester", parse("20 per hour"))  # per receipt: supplement, withdraw, rate, reopen
ANSWER = Limit("answer", parse("6 per hour"))  # per receipt: codes sent to confirm an address
ANSWER_TO = Limit("answer-to", parse("6 per day"))  # per address that such codes go to, whoever asks
TRIAL = Limit("trial", parse("10 per 10 minutes"))  # per way out: messages sent to try it
BULK = Limit("bulk", parse("20 per 10 minutes"))  # per member of staff: one verb for many issues
REQUESTER_ADDRESS = Limit("requester-address", parse("60 per 10 minutes"))  # per address: the same


def spend(limit: Limit, key: str) -> None:
    """Count one use by `key` (an address, a receipt); raises Throttled if there is none left.

    Only a keyed digest of `key` reaches Redis. If Redis does not answer, the use is allowed and the failure logged.
    """
    _ask(_limiter().hit, limit, key)


def check(limit: Limit, key: str) -> None:
    """Raises Throttled if `key` has no use left; counts nothing."""
    _ask(_limiter().test, limit, key)


def _ask(allows: Callable[..., bool], limit: Limit, key: str) -> None:
    digest = salted_hmac("issues.throttle", key).hexdigest()
    try:
        wait_s = 0 if allows(limit.rate, limit.name, digest) else _wait_s(limit, digest)
    except RedisError as error:
        logger.warning("Limit “%s” not counted, Redis did not answer: %s", limit.name, error)
        return
    if wait_s:
        logger.info("Limit “%s” reached", limit.name)
        raise Throttled(wait_s)


@cache
def _limiter() -> MovingWindowRateLimiter:
    # The address only says which kind of storage; the connections, and how long they wait, are those of `grids.memory`.
    return MovingWindowRateLimiter(
        RedisStorage("redis://", connection_pool=memory.pool(settings.REDIS_URL), key_prefix="gridgov:limit")
    )


def _wait_s(limit: Limit, digest: str) -> int:
    return max(1, math.ceil(_limiter().get_window_stats(limit.rate, limit.name, digest).reset_time - time.time()))


def _in_words(wait_s: int) -> str:
    minutes = math.ceil(wait_s / 60)
    return ngettext("in a minute", "in %(minutes)d minutes", minutes) % {"minutes": minutes}
