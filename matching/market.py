"""Prices for a whole city: one column generation over all workers and all visits, begun with what pieces have found.

The master is solved only nearly (`near.py`) and prices move half way at a time; the bound holds at any prices.
"""

from __future__ import annotations

import numpy as np

from matching.columns import Column
from matching.generation import Anchor, Generation
from matching.master import Prices, bound_at, minute_prices
from matching.near import NearMaster
from matching.pricing import price
from matching.searching import Priced, Search
from matching.travel import FloatArray

NONE = np.zeros(0)
CALM = 0.5  # how much of the last prices stays
SLOW = 3e-4  # the share of the value by which a round must move value or bound, else the next kind of round begins
# A few visits of each opening, more of them, all; and once more for the proof alone.
LOOKS = (
    Search(NONE, beam=40, keep=12, slots=40, cap=60),
    Search(NONE, beam=40, keep=12, slots=40, cap=200),
    Search(NONE, beam=60, keep=12, slots=40),
)
PROOF = Search(NONE, beam=600, keep=12, slots=40)
TOLERANCE = 1e-4


class Market:
    """The column generation of one whole board, in a `Generation` that dives and polishes can go on with."""

    def __init__(self, work: Generation, columns: list[Column]) -> None:
        self.work = work
        work.make_master = NearMaster
        work.prepare(columns)
        work.master.start()
        self.calm: Prices | None = None

    def run(self) -> None:
        """Rounds from coarse to fine, until neither value nor bound moves."""
        for search in LOOKS:
            value, bound = 0.0, np.inf
            while not self.work.stop() and self.work.budget > 0:
                now = self._round(search)
                if self.work.bound - now.value <= TOLERANCE * now.value:
                    return
                if now.value - value <= SLOW * now.value and not bound - self.work.bound > SLOW * now.value:
                    break
                value, bound = now.value, self.work.bound

    def prove(self) -> None:
        """One long look at the best prices known."""
        anchor = self.work.anchor
        if anchor is not None and not self.work.stop():
            self._look(Prices(anchor.visits, anchor.hours, anchor.bound), PROOF)

    def _round(self, search: Search) -> Prices:
        """The linear optimum, then new columns at prices half way to it, or at its own if there are none."""
        work = self.work
        work.master.grow()
        now: Prices = work.master.solve()
        calm = now if self.calm is None else _mixed(now, self.calm)
        if not self._look(calm, search) and calm is not now:
            self._look(now, search)
        self.calm = calm
        return now

    def _look(self, prices: Prices, search: Search) -> int:
        """Price at these prices; tells how many columns are new."""
        work = self.work
        per_minute = minute_prices(work.board, work.rows, prices)
        floors = work.master.best_known(prices.visits, prices.hours)
        found = price(work.grounds, (prices.visits, per_minute), search._replace(floor=floors))
        work.budget -= found.work
        if not search.cap:
            self._keep(prices, per_minute, found)
        work.tell("prices", work.bound)
        return work.add(found)

    def _keep(self, prices: Prices, per_minute: FloatArray, found: Priced) -> None:
        work = self.work
        bound = bound_at(work.rows, prices, found.upper)
        if work.anchor is None or bound < work.anchor.bound:
            work.bound = min(work.bound, bound)
            work.anchor = Anchor(prices.visits, prices.hours, per_minute, found.upper, bound)


def _mixed(now: Prices, before: Prices) -> Prices:
    visits = CALM * before.visits + (1 - CALM) * now.visits
    return Prices(visits, CALM * before.hours + (1 - CALM) * now.hours, now.value)
