"""One door to all engines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from matching.again import Again
from matching.assemble import Answer, Run, assemble, booked_of
from matching.board import Board, build_board, pin_down
from matching.city import City, bound_without_search
from matching.columns import Column
from matching.compiled import is_ready
from matching.dive import Dive
from matching.errors import require
from matching.fleet import build_fleet
from matching.generation import ALL, EARLY, FEW, Generation, better, simple_bound
from matching.greedy import carry_over, insert_greedily, place_greedily, request_order, value_order
from matching.limits import Ledger, hour_rows, total_value
from matching.packing import Effort, Packed, pack
from matching.polish import SIZES, Polish
from matching.problem import Limits, Problem
from matching.roster import Progress, Roster
from matching.rounds import flow, is_flow
from matching.routes import Booked
from matching.rush import is_large
from matching.scoring import open_terms
from matching.searching import Search
from matching.single import settle_round
from matching.workshop import TOURS, USUAL, Bench, Heat, Workshop, anneal_together, is_touring

MODES = ("instant", "round", "day")
# Effort 1 in cells of the pricing tables, about a hundred million a second; and in CP-SAT's deterministic seconds.
WORK = {"round": 5e8, "day": 1.5e10}
# A solver that is missing, dies or trips leaves the greedy roster, and the roster says so in `fallback`.
FAILURES = (ImportError, MemoryError, RuntimeError, ArithmeticError, LookupError, ValueError)
PACK = {"round": 1.0, "day": 8.0}
# A round stops pricing when the bound is this near to the linear optimum; whole columns lose more than that.
TOLERANCE = {"round": 5e-4, "day": 1e-4}
# Days with more workers are planned in pieces: compiled, and by numpy alone.
WHOLE, PLAIN_WHOLE = 400, 100
STEPS = 1000
# Where routes have many stops: steps of the search at effort 1, in how many parts, and the share that columns get.
TOURING, SPELLS, REST = 100_000, 40, 1 / 40
GUIDED = 2  # dives guided by the best so far, at effort 1
MOST_LISTED = 20_000  # columns that could be in a better roster, all of which a packing then looks at
EVERY = 10_000  # arcs of each visit in a flow: all that a sparse board has

Listener = Callable[[Progress], None] | None


def solve(
    problem: Problem,
    limits: Limits | None = None,
    seed: int = 0,
    mode: str = "round",
    start: Roster | None = None,
    on_progress: Listener = None,
) -> Roster:
    """The best roster found for this problem; never worth less than the greedy one.

    The same problem, effort, seed and mode give the same roster. `start` is the previous roster, against which moves
    are told and from which the search may begin.
    """
    require(mode in MODES, f"There is no mode {mode}; use one of {', '.join(MODES)}.")
    limits = limits or Limits()
    run = Run(mode, limits.effort, seed, start)
    if mode == "day" and len(problem.workers) > (WHOLE if is_ready() else PLAIN_WHOLE) and limits.effort > 0:
        return _solve_city(problem, limits, run, on_progress)
    if mode == "round" and limits.effort > 0 and is_large(problem):
        settled = _settle_round(problem, limits, run, on_progress)
        if settled is not None:
            return settled
    board = build_board(problem, proofs=mode != "instant")
    search = _Search(board, limits, seed, mode, on_progress)
    return assemble(problem, board.fleet, search.run(start), run)


def _settle_round(problem: Problem, limits: Limits, run: Run, listener: Listener) -> Roster | None:
    """A large round at once; None if it is not of that kind, or if that failed."""
    try:
        roster = settle_round(problem, limits, run)
    except FAILURES:
        return None
    if roster is not None and listener is not None:
        listener(Progress("flow", roster.objective, roster.bound, limits.effort))
    return roster


def _solve_city(problem: Problem, limits: Limits, run: Run, listener: Listener) -> Roster:
    """A large day in pieces."""
    free = pin_down(problem)
    stay = sum(term.amount for visit in free.visits for term in open_terms(free, visit))

    def tell(phase: str, value: int, bound: float) -> None:
        if listener is not None:
            known = None if math.isinf(bound) else max(math.floor(bound), value) + stay
            listener(Progress(phase, value + stay, known, limits.effort))

    city = City(free, limits, run.seed, tell)
    city.run(run.before)
    index = {worker.code: row for row, worker in enumerate(free.workers)}
    booked = [Booked(each.visit, index[each.worker], each.start) for each in city.bookings]
    stopped = limits.stop is not None and limits.stop()
    answer = Answer(
        booked, math.floor(city.bound + 0.01), "pieces", stopped=stopped, fallback=city.fallback,
        prices=city.prices_of_visits,
    )  # fmt: skip
    return assemble(problem, build_fleet(free), answer, run)


class _Search:
    """The steps of one solve, each starting from the best so far."""

    def __init__(self, board: Board, limits: Limits, seed: int, mode: str, listener: Listener) -> None:
        self.board, self.limits, self.seed, self.mode, self.listener = board, limits, seed, mode, listener
        self.rows = hour_rows(board)
        self.best: list[Column] = []
        self.shop: Workshop | None = None
        self.benches: list[Bench] = []
        self.prices: dict[str, float] = {}
        # Of a sparse board the arcs left out could matter: only a bound without a look at pairs holds.
        self.bound = bound_without_search(board.problem) if board.sparse else simple_bound(board)

    def run(self, before: Roster | None) -> Answer:
        """The previous roster or greedy first; then the engine of the mode, whose failure leaves that answer."""
        carried = carry_over(self.board, self.rows, before.choices) if before else []
        if self.mode == "instant":
            self.best = better(carried, insert_greedily(self.board, self.rows, request_order(self.board)))
            return self._answer("insertion")
        if before and carried and self.mode == "day" and is_ready():
            return self._again(before, carried)
        self.best = better(carried, self._first_plan())
        self._tell("greedy", self.bound)
        if self.limits.effort == 0 or self._stopped():
            return self._answer("greedy")
        try:
            return self._optimise()
        except FAILURES as error:
            booked = booked_of(self.board, self.best)
            return Answer(booked, math.floor(self.bound), "greedy", fallback=type(error).__name__)

    def _first_plan(self) -> list[Column]:
        """Best insertion in two orders."""
        if not is_ready() or self.board.openings == 0:
            return place_greedily(self.board, self.rows)
        self.shop = Workshop(self.board, self.rows)
        orders = (request_order(self.board), value_order(self.board))
        self.benches = [self.shop.bench(self.seed + n).insert(order) for n, order in enumerate(orders)]
        return max(self.benches, key=lambda bench: bench.value).columns()

    def _again(self, before: Roster, carried: list[Column]) -> Answer:
        """Mend the previous roster where something changed, then prove how good that is."""
        self.best = carried
        budget = WORK[self.mode] * self.limits.effort
        again = Again(self.board, self.rows, before, carried, self._stopped, budget / 4, self.seed)
        try:
            for found in again.run():
                self._improve(found)
                self._tell("again", self.bound)
            self._prove(self._generation())
        except FAILURES as error:
            booked = booked_of(self.board, self.best)
            return Answer(booked, math.floor(self.bound), "again", fallback=type(error).__name__)
        return self._answer("again")

    def _generation(self) -> Generation:
        budget = WORK[self.mode] * self.limits.effort
        return Generation(self.board, self.rows, self._stopped, self._tell, TOLERANCE[self.mode], budget)

    def _prove(self, work: Generation) -> None:
        """Prices for the bound; what holds already is not touched."""
        if self._stopped():
            return
        work.begin(self.best)
        work.run(FEW)
        work.run(self._looks())
        self._keep_bound(work)
        if self._done() or self.board.sparse:
            return
        every = self._listed(work)
        packed = Packed([], best=False) if every is None else self._pack(every)
        if packed.best:
            self.bound = min(self.bound, max(total_value(packed.columns), total_value(self.best)))

    def _pack(self, columns: list[Column]) -> Packed:
        effort = Effort(PACK[self.mode] * self.limits.effort, self.seed, self._stopped)
        return pack(self.board, self.rows, columns, self.best, effort)

    def _keep_bound(self, work: Generation) -> None:
        if not self.board.sparse:
            self.bound = min(self.bound, max(work.bound, float(total_value(self.best))))
        codes = (visit.code for visit in self.board.visits)
        self.prices = dict(zip(codes, work.best_prices().visits.tolist(), strict=True))

    def _optimise(self) -> Answer:
        if is_flow(self.board, self.rows):
            found = flow(self.board, EVERY if self.board.sparse else self.limits.candidates)
            self.bound = self.bound if self.board.sparse else found.bound
            self._improve(found.columns)
            if self.mode == "day":  # whose prices are wanted, which a flow does not tell
                self._prove(self._generation())
            return self._answer("flow")
        work = self._generation()
        if self.mode == "day":
            self._anneal(STEPS, USUAL)
            if self.shop is not None and is_touring(self.board, self.best):
                self._tour()
                work.budget *= REST
        work.begin(self.best)
        work.run([EARLY] if is_ready() else FEW)
        self._dive(work)
        work.run(self._looks())
        self._keep_bound(work)
        if not self._stopped():
            self._finish(work)
        return self._answer("columns")

    def _anneal(self, steps: int, heat: Heat) -> None:
        if self.shop is not None and not self._stopped():
            self._improve(anneal_together(self.benches, steps, heat).columns())
            self._tell("search", self.bound)

    def _tour(self) -> None:
        """One long annealing in spells, so that it can be stopped."""
        steps = round(TOURING * self.limits.effort * min(1.0, len(self.board.visits) / 100) / SPELLS)
        cooling = (TOURS.cold / TOURS.hot) ** (1 / SPELLS)
        for spell in range(SPELLS):
            hot = TOURS.hot * cooling**spell
            self._anneal(steps, TOURS._replace(hot=hot, cold=hot * cooling))

    def _finish(self, work: Generation) -> None:
        """Whole columns: of all that matter if they are few, else by diving, polishing, and packing what is near."""
        if not self._done():
            self._dive(work)
        if self.mode == "day" and len(self.board.fleet) > SIZES[0]:
            self._sweep(work, self.best, SIZES[0])
            for _ in range(round(GUIDED * self.limits.effort)):
                if self._done() or self._stopped() or work.budget <= 0:
                    break
                self._sweep(work, self._dive(work, self.best), SIZES[0])
            self._polish(work)
        if self._done() or self._stopped():
            return
        every = self._listed(work)
        packed = self._pack(work.known_above(total_value(self.best)) if every is None else every)
        self._improve(packed.columns)
        if every is not None and packed.best and not self.board.sparse:
            self.bound = min(self.bound, total_value(self.best))
        self._tell("pack", self.bound)

    def _looks(self) -> Sequence[Search]:
        """How pricing looks at all visits; long routes are too many for the deepest looks."""
        return ALL[:2] if is_touring(self.board, self.best) else ALL

    def _listed(self, work: Generation) -> list[Column] | None:
        """Every column that could be in a better roster, if they are few; long routes that were given up never are."""
        if is_touring(self.board, self.best) and not work.exact:
            return None
        return work.everything_above(total_value(self.best), MOST_LISTED)

    def _polish(self, work: Generation) -> None:
        """Sweeps over neighbourhoods, larger ones once a sweep brings nothing any more."""
        for size in SIZES:
            before = -1
            while total_value(self.best) > before and not self._done() and not self._stopped() and work.budget > 0:
                before = total_value(self.best)
                self._sweep(work, self.best, size)
            if size >= len(self.board.fleet):
                return

    def _sweep(self, work: Generation, columns: list[Column], size: int) -> None:
        for found in Polish(work, columns, self.seed, size).sweep():
            self._improve(found)
            self._tell("polish", self.bound)

    def _dive(self, work: Generation, guide: list[Column] | None = None) -> list[Column]:
        """What a dive finds, whether better or not."""
        if self._stopped():
            return self.best
        found = Dive(work, Ledger(self.board, self.rows), guide or []).run()
        if self.shop is not None:
            found = self.shop.bench(self.seed).load(found).insert(value_order(self.board)).columns()
        self._improve(found)
        work.incumbent = total_value(self.best)
        self._tell("dive", self.bound if self.board.sparse else min(self.bound, work.bound))
        return found

    def _done(self) -> bool:
        return math.floor(self.bound + 0.01) <= total_value(self.best)

    def _improve(self, columns: list[Column]) -> None:
        self.best = better(self.best, columns)

    def _answer(self, engine: str) -> Answer:
        booked = booked_of(self.board, self.best)
        bound = math.floor(self.bound + 0.01)
        return Answer(booked, bound, engine, stopped=self._stopped(), prices=self.prices)

    def _stopped(self) -> bool:
        return self.limits.stop is not None and self.limits.stop()

    def _tell(self, phase: str, bound: float) -> None:
        if self.listener is not None:
            worth = total_value(self.best) + self.board.stay
            known = None if math.isinf(bound) else max(math.floor(bound) + self.board.stay, worth)
            self.listener(Progress(phase, worth, known, self.limits.effort))
