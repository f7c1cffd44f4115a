"""`manage.py load_categories [FILE]`: bring the categories in line with a file; as often as one likes."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from issues import categories


class Command(BaseCommand):
    help = "Brings the categories in line with a file (TOML); without one, with those that are shipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=categories.SHIPPED)
        parser.add_argument("--retire-others", action="store_true", help="what the file does not name can no longer be chosen")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = categories.read(options["file"].read_text(encoding="utf-8"))
        except OSError as error:
            raise CommandError(
                gettext("%(file)s cannot be read: %(problem)s") % {"file": options["file"], "problem": error}
            ) from error
        except UnicodeDecodeError as error:
            raise CommandError(gettext("%(file)s is not UTF-8 text.") % {"file": options["file"]}) from error
        except categories.CategoryFaults as faults:
            raise CommandError(str(faults)) from faults
        done = categories.load(content, retire_others=options["retire_others"])
        words = {"categories": done.categories, "groups": done.groups, "created": done.created, "retired": done.retired}
        self.stdout.write(
            gettext("%(categories)d categories in %(groups)d groups; %(created)d rows are new, %(retired)d retired.") % words
        )
