"""Limits on anonymous writes: count per key, say how long to wait, and give way when Redis is down."""

from __future__ import annotations

from uuid import uuid4

import pytest
from limits import parse
from redis import Redis

from issues import throttle
from issues.throttle import Limit, Throttled, check, spend


@pytest.fixture
def limit():
    """A limit nobody else has used."""
    return Limit(f"test-{uuid4()}", parse("3 per 5 minutes"))


def test_fourth_use_of_three_is_refused_with_the_wait_in_the_sentence(limit):
    for _ in range(3):
        spend(limit, "10.0.0.1")

    with pytest.raises(Throttled) as refused:
        spend(limit, "10.0.0.1")

    assert refused.value.status == 429
    assert 290 <= refused.value.wait_s <= 300
    assert "5" in refused.value.sentence


def test_other_keys_and_other_limits_have_their_own_count(limit):
    for _ in range(3):
        spend(limit, "10.0.0.1")

    spend(limit, "10.0.0.2")
    spend(Limit(f"test-{uuid4()}", limit.rate), "10.0.0.1")


def test_check_counts_nothing_but_sees_an_empty_allowance(limit):
    for _ in range(10):
        check(limit, "a")
    for _ in range(3):
        spend(limit, "a")

    with pytest.raises(Throttled):
        check(limit, "a")


def test_address_is_not_written_to_redis_in_clear(limit, settings):
    spend(limit, "203.0.113.77")

    keys = Redis.from_url(settings.REDIS_URL).keys(f"*{limit.name}*")

    assert len(keys) == 1
    assert b"203.0.113.77" not in keys[0]


def test_when_redis_is_down_use_is_allowed_and_logged(limit, settings, caplog):
    throttle._limiter.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    try:
        for _ in range(5):
            spend(limit, "10.0.0.1")
        check(limit, "10.0.0.1")
    finally:
        throttle._limiter.cache_clear()

    assert caplog.text.count("Redis did not answer") == 6
