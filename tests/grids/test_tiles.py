from __future__ import annotations

import gzip
import json
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from grids import services, tasks, tiles
from grids.levels import Level
from grids.models import Layer
from grids.tiles import Gone
from tests.drawing import DRAWN_AT, Town, draw_cells, shape_of
from tests.grids import mvt

SQUARE = """
    A B
    C D
"""


@pytest.fixture(autouse=True)
def tile_dir(settings, tmp_path: Path) -> Path:
    settings.TILE_CACHE_DIR = tmp_path
    return tmp_path


def version_of(level: Level) -> int:
    return Layer.objects.get(level=level).version


def address_of(town: Town, letter: str, z: int) -> tuple[int, int]:
    """Tile x, y of the middle of a cell."""
    place = town.inside(letter)
    latitude = math.radians(place.y)
    x = int((place.x + 180) / 360 * 2**z)
    y = int((1 - math.log(math.tan(latitude) + 1 / math.cos(latitude)) / math.pi) / 2 * 2**z)
    return x, y


def url_of(town: Town, letter: str = "A", z: int = 12, version: int | None = None) -> str:
    x, y = address_of(town, letter, z)
    return f"/map/tiles/cell/{version or version_of(Level.GRID)}/{z}/{x}/{y}.mvt"


def test_tile_when_asked_for_holds_the_cells_by_ordinal_and_nothing_else(db, client):
    town = draw_cells(SQUARE)

    response = client.get(url_of(town, z=10), headers={"accept-encoding": "gzip"})

    (layer,) = mvt.read(gzip.decompress(response.content))
    assert (layer.name, layer.extent) == ("area", 1024)
    assert sorted(feature.id for feature in layer.features) == [0, 1, 2, 3]
    assert all(feature.kind == 3 and not feature.tags for feature in layer.features)
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert response["Content-Encoding"] == "gzip"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Accept-Encoding" in response["Vary"]


@pytest.mark.parametrize("lon", [-179.5, -60, 60, 119, 179.5])
def test_county_is_in_its_tile_of_every_zoom_also_at_the_edge_of_the_world(db, client, lon):
    town = draw_cells("A")
    town.county.boundary = MultiPolygon(Polygon.from_bbox((lon - 0.4, 44, lon + 0.4, 45)))
    town.county.label_point = Point(lon, 44.5)
    town.county.save()

    for z in range(tiles.MIN_ZOOM[Level.COUNTY], 9):
        x = int((lon + 180) / 360 * 2**z)
        y = int((1 - math.asinh(math.tan(math.radians(44.5))) / math.pi) / 2 * 2**z)
        answer = client.get(f"/map/tiles/county/{version_of(Level.COUNTY)}/{z}/{x}/{y}.mvt")
        assert answer.status_code == 200, z


def test_cell_when_drawn_in_a_tile_lies_where_it_lies_on_earth(db):
    town = draw_cells(SQUARE)
    x, y = address_of(town, "D", 14)
    side = 2**14
    west, _south, _east, north = shape_of(town["D"]).bounds
    across = ((west + 180) / 360 * side - x) * 4096
    down = ((1 - math.asinh(math.tan(math.radians(north))) / math.pi) / 2 * side - y) * 4096

    (layer,) = mvt.read(gzip.decompress(tiles.tile(Level.GRID, version_of(Level.GRID), 14, x, y)))

    assert layer.extent == 4096
    drawn = next(feature for feature in layer.features if feature.id == town["D"].ordinal)
    # What lies beyond 8 px of the tile's edge is cut off, at 128 of 4096 units.
    expected = max(across, -128), max(down, -128)
    assert min(math.dist(point, expected) for point in drawn.points) < 1.5
    assert all(-128 <= number <= 4096 + 128 for point in drawn.points for number in point)


def test_tile_when_client_takes_no_gzip_is_plain(db, client):
    town = draw_cells(SQUARE)

    for header in ({}, {"accept-encoding": "identity"}, {"accept-encoding": "gzip;q=0, br"}):
        response = client.get(url_of(town), headers=header)
        assert "Content-Encoding" not in response
        assert mvt.read(response.content)[0].name == "area"


def test_tile_when_asked_for_twice_comes_from_its_file(db, client, django_assert_num_queries, tile_dir):
    town = draw_cells(SQUARE)
    url = url_of(town)

    with django_assert_num_queries(1):
        first = client.get(url, headers={"accept-encoding": "gzip"})
    with django_assert_num_queries(0):
        second = client.get(url, headers={"accept-encoding": "gzip"})

    assert first.content == second.content
    kept = [file for file in tile_dir.rglob("*") if file.is_file()]
    assert [file.suffixes for file in kept] == [[".mvt", ".gz"]]


def test_tile_when_client_has_it_is_not_sent_again(db, client):
    town = draw_cells(SQUARE)
    first = client.get(url_of(town))

    again = client.get(url_of(town), headers={"if-none-match": first["ETag"]})
    other = client.get(url_of(town, z=13), headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert other.status_code == 200


def test_tile_when_there_is_nothing_is_204_and_leaves_no_file(db, client, django_assert_num_queries, tile_dir):
    draw_cells(SQUARE)
    url = f"/map/tiles/cell/{version_of(Level.GRID)}/14/3/3.mvt"

    with django_assert_num_queries(1):
        response = client.get(url)

    assert (response.status_code, response.content) == (204, b"")
    assert "immutable" in response["Cache-Control"]
    assert not list(tile_dir.iterdir())


@pytest.mark.parametrize("address", ["15/0/0", "7/0/0", "10/1024/0", "10/0/1024", "99/1/1"])
def test_tile_when_there_can_be_no_such_tile_is_404_without_a_query(db, client, address, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(f"/map/tiles/cell/1/{address}.mvt").status_code == 404


@pytest.mark.parametrize(
    "path", ["tiles/hamlet/1/10/1/1.mvt", "tiles/hamlet.json", "areas/hamlet/1.json", "tiles/cell/1/-1/1/1.mvt"]
)
def test_level_or_number_when_unheard_of_is_404(db, client, path):
    assert client.get(f"/map/{path}").status_code == 404


def test_tile_when_writing_is_asked_is_405(db, client):
    assert client.post("/map/tiles/cell/1/10/1/1.mvt").status_code == 405


@pytest.mark.parametrize("step", [-1, 1])
def test_tile_of_another_version_when_asked_for_is_gone(db, client, step, tile_dir):
    town = draw_cells(SQUARE)
    version = version_of(Level.GRID)

    tile = client.get(url_of(town, version=version + step))
    names = client.get(f"/map/areas/cell/{version + step}/0.json")

    for response in (tile, names):
        assert response.status_code == 410
        assert response.json()["version"] == version
        assert response["Cache-Control"] == "no-store"
    assert not list(tile_dir.iterdir())


def test_layer_when_refreshed_has_a_version_never_used_before(db):
    draw_cells(SQUARE)
    before = version_of(Level.GRID), version_of(Level.VILLAGE)

    services.refresh_layer(Level.VILLAGE, DRAWN_AT)

    # The list of names of the cells speaks of the ordinals of the villages.
    assert version_of(Level.GRID) > before[0]
    assert version_of(Level.VILLAGE) > before[1]


def test_versions_when_the_database_is_made_anew_do_not_come_back(db):
    draw_cells(SQUARE)
    before = version_of(Level.GRID)
    Layer.objects.all().delete()

    services.refresh_layer(Level.GRID, DRAWN_AT)

    assert version_of(Level.GRID) >= before - 60  # the clock's seconds, not a count from 1
    assert version_of(Level.GRID) > 100_000_000


def test_names_when_asked_for_are_in_the_order_of_the_ordinals(db, client, django_assert_num_queries):
    town = draw_cells(SQUARE, villages={"west": "AC", "east": "BD"})
    url = f"/map/areas/cell/{version_of(Level.GRID)}/0.json"

    with django_assert_num_queries(1):
        names = client.get(url).json()
    with django_assert_num_queries(0):
        packed = client.get(url, headers={"accept-encoding": "gzip"})

    assert names["version"] == version_of(Level.GRID)
    assert [(entry[0], entry[2], entry[5]) for entry in names["areas"]] == [(0, "A", 0), (1, "C", 0), (2, "B", 1), (3, "D", 1)]
    assert names["areas"][0][1] == town["A"].code
    assert names["areas"][0][3:5] == pytest.approx([119.005, 43.995])
    assert json.loads(gzip.decompress(packed.content)) == names


def test_names_of_areas_without_boundary_have_no_place(db, client):
    town = draw_cells("A")
    town["A"].boundary = town["A"].label_point = None
    town["A"].save()

    names = client.get(f"/map/areas/cell/{version_of(Level.GRID)}/0.json").json()

    assert names["areas"] == [[0, town["A"].code, "A", None, None, 0]]


def test_names_when_they_are_many_come_in_blocks_of_ordinals(db, client, monkeypatch):
    monkeypatch.setattr(tiles, "BLOCK", 3)
    draw_cells(SQUARE)
    folder = f"/map/areas/cell/{version_of(Level.GRID)}"

    told = [[entry[2] for entry in client.get(f"{folder}/{block}.json").json()["areas"]] for block in (0, 1)]

    assert told == [["A", "B", "C"], ["D"]]
    assert client.get(f"{folder}/2.json").status_code == 404


def test_warming_when_names_are_many_makes_every_block_and_no_more(db, monkeypatch, tile_dir):
    monkeypatch.setattr(tiles, "BLOCK", 3)
    draw_cells(SQUARE)

    tiles.warm(Level.GRID, version_of(Level.GRID))

    kept = tiles.folder(Level.GRID, version_of(Level.GRID)) / "areas"
    assert sorted(file.name for file in kept.iterdir()) == ["0.json.gz", "1.json.gz"]


def test_tilejson_when_asked_for_tells_the_map_all_it_needs(db, client, django_assert_num_queries):
    draw_cells(SQUARE)
    version = version_of(Level.VILLAGE)

    with django_assert_num_queries(1):
        told = client.get("/map/tiles/village.json").json()

    assert told["tilejson"] == "3.0.0"
    assert told["tiles"] == [f"http://testserver/map/tiles/village/{version}/{{z}}/{{x}}/{{y}}.mvt"]
    assert (told["minzoom"], told["maxzoom"]) == (6, 14)
    assert told["bounds"] == pytest.approx([119.0, 43.98, 119.02, 44.0])
    assert told["vector_layers"] == [{"id": "area", "fields": {}, "minzoom": 6, "maxzoom": 14}]
    assert client.get(told["names"].replace("{block}", "0")).status_code == 200
    assert told["names_per_block"] == tiles.BLOCK


def test_tilejson_before_any_area_is_404(db, client):
    assert client.get("/map/tiles/cell.json").status_code == 404


def test_warming_when_done_has_every_tile_and_forgets_older_versions(db, django_assert_num_queries, tile_dir):
    town = draw_cells(SQUARE)
    old = tiles.folder(Level.GRID, 1) / "10" / "1" / "1.mvt.gz"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    version = version_of(Level.GRID)

    made = tasks.warm_tiles(Level.GRID, version)

    files = list(tile_dir.rglob("*.mvt.gz"))
    assert not old.exists()
    assert made == len(files) > 7
    for z in range(8, 15):
        with django_assert_num_queries(0):
            assert tiles.tile(Level.GRID, version, z, *address_of(town, "D", z))


def test_warming_of_an_old_version_when_asked_for_does_nothing(db, tile_dir):
    draw_cells(SQUARE)

    assert tasks.warm_tiles(Level.GRID, version_of(Level.GRID) - 1) == 0
    assert not list(tile_dir.iterdir())


def test_warming_when_a_newer_version_comes_between_stops(db, monkeypatch):
    draw_cells(SQUARE)
    version = version_of(Level.GRID)
    drawn = tiles._drawn

    def overtaken(level: Level, z: int, x: int, y: int) -> tuple[int | None, bytes]:
        if z == 10:
            services.refresh_layer(level, DRAWN_AT)
        return drawn(level, z, x, y)

    monkeypatch.setattr(tiles, "_drawn", overtaken)

    tiles.warm(Level.GRID, version)

    assert not list(tiles.folder(Level.GRID, version).glob("10/*/*.gz"))


def test_tile_when_many_make_it_at_once_is_whole_for_each(db, tile_dir):
    raw = bytes(range(256)) * 200
    file = tile_dir / "cell" / "1" / "10" / "1" / "1.mvt.gz"

    with ThreadPoolExecutor(8) as pool:
        packed = list(pool.map(lambda _: tiles._keep(file, raw), range(64)))
        seen = {gzip.decompress(tiles._kept(file) or b"") for _ in packed}

    assert seen == {raw}
    assert [each.name for each in file.parent.iterdir()] == ["1.mvt.gz"]


def test_tile_when_it_cannot_be_kept_is_answered_all_the_same(db, client, settings, tmp_path):
    town = draw_cells(SQUARE)
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a directory")
    settings.TILE_CACHE_DIR = in_the_way

    assert client.get(url_of(town)).status_code == 200


def test_version_when_gone_says_which_one_stands(db):
    draw_cells(SQUARE)

    with pytest.raises(Gone) as refused:
        tiles.names(Level.GRID, 1, 0)

    assert refused.value.version == version_of(Level.GRID)
