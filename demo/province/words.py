"""The search index of millions of issues: put together from the vectors of the few texts that they are made of.

`issues_search_documents` cuts every text anew, a millisecond for an issue. Here the program's own functions cut each distinct
text once, and concatenation does the rest: the documents are the same, bit by bit (tests/demo/test_province.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection

from demo.province.archive import SOURCE, TITLE

BATCH = 2000

_PLACES = """
    CREATE TABLE demo_province_place AS
    WITH named AS (SELECT name, issues_search_vector(name) AS words FROM (SELECT DISTINCT name FROM grids_area) AS names)
    SELECT area.id,
        array_to_tsvector(ARRAY(
            SELECT '@' || array_to_string((string_to_array(area.path, '.'))[:n], '.')
            FROM generate_series(1, cardinality(string_to_array(area.path, '.'))) AS n)) AS paths,
        setweight(above.words || beside.words || own.words, 'B') AS names
    FROM grids_area AS area
    JOIN grids_area AS village ON village.id = area.parent_id
    JOIN grids_area AS township ON township.id = village.parent_id
    JOIN named AS own ON own.name = area.name
    JOIN named AS beside ON beside.name = village.name
    JOIN named AS above ON above.name = township.name
    WHERE area.level = 10
"""
_TEXTS = "CREATE TABLE demo_province_text (text text PRIMARY KEY, title tsvector, report tsvector, history tsvector)"
_TEXT = """
    INSERT INTO demo_province_text
    SELECT text, setweight(issues_search_written(left(text, %(title)s)), 'A'), setweight(issues_search_written(text), 'C'),
        setweight(issues_search_written(text), 'D')
    FROM unnest(%(texts)s::text[]) AS text ON CONFLICT DO NOTHING
"""
_DOCUMENTS = """
    INSERT INTO issues_issuewords (issue_id, words)
    SELECT issue.id, place.paths
        || setweight(format('%%s:1 %%s:2 %%s:3', left(issue.number, 4), substr(issue.number, 6), ltrim(substr(issue.number, 6), '0'))
                     ::tsvector, 'A')
        || said.title || place.names || said.report || coalesce(ended.history, ''::tsvector)
    FROM issues_issue AS issue
    JOIN issues_submission AS report ON report.id = issue.id
    JOIN demo_province_place AS place ON place.id = issue.area_id
    JOIN demo_province_text AS said ON said.text = report.text
    LEFT JOIN demo_province_text AS ended ON ended.text = nullif(issue.resolution, '')
    WHERE issue.id > %(first)s AND issue.id <= %(last)s AND issue.source = %(source)s
"""


def prepare(texts: Iterable[str]) -> None:
    """Cut every name of an area and every text once."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES)
        cursor.execute("ALTER TABLE demo_province_place ADD PRIMARY KEY (id)")
        cursor.execute(_TEXTS)
        cursor.execute(_TEXT, {"title": TITLE, "texts": sorted({*texts} - {""})})
        cursor.execute("ANALYZE demo_province_place, demo_province_text")


def write(first: int, last: int) -> None:
    """The documents of the archived issues with keys above `first` up to `last`."""
    with connection.cursor() as cursor:
        cursor.execute(_DOCUMENTS, {"first": first, "last": last, "source": SOURCE})


def write_of(keys: list[int], more: Callable[[int], object]) -> None:
    """The documents of these issues by the program's own function; needs the indexes. `more` is told of every batch."""
    with connection.cursor() as cursor:
        for start in range(0, len(keys), BATCH):
            cursor.execute("SELECT issues_search_rebuild(%s)", [keys[start : start + BATCH]])
            more(len(keys[start : start + BATCH]))


def clear() -> None:
    """The vectors of the texts are not needed any more."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS demo_province_place, demo_province_text")
