"""Reads vector tiles for tests, straight from the published format (Mapbox Vector Tile 2.1 over protocol buffers)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass
class Feature:
    """A polygon of a tile; `points` are its corners in tile units, ring after ring."""

    id: int
    kind: int
    tags: list[int]
    points: list[tuple[int, int]]


@dataclass
class Layer:
    name: str
    extent: int
    features: list[Feature]


def read(raw: bytes) -> list[Layer]:
    """The layers of a tile that is not gzipped."""
    return [_layer(bytes(value)) for number, value in _fields(raw) if number == 3 and not isinstance(value, int)]


def _layer(raw: bytes) -> Layer:
    layer = Layer(name="", extent=4096, features=[])
    for number, value in _fields(raw):
        if isinstance(value, int):
            layer.extent = value if number == 5 else layer.extent
        elif number == 1:
            layer.name = value.decode()
        elif number == 2:
            layer.features.append(_feature(value))
    return layer


def _feature(raw: bytes) -> Feature:
    feature = Feature(id=-1, kind=0, tags=[], points=[])
    for number, value in _fields(raw):
        if number == 1 and isinstance(value, int):
            feature.id = value
        elif number == 3 and isinstance(value, int):
            feature.kind = value
        elif number == 2 and isinstance(value, bytes):
            feature.tags = list(_varints(value))
        elif number == 4 and isinstance(value, bytes):
            feature.points = list(_points(list(_varints(value))))
    return feature


def _points(commands: list[int]) -> Iterator[tuple[int, int]]:
    x = y = place = 0
    while place < len(commands):
        command, count = commands[place] & 7, commands[place] >> 3
        place += 1
        if command == 7:  # close the ring
            continue
        for _point in range(count):
            x += (commands[place] >> 1) ^ -(commands[place] & 1)
            y += (commands[place + 1] >> 1) ^ -(commands[place + 1] & 1)
            place += 2
            yield x, y


def _varints(raw: bytes) -> Iterator[int]:
    place = 0
    while place < len(raw):
        value, place = _varint(raw, place)
        yield value


def _varint(raw: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    place = 0
    while place < len(raw):
        key, place = _varint(raw, place)
        if key & 7 == 0:
            number, place = _varint(raw, place)
            yield key >> 3, number
        elif key & 7 == 2:
            length, place = _varint(raw, place)
            yield key >> 3, raw[place : place + length]
            place += length
        else:
            raise ValueError(f"No vector tile has a field of type {key & 7}.")
