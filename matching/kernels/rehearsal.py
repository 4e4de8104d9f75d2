"""Runs every kernel once on a tiny board, so that all of them are compiled with the very types they will meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matching.board import Board, build_board
from matching.clockwork import Ask
from matching.demand import Visit, Window
from matching.fleet import build_fleet
from matching.kernels.clock import nearest_chords
from matching.kernels.sequence import value_all
from matching.limits import hour_rows
from matching.problem import Limits, Problem
from matching.quick import Scout, make_sheet, price_quickly
from matching.rules import may_do
from matching.rush import settle
from matching.searching import Search
from matching.supply import Shift, Worker
from matching.travel import Haversine, Point
from matching.wishes import wishes_of
from matching.workshop import Workshop


def tiny_problem() -> Problem:
    """Two workers, three visits."""
    places = tuple(Point(30.5 + 0.01 * number, 114.3) for number in range(5))
    visits = tuple(Visit(f"V{n}", n + 2, (Window(30_000, 60_000),), 60) for n in range(3))
    workers = tuple(Worker(f"W{n}", n, (Shift(28_800, 64_800),), p_accept=1.0) for n in range(2))
    return Problem("2026-01-01T00:00:00+00:00", places, visits, workers, Haversine(60, 1.3))


def rehearse() -> None:
    """Compile everything, or load it if it is there."""
    board = build_board(tiny_problem())
    visit = board.visits[0]
    Scout(board.fleet).reach(Ask(visit, visit.windows, 900), may_do(visit, board.fleet))
    _price(board)
    _settle()
    shop = Workshop(board, hour_rows(board))
    bench = shop.bench(1).insert([0, 1, 2]).anneal(2)
    shop.bench(2).load(bench.columns())


def _settle() -> None:
    """A round of visits that begin at the same time."""
    problem, at_once = tiny_problem(), (Window(30_600, 30_600),)
    problem = replace(problem, visits=tuple(replace(visit, windows=at_once) for visit in problem.visits))
    settle(build_fleet(problem), wishes_of(problem.visits), Limits())


def _price(board: Board) -> None:
    sheet = make_sheet(board, board.limit)
    alive = np.ones(len(board.arcs.option), dtype=bool)
    price_quickly(sheet, board.arcs.gain.astype(np.float64), alive, Search(np.zeros(board.openings), 8, 8))
    arcs, starts = np.zeros((1, 2), dtype=np.int64), np.zeros((1, 2), dtype=np.int64)
    nearest_chords(sheet, np.arange(3), np.full((3, 3), 2.0))
    value_all(sheet, np.zeros(1, dtype=np.int64), arcs, starts, np.zeros(1, dtype=np.int64))
