"""The cache over Redis, for a site that goes on without it: what cannot be read was not kept, what cannot be written is not.

What could not be written or removed while Redis was silent is removed once it answers again, before anybody reads it: a
session that was ended meanwhile does not come back. (A Redis that was restarted has forgotten it by itself.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import RedisError

from grids import memory

_AT_ONCE = 1000


class Owed:
    """Keys of one Redis whose value there is not what it should be."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: set[str] = set()
        memory.pool(url).switch.when_back(self.settle)

    def add(self, keys: Iterable[str]) -> None:
        self._keys.update(keys)

    def settle(self) -> None:
        """Remove them, past the switch, which is still over. What fails again stays owed."""
        with memory.frank(self._url) as client:
            while keys := list(self._keys.copy())[:_AT_ONCE]:
                client.delete(*keys)
                self._keys.difference_update(keys)


@cache
def owed_to(url: str) -> Owed:
    """The debts to that Redis, one list for all threads of the process."""
    return Owed(url)


class ForgivingClient(RedisCacheClient):
    """As Django's own, but no call of it raises because Redis is away."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, pool_class=memory.Pool, **options)
        self._owed = owed_to(servers[0])

    def _or(self, otherwise: Any, call: Callable[[], Any], stale: Iterable[str] = ()) -> Any:
        try:
            return call()
        except RedisError:
            self._owed.add(stale)
            return otherwise

    def get(self, key: Any, default: Any) -> Any:
        return self._or(default, lambda: super(ForgivingClient, self).get(key, default))

    def get_many(self, keys: Iterable[Any]) -> Any:
        return self._or({}, lambda: super(ForgivingClient, self).get_many(keys))

    def has_key(self, key: Any) -> Any:
        return self._or(False, lambda: super(ForgivingClient, self).has_key(key))

    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        return self._or(False, lambda: super(ForgivingClient, self).add(key, value, timeout))

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._or(None, lambda: super(ForgivingClient, self).set(key, value, timeout), [key])

    def set_many(self, data: Any, timeout: Any) -> None:
        self._or(None, lambda: super(ForgivingClient, self).set_many(data, timeout), data)

    def touch(self, key: Any, timeout: Any) -> Any:
        return self._or(False, lambda: super(ForgivingClient, self).touch(key, timeout))

    def delete(self, key: Any) -> Any:
        return self._or(False, lambda: super(ForgivingClient, self).delete(key), [key])

    def delete_many(self, keys: Iterable[Any]) -> None:
        keys = list(keys)
        self._or(None, lambda: super(ForgivingClient, self).delete_many(keys), keys)

    def incr(self, key: Any, delta: Any) -> Any:
        """Raises ValueError, as for a key that is not there."""
        found = self._or(None, lambda: super(ForgivingClient, self).incr(key, delta))
        if found is None:
            raise ValueError(f"Key “{key}” cannot be counted on: Redis is away.")
        return found


class ForgivingCache(RedisCache):
    """Django's cache over Redis with that client. `LOCATION` is one address."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
