"""The drawn map as one small file for the browser: ways by class, waters, labels. WGS-84.

Layout: `HHB1`, header length (4 bytes, little endian), header (JSON), body. The body is a run of variable-length
integers: per way the number of its vertices less two, then the zigzag differences of lat and lon (1e-5 degrees) from
the vertex before, which is the last vertex of the way before; the first counts from the header's `origin`. After the
ways of all classes come the rings of the waters in the same writing, from the same running vertex.
"""

import json
from functools import cache
from hashlib import sha256
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.cities import City
from geo.points import Point
from geo.roads import CLASSES, UNITS_PER_DEGREE, IntArray

MAGIC: Final = b"HHB1"
DATUM: Final = "wgs84"


@cache
def basemap_bytes(city: City) -> bytes:
    """The whole file for a city; the same bytes for the same data, computed once per process."""
    roads = city.roads
    order = np.argsort(roads.way_class, kind="stable")
    lines = [roads.vertices[roads.starts[way] : roads.starts[way + 1]] for way in order]
    rings = [_units(water.ring.corners) for water in city.waters]
    header = json.dumps(_header(city, order.size), ensure_ascii=False, separators=(",", ":")).encode()
    body = _packed([*lines, *rings], _origin(city))
    return MAGIC + len(header).to_bytes(4, "little") + header + body


@cache
def basemap_tag(city: City) -> str:
    """A short text that changes when the file changes; for an ETag."""
    return sha256(basemap_bytes(city)).hexdigest()[:20]


def _header(city: City, ways: int) -> dict[str, Any]:
    counts = np.bincount(city.roads.way_class, minlength=len(CLASSES))
    box = city.bbox
    labels = [
        {"kind": label.kind, "name": label.name, "name_en": label.name_en, "at": _pair(label.point), "turn": label.turn}
        for label in city.labels
    ]
    return {
        "city": city.key,
        "datum": DATUM,
        "attribution": city.attribution,
        "origin": list(_origin(city)),
        "centre": _pair(city.centre),
        "bbox": [box.south, box.west, box.north, box.east],
        "ways": ways,
        "classes": [[name, int(count)] for name, count in zip(CLASSES, counts, strict=True)],
        "waters": [water.kind for water in city.waters],
        "labels": labels,
    }


def _pair(point: Point) -> list[float]:
    return [point.lat, point.lon]


def _units(corners: tuple[Point, ...]) -> IntArray:
    pairs = [(round(p.lat * UNITS_PER_DEGREE), round(p.lon * UNITS_PER_DEGREE)) for p in corners]
    return np.array(pairs, dtype=np.int32)


def _origin(city: City) -> tuple[int, int]:
    return round(city.centre.lat * UNITS_PER_DEGREE), round(city.centre.lon * UNITS_PER_DEGREE)


def _packed(lines: list[IntArray], origin: tuple[int, int]) -> bytes:
    """Every line as count and differences, as variable-length integers."""
    points = np.concatenate(lines).astype(np.int64)
    deltas = np.diff(points, axis=0, prepend=np.array([origin], dtype=np.int64))
    zigzag = np.where(deltas < 0, -2 * deltas - 1, 2 * deltas).reshape(-1)
    counts = np.array([len(line) for line in lines])
    first = 2 * np.concatenate([[0], np.cumsum(counts)[:-1]])
    return _varints(np.insert(zigzag, first, counts - 2))


def _varints(values: NDArray[np.int64]) -> bytes:
    """Seven bits a byte, lowest first, the high bit says that more follows."""
    columns = [(values >> shift) & 0x7F for shift in range(0, 35, 7)]
    used = np.stack([values >= 1 << shift if shift else values >= 0 for shift in range(0, 35, 7)], axis=1)
    more = np.concatenate([used[:, 1:], np.zeros((len(values), 1), dtype=bool)], axis=1)
    table = np.stack(columns, axis=1) | (more << 7)
    return bytes(table.astype(np.uint8)[used].tobytes())
