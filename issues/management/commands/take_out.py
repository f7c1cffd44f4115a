"""`manage.py take_out FOLDER`: everything that the program keeps, as files that any other program reads."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now
from django.utils.translation import gettext
from tqdm import tqdm

from issues import taking_out
from issues.errors import Refusal


class Command(BaseCommand):
    help = (
        "Writes every table as CSV, photos and voice notes, and a manifest into a new folder; without contacts and sealed issues."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--without-files", action="store_true", help="leave photos and voice notes where they are")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = taking_out.take_out(options["folder"], at=now(), with_files=not options["without_files"])
        try:
            for _part in tqdm(parts, total=len(taking_out.tables()) + 1, unit=gettext("parts"), disable=None):
                pass
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(gettext("Taken out into %(folder)s.") % {"folder": options["folder"]})
