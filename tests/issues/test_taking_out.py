"""Giving the platform up: everything comes out as files, but contacts, secrets and sealed matters; then the door is closed."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client

from grids.models import Area
from issues import taking_out
from issues.models import Attachment, Issue, Submission
from issues.taking_out import LEFT_BEHIND, tables, way_to_issue
from tests.issues import factories as make
from tests.issues.factories import MONDAY

PHONE, ADDRESS = "13800000000", "someone@example.org"
SENTENCE = "本平台已停用,请拨打 12345。"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def taken(county: make.County, tmp_path: Path, settings: Any) -> Path:
    """One issue closed, one sealed; taken out."""
    settings.MEDIA_ROOT = tmp_path / "media"
    make.closed(county, MONDAY)
    make.reported(county, MONDAY, about="village.conduct")
    call_command("take_out", tmp_path / "out", verbosity=0)
    return tmp_path / "out"


def test_every_table_is_either_taken_out_or_left_behind_for_a_reason():
    every = {
        model._meta.label for app in taking_out.APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }

    assert {model._meta.label for model in tables()} | set(LEFT_BEHIND) == every
    assert not {model._meta.label for model in tables()} & set(LEFT_BEHIND)


def test_files_hold_every_row_that_is_there_in_the_words_of_the_database(county: make.County, taken: Path):
    issue = Issue.objects.get(sealed=False)

    (row,) = rows(taken, "issues.issue")
    assert (row["number"], row["title"], row["status"]) == (issue.number, issue.title, "closed")
    assert len(rows(taken, "issues.event")) == issue.events.count()
    assert {row["path"] for row in rows(taken, "grids.area")} == set(Area.objects.values_list("path", flat=True))
    assert [json.loads(row["facts"]) for row in rows(taken, "issues.event")] == [event.facts for event in issue.events.all()]


def test_no_contact_no_secret_and_nothing_sealed_comes_out(county: make.County, taken: Path):
    sealed = Issue.objects.get(sealed=True)
    code = Submission.objects.get(issue__sealed=False).receipt_code
    written = "".join(path.read_text(encoding="utf-8") for path in taken.glob("*.csv"))

    for word in (PHONE, ADDRESS, sealed.number, code):
        assert word not in written, word
    assert "password" not in rows(taken, "representatives.person")[0]
    assert not (taken / "issues.requester.csv").exists()


def test_manifest_says_what_was_written_and_that_the_ledger_is_whole(county: make.County, taken: Path):
    manifest = json.loads((taken / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["ledger"] == "2 issues, 0 faults"
    assert set(manifest["tables"]) == {model._meta.label for model in tables()}
    for label, told in manifest["tables"].items():
        path = taken / f"{label.lower()}.csv"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]
        assert told["rows"] == len(rows(taken, label.lower()))


def test_photos_come_along_and_those_that_are_gone_are_named(county: make.County, tmp_path: Path, settings: Any):
    settings.MEDIA_ROOT = tmp_path / "media"
    report = make.reported(county, MONDAY).submissions.get()
    for sha in ("aa", "bb"):
        one = Attachment(submission=report, sha256=sha.ljust(64, "0"), media_type="image/jpeg", received_at=MONDAY)
        one.file.save(f"{sha}.jpg", ContentFile(sha.encode() * 2))
    gone = Attachment.objects.get(sha256__startswith="bb")
    gone.file.storage.delete(str(gone.file.name))

    call_command("take_out", tmp_path / "out", verbosity=0)

    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["files"], manifest["files_missing"]) == (1, [gone.file.name])
    (copied,) = [path for path in (tmp_path / "out" / "files").rglob("*") if path.is_file() and path.stat().st_size]
    assert copied.read_bytes() == b"aaaa"


def test_folder_that_holds_something_is_left_alone(county: make.County, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(CommandError, match="is not empty"):
        call_command("take_out", tmp_path, verbosity=0)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_way_to_the_issue_is_found_for_whatever_hangs_on_one():
    found = {model._meta.label: way_to_issue(model) for model in tables()}

    assert found["issues.EventText"] == "event__issue"
    assert found["issues.Publication"] == "attachment__submission__issue"
    assert found["issues.SupervisionStep_helpers"] == "supervisionstep__entry__issue"
    assert found["issues.Suggestion"] == found["grids.Area"] == ""


# --- closed ---


def test_platform_that_was_given_up_is_read_but_takes_in_nothing(county: make.County, client: Client, settings: Any):
    issue = make.in_hand(county, MONDAY)
    settings.RETIRED = SENTENCE
    before = Issue.objects.get(pk=issue.pk).event_count

    assert SENTENCE in client.get("/report/").content.decode()
    sent = client.post("/report/", {"text": "桥塌了"})
    assert (sent.status_code, SENTENCE in sent.content.decode()) == (409, True)
    wire = client.post("/api/reports", b"{}", content_type="application/json", headers={"Accept": "application/json"})
    assert (wire.status_code, wire.json()["error"]) == (409, SENTENCE)
    client.force_login(county["pr1"], backend="mapui.permissions.RoleBackend")
    assert client.get(f"/issues/{issue.number}/").status_code == 200
    assert client.post(f"/issues/{issue.number}/note/", {"text": "x", "seen": before}).status_code == 409
    assert Issue.objects.get(pk=issue.pk).event_count == before
    assert client.post("/logout/").status_code == 302


def test_platform_that_goes_on_says_nothing_of_it(county: make.County, client: Client):
    assert "site-retired" not in client.get("/report/").content.decode()
