"""`import_issues FILE --mapping MAPPING.toml`: history from elsewhere. See docs/import.md."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from issues.errors import Refusal
from issues.importing import import_issues, load_mapping


class Command(BaseCommand):
    help = "Import issues from a CSV or Excel file of another system, through a mapping file (docs/import.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True, help="TOML: what the columns and words mean")
        parser.add_argument("--rejects", type=Path, help="where rows go that cannot be taken (default: FILE.rejects.csv)")
        parser.add_argument("--limit", type=int, help="stop after so many rows")
        parser.add_argument("--dry-run", action="store_true", help="read and check everything, write nothing")

    def handle(self, *, file: Path, mapping: Path, rejects: Path | None, limit: int | None, dry_run: bool, **options: Any) -> None:
        rejects = rejects or Path(f"{file.name}.rejects.csv")
        try:
            with tqdm(unit=" rows", disable=options["verbosity"] == 0, mininterval=0.5) as bar:
                result = import_issues(
                    file,
                    load_mapping(mapping),
                    at=timezone.now(),
                    rejects=rejects,
                    limit=limit,
                    dry_run=dry_run,
                    progress=bar.update,
                )
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        except KeyboardInterrupt as stopped:
            raise CommandError(_("Stopped. The same command, run again, goes on from here."), returncode=130) from stopped
        self.stdout.write(
            _(
                "%(read)d rows read: %(written)d imported, %(there)d already there, %(rejected)d rejected. "
                "Placed by point: %(by_point)d, by area code: %(by_code)d, on the manual desk: %(on_desk)d. "
                "The source's area code agrees with the point for %(agree)d of %(compared)d."
            )
            % vars(result)
        )
        if dry_run:
            self.stdout.write(_("This was a trial: nothing was written but the reject file."))
        if result.rejected:
            self.stdout.write(_("Rejected rows, each with its reason: %(path)s") % {"path": rejects})
