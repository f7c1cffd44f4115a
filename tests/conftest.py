"""What every test starts from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import pytest_django.plugin
from django.db import connection
from django.utils import translation

from mapui.ground import drawn_levels

# The ledger refuses TRUNCATE; what empties the tables after a transactional test needs it lifted, in test databases only.
_UNGUARDED = (
    "ALTER TABLE issues_event DISABLE TRIGGER ledger_event_not_emptied",
    "ALTER TABLE issues_eventtext DISABLE TRIGGER ledger_words_not_emptied",
    "ALTER TABLE issues_contactlook DISABLE TRIGGER contact_look_not_emptied",
    "ALTER TABLE issues_suggestion DISABLE TRIGGER suggestion_not_emptied",
    "ALTER TABLE issues_suggestionanswer DISABLE TRIGGER suggestion_answer_not_emptied",
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.plugin.DjangoDbBlocker) -> None:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for statement in _UNGUARDED:
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def fresh_ground() -> None:
    """What is remembered by the version of a layer belongs to one territory; every test draws its own."""
    drawn_levels.cache_clear()


@pytest.fixture(autouse=True)
def english(settings) -> Iterator[None]:
    """Sentences are asserted in English, the language of the message ids, whatever the catalogs say."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield
