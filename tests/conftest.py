"""What every test starts from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english(settings) -> Iterator[None]:
    """Sentences are asserted in English, the language of the message ids, whatever the catalogs say."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield
