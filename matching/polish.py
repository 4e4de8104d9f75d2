"""Polish: some neighbouring workers at a time are planned anew, all others stay as they are.

The same small step re-optimises a roster after something changed: then the neighbourhood is what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from matching.board import Board
from matching.columns import Column, Pool
from matching.generation import Generation
from matching.limits import Ledger, total_value
from matching.master import Master, Prices, minute_prices
from matching.packing import Effort, pack
from matching.pricing import price
from matching.searching import Search
from matching.travel import BoolArray, FloatArray, IntArray

SIZES = (40, 80, 160)
ROUNDS = 12
KNOWN = 60
PACK = 0.5  # of CP-SAT's deterministic time, for 40 workers
WHOLE = 1000.0  # units: less than a second of travel is no improvement worth a solver


@dataclass(slots=True)
class Polish:
    """Plans neighbourhoods anew, starting from the pool and prices of a generation."""

    work: Generation
    best: list[Column]
    seed: int
    size: int = SIZES[0]
    near: IntArray = field(init=False)

    def __post_init__(self) -> None:
        self.near = neighbours_of_workers(self.work.board, 2 * self.size)

    def sweep(self) -> Iterator[list[Column]]:
        """Neighbourhoods one after the other until every worker was in one; after each the best so far."""
        waiting = np.ones(len(self.near), dtype=bool)
        while waiting.any() and not self.work.stop():
            seed = int(np.flatnonzero(waiting)[len(self.near) // 3 % int(waiting.sum())])
            around = self.near[seed]
            fresh = around[waiting[around]]
            chosen = np.concatenate([fresh, around[~waiting[around]]])[: self.size]
            waiting[chosen] = False
            waiting[seed] = False
            self.renew(chosen.tolist())
            yield self.best

    def renew(self, workers: Iterable[int]) -> bool:
        """Plan these workers anew together with all open visits; tells whether that was better."""
        inside = np.isin(self.work.board.fleet.openings.worker, np.array(sorted(workers), dtype=np.int64))
        hood = _Hood(self.work, self.best, inside, Effort(PACK * self.size / SIZES[0], self.seed, self.work.stop))
        found = hood.solve()
        gained = found is not None and total_value(found) > total_value(hood.before)
        if found is not None and gained:
            self.best = sorted([*hood.fixed, *found], key=lambda column: column.opening)
        return gained


class _Hood:
    """One neighbourhood: its openings, what they hold, and what all others hold."""

    def __init__(self, work: Generation, best: list[Column], inside: BoolArray, effort: Effort) -> None:
        self.work, self.effort = work, effort
        self.before = [column for column in best if inside[column.opening]]
        self.fixed = [column for column in best if not inside[column.opening]]
        self.inside = inside
        self.ledger = Ledger(work.board, work.rows)
        for column in self.fixed:
            self.ledger.put(column)
        self.taken = {visit for column in self.fixed for visit in column.visits}
        self.pool = Pool(work.board)

    def solve(self) -> list[Column] | None:
        """Columns by pricing, then the best whole choice among those that could be in a better one."""
        work = self.work
        self.pool.add(self.before)
        self.pool.add(self._known())
        master = Master(work.board, work.rows, self.pool)
        master.start(self.ledger.left)
        prices = self._generate(master)
        slack = prices.value - total_value(self.before)
        if slack <= WHOLE:
            return None
        shares = master.shares()
        if min(shares.values(), default=1.0) > 1 - 1e-6 and self._possible(list(shares)):
            return list(shares)
        columns = self._near_enough(prices, master.opening_duals(), slack)
        packed = pack(work.board, work.rows, columns, self.before, self.effort)
        return packed.columns or None

    def _possible(self, columns: list[Column]) -> bool:
        ledger = Ledger(self.work.board, self.work.rows)
        for column in [*self.fixed, *columns]:
            if not ledger.fits(column):
                return False
            ledger.put(column)
        return True

    def _generate(self, master: Master) -> Prices:
        """Prices of this neighbourhood alone, and columns that suit them."""
        prices = Prices(np.zeros(0), np.zeros(0), 0.0)
        for number in range(ROUNDS):
            master.grow()
            prices = master.solve()
            if self.work.stop() or not self._price(prices, master.opening_duals(), 0 if number else 40):
                break
        master.grow()
        return master.solve()

    def _price(self, prices: Prices, duals: FloatArray, cap: int) -> int:
        work = self.work
        visits, floors = prices.visits.copy(), np.where(self.inside, duals, np.inf)
        visits[list(self.taken)] = np.inf
        per_minute = minute_prices(work.board, work.rows, prices)
        found = price(work.grounds, (visits, per_minute), Search(floors, 60, 8, slots=48, cap=cap))
        work.budget -= found.work
        return len(self.pool.add([column for column in work.take(found) if self.ledger.fits(column)]))

    def _known(self) -> list[Column]:
        """What the generation knows about these openings, the likeliest of each."""
        return [
            column
            for column in self.work.pool.of_openings(np.flatnonzero(self.inside).tolist(), KNOWN)
            if self.taken.isdisjoint(column.visits) and self.ledger.fits(column)
        ]

    def _near_enough(self, prices: Prices, duals: FloatArray, slack: float) -> list[Column]:
        """Columns that could be in a better choice."""
        per_minute = minute_prices(self.work.board, self.work.rows, prices)
        visits = prices.visits.tolist()
        return [
            column
            for column in self.pool.columns
            if sum(visits[visit] for visit in column.visits)
            + column.minutes * per_minute[column.opening]
            + duals[column.opening]
            - column.value
            <= slack
        ]


def neighbours_of_workers(board: Board, few: int) -> IntArray:
    """For each worker the few who start nearest, the worker first."""
    many = len(board.fleet)
    few = min(few, many)
    start, places = board.fleet.start, board.problem.places
    if places and many > 1:
        from scipy.spatial import cKDTree

        points = board.fleet.times.raw().vectors[start]
        return np.asarray(cKDTree(points).query(points, k=few)[1], dtype=np.int64).reshape(many, few)
    return (np.arange(many)[:, None] + np.arange(few)) % max(1, many)
