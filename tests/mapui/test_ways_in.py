"""Every way by which a photo or a voice note comes in, and that nothing but picture and sound goes into storage by any.

A new way in fails the first two tests until it stands in the tables below; then the others hold it to the same.
"""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from issues import throttle
from issues.models import Attachment, Evidence
from issues.throttle import Limit
from representatives.roles import Role
from tests.issues.sounds import sound
from tests.issues.wire.phone import Phone, announced, body
from tests.mapui.scene import Scene, submission_of

PACKAGES = ("gridgov", "grids", "representatives", "issues", "mapui", "demo")
WAYS = {"mapui/views/report.py": "form", "mapui/views/tracking.py": "supplement", "mapui/views/evidence.py": "evidence",
        "issues/wire/reading.py": "wire"}  # fmt: skip
# They read what is sent, and store none of it as a file: lists of staff, geometry, policies.
OTHERS = {
    "grids/importing/pages.py", "grids/importing/dispute_pages.py", "issues/admin.py", "mapui/views/staff.py", "mapui/views/policy.py",
    "gridgov/middleware.py",
}  # fmt: skip
STORES = {"issues/files/storage.py"}
# They store no photo and no sound: geometry that waits for its import, and the program's own scripts when they are collected.
OTHER_STORES = {"grids/importing/uploads.py", "mapui/storage.py"}
MODELS = {"issues/models/intake.py", "issues/models/publication.py"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted(Path(project.BASE_DIR, package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(project.BASE_DIR)), ast.parse(path.read_text(encoding="utf-8"))


def where(says: Callable[[ast.AST], bool]) -> set[str]:
    return {name for name, tree in modules() if any(says(node) for node in ast.walk(tree))}


def reads_what_is_sent(node: ast.AST) -> bool:
    """`request.FILES`, `request.body`, `request.read(…)`, or a form's file field."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id == "request" and node.attr in ("FILES", "body", "read", "readline", "readlines")
    return False


def writes_files(node: ast.AST) -> bool:
    """A file made for the storage, or handed to it."""
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        return name.endswith(("storage.save", "ContentFile", ".file.save", "FileSystemStorage"))
    return False


def has_file_column(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node) in ("models.FileField", "models.ImageField")


def test_no_module_reads_what_is_sent_but_those_in_the_tables():
    assert where(reads_what_is_sent) <= set(WAYS) | OTHERS
    assert set(WAYS) <= where(reads_what_is_sent)


def test_one_module_alone_writes_into_storage():
    assert where(writes_files) == STORES | OTHER_STORES
    assert where(has_file_column) == MODELS


# --- what is sent ---


def photo_full_of_secrets() -> bytes:
    """A JPEG with all that a camera and a joker put in: position, thumbnail, maker, comment, XMP, IPTC, profile, an archive behind it."""
    inner = BytesIO()
    Image.new("RGB", (16, 12), "blue").save(inner, "JPEG", comment=b"SECRET-THUMB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0132], exif[0x9286] = "SECRET-MAKER", "2026:01:02 03:04:05", b"SECRET-NOTE"
    exif.get_ifd(0x8825)[2] = (43.0, 58.0, 12.5)
    out = BytesIO()
    more = {
        "comment": b"SECRET-COMMENT",
        "xmp": b"<x>SECRET-XMP http://ns.adobe.com/xap/1.0/</x>",
        "icc_profile": b"SECRET-ICC" * 30,
    }
    Image.new("RGB", (320, 240), "red").save(out, "JPEG", exif=exif, **more)
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0cSECRET-IPTC\0" + inner.getvalue()
    segment = b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("SECRET-ZIP.html", "<script>alert('SECRET-HTML')</script>")
    content = out.getvalue()
    return content[:2] + segment + content[2:] + archive.getvalue()


TRACES = (b"SECRET", b"Exif", b"GPS", b"http://ns.adobe.com", b"ICC_PROFILE", b"Photoshop", b"PK\x03\x04", b"<script")


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path, monkeypatch) -> Path:
    settings.MEDIA_ROOT = tmp_path
    for name in ("REPORT", "AGAIN"):
        monkeypatch.setattr(throttle, name, Limit(f"{name}-{uuid4()}", getattr(throttle, name).rate))
    return tmp_path


def upload(content: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def by_form(county: Scene, content: bytes, field: str = "photos") -> int:
    sent = {"uuid": str(uuid4()), "text": "路灯坏了", "danger": "no", "area": county.town["A"].code, "answer_by": "none"}
    return Client().post(reverse("report"), {**sent, field: upload(content)}).status_code


def by_supplement(county: Scene, content: bytes) -> int:
    receipt = submission_of(county.report()).receipt_code
    sent = {"supplement-text": "再补一张", "supplement-photos": upload(content)}
    return Client().post(reverse("track-move", args=[receipt, "supplement"]), sent).status_code


def by_evidence(county: Scene, content: bytes) -> int:
    client = Client()
    client.force_login(county[Role.PARTY_REPRESENTATIVE])
    return client.post(reverse("issue-evidence", args=[county.in_progress().number]), {"photos": upload(content)}).status_code


def by_wire(county: Scene, content: bytes, kind: str = "image/jpeg") -> int:
    phone, key = Phone.of(), uuid4()
    phone.report(body(county.town, files=announced(content, kind=kind)), key)
    status: int = phone.file(key, content, kind=kind).status_code
    return status


SEND: dict[str, Callable[[Scene, bytes], int]] = {
    "form": by_form,
    "supplement": by_supplement,
    "evidence": by_evidence,
    "wire": by_wire,
}
SEND_VOICE: dict[str, Callable[[Scene, bytes], int]] = {
    "form": lambda county, content: by_form(county, content, "voice"),
    "wire": lambda county, content: by_wire(county, content, "audio/webm"),
}


def stored(media: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in media.rglob("*") if path.is_file()}


def test_every_way_in_is_tried_here():
    assert set(SEND) == set(WAYS.values())


@pytest.mark.parametrize("way", SEND)
def test_photo_by_every_way_in_is_stored_as_a_picture_and_nothing_else(county: Scene, media: Path, way: str):
    content = photo_full_of_secrets()
    assert all(trace in content for trace in TRACES if trace != b"GPS")

    assert SEND[way](county, content) in (201, 302, 303)

    found = stored(media)
    assert sorted(name.partition(".")[2] for name in found) == ["jpg", "thumb.jpg"]
    for kept in found.values():
        assert not [trace for trace in TRACES if trace in kept]
        picture = Image.open(BytesIO(kept))
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        assert kept.endswith(b"\xff\xd9")
    assert Attachment.objects.count() + Evidence.objects.count() == 1


@pytest.mark.parametrize("way", SEND_VOICE)
def test_voice_note_by_every_way_in_is_stored_as_sound_and_nothing_else(county: Scene, media: Path, way: str):
    content = sound("webm", 1.0)
    assert b"SECRET title" in content

    assert SEND_VOICE[way](county, content) in (201, 303)

    ((name, kept),) = stored(media).items()
    assert name.endswith(".mp3")
    assert not [trace for trace in (b"SECRET", b"ID3", b"+43.9", b"Lavf") if trace in kept]
    assert Attachment.objects.get().is_voice


HOSTILE = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "html": b"<!doctype html><script>alert(1)</script>",
    "gif with a script": b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(1)",
    "archive": b"PK\x03\x04" + b"\0" * 100,
    "heic": b"\0\0\0\x18ftypheic" + b"\0" * 100,
    "cut off": photo_full_of_secrets()[:900],
    "nothing": b"\xff\xd8\xff\xd9",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("way", SEND)
def test_what_is_no_photo_is_stored_by_no_way_in(county: Scene, media: Path, way: str, content: bytes):
    status = SEND[way](county, content)

    assert status == (302 if way == "evidence" else 422)  # evidence says it on the page it leads back to
    assert not stored(media)
    assert not Attachment.objects.exists()
    assert not Evidence.objects.exists()
