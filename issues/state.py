"""What has changed since you last asked, per county: a sequence number in Redis and the areas that it touched.

A poll that finds nothing new is answered from here alone, without the database. Redis may be empty, away or young: then
everybody is told to look anew, and no write fails for it.
"""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from django.db import transaction

from grids import memory

if TYPE_CHECKING:
    from issues.models import Issue

logger = logging.getLogger(__name__)

# Changed areas remembered for each area that somebody asks about.
REMEMBERED = 20_000
# So long what was asked about is kept, in seconds: then it begins anew, so that made-up addresses do not pile up.
KEPT_S = 2 * 86_400
# So many counties' stamps this process remembers, for those whom an answer of a moment ago will do.
MOST_TOLD = 10_000

# Paths of areas of which a change could not be told while Redis was away.
_untold: set[str] = set()
# By county: when Redis was asked last (monotonic, seconds), and the epoch and number that it told.
_told: dict[str, tuple[float, str, int]] = {}

# ARGV: how many to remember, how long, paths. Counts for every area that somebody has asked about (its epoch is there), whether
# county or a part or the province around it. One step, so that nobody reads the new number before the areas that belong to it.
_AT_ONCE = 4000  # paths in one call: a script takes no more than so many arguments
_TOUCH = """
local numbers = {}
for i = 3, #ARGV do
  local path, at = ARGV[i], 0
  repeat
    at = string.find(path, '.', at + 1, true)
    local above = at and string.sub(path, 1, at - 1) or path
    local key = 'gridgov:state:' .. above .. ':'
    if numbers[above] == nil then
      numbers[above] = redis.call('EXISTS', key .. 'epoch') == 1 and redis.call('INCR', key .. 'number')
    end
    if numbers[above] then redis.call('ZADD', key .. 'changes', numbers[above], path) end
  until not at
end
for above, number in pairs(numbers) do
  if number then
    local key = 'gridgov:state:' .. above .. ':'
    local surplus = redis.call('ZCARD', key .. 'changes') - tonumber(ARGV[1])
    if surplus > 0 then
      local last = redis.call('ZRANGE', key .. 'changes', surplus - 1, surplus - 1, 'WITHSCORES')
      redis.call('SET', key .. 'floor', last[2])
      redis.call('ZREMRANGEBYRANK', key .. 'changes', 0, surplus - 1)
    end
    for _, part in ipairs({'number', 'changes', 'floor'}) do redis.call('EXPIRE', key .. part, ARGV[2]) end
  end
end
"""


@dataclass(frozen=True)
class Stamp:
    """A moment in the county's life. `epoch` names the life of the Redis that counted; `slot` the stretch of time."""

    epoch: str
    slot: int
    number: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.slot}.{self.number}"

    @classmethod
    def parse(cls, text: str) -> Stamp | None:
        """The stamp that was written so; None if it is none."""
        epoch, _, rest = text.partition(".")
        slot, _, number = rest.partition(".")
        return cls(epoch, int(slot), int(number)) if epoch and slot.isdecimal() and number.isdecimal() else None


def touched(issue: Issue, *former_paths: str) -> None:
    """Announce that the issue changed, once the transaction is through. `former_paths`: where it lay before, if moved."""
    paths = {issue.path, *former_paths}
    transaction.on_commit(lambda: announce(paths))


def announce(paths: Iterable[str]) -> None:
    """Count a change of what is open in these areas (their paths). Never raises for Redis: a write is worth more."""
    changed = sorted(paths)
    _told.clear()
    try:
        _tell(_touch(), changed)
    except redis.RedisError as error:
        _untold.update(changed[: REMEMBERED - len(_untold)])
        logger.warning("Maps will see a change late: Redis did not answer: %s", error)


def _tell(touch: Callable[..., object], changed: list[str]) -> None:
    for start in range(0, len(changed), _AT_ONCE):
        # The numbers outlive the epoch that they were counted in: one that is there can never stand for a smaller one.
        touch(args=[REMEMBERED, 2 * KEPT_S, *changed[start : start + _AT_ONCE]])


def _tell_late() -> None:
    """Redis is back: count what changed while it was away. Raises RedisError; beyond REMEMBERED areas everybody looks anew by
    themselves, a slot later.
    """
    with memory.frank(settings.REDIS_URL) as client:
        late = sorted(_untold.copy())
        _tell(client.register_script(_TOUCH), late)
        _untold.difference_update(late)


def stamp(county: str, at: datetime, *, slot_s: int, within_s: float = 0.0) -> Stamp | None:
    """Where the county stands; None if Redis cannot say. `slot_s`: after so many seconds everybody looks anew anyway.

    `within_s`: what Redis told this process so many seconds ago will do.
    """
    asked_at, epoch, number = _told.get(county, (-math.inf, "", 0))
    if monotonic() - asked_at >= within_s:
        try:
            epoch, number = _ask(county)
        except redis.RedisError as error:
            logger.warning("Maps are not told what is new: Redis did not answer: %s", error)
            return None
    return Stamp(epoch, int(at.timestamp()) // slot_s, number)


def _ask(county: str) -> tuple[str, int]:
    """Epoch and number of the county, which are remembered too. Raises RedisError."""
    epoch_key, number_key, *_ = _keys(county)
    asked_at = monotonic()
    epoch, number = _client().mget(epoch_key, number_key)
    if epoch is None:
        _client().set(epoch_key, secrets.token_hex(4), nx=True, ex=KEPT_S)
        epoch, number = _client().mget(epoch_key, number_key)
    if len(_told) >= MOST_TOLD:
        _told.clear()
    _told[county] = asked_at, _text(epoch), int(number or 0)
    return _text(epoch), int(number or 0)


def changed_since(county: str, number: int, *, at_most: int) -> list[str] | None:
    """Paths of the areas that changed after that number; None if they are too many, forgotten, or Redis is away."""
    *_, changes_key, floor_key = _keys(county)
    try:
        with _client().pipeline() as pipe:
            pipe.get(floor_key)
            pipe.zrangebyscore(changes_key, f"({number}", "+inf", start=0, num=at_most + 1)
            floor, paths = pipe.execute()
    except redis.RedisError:
        return None
    if len(paths) > at_most or int(float(floor or 0)) > number:
        return None
    return [_text(path) for path in paths]


def _keys(county: str) -> list[str]:
    return [f"gridgov:state:{county}:{part}" for part in ("epoch", "number", "changes", "floor")]


def _text(value: bytes | str | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


@cache
def _client() -> redis.Redis:
    memory.pool(settings.REDIS_URL).switch.when_back(_tell_late)
    return memory.client(settings.REDIS_URL)


@cache
def _touch() -> redis.commands.core.Script:
    return _client().register_script(_TOUCH)
