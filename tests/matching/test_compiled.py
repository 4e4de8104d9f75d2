"""The compiled kernels say what numpy says; without them everything still works and nobody waits for a compile."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Limits, compiled, solve
from matching.board import build_board
from matching.check import check
from matching.grounds import Grounds
from matching.limits import hour_rows, total_value
from matching.pricing import price
from matching.quick import make_sheet
from matching.route import value_sequences
from matching.searching import Search
from matching.workshop import TOURS, USUAL, Workshop
from tests.matching.instances import full_day, odd_problem, small_problem

seeds = st.integers(0, 10_000)
quick = settings(max_examples=80, deadline=None, derandomize=True, database=None)


@pytest.fixture(autouse=True, scope="module")
def warm():
    compiled.warm()


def plainly(function, *given):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOURHAND_PLAIN", "1")
        return function(*given)


@quick
@given(seeds, st.booleans())
def test_openings_for_visits_are_those_of_numpy(seed, odd):
    problem = odd_problem(seed, 2) if odd else small_problem(seed, 4, 8, 2)
    quickly, plain = build_board(problem).arcs, plainly(build_board, problem).arcs
    for name in ("opening", "option", "earliest", "latest", "gain"):
        assert np.array_equal(getattr(quickly, name), getattr(plain, name))


@quick
@given(seeds)
def test_sequences_are_worth_what_numpy_says(seed):
    board = build_board(small_problem(seed, 3, 6, 2))
    if len(board.arcs.option) == 0:
        return
    from matching.kernels.sequence import CANNOT, value_all

    random = np.random.default_rng(seed)
    first = random.integers(0, len(board.arcs.option), 200)
    second = np.array(
        [random.integers(board.arcs.first[o], board.arcs.first[o + 1]) for o in board.arcs.opening[first]]
    )
    second = np.where(board.visit[board.arcs.option[first]] == board.visit[board.arcs.option[second]], -1, second)
    arcs = np.stack([first, second], axis=1)
    value, starts = np.zeros(200, dtype=np.int64), np.zeros((200, 2), dtype=np.int64)
    value_all(make_sheet(board, board.fleet.times), board.arcs.opening[first], arcs, starts, value)
    options = np.where(arcs >= 0, board.arcs.option[arcs], -1)
    timing, expected = value_sequences(board, board.arcs.opening[first], options)
    assert np.array_equal(value != CANNOT, timing.can)
    assert np.array_equal(value[timing.can], expected[timing.can])
    assert np.array_equal(starts[timing.can], timing.starts[timing.can])


@quick
@given(seeds, st.floats(0.3, 1.1))
def test_pricing_finds_the_same_best_as_numpy(seed, share):
    problem = small_problem(seed, 4, 8)
    board, plain = build_board(problem), plainly(build_board, problem)
    prices = (board.hope * share, np.zeros(board.openings))
    search = Search(np.zeros(board.openings), beam=20_000, keep=12, slots=120)
    quickly, slowly = price(Grounds(board), prices, search), plainly(lambda: price(Grounds(plain), prices, search))
    assert quickly.exact
    assert slowly.exact
    assert quickly.upper == pytest.approx(slowly.upper, abs=3)


@settings(quick, max_examples=6)
@given(seeds, st.floats(0.6, 0.9))
def test_among_many_visits_too(seed, share):
    problem = small_problem(seed, 3, 130)
    board, plain = build_board(problem), plainly(build_board, problem)
    prices = (board.hope * share, np.zeros(board.openings))
    search = Search(np.zeros(board.openings), beam=20_000, keep=12, slots=120)
    quickly, slowly = price(Grounds(board), prices, search), plainly(lambda: price(Grounds(plain), prices, search))
    assert quickly.exact
    assert quickly.upper == pytest.approx(slowly.upper, abs=3) or not slowly.exact
    assert (quickly.upper <= slowly.upper + 3).all()


def test_a_stop_inside_pricing_leaves_what_was_not_looked_at_unknown():
    board = build_board(small_problem(3, 4, 8))
    prices = (board.hope * 0.7, np.zeros(board.openings))
    search = Search(np.zeros(board.openings), beam=20_000, keep=12, slots=120)
    whole, stopped = price(Grounds(board), prices, search), price(Grounds(board, lambda: True), prices, search)
    assert whole.exact
    assert len(whole.opening)
    assert not stopped.exact
    assert len(stopped.opening) == 0
    assert (stopped.upper >= whole.upper.max()).all()


@quick
@given(seeds, st.sampled_from([USUAL, TOURS]))
def test_the_search_adds_up_and_keeps_the_rules(seed, heat):
    board = build_board(small_problem(seed, 4, 10, 2))
    if not board.openings:
        return
    bench = Workshop(board, hour_rows(board)).bench(seed).insert(list(range(len(board.visits)))).anneal(50, heat)
    columns = bench.columns()
    assert total_value(columns) == bench.value
    assert len({visit for column in columns for visit in column.visits}) == sum(len(c.visits) for c in columns)


@settings(quick, max_examples=15)
@given(seeds, st.sampled_from(["round", "day"]))
def test_numpy_alone_gives_sound_rosters_too(seed, mode):
    problem = small_problem(seed, 4, 6)
    roster = plainly(lambda: solve(problem, Limits(effort=0.3), mode=mode))
    assert check(problem, roster) == []
    assert roster.objective <= roster.bound
    assert not roster.fallback


def test_a_solve_never_waits_for_a_compile(monkeypatch, tmp_path):
    monkeypatch.setattr(compiled, "folder", lambda: tmp_path)
    assert not compiled.is_ready()
    assert solve(full_day(), mode="day").proven
    assert list(tmp_path.iterdir()) == []


def test_another_processor_is_not_ready(monkeypatch):
    assert compiled.is_ready()
    monkeypatch.setattr(compiled, "_machine", lambda: "another")
    assert not compiled.is_ready()


def test_a_plain_solve_does_not_load_the_compiler():
    code = (
        "import sys; from matching import solve; from tests.matching.instances import full_day; solve(full_day());"
        " print('numba' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"HOURHAND_PLAIN": "1"},
    )
    assert done.stdout.strip() == "False"
