"""E-mail through Django's backend: one connection for a run of letters, each with the letter's key as its Message-ID."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext

from issues.notices import words
from issues.notices.letters import Letter, Rejected, SendingFailed


class Email:
    """A letter sent twice (a worker died between sending and noting it) is one for the mail program: same Message-ID."""

    def __init__(self) -> None:
        self._connection = get_connection(timeout=settings.NOTICE_TIMEOUT_S)

    def send(self, letter: Letter) -> None:
        try:
            self._message(letter).send()
        except SMTPRecipientsRefused as refused:
            self._connection.close()
            self._explain(refused)
        except Exception:
            self._connection.close()  # the next one begins with a new connection
            raise

    def close(self) -> None:
        self._connection.close()

    def _message(self, letter: Letter) -> EmailMessage:
        domain = (settings.PUBLIC_URL.split("//")[-1] or "gridgov").split("/")[0].split(":")[0]
        headers = {"Message-ID": f"<{letter.key}@{domain}>", "Auto-Submitted": "auto-generated"}
        to = [address_of(letter)]
        return EmailMessage(words.subject(letter), words.body(letter), to=to, headers=headers, connection=self._connection)

    @staticmethod
    def _explain(refused: SMTPRecipientsRefused) -> None:
        codes = {code for code, _text in refused.recipients.values()}
        sentence = gettext("The post office refuses the address (%(codes)s).") % {"codes": ", ".join(map(str, sorted(codes)))}
        raise (Rejected if codes and min(codes) >= 500 else SendingFailed)(sentence) from None


def address_of(letter: Letter) -> str:
    """Where it goes; empty if there is nobody any more."""
    notice = letter.first
    if notice.person is not None:
        return notice.person.email if notice.person.is_active else ""
    if asked := letter.to_confirm:
        return (asked.asked_address or "") if asked.asked_channel == notice.channel else ""
    requester = notice.submission.requester if notice.submission else None
    return (requester.email or "") if requester and requester.erased_at is None else ""
