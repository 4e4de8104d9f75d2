"""Large day plans in pieces: the same roster however many run at once, sound, and as good as the whole."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from matching import Limits, Point, Shift, Window, city, engine, solve, whole
from matching.board import build_board
from matching.check import check
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
