"""From the outbox to the server over a bad line: nothing is lost, nothing arrives twice, and the person knows where it stands."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from issues.models import Issue, Submission
from tests.browser.phone.pages import WORDS, arrived, fill_in, kept, send, stored, until, written
from tests.drawing import Town

REPORTS = "**/api/reports"
EMPTY = """async () => {
  const { openOutbox } = await import("/static/mapui/js/phone/outbox.js");
  const outbox = await openOutbox();
  const count = await outbox.database.count("records");
  outbox.database.close();
  return count === 0;
}"""


def emptied(page: Page) -> None:
    """Everything has left the outbox."""
    until(page, EMPTY, seconds=30)


def answering(status: int, body: str = "", **headers: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=body, headers=headers)


def form_of(page: Page, town: Town, letter: str = "A") -> Page:
    return written(page, f"/report/{town[letter].code}/")


def test_line_cut_before_the_report_left_is_made_good_when_it_is_back(handset, town):
    page = form_of(handset(), town)
    page.context.set_offline(True)
    send(page)
    kept(page)
    expect(page.locator("[data-outbox]")).to_contain_text("1")
    assert Submission.objects.count() == 0

    page.context.set_offline(False)

    arrived(page)  # by itself
    made = Submission.objects.get()
    assert (made.text, made.area) == (WORDS, town["A"])
    assert stored(page) == []
    expect(page.locator("[data-outbox]")).to_be_hidden()


def test_answer_lost_after_the_server_took_it_makes_no_second_report(handset, town):
    page = form_of(handset(), town)
    lost: list[int] = []

    def lose_the_answer(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route(REPORTS, lose_the_answer)
    send(page)
    kept(page)
    assert (lost, Submission.objects.count()) == ([201], 1)

    arrived(page)  # the pause is a second
    assert Submission.objects.count() == Issue.objects.count() == 1
    assert stored(page) == []


def test_gateway_that_answers_for_a_server_which_took_it_makes_no_second_report(handset, town, faults):
    faults.forgive("504")
    page = form_of(handset(), town)
    answers = iter([True])

    def time_out(route: Route) -> None:
        if next(answers, False):
            route.fetch()
            route.fulfill(status=504, body="<h1>Gateway Timeout</h1>")
        else:
            route.continue_()

    page.route(REPORTS, time_out)
    send(page)

    arrived(page)
    assert Submission.objects.count() == 1


def test_button_pressed_many_times_makes_one_report(handset, town):
    page = form_of(handset(), town)

    page.evaluate("for (let n = 0; n < 5; n += 1) document.querySelector('[data-send]').click()")

    arrived(page)
    assert Submission.objects.count() == 1
    assert stored(page) == []


def test_server_that_fails_for_ten_minutes_gets_it_afterwards(handset, town, faults):
    faults.forgive("500")
    page = handset()
    page.clock.install()
    tries: list[str] = []

    def fail(route: Route) -> None:
        tries.append(route.request.url)
        route.fulfill(status=500, body="<h1>Server Error</h1>")

    page.route(REPORTS, fail)
    form_of(page, town)
    send(page)
    kept(page)

    for _second in range(12):
        page.clock.fast_forward(50_000)
        page.wait_for_timeout(150)

    assert 4 <= len(tries) <= 14  # longer and longer pauses, not a hammer
    assert Submission.objects.count() == 0
    for _look in range(30):  # the last one may still be under way
        [record] = stored(page)
        if record["tries"] == len(tries):
            break
        page.wait_for_timeout(100)
    assert (record["state"], record["tries"]) == ("waiting", len(tries))
    page.unroute(REPORTS)
    page.clock.fast_forward(400_000)
    arrived(page)
    assert Submission.objects.get().text == WORDS


def test_captive_portal_takes_nothing_off_the_phone(handset, town):
    page = form_of(handset(), town)
    page.route("**/api/**", answering(200, "<html>Please accept our terms</html>", **{"content-type": "text/html"}))

    send(page)

    kept(page)
    assert [record["state"] for record in stored(page)] == ["waiting"]
    page.unroute("**/api/**")
    page.goto("/phone/")
    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    assert Submission.objects.count() == 1


def test_throttled_report_waits_as_long_as_it_is_asked_to(handset, town, faults):
    faults.forgive("429")
    page = handset()
    page.clock.install()
    tries = []

    def throttle(route: Route) -> None:
        tries.append(1)
        body = '{"error": {"code": "throttled", "sentence": "Too many reports.", "wait_s": 600}}'
        route.fulfill(status=429, body=body, headers={"Retry-After": "600"})

    page.route(REPORTS, throttle)
    form_of(page, town)
    send(page)
    kept(page)

    page.clock.fast_forward(590_000)
    page.wait_for_timeout(300)
    assert len(tries) == 1
    page.unroute(REPORTS)
    page.clock.fast_forward(20_000)
    arrived(page)
    assert Submission.objects.count() == 1


def test_what_the_server_cannot_take_comes_back_with_its_sentence_and_can_be_mended(handset, town, faults):
    faults.forgive("422")
    page = form_of(handset(), town)
    page.get_by_text("How can we reach you?").click()
    page.get_by_label("Phone", exact=True).fill("none of your business")
    send(page)

    expect(page.get_by_role("alert")).to_contain_text("Not sent yet:")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Phone", exact=True)).to_have_attribute("aria-invalid", "true")
    assert Submission.objects.count() == 0

    page.get_by_label("Phone", exact=True).fill("13812345678")
    send(page)
    arrived(page)
    requester = Submission.objects.get().requester
    assert requester is not None
    assert requester.phone == "13812345678"


def test_other_door_is_shown_before_anything_is_kept_and_can_be_passed(handset, town, faults):
    faults.forgive("422")
    page = handset()
    page.goto(f"/report/{town['A'].code}/")
    fill_in(page, "A suspicious man is standing at the gate.")
    send(page)

    expect(page.get_by_role("alert")).to_contain_text("110")
    assert Submission.objects.count() == 0
    page.get_by_role("button", name="Send it here anyway").click()

    arrived(page)
    assert Submission.objects.count() == 1


def test_key_used_for_other_words_is_said_and_the_new_words_can_go_on_their_own(handset, town, faults):
    faults.forgive("409")
    page = form_of(handset(), town)

    def commit_and_lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(REPORTS, commit_and_lose)
    send(page)
    kept(page)
    page.route("**/api/whoami", lambda route: route.abort())
    page.goto("/phone/")
    page.get_by_role("link", name="Edit").click()
    fill_in(page, "Quite another matter.")
    page.unroute(REPORTS)
    page.unroute("**/api/whoami")
    send(page)

    expect(page.get_by_role("alert")).to_contain_text("with other words")
    assert Submission.objects.get().text == WORDS
    page.get_by_role("button", name="Send it as a new report").click()
    arrived(page)
    assert sorted(Submission.objects.values_list("text", flat=True)) == sorted([WORDS, "Quite another matter."])
