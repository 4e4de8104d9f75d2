"""One contestant on one day: run in a child, judged by the judge, kept for every goal that asks for the same run."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.children import Answer, Share, call
from benchmarks.days import Day, Plan
from benchmarks.generator import make_day, make_day_of
from benchmarks.judge import Verdict, judge
from benchmarks.ours import plan_of, problem_of, seconds_of
from benchmarks.peers import TWICE, Budget, door
from benchmarks.plans import timed
from matching import Limits, Progress, Roster, solve, within
from matching.compiled import warm

OURS = "hourhand"
CORES = 2
LATE = 1.1  # times the seconds allowed: later plans do not count, whosever they are
EFFORT_PER_SECOND = 0.1  # effort 1 is meant for some ten seconds; what is allowed by the clock is never less


@dataclass(frozen=True, slots=True)
class Run:
    """What became of one contestant on one day; `trail` are (second, worth) of ever better plans, `bound` is ours.

    `memory`: the most bytes that each of its processes ever had, added up.
    """

    name: str
    day: str
    allowed: float
    seconds: float
    verdict: Verdict
    trail: tuple[tuple[float, float], ...]
    bound: float | None = None
    roster: Roster | None = None
    trouble: str = ""
    load: float = 0.0
    memory: int = 0

    @property
    def objective(self) -> float:
        """What the judge says it is worth; a plan that is not allowed is worth nothing."""
        return 0.0 if self.verdict.faults else self.verdict.objective

    @property
    def first(self) -> float | None:
        """When the first plan was there."""
        return self.trail[0][0] if self.trail else None

    def when(self, worth: float) -> float | None:
        """When a plan worth so much was there."""
        return next((second for second, each in self.trail if each >= worth), None)

    def at(self, second: float) -> float:
        """What the best plan at this second was worth."""
        return max((each for stamp, each in self.trail if stamp <= second), default=0.0)


@dataclass(frozen=True, slots=True)
class Task:
    """A day and what may be spent on it."""

    name: str
    day: Day
    budget: Budget


class Runs:
    """All runs of one measurement, by contestant, size, seed and seconds."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.done: dict[tuple[str, str, int, float, str], Run] = {}
        self.say = say

    def get(self, name: str, size: str, seed: int, seconds: float, flavour: str = "core") -> Run:
        """The run, made now if it is new."""
        key = (name, size, seed, seconds, flavour)
        if key not in self.done:
            self.done[key] = run = run_one(name, make_day(size, seed, flavour), Budget(seconds, seed, CORES))
            trouble = f"  [{run.trouble.splitlines()[0]}]" if run.trouble else ""
            faults = f"  NOT ALLOWED: {run.verdict.faults[0]}" if run.verdict.faults else ""
            self.say(
                f"    {name:9} {run.day:14} {seconds:5.0f} s: {run.objective / 1000:10,.1f} ks, "
                f"{run.verdict.served} served, {run.seconds:.1f} s{trouble}{faults}"
            )
        return self.done[key]


def run_one(name: str, day: Day, budget: Budget) -> Run:
    """Run a contestant in a child of its own and judge what it gives."""
    load = os.getloadavg()[0]
    if name == OURS:
        return _our_run(day, budget, call(our_work, Task(name, day, budget), budget.seconds), load)
    seeds = range(budget.seed, budget.seed + (budget.cores if name in TWICE else 1))
    tasks = [Task(name, day, replace(budget, seed=seed)) for seed in seeds]
    with ThreadPoolExecutor(len(tasks)) as side_by_side:
        answers = list(side_by_side.map(lambda task: call(peer_work, task, budget.seconds), tasks))
    things = sorted((thing for answer in answers for thing in answer.things), key=lambda thing: thing[0])
    trouble = next((answer.trouble for answer in answers if answer.trouble), "")
    memory = sum(answer.memory for answer in answers)
    answer = Answer(tuple(things), max(answer.seconds for answer in answers), trouble, memory)
    return _peer_run(name, day, budget, answer, load)


def _peer_run(name: str, day: Day, budget: Budget, answer: Answer, load: float) -> Run:
    trail: list[tuple[float, float]] = []
    best = judge(day, Plan(tuple(() for _ in day.workers)))
    for second, orders in answer.things:
        if second > LATE * budget.seconds:
            break
        verdict = judge(day, timed(day, orders))
        if verdict.faults or verdict.objective > best.objective:
            best = verdict
            trail.append((second, 0.0 if verdict.faults else verdict.objective))
    return Run(name, day.name, budget.seconds, answer.seconds, best, tuple(trail),
               trouble=answer.trouble, load=load, memory=answer.memory)  # fmt: skip


def _our_run(day: Day, budget: Budget, answer: Answer, load: float) -> Run:
    told = [(second, thing) for second, thing in answer.things if isinstance(thing, Progress)]
    rosters = [(second, thing) for second, thing in answer.things if isinstance(thing, Roster)]
    roster = rosters[-1][1] if rosters else None
    plan = plan_of(day, roster) if roster else Plan(tuple(() for _ in day.workers))
    verdict = judge(day, plan)
    trail = [(second, seconds_of(progress.objective)) for second, progress in told]
    trail += [(second, 0.0 if verdict.faults else verdict.objective) for second, _ in rosters]
    bound = seconds_of(roster.bound) if roster else None
    return Run(OURS, day.name, budget.seconds, answer.seconds, verdict, tuple(trail), bound, roster,
               answer.trouble, load, answer.memory)  # fmt: skip


def peer_work(task: Task, share: Share, ready: Callable[[], None]) -> None:
    """In the child: tables first, then the clock, then the search."""
    prepare, run = door(task.name)
    prepared = prepare(task.day)
    ready()
    run(task.day, prepared, task.budget, lambda orders: share([list(order) for order in orders]))


def our_work(task: Task, share: Share, ready: Callable[[], None]) -> None:
    """In the child: problem and warm processes first (as in the product), then the clock, then one solve."""
    problem = problem_of(task.day)
    warm_up(0)
    executor = pool(task.budget.cores)
    ready()
    stop = within(problem, task.budget.seconds, time.perf_counter)
    limits = Limits(effort=max(1.0, EFFORT_PER_SECOND * task.budget.seconds), stop=stop, executor=executor)
    share(solve(problem, limits, task.budget.seed, "day", on_progress=share))


def set_up() -> str:
    """What the set-up step of the product does: compile the kernels once. Says what the solves will then run on."""
    begin = time.perf_counter()
    ready = warm()
    return f"compiled kernels ready after {time.perf_counter() - begin:.0f} s" if ready else "no numba: plain numpy"


def pool(cores: int) -> ProcessPoolExecutor:
    """Processes that have imported and compiled what a solve needs; they end with the child that made them."""
    executor = ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn"))
    list(executor.map(warm_up, range(cores)))
    return executor


def warm_up(seed: int) -> Any:
    """A tiny plan: everything that is imported or compiled at first use is then there."""
    return solve(problem_of(make_day_of(6, 18, seed)), Limits(effort=0.1), 0, "day").objective
