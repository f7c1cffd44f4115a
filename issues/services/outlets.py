"""Ways out of the program are set up and looked after by the system administrator; what waits is tried again or given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from grids.models import Area
from issues import throttle
from issues.errors import Refusal
from issues.models import Notice, Outlet
from issues.models.notices import Channel
from issues.notices import http, robots, webhook
from issues.notices.letters import SendingFailed
from issues.privacy.masking import without_addresses
from representatives.models import Unit

ADDRESSED = (Channel.WEBHOOK, Channel.WECOM, Channel.DINGTALK)
_TRIED_BY: Mapping[str, Callable[[Outlet, datetime], None]] = {
    Channel.WEBHOOK: webhook.Webhook().trial,
    Channel.WECOM: robots.WeCom().trial,
    Channel.DINGTALK: robots.DingTalk().trial,
}


def add_outlet(
    channel: str, name: str, url: str, *, at: datetime, area: Area | None, unit: Unit | None, verbs: Sequence[str], secret: str = ""
) -> tuple[Outlet, str]:
    """A new address, and the secret that is shown this once (of a webhook; a robot's is the one that was handed in).

    Raises Refusal for an address that may not be written to.
    """
    if channel not in ADDRESSED:
        raise Refusal(gettext("There is no such way out."), field="channel")
    if sentence := http.check(url):
        raise Refusal(sentence, field="url")
    fresh = webhook.new_secret() if channel == Channel.WEBHOOK else ""
    outlet = Outlet.objects.create(
        channel=channel,
        name=name.strip()[:60],
        url=url,
        secret=fresh or secret or None,
        area=area,
        unit=unit,
        verbs=list(verbs),
        created_at=at,
    )
    return outlet, fresh


@transaction.atomic
def renew_secret(outlet: Outlet) -> str:
    """A new secret for a webhook, shown this once; the old one no longer signs."""
    if outlet.channel != Channel.WEBHOOK:
        raise Refusal(gettext("A robot's secret is made where the robot is; enter the address anew."))
    outlet.secret = webhook.new_secret()
    outlet.save(update_fields=["secret"])
    return outlet.secret


def send_trial(outlet: Outlet, at: datetime) -> None:
    """One message of no issue, at once and outside any transaction; says nothing of what waits.

    Raises Refusal with what the other side or the network answered, and Throttled.
    """
    if outlet.channel not in _TRIED_BY:
        raise Refusal(gettext("Only the addresses of webhooks and robots can be tried."))
    throttle.spend(throttle.TRIAL, f"outlet {outlet.pk} of {outlet.created_at.isoformat()}")
    try:
        _TRIED_BY[outlet.channel](outlet, at)
    except SendingFailed as failure:
        raise Refusal(gettext("The trial did not get there: %(why)s") % {"why": without_addresses(str(failure))}) from failure


def switch(outlet: Outlet, *, on: bool) -> None:
    """In use or not; what still waits for an address that is switched off waits on."""
    if outlet.is_post:
        raise Refusal(gettext("E-mail, SMS and calls are set up by the settings of the program."))
    outlet.is_active = on
    outlet.save(update_fields=["is_active"])


@transaction.atomic
def try_again(outlet: Outlet, at: datetime) -> int:
    """Everything that failed or was given up is due now, and nothing holds the way out back; how many."""
    outlet.held_until = None
    outlet.save(update_fields=["held_until"])
    return Notice.objects.through(outlet).try_again(at)


@transaction.atomic
def give_up(outlet: Outlet) -> int:
    """Nothing of what waits is tried any more; answers to requesters are then called by people. How many."""
    return Notice.objects.through(outlet).outbox().give_up(gettext("Given up by the administrator."))
