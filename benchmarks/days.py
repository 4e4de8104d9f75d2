"""A day to be planned, as plain data: what the engines, the peers and the judge are all given.

Nothing here knows an engine. Times are whole seconds from midnight, money is fen, workers and visits are known by their
index. The *core* of a day (windows, skills, shifts, prices, travel) is what routing libraries are made for; what a
marketplace adds on top of it (ratings, favourites, acceptance, breaks, commitments, a grid of starts) is there in days
of the full flavour only.
"""

from __future__ import annotations

from dataclasses import dataclass

EARTH_RADIUS_M = 6371008.8
SECONDS_PER_YUAN = 150  # one yuan of price is worth this many seconds on the way


@dataclass(frozen=True, slots=True)
class Stay:
    """A visit that a worker already has: fixed start, length and place."""

    start: int
    seconds: int
    place: int


@dataclass(frozen=True, slots=True)
class DayVisit:
    """One visit: its place, the range of allowed starts, its length, what it asks for and what it pays.

    `preferred`, `known`, `blocked` and `declined` are indices of workers.
    """

    place: int
    earliest: int
    latest: int
    seconds: int
    skills: frozenset[str]
    fen: int
    preferred: frozenset[int] = frozenset()
    known: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()
    declined: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class DayWorker:
    """One worker: leaves home at `start` at the earliest and is back home by `end`; speed in metres per second."""

    home: int
    start: int
    end: int
    skills: frozenset[str]
    speed: float
    breaks: tuple[tuple[int, int], ...] = ()
    committed: tuple[Stay, ...] = ()
    stars: float = 4.5
    p_accept: float = 1.0
    fairness_gap: float = 0.0


@dataclass(frozen=True, slots=True)
class Rates:
    """What the full flavour pays besides price and way, in seconds of travel."""

    star: float = 0.0
    favourite: float = 0.0
    same_home: float = 0.0
    fairness: float = 0.0
    refusal: float = 0.0


@dataclass(frozen=True, slots=True)
class Day:
    """Everything about one day. `places` are (latitude, longitude) in degrees.

    A way takes ceil(fixed_seconds + detour × great-circle metres ÷ speed) seconds, 0 between equal places. Starts lie
    on multiples of `grid`; `buffer` seconds lie between two visits besides the way.
    """

    name: str
    seed: int
    places: tuple[tuple[float, float], ...]
    visits: tuple[DayVisit, ...]
    workers: tuple[DayWorker, ...]
    fixed_seconds: int = 120
    detour: float = 1.3
    grid: int = 1
    buffer: int = 0
    rates: Rates = Rates()

    @property
    def demand(self) -> float:
        """Work wanted, with twenty minutes of way for each visit, as a share of all shifts."""
        wanted = sum(visit.seconds + 1200 for visit in self.visits)
        return wanted / max(1, sum(worker.end - worker.start for worker in self.workers))


@dataclass(frozen=True, slots=True)
class Plan:
    """An answer of anybody: for each worker the visits in order, each with its start."""

    routes: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def served(self) -> int:
        """How many visits have somebody."""
        return sum(len(route) for route in self.routes)
