"""Large day plans in pieces: the same roster however many run at once, sound, and as good as the whole."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from matching import Commitment, Limits, Matrix, Point, Shift, Window, city, engine, solve, whole
from matching.board import build_board
from matching.check import check
from matching.fleet import build_fleet
from matching.jsonio import roster_to_json
from matching.shards import Task, cut, part_of, solve_part
from tests.matching.instances import HOUR, at, make_problem, make_visit, make_worker, small_problem


def town(workers=16, visits=40):
    """A town of random places, where every worker can do about two visits of the day."""
    random = np.random.default_rng(5)
    spread = random.normal(0, 0.03, (workers + visits, 2))
    places = tuple(Point(30.5 + float(dy), 114.3 + float(dx)) for dy, dx in spread)
    people = [make_worker(f"W-{n:02}", n, (Shift(at(8), at(14)),), stars=4 + n % 9 / 10) for n in range(workers)]
    wishes = []
    for n in range(visits):
        first = at(8) + int(random.integers(0, 8)) * HOUR // 2
        wishes.append(make_visit(f"V-{n:02}", workers + n, (Window(first, first + HOUR),), 120))
    return replace(make_problem([], []), places=places, visits=tuple(wishes), workers=tuple(people))


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(city, "SIZE", 6)
    monkeypatch.setattr(city, "PLAIN_SIZE", 6)
    monkeypatch.setattr(engine, "WHOLE", 10)
    monkeypatch.setattr(engine, "PLAIN_WHOLE", 10)


def test_pieces_hold_every_point_once_and_are_small():
    points = np.random.default_rng(1).normal(size=(500, 2))
    pieces = cut(points, 60, 0.4)
    assert sorted(np.concatenate(pieces).tolist()) == list(range(500))
    assert max(len(piece) for piece in pieces) <= 60


def test_a_large_day_in_pieces_is_sound_and_near_its_bound(small_pieces):
    problem = town()
    roster = solve(problem, Limits(effort=0.05), mode="day")
    assert check(problem, roster) == []
    assert roster.engine == "pieces"
    assert roster.gap < 0.25  # pieces of six workers are nearly all border


def test_a_city_that_no_board_can_hold_is_sound_and_bounded_too(small_pieces, monkeypatch):
    problem, limits = town(), Limits(effort=1.0)
    together = solve(problem, limits, mode="day")
    monkeypatch.setattr(whole, "MOST_PAIRS", 1)
    monkeypatch.setattr(whole, "PLAIN_PAIRS", 1)
    apart = solve(problem, limits, mode="day")
    assert check(problem, apart) == []
    assert not apart.fallback
    assert together.objective <= apart.bound < apart.objective * 2
    with ThreadPoolExecutor(2) as threads:
        assert roster_to_json(solve(problem, replace(limits, executor=threads), mode="day")) == roster_to_json(apart)


def test_with_much_effort_a_large_city_goes_on_after_its_bound(small_pieces, monkeypatch):
    monkeypatch.setattr(whole, "MOST_PAIRS", 1)
    monkeypatch.setattr(whole, "PLAIN_PAIRS", 1)
    problem, told = town(), []
    little = solve(problem, Limits(effort=1.0), mode="day")
    monkeypatch.setattr(city, "MUCH", 1.0)
    much = solve(problem, Limits(effort=1.0), mode="day", on_progress=lambda now: told.append(now.phase))
    assert check(problem, much) == []
    assert much.bound == little.bound
    assert little.objective <= much.objective <= much.bound
    assert told.index("bound") < len(told) - 1 - told[::-1].index("shards")


def test_a_plan_of_everything_is_there_after_the_first_pass(small_pieces):
    problem, asked = town(), []

    def enough():
        asked.append(1)
        return len(asked) > 5

    roster = solve(problem, Limits(effort=1.0, stop=enough), mode="day")
    assert check(problem, roster) == []
    assert roster.stopped
    assert roster.choices


def test_the_roster_does_not_depend_on_how_many_run_at_once(small_pieces):
    problem, limits = town(), Limits(effort=0.02)
    alone = roster_to_json(solve(problem, limits, mode="day"))
    with ThreadPoolExecutor(2) as threads:
        assert roster_to_json(solve(problem, replace(limits, executor=threads), mode="day")) == alone


def test_a_piece_can_go_to_another_process():
    problem = small_problem(3, 3, 5)
    task = Task(problem, (), (), (), 1, 1e9, 1)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        assert processes.submit(solve_part, task).result() == solve_part(task)


def test_a_part_is_a_problem_of_its_own():
    problem = town()
    part = part_of(problem, {1, 3}, {0, 2, 4})
    assert [worker.code for worker in part.workers] == ["W-01", "W-03"]
    assert [visit.code for visit in part.visits] == ["V-00", "V-02", "V-04"]
    assert build_board(part).openings == 2


def test_a_part_has_no_places_it_does_not_need_and_the_same_ways():
    problem = town()
    part = part_of(problem, {1, 3}, {0, 2, 4})
    assert len(part.places) == 5 < len(problem.places)
    assert_same_ways(part, problem)


@pytest.mark.parametrize("by_cell", [False, True])
def test_a_part_that_travels_by_table_takes_its_own_rows_along(by_cell):
    plain = town()
    many, rng = len(plain.places), np.random.default_rng(5)
    cells = tuple(int(cell) for cell in rng.permutation(many) // 2) if by_cell else ()
    table = rng.integers(60, 3000, (many, many))
    problem = replace(plain, travel=Matrix({worker.mode: table for worker in plain.workers}, cells))
    part = part_of(problem, {1, 3}, {0, 2, 4})
    assert part.travel.size < problem.travel.size
    assert_same_ways(part, problem)


def test_a_part_knows_where_its_workers_end_and_what_they_are_committed_to():
    plain = town()
    there = Commitment(at(9), 60, plain.visits[5].place, "C")
    worker = replace(plain.workers[1], end=plain.workers[0].start, committed=(there,))
    problem = replace(plain, workers=(plain.workers[0], worker, *plain.workers[2:]))
    part = part_of(problem, {1}, {0})
    assert [part.places[place] for place in part.workers[0].places] == [problem.places[place] for place in worker.places]
    assert replace(worker, end=None).renumbered({place: place for place in worker.places}).end is None


def assert_same_ways(part, whole):
    """Everybody in the part needs as long for every way as in the whole."""

    def ways(problem, worker, codes):
        fleet = build_fleet(problem)
        row = next(number for number, each in enumerate(problem.workers) if each.code == worker)
        stops = [*problem.workers[row].places, *(visit.place for visit in problem.visits if visit.code in codes)]
        return [int(fleet.times.seconds(np.array([row]), np.array([a]), np.array([b]))[0]) for a in stops for b in stops]

    codes = {visit.code for visit in part.visits}
    for worker in part.workers:
        assert ways(part, worker.code, codes) == ways(whole, worker.code, codes)
