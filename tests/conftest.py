"""What every test starts from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import pytest_django.plugin
from django.conf import settings as site
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import override_settings
from django.utils import translation

from grids.prepared import Prepared
from mapui.ground import drawn_levels

# The ledger refuses TRUNCATE; what empties the tables after a transactional test needs it lifted, in test databases only.
_UNGUARDED = (
    "ALTER TABLE issues_event DISABLE TRIGGER ledger_event_not_emptied",
    "ALTER TABLE issues_eventtext DISABLE TRIGGER ledger_words_not_emptied",
    "ALTER TABLE issues_contactlook DISABLE TRIGGER contact_look_not_emptied",
    "ALTER TABLE issues_suggestion DISABLE TRIGGER suggestion_not_emptied",
    "ALTER TABLE issues_suggestionanswer DISABLE TRIGGER suggestion_answer_not_emptied",
    "ALTER TABLE issues_publicnotice DISABLE TRIGGER public_notice_not_emptied",
    "ALTER TABLE issues_publicnoticestep DISABLE TRIGGER public_notice_step_not_emptied",
    "ALTER TABLE issues_topic DISABLE TRIGGER topic_not_emptied",
    "ALTER TABLE issues_topicline DISABLE TRIGGER topic_line_not_emptied",
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.plugin.DjangoDbBlocker) -> None:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for statement in _UNGUARDED:
            cursor.execute(statement)


_MANY = re.compile(r"IN \((?:%s, )*%s\)")


@pytest.fixture(scope="session", autouse=True)
def kept_statements_compared() -> Iterator[None]:
    """Whatever test asks with a statement that is kept: it is, to the letter and the value, the one that Django would write."""
    ask = Prepared.__call__

    def compared(prepared: Prepared[..., Any], *args: Any) -> Any:
        rows = ask(prepared, *args)
        is_kept = "get_compiler" in vars(rows.query)
        if is_kept and not prepared._build.__module__.startswith("tests."):
            assert _written(rows) == _written(prepared._build(*args))
        return rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "__call__", compared)
        yield


def _written(rows: QuerySet[Any, Any]) -> list[tuple[str, list[Any]]]:
    """The statement and its values, without and with names for the columns; however often the last key is repeated (`padded`)."""
    written = (rows.query.get_compiler(rows.db).as_sql(with_col_aliases=named) for named in (False, True))
    return [(_MANY.sub("IN (%s, …)", text), [value for value, _again in groupby(values)]) for text, values in written]


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


def _collecting(root: Path) -> dict[str, Any]:
    """The settings of production for static files; uncompressed, which a test can do itself."""
    return {
        "STATIC_ROOT": root,
        "STORAGES": {**site.STORAGES, "staticfiles": {"BACKEND": "mapui.storage.BundledStorage"}},
        "WHITENOISE_SKIP_COMPRESS_EXTENSIONS": ("css", "html", "js", "json", "md", "svg", "ts", "txt"),
    }


@pytest.fixture(scope="session")
def collected_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where static files lie as they are collected for production, once for all tests."""
    root = tmp_path_factory.mktemp("static")
    with override_settings(**_collecting(root)):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


@pytest.fixture
def collected(settings: Any, collected_files: Path) -> Path:
    """This test's pages, its live server too, stand on collected files."""
    for name, value in _collecting(collected_files).items():
        setattr(settings, name, value)
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [collected_files]
    return collected_files
