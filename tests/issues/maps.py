"""What maps ask for and how the answers read: whole states, and what changed since one."""

from __future__ import annotations

import struct

from django.test import Client
from django.urls import reverse

from grids.levels import Level, slug
from grids.models import Layer
from representatives.roles import Role
from tests.mapui.scene import Scene

COUNTY = "150422"


def staff(made: Scene, role: Role) -> Client:
    client = Client()
    client.force_login(made[role])
    return client


def state_of(client: Client, level: Level, **more: str) -> tuple[dict[int, tuple[int, int]], str, str]:
    """{ordinal: (tone, count)}, the ETag and the stamp of an answer."""
    answer = client.get(reverse("map-state", args=[slug(level)]), {"county": COUNTY, **more})
    assert answer.status_code == 200, answer.content
    _version, first, size = struct.unpack_from("<III", answer.content)
    counts = struct.unpack_from(f"<{size}H", answer.content, 12)
    tones = answer.content[12 + 2 * size :]
    return {first + n: (tones[n], counts[n]) for n in range(size)}, answer["ETag"], answer["X-Stamp"]


def delta_of(client: Client, level: Level, since: str, etag: str = "", **more: str):
    version = str(Layer.objects.get(level=level).version)
    headers = {"If-None-Match": etag} if etag else {}
    query = {"county": COUNTY, "since": since, "v": version, **more}
    return client.get(reverse("map-delta", args=[slug(level)]), query, headers=headers)


def is_whole(answer) -> bool:
    """Whether the answer is a whole state and no list of changes."""
    return answer.status_code == 200 and answer["Content-Type"] == "application/octet-stream" and len(answer.content) > 12
