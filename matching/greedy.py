"""The plain answers: best insertion, visit by visit. First plan, fallback, and the floor no engine goes below."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from matching.board import Board, build_board
from matching.columns import Column, make_columns
from matching.compiled import is_ready
from matching.limits import HourRow, Ledger, hour_rows
from matching.problem import Priority, Problem
from matching.roster import Choice
from matching.route import value_sequences
from matching.slots import Booking, with_choices
from matching.travel import IntArray
from matching.workshop import Workshop

LIKELY = 150
_RANK = {Priority.RESCUE: 0, Priority.RECURRING: 1, Priority.ONE_OFF: 2}


def request_order(board: Board) -> list[int]:
    """Visits by priority, then in the order given."""
    return sorted(range(len(board.visits)), key=lambda visit: (_RANK[board.visits[visit].priority], visit))


def options_of(board: Board) -> list[list[tuple[int, int]]]:
    """For every visit its (opening, option) pairs, those first that would be best if nothing else were there."""
    arcs, table = board.arcs, board.fleet.openings
    worker, place = table.worker[arcs.opening], board.place[arcs.option]
    ways = board.limit.seconds(worker, table.origin[arcs.opening], place)
    ways = ways + board.limit.seconds(worker, place, table.target[arcs.opening])
    order = np.lexsort((arcs.option, arcs.opening, ways * board.travel_rate - arcs.gain))
    found: list[list[tuple[int, int]]] = [[] for _ in board.visits]
    options = arcs.option[order]
    pairs = zip(board.visit[options].tolist(), arcs.opening[order].tolist(), options.tolist(), strict=True)
    for visit, opening, option in pairs:
        found[visit].append((opening, option))
    return found


def insert_greedily(board: Board, rows: tuple[HourRow, ...], order: list[int]) -> list[Column]:
    """Put each visit where it adds most, in this order; a visit that adds nothing stays open."""
    ledger, pairs = Ledger(board, rows), options_of(board)
    for visit in order:
        best = best_insertion(ledger, pairs[visit])
        if best is not None:
            ledger.put(best)
    return [ledger.chosen[opening] for opening in sorted(ledger.chosen)]


def best_insertion(ledger: Ledger, pairs: list[tuple[int, int]], *, appending: bool = False) -> Column | None:
    """The column that one more visit would give, where it adds most; None if it adds nothing anywhere.

    The likeliest pairs are tried first and the others only if the visit fits nowhere among them. With `appending` it
    may only follow what its opening holds.
    """
    for first in range(0, len(pairs), LIKELY):
        best = _best_among(ledger, pairs[first : first + LIKELY], appending=appending)
        if best is not None:
            return best
    return None


def _best_among(ledger: Ledger, pairs: list[tuple[int, int]], *, appending: bool) -> Column | None:
    board = ledger.board
    opening, options = _every_position(ledger, pairs, appending=appending)
    if len(opening) == 0:
        return None
    timing, value = value_sequences(board, opening, options)
    held = np.array([ledger.chosen[o].value if o in ledger.chosen else 0 for o in opening.tolist()], dtype=np.int64)
    gain = np.where(timing.can, value - held, 0)
    for row in np.argsort(-gain, kind="stable").tolist():
        if gain[row] <= 0:
            return None
        column = make_columns(board, opening[row : row + 1], options[row : row + 1])[0]
        if ledger.fits(column):
            return column
    return None


def _every_position(
    ledger: Ledger,
    pairs: list[tuple[int, int]],
    *,
    appending: bool,
) -> tuple[IntArray, IntArray]:
    """All sequences that arise by putting an option at any (or the last) position of what its opening holds."""
    sequences: list[tuple[int, tuple[int, ...]]] = []
    for opening, option in pairs:
        held = ledger.chosen.get(opening)
        before = held.options if held else ()
        first = len(before) if appending else 0
        sequences.extend((opening, (*before[:at], option, *before[at:])) for at in range(first, len(before) + 1))
    width = max((len(options) for _, options in sequences), default=1)
    table = np.full((len(sequences), width), -1, dtype=np.int64)
    for row, (_, options) in enumerate(sequences):
        table[row, : len(options)] = options
    return np.array([opening for opening, _ in sequences], dtype=np.int64), table


def place_greedily(board: Board, rows: tuple[HourRow, ...]) -> list[Column]:
    """The better of two greedy plans: in request order, and most valuable visits first."""
    orders = (request_order(board), value_order(board))
    if is_ready() and board.openings:
        shop = Workshop(board, rows)
        benches = [shop.bench(0).insert(order) for order in orders]
        return max(benches, key=lambda bench: bench.value).columns()
    plans = [insert_greedily(board, rows, order) for order in orders]
    return max(plans, key=lambda plan: sum(column.value for column in plan))


def value_order(board: Board) -> list[int]:
    """Visits by their best gain in any opening, largest first."""
    best = np.full(len(board.visits), np.iinfo(np.int64).min, dtype=np.int64)
    np.maximum.at(best, board.visit[board.arcs.option], board.arcs.gain)
    return [int(visit) for visit in np.lexsort((np.arange(len(best)), -best))]


def carry_over(board: Board, rows: tuple[HourRow, ...], before: Iterable[Choice | Booking]) -> list[Column]:
    """What still holds of an earlier roster: each visit where it was, in the order it was; the rest stays open."""
    ledger, pairs = Ledger(board, rows), options_of(board)
    index = {visit.code: row for row, visit in enumerate(board.visits)}
    worker = {code.code: row for row, code in enumerate(board.problem.workers)}
    for choice in sorted(before, key=lambda choice: choice.start):
        if choice.visit in index and choice.worker in worker:
            own = board.fleet.openings.worker == worker[choice.worker]
            there = [(opening, option) for opening, option in pairs[index[choice.visit]] if own[opening]]
            column = best_insertion(ledger, there, appending=True)
            if column is not None:
                ledger.put(column)
    return [ledger.chosen[opening] for opening in sorted(ledger.chosen)]


def place_open(problem: Problem) -> Problem:
    """The problem with its open visits committed to whoever would best take them, one after the other.

    Quick enough for a web request: what is left afterwards can honestly be shown as free.
    """
    board = build_board(problem, proofs=False)
    columns = insert_greedily(board, hour_rows(board), request_order(board))
    worker = board.fleet.openings.worker
    bookings = [
        Booking(board.visits[visit].code, board.problem.workers[int(worker[column.opening])].code, start)
        for column in columns
        for visit, start in zip(column.visits, column.starts, strict=True)
    ]
    return with_choices(board.problem, bookings)
