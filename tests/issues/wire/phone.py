"""A phone as its sender drives it: asks who is logged in, keeps the token, sends records under their keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from representatives.models import Person
from tests.drawing import Town

WORDS = "东门口的路灯坏了三天了"
JSON = "application/json"


@dataclass
class Phone:
    """`owner`: the key under which its records are written; empty: nobody's."""

    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    owner: str = ""
    token: str = ""

    @classmethod
    def of(cls, person: Person | None = None) -> Phone:
        """Awake, with that person logged in."""
        phone = cls()
        if person:
            phone.client.force_login(person)
        phone.wake()
        return phone

    def wake(self) -> dict[str, Any]:
        """Ask who is logged in; from then on records are theirs."""
        told: dict[str, Any] = self.client.get("/api/whoami").json()
        self.token = told["csrf"]
        self.owner = told["person"]["key"] if told["person"] else ""
        return told

    def headers(self, **more: str) -> dict[str, str]:
        return {"X-CSRFToken": self.token, "X-Owner": self.owner, **more}

    def report(self, body: Mapping[str, Any], key: UUID | str | None = None, **headers: str) -> Any:
        return self._post("/api/reports", json.dumps(body), key or uuid4(), headers)

    def move(self, number: str, verb: str, key: UUID | str | None = None, *, seen: int | None = None, **facts: Any) -> Any:
        body = {"issue": number, "verb": verb, "facts": facts, "seen": seen, "device_at": "2026-03-31T09:30:00+08:00"}
        return self._post("/api/moves", json.dumps(body), key or uuid4(), {})

    def send(self, address: str, content: str | bytes, *, kind: str = JSON, key: UUID | str | None = None) -> Any:
        """Whatever bytes, as if they were a record."""
        return self._post(address, content, key or uuid4(), {}, kind)

    def file(self, key: UUID | str, content: bytes, *, sha256: str = "", kind: str = "image/jpeg", **more: Any) -> Any:
        address = f"/api/reports/{key}/files/{sha256 or digest(content)}"
        return self.client.put(address, content, content_type=kind, headers=self.headers(), **more)

    def _post(self, address: str, content: str | bytes, key: UUID | str, headers: dict[str, str], kind: str = JSON) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(address, content, content_type=kind, headers=self.headers(**{"Idempotency-Key": str(key), **named}))


def cut_off(content: bytes) -> dict[str, Any]:
    """For a request: the line breaks when half of that has arrived; the test client's own body cannot."""
    return {"wsgi.input": BytesIO(content[: len(content) // 2]), "CONTENT_LENGTH": str(len(content))}


def body(town: Town, **more: Any) -> dict[str, Any]:
    """A report of a broken street lamp in cell A, with nothing that could be left out."""
    point = town.inside("A")
    place = {"lon": point.x, "lat": point.y, "crs": "wgs84", "accuracy_m": 12.5, "source": "gps"}
    return {"text": WORDS, "danger": False, "group": "road", "category": "road.light", "place": place, **more}


def announced(*contents: bytes, kind: str = "image/jpeg") -> list[dict[str, Any]]:
    """What the body says of files that come later."""
    return [{"sha256": digest(content), "bytes": len(content), "type": kind} for content in contents]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def error(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The error of an answer, which must be of that status and code, in JSON, with a sentence."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == JSON
    found: dict[str, Any] = answer.json()["error"]
    assert found["code"] == code, found
    assert found["sentence"].strip()
    return found
