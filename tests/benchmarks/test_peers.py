"""What peers are told of a day is the day: same worth, same times, same refusals; and orders become plans in time."""

from dataclasses import replace
from itertools import pairwise

import pytest

from benchmarks.days import Day, DayVisit, DayWorker, Rates, Stay
from benchmarks.generator import make_day
from benchmarks.judge import judge
from benchmarks.ours import plan_of, problem_of
from benchmarks.peers import Budget, simple
from benchmarks.peers.expressed import express
from benchmarks.plans import Leg, halves_of, legs_of, timed
from matching import Limits, solve

HOUR = 3600
CLEAN = frozenset({"clean"})
PLACES = ((30.58, 114.30), (30.60, 114.30), (30.56, 114.30), (30.59, 114.31))
FIRST = DayVisit(1, 9 * HOUR, 10 * HOUR, 2 * HOUR, CLEAN, 10_000)
SECOND = replace(FIRST, place=2, earliest=12 * HOUR, latest=13 * HOUR)
WORKER = DayWorker(0, 8 * HOUR, 18 * HOUR, CLEAN, 5.0)
DAY = Day("tiny", 0, PLACES, (FIRST, SECOND), (WORKER,), grid=900, buffer=300)
NOON = ((12 * HOUR, 12 * HOUR + 1800),)


def of(**said):
    return replace(DAY, workers=(replace(WORKER, **said),))


def orders_of(day, plan):
    """The visits of a plan by leg."""
    return [
        [number for number, start in sorted(plan.routes[leg.worker], key=lambda stop: stop[1]) if leg.start <= start < leg.end]
        for leg in legs_of(day)
    ]


@pytest.mark.parametrize("flavour", ["core", "full"])
@pytest.mark.parametrize("seed", [5, 6, 7])
def test_a_plan_costs_a_peer_what_the_judge_says_it_is_worth(flavour, seed):
    day = make_day("XS", seed, flavour)
    plan = plan_of(day, solve(problem_of(day), Limits(effort=0.05), 0, "day"))
    told = express(day)
    worth = 0
    for leg, order in zip(told.legs, orders_of(day, plan), strict=True):
        stops = [leg.place, *(day.visits[visit].place for visit in order), leg.end_place]
        cost = told.cost(leg.worker)
        worth += sum(told.prize[visit] for visit in order)
        worth -= sum(cost[a, b] for a, b in pairwise(stops)) if order else 0
        assert all(told.able[leg.worker, visit] for visit in order)
    assert plan.served > 10
    assert worth == pytest.approx(judge(day, plan).objective, abs=plan.served)


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_times_told_lead_to_the_starts_of_the_plan(seed):
    day = make_day("XS", seed, "full")
    day = replace(day, workers=tuple(replace(worker, breaks=()) for worker in day.workers))
    plan = plan_of(day, solve(problem_of(day), Limits(effort=0.05), 0, "day"))
    told, again = express(day), timed(day, orders_of(day, plan))
    assert judge(day, again).faults == ()
    assert again.served == plan.served > 10
    begun = dict(stop for route in again.routes for stop in route)
    for leg, order in zip(told.legs, orders_of(day, plan), strict=True):
        lasting, free, place = told.lasting[day.workers[leg.worker].speed], leg.start, leg.place
        for number in order:
            visit = day.visits[number]
            start = max(visit.earliest, free + int(lasting[place, visit.place]))
            assert start == begun[number]
            free, place = start + visit.seconds, visit.place
        assert free + int(lasting[place, leg.end_place]) <= leg.end or not order


def test_whom_a_visit_refuses_and_who_lacks_a_skill_is_not_able():
    day = replace(DAY, visits=(replace(FIRST, blocked=frozenset({0})), replace(SECOND, declined=frozenset({1}))),
                  workers=(WORKER, WORKER, replace(WORKER, skills=frozenset({"cook"}))))  # fmt: skip
    assert express(day).able.tolist() == [[False, True], [True, False], [False, False]]


def test_what_a_worker_lacks_of_the_best_is_told():
    workers = (replace(WORKER, stars=5.0), replace(WORKER, stars=4.0))
    day = replace(DAY, workers=workers, rates=Rates(star=1000.0))
    told = express(day)
    assert told.lack.tolist() == [[0, 0], [1000, 1000]]
    assert told.prize.tolist() == [20_000, 20_000]
    assert told.usual.tolist() == [19_500, 19_500]
    assert told.alike(with_able=False) == [0, 1]
    assert told.as_fast() == [0, 0]


def test_a_commitment_makes_two_legs_and_a_break_two_halves():
    with_stay = of(committed=(Stay(12 * HOUR, 2 * HOUR, 3),))
    morning, afternoon = Leg(0, 0, 3, 8 * HOUR, 12 * HOUR, before=True), Leg(0, 3, 0, 14 * HOUR, 18 * HOUR, behind=True)
    assert legs_of(with_stay) == (morning, afternoon)
    assert halves_of(with_stay) == [(0, morning), (1, afternoon)]
    with_break = of(breaks=NOON)
    assert legs_of(with_break) == legs_of(DAY)
    assert halves_of(with_break) == [(0, Leg(0, 0, 0, 8 * HOUR, 12 * HOUR)), (0, Leg(0, 0, 0, 12 * HOUR + 1800, 18 * HOUR))]


@pytest.mark.parametrize(
    ("day", "starts"),
    [
        (DAY, {0: 9 * HOUR, 1: 12 * HOUR}),
        (of(breaks=NOON), {0: 9 * HOUR, 1: 12 * HOUR + 1800}),
        (of(breaks=((12 * HOUR, 13 * HOUR + 900),)), {0: 9 * HOUR}),
        (of(end=13 * HOUR), {0: 9 * HOUR}),
        (of(start=9 * HOUR), {0: 9 * HOUR + 900, 1: 12 * HOUR}),
    ],
)
def test_orders_are_begun_as_early_as_can_be_and_what_is_too_late_is_left_out(day, starts):
    plan = timed(day, [[0, 1]])
    assert dict(plan.routes[0]) == starts
    assert judge(day, plan).faults == ()


@pytest.mark.parametrize("who", [simple.nearest, simple.broadcast])
def test_those_who_search_nothing_keep_all_rules_of_a_full_day(who):
    day, told = make_day("S", 5, "full"), []
    who(day, simple.prepare(day), Budget(1.0, 0), told.append)
    plan = timed(day, told[0])
    assert judge(day, plan).faults == ()
    assert plan.served == sum(map(len, told[0])) > 60
