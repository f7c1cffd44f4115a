"""What a person does on the phone: open the form, write, send, look into the outbox."""

from __future__ import annotations

from time import monotonic
from typing import Any

from playwright.sync_api import Page, expect

WORDS = "The lamp at the east gate is out. It is dark."


# Whether what was typed last lies in the store.
KEPT = """async (text) => {
  const { openOutbox } = await import("/static/mapui/js/phone/outbox.js");
  const outbox = await openOutbox();
  const all = await outbox.all();
  outbox.database.close();
  return all.some(({ body }) => body.text === text && body.danger !== null);
}"""


LISTS = "async () => (await (await import('/static/mapui/js/report/places.js')).keptTree()) !== null"


def until(page: Page, question: str, about: object = None, *, seconds: float = 15) -> None:
    """Wait until the asynchronous question is answered with yes."""
    end = monotonic() + seconds
    while not page.evaluate(question, about):
        assert monotonic() < end, f"It never became true: {question}"
        page.wait_for_timeout(100)


def ready(page: Page) -> None:
    """The service worker is in place and holds the pages."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def written(page: Page, path: str, text: str = WORDS, *, danger: bool = False) -> Page:
    """The form at that address filled in with what is required, and kept."""
    page.goto(path)
    return fill_in(page, text, danger=danger)


def fill_in(page: Page, text: str = WORDS, *, danger: bool = False) -> Page:
    expect(page.locator("#report-form[data-keeps]")).to_be_visible()
    page.get_by_role("textbox", name="What is the matter?").fill(text)
    page.get_by_label("Yes, danger" if danger else "No danger").check()
    until(page, KEPT, text)
    return page


def send(page: Page) -> None:
    page.locator("[data-send]").click()


def stored(page: Page) -> list[dict[str, Any]]:
    """The records that lie on the phone, oldest first, whoever they belong to."""
    found: list[dict[str, Any]] = page.evaluate(
        """async () => {
          const { openOutbox } = await import("/static/mapui/js/phone/outbox.js");
          const outbox = await openOutbox();
          const all = await outbox.all();
          outbox.database.close();
          return all.sort((one, other) => one.made_at - other.made_at);
        }"""
    )
    return found


def kept(page: Page) -> None:
    """The page says that the report lies on the phone."""
    expect(page.get_by_role("heading", name="Kept on this phone, not sent yet")).to_be_visible()


def arrived(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()


def text_of(page: Page) -> str:
    return page.get_by_role("textbox", name="What is the matter?").input_value()
