"""Times and value of a sequence of visits in an opening, for many sequences at once.

Starts follow one rule, so that a sequence has one value: every visit starts as early as it can; where waiting costs
and the worker comes from home, visits are then moved as late as the one after them allows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.board import Board
from matching.clockwork import Starts, advance, last_free_start, next_free_start, resting, retreat
from matching.travel import BoolArray, IntArray


class Timing(NamedTuple):
    """For each sequence: whether it can be kept, the starts (padded with 0), seconds of travel and of waiting."""

    can: BoolArray
    starts: IntArray
    travel: IntArray
    idle: IntArray


class _Batch(NamedTuple):
    """Sequences (rows) of options, padded with -1, each in its opening."""

    board: Board
    opening: IntArray
    options: IntArray

    @property
    def worker(self) -> IntArray:
        return self.board.fleet.openings.worker[self.opening]

    @property
    def breaks(self) -> IntArray:
        return self.board.fleet.breaks[self.worker]

    @property
    def length(self) -> IntArray:
        return np.asarray((self.options >= 0).sum(axis=1), dtype=np.int64)

    def starts_of(self, column: int) -> Starts:
        return starts_of(self.board, self.options[:, column])

    def way(self, column: int) -> IntArray:
        """Seconds from stop `column` - 1 to stop `column`; stop -1 is the origin, the one after the last the target."""
        table = self.board.fleet.openings
        before = table.origin[self.opening] if column == 0 else self.board.place[self.options[:, column - 1]]
        after = table.target[self.opening]
        if column < self.options.shape[1]:
            option = self.options[:, column]
            after = np.where(option >= 0, self.board.place[option], after)
        return self.board.fleet.times.seconds(self.worker, before, after)


def starts_of(board: Board, options: IntArray) -> Starts:
    """The allowed starts of each of these options."""
    return Starts(board.starts.windows[options], board.starts.step[options], board.starts.seconds[options])


def time_sequences(board: Board, opening: IntArray, options: IntArray) -> Timing:
    """Times of these sequences; those that cannot be kept are marked, whatever their other numbers say."""
    batch = _Batch(board, opening, options)
    ways = [batch.way(column) for column in range(options.shape[1] + 1)]
    starts, can = _forward(batch, ways)
    if board.idle_rate:
        starts = _settle(batch, ways, starts)
    travel = ways[0].copy()
    for column in range(options.shape[1]):
        travel += np.where(options[:, column] >= 0, ways[column + 1], 0)
    return Timing(can, starts, travel, _idle(batch, ways, starts))


def value_sequences(board: Board, opening: IntArray, options: IntArray) -> tuple[Timing, IntArray]:
    """Times and value of sequences: gains less the way and the waiting, against leaving the opening as it is."""
    timing = time_sequences(board, opening, options)
    gain = np.zeros(len(opening), dtype=np.int64)
    for column in range(options.shape[1]):
        gain += arc_gain(board, opening, options[:, column])
    cost = timing.travel * board.travel_rate + timing.idle * board.idle_rate
    return timing, gain + board.base_value[opening] - cost


def arc_gain(board: Board, opening: IntArray, option: IntArray) -> IntArray:
    """The gain of each option in its opening; 0 for padding."""
    arcs = board.arcs
    at = np.searchsorted(arcs.key, opening * len(board.visit) + option)
    return np.where(option >= 0, arcs.gain[np.minimum(at, len(arcs.key) - 1)], 0)


def _forward(batch: _Batch, ways: list[IntArray]) -> tuple[IntArray, BoolArray]:
    """Earliest starts, and which sequences are in time throughout."""
    table, board, breaks = batch.board.fleet.openings, batch.board, batch.breaks
    starts = np.zeros(batch.options.shape, dtype=np.int64)
    can = np.ones(len(batch.opening), dtype=bool)
    free, low = table.ready[batch.opening], np.maximum(table.low, table.rest_low)[batch.opening]
    until = board.fleet.documents_until[batch.worker]
    high = np.minimum(until, np.minimum(table.high, table.rest_high)[batch.opening])
    end = free
    for column in range(batch.options.shape[1]):
        there = batch.options[:, column] >= 0
        allowed = batch.starts_of(column)
        start = next_free_start(allowed, np.maximum(advance(free, ways[column], breaks), low), breaks)
        finish = start + allowed.seconds
        can &= ~there | (finish <= high)
        starts[:, column] = np.where(there, start, 0)
        end = np.where(there, finish, end)
        free = np.where(there, finish + board.problem.buffer, free)
    onward = _onward(batch, ways)
    leave = np.where(table.to_stop[batch.opening], end + board.problem.buffer, end)
    return starts, can & (advance(leave, onward, breaks) <= table.due[batch.opening])


def _onward(batch: _Batch, ways: list[IntArray]) -> IntArray:
    return np.stack(ways)[batch.length, np.arange(len(batch.opening))]


def _settle(batch: _Batch, ways: list[IntArray], starts: IntArray) -> IntArray:
    """Move visits of sequences that begin at home as late as what follows allows; the last one only before a stop."""
    table, breaks, buffer = batch.board.fleet.openings, batch.breaks, batch.board.problem.buffer
    settled = starts.copy()
    home, length = ~table.from_stop[batch.opening], batch.length
    to_stop, due = table.to_stop[batch.opening], table.due[batch.opening]
    high = np.minimum(table.high, table.rest_high)[batch.opening]
    high = np.minimum(high, batch.board.fleet.documents_until[batch.worker])
    for column in reversed(range(batch.options.shape[1])):
        last = length == column + 1
        allowed = batch.starts_of(column)
        following = due if column + 1 == batch.options.shape[1] else np.where(last, due, settled[:, column + 1])
        latest = retreat(following, ways[column + 1], breaks) - buffer - allowed.seconds
        later = last_free_start(allowed, np.minimum(latest, high - allowed.seconds), breaks)
        move = home & (column < length) & (~last | to_stop) & (later > settled[:, column])
        settled[:, column] = np.where(move, later, settled[:, column])
    return settled


def _idle(batch: _Batch, ways: list[IntArray], starts: IntArray) -> IntArray:
    """Seconds of waiting between stops; before the first from home and after the last to home nobody waits."""
    table, breaks, buffer = batch.board.fleet.openings, batch.breaks, batch.board.problem.buffer
    total = np.zeros(len(batch.opening), dtype=np.int64)
    free, stop = table.ready[batch.opening], table.from_stop[batch.opening]
    for column in range(batch.options.shape[1]):
        there, start = batch.options[:, column] >= 0, starts[:, column]
        wait = start - free - resting(free, start, breaks) - ways[column]
        total += np.where(there & stop, wait, 0)
        free = np.where(there, start + batch.board.starts.seconds[batch.options[:, column]] + buffer, free)
        stop = stop | there
    due = table.due[batch.opening]
    last = due - free - resting(free, due, breaks) - _onward(batch, ways)
    return total + np.where(table.to_stop[batch.opening], last, 0)
