"""Planning again from a previous roster: only what changed and what lies around it, so that little moves.

While neighbourhoods are planned anew, a visit is worth a little more with the worker it had; the roster's own sums know
nothing of that. Where nothing changed nothing is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from matching.board import Board
from matching.columns import Column, make_columns
from matching.generation import Generation
from matching.limits import HourRow
from matching.polish import Polish, neighbours_of_workers
from matching.roster import Roster
from matching.scoring import units
from matching.travel import IntArray
from matching.workshop import Heat, Workshop

STAY = 10.0  # minutes that keeping a worker is worth at least
AROUND = 40
FIRST_LOOK = 10
STEPS, WARM = 1500, Heat(hot=100_000.0, cold=2_000.0)


@dataclass(slots=True)
class Again:
    """One re-plan. `before` is the roster that was; `carried` are the columns that still hold of it."""

    board: Board
    rows: tuple[HourRow, ...]
    before: Roster
    carried: list[Column]
    stop: Callable[[], bool]
    budget: float
    seed: int

    def run(self) -> Iterator[list[Column]]:
        """Better and better columns of the board: what is loose inserted first, then neighbourhoods around it."""
        loose = self.loose()
        if not loose:
            yield self.carried
            return
        sticky = self._sticky()
        bench = Workshop(sticky, self.rows).bench(self.seed).load(self._on(sticky, self.carried))
        best = bench.insert(loose).anneal(STEPS, WARM).columns()
        yield self._on(self.board, best)
        work = Generation(sticky, self.rows, self.stop, lambda _phase, _bound: None, 1e-4, self.budget)
        work.prepare(best)
        polish = Polish(work, best, self.seed, AROUND)
        for workers in self._hoods(loose):
            if self.stop() or work.budget <= 0:
                return
            if polish.renew(workers.tolist()):
                yield self._on(self.board, polish.best)

    def loose(self) -> list[int]:
        """Visits that have lost their place or are new, dearest first; those left open before stay open."""
        placed = {visit for column in self.carried for visit in column.visits}
        known = {each.visit for each in self.before.unmatched}
        rows = [row for row, v in enumerate(self.board.visits) if row not in placed and v.code not in known]
        return sorted(rows, key=lambda row: (-int(self.board.hope[row]), row))

    def _sticky(self) -> Board:
        """The board with a little more gain where a visit stays with its worker."""
        board = self.board
        had = {choice.visit: choice.worker for choice in self.before.choices}
        index = {worker.code: row for row, worker in enumerate(board.problem.workers)}
        home = np.array([index.get(had.get(visit.code, ""), -1) for visit in board.visits], dtype=np.int64)
        worker = board.fleet.openings.worker[board.arcs.opening]
        same = worker == home[board.visit[board.arcs.option]]
        more = units(max(STAY, board.problem.weights.change))
        arcs = replace(board.arcs, gain=board.arcs.gain + np.where(same, more, 0))
        return replace(board, arcs=arcs, legs=board.legs.bare())

    def _on(self, board: Board, columns: list[Column]) -> list[Column]:
        """The same sequences valued by this board."""
        if not columns:
            return []
        width = max(len(column.options) for column in columns)
        options = np.full((len(columns), width), -1, dtype=np.int64)
        for row, column in enumerate(columns):
            options[row, : len(column.options)] = column.options
        return make_columns(board, np.array([column.opening for column in columns]), options)

    def _hoods(self, loose: list[int]) -> Iterator[IntArray]:
        """Workers around each loose visit, until every loose visit was in the middle of one or near it."""
        near = neighbours_of_workers(self.board, AROUND)
        done: set[int] = set()
        for visit in loose:
            nearest = self._nearest_worker(visit)
            if nearest >= 0 and nearest not in done:
                done.update(near[nearest, :FIRST_LOOK].tolist())
                yield near[nearest]

    def _nearest_worker(self, visit: int) -> int:
        """Who of those that can do a visit has the shortest way to it; -1 if nobody can."""
        board, arcs = self.board, self.board.arcs
        mine = np.flatnonzero(board.visit[arcs.option] == visit)
        if len(mine) == 0:
            return -1
        worker = board.fleet.openings.worker[arcs.opening[mine]]
        ways = board.limit.seconds(worker, board.fleet.start[worker], board.place[arcs.option[mine]])
        return int(worker[int(ways.argmin())])
