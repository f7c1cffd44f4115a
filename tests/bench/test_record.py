"""What a bench keeps of a run, and what it says has moved since another."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bench import record
from bench.record import Figure, Run


def run(*figures: Figure) -> Run:
    return Run("bench", "2026-01-01T00:00:00+00:00", "abc", "x86_64, 2 cores", {"issues": 5.0}, list(figures))


def test_figure_below_its_bar_when_lower_is_better_is_met():
    assert Figure("queue", 20.0, "ms", bar=20.0).verdict == "met"
    assert Figure("queue", 20.1, "ms", bar=20.0).verdict == "MISSED"


def test_figure_above_its_bar_when_higher_is_better_is_met():
    assert Figure("import", 5000, "issues/s", better="higher", bar=5000).is_met is True
    assert Figure("import", 4999, "issues/s", better="higher", bar=5000).is_met is False


def test_figure_without_a_bar_has_no_verdict():
    figure = Figure("queue", 20.0, "ms")

    assert (figure.is_met, figure.verdict) == (None, "")


def test_run_when_written_and_read_again_is_the_same(tmp_path):
    kept = run(Figure("queue", 20.5, "ms", bar=30.0, beside={"sql_ms": 9.5, "statements": 5}))

    assert record.read(record.write(kept, tmp_path / "run.json")) == kept


def test_run_without_a_file_is_kept_among_the_results(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "RESULTS", tmp_path / "results")

    path = record.write(run())

    assert path.parent == tmp_path / "results"
    assert path.name == "bench-2026-01-01T000000+0000.json"


def test_file_that_is_no_run_when_read_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "old.json"
    path.write_text("[1, 2]")

    with pytest.raises(SystemExit, match="is not a run of the bench"):
        record.read(path)


def test_time_that_moved_less_than_the_noise_is_not_told():
    before, after = run(Figure("queue", 20.0, "ms")), run(Figure("queue", 22.9, "ms"))

    assert record.moved(before, after) == []


def test_time_that_moved_by_a_large_share_of_almost_nothing_is_not_told():
    before, after = run(Figure("state", 0.4, "ms")), run(Figure("state", 0.8, "ms"))

    assert record.moved(before, after) == []


def test_time_that_grew_beyond_the_noise_is_told_as_worse():
    before, after = run(Figure("queue", 20.0, "ms")), run(Figure("queue", 30.0, "ms"))

    assert record.moved(before, after) == ["queue: 20 → 30 (+50 %) ms, WORSE"]


def test_rate_that_grew_is_told_as_better():
    before, after = (run(Figure("import", n, "issues/s", better="higher")) for n in (4000, 6000))

    assert record.moved(before, after) == ["import: 4,000 → 6,000 (+50 %) issues/s, better"]


def test_one_statement_more_is_told_however_small_the_share():
    before, after = (run(Figure("queue", 20.0, "ms", beside={"statements": n, "sql_ms": 3})) for n in (50, 51))

    assert record.moved(before, after) == ["queue: statements 50 → 51 (+2 %)"]


def test_figure_that_misses_its_bar_since_then_is_told_even_within_the_noise():
    before, after = run(Figure("queue", 20.0, "ms", bar=20.5)), run(Figure("queue", 21.0, "ms", bar=20.5))

    assert record.moved(before, after) == ["queue: its bar is MISSED, was met"]


def test_figures_that_are_new_or_gone_are_told():
    before, after = run(Figure("queue", 20.0, "ms")), run(Figure("red list", 7.25, "ms"))

    assert record.moved(before, after) == ["red list: new, 7.25 ms", "queue: gone, was 20 ms"]


def test_figure_in_another_unit_is_not_compared():
    before, after = run(Figure("memory", 20.0, "MB")), run(Figure("memory", 20.0, "kB"))

    assert record.moved(before, after) == ["memory: measured in kB, was in MB"]


def test_bench_that_is_told_an_old_run_prints_what_moved(tmp_path: Path, capsys):
    old = record.write(run(Figure("queue", 20.0, "ms")), tmp_path / "old.json")
    options = argparse.ArgumentParser()
    record.add_options(options)
    given = options.parse_args(["--json", str(tmp_path / "new.json"), "--compare", str(old)])

    record.keep(given, "bench", [Figure("queue", 40.0, "ms")], {"issues": 10})

    assert "queue: 20 → 40 (+100 %) ms, WORSE" in capsys.readouterr().out
    assert record.read(tmp_path / "new.json").about == {"issues": 10}


def test_ratios_are_of_the_times_that_both_runs_have_and_have_a_bar():
    small = run(
        Figure("queue", 20.0, "ms"), Figure("gone", 5.0, "ms"), Figure("import", 9.0, "issues/s"), Figure("nothing", 0.0, "ms")
    )
    large = run(
        Figure("queue", 25.0, "ms"), Figure("new", 5.0, "ms"), Figure("import", 9.0, "issues/s"), Figure("nothing", 1.0, "ms")
    )

    (ratio,) = record.ratios(small, large, bar=1.3)

    assert (ratio.name, ratio.value, ratio.unit, ratio.verdict) == ("queue: ratio", 1.25, "times", "met")
    assert ratio.beside == {"small_ms": 20.0}
    assert record.ratios(small, run(Figure("queue", 26.1, "ms")), bar=1.3)[0].verdict == "MISSED"
