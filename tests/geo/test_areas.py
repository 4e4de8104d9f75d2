"""Areas: polygons, cells, and the area shown in place of a home."""

import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas import (
    AREA_RADIUS_M,
    Box,
    Polygon,
    area_cell,
    cell_centre,
    cell_polygon,
    cells_around,
    demand_cell,
    jittered,
    neighbourhood_cell,
    within,
)
from geo.points import Point, metres_between, moved

KEY = b"a key of the house, thirty-two b"
homes = st.builds(Point, st.floats(30.4, 30.7).map(lambda x: round(x, 5)), st.floats(114.1, 114.5).map(lambda x: round(x, 5)))
L_SHAPE = Polygon(tuple(Point(lat, lon) for lat, lon in [(0, 0), (0, 2), (1, 2), (1, 1), (2, 1), (2, 0)]))


def test_polygon_knows_inside_from_outside_also_in_its_notch():
    assert L_SHAPE.contains(Point(0.5, 1.5))
    assert L_SHAPE.contains(Point(1.5, 0.5))
    assert not L_SHAPE.contains(Point(1.5, 1.5))
    assert not L_SHAPE.contains(Point(-0.1, 0.5))


def test_polygon_centroid_and_box():
    centre = L_SHAPE.centroid()
    assert (centre.lat, centre.lon) == (pytest.approx(5 / 6), pytest.approx(5 / 6))
    assert L_SHAPE.bbox() == Box(0, 0, 2, 2)
    assert L_SHAPE.bbox().contains(Point(2, 2))
    assert not L_SHAPE.bbox().contains(Point(2.1, 1))


def test_polygon_without_area_has_its_mean_as_centre():
    flat = Polygon((Point(0, 0), Point(0, 1), Point(0, 2)))
    assert flat.centroid() == Point(0, 1)


def test_polygon_needs_three_corners():
    with pytest.raises(ValueError, match="three corners"):
        Polygon((Point(0, 0), Point(1, 1)))


@settings(deadline=None)
@given(homes)
def test_cells_hold_their_point_and_nest_in_size(point):
    for cell in (neighbourhood_cell(point), demand_cell(point)):
        assert cell_polygon(cell).contains(point)
        assert cell in cells_around(cell, 0) < cells_around(cell, 1)
    assert metres_between(cell_centre(demand_cell(point)), point) < 260


@settings(deadline=None)
@given(homes)
def test_area_cell_is_at_least_500_m_across(point):
    corners = cell_polygon(area_cell(point)).corners
    assert min(metres_between(a, b) for a, b in zip(corners, corners[3:], strict=False)) > 500


@given(homes, st.text(min_size=1, max_size=12))
def test_a_jittered_home_is_far_enough_and_inside_the_circle_drawn(home, code):
    shown = jittered(home, KEY, code)
    assert 400 <= metres_between(home, shown) <= AREA_RADIUS_M


def test_a_thousand_looks_give_one_point_so_nothing_averages_out():
    home = Point(30.58123, 114.30456)
    looks = {jittered(home, KEY, "P-7F3K2M") for _ in range(1000)}
    assert len(looks) == 1
    mean = Point(statistics.mean(p.lat for p in looks), statistics.mean(p.lon for p in looks))
    assert metres_between(mean, home) >= 400


def test_jitter_differs_by_place_and_by_key():
    home = Point(30.58123, 114.30456)
    assert jittered(home, KEY, "P-1") != jittered(home, KEY, "P-2")
    assert jittered(home, KEY, "P-1") != jittered(home, KEY[::-1], "P-1")


def test_jitter_points_in_every_direction():
    home = Point(30.58, 114.3)
    shown = [jittered(home, KEY, f"P-{number}") for number in range(400)]
    quarters = [sum(p.lat > home.lat and p.lon > home.lon for p in shown), sum(p.lat < home.lat and p.lon < home.lon for p in shown)]
    assert all(70 < count < 130 for count in quarters)


def test_within_reads_metres():
    gate = Point(30.58, 114.3)
    assert within(gate, moved(gate, 0, 149), 150)
    assert not within(gate, moved(gate, 0, 151), 150)
