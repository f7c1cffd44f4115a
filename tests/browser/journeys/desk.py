"""What people do in a journey, each through the page that they have: open, press, be refused, follow by the receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import uuid4

from django.db.models import Model
from playwright.sync_api import APIResponse, Locator, Page, Response, expect

from issues import services, sweeps
from issues.intake import receipts
from issues.intake.reporting import Contact, Draft, report
from issues.models import Issue, Requester, Submission
from issues.notices import sending
from issues.terms import Status, Verb
from representatives.models import Person
from tests.browser.conftest import Faults
from tests.browser.journeys.banner import Banner
from tests.browser.journeys.clock import CHINA, Clock

LogIn = Callable[[Page, Person], None]
Who = str | Person
SWEEPS = (sweeps.warn, sweeps.climb, sweeps.draft, sweeps.feedback, sweeps.resume, sweeps.remind_of_tasks)


class Desk:
    """One window for whoever is on duty, one phone for the residents, and the clock on the wall."""

    def __init__(self, page: Page, phone: Page, log_in: LogIn, faults: Faults, clock: Clock, banner: Banner) -> None:
        self.page, self.phone, self.clock, self.banner = page, phone, clock, banner
        self._log_in, self._faults = log_in, faults

    # --- who looks at what ---

    def open(self, path: str, by: Who) -> Response:
        """The person opens the page; the answer of the server."""
        self._log_in(self.page, self.banner.who(by))
        answer = self.page.goto(path)
        assert answer is not None
        return answer

    def take_phone(self, by: Who, path: str) -> Page:
        """The person opens the page on the phone."""
        self._log_in(self.phone, self.banner.who(by))
        self.phone.goto(path)
        return self.phone

    def cut_the_line(self) -> None:
        """The phone has no signal any more; what it then cannot load is no fault."""
        self._faults.forgive("ERR_INTERNET_DISCONNECTED")
        self.phone.context.set_offline(True)

    def see(self, issue: Issue, by: Who) -> Page:
        """The page of the issue, as the person has it."""
        assert self.open(f"/issues/{issue.number}/", by).status == 200
        return self.page

    def status_for(self, path: str, by: Who) -> int:
        """How the server answers the person who opens that address."""
        self._faults.forgive("404", "403")
        return self.open(path, by).status

    def offers(self, issue: Issue, verb: Verb, by: Who) -> bool:
        """Whether the page has the button for the person."""
        return self.see(issue, by).locator(f"#move-{verb}").count() > 0

    # --- who does what ---

    def act(self, issue: Issue, verb: Verb, by: Who, /, **fields: object) -> Issue:
        """The person opens the page, fills in the form of that verb, presses its button; five minutes have passed."""
        self._press(issue, verb, by, fields)
        done = self.page.locator("#done, #messages").filter(has_text=f"one: {verb.label}.")
        expect(done.or_(self.page.locator("#refusal")).first).to_be_visible()
        assert done.count() == 1, self.page.locator(".moves").inner_text()
        return self.again(issue)

    def refused(self, issue: Issue, verb: Verb, by: Who, /, *, sent_at: str = "", **fields: object) -> str:
        """The same, but the rules say no: the sentence that the page shows; nothing has changed.

        `sent_at`: the button is pressed then, on a page that has stood open since.
        """
        self._faults.forgive("409", "422", "403")
        before = self.again(issue).event_count
        self._press(issue, verb, by, fields, sent_at)
        expect(self.page.locator("#refusal")).to_be_visible()
        assert self.again(issue).event_count == before
        return " ".join(self.page.locator("#refusal, .field__error").all_text_contents())

    def forge(self, issue: Issue, verb: Verb, by: Who, /, **fields: object) -> APIResponse:
        """The request sent without the button, as who edits the page would; nothing has changed."""
        before = self.again(issue).event_count
        self.see(issue, by)
        token = self.page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
        form: dict[str, str | float | bool] = {name: str(_plain(value)) for name, value in fields.items()}
        form |= {"csrfmiddlewaretoken": token, "seen": str(before)}
        answer = self.page.context.request.post(f"/issues/{issue.number}/{verb}/", form=form, max_redirects=0)
        assert self.again(issue).event_count == before, "It was done although nobody may do it."
        return answer

    def form(self, issue: Issue, verb: Verb, by: Who) -> Locator:
        """The form of that verb, opened on the page of the issue; it is made when its fold opens."""
        place = self.see(issue, by).locator(f"#move-{verb}")
        assert place.count() == 1, f"{verb.label!r} is not offered to {self.banner.who(by).name}."
        if not place.is_visible():
            self.page.locator("details.move", has=place).locator("summary").first.click()
        form = self.page.locator(f"form#move-{verb}")
        expect(form).to_be_visible()
        return form

    def _press(self, issue: Issue, verb: Verb, by: Who, fields: Mapping[str, object], sent_at: str = "") -> None:
        self.clock.passes(minutes=5)
        form = self.form(issue, verb, by)
        if fields and (more := form.locator("details.move__more:not([open]) > summary")).count():
            more.click()
            expect(form.locator("details.move__more [name]").first).to_be_attached()  # what may be left alone is made now
        for name, value in fields.items():
            _fill(form, name, value)
        if sent_at:
            self.clock.set(sent_at)
        form.locator("button[type=submit]").last.click()

    def again(self, issue: Issue) -> Issue:
        return Issue.objects.get(pk=issue.pk)

    # --- what is reported ---

    def kind(self, code: str, page: Page | None = None) -> None:
        """Choose what it is about in the report form: first the group, then the category below it."""
        shown = page or self.page
        shown.locator("#kind > summary").click()
        for name, value in (("group", code.split(".")[0]), ("category", code)):
            shown.locator(f"#kind label:has([name={name}][value='{value}'])").click()
            expect(shown.locator(f"[name={name}][value='{value}']")).to_be_checked()

    def told(self, text: str, *, cell: str = "A", category: str = "", phone: str = "", **more: object) -> Issue:
        """Somebody has reported that: not through the page, for where the report itself is not the story."""
        point = self.banner.town.inside(cell)
        contact = Contact(nickname="郭先生", phone=phone, channel=Requester.Channel.PHONE if phone else Requester.Channel.NONE)
        place = {"xy": (point.x, point.y), "accuracy_m": 12.0, "contact": contact, **more}
        draft = Draft(uuid=uuid4(), text=text, category=category, **place)  # type: ignore[arg-type]
        return self.again(report(draft, at=self.clock.at).issue)

    def follow(self, submission: Submission) -> Page:
        """The requester's phone, with the receipt code typed in."""
        self.phone.goto("/t/")
        self.phone.get_by_label("Receipt code").fill(receipts.grouped(submission.receipt_code))
        self.phone.get_by_role("button", name="Show my report").click()
        expect(self.phone.locator(".parcel__now")).to_be_visible()
        return self.phone

    def rate(self, submission: Submission, rating: str, words: str = "") -> Issue:
        """The requester presses the face, by the receipt."""
        self.clock.passes(minutes=5)
        self.follow(submission)
        panel = self.phone.locator("#rate")
        panel.locator(f"[name=rate-rating][value={rating}]").check(force=True)
        panel.locator("textarea").fill(words)
        panel.locator("[data-send]").click()
        expect(self.phone.locator("#messages")).to_be_visible()
        return self.again(submission.issue)

    # --- the program ---

    def sweep(self, at: datetime | str | None = None) -> None:
        """Everything that the program does by itself at that time; none of it may fail."""
        now = self.clock.set(at) if at else self.clock.at
        for one in SWEEPS:
            assert one(at=now).failed == []
        sending.announce(at=now)

    def until(self, end: str, issue: Issue) -> None:
        """Lets time pass, with a sweep at every moment for which something is planned."""
        last = datetime.fromisoformat(end).replace(tzinfo=CHINA)
        for _step in range(200):
            found = self.again(issue)
            planned = [found.warn_at, found.climb_at, found.resume_at, found.silent_close_at]
            moment = min((time for time in planned if time), default=last)
            if moment >= last:
                self.sweep(last)
                return
            self.sweep(max(moment, self.clock.at))
        raise AssertionError("The program came to no rest.")

    # --- how far a story has come ---

    def solved(self, issue: Issue, by: Who, check: Who, **words: object) -> Issue:
        """Reported as solved and confirmed on site by somebody else."""
        said = {"resolution": "已办结。", "public_line": "已办结。", **words}
        issue = self.act(issue, Verb.RESOLVE, by, **said)
        issue = self.act(issue, Verb.VERIFY, check)
        assert issue.status == Status.PENDING_FEEDBACK
        return issue

    def quickly(self, issue: Issue, verb: Verb, by: Who, /, **facts: object) -> Issue:
        """Done through the service alone: what a story passes by on its way."""
        self.clock.passes(minutes=5)
        services.move(issue.pk, verb, by=self.banner.who(by), at=self.clock.at, facts={k: _plain(v) for k, v in facts.items()})
        return self.again(issue)


def _plain(value: object) -> object:
    """What a form sends for it: the key of a row, the values of a list."""
    if isinstance(value, Model):
        return value.pk
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _fill(form: Locator, name: str, value: object) -> None:
    """The input of that name, whatever kind it is; a mapping fills `name_part` for each of its parts."""
    if isinstance(value, Mapping):
        for part, one in value.items():
            _fill(form, f"{name}_{part}", one)
        return
    found, plain = form.locator(f"[name={name}]"), _plain(value)
    assert found.count(), f"The form has no “{name}”."
    tag = found.first.evaluate("element => `${element.tagName} ${element.type}`").lower()
    if "radio" in tag or "checkbox" in tag:
        for one in plain if isinstance(plain, list) else [plain]:
            form.locator(f"[name={name}][value='{one}']").check()
    elif tag.startswith("select"):
        found.select_option(str(plain))
    else:
        found.fill(str(plain))
