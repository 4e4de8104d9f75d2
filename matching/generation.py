"""Column generation: prices from the master, columns from pricing, a falling bound; then a dive to whole columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from matching.board import Board
from matching.columns import Column, Pool, make_columns
from matching.grounds import Grounds
from matching.limits import HourRow, total_value
from matching.master import Master, Prices, bound_at, minute_prices
from matching.pricing import bury, price
from matching.searching import Priced, Search
from matching.travel import FloatArray

CAP = 40
HOPELESS = 0.0005
FINE = 120
FIRST = (0.6, 0.75, 0.9)  # shares of what visits could bring at most, as prices to begin with
NONE = np.zeros(0)
# From coarse to fine: a few visits of each opening, more of them; all, then with finer slots and wider beams.
FEW = (
    Search(NONE, beam=40, keep=12, slots=30, cap=CAP, slow=1e-3),
    Search(NONE, beam=40, keep=12, slots=40, cap=3 * CAP),
)
EARLY = FEW[1]._replace(slow=2e-2)  # enough for a first dive
ALL = (
    Search(NONE, beam=60, keep=12, slots=40),
    Search(NONE, beam=240, keep=12, slots=120),
    Search(NONE, beam=1000, keep=12, slots=120),
    Search(NONE, beam=20_000, keep=12, slots=120),
)


class Anchor(NamedTuple):
    """Prices and the bound they prove: no roster is worth more than what they sell for plus each opening's `upper`."""

    visits: FloatArray
    hours: FloatArray
    per_minute: FloatArray
    upper: FloatArray
    bound: float


@dataclass(slots=True)
class Generation:
    """One run of column generation on one board. `bound` is valid at any moment (worth of columns, without `stay`).

    `exact`: whether the last look at all visits gave nothing up. `budget` is the work allowed, in cells of the backward
    tables; it stands for time, but is the same everywhere.
    """

    board: Board
    rows: tuple[HourRow, ...]
    stop: Callable[[], bool]
    tell: Callable[[str, float], None]
    tolerance: float
    budget: float
    make_master: Callable[[Board, tuple[HourRow, ...], Pool], Any] = Master
    pool: Pool = field(init=False)
    master: Any = field(init=False)
    grounds: Grounds = field(init=False)
    bound: float = math.inf
    anchor: Anchor | None = None
    incumbent: float = 0.0
    slack: float = math.inf
    exact: bool = True
    floors: FloatArray = field(init=False)

    def prepare(self, columns: list[Column]) -> None:
        """Know these columns and nothing else yet."""
        self.pool = Pool(self.board)
        self.master = self.make_master(self.board, self.rows, self.pool)
        self.grounds = Grounds(self.board, self.stop)
        self.bound = simple_bound(self.board)
        self.floors = np.zeros(self.board.openings)
        self.pool.add(columns)

    def begin(self, columns: list[Column], prices: FloatArray | None = None) -> None:
        """Start from these columns and from what each opening would like at prices known or, else, guessed."""
        self.prepare(columns)
        self.master.start()
        hope = self.board.hope.astype(np.float64)
        guesses = [share * hope for share in FIRST] if prices is None else [prices, 0.95 * prices, 1.05 * prices]
        for guess in guesses:
            self.add(price(self.grounds, (guess, self.floors), Search(self.floors, 8, 12, slots=30, cap=CAP)))

    def run(self, steps: Sequence[Search]) -> None:
        """Price from coarse to fine until nothing better is found, or the budget is spent.

        Only pricing over all visits moves the bound. Prices half way to the last ones swing less.
        """
        before: Prices | None = None
        for search in steps:
            last = -math.inf
            while self.budget > 0 and not self.stop():
                now = self.solve_master()
                smooth = now if before is None else _between(now, before)
                added = self._price(smooth, search) or (smooth is not now and self._price(now, search))
                before = smooth
                self.tell("prices", self.bound)
                if self.bound - max(now.value, self.incumbent) <= self.tolerance * (1 + abs(now.value)):
                    return
                self._bury(search)
                slow = search.slots < FINE and now.value - last <= search.slow * abs(now.value)
                last = now.value
                if not added or slow:
                    break
            before = None if search.cap else before

    def _bury(self, search: Search) -> None:
        """Once the bound is twice as near as last time, drop arcs that nothing better than the incumbent can use."""
        if self.anchor is None or self.grounds.sheet is not None:
            return
        slack = self.anchor.bound - self.incumbent + 2
        if slack > self.slack / 2:
            return
        self.slack = slack
        prices = (self.anchor.visits, self.anchor.per_minute)
        self.budget -= bury(self.grounds, prices, self.anchor.upper, slack, search.slots)
        arcs, many = self.board.arcs, len(self.board.visit)
        alive = set(arcs.key[self.grounds.alive].tolist())
        for column, variable in zip(self.pool.columns, self.master.variables, strict=False):
            if any(column.opening * many + option not in alive for option in column.options):
                variable.SetUb(0.0)

    def solve_master(self) -> Prices:
        """The linear optimum over what is known."""
        self.master.grow()
        prices: Prices = self.master.solve()
        self.floors = self.master.opening_duals()
        return prices

    def _price(self, prices: Prices, search: Search) -> int:
        """Price at these prices; tells how many new columns there were."""
        per_minute = minute_prices(self.board, self.rows, prices)
        found = price(self.grounds, (prices.visits, per_minute), search._replace(floor=self.floors))
        self.budget -= found.work
        bound = bound_at(self.rows, prices, found.upper)
        if not search.cap:
            self.exact = found.exact
        if not search.cap and (self.anchor is None or bound < self.anchor.bound):
            self.bound = min(self.bound, bound)
            self.anchor = Anchor(prices.visits, prices.hours, per_minute, found.upper, bound)
        return self.add(found)

    def add(self, found: Priced) -> int:
        """Take in what pricing found; tells how many columns are new."""
        return len(self.pool.add(make_columns(self.board, found.opening, found.options)))

    def take(self, found: Priced) -> list[Column]:
        """The same, and the columns found."""
        columns = make_columns(self.board, found.opening, found.options)
        self.pool.add(columns)
        return columns

    def best_prices(self) -> Prices:
        """Those of the best bound, or else of the last linear optimum."""
        if self.anchor is None:
            return self.solve_master()
        return Prices(self.anchor.visits, self.anchor.hours, self.anchor.bound)

    def best_of_each(self, prices: Prices, per_minute: FloatArray, most: int) -> list[Column]:
        """Of each opening the few columns of the pool that lose least at these prices."""
        visits = prices.visits.tolist()
        ranked: dict[int, list[tuple[float, int]]] = {}
        for number, column in enumerate(self.pool.columns):
            cost = sum(visits[visit] for visit in column.visits) + column.minutes * per_minute[column.opening]
            ranked.setdefault(column.opening, []).append((cost - column.value, number))
        return [self.pool.columns[number] for each in ranked.values() for _, number in sorted(each)[:most]]

    def everything_above(self, value: float, most: int) -> list[Column] | None:
        """All columns that could be in a roster worth more than `value`; None if there are too many to say.

        A roster with a column that lies `slack` below the bound of its opening is itself that far below the bound.
        """
        if self.anchor is None or self.stop():
            return None
        slack = self.anchor.bound - value + 2
        if slack > HOPELESS * abs(value) and self.grounds.alive.sum() > 3000:
            return None
        search = Search(self.anchor.upper - slack, most, most, slack, slots=ALL[-1].slots)
        found = price(self.grounds, (self.anchor.visits, self.anchor.per_minute), search)
        if len(found.opening) >= most or not found.exact:
            return None
        return make_columns(self.board, found.opening, found.options)

    def known_above(self, value: float) -> list[Column]:
        """Columns of the pool that could be in a roster worth more than `value`."""
        if self.anchor is None:
            return list(self.pool.columns)
        visits, _, per_minute, upper, bound = self.anchor
        slack = bound - value + 2
        return [
            column
            for column in self.pool.columns
            if column.value
            - sum(visits[visit] for visit in column.visits)
            - column.minutes * per_minute[column.opening]
            >= upper[column.opening] - slack
        ]


def _between(now: Prices, before: Prices) -> Prices:
    """Half way: prices that swing less bring better columns."""
    return Prices((now.visits + before.visits) / 2, (now.hours + before.hours) / 2, now.value)


def simple_bound(board: Board) -> float:
    """A bound without any search: every visit at its best, every straight way and wait saved."""
    return float(board.hope.sum() + np.maximum(board.base_value, 0).sum())


def better(one: list[Column], other: list[Column]) -> list[Column]:
    """The set of columns worth more; the first one if equal."""
    return other if total_value(other) > total_value(one) else one
