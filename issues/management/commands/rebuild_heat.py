"""Computes the heat anew from all issues, week by week; also links issues that came back and that nobody linked."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now
from tqdm import tqdm

from issues.heat import bins
from issues.recurring import links


class Command(BaseCommand):
    help = "Computes the heat anew from all issues, and links recurrences that an import did not."

    def handle(self, *args: Any, **options: Any) -> None:
        linked = links.link_missing()
        told = partial(tqdm, unit="week", disable=None)
        changed = bins.rebuild(at=now(), progress=told, patience_s=bins.PATIENCE_S)
        self.stdout.write(f"Linked {linked} recurrences; {changed} figures changed; the heat is at version {bins.version()}.")
