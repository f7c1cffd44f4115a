"""The import in the admin: by a system administrator, in three steps, with nothing saved before the last."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grids.importing import uploads
from grids.models import Area
from representatives.roles import Role
from tests.drawing import Town, draw_cells
from tests.grids.files import line, write_geojson, write_gis
from tests.grids.importing.quarters import QUARTERS, SQUARE, VILLAGE, box, cells
from tests.representatives.factories import person, post

UPLOAD = "/admin/grids/area/import/"


@pytest.fixture
def town(db, settings, tmp_path) -> Town:
    settings.MEDIA_ROOT = tmp_path / "media"
    town = draw_cells(SQUARE)
    for cell in town.cells.values():
        cell.delete()
    return town


@pytest.fixture
def administrator(town, client):
    who = person("Administrator", language="en")
    post(Role.SYSTEM_ADMIN, town.county, who)
    client.force_login(who)
    return who


def sent(file: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile(file.name, file.read_bytes())


def upload(client, file: Path, **said: str) -> str:
    """Send a file; the address of the next step."""
    answer = client.post(UPLOAD, {"file": sent(file), "level": "cell", **said})
    assert answer.status_code == 302, answer.context["form"].errors
    return str(answer["Location"])


def kept(settings) -> list[Path]:
    return [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]


CHOICES = {"code": "QHDM", "name": "QHMC", "parent": "XZDM"}


def test_file_when_sent_checked_and_confirmed_is_imported(administrator, client, tmp_path, settings):
    address = upload(client, write_geojson(tmp_path / "cells.geojson", cells()).file)

    page = client.get(address).content.decode()
    checked = client.post(address, {**CHOICES, "check": "1"}).content.decode()
    assert not Area.objects.cells().exists()
    done = client.post(address, {**CHOICES, "import": "1"}, follow=True)

    assert '<option value="QHDM" selected>' in page  # guessed
    assert "Dry run, nothing was saved. 4 rows: 4 new" in checked
    assert 'name="import"' in checked
    assert "4 rows: 4 new" in done.content.decode()
    assert Area.objects.cells().count() == 4
    assert kept(settings) == []
    entry = LogEntry.objects.get()
    assert (entry.user_id, entry.object_repr) == (administrator.pk, "cells.geojson")
    assert "4 new" in entry.change_message


def test_faults_when_checked_are_listed_and_drawn_and_nothing_can_be_imported(administrator, client, tmp_path):
    address = upload(client, write_geojson(tmp_path / "cells.geojson", cells([box(0, 0, 1.1), *QUARTERS[1:]])).file)

    answer = client.post(address, {**CHOICES, "check": "1"})
    forced = client.post(address, {**CHOICES, "import": "1"})

    page = answer.content.decode()
    assert f"Row 1 ({VILLAGE}001): it overlaps {VILLAGE}002" in page
    assert 'name="import"' not in page
    drawn = json.loads(page.split('id="import-faults" type="application/json">')[1].split("</script>")[0])
    assert drawn["features"][0]["properties"]["kind"] == "overlap"
    assert 'style="' not in page
    assert forced.status_code == 200
    assert not Area.objects.cells().exists()


def test_fault_when_allowed_is_a_note_and_the_file_can_be_imported(administrator, client, tmp_path):
    address = upload(client, write_geojson(tmp_path / "cells.geojson", cells([box(0, 0, 1.1), *QUARTERS[1:]])).file)

    client.post(address, {**CHOICES, "allow": ["overlap"], "import": "1"})

    assert Area.objects.cells().count() == 4


def test_text_from_the_file_when_shown_is_text(administrator, client, tmp_path):
    nasty = "<script>alert(1)</script>"
    lines = [line(nasty, QUARTERS[0], "nowhere")]
    address = upload(client, write_geojson(tmp_path / "cells.geojson", lines).file)

    page = client.post(address, {**CHOICES, "check": "1"}).content.decode()

    assert nasty not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.txt", b"hello", "is not a file of areas that can be read"),
        ("empty.geojson", b"", "The submitted file is empty."),
        ("cells.geojson", b"<OGRVRTDataSource/>", "only refers to other files"),
    ],
)
def test_file_that_holds_no_areas_when_sent_is_refused_with_a_sentence(administrator, client, settings, name, content, sentence):
    answer = client.post(UPLOAD, {"file": SimpleUploadedFile(name, content), "level": "cell"})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert kept(settings) == []


def test_zipped_shapefile_when_sent_is_read_and_a_zip_of_anything_else_is_not(administrator, client, tmp_path, settings):
    write_gis(tmp_path / "cells.shp", cells())
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    for archive in (good, bad):
        with zipfile.ZipFile(archive, "w") as packed:
            for part in tmp_path.glob("cells.*"):
                packed.write(part, part.name)
    with zipfile.ZipFile(bad, "a") as packed:
        packed.writestr("trap.vrt", "<OGRVRTDataSource/>")

    assert "/import/" in upload(client, good)
    refused = client.post(UPLOAD, {"file": sent(bad), "level": "cell"})

    assert "“trap.vrt” does not belong in it" in refused.content.decode()


def test_file_that_is_too_large_for_a_page_names_the_command(administrator, client, tmp_path, monkeypatch):
    monkeypatch.setattr("grids.importing.pages.MAX_BYTES", 100)
    source = write_geojson(tmp_path / "cells.geojson", cells())

    answer = client.post(UPLOAD, {"file": sent(source.file), "level": "cell"})

    assert "use the command import_areas" in answer.content.decode()


def test_file_when_taken_back_is_gone(administrator, client, tmp_path, settings):
    address = upload(client, write_geojson(tmp_path / "cells.geojson", cells()).file)
    assert kept(settings)

    client.post(address, {"forget": "1"})

    assert kept(settings) == []
    assert client.get(address).status_code == 404


def test_name_of_a_file_when_hostile_does_not_leave_the_folder(town, settings):
    kept_as = uploads.keep([b"x"], "../../../etc/passwd", owner=1, level="cell", crs="", encoding="", layer="")

    assert kept_as.name == "passwd"
    assert kept_as.folder == f"imports/{kept_as.token}"
    assert (Path(settings.MEDIA_ROOT) / kept_as.folder / "passwd").read_bytes() == b"x"
    for token in ("../../etc", "", "x" * 200, kept_as.token + "x"):
        assert uploads.find(token, owner=1) is None


def test_files_older_than_a_day_when_another_is_sent_go(town, settings):
    old = uploads.keep([b"x"], "a.csv", owner=1, level="cell", crs="", encoding="", layer="")
    folder = Path(settings.MEDIA_ROOT) / old.folder
    for file in folder.iterdir():
        os.utime(file, (1, 1))

    uploads.keep([b"y"], "b.csv", owner=1, level="cell", crs="", encoding="", layer="")

    assert not folder.exists()
    assert len(kept(settings)) == 2


def test_file_of_somebody_else_when_asked_for_is_404(administrator, client, town, tmp_path):
    address = upload(client, write_geojson(tmp_path / "cells.geojson", cells()).file)
    other = person("Other")
    post(Role.SYSTEM_ADMIN, town.county, other)
    client.force_login(other)

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("role", [Role.ORGANISATION_OFFICE, Role.AUDITOR])
def test_who_may_only_look_areas_up_cannot_import(town, client, role):
    who = person("Reader")
    post(role, town.county, who)
    client.force_login(who)

    assert client.get(UPLOAD).status_code == 403


def test_visitor_when_asking_for_the_import_is_sent_to_log_in(town, client):
    assert client.get(UPLOAD).status_code == 302
    assert reverse("login") in client.get(UPLOAD)["Location"]


def test_list_of_areas_when_shown_leads_to_the_import(administrator, client):
    assert f'href="{UPLOAD}"' in client.get("/admin/grids/area/").content.decode()
