"""`manage.py load_policy FILE --active-from …`: check a policy file and store it as the next version."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext

from issues import policy
from issues.errors import Refusal
from issues.policy import versions


class Command(BaseCommand):
    help = "Checks a policy of time limits (YAML) and stores it as a version, in force from a moment on; without a file, the one shipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=versions.SHIPPED)
        parser.add_argument("--active-from", default="", help="date or time, for example 2026-01-01; without it, now")
        parser.add_argument("--signed-by", default="", help="who signed it")
        parser.add_argument("--id", default="", help="another identifier than the file's")
        parser.add_argument("--time-zone", default="", help="another time zone than the file's, for example America/New_York")
        parser.add_argument("--check", action="store_true", help="only check the file")

    def handle(self, *args: Any, **options: Any) -> None:
        text = self._text(options)
        try:
            if options["check"]:
                self.stdout.write(gettext("“%(id)s” is sound.") % {"id": policy.read(text).id})
                return
            row, is_new = versions.store(
                text, active_from=_moment(options["active_from"]), signed_by=options["signed_by"], at=timezone.now()
            )
        except policy.PolicyFaults as faults:
            raise CommandError(str(faults)) from faults
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        words = {"id": row.identifier, "from": timezone.localtime(row.active_from).strftime("%Y-%m-%d %H:%M")}
        said = (
            gettext("“%(id)s” is stored, in force from %(from)s.")
            if is_new
            else gettext("“%(id)s” is stored already, in force from %(from)s.")
        )
        self.stdout.write(said % words)

    def _text(self, options: dict[str, Any]) -> str:
        try:
            text = options["file"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(
                gettext("%(file)s cannot be read: %(problem)s") % {"file": options["file"], "problem": error}
            ) from error
        values = {key: value for key, value in (("id", options["id"]), ("time_zone", options["time_zone"])) if value}
        return versions.with_values(text, **values)


def _moment(text: str) -> datetime:
    """The time that was written; a date begins at midnight, a time without zone is the county's."""
    if not text:
        return timezone.now()
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)):
            found = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware below
    except ValueError:
        found = None
    if found is None:
        raise CommandError(gettext("“%(text)s” is not a date; write for example 2026-01-01.") % {"text": text})
    return found if timezone.is_aware(found) else timezone.make_aware(found)
