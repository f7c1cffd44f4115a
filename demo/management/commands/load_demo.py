"""`load_demo bairin` or `load_demo boston`: a whole territory with people and issues; stopped, it goes on when run again."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from demo import bairin, boston
from demo.people import LOG_INS, PASSWORD
from grids.models import Territory

DEMOS = {"bairin": bairin, "boston": boston}


class Command(BaseCommand):
    help = "Load a demo territory: real boundaries, invented people and issues (Boston: real, published cases)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(DEMOS))
        parser.add_argument("--check", action="store_true", help="only say, by the exit status, whether it is loaded")
        parser.add_argument("--issues", type=int, help="how many issues (default: all that the demo has)")
        parser.add_argument("--seed", type=int, default=2024, help="another number, another year (default 2024)")

    def handle(self, *, name: str, check: bool, issues: int | None, seed: int, **options: object) -> None:
        demo = DEMOS[name]
        loaded = demo.is_loaded()
        if check:
            sys.exit(0 if loaded else 1)
        if loaded:
            self.stdout.write(_("The demo “%(name)s” is already there.") % {"name": name})
            return
        if Territory.objects.exclude(area__code=demo.CODE).exists():
            raise CommandError(_("This database holds another territory. A demo needs an empty one."))
        with translation.override("zh-hans" if name == "bairin" else "en"):
            demo.load(at=timezone.now(), issues=issues, seed=seed, out=self.stdout)
        self.stdout.write(_("Log-ins: %(names)s; password: %(password)s") % {"names": " ".join(LOG_INS), "password": PASSWORD})
