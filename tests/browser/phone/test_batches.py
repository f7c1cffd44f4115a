"""Many reports with photos, tabs that die or compete: on the server is what was made, whole, each once."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, Route, expect

from issues.models import Attachment, Issue, Submission
from issues.wire.owners import person_key
from representatives.roles import Role
from tests.browser.phone.pages import stored, until
from tests.browser.phone.queue import digest, lay, shots
from tests.browser.phone.test_sending import EMPTY
from tests.representatives.factories import post

FILES = "**/api/reports/*/files/*"
API = "**/api/**"


def loaded(
    handset: Any, town: Any, number: int, photos: int, *, of: str = "", page: Page | None = None
) -> tuple[Page, dict[str, set[str]]]:
    """An outbox with so many reports with so many photos each; the hashes of the photos by key. `of`: key of the owner."""
    page = page or handset()
    page.context.route(API, lambda route: route.abort())
    page.goto("/phone/help/")
    made = {}
    for each in range(number):
        pictures = shots(each, photos)
        made[lay(page, f"Report {each}", town["A"], pictures, owner=of)] = {digest(picture) for picture in pictures}
    page.goto("/phone/")
    expect(page.locator(".record")).to_have_count(number)
    return page, made


def on_server() -> dict[str, set[str]]:
    """What the server has: the hashes of the photos by key."""
    found: dict[str, set[str]] = {str(uuid): set() for uuid in Submission.objects.values_list("uuid", flat=True)}
    for uuid, sha256 in Attachment.objects.values_list("submission__uuid", "sha256"):
        found[str(uuid)].add(sha256)
    return found


def test_fifty_reports_with_photos_arrive_whole_and_once(handset, town, log_in):
    member = post(Role.GRID_MEMBER, town["A"])  # residents are slowed down after forty
    page = handset()
    log_in(page, member)
    page, made = loaded(handset, town, 50, 2, of=person_key(member), page=page)
    page.context.unroute(API)

    page.reload()

    until(page, EMPTY, seconds=120)
    assert on_server() == made
    assert Submission.objects.count() == Issue.objects.count() == 50
    assert Attachment.objects.count() == sum(map(len, made.values()))
    expect(page.get_by_text("Nothing waits here")).to_be_visible()


def test_bad_line_that_loses_every_third_answer_makes_no_difference(handset, town, faults):
    faults.forgive("500")
    page, made = loaded(handset, town, 6, 2)
    page.context.unroute(API)
    seen = []

    def lossy(route: Route) -> None:
        seen.append(route.request.url)
        if len(seen) % 3 == 0:
            route.fetch()  # it reaches the server; the answer does not come back
            route.abort()
        elif len(seen) % 7 == 0:
            route.fulfill(status=500, body="broken")
        else:
            route.continue_()

    page.context.route("**/api/reports**", lossy)
    page.context.route(FILES, lossy)
    page.reload()
    for _attempt in range(60):
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(300)
        if page.evaluate(EMPTY):
            break

    assert page.evaluate(EMPTY)
    assert on_server() == made
    assert Submission.objects.count() == 6


def test_tab_killed_in_the_middle_of_an_upload_goes_on_where_it_was(handset, town):
    page, made = loaded(handset, town, 2, 3)
    page.context.unroute(API)
    sent = []

    def stop_at_the_second(route: Route) -> None:
        sent.append(route.request.url.rsplit("/", 1)[1])
        if len(sent) == 2:
            return  # never answered
        route.continue_()

    page.context.route(FILES, stop_at_the_second)
    page.goto("/phone/")
    until(page, "() => document.querySelector('.record__state')?.textContent.includes('files are still here')")
    page.wait_for_timeout(500)
    assert (len(sent), Submission.objects.count(), Attachment.objects.count()) == (2, 1, 1)
    assert len(stored(page)) == 2  # nothing is taken off the phone before all of it is acknowledged

    page.context.unroute(FILES, stop_at_the_second)
    context = page.context
    page.close()
    page = context.new_page()
    again: list[str] = []
    page.on("request", lambda request: again.append(request.url.rsplit("/", 1)[1]) if request.method == "PUT" else None)
    page.goto("/phone/")

    until(page, EMPTY, seconds=60)
    assert on_server() == made
    assert sent[0] not in again  # what had arrived was not sent again


def test_several_tabs_send_each_report_once(handset, town):
    page, made = loaded(handset, town, 5, 1)
    context = page.context
    others = [context.new_page() for _tab in range(2)]
    for tab in others:
        tab.goto("/phone/")
    posts: list[str] = []
    context.unroute(API)
    context.on("request", lambda request: posts.append(request.headers["idempotency-key"]) if _is_report(request) else None)

    for tab in (page, *others):
        tab.evaluate("dispatchEvent(new Event('online'))")

    until(page, EMPTY, seconds=60)
    assert on_server() == made
    # Text first, and once more when its photo has arrived; nobody else sent it as well.
    assert sorted(posts) == sorted([*made, *made])


def _is_report(request: Any) -> bool:
    return request.method == "POST" and request.url.endswith("/api/reports")


def test_photo_that_the_server_cannot_take_is_said_and_the_words_stay(handset, town, faults):
    faults.forgive("422")
    page = handset()
    page.context.route(API, lambda route: route.abort())
    page.goto("/phone/help/")
    lay(page, "The lamp", town["A"], [*shots(1, 1), b"no picture at all"])
    page.context.unroute(API)
    page.goto("/phone/")

    record = page.locator(".record").first
    expect(record).to_contain_text("Needs attention")
    expect(record).to_contain_text("The words have arrived. What could not be taken:")
    expect(record).to_contain_text(Submission.objects.get().receipt_code[:4])
    assert Attachment.objects.count() == 1
    record.get_by_role("button", name="Leave it at that").click()

    expect(page.locator(".record--arrived")).to_have_count(1)
    assert stored(page) == []


def test_text_goes_before_files_and_files_in_lists_that_the_server_announced(handset, town):
    page = handset()
    page.context.route(API, lambda route: route.abort())
    page.goto("/phone/help/")
    photos = shots(4, 3)
    lay(page, "The lamp", town["A"], photos)
    page.context.unroute(API)
    order: list[str] = []
    page.context.on("request", lambda request: order.append(request.method) if "/api/reports" in request.url else None)

    def small_batches(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        said["limits"]["batch_bytes"] = len(photos[0]) + len(photos[1])
        route.fulfill(response=answer, json=said)

    page.context.route("**/api/whoami", small_batches)
    page.goto("/phone/")

    until(page, EMPTY)
    assert order == ["POST", "PUT", "PUT", "POST", "PUT", "POST"]
