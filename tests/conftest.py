"""What every test starts from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import QuerySet
from django.test import TransactionTestCase
from django.utils import translation

from grids.prepared import Prepared
from issues import state
from mapui.ground import drawn_levels
from tests import collecting
from tests.emptying import empty_all


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Tests that commit are followed by `empty_all` in place of Django's own way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_all())
        yield


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
    """What is remembered by the version of a layer, or of a county, belongs to one territory; every test draws its own."""
    drawn_levels.cache_clear()
    state._told.clear()


@pytest.fixture
def fresh_cache() -> Iterator[None]:
    """Nothing is kept of another test: rates of whole counties are for many minutes (`county_rates`)."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def english(settings) -> Iterator[None]:
    """Sentences are asserted in English, the language of the message ids, whatever the catalogs say."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def collected_files() -> Path:
    """Where static files lie as they are collected for production; by whichever process comes first."""
    return collecting.collected()


@pytest.fixture
def collected(settings: Any, collected_files: Path) -> Path:
    """This test's pages, its live server too, stand on collected files."""
    for name, value in collecting.options(collected_files).items():
        setattr(settings, name, value)
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [collected_files]
    return collected_files
