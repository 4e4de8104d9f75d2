"""What solve promises, on tiny named problems."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Commitment, Limits, Matrix, Move, Progress, Promise, Shift, solve
from matching.board import build_board
from matching.check import check
from matching.limits import hour_rows
from matching.rounds import is_flow
from tests.matching.instances import (
    at,
    full_day,
    make_problem,
    make_visit,
    make_worker,
    one_gap,
    promised,
    small_problem,
    two_rivals,
    window,
)


def given_to(roster):
    return {choice.visit: choice.worker for choice in roster.choices}


def starts_of(roster):
    return {choice.visit: choice.start for choice in roster.choices}


def test_the_better_worker_gets_the_visit():
    assert given_to(solve(two_rivals())) == {"V-1": "W-2"}


def test_a_round_without_rivalry_for_a_gap_is_a_flow():
    roster = solve(one_gap())
    assert roster.engine == "flow"
    assert roster.proven
    assert given_to(roster) == {"V-1": "W-1"}


def test_visits_that_fit_one_gap_together_are_packed():
    roster = solve(full_day())
    assert roster.engine == "columns"
    assert roster.proven
    assert len(roster.choices) == 2


def test_daily_hours_make_flows_into_packings():
    shifts = (Shift(at(8), at(12)), Shift(at(13), at(16)))
    visits = [make_visit("V-1", 1, (window(9),)), make_visit("V-2", 2, (window(13, 14),))]
    loose = make_problem(visits, [make_worker(shifts=shifts)])
    tight = make_problem(visits, [make_worker(shifts=shifts, daily_limit=180)])
    assert is_flow(build_board(loose), hour_rows(build_board(loose)))
    assert not is_flow(build_board(tight), hour_rows(build_board(tight)))
    assert len(solve(loose).choices) == 2
    assert len(solve(tight).choices) == 1


def test_an_open_visit_says_why_with_counts():
    workers = [make_worker("W-1", skills=frozenset({"cook"})), make_worker("W-2"), make_worker("W-3")]
    visit = make_visit(skills=frozenset({"cook"}), declined=frozenset({"W-1"}))
    open_visit = solve(make_problem([visit], workers)).unmatched[0]
    assert [(each.code, each.count) for each in open_visit.reasons] == [("lacks_skill", 2), ("already_declined", 1)]


def test_a_visit_that_is_better_left_waiting_stays_open():
    roster = solve(make_problem([make_visit(waiting=2000)]))
    assert [(each.code, each.count) for each in roster.unmatched[0].reasons] == [("not_worth_it", 1)]


def test_no_workers_is_a_reason_too():
    roster = solve(make_problem(workers=[]))
    assert [(each.code, each.count) for each in roster.unmatched[0].reasons] == [("no_workers", 0)]


def test_an_empty_problem_has_an_empty_roster():
    roster = solve(make_problem([], []))
    assert (roster.choices, roster.unmatched, roster.objective) == ((), (), 0)
    assert roster.proven


def test_a_promise_is_kept_although_another_would_be_better():
    assert given_to(solve(promised())) == {"V-1": "W-1"}
    assert starts_of(solve(promised())) == {"V-1": at(10)}


def test_a_promise_moves_at_its_stated_price():
    roster = solve(promised(price=1.0))
    assert given_to(roster) == {"V-1": "W-2"}
    assert roster.moved == (Move("V-1", "W-1", at(10), "W-2", roster.choices[0].start, 60_000),)
    assert "change" in {term.name for term in roster.terms}


def test_a_pin_never_moves():
    problem = promised(price=0.0, pinned=True)
    roster = solve(problem)
    assert (given_to(roster), starts_of(roster), roster.moved) == ({"V-1": "W-1"}, {"V-1": at(10)}, ())
    assert check(problem, roster) == []
    assert roster.proven


def test_a_pin_takes_time_that_others_cannot_have():
    problem = promised(pinned=True)
    problem = replace(problem, visits=(*problem.visits, make_visit("V-2", 1, (window(10),), only=frozenset({"W-1"}))))
    roster = solve(problem)
    assert given_to(roster) == {"V-1": "W-1"}
    assert check(problem, roster) == []


def test_an_exact_promise_may_lie_off_the_grid():
    promise = Promise("W-1", replace(window(10), earliest=at(10, 7), latest=at(10, 7)))
    problem = make_problem([make_visit(promise=promise)])
    roster = solve(problem)
    assert starts_of(roster) == {"V-1": at(10, 7)}
    assert check(problem, roster) == []


def test_moves_against_the_previous_roster_are_told():
    before = solve(two_rivals())
    worse = two_rivals()
    worse = replace(worse, workers=(worse.workers[0], replace(worse.workers[1], stars=3.0)))
    assert [(move.from_worker, move.to_worker) for move in solve(worse, start=before).moved] == [("W-2", "W-1")]
    assert solve(two_rivals(), start=before).moved == ()


def test_routes_have_times_that_follow_from_one_another():
    worker = make_worker(committed=(Commitment(at(13), 60, 3, "C-1"),))
    problem = make_problem([make_visit("V-1", 1, (window(9),)), make_visit("V-2", 2, (window(15),))], [worker])
    route = solve(problem).routes[0]
    assert [(stop.visit, stop.committed) for stop in route.stops] == [("V-1", False), ("C-1", True), ("V-2", False)]
    assert all(stop.leave + stop.travel <= stop.arrive <= stop.start < stop.finish for stop in route.stops)
    assert route.leave == at(9) - route.stops[0].travel
    assert route.back > route.stops[-1].finish


def test_effort_zero_is_the_greedy_plan():
    roster = solve(full_day(), Limits(effort=0))
    assert roster.engine == "greedy"
    assert roster.objective <= roster.bound


def test_a_stopped_solve_returns_the_best_so_far():
    problem = small_problem(3, 4, 8)
    roster = solve(problem, Limits(stop=lambda: True))
    assert roster.stopped
    assert check(problem, roster) == []


def test_progress_is_told_with_a_bound_that_never_rises():
    told: list[Progress] = []
    solve(small_problem(7, 4, 10), mode="day", on_progress=told.append)
    bounds = [each.bound for each in told if each.bound is not None]
    assert told[0].phase == "greedy"
    assert bounds == sorted(bounds, reverse=True)


def test_a_failing_solver_leaves_the_greedy_roster(monkeypatch):
    monkeypatch.setitem(sys.modules, "ortools.linear_solver", None)
    problem = full_day()
    roster = solve(problem)
    assert (roster.engine, roster.fallback) == ("greedy", "ModuleNotFoundError")
    assert len(roster.choices) == 2
    assert check(problem, roster) == []


def test_detours_that_are_short_cuts_do_not_break_the_bound():
    table = [[0, 5000, 60, 60, 60], [5000, 0, 60, 60, 60], [60, 60, 0, 60, 60], [60, 60, 60, 0, 60], [60, 60, 60, 60, 0]]
    visits = [make_visit("V-1", 1, minutes=60), make_visit("V-2", 2, minutes=60)]
    problem = make_problem(visits, travel=Matrix({"ebike": table}))
    roster = solve(problem)
    assert len(roster.choices) == 2
    assert roster.proven
    assert check(problem, roster) == []


def test_the_web_can_import_the_matcher_without_the_solvers():
    code = "import sys, matching, matching.slots, matching.explain; print(sorted({'ortools', 'scipy', 'numba'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 5000), st.integers(0, 2))
def test_a_better_rating_never_loses_a_visit(seed, number):
    problem = small_problem(seed)
    before = solve(problem)
    better = replace(problem.workers[number], stars=min(5.0, problem.workers[number].stars + 0.3))
    workers = tuple(better if row == number else worker for row, worker in enumerate(problem.workers))
    after = solve(replace(problem, workers=workers))
    if before.proven and after.proven:
        assert _count(after, better.code) >= _count(before, better.code)


def _count(roster, worker):
    return sum(choice.worker == worker for choice in roster.choices)


@pytest.mark.parametrize("mode", ["round", "day"])
def test_the_optimum_does_not_depend_on_the_order_of_workers(mode):
    problem = small_problem(11)
    turned = replace(problem, workers=problem.workers[::-1])
    assert solve(problem, mode=mode).objective == solve(turned, mode=mode).objective


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 5000), st.sampled_from(["round", "day"]))
def test_solving_again_from_a_proven_roster_moves_nothing(seed, mode):
    problem = small_problem(seed)
    roster = solve(problem, mode=mode)
    again = solve(problem, mode=mode, start=roster)
    assert again.objective == roster.objective
    if roster.proven:
        assert again.choices == roster.choices
        assert again.proven
