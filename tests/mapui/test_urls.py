"""Every address leads to its own view, and not to an earlier pattern that fits it too."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, resolve, reverse

from mapui.urls import urlpatterns

SAMPLES = {"pk": 7, "number": "2026-0000001", "verb": "accept", "code": "150422100200001", "kind": "dispatch", "key": "1"}
SAMPLES["copy"] = SAMPLES["uuid"] = "0b1f3b1e-5c0e-4f3e-9a39-1d8a7a0c7f11"
NAMED = [pattern for pattern in urlpatterns if pattern.name]


@pytest.mark.parametrize("pattern", NAMED, ids=lambda pattern: pattern.name)
def test_address_when_followed_leads_to_the_view_of_its_name(pattern: URLPattern):
    wanted = {name: SAMPLES.get(name, "sample") for name in pattern.pattern.converters}

    assert resolve(reverse(pattern.name or "", kwargs=wanted)).url_name == pattern.name
