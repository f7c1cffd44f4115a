"""`manage.py verify_ledger`: prove that nothing in the ledger was changed, removed or swapped."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext
from tqdm import tqdm

from issues import ledger


class Command(BaseCommand):
    help = "Walks every chain of events, or one issue's, and names whatever is not as it was written. Exit status 1 if anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--issue", default="", help="the number of one issue")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        with ledger.snapshot():
            count, walk = ledger.verify_all(options["issue"])
            if options["issue"] and not count:
                raise CommandError(gettext("There is no issue %(number)s.") % {"number": options["issue"]})
            with tqdm(total=count, unit=gettext("issues"), disable=None) as bar:
                for fault in walk:
                    if fault is None:
                        bar.update()
                        continue
                    faults += 1
                    tqdm.write(str(fault), file=self.stdout)
        if faults:
            raise CommandError(
                gettext("%(faults)d faults in the ledger of %(issues)d issues.") % {"faults": faults, "issues": count}
            )
        self.stdout.write(gettext("The ledger of %(issues)d issues is whole.") % {"issues": count})
