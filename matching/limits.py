"""Hours and rest: what couples the openings of one worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from matching.board import Board
from matching.columns import Column
from matching.travel import FloatArray


@dataclass(frozen=True, slots=True)
class HourRow:
    """The openings of one worker in one day or week together have so many minutes left."""

    openings: tuple[int, ...]
    minutes: int


def hour_rows(board: Board) -> tuple[HourRow, ...]:
    """One row per worker with a limit and day, and per worker with a limit and week, where there are openings."""
    fleet, table = board.fleet, board.fleet.openings
    groups: dict[tuple[int, str, int], list[int]] = defaultdict(list)
    for row, (worker, day) in enumerate(zip(table.worker.tolist(), table.day.tolist(), strict=True)):
        if fleet.daily_limit[worker] >= 0:
            groups[worker, "day", day].append(row)
        if fleet.weekly_limit[worker] >= 0:
            groups[worker, "week", board.problem.week_of(day)].append(row)
    rows = []
    for (worker, kind, number), openings in sorted(groups.items()):
        load = fleet.day_load if kind == "day" else fleet.week_load
        limit = fleet.daily_limit if kind == "day" else fleet.weekly_limit
        rows.append(HourRow(tuple(openings), max(0, int(limit[worker] - load[worker, number]))))
    return tuple(rows)


def prices_per_minute(board: Board, rows: tuple[HourRow, ...], duals: FloatArray) -> FloatArray:
    """What a minute of work costs in each opening, given the prices of the hour rows."""
    price = np.zeros(board.openings)
    for row, dual in zip(rows, duals.tolist(), strict=True):
        for opening in row.openings:
            price[opening] += dual
    return price


class Ledger:
    """Keeps the hours and rest of the columns chosen so far, and says whether one more still fits."""

    def __init__(self, board: Board, rows: tuple[HourRow, ...]) -> None:
        self.board = board
        self.left = [row.minutes for row in rows]
        self.rows_of: dict[int, list[int]] = defaultdict(list)
        for number, row in enumerate(rows):
            for opening in row.openings:
                self.rows_of[opening].append(number)
        self.chosen: dict[int, Column] = {}
        self.of_worker: dict[int, set[int]] = defaultdict(set)

    def fits(self, column: Column) -> bool:
        """Whether this column could replace what its opening holds."""
        before = self.chosen.get(column.opening)
        spare = before.minutes if before else 0
        if any(self.left[row] + spare < column.minutes for row in self.rows_of[column.opening]):
            return False
        return self._rested(column)

    def put(self, column: Column) -> None:
        """Choose this column for its opening, in place of what it held."""
        self.take_out(column.opening)
        self.chosen[column.opening] = column
        self.of_worker[self._worker(column.opening)].add(column.opening)
        for row in self.rows_of[column.opening]:
            self.left[row] -= column.minutes

    def take_out(self, opening: int) -> None:
        """Empty an opening."""
        column = self.chosen.pop(opening, None)
        if column is not None:
            self.of_worker[self._worker(opening)].discard(opening)
            for row in self.rows_of[opening]:
                self.left[row] += column.minutes

    def _worker(self, opening: int) -> int:
        return int(self.board.fleet.openings.worker[opening])

    def _rested(self, column: Column) -> bool:
        worker = self._worker(column.opening)
        rest = int(self.board.fleet.rest[worker])
        if rest == 0:
            return True
        others = (self.chosen[opening] for opening in self.of_worker[worker] if opening != column.opening)
        return all(rested(self.board, column, other, rest) for other in others)


def rested(board: Board, one: Column, other: Column, rest: int) -> bool:
    """Whether two columns of a worker leave the rest between them; within a day nothing is asked."""
    day = board.fleet.openings.day
    if day[one.opening] == day[other.opening]:
        return True
    first, second = (one, other) if day[one.opening] < day[other.opening] else (other, one)
    return first.finish + rest <= second.starts[0]


def total_value(columns: Iterable[Column]) -> int:
    """The value of columns together, in units."""
    return sum(column.value for column in columns)
