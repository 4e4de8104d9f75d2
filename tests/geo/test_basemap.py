"""The basemap file: what goes in comes out, small, and the same every time."""

import gzip
import json

import numpy as np
import pytest

from geo.basemap import basemap_bytes, basemap_tag
from geo.cities import CITY_NAMES, load_city
from geo.roads import CLASSES


def unpack(data):
    """Read a basemap file the way the browser does: header, lines of (lat, lon) in 1e-5 degrees."""
    assert data[:4] == b"HHB1"
    size = int.from_bytes(data[4:8], "little")
    header = json.loads(data[8 : 8 + size])
    numbers, value, shift = [], 0, 0
    for byte in data[8 + size :]:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value = shift = 0
    lines, at, (lat, lon) = [], 0, header["origin"]
    while at < len(numbers):
        line = []
        for step in range(numbers[at] + 2):
            north, east = numbers[at + 1 + 2 * step : at + 3 + 2 * step]
            lat, lon = lat + (north >> 1 ^ -(north & 1)), lon + (east >> 1 ^ -(east & 1))
            line.append((lat, lon))
        at += 1 + 2 * len(line)
        lines.append(line)
    return header, lines


@pytest.mark.parametrize("name", CITY_NAMES)
def test_every_way_comes_back_in_its_class(name):
    city = load_city(name)
    header, lines = unpack(basemap_bytes(city))
    roads = city.roads
    order = np.argsort(roads.way_class, kind="stable")
    assert len(lines) == roads.way_count + len(city.waters)
    for line, way in zip(lines, order, strict=False):
        assert line == [tuple(row) for row in roads.vertices[roads.starts[way] : roads.starts[way + 1]].tolist()]
    assert [name for name, _ in header["classes"]] == list(CLASSES)
    assert sum(count for _, count in header["classes"]) == header["ways"] == roads.way_count
    assert header["waters"] == [water.kind for water in city.waters]


def test_the_file_is_small_and_names_its_source():
    data = basemap_bytes(load_city("wuhan"))
    assert len(gzip.compress(data)) < len(data) < 500_000
    header, _ = unpack(data)
    assert header["attribution"] == "© OpenStreetMap contributors"
    assert header["datum"] == "wgs84"


def test_the_tag_follows_the_bytes():
    wuhan, tiny = load_city("wuhan"), load_city("tiny")
    assert basemap_bytes(wuhan) is basemap_bytes(wuhan)
    assert basemap_tag(wuhan) != basemap_tag(tiny)
