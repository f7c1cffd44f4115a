"""`make_province`: a whole province, with a past of ten million issues, in minutes; killed, it goes on when run again."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from demo.people import LOG_INS, PASSWORD
from demo.province import making
from demo.province.staff import PROVINCE_LOG_IN


def share(text: str) -> float:
    """A number from 0 to 1."""
    try:
        found = float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}” is not a number.") from error
    if not 0 <= found <= 1:
        raise ArgumentTypeError(f"{text} is not between 0 and 1.")
    return found


def whole(text: str) -> int:
    """A whole number from 1."""
    plain = text.replace("_", "").replace(",", "")
    if not plain.isdecimal() or int(plain) < 1:
        raise ArgumentTypeError(f"“{text}” is not a number from 1.")
    return int(plain)


class Command(BaseCommand):
    help = "Make a whole province in an empty database: cells, staff, and a past of millions of issues (see docs/province.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cells", type=whole, default=290_000, help="how many cells (default 290,000)")
        parser.add_argument("--issues", type=whole, default=10_000_000, help="how many issues (default 10,000,000)")
        parser.add_argument("--open-share", type=share, default=0.01, help="how much of it is open (default 0.01)")
        parser.add_argument("--seed", type=int, default=2024, help="another number, another past (default 2024)")
        parser.add_argument("--jobs", type=whole, default=2, help="how many processes write issues (default 2)")

    def handle(self, *, cells: int, issues: int, open_share: float, seed: int, jobs: int, **options: object) -> None:
        order = making.Order(cells, issues, open_share, seed, timezone.now())
        with translation.override("zh-hans"):
            if making.is_made():
                self.stdout.write(_("The province is already there."))
                return
            try:
                making.make(order, jobs=jobs)
                making.tidy()
            except making.OtherProvince as error:
                raise CommandError(str(error)) from error
        names = " ".join([PROVINCE_LOG_IN, *LOG_INS])
        self.stdout.write(_("Log-ins: %(names)s; password: %(password)s") % {"names": names, "password": PASSWORD})
