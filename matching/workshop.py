"""First plans and their improvement by the compiled search: best insertion, then ruin and recreate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matching.board import Board
from matching.columns import Column, make_columns
from matching.limits import HourRow
from matching.quick import longest_of, make_sheet, threads
from matching.travel import IntArray

if TYPE_CHECKING:
    from matching.kernels.plan import Plan, Town
    from matching.kernels.sheet import Sheet

NEIGHBOURS = 60
TRIES = 150  # arcs of a visit tried at best insertion; the annealing looks at fewer
BLINK = 0.02


class Heat(NamedTuple):
    """How annealing goes: units of temperature at the beginning and at the end, and how visits are taken out and tried.

    `tries` arcs of a visit, before them the openings of `around` neighbours; up to `string` visits of a route go out.
    """

    hot: float = 600_000.0  # ten minutes of travel
    cold: float = 3_000.0  # three seconds
    tries: int = 40
    around: int = 0
    string: int = 4


USUAL = Heat()
TOURS = Heat(tries=10, around=30, string=10)  # where a worker has many visits, it matters who else is near
MANY_STOPS, MANY_MORE = 4, 12


def is_touring(board: Board, columns: Sequence[Column]) -> bool:
    """Whether routes have so many stops, or time for so many more, that the search finds them better than prices do."""
    if sum(len(column.options) for column in columns) > MANY_STOPS * len(columns):
        return True
    if not board.openings or not len(board.minutes):
        return False
    table = board.fleet.openings
    room = np.minimum(table.due, table.high) - np.maximum(table.ready, table.low)
    return bool(np.median(room) > MANY_MORE * (60 * np.median(board.minutes) + board.problem.buffer))


class Workshop:
    """A board ready for the compiled search. Several benches work on the same sheet, each with a plan of its own."""

    def __init__(self, board: Board, rows: tuple[HourRow, ...]) -> None:
        self.board, self.rows = board, rows
        self.sheet: Sheet = make_sheet(board, board.fleet.times)
        self.town = _make_town(board, rows, self.sheet)
        self.left = np.array([row.minutes for row in rows], dtype=np.int64)

    def bench(self, seed: int) -> Bench:
        """An empty plan to work on."""
        return Bench(self, seed)


class Bench:
    """One plan being worked on; its luck depends on the seed only."""

    def __init__(self, shop: Workshop, seed: int) -> None:
        from matching.kernels.plan import empty_plan
        from matching.kernels.ruin import new_memory

        self.shop = shop
        self.plan: Plan = empty_plan(shop.sheet, len(shop.board.visits), shop.left, longest_of(shop.sheet))
        self.memory = new_memory(self.plan)
        self.dice = np.array([(seed * 7919 + 12345) & 0x7FFFFFFF], dtype=np.int64)

    @property
    def value(self) -> int:
        """What the plan is worth, in units."""
        return int(self.plan.value.sum())

    def insert(self, order: Sequence[int]) -> Bench:
        """Best insertion of these visits, one after the other."""
        from matching.kernels.plan import insert_all

        blink = np.array([0.0, float(TRIES), 0.0])
        insert_all(self.shop.sheet, self.shop.town, self.plan, np.array(order, dtype=np.int64), self.dice, blink)
        return self

    def load(self, columns: Sequence[Column]) -> Bench:
        """Take over columns."""
        from matching.kernels.plan import load_routes

        if columns:
            load_routes(self.shop.sheet, self.shop.town, self.plan, self._arcs(columns))
        return self

    def anneal(self, steps: int, heat: Heat = USUAL) -> Bench:
        """So many steps of ruin and recreate; the best plan met is kept."""
        from matching.kernels.ruin import anneal

        how = np.array([heat.hot, heat.cold, steps, BLINK, heat.tries, heat.around, heat.string], dtype=np.float64)
        if len(self.shop.board.visits):
            anneal(self.shop.sheet, self.shop.town, self.plan, self.memory, self.dice, how)
        return self

    def columns(self) -> list[Column]:
        """The plan as columns."""
        used = np.flatnonzero(self.plan.many)
        width = int(self.plan.many.max(initial=1))
        arcs = self.plan.route[used, :width]
        inside = np.arange(width) < self.plan.many[used][:, None]
        options = np.where(inside, self.shop.board.arcs.option[np.where(inside, arcs, 0)], -1)
        return make_columns(self.shop.board, used, options)

    def _arcs(self, columns: Sequence[Column]) -> IntArray:
        board = self.shop.board
        width = max(len(column.options) for column in columns)
        table = np.full((len(columns), width), -1, dtype=np.int64)
        for row, column in enumerate(columns):
            keys = column.opening * len(board.visit) + np.array(column.options, dtype=np.int64)
            table[row, : len(keys)] = np.searchsorted(board.arcs.key, keys)
        return table


def anneal_together(benches: list[Bench], steps: int, heat: Heat = USUAL) -> Bench:
    """Each bench on a thread of its own; the best of them, the first if equal."""
    list(threads().map(lambda bench: bench.anneal(steps, heat), benches))
    return max(benches, key=lambda bench: bench.value)


def _make_town(board: Board, rows: tuple[HourRow, ...], sheet: Sheet) -> Town:
    from matching.kernels.plan import Town
    from matching.kernels.sheet import ENTRY, ONWARD

    arcs, table, fleet = board.arcs, board.fleet.openings, board.fleet
    visit = board.visit[arcs.option]
    ways = (sheet.arc[:, ENTRY] + sheet.arc[:, ONWARD]) * board.travel_rate // 2
    order = np.lexsort((arcs.option, arcs.opening, ways - arcs.gain, visit))
    of_opening: list[list[int]] = [[] for _ in range(board.openings)]
    for number, row in enumerate(rows):
        for opening in row.openings:
            of_opening[opening].append(number)
    return Town(
        np.searchsorted(board.visit, np.arange(len(board.visits) + 1)).astype(np.int64),
        np.searchsorted(visit[order], np.arange(len(board.visits) + 1)).astype(np.int64),
        order.astype(np.int64),
        _neighbours(board, sheet),
        np.cumsum([0, *map(len, of_opening)], dtype=np.int64),
        np.array([number for each in of_opening for number in each], dtype=np.int64),
        np.searchsorted(table.worker, np.arange(len(fleet) + 1)).astype(np.int64),
        table.day.astype(np.int64),
        fleet.rest.astype(np.int64),
    )


def _neighbours(board: Board, sheet: Sheet) -> IntArray:
    """For each visit those nearest to it, itself first; by number where nothing is known of distances."""
    many = len(board.visits)
    few = min(NEIGHBOURS, many)
    near = np.full((many, NEIGHBOURS), -1, dtype=np.int64)
    if board.problem.places and many:
        from scipy.spatial import cKDTree

        points = board.fleet.times.raw().vectors[[visit.place for visit in board.visits]]
        near[:, :few] = cKDTree(points).query(points, k=few)[1].reshape(many, few)
    elif sheet.legs.size:
        first = np.searchsorted(board.visit, np.arange(many))
        near[:, :few] = np.argsort(sheet.legs[0][first][:, first], axis=1, kind="stable")[:, :few]
    else:
        near[:, :few] = (np.arange(many)[:, None] + np.arange(few)) % max(1, many)
    return near
