"""Files in S3-compatible storage (moto's server, really asked by HTTP): what goes in, who gets it, and that erased is erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from moto.server import ThreadedMotoServer

from grids.importing import uploads
from issues.files import storage
from issues.intake import receipts
from issues.intake.reporting import report
from issues.models import Attachment, Issue, Publication
from issues.privacy import retention
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import MONDAY
from tests.issues.reports import NOW, at_point, photo, territory
from tests.mapui.scene import Scene, scene
from tests.mapui.test_photo_pages import publish, with_photo
from tests.ops.test_variables import COMPLETE, load, stored_by

NAME, FOLDER = "photos", "county"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a storage that speaks S3."""
    running = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


def use(settings: Any, endpoint: str) -> None:
    """Let the program keep its files there, as `GRIDGOV_S3_…` would."""
    options = {"bucket_name": NAME, "endpoint_url": endpoint, "region_name": "us-east-1", "access_key": "key",
               "secret_key": "secret", "location": FOLDER, "path_style": True}  # fmt: skip
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "gridgov.media.PrivateS3Storage", "OPTIONS": options}}


@pytest.fixture
def bucket(server, settings, tmp_path: Path) -> Iterator[Any]:
    """An empty bucket, in which the program keeps its files; the directory of photos stays unused."""
    settings.MEDIA_ROOT = tmp_path / "unused"
    use(settings, server)
    s3 = boto3.resource("s3", endpoint_url=server, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
    bucket = s3.create_bucket(Bucket=NAME)
    yield bucket
    bucket.object_versions.delete()
    bucket.delete()
    assert not settings.MEDIA_ROOT.exists()


def keys(bucket: Any) -> list[str]:
    return sorted(each.key for each in bucket.objects.all())


def asked_without_a_key(server: str, key: str) -> int:
    """The status that somebody gets who asks the storage itself."""
    try:
        with urlopen(f"{server}/{NAME}/{key}") as answer:  # noqa: S310 - our own server
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_photo_of_a_report_when_stored_is_private_and_has_no_address(db, bucket, server):
    town = territory()

    attachment = report(at_point(town.inside("A"), photos=(photo(),)), at=NOW).attachments.get()

    names = {str(attachment.file.name), storage.thumb_name(attachment)}
    assert set(keys(bucket)) == {f"{FOLDER}/{name}" for name in names}
    bucket.put_object(Key="open", Body=b"x", ACL="public-read")
    assert [asked_without_a_key(server, key) for key in ("open", *keys(bucket)[:2])] == [200, 403, 403]
    with pytest.raises(NotImplementedError):
        attachment.file.url  # noqa: B018 - asking is what raises


def test_photo_when_asked_for_comes_through_the_page_whole_and_in_parts_to_the_holder_of_the_code_alone(db, bucket, client):
    town = territory()
    mine, other = (report(at_point(town.inside("A"), photos=(photo(),)), at=NOW) for _ in range(2))
    pk = mine.attachments.get().pk
    address = reverse("track-photo", args=[receipts.grouped(mine.receipt_code), pk])

    whole = client.get(address)
    part = client.get(address, headers={"Range": "bytes=2-9"})

    jpeg = photo().jpeg
    assert (whole.getvalue(), part.getvalue()) == (jpeg, jpeg[2:10])
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 2-9/{len(jpeg)}")
    assert client.get(reverse("track-photo", args=[receipts.grouped(other.receipt_code), pk])).status_code == 404
    bucket.objects.delete()
    assert client.get(address).status_code == 404


def test_public_copy_when_made_is_another_object_and_is_gone_when_taken_back(
    db, bucket, client, django_capture_on_commit_callbacks
):
    county: Scene = scene()
    client.force_login(county[Role.VILLAGE_SECRETARY])
    original = with_photo(county.in_progress())

    assert publish(client, original).status_code == 302
    copy = Publication.objects.get()
    answer = Client().get(reverse("public-photo", args=[copy.key]))
    with default_storage.open(str(copy.file.name)) as stored:
        assert answer.getvalue() == stored.read()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("photo-hide", args=[original.pk]))

    assert Client().get(reverse("public-photo", args=[copy.key])).status_code == 404
    assert keys(bucket) == sorted(f"{FOLDER}/{name}" for name in (str(original.file.name), storage.thumb_name(original)))


def test_photos_when_kept_long_enough_leave_the_storage_with_every_version_of_them(db, bucket):
    bucket.Versioning().enable()
    issue: Issue = make.closed(make.county(), MONDAY)
    (attachment,) = storage.attach(issue.submissions.get(), [photo()], at=MONDAY)
    default_storage.save(f"{attachment.file.name}.other", ContentFile(b"stays"))
    default_storage.save(str(attachment.file.name), ContentFile(b"an older version of the photo"))

    tally = retention.purge(at=MONDAY + timedelta(days=730))

    assert (tally.done, tally.failed) == (1, [])
    assert not Attachment.objects.kept().exists()
    left = [version.object_key for version in bucket.object_versions.all()]
    assert left == [f"{FOLDER}/{attachment.file.name}.other"]


def test_what_is_not_there_when_deleted_is_as_good(db, bucket):
    default_storage.delete("attachments/00/none.jpg")

    assert keys(bucket) == []


def test_upload_of_areas_when_sent_to_one_host_is_found_read_and_forgotten_on_another(db, bucket):
    kept = uploads.keep([b"code,", b"name\n"], "areas.csv", owner=1, level="cell", crs="", encoding="", layer="")
    kept.columns = {"code": "code"}
    kept.save()

    found = uploads.find(kept.token, owner=1)
    assert found is not None
    with found.source() as source:
        assert (source.file.read_bytes(), source.columns) == (b"code,name\n", {"code": "code"})
    assert not source.file.exists()
    assert uploads.find(kept.token, owner=2) is None
    found.forget()

    assert uploads.find(kept.token, owner=1) is None
    assert keys(bucket) == []


def test_report_when_the_storage_is_away_is_not_taken_without_its_photo(db, settings):
    town = territory()
    use(settings, "http://127.0.0.1:1")

    with pytest.raises(Exception, match="Could not connect to the endpoint URL"):
        report(at_point(town.inside("A"), photos=(photo(),)), at=NOW)

    assert not Issue.objects.exists()


def test_bucket_when_named_is_where_files_are_kept_and_without_one_they_stay_on_the_disk():
    def stored(**environment: str) -> str:
        return str(stored_by("STORAGES", **environment)["STORAGES"]["default"])

    named = stored(GRIDGOV_S3_BUCKET="b", GRIDGOV_S3_ENDPOINT="https://s3.example.cn", GRIDGOV_S3_PATH_STYLE="1")

    assert "FileSystemStorage" in stored()
    for word in ("PrivateS3Storage", "'bucket_name': 'b'", "'endpoint_url': 'https://s3.example.cn'", "'path_style': True"):
        assert word in named


def test_bucket_when_its_packages_are_missing_stops_the_start_with_a_sentence():
    answer = load("import sys; sys.modules['storages'] = None; import gridgov.settings", **COMPLETE, GRIDGOV_S3_BUCKET="b")

    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].endswith("install requirements/s3.txt.")
