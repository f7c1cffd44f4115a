"""What a person does on the phone: open the form, write, send, look into the outbox."""

from __future__ import annotations

from time import monotonic
from typing import Any

from playwright.sync_api import Page, expect

WORDS = "The lamp at the east gate is out. It is dark."


# The records that lie on the phone, whoever they belong to, oldest first; read by the browser's own means, not by ours.
RECORDS = """async () => {
  if (!(await indexedDB.databases()).some(({ name }) => name === "gridgov")) return [];
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await answer(indexedDB.open("gridgov"));
  try {
    const found = await answer(database.transaction("records").objectStore("records").getAll());
    return found.sort((one, other) => one.made_at - other.made_at);
  } finally {
    database.close();
  }
}"""
# Whether what was typed last lies in the store.
KEPT = f"async (text) => (await ({RECORDS})()).some(({{ body }}) => body.text === text && body.danger !== null)"


LISTS = "async () => (await (await import('/static/mapui/js/report/places.js')).keptTree()) !== null"


def until(page: Page, question: str, about: object = None, *, seconds: float = 15) -> None:
    """Wait until the question, asynchronous or not, is answered with yes.

    Not `wait_for_function`: what it evaluates later than at once the content policy of the page forbids, and it takes the
    promise of an asynchronous question for a yes.
    """
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
    found: list[dict[str, Any]] = page.evaluate(RECORDS)
    return found


def kept(page: Page) -> None:
    """The page says that the report lies on the phone."""
    expect(page.get_by_role("heading", name="Kept on this phone, not sent yet")).to_be_visible()


def arrived(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()


def text_of(page: Page) -> str:
    return page.get_by_role("textbox", name="What is the matter?").input_value()
