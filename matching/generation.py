"""Column generation: prices from the master, columns from pricing, a falling bound; then a dive to whole columns."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from matching.board import Board
from matching.columns import Column, Pool, make_columns
from matching.limits import HourRow, Ledger, total_value
from matching.master import Master, Prices, bound_at, minute_prices
from matching.pricing import Priced, Search, price
from matching.travel import FloatArray

TOLERANCE = 1e-5


@dataclass(slots=True)
class Generation:
    """One run of column generation on one board. `bound` is valid at any moment (worth of columns, without `stay`)."""

    board: Board
    rows: tuple[HourRow, ...]
    stop: Callable[[], bool]
    tell: Callable[[str, float], None]
    pool: Pool = field(init=False)
    master: Master = field(init=False)
    bound: float = math.inf
    prices: Prices | None = None
    floors: FloatArray = field(init=False)
    converged: bool = False

    def begin(self, columns: list[Column]) -> None:
        """Start from these columns and from what each opening would like best if visits were free."""
        self.pool = Pool(self.board)
        self.master = Master(self.board, self.rows, self.pool)
        self.bound = simple_bound(self.board)
        self.floors = np.zeros(self.board.openings)
        self.pool.add(columns)
        self.master.start()
        free = np.zeros(len(self.board.visits))
        found = price(self.board, (free, self.floors), Search(self.floors, 8, 30))
        self.pool.add(make_columns(self.board, found.opening, found.options))

    def run(self, rounds: int) -> None:
        """Price until nothing better is found, or the rounds are over."""
        beam, slots, best = 60, 40, None
        for _ in range(rounds):
            if self.stop():
                return
            self.master.grow()
            now = self.master.solve()
            self.prices = now
            self.floors = self.opening_duals()
            smooth = now if best is None else _between(now, best)
            added = self._price(smooth, beam, slots)
            if not added and smooth is not now:
                added = self._price(now, beam, slots)
            best = smooth
            self.tell("prices", self.bound)
            if self.bound - now.value <= TOLERANCE * (1 + abs(now.value)):
                self.converged = True
                return
            if not added:
                if beam > 20_000:
                    return
                beam, slots = beam * 4, 120

    def opening_duals(self) -> FloatArray:
        """What one more opening of each kind would be worth."""
        return np.maximum(0.0, np.array([row.dual_value() for row in self.master.opening_rows], dtype=np.float64))

    def _price(self, prices: Prices, beam: int, slots: int) -> int:
        """Price at these prices; tells how many new columns there were."""
        per_minute = minute_prices(self.board, self.rows, prices)
        found = price(self.board, (prices.visits, per_minute), Search(self.floors, beam, 12, slots=slots))
        self.bound = min(self.bound, bound_at(self.rows, prices, found.upper))
        return len(self.pool.add(make_columns(self.board, found.opening, found.options)))

    def everything_within(self, slack: float, most: int) -> list[Column] | None:
        """All columns that could be in a roster less than `slack` below the bound; None if there are too many."""
        if self.prices is None:
            return None
        now = self.prices
        search = Search(self.floors - slack - 2, most, most, slack + 2)
        found = price(self.board, (now.visits, minute_prices(self.board, self.rows, now)), search)
        if len(found.opening) >= most or not found.exact:
            return None
        return make_columns(self.board, found.opening, found.options)

    def near(self, slack: float) -> list[Column]:
        """Columns of the pool that could be in a roster less than `slack` below the bound."""
        if self.prices is None:
            return list(self.pool.columns)
        per_minute = minute_prices(self.board, self.rows, self.prices)
        visits = self.prices.visits
        return [
            column for column in self.pool.columns
            if column.value - sum(visits[visit] for visit in column.visits)
            - column.minutes * per_minute[column.opening] - self.floors[column.opening] >= -slack
        ]


def _between(now: Prices, before: Prices) -> Prices:
    """Half way: prices that swing less bring better columns."""
    return Prices((now.visits + before.visits) / 2, (now.hours + before.hours) / 2, now.value, now.shares)


def simple_bound(board: Board) -> float:
    """A bound without any search: every visit at its best, every straight way and wait saved."""
    return float(board.hope.sum() + np.maximum(board.base_value, 0).sum())


@dataclass(slots=True)
class Dive:
    """From shares to whole columns: fix the surest, price what is left again, repeat."""

    generation: Generation
    ledger: Ledger
    taken: set[int] = field(default_factory=set)

    def run(self) -> list[Column]:
        """Whole columns that can be kept together."""
        work = self.generation
        for _ in range(60):
            if work.stop():
                break
            work.master.grow()
            shares = work.master.solve().shares
            if not self._fix(shares):
                break
            self._reprice()
        return [self.ledger.chosen[opening] for opening in sorted(self.ledger.chosen)]

    def _fix(self, shares: FloatArray) -> bool:
        """Fix the columns at 1 and the largest fractions; tells whether there were any."""
        work, variables = self.generation, self.generation.master.variables
        order = [int(n) for n in np.lexsort((np.arange(len(shares)), -shares)) if shares[n] > 1e-6]
        loose = [number for number in order if work.pool.columns[number].opening not in self.ledger.chosen]
        quota = max(1, round(0.12 * len({work.pool.columns[number].opening for number in loose})))
        fixed = 0
        for number in loose:
            column = work.pool.columns[number]
            if (shares[number] < 1 - 1e-6 and fixed >= quota) or self._clashes(column):
                continue
            if not self.ledger.fits(column):
                variables[number].SetUb(0.0)
                continue
            self.ledger.put(column)
            self.taken.update(column.visits)
            variables[number].SetLb(1.0)
            fixed += shares[number] < 1 - 1e-6
        return bool(loose)

    def _clashes(self, column: Column) -> bool:
        return column.opening in self.ledger.chosen or not self.taken.isdisjoint(column.visits)

    def _reprice(self) -> None:
        """Look for columns among what is not fixed."""
        work = self.generation
        work.master.grow()
        prices = work.master.solve()
        visits = prices.visits.copy()
        visits[list(self.taken)] = np.inf
        floors = work.opening_duals()
        floors[list(self.ledger.chosen)] = np.inf
        found: Priced = price(
            work.board, (visits, minute_prices(work.board, work.rows, prices)), Search(floors, 30, 6),
        )
        work.pool.add(make_columns(work.board, found.opening, found.options))


def better(one: list[Column], other: list[Column]) -> list[Column]:
    """The set of columns worth more; the first one if equal."""
    return other if total_value(other) > total_value(one) else one
