"""Our scripts and styles as production serves them: one script per page with all that it imports, styles without spaces and comments.

esbuild does it. Its program is called directly, so no Node is needed where static files are collected.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders

from mapui.modules import BARE, OWN, PAGES

STYLES = "mapui/css/"
# What browsers that know import maps understand; older ones have the pages without scripts.
_REPORT = "report.json"  # what esbuild says it made
_SCRIPT = ("--splitting", "--format=esm", "--target=es2022", f"--chunk-names={OWN}parts/[name]-[hash]", f"--metafile={_REPORT}")
_EACH = ("--bundle", "--minify", "--charset=utf8", "--log-level=warning", "--outdir=.", "--allow-overwrite")


class BundlingError(Exception):
    """esbuild is missing, or says what is wrong with our files."""


def bundle(made: Path) -> dict[str, dict[str, list[str]]]:
    """Writes bundles under their static names into the directory `made`; gives the graph of the pages' scripts.

    The graph: static name of a page's entry → {"now": names of what it needs at once, itself first, "later": names of what
    it imports only on demand}. Raises BundlingError.
    """
    source = _source()
    _run(made, source, sorted((source / STYLES).glob("*.css")))
    graph: dict[str, dict[str, list[str]]] = {}
    # One at a time: scripts that pages share would be cut into dozens of pieces, each a request of its own.
    for entry in sorted((source / PAGES).glob("*.js")):
        name = entry.relative_to(source).as_posix()
        outputs = bundle_script(made, name)
        everything = _reached(name, outputs, {"import-statement", "dynamic-import"})
        now = _reached(name, outputs, {"import-statement"})
        now += [each for each in everything if each not in now and _is_empty(outputs[each], now)]
        graph[name] = {"now": now, "later": [each for each in everything if each not in now]}
    return graph


def bundle_script(made: Path, name: str) -> dict[str, Any]:
    """Writes the script with all that it imports under its static name into the directory `made`; raises BundlingError.

    What it gives: static name of each file that was written → what esbuild says of it: its `imports` and `inputs`.
    """
    source = _source()
    _run(made, source, [source / name], *_SCRIPT, *(f"--alias:{bare}={_found(path)}" for bare, path in BARE.items()))
    report = made / _REPORT
    outputs: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["outputs"]
    report.unlink()
    return outputs


def is_ours(name: str) -> bool:
    """Whether the static name is a module of ours; of these only bundles are served in production."""
    return name.startswith(OWN) and name.endswith(".js")


def _reached(entry: str, outputs: Mapping[str, Any], kinds: set[str]) -> list[str]:
    found = [entry]
    for name in found:
        reached = (each["path"] for each in outputs[name]["imports"] if each["kind"] in kinds and not each.get("external"))
        found.extend(each for each in reached if each not in found)
    return found


def _is_empty(output: Mapping[str, Any], now: list[str]) -> bool:
    """Whether a part that is imported on demand only hands on what is there already: a round trip, and a risk, for nothing."""
    return not any(each["bytesInOutput"] for each in output["inputs"].values()) and all(
        each["path"] in now for each in output["imports"]
    )


def _source() -> Path:
    return Path(_found(PAGES)).parents[2]


def _found(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        raise BundlingError(f"There is no {name}: run npm ci.")
    return path


def _run(made: Path, source: Path, files: Iterable[Path], *options: str) -> None:
    """esbuild, standing in `made`, so that what it says of files are their static names."""
    order = [str(_program()), *map(str, files), f"--outbase={source}", *_EACH, *options]
    try:
        subprocess.run(order, cwd=made, check=True, capture_output=True, text=True)  # noqa: S603 - our own program and files
    except subprocess.CalledProcessError as error:
        raise BundlingError(error.stderr) from error


def _program() -> Path:
    """esbuild for this machine: npm installs the one package that fits."""
    found = next(iter((settings.BASE_DIR / "node_modules" / "@esbuild").glob("*/bin/esbuild")), None)
    if found is None:
        raise BundlingError("esbuild is not installed: run npm ci.")
    return found
