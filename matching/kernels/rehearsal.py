"""Runs every kernel once on a tiny board, so that all of them are compiled with the very types they will meet."""

from __future__ import annotations

from matching.board import build_board
from matching.demand import Visit, Window
from matching.problem import Problem
from matching.quick import make_sheet, price_quickly
from matching.searching import Search
from matching.supply import Shift, Worker
from matching.travel import Haversine, Point


def tiny_problem() -> Problem:
    """Two workers, three visits."""
    places = tuple(Point(30.5 + 0.01 * number, 114.3) for number in range(5))
    visits = tuple(Visit(f"V{n}", n + 2, (Window(30_000, 60_000),), 60) for n in range(3))
    workers = tuple(Worker(f"W{n}", n, (Shift(28_800, 64_800),), p_accept=1.0) for n in range(2))
    return Problem("2026-01-01T00:00:00+00:00", places, visits, workers, Haversine(60, 1.3))


def rehearse() -> None:
    """Compile everything, or load it if it is there."""
    import numpy as np

    board = build_board(tiny_problem())
    sheet = make_sheet(board, board.limit)
    alive = np.ones(len(board.arcs.option), dtype=bool)
    price_quickly(sheet, board.arcs.gain.astype(np.float64), alive, Search(np.zeros(board.openings), 8, 8))
