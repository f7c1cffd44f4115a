"""How a requester is answered: chosen, confirmed and stopped by whoever holds the receipt.

The ledger says that and by which way, never where to. An address for messages counts once the code that was sent there
has come back, so that nobody is written to who did not ask for it; until then what was chosen before stays.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext

from issues.errors import Refusal
from issues.intake import reaching
from issues.models import Event, Notice, Requester, Submission
from issues.notices import confirming, ways
from issues.services.acting import Act, does, unless
from issues.terms import Field, Verb

Channel = Requester.Channel
_LONGEST = {Channel.PHONE: reaching.PHONE_MAX, Channel.SMS: reaching.PHONE_MAX, Channel.EMAIL: reaching.EMAIL_MAX}


def ways_open() -> list[tuple[str, str]]:
    """(value, label) of the ways in which a requester can be answered here: what is not set up is not offered."""
    missing = set(ways.by_people()) - {Channel.PHONE}
    return [(value, str(label)) for value, label in Channel.choices if value not in missing]


@does(Verb.CHOOSE_ANSWER)
def choose_answer(act: Act) -> Event:
    """Another way of being answered: at once for a call or for none, for messages once the address is confirmed."""
    way = act.text(Field.WAY)
    if way not in dict(ways_open()):
        raise Refusal(gettext("That way of answering is not set up here."), field=Field.WAY.value)
    requester = _requester(act)
    _forget_request(requester)
    if way in (Channel.EMAIL, Channel.SMS):
        return _ask_to_confirm(act, requester, Channel(way))
    if way == Channel.PHONE:
        requester.phone = _address(act, requester, Channel.PHONE)
    requester.channel = Channel(way)
    _keep(act, requester)
    return act.write({"way": way}, is_public=True)


def _ask_to_confirm(act: Act, requester: Requester, way: Requester.Channel) -> Event:
    requester.asked_channel, requester.asked_address, requester.asked_at = way, _address(act, requester, way), act.at
    report = _keep(act, requester)
    event = act.write({"asked": way.value}, is_public=True)
    Notice.objects.create(event=event, submission=report, channel=way.value, not_before=act.at)  # somebody waits for it: now
    return event


@unless(Verb.CONFIRM_ANSWER)
def _nothing_to_confirm(act: Act) -> str:
    requester = act.submission and act.submission.requester
    return "" if requester and requester.asked_channel else gettext("There is nothing to confirm.")


@does(Verb.CONFIRM_ANSWER)
def confirm_answer(act: Act) -> Event:
    """The code that was sent has come back: messages go there from now on."""
    requester = _requester(act)
    if not confirming.is_code_of(requester, act.text(Field.CODE), act.at):
        sentence = gettext("This is not the code, or it is too old. Please look again, or have a new one sent.")
        raise Refusal(sentence, field=Field.CODE.value)
    way = Channel(requester.asked_channel)
    if way == Channel.EMAIL:
        requester.email = requester.asked_address
    else:
        requester.phone = requester.asked_address
    requester.channel = way
    _forget_request(requester)
    _keep(act, requester)
    return act.write({"way": way.value}, is_public=True)


def _report(act: Act) -> Submission:
    assert act.submission is not None  # noqa: S101 - the table names the requester alone
    return act.submission


def _requester(act: Act) -> Requester:
    """The report's, or a new one where nothing was left so far."""
    return _report(act).requester or Requester(language=_report(act).language)


def _address(act: Act, requester: Requester, way: Requester.Channel) -> str:
    """Where to: what was given, else what was left before. Raises Refusal."""
    before = requester.email if way == Channel.EMAIL else requester.phone
    given = str(act.facts.get(Field.ADDRESS) or "").strip() or before or ""
    if not given:
        raise Refusal(gettext("Please say where to."), field=Field.ADDRESS.value)
    if len(given) > _LONGEST[way] or (way == Channel.EMAIL and not _is_email(given)):
        raise Refusal(gettext("This address cannot be right. Please check it."), field=Field.ADDRESS.value)
    if way != Channel.EMAIL:
        reaching.check_phone(given)
    return given


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _forget_request(requester: Requester) -> None:
    requester.asked_channel, requester.asked_address, requester.asked_at = "", None, None


def _keep(act: Act, requester: Requester) -> Submission:
    """The requester saved, and tied to the report."""
    report = _report(act)
    requester.erased_at = None
    requester.save()
    if report.requester_id != requester.pk:
        report.requester = requester
        report.save(update_fields=["requester"])
    return report
