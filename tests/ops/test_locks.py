"""The locks: everything pinned and hashed, nothing that only one machine or one registry knows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON_LOCKS = ["requirements/base.txt", "requirements/s3.txt", "requirements/test.txt"]


def _pins(lock: str) -> dict[str, list[str]]:
    """Each requirement with its hashes."""
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    return {block.split(" ", 1)[0]: re.findall(r"--hash=sha256:([0-9a-f]{64})\b", block) for block in blocks}


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_each_python_package_when_locked_has_one_version_and_a_hash(lock):
    pins = _pins(lock)

    assert len(pins) > 40
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9._-]+(\[[a-z0-9,_-]+\])?==[0-9][^=\s]*", pin)] == []
    assert [pin for pin, hashes in pins.items() if not hashes] == []


@pytest.mark.parametrize("lock", [*PYTHON_LOCKS, "package-lock.json", "package.json", "pyproject.toml"])
def test_a_lock_when_read_names_no_host_and_no_place(lock):
    text = (ROOT / lock).read_text()

    assert re.findall(r"https?://|file:|--(?:extra-)?index-url|--find-links|--trusted-host|[\s\"'](?:/|~/)\w+", text) == []


def test_each_lock_when_compared_holds_the_one_before():
    base, s3, test = map(_pins, PYTHON_LOCKS)

    assert base.items() <= s3.items() <= test.items()


def test_each_npm_package_when_locked_has_a_version_and_a_strong_hash():
    packages = {name: entry for name, entry in json.loads((ROOT / "package-lock.json").read_text())["packages"].items() if name}

    assert packages
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if not re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])] == []


def test_what_pyproject_asks_for_when_locked_is_in_the_lock():
    asked = re.findall(r'^    "([a-z0-9.-]+)', (ROOT / "pyproject.toml").read_text().split("[tool.")[0], re.MULTILINE)
    locked = {re.split(r"[=\[]", pin)[0] for pin in _pins(PYTHON_LOCKS[-1])}

    assert asked
    assert {name.replace(".", "-") for name in asked} <= locked  # the lock spells names the normal way
