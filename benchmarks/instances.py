"""Instances of their own kind: a round of many, a metropolis for single questions, a day after drop-outs, a week."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.days import Day, DayWorker, Stay
from benchmarks.generator import HOUR, City, deal, draw_visit, draw_worker, make_day_of

from benchmarks.generator import LENGTH_SHARES, LENGTHS, SHIFT_SHARES, SHIFTS  # isort: skip

METROPOLIS = 4.5  # times the usual radius: 200,000 workers live 45 km around


def make_round(many: int, seed: int) -> Day:
    """As many workers as visits, everything within the next hours: a worker can do one of them."""
    rng = np.random.default_rng([seed, many, 7])
    city = City(rng, 6)
    homes, doors = city.draw(many), city.draw(many)
    begin = 9 * HOUR
    workers = tuple(
        replace(draw_worker(rng, row, 4 * HOUR), start=begin, end=begin + 7 * HOUR // 2) for row in range(many)
    )
    visits = []
    for row in range(many):
        start = begin + int(rng.integers(1, 4)) * 1200
        visit = draw_visit(rng, many + row, 2 * HOUR)
        visits.append(replace(visit, earliest=start, latest=start + 900))
    return Day(f"round-{many}-{seed}", seed, homes + doors, tuple(visits), workers)


def make_metropolis(workers: int, visits: int, seed: int) -> Day:
    """Many workers with up to two visits committed already, and visits to ask for one by one."""
    rng = np.random.default_rng([seed, workers, 8])
    city = City(rng, 24)
    stretch = METROPOLIS
    homes, doors = city.draw(workers), city.draw(visits)
    near = np.array(homes) + rng.normal(0, 0.01 / stretch, (workers, 2))
    hands = []
    for row in range(workers):
        worker = draw_worker(rng, row, 10 * HOUR)
        place = workers + visits + row
        times = [when for when in (3 * HOUR, 7 * HOUR) if rng.random() < 0.5]
        stays = tuple(Stay(worker.start + when, 2 * HOUR, place) for when in times)
        hands.append(replace(worker, committed=stays, speed=max(4.5, worker.speed)))
    wishes = tuple(draw_visit(rng, workers + row, int(rng.choice(LENGTHS, p=LENGTH_SHARES))) for row in range(visits))
    rounded = [tuple(round(float(degree), 6) for degree in point) for point in near.tolist()]
    places = [_spread(point, stretch) for point in (*homes, *doors, *((lat, lon) for lat, lon in rounded))]
    return Day(f"metropolis-{workers}", seed, tuple(places), wishes, tuple(hands), grid=900)


def _spread(point: tuple[float, float], times: float) -> tuple[float, float]:
    """The point so many times as far from the middle."""
    lat, lon = point
    return round(30.58 + times * (lat - 30.58), 6), round(114.30 + times * (lon - 114.30), 6)


def make_week(workers: int, visits: int, days: int, seed: int) -> list[Day]:
    """The same people on some days, each with visits of its own; shifts differ from day to day."""
    first = make_day_of(workers, visits, seed)
    week = []
    for number in range(days):
        rng = np.random.default_rng([seed, number, 9])
        today = make_day_of(workers, visits, seed * 100 + number)
        lengths = deal(rng, SHIFTS, SHIFT_SHARES, workers)
        hands = tuple(_same_person(rng, first.workers[row], lengths[row]) for row in range(workers))
        places = first.places[:workers] + today.places[workers:]
        week.append(replace(today, name=f"week-{seed}-{number}", places=places, workers=hands))
    return week


def _same_person(rng: np.random.Generator, worker: DayWorker, length: int) -> DayWorker:
    again = draw_worker(rng, worker.home, length)
    return replace(worker, start=again.start, end=again.end)
