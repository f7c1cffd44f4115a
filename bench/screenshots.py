"""`bin/screenshots [DIRECTORY]`: the pictures of the README, of the demo that is loaded, in a real Chromium."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop of its own in this thread

import django

django.setup()

from django.conf import settings  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from bench.measure import Server, cookie_of  # noqa: E402
from grids.models import Area  # noqa: E402
from representatives.models import Person  # noqa: E402

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESKTOP = (1366, 768)
PHONE = (390, 844)


def shoot(browser: Browser, server: Server, path: str, size: tuple[int, int], file: Path, *, person: Person | None = None) -> None:
    """A picture of the page once the network is quiet."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale=settings.LANGUAGE_CODE)
    base = f"http://127.0.0.1:{server.port}"
    if person is not None:
        name, _, value = cookie_of(person).partition("=")
        context.add_cookies([{"name": name, "value": value, "url": base}])
    page = context.new_page()
    page.goto(base + path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)  # the map fades in
    page.screenshot(path=file)
    context.close()
    print(file)


def main() -> None:
    """Write the pictures."""
    named = [each for each in sys.argv[1:] if not each.startswith("-")]
    target = Path(named[0] if named else "docs/images")
    target.mkdir(parents=True, exist_ok=True)
    cell = Area.objects.cells().first()
    pages = [
        ("dashboard", "/", DESKTOP, Person.objects.get(username="supervision")),
        ("report", f"/report/{cell.code if cell else ''}/", PHONE, None),
    ]
    everything = [
        ("queue", "/queue/", DESKTOP, Person.objects.get(username="township")),
        ("queue-phone", "/queue/", PHONE, Person.objects.get(username="secretary")),
        ("dashboard-phone", "/", PHONE, Person.objects.get(username="member")),
        ("red", "/red/", DESKTOP, Person.objects.get(username="supervision")),
        ("heat", "/heat/", DESKTOP, Person.objects.get(username="supervision")),
        ("heat-phone", "/heat/", PHONE, Person.objects.get(username="supervision")),
        ("cover", "/cover/", DESKTOP, Person.objects.get(username="organisation")),
        ("card", f"/cells/{cell.code if cell else ''}/", PHONE, None),
        ("public", "/", DESKTOP, None),
        ("login", "/login/", PHONE, None),
    ]
    with sync_playwright() as playwright, Server() as server:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, path, size, person in pages + (everything if "--all" in sys.argv else []):
            shoot(browser, server, path, size, target / f"{name}.png", person=person)
        browser.close()


if __name__ == "__main__":
    main()
