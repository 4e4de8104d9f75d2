"""Those who are near answer as the whole would; nobody is overlooked because all the near ones are busy."""

from dataclasses import replace

import pytest

from matching import Limits, ProblemError, nearby, solve
from matching.nearby import Nearby
from matching.prices import cost_of
from matching.roster import PriceMap
from matching.slots import SlotFinder
from tests.matching.instances import make_problem, make_visit, make_worker, small_problem
from tests.matching.test_shards import town


@pytest.mark.parametrize("seed", range(10))
def test_a_ring_around_everybody_answers_like_the_finder(seed):
    problem = small_problem(seed, 4, 4, 2)
    near, all_of_them = Nearby(problem), SlotFinder(problem)
    for visit in problem.visits:
        assert near.best_workers(visit) == all_of_them.best_workers(visit)
        assert near.slots(visit) == all_of_them.slots(visit)


def test_the_ring_widens_until_somebody_can(monkeypatch):
    monkeypatch.setattr(nearby, "RINGS", (2, 4))
    workers = [make_worker(f"W-{n}", 1) for n in range(6)]
    workers.append(make_worker("W-far", 4, skills=frozenset({"cook"})))
    visit = make_visit(skills=frozenset({"cook"}))
    found = Nearby(make_problem([visit], workers)).best_workers(visit)
    assert [each.worker for each in found] == ["W-far"]
    assert Nearby(make_problem([visit], workers[:-1])).best_workers(visit) == ()


def test_the_nearest_are_asked_first(monkeypatch):
    monkeypatch.setattr(nearby, "RINGS", (1,))
    workers = [make_worker("W-near", 1, stars=4.0), make_worker("W-far", 4, stars=5.0)]
    problem = make_problem([make_visit()], workers)
    assert [each.worker for each in Nearby(problem).best_workers(problem.visits[0])] == ["W-near"]


def test_dear_time_lowers_a_value_and_is_told():
    problem = make_problem([make_visit()])
    prices = PriceMap(0.02, 0.5, ())
    cheap, dear = Nearby(problem), Nearby(problem, prices)
    one, other = (finder.best_workers(problem.visits[0])[0] for finder in (cheap, dear))
    assert one.value - other.value == 0.5 * 120 * 60_000
    assert "opportunity" in {term.name for term in other.terms}
    assert SlotFinder(problem, cost_of(prices, SlotFinder(problem).fleet)).best_workers(problem.visits[0])[0] == other


def test_a_day_plan_tells_what_time_is_worth():
    problem = town()
    roster = solve(problem, Limits(effort=0.05), mode="day")
    assert roster.prices is not None
    assert all(cell.minutes >= 0 for cell in roster.prices.cells)
    assert solve(replace(problem, visits=()), mode="day").prices is None


def test_without_points_nobody_is_near():
    problem = make_problem()
    table = {"ebike": [[0] * 5] * 5}
    from matching import Matrix

    with pytest.raises(ProblemError, match="needs points"):
        Nearby(replace(problem, places=(), travel=Matrix(table)))
