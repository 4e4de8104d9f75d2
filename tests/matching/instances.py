"""Tiny named problems, and random small ones, shared by all tests of the matcher."""

from dataclasses import replace

import numpy as np

from matching import (
    Break,
    Commitment,
    Haversine,
    Matrix,
    Point,
    Priority,
    Problem,
    Promise,
    Shift,
    Visit,
    Weights,
    Window,
    Worker,
)

EPOCH = "2026-11-23T00:00:00+08:00"
HOUR = 3600
DAY = 24 * HOUR
# Places on one meridian: 0, 1, 2, 3 and 10 km north of the first.
NORTH = 1 / 111.195
PLACES = tuple(Point(30.5 + km * NORTH, 114.3) for km in (0, 1, 2, 3, 10))


def at(hour, minute=0, day=0):
    return day * DAY + hour * HOUR + minute * 60


def window(first, last=None):
    return Window(at(first), at(first if last is None else last))


def make_visit(code="V-1", place=1, windows=None, minutes=120, **more):
    return Visit(code, place, windows or (window(9, 17),), minutes, **more)


def make_worker(code="W-1", start=0, shifts=None, **more):
    return Worker(code, start, shifts or (Shift(at(8), at(18)),), **{"p_accept": 1.0, **more})


def make_problem(visits=None, workers=None, **more):
    visits = (make_visit(),) if visits is None else tuple(visits)
    workers = (make_worker(),) if workers is None else tuple(workers)
    return Problem(EPOCH, PLACES, visits, workers, **{"travel": Haversine(60, 1.3), **more})


def two_rivals():
    """One visit, two workers who differ in stars only."""
    return make_problem(workers=[make_worker("W-1", stars=4.2), make_worker("W-2", stars=4.8)])


def one_gap():
    """Two visits that both want the same worker at the same hour."""
    visits = [make_visit("V-1", 1, (window(9),)), make_visit("V-2", 2, (window(9),))]
    return make_problem(visits=visits)


def full_day():
    """Three visits, one worker, room for two of them in one opening."""
    visits = [make_visit(f"V-{n}", n, (window(8, 14),), 240) for n in (1, 2, 3)]
    return make_problem(visits=visits, workers=[make_worker(shifts=(Shift(at(8), at(17)),))])


def promised(price=None, pinned=False, **more):
    """A visit promised to W-1 at ten, although W-2 would be better by half a star."""
    promise = Promise("W-1", window(10), price, pinned)
    workers = [make_worker("W-1", stars=4.3), make_worker("W-2", stars=4.8)]
    return make_problem([make_visit(promise=promise)], workers, **more)


def small_problem(seed, workers=3, visits=5, days=1):
    """A random small problem with everything in it: breaks, commitments, promises, limits, skills, tables."""
    random = np.random.default_rng(seed)
    people = tuple(_some_worker(random, number, days) for number in range(workers))
    wishes = tuple(_some_visit(random, number, days) for number in range(visits))
    travel = Haversine(60, 1.3)
    if random.random() < 0.3:
        travel = Matrix({"ebike": random.integers(60, 3000, (5, 5))})
    weights = Weights(idle=float(random.choice([0.0, 0.1, 1.0])), yuan=float(random.choice([0.0, 2.5])))
    return Problem(
        EPOCH, PLACES, wishes, people, travel, weights, buffer_minutes=int(random.choice([0, 10])),
        grid_seconds=int(random.choice([900, 60])), now=int(random.choice([0, at(9)])),
    )


def _some_worker(random, number, days):
    shifts, committed = [], []
    for day in range(days):
        start = int(random.integers(7, 12))
        end = start + int(random.integers(4, 10))
        shifts.append(Shift(at(start, day=day), at(end, day=day), *_commute(random, start, end, day)))
        if random.random() < 0.4:
            committed.append(Commitment(at(start + 2, day=day), 60, int(random.integers(0, 5)), f"C-{number}-{day}"))
    worker = Worker(
        f"W-{number}", int(random.integers(0, 5)), tuple(shifts), committed=tuple(committed),
        skills=frozenset(random.choice(["a", "b"], int(random.integers(1, 3)))), speed=float(random.choice([3.0, 6.0])),
        stars=float(np.round(random.uniform(3.5, 5), 2)), fairness_gap=float(np.round(random.uniform(-1, 1), 2)),
        end=int(random.integers(0, 5)) if random.random() < 0.2 else None,
    )
    if random.random() < 0.4:
        worker = replace(worker, breaks=(Break(at(12), at(12, 30)),))
    if random.random() < 0.3:
        worker = replace(worker, daily_limit=240, weekly_limit=400)
    if random.random() < 0.3:
        worker = replace(worker, rest_minutes=int(random.choice([600, 900])))
    if random.random() < 0.2:
        worker = replace(worker, documents_until=at(15))
    return worker


def _commute(random, start, end, day):
    return (at(start - 1, day=day), at(end + 1, day=day)) if random.random() < 0.3 else ()


def _some_visit(random, number, days):
    day, first = int(random.integers(0, days)), int(random.integers(8, 15))
    spans = (window(first), window(first, first + 2), window(8, 17))
    chosen = spans[int(random.integers(0, 3))]
    windows = [Window(chosen.earliest + day * DAY, chosen.latest + day * DAY)]
    if random.random() < 0.2:
        windows.append(Window(at(17, day=day), at(18, day=day)))
    promise = None
    if random.random() < 0.3:
        start = windows[0].earliest
        promise = Promise(f"W-{int(random.integers(0, 4))}", Window(start, start + HOUR))
    return Visit(
        f"V-{number}", int(random.integers(0, 5)), tuple(windows), int(random.choice([60, 120, 180])),
        skills=frozenset({str(random.choice(["a", "b"]))} if random.random() < 0.6 else ()),
        value=int(random.integers(5000, 20000)), priority=list(Priority)[int(random.integers(0, 3))], promise=promise,
        declined=frozenset({"W-0"} if random.random() < 0.2 else ()), late_risk=float(random.random()),
    )


def odd_problem(seed, days=1):
    """A small problem with what seldom happens: pins, short visits, overtime, overlapping breaks, a day of 25 hours."""
    random, plain = np.random.default_rng(seed), small_problem(seed, 3, 4, days)
    known = {worker.code for worker in plain.workers}
    visits = tuple(_odd_visit(random, visit, known) for visit in plain.visits)
    workers = tuple(_odd_worker(random, worker) for worker in plain.workers)
    return replace(plain, visits=visits, workers=workers, day_starts=(0, 25 * HOUR) if seed % 3 == 0 else ())


def _odd_visit(random, visit, known):
    if random.random() < 0.5:
        visit = replace(visit, minutes=int(random.choice([15, 20, 45])))
    if visit.promise is None:
        return replace(visit, waiting=float(random.integers(-500, 1500)))
    start, worker = visit.promise.window.earliest, visit.promise.worker
    if worker in known and random.random() < 0.4:
        return replace(visit, promise=Promise(worker, Window(start, start), None, pinned=True))
    return replace(visit, promise=Promise(worker, Window(start + 420, start + 420), float(random.integers(0, 50))))


def _odd_worker(random, worker):
    if random.random() < 0.3:
        late = Commitment(at(int(random.integers(5, 22))), int(random.choice([30, 120])), 2, "X-" + worker.code)
        worker = replace(worker, committed=(*worker.committed, late))
    if random.random() < 0.2:
        worker = replace(worker, breaks=(Break(at(10), at(10, 45)), Break(at(10, 30), at(11)), Break(at(14), at(15))))
    return worker
