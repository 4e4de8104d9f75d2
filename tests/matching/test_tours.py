"""Days of many short visits: nobody's route is cut short, and the search does what columns cannot."""

from dataclasses import replace

import numpy as np
import pytest

from matching import Haversine, Limits, Point, Problem, Weights, compiled, solve
from matching.board import build_board
from matching.check import check
from matching.grounds import Grounds
from matching.limits import hour_rows
from matching.pricing import price
from matching.quick import MOST_STOPS, longest_of, make_sheet
from matching.searching import Search
from matching.workshop import TOURS, USUAL, Workshop, is_touring
from tests.matching.instances import EPOCH, NORTH, make_visit, make_worker, window

# Only money and ways count.
PLAIN = Weights(idle=0.0, star=0.0, yuan=2.5, unfilled_rescue=0.0, unfilled_recurring=0.0, unfilled_one_off=0.0)


@pytest.fixture(autouse=True, scope="module")
def warm():
    compiled.warm()


def short_visits(many, workers=1, minutes=15, seed=0, value=10_000):
    """Visits of a quarter of an hour all over a small town, at any time of the day; everybody starts in its middle."""
    random = np.random.default_rng(seed)
    east, north = random.uniform(-3, 3, (2, many)) * NORTH
    places = (Point(30.5, 114.3), *(Point(30.5 + y, 114.3 + x) for x, y in zip(east, north, strict=True)))
    visits = tuple(make_visit(f"V-{n}", n + 1, (window(8, 18),), minutes, value=value) for n in range(many))
    people = tuple(make_worker(f"W-{n}", 0) for n in range(workers))
    return Problem(EPOCH, places, visits, people, Haversine(60, 1.3), PLAIN, grid_seconds=60)


def test_a_route_has_as_many_stops_as_there_is_time_for():
    problem = short_visits(20)
    roster = solve(problem, Limits(effort=0.02), mode="day")
    assert check(problem, roster) == []
    assert [len(route.stops) for route in roster.routes] == [20]
    assert roster.objective <= roster.bound


def test_searches_look_one_deeper_than_time_allows():
    board = build_board(short_visits(80, minutes=60))
    assert longest_of(make_sheet(board, board.fleet.times)) == 10 + 1
    board = build_board(short_visits(3, minutes=1))
    assert longest_of(make_sheet(board, board.fleet.times)) == 3 + 1


def test_a_route_may_be_longer_than_any_column():
    problem = short_visits(MOST_STOPS + 12, minutes=1)
    roster = solve(problem, Limits(effort=0.01), mode="day")
    assert check(problem, roster) == []
    assert [len(route.stops) for route in roster.routes] == [MOST_STOPS + 12]
    again = solve(problem, Limits(effort=0.01), mode="day", start=roster)
    assert again.moved == ()
    assert roster.objective <= min(roster.bound, again.bound)


@pytest.mark.parametrize("seed", range(3))
def test_many_short_visits_are_sorted_into_better_tours(seed):
    problem = short_visits(60, 3, seed=seed)
    first, later = (solve(problem, Limits(effort=effort), seed, "day") for effort in (0, 0.03))
    assert check(problem, later) == []
    assert later.objective <= later.bound
    ways = [sum(route.travel for route in roster.routes) for roster in (first, later)]
    assert len(first.choices) == len(later.choices) == 60
    assert ways[1] < 0.95 * ways[0]


def test_the_same_effort_and_seed_give_the_same_tours():
    problem = short_visits(40, 2)
    one, other = (solve(problem, Limits(effort=0.02), 5, "day") for _ in range(2))
    assert one.routes == other.routes


def test_a_stop_ends_the_tours_between_spells():
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 3

    problem = short_visits(40, 2)
    roster = solve(problem, Limits(effort=5.0, stop=stop), 5, "day")
    assert roster.stopped
    assert check(problem, roster) == []
    assert len(roster.choices) == 40


@pytest.mark.parametrize(("heat", "gained"), [(USUAL, False), (TOURS, True)])
def test_a_far_cluster_is_served_although_no_visit_pays_the_way_alone(heat, gained):
    problem = short_visits(12, value=1000)
    far = tuple(Point(place.lat + 15 * NORTH, place.lon) for place in problem.places[1:])
    problem = replace(problem, places=(problem.places[0], *far))
    board = build_board(problem)
    bench = Workshop(board, hour_rows(board)).bench(1).insert(list(range(12)))
    assert bench.value == 0
    assert (bench.anneal(300, heat).value > 0) == gained


def test_routes_are_tours_from_five_stops_on():
    few, many = short_visits(4, minutes=90), short_visits(5, minutes=90)
    for problem, touring in ((few, False), (many, True)):
        board = build_board(problem)
        bench = Workshop(board, hour_rows(board)).bench(1).insert(list(range(len(problem.visits))))
        assert is_touring(board, bench.columns()) == touring


def test_a_stop_ends_pricing_in_the_middle_of_an_opening():
    board = build_board(short_visits(60))
    prices = (board.hope * 0.5, np.zeros(board.openings))
    search = Search(np.zeros(board.openings), beam=10**9, keep=12, slots=120)
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 3

    found = price(Grounds(board, stop), prices, search)
    assert len(asked) > 3
    assert not found.exact
    assert (found.upper >= board.hope.sum()).all()


@pytest.mark.parametrize(("minutes", "touring"), [(60, False), (30, True)])
def test_where_there_is_time_for_many_more_stops_it_is_tours_too(minutes, touring):
    assert is_touring(build_board(short_visits(2, minutes=minutes)), []) == touring
