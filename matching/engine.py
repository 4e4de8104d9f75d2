"""One door to all engines."""

from __future__ import annotations

import math
from collections.abc import Callable

from matching import shards
from matching.assemble import Answer, Run, assemble
from matching.board import Board, build_board
from matching.compiled import is_ready
from matching.columns import Column
from matching.errors import require
from matching.dive import Dive
from matching.generation import ALL, FEW, Generation, better, simple_bound
from matching.greedy import carry_over, insert_greedily, place_greedily, request_order, value_order
from matching.limits import Ledger, hour_rows, total_value
from matching.packing import pack
from matching.polish import SIZES, Polish
from matching.problem import Limits, Problem
from matching.roster import Progress, Roster
from matching.rounds import flow, is_flow
from matching.workshop import Bench, Workshop, anneal_together

MODES = ("instant", "round", "day")
# Effort 1 in cells of the pricing tables, about a hundred million a second; and in CP-SAT's deterministic seconds.
WORK = {"round": 5e8, "day": 1.5e10}
# A solver that is missing, dies or trips leaves the greedy roster, and the roster says so in `fallback`.
FAILURES = (ImportError, MemoryError, RuntimeError, ArithmeticError, LookupError, ValueError)
THOROUGH = 0.5  # with less effort than this a large plan gets one pass in pieces and no polish
PACK = {"round": 1.0, "day": 8.0}
# A round stops pricing when the bound is this near to the linear optimum; whole columns lose more than that.
TOLERANCE = {"round": 5e-4, "day": 1e-4}


def solve(
    problem: Problem,
    limits: Limits | None = None,
    seed: int = 0,
    mode: str = "round",
    start: Roster | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Roster:
    """The best roster found for this problem; never worth less than the greedy one.

    The same problem, effort, seed and mode give the same roster. `start` is the previous roster, against which moves
    are told and from which the search may begin.
    """
    require(mode in MODES, f"There is no mode {mode}; use one of {', '.join(MODES)}.")
    limits = limits or Limits()
    board = build_board(problem, proofs=mode != "instant")
    search = _Search(board, limits, seed, mode, on_progress)
    return assemble(problem, board, search.run(start), Run(mode, limits.effort, seed, start))


class _Search:
    """The steps of one solve, each starting from the best so far."""

    def __init__(
        self, board: Board, limits: Limits, seed: int, mode: str, listener: Callable[[Progress], None] | None,
    ) -> None:
        self.board, self.limits, self.seed, self.mode, self.listener = board, limits, seed, mode, listener
        self.rows = hour_rows(board)
        self.best: list[Column] = []
        self.pieces: shards.Shards | None = None
        self.shop: Workshop | None = None
        self.benches: list[Bench] = []
        self.bound = simple_bound(board)

    def run(self, before: Roster | None) -> Answer:
        """The previous roster or greedy first; then the engine of the mode, whose failure leaves that answer."""
        carried = carry_over(self.board, self.rows, before.choices) if before else []
        if self.mode == "instant":
            self.best = better(carried, insert_greedily(self.board, self.rows, request_order(self.board)))
            return self._answer("insertion")
        self.best = better(carried, self._first_plan())
        self._tell("greedy", self.bound)
        if self.limits.effort == 0 or self._stopped():
            return self._answer("greedy")
        try:
            return self._optimise()
        except FAILURES as error:
            return Answer(self.best, math.floor(self.bound), "greedy", fallback=type(error).__name__)

    def _first_plan(self) -> list[Column]:
        if not is_ready() or self.board.openings == 0:
            return place_greedily(self.board, self.rows)
        self.shop = Workshop(self.board, self.rows)
        orders = (request_order(self.board), value_order(self.board))
        self.benches = [self.shop.bench(self.seed + n).insert(order) for n, order in enumerate(orders)]
        return max(self.benches, key=lambda bench: bench.value).columns()

    def _search(self, steps: int) -> None:
        if self.shop is not None and not self._stopped():
            self._improve(anneal_together(self.benches, steps).columns())
            self._tell("search", self.bound)

    def _optimise(self) -> Answer:
        if is_flow(self.board, self.rows):
            found = flow(self.board, self.limits.candidates)
            self.bound = found.bound
            self._improve(found.columns)
            return self._answer("flow")
        budget = WORK[self.mode] * self.limits.effort
        work = Generation(self.board, self.rows, self._stopped, self._tell, TOLERANCE[self.mode], budget)
        if self._large():
            self._by_shards((0, 2) if self.limits.effort >= THOROUGH else (0,))
            work.begin(self.best)
            work.pool.add(self.pieces.found if self.pieces else [])
        else:
            self._search(1000)
            work.begin(self.best)
            work.run(FEW[:1])
            self._dive(work)
            work.run(FEW[1:])
        self._dive(work)
        work.run(ALL)
        self.bound = min(self.bound, max(work.bound, float(total_value(self.best))))
        if not self._stopped():
            self._finish(work)
        return self._answer("columns")

    def _large(self) -> bool:
        return self.mode == "day" and len(self.board.fleet) > (400 if is_ready() else 2 * shards.SIZE)

    def _by_shards(self, turns: tuple[int, ...]) -> None:
        """Passes over pieces, each from the best so far; their columns help the whole."""
        budget = WORK["day"] * self.limits.effort / 4
        pieces = self.pieces or shards.Shards(self.board, budget, self.seed, self.limits.executor)
        self.pieces = pieces
        for turn in turns:
            if not self._stopped() and not self._done():
                self._improve(pieces.improve(self.best, turn))
                self._tell("shards", self.bound)

    def _finish(self, work: Generation) -> None:
        """Whole columns: of all that matter if they are few, else by diving and then packing what is near."""
        budget = (PACK[self.mode] * self.limits.effort, self.seed)
        if self._large() and self.limits.effort < THOROUGH:
            return
        if not self._done():
            self._dive(work)
        if self.shop is not None and not self._done():
            self._polish(work)
        if self._large():
            self._by_shards((1, 3))
        if self._done() or self._stopped():
            return
        value = total_value(self.best)
        every = work.everything_above(value, 20_000)
        if every is None and self._large():
            return
        columns = work.known_above(value) if every is None else every
        packed = pack(self.board, self.rows, columns, self.best, budget)
        self._improve(packed.columns)
        if every is not None and packed.best:
            self.bound = min(self.bound, total_value(self.best))
        self._tell("pack", self.bound)

    def _polish(self, work: Generation) -> None:
        """Sweeps over neighbourhoods, larger ones once a sweep brings nothing any more."""
        for size in SIZES:
            before = -1
            while total_value(self.best) > before and not self._stopped() and work.budget > 0:
                before = total_value(self.best)
                for found in Polish(work, self.best, self.seed, size).sweep():
                    self._improve(found)
                    self._tell("polish", self.bound)
                if size >= len(self.board.fleet):
                    return

    def _dive(self, work: Generation) -> None:
        if not self._stopped():
            found = Dive(work, Ledger(self.board, self.rows)).run()
            if self.shop is not None:
                found = self.shop.bench(self.seed).load(found).insert(value_order(self.board)).columns()
            self._improve(found)
            work.incumbent = total_value(self.best)
            self._tell("dive", min(self.bound, work.bound))

    def _done(self) -> bool:
        return math.floor(self.bound + 0.01) <= total_value(self.best)

    def _improve(self, columns: list[Column]) -> None:
        self.best = better(self.best, columns)

    def _answer(self, engine: str) -> Answer:
        return Answer(self.best, math.floor(self.bound + 0.01), engine, stopped=self._stopped())

    def _stopped(self) -> bool:
        return self.limits.stop is not None and self.limits.stop()

    def _tell(self, phase: str, bound: float) -> None:
        if self.listener is not None:
            worth = total_value(self.best) + self.board.stay
            known = None if math.isinf(bound) else max(math.floor(bound) + self.board.stay, worth)
            self.listener(Progress(phase, worth, known, self.limits.effort))

