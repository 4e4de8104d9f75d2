"""From shares of columns to whole ones: fix the surest, drop them with their visits, price what is left, repeat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from matching.columns import Column, Pool
from matching.limits import Ledger
from matching.master import Prices, minute_prices
from matching.pricing import price
from matching.searching import Search
from matching.travel import FloatArray

if TYPE_CHECKING:
    from matching.generation import Generation

STEPS = 60
SHARE = 0.12
LIKED = 0.3  # of a column's share that being in the guide is as good as
PER_OPENING = 16
CAP = 40


@dataclass(slots=True)
class Dive:
    """One dive from the columns and prices of a generation; it leaves new columns in the generation's pool.

    Columns of the `guide`, a roster that is good already, are fixed a little sooner (guided dives: Danna, Rothberg and
    Le Pape, 2005).
    """

    generation: Generation
    ledger: Ledger
    guide: list[Column] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    left: list[Column] = field(default_factory=list)

    def run(self) -> list[Column]:
        """Whole columns that can be kept together."""
        work = self.generation
        prices = work.solve_master()
        self.left = list(work.pool.columns)
        shares = work.master.shares()
        for _ in range(STEPS):
            if work.stop() or not self._fix(shares):
                break
            shares, prices = self._again(prices)
        return [self.ledger.chosen[opening] for opening in sorted(self.ledger.chosen)]

    def _fix(self, shares: dict[Column, float]) -> bool:
        """Fix the columns at 1 and the largest fractions; tells whether there were any."""
        liked = {(column.opening, column.options) for column in self.guide}
        rank = {c: share + (LIKED if (c.opening, c.options) in liked else 0.0) for c, share in shares.items()}
        order = sorted(shares, key=lambda column: (-rank[column], column.opening, column.options))
        quota = max(2, round(SHARE * len({column.opening for column in order})))
        fixed = 0
        for column in order:
            whole = shares[column] >= 1 - 1e-6
            if (not whole and fixed >= quota) or self._clashes(column):
                continue
            if self.ledger.fits(column):
                self.ledger.put(column)
                self.taken.update(column.visits)
                fixed += not whole
        return bool(order)

    def _clashes(self, column: Column) -> bool:
        return column.opening in self.ledger.chosen or not self.taken.isdisjoint(column.visits)

    def _again(self, prices: Prices) -> tuple[dict[Column, float], Prices]:
        """The linear optimum of what is left, with columns that suit it."""
        work = self.generation
        self.left = self._likely([c for c in self.left if not self._clashes(c) and self.ledger.fits(c)], prices)
        if not self.left:
            return {}, prices
        pool = Pool(work.board)
        pool.add(self.left)
        master = work.make_master(work.board, work.rows, pool)
        master.start(self.ledger.left)
        master.grow()
        prices = master.solve()
        fresh = self._price(prices, master.opening_duals())
        pool.add([column for column in fresh if self.ledger.fits(column)])
        if len(pool.columns) > len(self.left):
            master.grow()
            prices = master.solve()
        self.left = list(pool.columns)
        return master.shares(), prices

    def _likely(self, columns: list[Column], prices: Prices) -> list[Column]:
        """Of each opening the columns that lose least at these prices."""
        per_minute = minute_prices(self.generation.board, self.generation.rows, prices)
        visits = prices.visits.tolist()
        ranked: dict[int, list[tuple[float, int]]] = {}
        for number, column in enumerate(columns):
            cost = sum(visits[visit] for visit in column.visits) + column.minutes * per_minute[column.opening]
            ranked.setdefault(column.opening, []).append((cost - column.value, number))
        return [columns[number] for each in ranked.values() for _, number in sorted(each)[:PER_OPENING]]

    def _price(self, prices: Prices, duals: FloatArray) -> list[Column]:
        """Look for columns among what is not fixed."""
        work = self.generation
        visits, floors = prices.visits.copy(), duals.copy()
        visits[list(self.taken)] = np.inf
        floors[list(self.ledger.chosen)] = np.inf
        per_minute = minute_prices(work.board, work.rows, prices)
        found = price(work.grounds, (visits, per_minute), Search(floors, 30, 6, slots=30, cap=CAP))
        work.budget -= found.work
        return work.take(found)
