"""The one problem every engine takes: visits, workers, travel, weights, all in one immutable value.

Times are whole seconds from `epoch`, an ISO instant; days begin at `day_starts` (local midnights, so that a day may
have 23 or 25 hours) or, if none are given, every 86,400 seconds. Nothing here reads a clock.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from matching.demand import TIERS, Priority, Promise, Visit, Window
from matching.errors import LATEST, ProblemError, require
from matching.supply import Break, Commitment, Hold, Shift, Worker
from matching.travel import Haversine, Matrix, Point, Travel
from matching.weights import UNITS_PER_MINUTE, UNITS_PER_SECOND, Acceptance, Limits, Weights, rating_weights

__all__ = [
    "TIERS",
    "UNITS_PER_MINUTE",
    "UNITS_PER_SECOND",
    "Acceptance",
    "Break",
    "Commitment",
    "Haversine",
    "Hold",
    "Limits",
    "Matrix",
    "PairTerm",
    "Point",
    "Priority",
    "Problem",
    "ProblemError",
    "Promise",
    "Shift",
    "Travel",
    "Visit",
    "Weights",
    "Window",
    "Worker",
    "rating_weights",
]

DAY = 86_400
OPEN_STATES = frozenset({"open", "rescue", "offering", "assigned"})


@dataclass(frozen=True, slots=True, order=True)
class PairTerm:
    """A number with a name for one worker and one visit, in minutes; it joins the value of that pair."""

    worker: str
    visit: str
    name: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything an engine may know. Validated when built: `ProblemError` says what is wrong, in a sentence.

    `now` is the earliest second anybody may leave; `first_weekday` is the weekday of day 0 (Monday 0); `open_zones`
    None means all; `buffer_minutes` lie between two visits besides travel; `grid_seconds` is the step of starts.
    """

    epoch: str
    places: tuple[Point, ...]
    visits: tuple[Visit, ...]
    workers: tuple[Worker, ...]
    travel: Travel = field(default_factory=Haversine)
    weights: Weights = field(default_factory=Weights)
    acceptance: Acceptance = field(default_factory=Acceptance)
    pair_terms: tuple[PairTerm, ...] = ()
    now: int = 0
    grid_seconds: int = 900
    buffer_minutes: int = 0
    open_zones: frozenset[str] | None = None
    day_starts: tuple[int, ...] = ()
    first_weekday: int = 0

    def __post_init__(self) -> None:
        _check_instants(self)
        _check_codes("visit", (visit.code for visit in self.visits))
        _check_codes("worker", (worker.code for worker in self.workers))
        _check_places(self)
        _check_windows(self)
        _check_promises(self)
        _check_modes(self)
        object.__setattr__(self, "pair_terms", tuple(sorted(self.pair_terms)))
        _check_pair_terms(self)

    @property
    def size(self) -> int:
        """How many places there are."""
        if isinstance(self.travel, Matrix):
            return len(self.travel.cells) or self.travel.size
        return len(self.places)

    @property
    def buffer(self) -> int:
        """Seconds between two visits besides travel."""
        return self.buffer_minutes * 60

    def day_of(self, second: int) -> int:
        """The index of the local day a second falls in."""
        if self.day_starts:
            return max(0, bisect.bisect_right(self.day_starts, second) - 1)
        return second // DAY

    def week_of(self, day: int) -> int:
        """The index of the week a day falls in; week 0 is the week of day 0, and weeks begin on Monday."""
        return (day + self.first_weekday) // 7

    def with_visits(self, visits: Iterable[Visit]) -> Problem:
        """The same problem with other visits; pair terms of visits that are gone are dropped."""
        kept = tuple(visits)
        codes = {visit.code for visit in kept}
        terms = tuple(term for term in self.pair_terms if term.visit in codes)
        return replace(self, visits=kept, pair_terms=terms)


def _check_instants(problem: Problem) -> None:
    year = _year(problem.epoch)
    require(year > 0, f"The epoch {problem.epoch!r} is not an ISO instant with an offset.")
    require(1900 <= year <= 9000, "The epoch must lie between the years 1900 and 9000.")
    require(0 <= problem.now <= LATEST, "The problem's now lies before its epoch or far too late.")
    require(1 <= problem.grid_seconds <= DAY, "The grid of starts must be between a second and a day.")
    require(0 <= problem.buffer_minutes <= 1440, "The buffer between visits must be between 0 minutes and a day.")
    require(list(problem.day_starts) == sorted(set(problem.day_starts)), "Day starts must go up.")
    require(all(abs(start) <= LATEST for start in problem.day_starts), "A day starts at an impossible instant.")
    require(0 <= problem.first_weekday <= 6, "The first weekday must be between 0 (Monday) and 6.")


def _year(epoch: str) -> int:
    """The year of an instant; 0 if it is none, or one without an offset."""
    try:
        instant = datetime.fromisoformat(epoch)
    except ValueError:
        return 0
    return instant.year if instant.tzinfo is not None else 0


def _check_codes(kind: str, codes: Iterable[str]) -> None:
    twice = [code for code, times in Counter(codes).items() if times > 1]
    require(not twice, f"Two {kind}s have the code {twice[0] if twice else ''}.")


def _check_places(problem: Problem) -> None:
    size = problem.size
    if isinstance(problem.travel, Matrix) and problem.places:
        points = len(problem.places)
        require(points == size, f"There are {points} points but the travel has {size} places.")
    for visit in problem.visits:
        require(visit.place < size, f"Visit {visit.code} is at place {visit.place}, but there are {size} places.")
    for worker in problem.workers:
        used = max(worker.places)
        require(used < size, f"Worker {worker.code} uses place {used}, but there are {size} places.")


def _check_windows(problem: Problem) -> None:
    step = problem.grid_seconds
    for visit in problem.visits:
        some = any(-(-window.earliest // step) * step <= window.latest for window in visit.windows)
        require(some, f"Visit {visit.code} has no allowed start on the grid of {step} seconds.")


def _check_promises(problem: Problem) -> None:
    workers = {worker.code for worker in problem.workers}
    for visit in problem.visits:
        pinned = visit.promise is not None and visit.promise.pinned
        known = not pinned or (visit.promise is not None and visit.promise.worker in workers)
        require(known, f"Visit {visit.code} is pinned to a worker who is not in the problem.")


def _check_modes(problem: Problem) -> None:
    if not isinstance(problem.travel, Matrix):
        return
    for worker in problem.workers:
        known = worker.mode in problem.travel.tables
        require(known, f"Worker {worker.code} travels by {worker.mode}, for which there is no travel table.")


def _check_pair_terms(problem: Problem) -> None:
    visits = {visit.code for visit in problem.visits}
    workers = {worker.code for worker in problem.workers}
    for term in problem.pair_terms:
        known = term.visit in visits and term.worker in workers
        require(known, f"The pair term {term.name} is about {term.worker} and {term.visit}, not both in the problem.")
        require(abs(term.minutes) <= 1e6, f"The pair term {term.name} is out of range.")
