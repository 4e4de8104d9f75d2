"""G10: a week of days; who earned less than others for the time offered is preferred on the next day."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from benchmarks.children import Share, call
from benchmarks.days import Day, Plan
from benchmarks.goals import Bench, Finding
from benchmarks.instances import make_week
from benchmarks.judge import gini, judge
from benchmarks.ours import plan_of, problem_of
from benchmarks.peers import Budget, simple
from benchmarks.plans import timed
from benchmarks.runs import warm_up
from matching import Limits, solve, within

DAYS = 6
SIZE = (50, 150)
EACH = 3.0  # seconds a day
WEIGHT = 0.35 * 75  # minutes of way for a whole gap: the product's own


@dataclass(frozen=True, slots=True)
class Week:
    """How a week went under one rule: Gini of income per available hour, and what it was worth."""

    gini: float
    worth: float


def fair_weeks(bench: Bench) -> Finding:
    """G10: with the fairness term, without it, and sending the nearest worker."""
    below, lost = [], []
    seeds = bench.middle[:1] if bench.quick else bench.middle
    wanted = "week: Gini ≥ .02 below nearest worker at ≤ .5 % of value"
    for seed in seeds:
        answer = call(week_work, seed, 2 * DAYS * (EACH + 4))
        if not answer.things:
            return Finding("G10", wanted, False, f"no answer ({answer.trouble.splitlines()[0]})")
        fair, plain, nearest = answer.things[-1][1]
        bench.say(f"    week {seed}: Gini fair {fair.gini:.3f}, plain {plain.gini:.3f}, nearest {nearest.gini:.3f}")
        below.append(nearest.gini - fair.gini)
        lost.append(1 - fair.worth / plain.worth)
    return Finding("G10", wanted, median(below) >= 0.02 and median(lost) <= 0.005,
                   f"Gini {median(below):.3f} below, {median(lost):.2%} of value lost, {len(below)} weeks")  # fmt: skip


def week_work(seed: int, share: Share, ready: Callable[[], None]) -> None:
    """In the child: the same week under three rules."""
    week = make_week(*SIZE, DAYS, seed)
    warm_up(0)
    ready()
    share((_live(week, _ours(WEIGHT)), _live(week, _ours(0.0)), _live(week, _nearest)))


def _live(week: list[Day], plan: Callable[[Day, list[float]], Plan]) -> Week:
    """Day after day; the gap of a worker is how far the income per hour so far lies below what all have, −1 to 1."""
    many = len(week[0].workers)
    earned, offered, worth = [0.0] * many, [0.0] * many, 0.0
    for day in week:
        usual = sum(earned) / max(1.0, sum(offered))
        rates = [money / hours if hours else usual for money, hours in zip(earned, offered, strict=True)]
        gaps = [max(-1.0, min(1.0, (usual - rate) / usual)) if usual else 0.0 for rate in rates]
        made = plan(day, gaps)
        verdict = judge(day, made)
        if verdict.faults:
            raise ValueError(verdict.faults[0])
        worth += verdict.objective
        for row, route in enumerate(made.routes):
            earned[row] += sum(day.visits[visit].fen for visit, _ in route)
            offered[row] += (day.workers[row].end - day.workers[row].start) / 3600
    return Week(gini([money / hours for money, hours in zip(earned, offered, strict=True)]), worth)


def _ours(weight: float) -> Callable[[Day, list[float]], Plan]:
    def plan(day: Day, gaps: list[float]) -> Plan:
        people = tuple(replace(worker, fairness_gap=gap) for worker, gap in zip(day.workers, gaps, strict=True))
        fair = replace(day, workers=people, rates=replace(day.rates, fairness=weight * 60))
        problem = problem_of(fair)
        limits = Limits(stop=within(problem, EACH, time.perf_counter))
        return plan_of(day, solve(problem, limits, 0, "day"))

    return plan


def _nearest(day: Day, gaps: list[float]) -> Plan:
    del gaps
    orders: list[list[int]] = []
    simple.nearest(day, simple.prepare(day), Budget(1.0, 0), lambda found: orders.extend(map(list, found)))
    return timed(day, orders)
