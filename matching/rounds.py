"""The round as a flow: when no two visits fit into one opening together, the best choice is a min-cost flow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.board import Board
from matching.clockwork import advance, next_free_start
from matching.columns import Column, make_columns
from matching.errors import SolveError
from matching.limits import HourRow
from matching.route import starts_of, value_sequences
from matching.travel import BoolArray, IntArray

MOST_PAIRS = 3_000_000
ATTEMPTS = 4  # the last one with all arcs, which leaves nothing to ask for


class Flowed(NamedTuple):
    """The best columns of one visit each, and the bound (equal to their value once nothing was left out)."""

    columns: list[Column]
    bound: int


def is_flow(board: Board, rows: tuple[HourRow, ...]) -> bool:
    """Whether a flow is exact: nothing couples the openings of a worker, and no opening takes two visits."""
    return not _coupled(board, rows) and not _two_fit(board)


def _coupled(board: Board, rows: tuple[HourRow, ...]) -> bool:
    arcs, table = board.arcs, board.fleet.openings
    longest = np.zeros(board.openings, dtype=np.int64)
    np.maximum.at(longest, arcs.opening, board.minutes[arcs.option])
    if any(sum(longest[opening] for opening in row.openings) > row.minutes for row in rows):
        return True
    used = np.unique(arcs.opening)
    resting = used[board.fleet.rest[table.worker[used]] > 0]
    workers, counts = np.unique(table.worker[resting], return_counts=True)
    return any(
        len(np.unique(table.day[resting[table.worker[resting] == worker]])) > 1 for worker in workers[counts > 1]
    )


def _two_fit(board: Board) -> bool:
    """Whether any two different visits can be done one after the other in one opening."""
    arcs = board.arcs
    many = np.where(_never_two(board), 0, np.diff(arcs.first))
    if int((many * many).sum()) > MOST_PAIRS:
        return True
    if not many.any():
        return False
    row = np.repeat(np.arange(len(arcs.option)), many[arcs.opening])
    offset = np.arange(len(row)) - np.repeat(np.cumsum(many[arcs.opening]) - many[arcs.opening], many[arcs.opening])
    other = arcs.first[arcs.opening[row]] + offset
    fresh = board.visit[arcs.option[row]] != board.visit[arcs.option[other]]
    return bool(_follows(board, row[fresh], other[fresh]).any())


def _never_two(board: Board) -> BoolArray:
    """Openings in which the first visit to be over is over only after the last must have begun."""
    arcs = board.arcs
    over = np.full(board.openings, np.iinfo(np.int64).max, dtype=np.int64)
    begun = np.full(board.openings, -1, dtype=np.int64)
    seconds = board.starts.seconds[arcs.option] if len(arcs.option) else arcs.option
    np.minimum.at(over, arcs.opening, arcs.earliest + seconds + board.problem.buffer)
    np.maximum.at(begun, arcs.opening, arcs.latest)
    return np.asarray(over > begun, dtype=bool)


def _follows(board: Board, one: IntArray, other: IntArray) -> BoolArray:
    """Whether the visit of arc `other` can be done right after that of arc `one`, begun as early as it can."""
    arcs, option = board.arcs, board.arcs.option
    worker = board.fleet.openings.worker[arcs.opening[one]]
    breaks = board.fleet.breaks[worker]
    free = arcs.earliest[one] + board.starts.seconds[option[one]] + board.problem.buffer
    way = board.limit.seconds(worker, board.place[option[one]], board.place[option[other]])
    arrival = np.maximum(advance(free, way, breaks), arcs.earliest[other])
    start = next_free_start(starts_of(board, option[other]), arrival, breaks)
    return np.asarray(start <= arcs.latest[other], dtype=bool)


def flow(board: Board, candidates: int) -> Flowed:
    """The best choice of single visits. Arcs beyond the best few of a visit are used only if they could matter."""
    opening, option, value = _worthwhile(board)
    visit = board.visit[option]
    order = np.lexsort((opening, -value, visit))
    opening, option, value, visit = opening[order], option[order], value[order], visit[order]
    rank = np.arange(len(visit)) - np.searchsorted(visit, visit, side="left")
    many = np.full(len(board.visits), candidates, dtype=np.int64)
    for attempt in range(1, ATTEMPTS + 1):
        inside = rank < many[visit]
        beyond = np.zeros(len(board.visits), dtype=np.int64)
        np.maximum.at(beyond, visit[~inside], value[~inside])
        used, short, best = _assign(visit[inside], opening[inside], value[inside], beyond)
        if len(short) == 0:
            break
        many[short] *= 16
        if attempt + 1 >= ATTEMPTS:
            many[:] = len(rank)
    picked = np.flatnonzero(inside)[used]
    return Flowed(make_columns(board, opening[picked], option[picked][:, None]), best)


def _worthwhile(board: Board) -> tuple[IntArray, IntArray, IntArray]:
    """Opening, option and value of every single visit that can be done and adds something."""
    arcs = board.arcs
    if len(arcs.opening) == 0:
        return arcs.opening, arcs.option, arcs.gain
    timing, value = value_sequences(board, arcs.opening, arcs.option[:, None])
    keep = timing.can & (value > 0)
    return arcs.opening[keep], arcs.option[keep], value[keep]


def _assign(visit: IntArray, opening: IntArray, value: IntArray, beyond: IntArray) -> tuple[IntArray, IntArray, int]:
    """Arcs used, visits that would rather have had an arc left out, and the value with those arcs as if free.

    Nodes: a source, visits, openings, a sink. Each visit may also go straight to the sink: for nothing (it stays
    open), or for what its best arc left out is worth, which makes the result a bound.
    """
    from ortools.graph.python import min_cost_flow

    visits, openings = len(beyond), int(opening.max(initial=-1)) + 1
    source, sink = visits + openings, visits + openings + 1
    each, gap = np.arange(visits), np.unique(opening)
    tails = np.concatenate([visit, np.full(visits, source), gap + visits, each])
    heads = np.concatenate([opening + visits, each, np.full(len(gap), sink), np.full(visits, sink)])
    nothing = np.zeros(visits + len(gap), dtype=np.int64)
    costs = np.concatenate([-value, nothing, -beyond])
    solver = min_cost_flow.SimpleMinCostFlow()
    ones = np.ones(len(tails), dtype=np.int64)
    solver.add_arcs_with_capacity_and_unit_cost(tails.astype(np.int32), heads.astype(np.int32), ones, costs)
    solver.set_node_supply(source, visits)
    solver.set_node_supply(sink, -visits)
    if solver.solve() != solver.OPTIMAL:
        raise SolveError("The flow found no optimum.")
    flows = np.asarray(solver.flows(np.arange(len(tails))))
    straight = flows[len(tails) - visits :] > 0
    short = np.flatnonzero(straight & (beyond > 0))
    return np.flatnonzero(flows[: len(visit)] > 0), short, -int(solver.optimal_cost())
