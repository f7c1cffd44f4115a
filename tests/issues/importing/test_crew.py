"""Two batches at a time: nothing is lost, nothing twice, whatever stops it; and what it writes is what one hand would write."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event as Signal
from threading import get_ident

import pytest
from django.db import connection

from issues.importing import history, storing
from issues.importing.words import document, lexemes
from issues.models import Event, Issue, IssueWords, Submission
from issues.writing.crew import Crew
from tests.issues.importing.desk import Desk, faults
from tests.issues.importing.test_found import differing
from tests.issues.test_processes import url_of_database

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60


@pytest.mark.django_db(transaction=True)
def test_batches_stored_side_by_side_leave_every_row_once_and_every_chain_whole(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(history, "BATCH", 7)
    hands: set[int] = set()
    store = storing.Storing.store

    def watched(self, ready):
        hands.add(get_ident())
        return store(self, ready)

    monkeypatch.setattr(storing.Storing, "store", watched)
    clerks: set[int] = set()
    written = storing.Storing.rows_of

    def written_down(self, *batch):
        clerks.add(get_ident())
        return written(self, *batch)

    monkeypatch.setattr(storing.Storing, "rows_of", written_down)
    rows = [desk.row(what=f"路灯不亮 {number}") for number in range(100)]

    result = desk.take(desk.csv([*rows, desk.row(time="never"), rows[0]]))

    assert (result.read, result.written, result.rejected) == (102, 100, 2)
    assert len(desk.rejected()) == 2
    assert get_ident() not in hands
    assert clerks == {get_ident()}
    assert set(Issue.objects.values_list("source_id", flat=True)) == {row[0] for row in rows}
    assert Issue.objects.count() == Submission.objects.count() == IssueWords.objects.count() == 100
    assert len(set(Issue.objects.values_list("number", flat=True))) == 100
    assert (faults(), differing()) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_batch_that_fails_in_a_hand_is_told_and_the_others_stand(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(history, "BATCH", 5)
    copied = storing.copy_columns

    def fail(model, rows, usual):
        if model is Event and any('"H-13"' in row["facts"] for row in rows):
            raise OSError("disk full")
        copied(model, rows, usual)

    monkeypatch.setattr(storing, "copy_columns", fail)
    path = desk.csv([desk.row() for _ in range(40)])
    with pytest.raises(OSError, match="disk full"):
        desk.take(path)

    assert not Issue.objects.filter(source_id__in=[f"H-{number}" for number in range(11, 16)]).exists()
    assert Issue.objects.count() % 5 == 0
    monkeypatch.setattr(storing, "copy_columns", copied)
    stood = Issue.objects.count()
    again = desk.take(path)
    assert (again.there, again.written, Issue.objects.count()) == (stood, 40 - stood, 40)
    assert (faults(), differing()) == ([], [])


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_import_killed_in_the_middle_when_run_again_has_every_row_once(desk: Desk) -> None:
    wanted = 1500
    path = desk.csv([desk.row() for _ in range(wanted)])
    mapping = desk.folder / "mapping.toml"
    mapping.write_text(
        'source = "hotline"\ntime_zone = "Asia/Shanghai"\n[columns]\nid = "no"\nreported = "time"\ncategory = "kind"\n'
        'text = "what"\nstatus = "state"\nclosed = "end"\nlon = "x"\nlat = "y"\n[status]\n"办结" = "closed"\n'
    )
    command = _RUN.format(path=str(path), mapping=str(mapping))
    first = _process(command)
    until = time.monotonic() + PATIENCE_S
    while not Issue.objects.exists() and time.monotonic() < until:
        time.sleep(0.005)
    first.send_signal(signal.SIGKILL)
    first.wait(timeout=PATIENCE_S)
    done = Issue.objects.count()
    assert 0 < done < wanted  # in the middle, indeed

    assert _process(command).wait(timeout=PATIENCE_S) == 0

    assert Issue.objects.count() == Submission.objects.count() == wanted
    assert (faults(), differing()) == ([], [])


_RUN = """
import django
django.setup()
from pathlib import Path
from django.core.management import call_command
from issues.importing import history
history.BATCH = 10
call_command("import_issues", {path!r}, mapping=Path({mapping!r}), verbosity=0)
"""


def _process(command: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DATABASE_URL": url_of_database(), "DJANGO_SETTINGS_MODULE": "gridgov.settings"}
    return subprocess.Popen([sys.executable, "-c", command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


@pytest.mark.django_db(transaction=True)
def test_crew_takes_no_more_than_its_hands_can_hold() -> None:
    go, taken = Signal(), []

    def work(batch: int) -> None:
        taken.append(batch)
        assert go.wait(PATIENCE_S)

    with Crew(work, hands=2) as crew:
        for batch in range(4):  # two in hand, two waiting
            crew.hand(batch)
        assert len(taken) <= 2
        go.set()

    assert sorted(taken) == [0, 1, 2, 3]
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_crew_within_a_transaction_works_at_once_with_its_connection() -> None:
    doers: list[int] = []
    crew: Crew[int] = Crew(lambda batch: doers.append(get_ident()), hands=2)
    with crew:
        crew.hand(1)
        assert doers == [get_ident()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("路灯不亮", ["路灯", "灯不", "不亮", "亮"]),
        ("Lamp，坏了!ＡＢ１", ["lamp", "坏了", "了", "ab1"]),
        ("", []),
        ("Straße", None),  # the database folds other letters by its own rules
    ],
)
def test_text_is_cut_as_the_database_cuts_it_or_left_to_it(text: str, expected: list[str] | None) -> None:
    assert lexemes(text) == expected


TEXTS = (
    "路灯不亮", "Lamp at 5th Street，坏了 3 天!", "电话 13912345678 联系", "ＡＢＣ 全角 ｋｍ", "カタカナ・ひらがな 混在", "a" * 300,
    "灯" * 300, "\t两\n行  空格", "O'Brien \\ back: slash", "①②③ ㎡", "Straße ÄÖ", "😀 表情", "",
)  # fmt: skip


def test_document_is_the_one_that_the_database_makes_for_all_kinds_of_text(desk: Desk) -> None:
    rows = [desk.row(what=text or "无", spot=text[:50]) for text in TEXTS]

    desk.take(desk.csv(rows))

    assert Issue.objects.count() == len(TEXTS)
    assert differing() == []
    assert document("1504.22", "2024-0000001", [(lexemes("Straße"), "A")]) is None
