"""Travel times: the estimate and the road network."""

import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.cities import load_city
from geo.modes import PACES, Mode, Pace, degrees_of
from geo.points import Point, metres_between, moved
from geo.roadnet import ModeNetwork
from geo.roads import load_roads, roads_from_lines, save_roads
from geo.tiny import corner, tiny_roads
from geo.travel import HaversineTravel, RoadGraphTravel, haversine_matrix, path_metres

modes = st.sampled_from(list(Mode))
spots = st.builds(Point, st.floats(30.575, 30.610), st.floats(114.295, 114.335))


@pytest.fixture(scope="module")
def tiny():
    return load_city("tiny").travel


@pytest.fixture(scope="module")
def wuhan():
    return load_city("wuhan")


def one(travel, a, b, mode=Mode.EBIKE):
    return int(travel.seconds([a], [b], mode)[0, 0])


@given(st.lists(spots, min_size=1, max_size=4), st.lists(spots, min_size=1, max_size=4))
def test_the_table_of_distances_agrees_with_the_single_one(origins, destinations):
    table = haversine_matrix(origins, destinations)
    assert table.shape == (len(origins), len(destinations))
    assert table[0, -1] == pytest.approx(metres_between(origins[0], destinations[-1]), abs=1e-3)


def test_estimate_is_distance_times_detour_over_speed_plus_the_fixed_part():
    travel = HaversineTravel({Mode.WALK: Pace(detour=1.5, metres_per_second=1.5, fixed_seconds=30)})
    a = Point(30.58, 114.3)
    assert one(travel, a, moved(a, 1000, 0), Mode.WALK) in {1030, 1031}
    assert one(travel, a, a, Mode.WALK) == 0


def test_estimated_route_says_that_it_is_one():
    a = Point(30.58, 114.3)
    route = HaversineTravel().route(a, moved(a, 1000, 0), Mode.EBIKE)
    assert route.approximate
    assert route.metres == round(1000 * PACES[Mode.EBIKE].detour)
    assert route.points[0] == a


@settings(deadline=None)
@given(spots, spots, modes)
def test_road_times_are_symmetric_and_zero_only_at_home(a, b, mode):
    travel = load_city("tiny").travel
    there, back = one(travel, a, b, mode), one(travel, b, a, mode)
    assert abs(there - back) <= 1
    assert one(travel, a, a, mode) == 0
    assert there > 0 or metres_between(a, b) < 1


@settings(deadline=None)
@given(spots, spots, spots, modes)
def test_road_times_keep_the_triangle_up_to_a_short_hop(a, b, c, mode):
    travel = load_city("tiny").travel
    hop = 250 * PACES[Mode.WALK].detour / PACES[Mode.WALK].metres_per_second
    assert one(travel, a, c, mode) <= one(travel, a, b, mode) + one(travel, b, c, mode) + hop + 2


@settings(deadline=None)
@given(spots, spots)
def test_nobody_waits_for_a_bus_that_is_slower_than_walking(a, b):
    travel = load_city("tiny").travel
    assert one(travel, a, b, Mode.BUS) <= one(travel, a, b, Mode.WALK)


def test_time_on_the_grid_is_what_the_streets_say(tiny):
    a, b = corner(1, 1), corner(1, 3)  # two residential sides of 250 m
    seconds = 90 + 500 / (15 / 3.6)
    assert one(tiny, a, b) == pytest.approx(seconds, abs=2)
    walked = 500 / (4.5 / 3.6)
    assert one(tiny, a, b, Mode.WALK) == pytest.approx(walked, abs=2)


def test_a_place_off_the_street_pays_for_the_walk_to_it(tiny):
    a, b = corner(1, 1), corner(1, 5)
    inside = moved(b, 100, 100)
    leg = metres_between(b, inside) * 1.3 / 1.25
    assert one(tiny, a, inside) - one(tiny, a, b) == pytest.approx(leg, abs=2)


def test_snap_takes_the_nearest_junction():
    network = ModeNetwork(tiny_roads(), Mode.EBIKE, 8)
    node, leg = network.snap(degrees_of([moved(corner(3, 4), 20, -10), corner(0, 0)]))
    found = [Point(*map(float, network._roads.nodes[at])) for at in node]
    assert found == [corner(3, 4), corner(0, 0)]
    assert leg[1] == pytest.approx(0, abs=0.2)
    assert leg[0] == pytest.approx(metres_between(moved(corner(3, 4), 20, -10), corner(3, 4)) * 1.04, rel=0.01)


def test_snap_passes_by_roads_the_mode_may_not_use_and_islands():
    street = ("residential", (Point(30.0, 114.0), Point(30.0, 114.01), Point(30.0, 114.02)))
    side = ("residential", (Point(30.0, 114.02), Point(30.01, 114.02)))
    motorway = ("motorway", (Point(30.01, 114.02), Point(30.02, 114.02)))
    island = ("residential", (Point(30.05, 114.0), Point(30.05, 114.001)))
    roads = roads_from_lines([street, side, motorway, island])
    for mode, reachable in ((Mode.EBIKE, 3), (Mode.BUS, 4)):
        network = ModeNetwork(roads, mode, 8)
        assert len(network.reachable) == reachable
        node, _ = network.snap(degrees_of([Point(30.05, 114.0)]))
        assert int(node[0]) in network.reachable


def test_of_two_ways_between_the_same_corners_the_quicker_counts():
    a, b = Point(30.0, 114.0), Point(30.0, 114.02)
    round_about = ("residential", (a, Point(30.01, 114.01), b))
    roads = roads_from_lines([round_about, ("residential", (a, b)), ("pedestrian", (a, b))])
    route = RoadGraphTravel(roads).route(a, b, Mode.EBIKE)
    assert route.metres == pytest.approx(metres_between(a, b), rel=0.01)


def test_route_runs_from_door_to_door_along_the_streets(tiny):
    a, b = moved(corner(1, 1), 30, 30), moved(corner(6, 7), 20, 0)
    route = tiny.route(a, b, Mode.EBIKE)
    assert (route.points[0], route.points[-1]) == (a, b)
    assert not route.approximate
    assert route.metres == pytest.approx(11 * 250, rel=0.05)
    assert route.seconds == one(tiny, a, b)
    steps = [metres_between(p, q) for p, q in zip(route.points, route.points[1:], strict=False)]
    assert max(steps) < 260
    assert path_metres(route.points) == pytest.approx(sum(steps), abs=0.1)


def test_route_to_the_same_place_is_no_way(tiny):
    a = corner(2, 2)
    assert (tiny.route(a, a, Mode.WALK).metres, tiny.route(a, a, Mode.WALK).seconds) == (0, 0)


def test_empty_questions_have_empty_answers(tiny):
    a = corner(0, 0)
    assert tiny.seconds([], [a], Mode.EBIKE).shape == (0, 1)
    assert HaversineTravel().seconds([a], [], Mode.EBIKE).shape == (1, 0)


def test_few_remembered_trees_change_nothing_but_memory():
    corners = [corner(row, column) for row in range(0, 12, 3) for column in range(0, 12, 2)]
    small, large = RoadGraphTravel(tiny_roads(), remembered_trees=2), RoadGraphTravel(tiny_roads())
    for _ in range(2):
        assert (small.seconds(corners, corners, Mode.EBIKE) == large.seconds(corners, corners, Mode.EBIKE)).all()
    assert len(small._networks[Mode.EBIKE]._trees) == 2


def test_threads_ask_at_once_and_agree():
    travel = RoadGraphTravel(tiny_roads(), remembered_trees=4)
    corners = [corner(at, 11 - at) for at in range(12)]
    expected = HaversineTravel, RoadGraphTravel(tiny_roads()).seconds(corners, corners, Mode.EBIKE)
    answers: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: answers.append(travel.seconds(corners, corners, Mode.EBIKE))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert all((answer == expected[1]).all() for answer in answers)


def test_packed_roads_come_back_as_they_were(tmp_path):
    roads = tiny_roads()
    save_roads(roads, tmp_path / "roads.npz")
    again = load_roads(tmp_path / "roads.npz")
    assert (again.vertices == roads.vertices).all()
    assert (again.starts == roads.starts).all()
    assert (again.way_class == roads.way_class).all()
    assert len(again.nodes) == 144


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 150)), min_size=1, max_size=5), modes)
def test_real_roads_are_never_faster_than_flying(pairs, mode):
    city = load_city("wuhan")
    for a, b in pairs:
        start, end = city.compounds[a].point, city.compounds[b].point
        flight = metres_between(start, end) / (40 / 3.6)
        assert flight <= one(city.travel, start, end, mode) < 8 * 3600


def test_wuhan_answers_a_hundred_by_a_hundred_quickly(wuhan):
    points = [compound.point for compound in wuhan.compounds]
    travel = RoadGraphTravel(load_city("wuhan").roads)
    travel.seconds(points[:1], points[:1], Mode.EBIKE)  # reads scipy and the network
    begin = time.perf_counter()
    table = travel.seconds(points[:100], points[50:150], Mode.EBIKE)
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    travel.seconds(points[:100], points[50:150], Mode.EBIKE)
    again = time.perf_counter() - begin
    assert table.shape == (100, 100)
    assert first < 3  # 0.3 s on two quiet cores; wide margin for a busy machine
    assert again < 0.3


def test_crossing_the_river_costs_the_way_to_the_bridge(wuhan):
    """Two places close in the air, with the Yangtze between them."""
    hankou = min(wuhan.compounds_of("tingchao"), key=lambda c: -c.point.lon).point
    wuchang = min(wuhan.compounds_of("mohuwan"), key=lambda c: c.point.lon).point
    route = wuhan.travel.route(hankou, wuchang, Mode.EBIKE)
    assert route.metres > 1.25 * metres_between(hankou, wuchang)
