"""The bridge to the compiled kernels: a board laid out for them, and pricing on two threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from matching.areas import with_areas
from matching.clockwork import Ask
from matching.fleet import Fleet
from matching.problem import Problem
from matching.reach import Reach
from matching.scoring import idle_rate, travel_rate
from matching.searching import Priced, Search
from matching.timeline import FAR
from matching.times import Times
from matching.travel import BoolArray, FloatArray, Haversine, IntArray, great_circle_m

if TYPE_CHECKING:
    from matching.board import Board
    from matching.kernels.sheet import Ask as Asked
    from matching.kernels.sheet import Found, Sheet

THREADS = 2
MOST_STOPS = 128  # in one column
TRIALS = 5000  # for each label that the numpy search may hold
WORK = 2  # a trial takes as long as so many cells of the numpy tables
MOST_KEPT = 2000
CHUNK = 8
MOST_OPTIONS = 3500
NOTHING = -1e17
WATCH = 0.02  # seconds between two questions whether to stop


def make_sheet(board: Board, times: Times) -> Sheet:
    """The arrays of a board with these ways: the real ones, or those under which no detour is a short cut."""
    known, closed = board.legs.sheets, times is board.limit
    if closed not in known:
        known[closed] = _make_sheet(board, times)
    made: Sheet = known[closed]
    return made


def _make_sheet(board: Board, times: Times) -> Sheet:
    arcs, table = board.arcs, board.fleet.openings
    worker, place = table.worker[arcs.opening], board.place[arcs.option]
    entry = times.seconds(worker, table.origin[arcs.opening], place)
    onward = times.seconds(worker, place, table.target[arcs.opening])
    sheet = blank_sheet(board.fleet, times, board.legs.kind, board.base_value)
    return _with_legs(
        board,
        sheet._replace(
            option=_table(board.place, board.visit, board.minutes, board.starts.step, board.starts.seconds),
            windows=np.array(board.starts.windows, dtype=np.int64, order="C"),
            first=np.array(arcs.first, dtype=np.int64),
            arc=_table(arcs.option, arcs.earliest, arcs.latest, arcs.gain, entry, onward, arcs.opening),
        ),
    )


def blank_sheet(fleet: Fleet, times: Times, kind: IntArray, base: IntArray) -> Sheet:
    """The workers and their openings, without any visits."""
    from matching.kernels.sheet import Sheet

    table, raw = fleet.openings, times.raw()
    high = np.minimum(np.minimum(table.high, table.rest_high), fleet.documents_until[table.worker])
    return Sheet(
        opening=_table(
            table.worker,
            table.origin,
            table.target,
            table.ready,
            table.due,
            np.maximum(table.low, table.rest_low),
            high,
            table.from_stop,
            table.to_stop,
            base,
        ),
        option=np.zeros((0, 5), dtype=np.int64),
        windows=np.zeros((0, 1, 2), dtype=np.int64),
        first=np.zeros(1, dtype=np.int64),
        arc=np.zeros((0, 7), dtype=np.int64),
        worker=_table(kind, raw.mode),
        speed=np.array([worker.speed for worker in fleet.problem.workers], dtype=np.float64),
        breaks=np.array(fleet.breaks, dtype=np.int64, order="C"),
        legs=cast("Any", np.zeros((0, 0, 0), dtype=np.int32)),
        vectors=raw.vectors,
        tables=raw.tables,
        cell=raw.cell,
        nearest=np.zeros((0, 0), dtype=np.int64),
        area=np.zeros(0, dtype=np.int64),
        apart=np.zeros((0, 0, 0), dtype=np.int64),
        rate=_rates(fleet.problem),
    )


class Scout:
    """Finds the openings that can take a visit; what `reach.reach_of` answers, faster."""

    def __init__(self, fleet: Fleet) -> None:
        table = fleet.openings
        nothing = np.zeros(len(table), dtype=np.int64)
        self.sheet = blank_sheet(fleet, fleet.times, np.zeros(len(fleet), dtype=np.int64), nothing)
        self.room = room_of(fleet)
        self.found, self.span = np.zeros((len(table), 3), dtype=np.int64), np.zeros(2, dtype=np.int64)

    def reach(self, ask: Ask, may: BoolArray) -> Reach:
        """The openings of these workers that can take the visit, with their ranges of starts."""
        from matching.kernels.range import ranges

        starts, visit = ask.starts, ask.visit
        if not len(starts.windows):
            return Reach(*np.zeros((3, 0), dtype=np.int64))
        row = np.array([[visit.place, 0, visit.minutes, ask.step, ask.seconds]], dtype=np.int64)
        sheet = self.sheet._replace(option=row, windows=np.ascontiguousarray(starts.windows[None]))
        many = ranges(sheet, 0, may, self.room, self.found, self.span)
        return Reach(*self.found[:many].T.copy())


def room_of(fleet: Fleet) -> IntArray:
    """Minutes left in each opening within the hours of its worker's day and week."""
    table = fleet.openings
    week = (table.day + fleet.problem.first_weekday) // 7
    daily, weekly = fleet.daily_limit[table.worker], fleet.weekly_limit[table.worker]
    day = np.where(daily < 0, FAR, daily - fleet.day_load[table.worker, table.day])
    return np.minimum(day, np.where(weekly < 0, FAR, weekly - fleet.week_load[table.worker, week]))


def _table(*columns: IntArray | BoolArray) -> IntArray:
    return np.ascontiguousarray(np.stack([np.asarray(column, dtype=np.int64) for column in columns], axis=1))


def _rates(problem: Problem) -> FloatArray:
    travel = problem.travel
    fixed, detour = (travel.fixed_seconds, travel.detour) if isinstance(travel, Haversine) else (0, 1.0)
    return np.array([travel_rate(problem), idle_rate(problem), problem.buffer, fixed, detour], dtype=np.float64)


def _with_legs(board: Board, sheet: Sheet) -> Sheet:
    """Ways between options in a table if there are few; and for every option how near any other visit is."""
    from matching.kernels.clock import fill_legs

    kinds, many = len(board.legs.example), len(board.place)
    if many <= MOST_OPTIONS and kinds * many * many <= 3 * MOST_OPTIONS**2:
        legs: Any = np.zeros((kinds, many, many), dtype=np.int32)
        nearest = np.zeros((kinds, many), dtype=np.int64)
        fill_legs(sheet, np.array(board.legs.example, dtype=np.int64), legs, nearest)
        return with_areas(board, sheet._replace(legs=legs, nearest=nearest))
    return with_areas(board, sheet._replace(nearest=_nearest(board)))


def _nearest(board: Board) -> IntArray:
    """By a tree of places; 0 where ways are looked up in tables."""
    from scipy.spatial import cKDTree

    travel, many = board.problem.travel, len(board.place)
    nearest = np.zeros((len(board.legs.example), many), dtype=np.int64)
    if not isinstance(travel, Haversine) or len(board.visits) < 2:
        return nearest
    points = board.fleet.times.raw().vectors[[visit.place for visit in board.visits]]
    other = np.asarray(cKDTree(points).query(points, k=2)[1])[:, 1]
    metres = great_circle_m(points, points[other])
    for kind, worker in enumerate(board.legs.example):
        seconds = travel.fixed_seconds + travel.detour * metres / board.problem.workers[worker].speed - 1
        nearest[kind] = np.where(metres < 1, 0, np.maximum(seconds, 0)).astype(np.int64)[board.visit]
    return nearest


def price_sheet(sheet: Sheet, ask: Asked, stop: Callable[[], bool]) -> Found:
    """Price all openings, some at a time on each thread; the result does not depend on how many threads there are.

    `stop` is asked all the while; openings not looked at to the end because of it could be worth anything.
    """
    from matching.kernels.search import price_openings
    from matching.kernels.sheet import KEEP, Found

    openings, keep = len(sheet.opening), int(ask.number[KEEP])
    found = Found(
        np.full((openings, keep, min(longest_of(sheet), MOST_STOPS)), -1, dtype=np.int32),
        np.zeros((openings, keep)),
        np.zeros(openings, dtype=np.int64),
        np.zeros(openings),
        np.zeros(openings),
        np.zeros(openings, dtype=np.int64),
        np.array([stop()], dtype=np.int64),
    )

    def look(low: int) -> None:
        price_openings(sheet, ask, low, min(openings, low + CHUNK), found)

    looks = [threads().submit(look, low) for low in range(0, openings, CHUNK)]
    while wait(looks, WATCH).not_done:
        found.halt[0] |= stop()
    for each in looks:
        each.result()
    return found


def longest_of(sheet: Sheet) -> int:
    """One visit more than any opening has time for, ways not counted: so deep searches look, lest they miss any."""
    from matching.kernels.sheet import BUFFER, DUE, HIGH, LOW, READY, SECONDS

    row, buffer = sheet.opening, int(sheet.rate[BUFFER])
    room = np.minimum(row[:, DUE], row[:, HIGH]) - np.maximum(row[:, READY], row[:, LOW])
    shortest = int(sheet.option[:, SECONDS].min()) if len(sheet.option) else 0
    fitting = (int(room.max(initial=0)) + buffer) // max(1, shortest + buffer)
    return max(1, min(fitting, len(sheet.option))) + 1


@cache
def threads() -> ThreadPoolExecutor:
    """Two threads; kernels run beside one another since they let go of the interpreter."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="matching")


def price_quickly(
    sheet: Sheet, adjusted: FloatArray, alive: BoolArray, search: Search, stop: Callable[[], bool] = lambda: False
) -> Priced:
    """What `pricing.price` promises, by the compiled search."""
    from matching.kernels.sheet import Ask as Asked

    keep = min(search.keep, MOST_KEPT)
    number = np.array([keep, search.slots, search.cap, TRIALS * search.beam], dtype=np.int64)
    ask = Asked(adjusted, alive, np.asarray(search.floor, dtype=np.float64), number, np.array([search.slack]))
    found = price_sheet(sheet, ask, stop)
    rows = np.arange(keep) < found.many[:, None]
    arcs = found.arcs[rows]
    width = max(1, int((arcs >= 0).sum(axis=1).max(initial=1)))
    options = np.where(arcs >= 0, sheet.arc[np.maximum(arcs, 0), 0], -1)[:, :width]
    known = np.maximum(np.maximum(0.0, search.floor), found.best)
    missed = found.missed > (-np.inf if search.slack else known + 1.0)
    missed &= found.missed > NOTHING
    return Priced(
        np.nonzero(rows)[0],
        options,
        found.worth[rows],
        np.maximum(known, found.missed),
        not bool(missed.any()),
        WORK * int(found.work.sum()),
    )
