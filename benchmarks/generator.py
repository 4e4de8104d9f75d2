"""Realistic days of a city, made from a seed: the same size, seed and flavour are always the same day.

A city has a radius of 10 km and several hubs, around which people live and work. Workers have a home, a shift of 4–10
hours, skills and a speed; visits last 2–4 hours, a fifth at an exact time, the others within 2 hours, half a day or any
time of the day. Demand is about 1.35 times what fits, so about a quarter stays open whatever one does.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from benchmarks.days import Day, DayVisit, DayWorker, Rates, Stay

SIZES = {"XS": (12, 36), "S": (50, 150), "M": (200, 600), "L": (1000, 3000), "XL": (5000, 15000)}
FLAVOURS = ("core", "full")
CENTRE = (30.58, 114.30)
RADIUS_M = 10_000.0
METRES_PER_DEGREE = 111_195.0
HOUR = 3600
LENGTHS, LENGTH_SHARES = (7200, 9000, 10800, 12600, 14400), (0.45, 0.20, 0.20, 0.05, 0.10)
SHIFTS = (4 * HOUR, 5 * HOUR, 6 * HOUR, 7 * HOUR, 8 * HOUR, 9 * HOUR, 10 * HOUR)
SHIFT_SHARES = (0.07, 0.10, 0.15, 0.20, 0.22, 0.13, 0.13)
SPEEDS, SPEED_SHARES = (2.5, 4.5, 6.5), (0.15, 0.55, 0.30)
# Skill: share of visits that ask for it, share of workers who have it, yuan an hour.
SKILLS = {
    "clean": (0.44, 0.80, 42), "deep": (0.14, 0.40, 55), "cook": (0.16, 0.42, 48),
    "elder": (0.15, 0.40, 52), "child": (0.11, 0.35, 58),
}  # fmt: skip
EXTRA_SKILL = 0.2
WINDOW_SHARES = (0.20, 0.30, 0.30, 0.20)  # exact, two hours, half a day, flexible
OPENS, CLOSES = 7 * HOUR, 21 * HOUR
MARKET = Rates(star=4500.0, favourite=2700.0, same_home=1200.0, fairness=1575.0, refusal=1800.0)

Points = npt.NDArray[np.float64]


class City:
    """Where people live: hubs of different weight and width, and some of everything in between."""

    def __init__(self, rng: np.random.Generator, hubs: int) -> None:
        angle, reach = rng.uniform(0, 2 * math.pi, hubs), RADIUS_M * 0.75 * np.sqrt(rng.uniform(0, 1, hubs))
        self.rng = rng
        self.hubs: Points = np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=1)
        self.width = rng.uniform(900, 2600, hubs)
        self.weight = rng.dirichlet(np.full(hubs, 3.0))

    def draw(self, count: int) -> tuple[tuple[float, float], ...]:
        """So many places within the radius; one in six lies anywhere."""
        found: list[Points] = []
        left = count
        while left > 0:
            hub = self.rng.choice(len(self.hubs), left, p=self.weight)
            near = self.hubs[hub] + self.rng.normal(0, 1, (left, 2)) * self.width[hub][:, None]
            anywhere = self.rng.uniform(-RADIUS_M, RADIUS_M, (left, 2))
            metres = np.where(self.rng.random(left)[:, None] < 1 / 6, anywhere, near)
            kept = metres[np.hypot(metres[:, 0], metres[:, 1]) <= RADIUS_M]
            found.append(kept)
            left -= len(kept)
        return tuple(_degrees(east, north) for east, north in np.concatenate(found).tolist())


def _degrees(east: float, north: float) -> tuple[float, float]:
    lat = CENTRE[0] + north / METRES_PER_DEGREE
    lon = CENTRE[1] + east / (METRES_PER_DEGREE * math.cos(math.radians(CENTRE[0])))
    return round(lat, 6), round(lon, 6)


def make_day(size: str, seed: int, flavour: str = "core") -> Day:
    """A day of this size (`SIZES`) and flavour (`FLAVOURS`)."""
    workers, visits = SIZES[size]
    return make_day_of(workers, visits, seed, flavour, f"{size}-{flavour}-{seed}")


def make_day_of(workers: int, visits: int, seed: int, flavour: str = "core", name: str = "") -> Day:
    """A day with so many workers and visits. The full flavour is the core with more said about it."""
    rng = np.random.default_rng([seed, workers, visits])
    city = City(rng, hubs=int(rng.integers(4, 8)))
    homes, doors = city.draw(workers), city.draw(visits)
    shifts = deal(rng, SHIFTS, SHIFT_SHARES, workers)
    lengths = deal(rng, LENGTHS, LENGTH_SHARES, visits)
    hands = tuple(draw_worker(rng, place, shifts[place]) for place in range(workers))
    wants = tuple(draw_visit(rng, workers + row, lengths[row]) for row in range(visits))
    day = Day(name or f"{workers}x{visits}-{flavour}-{seed}", seed, homes + doors, wants, hands)
    return day if flavour == "core" else as_market(day)


def deal(rng: np.random.Generator, values: tuple[int, ...], shares: tuple[float, ...], count: int) -> list[int]:
    """So many values in any order, in these very shares: small days then hold as much demand as large ones."""
    upto = np.rint(np.cumsum(shares) / sum(shares) * count).astype(int)
    cards = np.repeat(values, np.diff(upto, prepend=0))
    return [int(card) for card in rng.permutation(cards)]


def draw_worker(rng: np.random.Generator, home: int, length: int) -> DayWorker:
    """Start of the shift, skills and speed of one worker; who has no skill can clean."""
    start = int(rng.integers(OPENS, min(13 * HOUR, CLOSES - length) + 1)) // 900 * 900
    has = rng.random(len(SKILLS))
    skills = frozenset(name for (name, (_, share, _)), luck in zip(SKILLS.items(), has, strict=True) if luck < share)
    speed = float(rng.choice(SPEEDS, p=SPEED_SHARES))
    return DayWorker(home, start, start + length, skills or frozenset({"clean"}), speed)


def draw_visit(rng: np.random.Generator, place: int, seconds: int) -> DayVisit:
    """Window, skills and price of one visit."""
    names = list(SKILLS)
    first = names[int(rng.choice(len(names), p=[SKILLS[name][0] for name in names]))]
    second = names[int(rng.integers(len(names)))] if rng.random() < EXTRA_SKILL else first
    earliest, latest = draw_window(rng, seconds)
    rate = max(SKILLS[first][2], SKILLS[second][2]) * float(np.exp(rng.normal(0, 0.18)))
    fen = round(rate * seconds / HOUR) * 100
    return DayVisit(place, earliest, latest, seconds, frozenset({first, second}), fen)


def draw_window(rng: np.random.Generator, seconds: int) -> tuple[int, int]:
    """First and last start: exact, within two hours, morning or afternoon or evening, or any time."""
    last = CLOSES - seconds
    kind = int(rng.choice(4, p=WINDOW_SHARES))
    begin = int(rng.integers(8 * HOUR, last + 1)) // 1800 * 1800
    if kind == 0:
        return begin, begin
    if kind == 1:
        begin = min(begin, last - 2 * HOUR)
        return begin, begin + 2 * HOUR
    if kind == 2:
        opens, closes = ((8, 13), (13, 18), (16, 21))[int(rng.choice(3, p=(0.45, 0.40, 0.15)))]
        return opens * HOUR, closes * HOUR - seconds
    return 8 * HOUR, last


def as_market(day: Day) -> Day:
    """The same day with what a marketplace knows: ratings, favourites, acceptance, breaks, commitments, a grid."""
    rng = np.random.default_rng([day.seed, 77])
    extra = City(rng, 5).draw(len(day.workers) // 10)
    first = len(day.places)
    workers = [_with_market(rng, worker) for worker in day.workers]
    for row, place in zip(range(0, len(workers), 10), range(first, first + len(extra)), strict=False):
        workers[row] = _with_commitment(rng, workers[row], place)
    visits = tuple(_with_people(rng, visit, len(workers)) for visit in day.visits)
    return replace(
        day, places=day.places + extra, visits=visits, workers=tuple(workers), grid=900, buffer=300, rates=MARKET,
    )  # fmt: skip


def _with_market(rng: np.random.Generator, worker: DayWorker) -> DayWorker:
    stars = round(float(np.clip(rng.normal(4.55, 0.25), 3.0, 5.0)), 2)
    chance = round(float(rng.beta(9, 1.5)), 3)
    gap = round(float(np.clip(rng.normal(0, 0.3), -1, 1)), 2)
    middle = (worker.start + worker.end) // 2 // 900 * 900
    rests = worker.end - worker.start >= 8 * HOUR and rng.random() < 0.6
    breaks = ((middle, middle + 1800),) if rests else ()
    return replace(worker, stars=stars, p_accept=chance, fairness_gap=gap, breaks=breaks)


def _with_commitment(rng: np.random.Generator, worker: DayWorker, place: int) -> DayWorker:
    """A visit of two hours that stands already, with an hour and a half of way on both sides; no break beside it."""
    if worker.end - worker.start < 5 * HOUR:
        return worker
    start = int(rng.integers(worker.start + HOUR * 3 // 2, worker.end - HOUR * 7 // 2 + 1)) // 900 * 900
    return replace(worker, breaks=(), committed=(Stay(start, 2 * HOUR, place),), speed=max(worker.speed, SPEEDS[1]))


def _with_people(rng: np.random.Generator, visit: DayVisit, workers: int) -> DayVisit:
    some = [int(worker) for worker in rng.integers(workers, size=4)]
    luck = rng.random(4)
    latest, earliest = visit.latest // 900 * 900, -(-visit.earliest // 900) * 900
    return replace(
        visit, earliest=earliest, latest=max(earliest, latest),
        preferred=frozenset(some[:1] if luck[0] < 0.25 else ()), known=frozenset(some[:2] if luck[1] < 0.3 else ()),
        blocked=frozenset(some[2:3] if luck[2] < 0.05 else ()), declined=frozenset(some[3:] if luck[3] < 0.1 else ()),
    )  # fmt: skip
