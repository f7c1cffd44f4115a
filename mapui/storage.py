"""Static files as production serves them: bundled, hashed, compressed. For development, and for tests without a browser, they stay as they are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from mapui import bundling
from mapui.modules import GRAPH


class BundledStorage(CompressedManifestStaticFilesStorage):
    """Puts our bundles in the place of the files that they were made of, whenever static files are collected."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """As Django calls it: `paths` are static names and where each was found."""
        if dry_run:
            return
        with TemporaryDirectory() as directory:
            made = Path(directory)
            graph = bundling.bundle(made)
            (made / GRAPH).write_text(json.dumps(graph), encoding="utf-8")
            kept = {name: place for name, place in paths.items() if not bundling.is_ours(name)}
            yield from super().post_process({**kept, **self._put(made)}, dry_run=False, **options)

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Only what pages ask for: files with a hash in their names, and no maps of minified sources."""
        asked = set(self.hashed_files.values())
        return super().compress_files([path for path in paths if path in asked and not path.endswith(".map")])

    def _put(self, made: Path) -> dict[str, tuple[FileSystemStorage, str]]:
        """Also under their plain names, over what was collected there."""
        place = FileSystemStorage(made)
        names = [path.relative_to(made).as_posix() for path in sorted(made.rglob("*")) if path.is_file()]
        for name in names:
            target = Path(self.path(name))
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(made / name, target)
        return {name: (place, name) for name in names}
