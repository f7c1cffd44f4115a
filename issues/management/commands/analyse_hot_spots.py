"""Finds hot spots and places where issues keep coming back, as the worker does at night; may be interrupted and run again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now
from tqdm import tqdm

from issues.heat import bins
from issues.hot import nights
from issues.models import HotPlace, HotSpot


class Command(BaseCommand):
    help = "Finds hot spots and places where issues keep coming back, county by county."

    def handle(self, *args: Any, **options: Any) -> None:
        at = now()
        bins.refresh(at=at)
        done = nights.analyse(at=at, progress=lambda counties: tqdm(counties, unit="county", disable=None))
        spots, places = HotSpot.objects.count(), HotPlace.objects.count()
        self.stdout.write(f"Analysed {done} counties; there are {spots} hot or growing spots and {places} places of recurrence.")
