"""The one door through which notices leave by HTTP: no redirects, no private addresses unless allowed, nothing endless.

The name is resolved here and the connection goes to the very address that was looked at, so a name that answers otherwise
the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext

from issues.notices.letters import Busy, Rejected, SendingFailed

LARGEST_ANSWER = 64 * 1024
LONGEST_WAIT = timedelta(hours=6)
_A_WHILE = timedelta(minutes=1)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Answer:
    """What the other side said; the body at most 64 KB."""

    status: int
    body: bytes
    retry_after: str = ""


def send(method: str, url: str, *, body: bytes | None, headers: Mapping[str, str], is_trusted: bool = False) -> Answer:
    """The answer, whatever its status; raises SendingFailed if there is none.

    `is_trusted`: the address stands in the settings, so whoever runs the program has chosen it.
    """
    parts = urlsplit(url)
    address = _address_of(parts, is_trusted=is_trusted)
    limit = monotonic() + 2 * settings.NOTICE_TIMEOUT_S
    try:
        with closing(_pool(parts, address)) as pool:
            response = pool.urlopen(
                method,
                _target(parts),
                body=body,
                headers={"User-Agent": "gridgov", **headers, "Host": parts.netloc.rpartition("@")[2]},
                redirect=False,
                retries=False,
                preload_content=False,
            )
            return Answer(response.status, _read(response, limit), response.headers.get("Retry-After", ""))
    except urllib3.exceptions.HTTPError as error:
        raise SendingFailed(_sentence(error)) from None  # the error itself names the address with its key


def refuse_unless_sent(answer: Answer) -> None:
    """Raises unless the status says that it was taken."""
    if 200 <= answer.status < 300:
        return
    if answer.status == 429 or (answer.status == 503 and answer.retry_after):
        raise Busy(gettext("The other side asks to wait (HTTP %(status)d).") % {"status": answer.status}, _wait(answer))
    if 300 <= answer.status < 400:
        raise SendingFailed(
            gettext("The address sends on to another one (HTTP %(status)d); enter that.") % {"status": answer.status}
        )
    raise SendingFailed(gettext("The other side answered HTTP %(status)d.") % {"status": answer.status})


def _wait(answer: Answer) -> timedelta:
    """How long it wants to be left alone; a date, or nonsense, counts as a minute."""
    seconds = int(answer.retry_after) if answer.retry_after.isdecimal() and len(answer.retry_after) < 8 else 0
    return min(timedelta(seconds=seconds), LONGEST_WAIT) or _A_WHILE


def check(url: str) -> str:
    """Why the address cannot be used, as a sentence; empty if it can. Asks the name server."""
    try:
        _address_of(urlsplit(url), is_trusted=False)
    except SendingFailed as refused:
        return str(refused)
    except ValueError:
        return gettext("This is not an address.")
    return ""


def _pool(parts: SplitResult, address: IP) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=settings.NOTICE_TIMEOUT_S, read=settings.NOTICE_TIMEOUT_S)
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(str(address), parts.port or 80, timeout=timeout, maxsize=1)
    host = parts.hostname
    return urllib3.HTTPSConnectionPool(
        str(address), parts.port or 443, timeout=timeout, maxsize=1, server_hostname=host, assert_hostname=host
    )


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _read(response: urllib3.BaseHTTPResponse, limit: float) -> bytes:
    found = b""
    for piece in response.stream(4096):
        found += piece
        if len(found) > LARGEST_ANSWER or monotonic() > limit:
            raise SendingFailed(gettext("The answer has no end."))
    return found


def _address_of(parts: SplitResult, *, is_trusted: bool) -> IP:
    """Where to connect to; raises Rejected for what must not be reached from here."""
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Rejected(gettext("The address must begin with https:// and name nobody's password."))
    addresses = _resolve(host, parts.port or (443 if parts.scheme == "https" else 80))
    listed = is_trusted or all(_is_listed(host, address) for address in addresses)
    if parts.scheme == "http" and not listed:
        raise Rejected(gettext("Without https:// only addresses listed in GRIDGOV_NOTICE_HOSTS are written to."))
    if not listed and not all(_is_public(address) for address in addresses):
        raise Rejected(gettext("The address lies within a private network and is not listed in GRIDGOV_NOTICE_HOSTS."))
    return addresses[0]


def _resolve(host: str, port: int) -> list[IP]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise SendingFailed(gettext("The name of the other side is not known to the name server.")) from None
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _is_public(address: IP) -> bool:
    """Whether it can be reached by everybody, also behind the ways in which IPv6 wraps an IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if wrapped := address.ipv4_mapped or address.sixtofour:
            return _is_public(wrapped)
        if address.teredo:
            return False
    return address.is_global and not address.is_multicast


def _is_listed(host: str, address: IP) -> bool:
    """Whether the settings allow it, by name or by network."""
    for entry in settings.NOTICE_HOSTS:
        try:
            if address in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            if entry.lower() == host.lower():
                return True
    return False


def _sentence(error: urllib3.exceptions.HTTPError) -> str:
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return gettext("The other side cannot be reached.")
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return gettext("No answer within %(n)d seconds.") % {"n": settings.NOTICE_TIMEOUT_S}
    if isinstance(error, urllib3.exceptions.SSLError):
        return gettext("The certificate of the other side is not valid.")
    return gettext("The connection broke off.")
