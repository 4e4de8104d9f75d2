"""The judge finds every fault, the generator repeats itself, and both agree with what the matcher says of itself."""

from dataclasses import replace

import pytest

from benchmarks.days import Day, DayVisit, DayWorker, Plan, Stay
from benchmarks.generator import SIZES, make_day
from benchmarks.judge import gini, judge
from benchmarks.ours import plan_of, problem_of
from benchmarks.peers import Budget, simple
from benchmarks.peers.listing import optimum
from benchmarks.plans import timed
from benchmarks.public.readers import read_vrplib
from benchmarks.public.translate import cost_of
from matching import Limits, solve
from matching.check import check

CLEAN = frozenset({"clean"})
HOUR = 3600
PLACES = ((30.58, 114.30), (30.60, 114.30), (30.56, 114.30))
VISIT = DayVisit(1, 9 * HOUR, 10 * HOUR, 2 * HOUR, CLEAN, 10_000)
WORKER = DayWorker(0, 8 * HOUR, 16 * HOUR, CLEAN, 5.0)
DAY = Day("tiny", 0, PLACES, (VISIT, replace(VISIT, place=2, earliest=12 * HOUR, latest=13 * HOUR)), (WORKER,))
GOOD = Plan((((0, 9 * HOUR), (1, 12 * HOUR)),))
WAYS = (699, 1277, 699)  # 120 + 1.3 × 2,224 m ÷ 5 m/s, rounded up; twice as far between the two


def test_a_good_plan_is_worth_its_prices_less_its_ways():
    verdict = judge(DAY, GOOD)
    assert verdict.faults == ()
    assert verdict.travel == sum(WAYS)
    assert verdict.objective == 2 * 100 * 150 - sum(WAYS)


@pytest.mark.parametrize(
    ("day", "plan", "fault"),
    [
        (DAY, Plan((((0, 9 * HOUR), (0, 12 * HOUR)),)), "served twice"),
        (DAY, Plan((((0, 11 * HOUR),),)), "outside the window"),
        (DAY, Plan((((1, 12 * HOUR), (0, 9 * HOUR)),)), ""),
        (replace(DAY, visits=(VISIT, replace(VISIT, place=2))), Plan((((0, 9 * HOUR), (1, 10 * HOUR)),)), "cannot be"),
        (replace(DAY, workers=(replace(WORKER, end=14 * HOUR),)), GOOD, "not home"),
        (replace(DAY, workers=(replace(WORKER, skills=frozenset({"cook"})),)), GOOD, "skill"),
        (replace(DAY, workers=(replace(WORKER, breaks=((10 * HOUR, 11 * HOUR),)),)), GOOD, "break"),
        (replace(DAY, workers=(replace(WORKER, committed=(Stay(10 * HOUR, HOUR, 2),)),)), GOOD, "cannot be"),
        (replace(DAY, visits=(replace(VISIT, blocked=frozenset({0})), VISIT)), Plan((((0, 9 * HOUR),),)), "together"),
        (replace(DAY, grid=7200), Plan((((0, 9 * HOUR),),)), "grid"),
    ],
)
def test_every_fault_is_found(day, plan, fault):
    found = judge(day, plan).faults
    assert any(fault in each for each in found) if fault else found == ()


def test_gini_is_nothing_for_alike_and_high_for_one():
    assert gini([5.0, 5.0, 5.0]) == pytest.approx(0)
    assert gini([0.0, 0.0, 9.0]) == pytest.approx(2 / 3)


@pytest.mark.parametrize("flavour", ["core", "full"])
def test_a_day_repeats_itself_and_the_matcher_and_the_judge_agree_on_it(flavour):
    day = make_day("XS", 5, flavour)
    assert day == make_day("XS", 5, flavour)
    assert (len(day.workers), len(day.visits)) == SIZES["XS"]
    roster = solve(problem_of(day), Limits(effort=0.05), 0, "day")
    verdict = judge(day, plan_of(day, roster))
    assert verdict.faults == ()
    assert check(problem_of(day), roster) == []
    assert verdict.objective == pytest.approx(roster.objective / 1000, abs=5)
    assert judge(day, plan_of(day, roster)).served == len(roster.choices)


def test_the_listed_optimum_lies_between_objective_and_bound():
    day = make_day("XS", 7)
    best = optimum(day)
    roster = solve(problem_of(day), Limits(effort=0.05), 0, "day")
    assert judge(day, plan_of(day, roster)).objective <= best + 1
    assert roster.bound / 1000 >= best - 1


def test_nearest_worker_and_broadcast_make_allowed_plans_below_the_bound():
    day = make_day("XS", 6)
    bound = solve(problem_of(day), Limits(effort=0.05), 0, "day").bound / 1000
    for peer in (simple.nearest, simple.broadcast):
        orders: list[list[int]] = []
        peer(day, simple.prepare(day), Budget(1.0, 3), lambda found, into=orders: into.extend(map(list, found)))
        verdict = judge(day, timed(day, orders))
        assert verdict.faults == ()
        assert 0 < verdict.objective <= bound


def test_a_vrplib_file_is_read_as_its_solution_costs(tmp_path):
    path = tmp_path / "PCVRPTW" / "tiny.vrp"
    path.parent.mkdir()
    path.write_text(
        "NAME : tiny\nTYPE : PCVRPTW\nDIMENSION : 3\nVEHICLES : 2\nCAPACITY : 5\nSERVICE_TIME : 10\n"
        "EDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 3 4\n3 1 1\nDEMAND_SECTION\n1 0\n2 4\n3 4\n"
        "TIME_WINDOW_SECTION\n1 0 100\n2 0 50\n3 0 50\nPRIZE_SECTION\n1 0\n2 30\n3 2\nDEPOT_SECTION\n1\n-1\nEOF\n",
    )
    path.with_suffix(".sol").write_text("Route #1: 1\nCost: 120\n")
    instance = read_vrplib(path)
    cost = cost_of(instance, [[0], []])
    assert (cost.way, cost.lost, cost.missed, cost.broken) == (10.0, 2.0, 0, ())
    assert instance.best == cost.total
    assert "capacity" in cost_of(instance, [[0, 1], []]).broken[0]
