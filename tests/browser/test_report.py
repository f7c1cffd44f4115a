"""Reporting from a phone in a real browser: with scripts and without, in the cell and beyond it, with a bad line."""

from __future__ import annotations

import random
from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, expect

from issues import throttle
from issues.models import Issue, Submission
from issues.throttle import Limit
from tests.browser.conftest import PHONE, accessibility_faults
from tests.drawing import Town
from tests.issues.reports import picture, territory

WORDS = "The lamp at the east gate is out. It is dark."


@pytest.fixture
def town(transactional_db: None, settings, tmp_path, monkeypatch) -> Town:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(throttle, "REPORT", Limit(f"report-{uuid4()}", throttle.REPORT.rate))
    return territory("A B\n C D", villages={"north": "AB", "south": "CD"}, townships={"town": ["north", "south"]})


def standing_at(open_context: Callable[..., BrowserContext], lon: float, lat: float, accuracy: float = 12) -> Page:
    """A page of a phone that knows where it is."""
    spot = {"longitude": lon, "latitude": lat, "accuracy": accuracy}
    context = open_context(viewport=PHONE, has_touch=True, is_mobile=True, geolocation=spot, permissions=["geolocation"])
    return context.new_page()


def without_scripts(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context(viewport=PHONE, java_script_enabled=False).new_page()


def keeping_nothing(open_context: Callable[..., BrowserContext], town: Town) -> Page:
    """A page of a phone with scripts but without any store (private window, old browser): the plain form is sent."""
    page = standing_at(open_context, *town.inside("A").coords)
    page.add_init_script("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })")
    return page


def noisy_photo(width: int = 2400, height: int = 1800) -> bytes:
    """A photo that does not compress well."""
    noise = Image.frombytes("RGB", (width // 4, height // 4), random.Random(3).randbytes(width * height * 3 // 16))
    out = BytesIO()
    noise.resize((width, height)).save(out, "JPEG", quality=95)
    return out.getvalue()


def as_file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def choose(page: Page, *names: str) -> None:
    """Choose in one list after the other, each of which appears when the one before has been chosen."""
    for number, name in enumerate(names):
        # A list that has just been swapped in is not listened to until htmx has settled it.
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)
        chooser = page.locator("select[name=area]").nth(number)
        chooser.select_option(label=name)
        expect(page.locator("select[name=area]").nth(number)).to_have_value(chooser.input_value())
        if number + 1 < len(names):
            expect(page.locator("select[name=area]")).to_have_count(number + 2)
    expect(page.locator(".place__answer")).to_contain_text(names[-1])


def what(page: Page) -> Locator:
    return page.get_by_role("textbox", name="What is the matter?")


def send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).last.click()


def test_report_from_the_spot_is_three_answers_and_ends_with_the_receipt(open_context, town):
    spot = town.inside("C")
    page = standing_at(open_context, spot.x, spot.y)
    page.goto("/report/")

    what(page).fill(WORDS)
    page.get_by_role("button", name="I am there now").tap()
    expect(page.locator(".place__answer")).to_contain_text("C")
    page.get_by_label("No danger").check()
    send(page)

    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    made = Submission.objects.get()
    assert (made.area, made.text, made.accuracy_m) == (town["C"], WORDS, 12)
    assert made.device_at is not None
    expect(page.locator("#receipt-code")).to_contain_text(made.receipt_code[:4])
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_plain_form_without_scripts_goes_through_the_lists_and_takes_a_photo(open_context, town):
    page = without_scripts(open_context)
    page.goto("/report/")

    what(page).fill(WORDS)
    page.locator("select[name=area]").select_option(label="town")
    page.get_by_role("button", name="Show the next list").click()
    page.locator("select[name=area]").nth(1).select_option(label="south")
    page.get_by_role("button", name="Show the next list").click()
    page.locator("select[name=area]").nth(2).select_option(label="D")
    expect(what(page)).to_have_value(WORDS)
    page.locator("[name=photos]").set_input_files(as_file("lamp.jpg", picture()))
    page.get_by_label("No danger").check()
    send(page)

    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    made = Submission.objects.get()
    assert (made.area, made.text, made.attachments.count()) == (town["D"], WORDS, 1)


def test_card_without_scripts_needs_two_answers(open_context, town):
    page = without_scripts(open_context)
    page.goto(f"/report/{town['B'].code}/")

    what(page).fill(WORDS)
    page.get_by_label("Yes, danger").check()
    expect(page.get_by_text("Please call for help first")).to_be_visible()
    send(page)

    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    assert (Submission.objects.get().area, Issue.objects.get().urgency) == (town["B"], "critical")


def test_button_pressed_many_times_makes_one_report(open_context, town):
    page = standing_at(open_context, *town.inside("A").coords)
    page.goto(f"/report/{town['A'].code}/")
    what(page).fill(WORDS)
    page.get_by_label("No danger").check()

    page.evaluate("for (let n = 0; n < 5; n += 1) document.querySelector('[data-send]').click()")

    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    assert Issue.objects.count() == 1


def test_answer_that_got_lost_on_the_line_does_not_make_a_second_report(open_context, town, faults):
    page = keeping_nothing(open_context, town)
    page.goto(f"/report/{town['A'].code}/")
    what(page).fill(WORDS)
    page.get_by_label("No danger").check()
    faults.forgive("ERR_FAILED", "Failed to load")

    def lose_the_answer(route):
        if route.request.method == "POST" and not route.request.url.endswith("/alike/"):
            route.fetch(max_redirects=0)  # it does reach the server
            route.abort()
        else:
            route.continue_()

    page.route("**/report/**", lose_the_answer)
    page.locator("[data-send]").click()
    page.wait_for_timeout(1000)
    assert Issue.objects.count() == 1
    page.unroute("**/report/**")
    page.goto(f"/report/{town['A'].code}/")
    expect(what(page)).to_have_value(WORDS)
    page.locator("[data-send]").click()

    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    assert Issue.objects.count() == 1


def test_what_was_written_is_back_after_the_server_failed(open_context, town, faults):
    page = keeping_nothing(open_context, town)
    faults.forgive("500")
    page.goto("/report/")
    what(page).fill(WORDS)
    choose(page, "town", "north", "A")
    page.get_by_label("No danger").check()
    page.get_by_text("How can we reach you?").click()
    page.get_by_label("Phone", exact=True).fill("13812345678")
    page.route("**/report/", lambda route: route.fulfill(status=500, body="broken"))
    page.locator("[data-send]").click()
    expect(page.get_by_text("broken")).to_be_visible()
    page.unroute("**/report/")

    page.goto("/report/")

    expect(page.get_by_text("What you wrote earlier is back.")).to_be_visible()
    expect(what(page)).to_have_value(WORDS)
    expect(page.get_by_label("No danger")).to_be_checked()
    expect(page.locator(".place__answer")).to_contain_text("A")
    assert "13812345678" not in page.evaluate("JSON.stringify(localStorage)")
    page.get_by_role("button", name="Start afresh").click()
    expect(what(page)).to_have_value("")


def test_page_open_through_a_change_of_the_token_keeps_everything(open_context, town, faults):
    page = keeping_nothing(open_context, town)
    faults.forgive("403")
    page.goto(f"/report/{town['A'].code}/")
    what(page).fill(WORDS)
    page.get_by_label("No danger").check()
    page.context.clear_cookies()

    page.locator("[data-send]").click()
    expect(page.get_by_role("alert")).to_contain_text("Please press “Send” once more.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(what(page)).to_have_value(WORDS)
    page.locator("[data-send]").click()

    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    assert Issue.objects.count() == 1


def test_position_outside_asks_for_words_and_reaches_the_manual_desk(open_context, town):
    page = standing_at(open_context, 10.0, 50.0)
    page.goto("/report/")
    what(page).fill(WORDS)
    page.get_by_role("button", name="I am there now").tap()
    expect(page.get_by_text("The pin lies outside our area.")).to_be_visible()
    page.get_by_label("No danger").check()

    page.get_by_label("Place in words").fill("on the old road to the north")
    send(page)

    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    assert (Submission.objects.get().area, Issue.objects.get().grid_ambiguous) == (town.county, True)


def test_position_near_a_border_lets_the_person_say_which(open_context, town):
    edge = town.edge_between("A", "B")
    page = standing_at(open_context, edge.x + 0.0001, edge.y, accuracy=80)
    page.goto("/report/")

    page.get_by_role("button", name="I am there now").tap()
    expect(page.locator(".place__answer")).to_contain_text("B")  # a better position is waited for
    expect(page.get_by_text("about 80 metres")).to_be_visible()
    page.get_by_role("group", name="It is near a border.").get_by_label("A", exact=True).check()

    expect(page.locator(".place__answer")).to_contain_text("A")
    what(page).fill(WORDS)
    page.get_by_label("No danger").check()
    send(page)
    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    assert (Submission.objects.get().area, Issue.objects.get().grid_ambiguous) == (town["A"], False)


def test_phone_that_refuses_its_position_leads_to_the_lists(open_context, town):
    page = open_context(viewport=PHONE, permissions=[]).new_page()
    page.goto("/report/")

    page.get_by_role("button", name="I am there now").click()

    expect(page.get_by_text("did not allow its position")).to_be_visible()
    choose(page, "town", "south", "C")


def test_pin_is_set_on_the_map_by_touch_and_by_keyboard(open_context, town):
    page = standing_at(open_context, *town.inside("A").coords)
    page.goto("/report/")
    assert page.evaluate("typeof L") == "undefined"  # the map is not loaded before it is asked for

    page.get_by_role("button", name="Show on the map").tap()
    plan = page.get_by_role("application")
    expect(plan).to_be_focused()
    expect(page.get_by_role("button", name="It is here")).to_be_disabled()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="It is here").click()
    expect(page.locator(".place__answer")).to_be_visible()
    middle = page.locator("[name=lon]").input_value()

    page.get_by_role("button", name="Move the pin").tap()
    box = plan.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2)
    page.get_by_role("button", name="It is here").click()

    expect(page.locator("[name=lon]")).not_to_have_value(middle)
    assert float(page.locator("[name=lon]").input_value()) > float(middle)


def test_photos_are_shown_made_small_and_can_be_taken_out_again(open_context, town):
    page = standing_at(open_context, *town.inside("A").coords)
    page.goto(f"/report/{town['A'].code}/")
    chooser = page.locator("[name=photos]")

    chooser.set_input_files(as_file("one.jpg", noisy_photo()))
    expect(page.get_by_role("img", name="Photo 1")).to_be_visible()
    chooser.set_input_files([as_file("two.jpg", picture("blue")), as_file("three.jpg", picture("green"))])
    expect(page.get_by_role("img", name="Photo 3")).to_be_visible()
    page.get_by_role("button", name="Remove Photo 2").click()
    expect(page.locator(".photos__item")).to_have_count(2)

    sizes = page.evaluate("[...document.querySelector('[name=photos]').files].map(({size}) => size)")
    assert len(sizes) == 2
    assert max(sizes) <= 300_000
    what(page).fill(WORDS)
    page.get_by_label("No danger").check()
    send(page)
    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    assert Submission.objects.get().attachments.count() == 2


def test_kinds_unfold_below_the_chosen_group(open_context, town):
    page = standing_at(open_context, *town.inside("A").coords)
    page.goto(f"/report/{town['A'].code}/")
    page.get_by_text("What is it about?").first.click()

    page.locator("[name=group][value=road]").check()
    page.locator("[name=category][value='road.light']").check()
    what(page).fill(WORDS)
    page.get_by_label("No danger").check()
    expect(page.locator("[name=category][value='water.well']")).to_be_hidden()
    send(page)

    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    assert Issue.objects.get().category.code == "road.light"


def test_pages_are_operable_and_sound_for_everybody(open_context, town):
    page = standing_at(open_context, *town.inside("A").coords)
    page.goto(f"/report/{town['A'].code}/")
    for folded in page.locator("details.question > summary").all():
        folded.click()
    assert accessibility_faults(page) == []
    small = page.evaluate(
        "[...document.querySelectorAll('main :is(button, select, input:not([type=hidden], [type=radio], [type=file]), summary, .choice)')]"
        ".filter((each) => each.offsetParent && !each.closest('[aria-hidden]') && each.tabIndex >= 0)"
        ".map((each) => [each.className || each.name, each.getBoundingClientRect().height])"
        ".filter(([, height]) => height < 44)"
    )
    assert small == []

    what(page).fill(WORDS)
    page.get_by_label("No danger").check()
    send(page)
    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    assert accessibility_faults(page) == []
    page.goto("/t/")
    assert accessibility_faults(page) == []


def test_report_is_followed_added_to_and_withdrawn_by_its_code(open_context, town):
    page = standing_at(open_context, *town.inside("A").coords)
    page.goto(f"/report/{town['A'].code}/")
    what(page).fill(WORDS)
    page.get_by_label("No danger").check()
    send(page)
    code = page.locator("#receipt-code").inner_text()

    page.goto("/t/")
    page.get_by_label("Receipt code").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Show my report").click()
    page.get_by_text("Add something").click()
    page.get_by_label("What should be added?").fill("It is still dark.")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("Your addition has arrived.")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("It is still dark.")

    page.get_by_text("Withdraw the report").click()
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("You withdrew this report.")).to_be_visible()


def test_weight_of_the_page_before_the_map_opens(open_context, town):
    page = standing_at(open_context, *town.inside("A").coords)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("/report/")
    page.wait_for_load_state("networkidle")

    assert not [url for url in asked if "leaflet" in url or "/map/" in url]
    assert not [url for url in asked if not url.startswith(page.url.split("/report")[0])]
