"""A problem that makes no sense is refused in a sentence."""

import numpy as np
import pytest

from matching import (
    Acceptance,
    Commitment,
    Haversine,
    Limits,
    Matrix,
    PairTerm,
    Point,
    Problem,
    ProblemError,
    Promise,
    Shift,
    Visit,
    Weights,
    Window,
    solve,
)
from tests.matching.instances import PLACES, at, make_problem, make_visit, make_worker, window

NONSENSE = {
    "holds no start": lambda: Window(20, 10),
    "not on the globe": lambda: Point(91, 0),
    "no time in it": lambda: Shift(10, 10),
    "back after": lambda: Shift(10, 20, 5, 15),
    "overlap": lambda: make_worker(shifts=(Shift(0, 20), Shift(10, 30))),
    "no time window": lambda: Visit("V", 0, (), 60),
    "crew of 2": lambda: make_visit(crew=2),
    "unknown tier": lambda: make_visit(tier="platinum"),
    "between 1 and 5 stars": lambda: make_worker(stars=6),
    "probability 0 to 1": lambda: make_worker(p_accept=1.5),
    "Two visits have the code V-1": lambda: make_problem([make_visit(), make_visit()]),
    "Two workers have the code W-1": lambda: make_problem(workers=[make_worker(), make_worker()]),
    "there are 5 places": lambda: make_problem([make_visit(place=9)]),
    "uses place 7": lambda: make_problem(workers=[make_worker(committed=(Commitment(at(9), 60, 7, "C"),))]),
    "no allowed start on the grid": lambda: make_problem([make_visit(windows=(Window(901, 1799),))]),
    "one exact start": lambda: Promise("W-1", window(9, 10), pinned=True),
    "pinned to a worker who is not": lambda: make_problem([make_visit(promise=Promise("X", window(9), pinned=True))]),
    "no travel table": lambda: make_problem(travel=Matrix({"walk": np.zeros((5, 5))})),
    "must be square": lambda: Matrix({"walk": [[1, 2]]}),
    "between 0 seconds and ten days": lambda: Matrix({"walk": [[-1]]}),
    "between 0 seconds and a day fixed": lambda: Haversine(-1),
    "same size": lambda: Matrix({"a": [[0]], "b": [[0, 1], [1, 0]]}),
    "outside the travel table": lambda: Matrix({"a": [[0]]}, cells=(0, 1)),
    "not an ISO instant": lambda: Problem("yesterday", PLACES, (), ()),
    "not both in the problem": lambda: make_problem(pair_terms=(PairTerm("W-9", "V-1", "x", 1.0),)),
    "between the years 1900 and 9000": lambda: Problem("9999-12-31T00:00:00+00:00", PLACES, (), ()),
    "day starts at an impossible instant": lambda: make_problem(day_starts=(-(10**400), 0)),
    "hold whole seconds": lambda: Matrix({"walk": [[0, 420.9], [1, 0]]}),
    "square and hold whole": lambda: Matrix({"walk": [["0"]]}),
    "coefficient per_km must be": lambda: Acceptance(per_km=float("nan")),
    "coefficient evening must be": lambda: Acceptance(evening=-1e300),
    "must be between 0": lambda: Weights(travel=float("nan")),
    "Effort must": lambda: Limits(effort=-1),
    "no mode dance": lambda: solve(make_problem(), mode="dance"),
}


@pytest.mark.parametrize("part", sorted(NONSENSE))
def test_nonsense_is_refused_in_a_sentence(part):
    with pytest.raises(ProblemError) as refused:
        NONSENSE[part]()
    sentence = str(refused.value)
    assert part in sentence
    assert sentence.endswith(".")


def test_what_makes_sense_is_taken():
    problem = make_problem(pair_terms=(PairTerm("W-1", "V-1", "x", 1.0),))
    assert problem.size == 5
    assert problem.workers[0].end_place == 0


def test_days_follow_local_midnights():
    autumn = make_problem(day_starts=(0, 25 * 3600))
    assert [autumn.day_of(second) for second in (0, 24 * 3600, 25 * 3600)] == [0, 0, 1]
    assert make_problem().day_of(24 * 3600) == 1


def test_weeks_begin_on_monday():
    problem = make_problem(first_weekday=5)
    assert [problem.week_of(day) for day in (0, 1, 2, 8, 9)] == [0, 0, 1, 1, 2]


def test_travel_tables_cannot_be_changed_afterwards():
    travel = Matrix({"ebike": np.zeros((2, 2))})
    with pytest.raises(ValueError):
        travel.tables["ebike"][0, 0] = 5
    assert travel == Matrix({"ebike": [[0, 0], [0, 0]]})
