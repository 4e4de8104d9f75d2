"""A round at once: every visit's best openings from grids, bids for them, and longer lists until the proof is near.

What `rounds.flow` does for boards, without one: no visit is held against openings that cannot matter. It is for rounds
in which no opening takes two visits and nothing couples the openings of a worker; without the compiled kernels it is
not used. The prices of the bids prove a bound: no choice is worth more than all of them and what visits keep at them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from matching.board import base_value
from matching.compiled import is_ready
from matching.fleet import Fleet
from matching.layout import lay_out
from matching.problem import Haversine, Limits, Problem
from matching.quick import threads
from matching.scoring import open_columns
from matching.travel import IntArray
from matching.wishes import Wishes

if TYPE_CHECKING:
    from matching.kernels.bids import Deal
    from matching.kernels.fair import Fair
    from matching.kernels.stalls import Desk

LIST, WIDTH = 24, 64  # openings of each visit that are added at a time, and at most
# Pass by pass, in shares of what a visit is usually worth: by how much bids rise, at what rest of its value a visit
# would rather stay open, and by how much less than its best an opening is still of interest.
PASSES = ((4e-3, 0.8, 4e-3), (1e-3, 0.6, 2e-3), (4e-4, 0.5, 1e-3), (4e-4, 0.3, 1e-3), (3e-4, 0.0, 1e-3))
NEAR = 1.5e-3  # a proof as near as this is good enough
ANY = 1 << 60
# Where the lists together name less than this share of what could be named, lists are wider and go apart.
CROWDED, WIDE, MASKS = 0.7, 256, (7, 63)
FAR_OFF = 0.02  # a proof so far off says that this is not the way
BIDS = 400  # for each visit
MANY = 250_000  # pairs of a worker and a visit: smaller rounds are settled to the proof by `rounds.flow`
SPANS = 8  # visits are looked at in so many parts, by two threads
FAR_AWAY = 1 << 62


@dataclass(frozen=True, slots=True)
class Settled:
    """The openings that got a visit each, what that is worth against leaving all open, and the proven bound of it."""

    opening: IntArray
    visit: IntArray
    bound: int
    unfilled: IntArray
    waiting: IntArray


def is_large(problem: Problem) -> bool:
    """Whether this is how the round should be settled, as far as one can see without a look at the fleet."""
    many = len(problem.workers) * len(problem.visits) >= MANY and is_ready()
    plain = many and isinstance(problem.travel, Haversine) and bool(problem.places)
    return plain and all(visit.promise is None for visit in problem.visits)


def settle(fleet: Fleet, wishes: Wishes, limits: Limits) -> Settled | None:
    """Who gets what; None if an opening could take two visits, something couples openings, or the proof stays far."""
    if len(fleet.openings) == 0 or not _takes_one(fleet, wishes) or _coupled(fleet, wishes):
        return None
    unfilled, waiting = open_columns(fleet.problem)
    fair = lay_out(fleet, wishes, base_value(fleet), -(unfilled + waiting))
    if fair is None:
        return None
    bound, deal = Market(fair).run(limits)
    stopped = limits.stop is not None and limits.stop()
    if not stopped and bound - int(deal.got[deal.mine >= 0].sum()) > FAR_OFF * bound:
        return None
    visit = np.flatnonzero(deal.mine >= 0)
    return Settled(deal.mine[visit], visit, bound, unfilled, waiting)


class Market:
    """Bids on lists that grow by what is best at the prices of the last bids, until the proof is near."""

    def __init__(self, fair: Fair) -> None:
        from matching.kernels.stalls import Lists, Prices

        many, blocks = len(fair.visit), len(fair.cell) // 16
        self.fair = fair
        self.lists = Lists(*self._blank(WIDTH))
        free = np.zeros(len(fair.room), dtype=np.int64)
        cell = np.zeros(len(fair.cell) - 1, dtype=np.int64)
        self.prices = Prices(free, cell, np.zeros(blocks, dtype=np.int64), np.zeros(len(fair.stand), dtype=np.int64))
        self._look(free, ANY)
        self.usual = float(self.lists.value[:, 0].mean())
        wanted = len(np.unique(self.lists.opening[:, :LIST]))
        self.crowded = wanted < CROWDED * min(many, len(fair.room))
        if self.crowded:
            self.lists = Lists(*self._blank(WIDE))
            self._look_aside(free)
            self._look(free, ANY)

    def _blank(self, width: int) -> tuple[IntArray, IntArray, IntArray]:
        many = len(self.fair.visit)
        opening, value = np.zeros((2, many, width), dtype=np.int64)
        return opening, value, np.zeros((many, 3), dtype=np.int64)

    def _look_aside(self, price: IntArray) -> None:
        """Where all want the same, each visit also looks at some openings of its own."""
        for mask in MASKS:
            self._look(price, ANY, mask)

    def run(self, limits: Limits) -> tuple[int, Deal]:
        """The best deal, and a bound that holds for all; more effort asks for a nearer proof."""
        effort = max(1.0, limits.effort)
        last = [(PASSES[-1][0] / 2**more, *PASSES[-1][1:]) for more in range(1, 1 + round(math.log2(effort)))]
        best, bound, worth = self._nothing(), 1 << 62, 0
        for step, reserve, margin in (*PASSES, *last):
            deal = self.settle(step, reserve)
            value = int(deal.got[deal.mine >= 0].sum())
            bound = min(bound, self.look(deal, margin))
            if value > worth:
                best, worth = deal, value
            if bound - worth <= NEAR / effort * bound or (limits.stop is not None and limits.stop()):
                break
        return bound, best

    def settle(self, step: float, reserve: float) -> Deal:
        """Bids that rise by this share of what a visit is usually worth."""
        from matching.kernels.bids import settle_all

        deal, visits = self._nothing(), len(self.fair.visit)
        settle_all(self.fair.turn, self.lists, deal, np.array([max(1.0, step * self.usual), reserve]), BIDS * visits)
        return deal

    def _nothing(self) -> Deal:
        from matching.kernels.bids import Deal

        visits, free = len(self.fair.visit), np.zeros(len(self.fair.room), dtype=np.int64)
        return Deal(free, free - 1, np.full(visits, -1), np.zeros(visits, dtype=np.int64), np.zeros(4, dtype=np.int64))

    def look(self, deal: Deal, margin: float) -> int:
        """What is better at the prices of a deal comes into the lists; returns the bound that they prove."""
        from matching.kernels.bids import prove

        if self.crowded:
            self._look_aside(deal.price)
        self._look(deal.price, int(margin * self.usual))
        return prove(self.lists, deal)

    def _look(self, price: IntArray, margin: int, mask: int = 0) -> None:
        from matching.kernels.stalls import find_lowest, gather_some

        prices = self.prices._replace(opening=price)
        find_lowest(self.fair, prices)
        spans = np.linspace(0, len(self.fair.visit), SPANS + 1).astype(np.int64)
        every = [np.array([low, high]) for low, high in pairwise(spans)]
        list(threads().map(lambda s: gather_some(self.fair, s, self.lists, self._desk(mask), prices, margin), every))

    def _desk(self, mask: int) -> Desk:
        from matching.kernels.stalls import Desk

        front = np.zeros((max(1, int(np.diff(self.fair.hall).max(initial=0))), 6))
        opening, value, net = np.zeros((3, LIST), dtype=np.int64)
        return Desk(opening, value, net, front, np.zeros(9), np.array([0, 0, 0, 0, mask]))


def _takes_one(fleet: Fleet, wishes: Wishes) -> bool:
    """Whether in every opening the first visit would be over only after the last must have begun."""
    table, shortest = fleet.openings, int(wishes.minutes.min()) * 60
    low = np.maximum(np.maximum(table.ready, table.low), max(int(wishes.begin.min()), 0))
    high = np.minimum(np.minimum(table.due, table.high) - shortest, int(wishes.last.max()))
    return bool((low + shortest + fleet.problem.buffer > high).all())


def _coupled(fleet: Fleet, wishes: Wishes) -> bool:
    """Whether hours or rest could be short although each opening by itself keeps them."""
    table, longest = fleet.openings, int(wishes.minutes.max())
    many = np.bincount(table.worker, minlength=len(fleet))
    days = np.zeros(len(fleet), dtype=np.int64)
    np.maximum.at(days, table.worker, table.day)
    if bool(((many > 1) & (fleet.rest > 0) & (days > _first_day(fleet))).any()):
        return True
    for limit, load in ((fleet.daily_limit, fleet.day_load), (fleet.weekly_limit, fleet.week_load)):
        short = (limit >= 0) & (many > 1)
        if bool((short & (limit - load.max(axis=1) < many * longest)).any()):
            return True
    return False


def _first_day(fleet: Fleet) -> IntArray:
    first = np.full(len(fleet), FAR_AWAY)
    np.minimum.at(first, fleet.openings.worker, fleet.openings.day)
    return first
