"""bin/up where something is in its way: a sentence in both languages, an exit status, and nothing left running."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the scripts alone, in a place with a space in its name."""
    place = tmp_path / "grid gov"
    shutil.copytree(ROOT / "bin", place / "bin")
    return place


def _in_parts(checkout: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs bash with the parts of bin/up loaded."""
    load = "".join(f'source "$ROOT/bin/lib/{part}.sh"; ' for part in ("say", "system", "services", "site"))
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail; {load} {script}"],
        env={**os.environ, "ROOT": str(checkout), "LOCAL": str(checkout / ".local"), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _sentences(answer: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.strip() for line in answer.stderr.splitlines()]


@pytest.mark.parametrize(
    "arguments", [["--demo", "paris"], ["--port"], ["--port", "web"], ["--port", "65536"], ["now"], ["--demo="]]
)
def test_wrong_arguments_when_given_are_answered_with_the_usage(checkout, arguments):
    answer = subprocess.run([checkout / "bin" / "up", *arguments], capture_output=True, text=True, check=False, timeout=60)

    assert answer.returncode == 1
    assert _sentences(answer) == [
        "✗ 用法：bin/up [--demo bairin|boston|none] [--host 地址] [--port 端口]",
        "Usage: bin/up [--demo bairin|boston|none] [--host ADDRESS] [--port N]",
    ]
    assert not (checkout / ".local").exists()


def test_a_busy_port_when_asked_for_is_not_free_and_is_afterwards(checkout):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        busy = _in_parts(checkout, f"port_is_free 127.0.0.1 {port}")
    free = _in_parts(checkout, f"port_is_free 127.0.0.1 {port}")

    assert (busy.returncode, free.returncode) == (1, 0)


def test_a_full_disk_when_asked_for_more_is_told_in_megabytes(checkout):
    answer = _in_parts(checkout, 'require_space "$ROOT" 999999999')

    assert answer.returncode == 1
    assert "999999999 MB" in _sentences(answer)[0]
    assert _sentences(answer)[1].startswith("Not enough disk space: 999999999 MB needed in ")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full: “Installing” did not finish."),
        ("E: Temporary failure resolving 'mirror.invalid'", "No network: “Installing” did not finish."),
        ("npm error code ENOTFOUND", "No network: “Installing” did not finish."),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "A downloaded package does not match its hash in the lock file"),
        ("something else", "“Installing” failed, the reason is above"),
    ],
)
def test_a_failed_step_when_explained_names_the_likeliest_cause(checkout, output, sentence):
    answer = _in_parts(checkout, 'explain 安装 Installing "$OUTPUT"', OUTPUT=output)

    assert answer.returncode == 1
    assert sentence in answer.stderr


def test_a_second_run_when_one_holds_the_lock_does_not_get_it(checkout):
    answer = _in_parts(checkout, 'take_lock; (exec {LOCK_FD}>&-; take_lock) || echo "taken"')

    assert answer.stdout == "taken\n"


def test_the_environment_file_when_written_twice_keeps_secrets_and_what_the_owner_added(checkout):
    script = 'mkdir -p "$LOCAL"; write_env one 0; echo "GRIDGOV_ORGANISER=旗委" >>"$LOCAL/env"; cp "$LOCAL/env" "$LOCAL/before"; write_env two 2'

    answer = _in_parts(checkout, script)

    assert answer.returncode == 0, answer.stderr
    file = checkout / ".local" / "env"
    before, after = ((checkout / ".local" / name).read_text().splitlines() for name in ("before", "env"))
    assert {line for line in before if "_KEY" in line} == {line for line in after if "_KEY" in line}
    assert "GRIDGOV_ORGANISER=旗委" in after
    assert len([line for line in after if line.startswith("DATABASE_URL=")]) == 1
    assert file.stat().st_mode & 0o777 == 0o600


def test_sockets_of_a_deep_checkout_when_named_stay_short_enough_for_the_kernel(tmp_path, checkout):
    deep = tmp_path / ("d" * 120) / ("e" * 120)

    answer = _in_parts(checkout, 'echo "$SOCKETS/postgres/.s.PGSQL.5432"', LOCAL=str(deep))

    assert len(answer.stdout.strip().encode()) < 108


def test_a_process_in_our_directory_when_looked_for_is_found_and_others_are_not(checkout):
    run = checkout / ".local" / "run"
    run.mkdir(parents=True)
    sleeper = ["python3", "-c", "import time; print(flush=True); time.sleep(60)"]
    with (
        subprocess.Popen(sleeper, cwd=run, stdout=subprocess.PIPE) as ours,
        subprocess.Popen(sleeper, cwd=checkout, stdout=subprocess.PIPE) as others,
    ):
        assert ours.stdout
        assert others.stdout
        ours.stdout.readline()
        others.stdout.readline()
        found = _in_parts(checkout, "our_processes")
        ended = _in_parts(checkout, "stop_leftovers")
        gone, untouched = ours.poll(), others.poll()
        others.kill()

    assert found.stdout.split() == [str(ours.pid)]
    assert ended.returncode == 0
    assert (gone, untouched) == (-15, None)
