"""Large day plans: the city is cut into pieces, all of them are planned, then what borders have cost is won back.

A city that one board can hold (`whole.py`) is then planned as a whole, from what the pieces found. A larger one is cut
again and again, each time from the best so far; no array is as large as workers × visits, so that memory stays bounded.
Its bound comes from the prices of the passes: every worker is held against all visits at them, some workers at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from matching.board import base_value
from matching.compiled import is_ready
from matching.crew import FAILURES, Crew
from matching.fleet import build_fleet
from matching.near import NearProgram
from matching.problem import Limits, Problem, Visit
from matching.roster import Roster
from matching.scoring import open_terms, units
from matching.shards import GREEDY, SEARCH, Claim, Placed, Task, cut, part_of, settle_claim, solve_part
from matching.slots import Booking
from matching.travel import BoolArray, FloatArray, IntArray
from matching.whole import Whole

SIZE = 130
PLAIN_SIZE = 50
CLAIM, AROUND = 850, 500  # workers held against all visits at once, or against those around them
VOTES = 8
NEAREST = 40
ROUGHLY = 3e-4
# One pass after the other: how the axes are turned (eighths of a circle) and how hard pieces are looked at.
PASSES = ((0, SEARCH), (0, 0), (2, 1))
MORE = ((1, 2), (3, 2))  # once the bound is there, from this effort on
MUCH = 20.0
MEETINGS = 2


class City:
    """A large problem (pins already commitments) on its way to a roster."""

    def __init__(self, problem: Problem, limits: Limits, seed: int, tell: Callable[[str, int, float], None]) -> None:
        self.problem, self.limits, self.seed, self.tell = problem, limits, seed, tell
        self.size = SIZE if is_ready() else PLAIN_SIZE
        self.placed: dict[str, list[Placed]] = {}
        self.prices: list[FloatArray] = []
        self.minutes: dict[str, list[tuple[str, int, float]]] = {}
        self.hours = 0.0
        self.known: dict[tuple[str, int, tuple[tuple[str, int], ...]], Placed] = {}
        self.bound = bound_without_search(problem)
        self.fallback = ""
        self.points = _coordinates(problem)
        self.index = {visit.code: row for row, visit in enumerate(problem.visits)}
        self.near = _nearest_workers(problem)

    @property
    def value(self) -> int:
        """What all columns are worth, in units, against leaving every visit open."""
        return sum(placed.value for each in self.placed.values() for placed in each)

    @property
    def bookings(self) -> list[Booking]:
        """Who has what, in the order of workers and starts."""
        found: list[Booking] = []
        for worker in self.problem.workers:
            for placed in sorted(self.placed.get(worker.code, []), key=lambda each: each.opening):
                pairs = zip(placed.options, placed.starts, strict=True)
                found.extend(Booking(visit, worker.code, start) for (visit, _), start in pairs)
        return found

    @property
    def prices_of_visits(self) -> dict[str, float]:
        """The prices of the last pass."""
        return dict(zip(self.index, self.prices[-1].tolist(), strict=True)) if self.prices else {}

    def run(self, before: Roster | None) -> None:
        """Pass after pass, as far as effort and patience reach; then the whole, or else the bound."""
        joined = Whole.can_hold(self.problem)
        passes = PASSES[: 2 if joined else 1 + math.ceil(3 * self.limits.effort)]
        with Crew(self.limits.executor, self._stopped) as crew:
            for number, (turn, level) in enumerate(passes):
                self._go_over(crew, turn, level, before if number == 0 else None)
                if self._stopped():
                    break
            if not self.placed:
                self._go_over(Crew(None, lambda: False, alone=True), 0, GREEDY, before)
            if not joined and not self._stopped():
                self._settle(crew, self._meet(crew))
                self._go_on(crew)
        if joined and not self._stopped():
            self._join()

    def _go_on(self, crew: Crew) -> None:
        """More passes with all the effort and time that is left; what was settled stays."""
        settled = self.prices
        for turn, level in MORE if self.limits.effort >= MUCH else ():
            if not self._stopped():
                self._go_over(crew, turn, level, None)
        self.prices = settled

    def _join(self) -> None:
        """Plan the city as a whole; whatever fails there leaves what there was before."""
        whole = Whole(self.problem, self.limits, self.seed, self.tell)
        try:
            whole.run([placed for each in self.placed.values() for placed in each], list(self.known.values()))
        except FAILURES as error:
            self.fallback = type(error).__name__
        found = whole.placed()
        if sum(each.value for each in found) > self.value:
            self.placed = {}
            for each in found:
                self.placed.setdefault(each.worker, []).append(each)
        self.bound = min(self.bound, whole.bound)
        if len(whole.prices()):
            self.prices = [np.array(whole.prices())]

    def _stopped(self) -> bool:
        return self.limits.stop is not None and self.limits.stop()

    def _go_over(self, crew: Crew, turn: int, level: int, before: Roster | None) -> None:
        """One pass over all pieces; a piece that failed keeps what it had, or is filled greedily."""
        pieces = cut(self.points, self.size, turn * math.pi / 8)
        tasks = self._tasks(pieces, level, before)
        self.prices = self.prices[-1:]
        prices = np.zeros(len(self.problem.visits))
        self.hours, self.minutes = 0.0, {}
        for task, part in zip(tasks, crew.run(solve_part, tasks), strict=True):
            found = part
            if part is None and not task.placed:
                found = solve_part(_lightly(task))
            if found is None:
                continue
            self._accept(task, found.placed)
            for code, price in found.prices:
                prices[self.index[code]] = price
            self.hours += found.hours
            self._learn(found.columns)
            for each in found.minutes:
                self.minutes.setdefault(each[0], []).append(each)
            self.tell("shards", self.value, self.bound)
        if level >= 0:
            self.prices.append(prices)

    def _accept(self, task: Task, placed: Sequence[Placed]) -> None:
        """Take over what a piece found if it is worth more than what its workers had."""
        old = sum(each.value for worker in task.problem.workers for each in self.placed.get(worker.code, []))
        if self.placed and sum(each.value for each in placed) < old:
            return
        for worker in task.problem.workers:
            self.placed.pop(worker.code, None)
        for each in placed:
            self.placed.setdefault(each.worker, []).append(each)

    def _tasks(self, pieces: list[IntArray], level: int, before: Roster | None) -> list[Task]:
        piece_of = np.zeros(len(self.problem.workers), dtype=np.int64)
        for number, piece in enumerate(pieces):
            piece_of[piece] = number
        home = self._homes(piece_of, len(pieces))
        carried = [Booking(c.visit, c.worker, c.start) for c in before.choices] if before else []
        effort = 1e9 * self.limits.effort if level >= 0 else 0.0
        tasks = []
        for number, piece in enumerate(pieces):
            part = part_of(self.problem, piece.tolist(), np.flatnonzero(home == number).tolist())
            codes = {worker.code for worker in part.workers}
            mine = tuple(each for worker in part.workers for each in self.placed.get(worker.code, []))
            old = tuple(each for each in carried if each.worker in codes)
            prices = self._known_prices(home == number)
            tasks.append(Task(part, mine, old, prices, level, effort * len(piece), self.seed))
        return tasks

    def _known_prices(self, inside: BoolArray) -> tuple[float, ...]:
        return tuple(self.prices[-1][inside].tolist()) if self.prices else ()

    def _homes(self, piece_of: IntArray, pieces: int) -> IntArray:
        """Visits go with who has them or was promised; open ones to where most of their nearest skilled workers are."""
        home = np.zeros(len(self.problem.visits), dtype=np.int64)
        worker = {each.code: row for row, each in enumerate(self.problem.workers)}
        can = _Skilled(self.problem)
        for row, visit in enumerate(self.problem.visits):
            near = self.near[row]
            able = near[can.of(visit)[near]]
            votes = np.bincount(piece_of[able if len(able) else near][:VOTES], minlength=pieces)
            home[row] = int(votes.argmax())
            if visit.promise is not None and visit.promise.worker in worker:
                home[row] = piece_of[worker[visit.promise.worker]]
        for code, each in self.placed.items():
            for placed in each:
                for visit_code, _ in placed.options:
                    home[self.index[visit_code]] = piece_of[worker[code]]
        return home

    def _fair(self) -> FloatArray:
        """The prices at which all columns that pieces know would meet; minutes cost what they cost in the pieces."""
        rates = {(worker, number): rate for each in self.minutes.values() for worker, number, rate in each}
        lengths = {visit.code: visit.minutes for visit in self.problem.visits}
        openings: dict[tuple[str, int], int] = {}
        for worker, opening, _ in self.known:
            openings.setdefault((worker, opening), len(self.index) + len(openings))
        program = NearProgram(np.ones(len(self.index) + len(openings)))
        for placed in self.known.values():
            key, codes = (placed.worker, placed.opening), [code for code, _ in placed.options]
            paid = rates.get(key, 0.0) * sum(lengths[code] for code in codes)
            rows = [*(self.index[code] for code in codes), openings[key]]
            program.add(rows, [1.0] * len(rows), placed.value - paid)
        return program.solve(ROUGHLY)[: len(self.index)]

    def _meet(self, crew: Crew) -> FloatArray:
        """Prices of a city that no board can hold: those of the pieces, moved half way to the fair ones each time.

        Each time workers look for columns among the visits around them, over the borders of all pieces so far.
        """
        prices = np.asarray(np.mean(self.prices, axis=0))
        pieces = cut(self.points, AROUND, math.pi / 16)
        piece_of = np.zeros(len(self.problem.workers), dtype=np.int64)
        for number, piece in enumerate(pieces):
            piece_of[piece] = number
        around = [np.flatnonzero((piece_of[self.near] == number).any(axis=1)) for number in range(len(pieces))]
        for _ in range(MEETINGS):
            prices = (prices + self._fair()) / 2
            if self._stopped():
                break
            claims = [self._claim(*each, prices, proof=False) for each in zip(pieces, around, strict=True)]
            for found in crew.run(settle_claim, claims):
                self._learn(found.columns if found else ())
        self.prices = [np.asarray((prices + self._fair()) / 2)]
        return self.prices[-1]

    def _learn(self, columns: Iterable[Placed]) -> None:
        self.known.update(((each.worker, each.opening, each.options), each) for each in columns)

    def _claim(self, workers: IntArray, visits: IntArray, prices: FloatArray, *, proof: bool) -> Claim:
        part = part_of(self.problem, workers.tolist(), visits.tolist())
        mine = tuple(each for worker in part.workers for each in self.minutes.get(worker.code, []))
        return Claim(part, tuple(prices[visits].tolist()), mine, proof)

    def _settle(self, crew: Crew, prices: FloatArray) -> None:
        """The bound at these prices: what visits sell for and what every worker could make beyond that."""
        every = np.arange(len(self.problem.visits))
        chunks = np.array_split(np.arange(len(self.problem.workers)), -(-len(self.problem.workers) // CLAIM))
        claims = [self._claim(chunk, every, prices, proof=True) for chunk in chunks]
        settled = [each for each in crew.run(settle_claim, claims) if each is not None]
        if len(settled) == len(claims):
            self.bound = min(self.bound, float(prices.sum()) + self.hours + sum(each.upper for each in settled))
        self.tell("bound", self.value, self.bound)


def _lightly(task: Task) -> Task:
    return Task(task.problem, task.placed, task.carried, (), GREEDY, 0.0, task.seed)


class _Skilled:
    """Who has all skills a visit asks for."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.known: dict[frozenset[str], BoolArray] = {}

    def of(self, visit: Visit) -> BoolArray:
        """One entry per worker."""
        if visit.skills not in self.known:
            mask = [visit.skills <= worker.skills for worker in self.problem.workers]
            self.known[visit.skills] = np.array(mask, dtype=bool)
        return self.known[visit.skills]


def _coordinates(problem: Problem) -> FloatArray:
    """Where workers start, in degrees made square; by travel from the first two of them if there are no points."""
    start = np.array([worker.start for worker in problem.workers], dtype=np.int64)
    if problem.places:
        raw = np.array([(problem.places[place].lat, problem.places[place].lon) for place in start.tolist()])
        return np.asarray(raw * np.array([1.0, math.cos(math.radians(float(raw[0, 0])))]))
    times, worker = build_fleet(problem).times, np.arange(len(start))
    ways = [times.seconds(worker, np.full(len(start), start[row]), start) for row in (0, len(start) // 2)]
    return np.stack(ways, axis=1).astype(np.float64)


def _nearest_workers(problem: Problem) -> IntArray:
    """For each visit the workers who start nearest, nearest first."""
    few = min(NEAREST, len(problem.workers))
    start = np.array([worker.start for worker in problem.workers], dtype=np.int64)
    place = np.array([visit.place for visit in problem.visits], dtype=np.int64)
    times = build_fleet(problem).times
    if problem.places:
        from scipy.spatial import cKDTree

        points = times.raw().vectors
        found = cKDTree(points[start]).query(points[place], k=few)[1]
        return np.asarray(found, dtype=np.int64).reshape(len(place), few)
    every = np.arange(len(start))
    rows = [np.argsort(times.seconds(every, start, np.full(len(start), each)), kind="stable")[:few] for each in place]
    return np.array(rows, dtype=np.int64).reshape(len(place), few)


def bound_without_search(problem: Problem) -> float:
    """Every visit at the best any worker could ever be, no way counted; a bound without a look at pairs."""
    weights, named = problem.weights, dict[str, float]()
    for term in problem.pair_terms:
        named[term.visit] = named.get(term.visit, 0.0) + max(0.0, term.minutes)
    kind = 5 * weights.star + weights.fairness + weights.newcomer + weights.favourite + weights.same_home
    total = sum(
        max(
            0, units(kind + weights.yuan * visit.value / 100 + named.get(visit.code, 0.0)) - _open_value(problem, visit)
        )
        for visit in problem.visits
    )
    return float(total + np.maximum(0, base_value(build_fleet(problem))).sum())


def _open_value(problem: Problem, visit: Visit) -> int:
    return sum(term.amount for term in open_terms(problem, visit))
