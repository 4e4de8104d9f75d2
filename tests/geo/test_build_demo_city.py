"""The pieces of the tool that builds the demo city."""

import math
import struct
from itertools import pairwise

import numpy as np
import pytest

from geo.points import Point, metres_between
from tools.demo_city.streets import build_roads, line_ends, wgs84_from_utm50
from tools.demo_city.water import band, inset, signed_area, waters


def snyder_forward(lat, lon):
    """Transverse Mercator by Snyder's series (USGS 1987, formulas 8-9 to 8-15): another road to the same numbers."""
    a, f, k0 = 6_378_137.0, 1 / 298.257223563, 0.9996
    e2 = f * (2 - f)
    ep2 = e2 / (1 - e2)
    phi, lam = math.radians(lat), math.radians(lon - 117)
    n = a / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    t, c, x = math.tan(phi) ** 2, ep2 * math.cos(phi) ** 2, lam * math.cos(phi)
    arc = (1 - e2 / 4 - 3 * e2**2 / 64 - 5 * e2**3 / 256) * phi
    arc -= (3 * e2 / 8 + 3 * e2**2 / 32 + 45 * e2**3 / 1024) * math.sin(2 * phi)
    arc += (15 * e2**2 / 256 + 45 * e2**3 / 1024) * math.sin(4 * phi) - 35 * e2**3 / 3072 * math.sin(6 * phi)
    east = x + (1 - t + c) * x**3 / 6 + (5 - 18 * t + t**2 + 72 * c - 58 * ep2) * x**5 / 120
    north = x**2 / 2 + (5 - t + 9 * c + 4 * c**2) * x**4 / 24 + (61 - 58 * t + t**2 + 600 * c - 330 * ep2) * x**6 / 720
    return 500_000 + k0 * n * east, k0 * (a * arc + n * math.tan(phi) * north)


@pytest.mark.parametrize(("lat", "lon"), [(30.3784, 113.9826), (30.58, 114.30), (30.7796, 114.5518), (30.0, 117.0)])
def test_projection_agrees_with_another_series(lat, lon):
    east, north = snyder_forward(lat, lon)
    back = wgs84_from_utm50(np.array([east]), np.array([north]))
    assert metres_between(Point(float(back[0][0]), float(back[1][0])), Point(lat, lon)) < 0.01


def test_wkb_lines_of_two_points_are_read_and_others_refused():
    good = b"\x01\x02\x00\x00\x00\x02\x00\x00\x00" + struct.pack("<4d", 1, 2, 3, 4)
    assert line_ends(good).tolist() == [1, 2, 3, 4]
    for bad in (good[:-1], b"\x00" + good[1:], good.replace(b"\x02\x00\x00\x00\x02", b"\x02\x00\x00\x00\x03")):
        with pytest.raises(ValueError, match="WKB"):
            line_ends(bad)


def ends(*pairs):
    return np.array([[[a[0], a[1]], [b[0], b[1]]] for a, b in pairs])


def test_bends_are_chained_and_classes_part_the_chain():
    line = [(30.0, 114.0 + 0.001 * at) for at in range(5)]
    zig = [(lat + 0.0005 * (at % 2), lon) for at, (lat, lon) in enumerate(line)]
    names = ["residential", "residential", "primary", "primary"]
    roads = build_roads(names, ends(*pairwise(zig)))
    assert roads.way_count == 2
    assert len(roads.vertices) == 6
    assert len(roads.nodes) == 3


def test_straight_bends_go_doubles_and_islands_too():
    a, b, c = (30.0, 114.0), (30.0, 114.001), (30.0, 114.002)
    island = ((30.1, 114.1), (30.1, 114.101))
    roads = build_roads(["residential", "residential", "tertiary", "residential"], ends((a, b), (b, a), (b, c), island))
    assert roads.way_count == 2
    roads = build_roads(["residential"] * 3, ends((a, b), (b, c), island))
    assert (roads.way_count, len(roads.vertices)) == (1, 2)


def test_a_ring_without_junction_survives():
    ring = [(30.0, 114.0), (30.001, 114.0), (30.001, 114.001), (30.0, 114.001)]
    roads = build_roads(["residential"] * 4, ends(*zip(ring, ring[1:] + ring[:1], strict=True)))
    assert roads.way_count == 1
    assert roads.metres[0] == pytest.approx(2 * (111.2 + 96.3), rel=0.01)


def test_the_build_does_not_depend_on_the_order_of_segments():
    rng = np.random.default_rng(3)
    pairs = [((30 + r / 100, 114 + c / 100), (30 + (r + dr) / 100, 114 + (c + dc) / 100)) for r in range(4) for c in range(4) for dr, dc in ((0, 1), (1, 0))]
    first = build_roads(["residential"] * len(pairs), ends(*pairs))
    mixed = [pairs[at] for at in rng.permutation(len(pairs))]
    again = build_roads(["residential"] * len(pairs), ends(*mixed))
    assert (first.vertices == again.vertices).all()
    assert (first.starts == again.starts).all()


def test_bands_and_insets_have_the_width_asked_for():
    ring = band([(30.0, 114.0), (30.0, 114.1), (30.0, 114.2)], 200)
    assert metres_between(Point(*ring[1]), Point(*ring[-2])) == pytest.approx(200, rel=0.01)
    square = [(30.0, 114.0), (30.0, 114.1), (30.1, 114.1), (30.1, 114.0)]
    assert abs(signed_area(inset(square, 500))) < abs(signed_area(square))
    assert abs(signed_area(inset(square[::-1], 500))) < abs(signed_area(square))


def test_waters_are_named_in_both_languages():
    for row in waters():
        assert row["name"]
        assert row["name_en"].isascii()
        assert len(row["ring"]) > 12
