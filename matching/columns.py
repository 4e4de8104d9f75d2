"""Columns: a sequence of visits in an opening, with its value; and the pool in which the masters look for the best."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matching.board import Board
from matching.route import value_sequences
from matching.travel import IntArray


@dataclass(frozen=True, slots=True)
class Column:
    """One way to fill an opening: options in order, their starts, and what that is worth in units."""

    opening: int
    options: tuple[int, ...]
    visits: tuple[int, ...]
    starts: tuple[int, ...]
    value: int
    minutes: int
    finish: int


@dataclass(slots=True)
class Pool:
    """All columns known so far, each once."""

    board: Board
    columns: list[Column] = field(default_factory=list)
    known: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)
    by_opening: dict[int, list[Column]] = field(default_factory=dict)
    indexed: int = 0

    def add(self, columns: list[Column]) -> list[int]:
        """Add those that are new; tells the numbers of the new ones."""
        fresh: list[int] = []
        for column in columns:
            key = (column.opening, column.options)
            if key not in self.known:
                self.known[key] = len(self.columns)
                fresh.append(len(self.columns))
                self.columns.append(column)
        return fresh

    def of_openings(self, openings: list[int], most: int) -> list[Column]:
        """The latest few columns of these openings."""
        for column in self.columns[self.indexed :]:
            self.by_opening.setdefault(column.opening, []).append(column)
        self.indexed = len(self.columns)
        return [column for opening in openings for column in self.by_opening.get(opening, [])[-most:]]


def make_columns(board: Board, opening: IntArray, options: IntArray) -> list[Column]:
    """Columns for the sequences that can be kept."""
    if len(opening) == 0:
        return []
    timing, value = value_sequences(board, opening, options)
    made: list[Column] = []
    for row in np.flatnonzero(timing.can).tolist():
        sequence = tuple(int(option) for option in options[row] if option >= 0)
        starts = tuple(int(start) for start in timing.starts[row, : len(sequence)])
        finish = starts[-1] + int(board.starts.seconds[sequence[-1]])
        visits = tuple(int(board.visit[option]) for option in sequence)
        minutes = int(sum(board.minutes[option] for option in sequence))
        made.append(Column(int(opening[row]), sequence, visits, starts, int(value[row]), minutes, finish))
    return made


def make_column(board: Board, opening: int, options: tuple[int, ...]) -> Column | None:
    """The column of one sequence, or None if it cannot be kept."""
    made = make_columns(board, np.array([opening]), np.array([options], dtype=np.int64))
    return made[0] if made else None
