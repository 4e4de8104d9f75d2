"""Points: distances, datums, reading what people type."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.points import (
    Datum,
    GeoError,
    Point,
    convert,
    gcj02_from_wgs84,
    metres_between,
    moved,
    parse_pair,
    parse_point,
    wgs84_from_gcj02,
)

in_china = st.builds(Point, st.floats(18, 53), st.floats(74, 134))
anywhere = st.builds(Point, st.floats(-85, 85), st.floats(-179, 179))


@given(in_china)
def test_gcj02_there_and_back_is_the_same_place(point):
    assert metres_between(wgs84_from_gcj02(gcj02_from_wgs84(point)), point) < 0.01


@given(in_china)
def test_gcj02_moves_points_in_china_by_less_than_a_kilometre_and_not_by_nothing(point):
    assert 5 < metres_between(gcj02_from_wgs84(point), point) < 1200


@pytest.mark.parametrize("point", [Point(48.85, 2.35), Point(-33.9, 151.2), Point(0.5, 100), Point(60, 110)])
def test_gcj02_leaves_the_rest_of_the_world_alone(point):
    assert gcj02_from_wgs84(point) == point
    assert wgs84_from_gcj02(point) == point


def test_gcj02_agrees_with_published_values():
    # Tiananmen, the pair commonly printed with this transformation
    shifted = gcj02_from_wgs84(Point(39.908823, 116.397470))
    assert metres_between(shifted, Point(39.910227, 116.403714)) < 1.5


def test_convert_between_equal_datums_is_identity():
    point = Point(30.58, 114.3)
    assert convert(point, Datum.WGS84, Datum.WGS84) is point
    assert metres_between(convert(convert(point, Datum.WGS84, Datum.GCJ02), Datum.GCJ02, Datum.WGS84), point) < 0.5


def test_a_degree_of_latitude_is_as_long_as_it_should_be():
    assert metres_between(Point(30, 114), Point(31, 114)) == pytest.approx(6371008.8 * math.pi / 180)


@given(anywhere, anywhere, anywhere)
def test_distance_is_a_metric(a, b, c):
    assert metres_between(a, a) == 0
    assert metres_between(a, b) == pytest.approx(metres_between(b, a))
    assert metres_between(a, c) <= metres_between(a, b) + metres_between(b, c) + 1e-3


@given(in_china, st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_moved_goes_as_far_as_asked(point, north, east):
    assert metres_between(point, moved(point, north, east)) == pytest.approx(math.hypot(north, east), rel=5e-3, abs=0.01)


def test_parse_reads_numbers_and_text():
    assert parse_point(30.5, "114.25") == Point(30.5, 114.25)
    assert parse_pair("30.5，114.25") == parse_pair("30.5, 114.25") == parse_pair("30.5 114.25") == Point(30.5, 114.25)


def test_parse_converts_from_gcj02():
    told = gcj02_from_wgs84(Point(30.58, 114.3))
    assert metres_between(parse_point(told.lat, told.lon, Datum.GCJ02), Point(30.58, 114.3)) < 0.5


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        (None, 114, "coordinate_missing"),
        ("  ", 114, "coordinate_missing"),
        (True, 114, "coordinate_not_a_number"),
        ([30], 114, "coordinate_not_a_number"),
        ("north", 114, "coordinate_not_a_number"),
        ("nan", 114, "coordinate_not_a_number"),
        (30, float("inf"), "coordinate_not_a_number"),
        (10**400, 114, "coordinate_not_a_number"),
        (90.01, 114, "latitude_out_of_range"),
        (30, -180.5, "longitude_out_of_range"),
    ],
)
def test_parse_says_what_is_wrong(lat, lon, code):
    with pytest.raises(GeoError) as told:
        parse_point(lat, lon)
    assert told.value.code == code
    assert str(told.value).endswith(".")


@pytest.mark.parametrize("text", ["", "30.5", "1,2,3", "a b c"])
def test_parse_pair_wants_two_numbers(text):
    with pytest.raises(GeoError):
        parse_pair(text)
