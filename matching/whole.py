"""A city on one board: prices over all borders of pieces, a dive to whole columns, neighbourhoods planned anew."""

from __future__ import annotations

from collections.abc import Callable

from matching.board import Board, build_board
from matching.columns import Column
from matching.compiled import is_ready
from matching.dive import Dive
from matching.generation import Generation, better
from matching.greedy import value_order
from matching.limits import Ledger, hour_rows, total_value
from matching.market import TOLERANCE, Market
from matching.polish import SIZES, Polish
from matching.problem import Limits, Problem
from matching.shards import Names, Placed
from matching.workshop import Workshop

# Workers × visits that are looked at together; a quarter is what may be, at some hundred bytes each.
MOST_PAIRS, PLAIN_PAIRS = 12_000_000, 400_000
WORK = 1e8  # cells of the pricing tables for each worker at effort 1
SWEEPS = 2  # over all neighbourhoods at effort 1


class Whole:
    """The whole city, begun with what its pieces hold (`best`) and know (`columns`)."""

    def __init__(self, problem: Problem, limits: Limits, seed: int, tell: Callable[[str, int, float], None]) -> None:
        self.limits, self.seed, self.tell = limits, seed, tell
        self.board: Board = build_board(problem)
        self.rows, self.names = hour_rows(self.board), Names(self.board)
        budget = WORK * limits.effort * len(problem.workers)
        self.work = Generation(self.board, self.rows, self._stopped, self._say, TOLERANCE, budget)
        self.best: list[Column] = []

    @staticmethod
    def can_hold(problem: Problem) -> bool:
        """Whether the city is small enough for one board."""
        return len(problem.workers) * len(problem.visits) <= (MOST_PAIRS if is_ready() else PLAIN_PAIRS)

    def run(self, held: list[Placed], known: list[Placed]) -> None:
        """Prices and the bound, then whole columns; after each step the best so far is there."""
        self.best = self.names.columns(held)
        market = Market(self.work, [*self.best, *self.names.columns(known)])
        market.run()
        market.prove()
        if not self._stopped():
            self._dive()
        self._polish()

    @property
    def bound(self) -> float:
        """What no roster is worth more than."""
        return max(self.work.bound, float(total_value(self.best)))

    def placed(self) -> list[Placed]:
        """The best columns, by names."""
        return list(map(self.names.placed, self.best))

    def prices(self) -> list[float]:
        """What each visit costs where the bound is lowest."""
        return [] if self.work.anchor is None else self.work.anchor.visits.tolist()

    def _dive(self) -> None:
        found = Dive(self.work, Ledger(self.board, self.rows)).run()
        if is_ready():
            shop = Workshop(self.board, self.rows)
            found = shop.bench(self.seed).load(found).insert(value_order(self.board)).columns()
        self._improve("dive", found)

    def _polish(self) -> None:
        """Sweeps over neighbourhoods, larger ones once a sweep brings nothing any more."""
        left = max(1, round(SWEEPS * self.limits.effort))
        for size in SIZES:
            before = -1
            while total_value(self.best) > before and left and self.work.budget > 0 and not self._stopped():
                before, left = total_value(self.best), left - 1
                for found in Polish(self.work, self.best, self.seed, size).sweep():
                    self._improve("polish", found)

    def _improve(self, phase: str, columns: list[Column]) -> None:
        self.best = better(self.best, columns)
        self.tell(phase, total_value(self.best), self.bound)

    def _say(self, phase: str, bound: float) -> None:
        self.tell(phase, total_value(self.best), bound)

    def _stopped(self) -> bool:
        return self.limits.stop is not None and self.limits.stop()
