"""What tests of issues start from, unless a module or a folder says otherwise by the same name."""

from __future__ import annotations

import pytest

from tests.issues import factories as make


@pytest.fixture
def county(db) -> make.County:
    """Somebody in every post, nothing reported yet."""
    return make.county()
