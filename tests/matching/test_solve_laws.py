"""Laws that hold for every problem: feasible, bounded, never worse than greedy, the same twice, every gap explained."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Limits, solve
from matching.board import build_board
from matching.check import check
from matching.columns import make_column
from matching.greedy import place_greedily
from matching.jsonio import roster_to_json
from matching.limits import Ledger, hour_rows, total_value
from tests.matching.instances import odd_problem, small_problem

LIGHT = Limits(effort=0.3)
seeds = st.integers(0, 10_000)
sizes = st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(1, 2))
modes = st.sampled_from(["round", "day", "instant"])
quick = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@quick
@given(seeds, sizes, modes)
def test_a_roster_is_always_sound(seed, size, mode):
    problem = small_problem(seed, *size)
    roster = solve(problem, LIGHT, seed=1, mode=mode)
    assert check(problem, roster) == []
    assert roster.objective <= roster.bound
    assert all(each.reasons for each in roster.unmatched)
    assert not roster.fallback


@quick
@given(seeds, st.integers(1, 2), modes)
def test_pins_and_oddities_stay_sound(seed, days, mode):
    problem = odd_problem(seed, days)
    roster = solve(problem, LIGHT, mode=mode)
    assert check(problem, roster) == []
    assert not roster.fallback


@quick
@given(seeds, sizes, st.sampled_from(["round", "day"]))
def test_never_worse_than_greedy(seed, size, mode):
    problem = small_problem(seed, *size)
    board = build_board(problem)
    floor = board.stay + total_value(place_greedily(board, hour_rows(board)))
    assert solve(problem, LIGHT, mode=mode).objective >= floor


@quick
@given(seeds, modes)
def test_the_same_problem_and_seed_give_the_same_bytes(seed, mode):
    problem = small_problem(seed)
    first, second = (roster_to_json(solve(problem, LIGHT, seed=5, mode=mode)) for _ in range(2))
    assert first == second


@settings(quick, max_examples=80)
@given(seeds, st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 2)))
def test_the_optimum_is_found_and_the_bound_covers_it(seed, size):
    problem = small_problem(seed, *size)
    board = build_board(problem)
    best = board.stay + _brute_force(board)
    roster = solve(problem, Limits(effort=1.0), mode="round")
    assert roster.bound >= best
    assert roster.objective == pytest.approx(best, abs=len(problem.visits) * 2)


def _brute_force(board):
    """The best value over all sets of sequences: every order of every set of options in every opening."""
    columns = [column for opening in range(board.openings) for column in _columns(board, opening)]
    return _best(board, Ledger(board, hour_rows(board)), columns, set())


def _columns(board, opening):
    arcs = board.arcs
    options = arcs.option[arcs.first[opening]:arcs.first[opening + 1]].tolist()
    for length in range(1, len(options) + 1):
        for sequence in permutations(options, length):
            if len({int(board.visit[option]) for option in sequence}) == length:
                column = make_column(board, opening, sequence)
                if column is not None:
                    yield column


def _best(board, ledger, columns, taken):
    if not columns:
        return 0
    opening = columns[0].opening
    rest = [column for column in columns if column.opening != opening]
    best = _best(board, ledger, rest, taken)
    for column in columns:
        if column.opening == opening and taken.isdisjoint(column.visits) and ledger.fits(column):
            ledger.put(column)
            best = max(best, column.value + _best(board, ledger, rest, taken | set(column.visits)))
            ledger.take_out(opening)
    return best
