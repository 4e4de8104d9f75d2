"""Finds, for every opening, sequences of visits that are worth more than the prices of their visits.

Sequences grow visit by visit, for all openings at once. Dropped labels leave their upper limit behind, so that
`upper` is a valid bound for every opening however narrow the beam was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matching.board import Board
from matching.clockwork import advance, next_free_start, resting
from matching.completion import Active, Completion, best_through, build_completion
from matching.grounds import Grounds
from matching.quick import price_quickly
from matching.route import starts_of
from matching.searching import Priced, Search
from matching.timeline import FAR
from matching.travel import BoolArray, FloatArray, IntArray

LONGEST = 12
MOST_STEPS = 3_000_000
EPSILON = 1.0


class Labels(NamedTuple):
    """Partial sequences: opening, last arc, its start, worth so far (the way to it paid), and the options so far."""

    opening: IntArray
    arc: IntArray
    start: IntArray
    worth: FloatArray
    options: IntArray


class _Leg(NamedTuple):
    """Ways: opening, seconds, the first and the last instant one can be free to begin."""

    opening: IntArray
    way: IntArray
    free: IntArray
    latest: IntArray


@dataclass(slots=True)
class Pricing:
    """One pricing run over the active arcs, worth their gain less the prices of visit and minutes."""

    grounds: Grounds
    active: Active
    completion: Completion
    search: Search
    best: FloatArray
    upper: FloatArray

    @property
    def board(self) -> Board:
        """The board of the grounds."""
        return self.grounds.board

    def run(self) -> Priced:
        """Grow sequences level by level until none is left that could be worth anything."""
        found: list[tuple[IntArray, IntArray, FloatArray]] = []
        labels = self._roots()
        for _ in range(LONGEST):
            if len(labels.opening) == 0:
                break
            found.append(self._complete(labels))
            labels = self._narrowed(labels)
            labels = self._extended(labels)
        if len(labels.opening):
            self._give_up(labels, np.ones(len(labels.opening), dtype=bool))
        return self._collected(found)

    def _roots(self) -> Labels:
        arcs, table, arc = self.board.arcs, self.board.fleet.openings, self.active.arcs
        opening = arcs.opening[arc]
        empty = np.zeros((len(arc), 0), dtype=np.int64)
        ready = table.ready[opening]
        latest = np.where(table.from_stop[opening], ready, FAR)
        return self._step(_Leg(opening, self.grounds.entry[arc], ready, latest), arc, (np.zeros(len(arc)), empty))

    def _step(self, leg: _Leg, arc: IntArray, so_far: tuple[FloatArray, IntArray]) -> Labels:
        """Go to the visit of an arc; ways that come too late drop out. Waiting counts as far as it is certain."""
        board, arcs = self.board, self.board.arcs
        opening, way, free, latest = leg
        option, worker = arcs.option[arc], board.fleet.openings.worker[opening]
        breaks = board.fleet.breaks[worker]
        arrival = np.maximum(advance(free, way, breaks), arcs.earliest[arc])
        start = next_free_start(starts_of(board, option), arrival, breaks)
        keep = start <= arcs.latest[arc]
        there = advance(latest, way, breaks)
        wait = np.maximum(0, start - there - resting(there, start, breaks))
        worth = so_far[0] + self.active.adjusted[arc] - way * board.travel_rate - wait * board.idle_rate
        options = np.concatenate([so_far[1], option[:, None]], axis=1)
        return Labels(opening[keep], arc[keep], start[keep], worth[keep], options[keep])

    def _complete(self, labels: Labels) -> tuple[IntArray, IntArray, FloatArray]:
        """Close sequences with the way onward; remember the best of each opening."""
        board, opening = self.board, labels.opening
        worth = labels.worth - self.grounds.onward[labels.arc] * board.travel_rate + board.base_value[opening]
        worth -= self._last_wait(labels) * board.idle_rate
        np.maximum.at(self.best, opening, worth)
        good = worth > self.search.floor[opening] + EPSILON
        return opening[good], labels.options[good], worth[good]

    def _last_wait(self, labels: Labels) -> IntArray:
        """Seconds between the last visit and the stop after it; certain only where a stop came before, too."""
        board, table = self.board, self.board.fleet.openings
        opening, option = labels.opening, board.arcs.option[labels.arc]
        free = labels.start + board.starts.seconds[option] + board.problem.buffer
        breaks = board.fleet.breaks[table.worker[opening]]
        due = table.due[opening]
        wait = due - free - resting(free, due, breaks) - self.grounds.onward[labels.arc]
        between = table.from_stop[opening] & table.to_stop[opening]
        return np.where(between, np.maximum(0, wait), 0)

    def _narrowed(self, labels: Labels) -> Labels:
        """Drop labels that cannot beat what is known, that others dominate, or that the beam has no room for."""
        limit, floor = self._limit(labels), self.search.floor[labels.opening] + EPSILON
        if not self.search.slack:
            floor += np.maximum(0.0, self.best[labels.opening] - floor) * 0.5
        labels, limit = _take(labels, limit > floor), limit[limit > floor]
        if not (self.search.slack and self.board.idle_rate):
            keep = _undominated(self.board, labels)
            labels, limit = _take(labels, keep), limit[keep]
        order = np.lexsort((-limit, labels.opening))
        opening = labels.opening[order]
        first = np.searchsorted(opening, opening, side="left")
        inside = np.empty(len(order), dtype=bool)
        inside[order] = np.arange(len(order)) - first < self.search.beam
        inside = self._affordable(labels, limit, inside)
        self._give_up(labels, ~inside)
        return _take(labels, inside)

    def _affordable(self, labels: Labels, limit: FloatArray, inside: BoolArray) -> BoolArray:
        """Where all labels together would take too much memory, only the most promising stay."""
        many = (self.active.first[labels.opening + 1] - self.active.first[labels.opening]) * inside
        if many.sum() <= MOST_STEPS:
            return inside
        order = np.lexsort((np.arange(len(limit)), -limit))
        cheap = np.zeros(len(limit), dtype=bool)
        cheap[order] = np.cumsum(many[order]) <= MOST_STEPS
        return inside & cheap

    def _limit(self, labels: Labels) -> FloatArray:
        board = self.board
        finish = labels.start + board.starts.seconds[board.arcs.option[labels.arc]]
        more = self.completion.limit(labels.opening, labels.arc, finish + board.problem.buffer)
        return labels.worth + more + board.base_value[labels.opening]

    def _give_up(self, labels: Labels, dropped: BoolArray) -> None:
        np.maximum.at(self.upper, labels.opening[dropped], self._limit(labels)[dropped])

    def _extended(self, labels: Labels) -> Labels:
        """Every label followed by every active arc of its opening that visits somebody new."""
        board, arcs = self.board, self.board.arcs
        many = self.active.first[labels.opening + 1] - self.active.first[labels.opening]
        row = np.repeat(np.arange(len(labels.opening)), many)
        offset = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
        arc = self.active.arcs[self.active.first[labels.opening[row]] + offset]
        option = arcs.option[arc]
        free = labels.start + board.starts.seconds[arcs.option[labels.arc]] + board.problem.buffer
        fresh = free[row] <= arcs.latest[arc]
        seen = board.visit[labels.options]
        for column in range(seen.shape[1]):
            fresh &= seen[row, column] != board.visit[option]
        row, arc = row[fresh], arc[fresh]
        worker = board.fleet.openings.worker[labels.opening[row]]
        way = board.legs.seconds(worker, arcs.option[labels.arc][row], option[fresh])
        fixed = board.fleet.openings.from_stop[labels.opening]
        latest = np.where(fixed, free, free + arcs.latest[labels.arc] - labels.start)
        leg = _Leg(labels.opening[row], way, free[row], latest[row])
        return self._step(leg, arc, (labels.worth[row], labels.options[row]))

    def _collected(self, found: list[tuple[IntArray, IntArray, FloatArray]]) -> Priced:
        """The best few of each opening, padded to one width."""
        width = max((each[1].shape[1] for each in found), default=1)
        padded = [np.pad(each[1], ((0, 0), (0, width - each[1].shape[1])), constant_values=-1) for each in found]
        opening = np.concatenate([each[0] for each in found]) if found else np.zeros(0, dtype=np.int64)
        worth = np.concatenate([each[2] for each in found]) if found else np.zeros(0)
        options = np.concatenate(padded) if padded else np.zeros((0, width), dtype=np.int64)
        order = np.lexsort((-worth, opening))
        first = np.searchsorted(opening[order], opening[order], side="left")
        top = order[np.arange(len(order)) - first < self.search.keep]
        known = np.maximum(np.maximum(0.0, self.search.floor), self.best)
        missed = self.upper > (-np.inf if self.search.slack else known + EPSILON)
        upper = np.maximum(known, self.upper)
        many = np.diff(self.active.first)
        work = int((many * many).sum()) * self.completion.table.shape[1]
        return Priced(opening[top], options[top], worth[top], upper, not bool(missed.any()), work)


def price(grounds: Grounds, prices: tuple[FloatArray, FloatArray], search: Search) -> Priced:
    """Sequences worth more than their prices: `prices` are per visit, and per minute for each opening."""
    board, arcs = grounds.board, grounds.board.arcs
    per_minute = prices[1][arcs.opening] * board.minutes[arcs.option]
    adjusted = arcs.gain - prices[0][board.visit[arcs.option]] - per_minute
    if grounds.sheet is not None:
        finite = np.where(np.isfinite(adjusted), adjusted, -1e18)
        return price_quickly(grounds.sheet, finite, grounds.alive, search, grounds.stop)
    wanted = grounds.alive & np.isfinite(adjusted) & np.isfinite(search.floor[arcs.opening])
    chosen = np.flatnonzero(wanted & (adjusted > -search.slack))
    if search.cap:
        chosen = _most_promising(grounds, chosen, adjusted, search.cap)
    active = Active(chosen, np.searchsorted(arcs.opening[chosen], np.arange(board.openings + 1)), adjusted)
    completion = build_completion(grounds, active, grounds.slots(search.slots))
    nothing = np.full(board.openings, -np.inf)
    return Pricing(grounds, active, completion, search, nothing, nothing.copy()).run()


def bury(grounds: Grounds, prices: tuple[FloatArray, FloatArray], upper: FloatArray, slack: float, slots: int) -> int:
    """Mark arcs dead that no roster less than `slack` below the bound of these prices can use; tells the work done."""
    board, arcs = grounds.board, grounds.board.arcs
    per_minute = prices[1][arcs.opening] * board.minutes[arcs.option]
    adjusted = arcs.gain - prices[0][board.visit[arcs.option]] - per_minute
    chosen = np.flatnonzero(grounds.alive & (adjusted > -slack))
    active = Active(chosen, np.searchsorted(arcs.opening[chosen], np.arange(board.openings + 1)), adjusted)
    slots = grounds.slots(slots)
    through = best_through(grounds, active, slots)
    grounds.alive = np.zeros(len(arcs.option), dtype=bool)
    grounds.alive[chosen[through >= upper[arcs.opening[chosen]] - slack]] = True
    many = np.diff(active.first)
    return 2 * int((many * many).sum()) * slots


def _most_promising(grounds: Grounds, active: IntArray, adjusted: FloatArray, cap: int) -> IntArray:
    """The best few active arcs of each opening, by worth less half the ways in and out."""
    opening = grounds.board.arcs.opening[active]
    ways = (grounds.entry[active] + grounds.onward[active]) * grounds.board.travel_rate / 2
    order = np.lexsort((-(adjusted[active] - ways), opening))
    rank = np.arange(len(order)) - np.searchsorted(opening[order], opening[order], side="left")
    return np.sort(active[order[rank < cap]])


def _take(labels: Labels, keep: BoolArray) -> Labels:
    opening, arc, start, worth, options = labels
    return Labels(opening[keep], arc[keep], start[keep], worth[keep], options[keep])


def _undominated(board: Board, labels: Labels) -> BoolArray:
    """Of labels with the same visits and the same last one, those that are neither earlier nor worth more go.

    Being earlier may mean waiting longer, so a worth is compared after paying for that wait.
    """
    keep = np.ones(len(labels.opening), dtype=bool)
    if labels.options.shape[1] < 3 or len(keep) < 2:
        return keep
    others = np.sort(board.visit[labels.options], axis=1)
    keys = [labels.start, *others.T, labels.options[:, -1], labels.opening]
    worth = labels.worth + labels.start * board.idle_rate
    order = np.lexsort((-worth, *keys))
    same = np.ones(len(order) - 1, dtype=bool)
    for key in keys[1:]:
        same &= key[order[1:]] == key[order[:-1]]
    worse = same & (worth[order[1:]] <= worth[order[:-1]])
    keep[order[1:][worse]] = False
    return keep
