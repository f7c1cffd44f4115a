"""`demo_logins`: the accounts to try a demo with."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from demo.people import LOG_INS, PASSWORD
from representatives.models import Person


class Command(BaseCommand):
    help = "Print the accounts to try a demo with."

    def handle(self, **options: object) -> None:
        there = set(Person.objects.values_list("username", flat=True))
        for username, role in LOG_INS.items():
            if username in there:
                self.stdout.write(f"  {username:16}{PASSWORD:20}{role.label}")
