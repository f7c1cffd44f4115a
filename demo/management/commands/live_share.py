"""`live_share SHARE`: lives a part of a demo's year; `load_demo` starts one for each part. Writes a line for each story told."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from demo.shares import Share, live_share


class Command(BaseCommand):
    help = "Live a part of the demo's year; load_demo calls this."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("share", type=Share.received, help="what demo.shares sends")

    def handle(self, *, share: Share, **options: object) -> None:
        live_share(share, self._tell)

    def _tell(self, stories: int) -> None:
        self.stdout.write("told\n" * stories, ending="")
        self.stdout.flush()
