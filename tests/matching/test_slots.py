"""Slots and best workers: exact insertion into committed days."""

import time

import pytest

from matching import Commitment, Limits, Matrix, Shift, Window, solve
from matching.greedy import place_open
from matching.slots import SlotFinder, best_workers, slots, with_choices
from tests.matching.instances import at, make_problem, make_visit, make_worker, two_rivals, window


def starts(problem, visit=None):
    return [slot.start for slot in slots(problem, visit or problem.visits[0])]


def test_slots_lie_on_the_grid_and_inside_the_window():
    problem = make_problem([make_visit(windows=(window(9, 10),))])
    assert starts(problem) == [at(9), at(9, 15), at(9, 30), at(9, 45), at(10)]


def test_several_windows_give_several_runs_of_slots():
    problem = make_problem([make_visit(windows=(window(13), window(9)))])
    assert starts(problem) == [at(9), at(13)]


def test_the_first_slot_waits_for_the_way_from_home():
    # 10 km at 5 m/s with a detour of 1.3 take 44 minutes.
    problem = make_problem([make_visit(place=4, windows=(window(8, 10),))])
    assert starts(problem)[0] == at(8, 45)


def test_a_worker_who_may_leave_before_the_shift_starts_on_time():
    worker = make_worker(shifts=(Shift(at(8), at(18), at(7), at(19)),))
    problem = make_problem([make_visit(place=4, windows=(window(8, 10),))], [worker])
    assert starts(problem)[0] == at(8)


def test_nobody_leaves_before_now():
    problem = make_problem([make_visit(place=4, windows=(window(8, 12),))], now=at(9))
    assert starts(problem)[0] == at(9, 45)


def test_slots_keep_clear_of_commitments_with_travel_and_buffer():
    worker = make_worker(committed=(Commitment(at(12), 60, 1, "C"),))
    problem = make_problem([make_visit(place=2, windows=(window(9, 14),), minutes=60)], [worker], buffer_minutes=10)
    # The way between places 1 and 2 takes 320 s: 16 minutes with the buffer.
    found = starts(problem)
    assert at(10, 30) in found
    assert at(10, 45) not in found
    assert at(13, 15) not in found
    assert at(13, 30) in found


def test_a_slot_counts_workers_and_their_sureness():
    problem = make_problem(workers=[make_worker("W-1", p_accept=0.5), make_worker("W-2", p_accept=0.8)])
    first = slots(problem, problem.visits[0], top=2)[0]
    assert (first.workers, first.sureness) == (2, pytest.approx(0.9))
    assert len(first.top) == 2


def test_the_best_worker_comes_first_in_every_slot():
    problem = two_rivals()
    assert {slot.top[0].worker for slot in slots(problem, problem.visits[0])} == {"W-2"}
    assert [each.worker for each in best_workers(problem, problem.visits[0])] == ["W-2", "W-1"]


def test_the_best_worker_at_one_start_only():
    worker = make_worker("W-2", stars=5.0, committed=(Commitment(at(9), 180, 1, "C"),))
    problem = make_problem(workers=[make_worker("W-1", stars=4.0), worker])
    assert [each.worker for each in best_workers(problem, problem.visits[0], start=at(10))] == ["W-1"]
    assert best_workers(problem, problem.visits[0], start=at(7)) == ()


def test_nobody_means_no_slots_and_a_reason():
    problem = make_problem([make_visit(skills=frozenset({"cook"}))])
    assert slots(problem, problem.visits[0]) == ()
    assert SlotFinder(problem).reasons(problem.visits[0]) == {"W-1": "lacks_skill"}


def test_choices_of_a_roster_become_commitments():
    problem = make_problem([make_visit("V-1", windows=(window(9),)), make_visit("V-2", windows=(window(9),))])
    roster = solve(problem, Limits())
    later = with_choices(problem, roster.choices)
    assert [visit.code for visit in later.visits] == ["V-2"]
    assert starts(later, later.visits[0]) == []


def test_a_table_of_seconds_may_be_by_cell():
    travel = Matrix({"ebike": [[300, 1800], [1800, 300]]}, cells=(0, 0, 1, 1, 1))
    problem = make_problem([make_visit(place=1, windows=(window(8, 9),))], travel=travel)
    assert starts(problem)[0] == at(8, 15)
    assert starts(problem, make_visit(place=3, windows=(window(8, 9),)))[0] == at(8, 30)
    assert starts(problem, make_visit(place=0, windows=(window(8, 9),)))[0] == at(8)


def test_two_hundred_workers_and_a_day_of_starts_take_milliseconds():
    workers = [make_worker(f"W-{n}", n % 5, stars=4 + n % 7 / 10) for n in range(200)]
    problem = make_problem([make_visit(windows=(Window(at(8), at(18)),))], workers)
    finder = SlotFinder(problem)
    quickest = min(_timed(finder, problem.visits[0]) for _ in range(5))
    assert quickest < 0.03


def _timed(finder, visit):
    begin = time.perf_counter()
    finder.slots(visit)
    return time.perf_counter() - begin


def test_open_visits_take_their_place_before_slots_are_shown():
    problem = make_problem([make_visit("V-1", windows=(window(9),))])
    assert starts(problem, make_visit("V-2", windows=(window(9),))) == [at(9)]
    assert starts(place_open(problem), make_visit("V-2", windows=(window(9),))) == []


def test_an_open_visit_that_nobody_can_do_takes_no_place():
    problem = make_problem([make_visit("V-1", windows=(window(9),), skills=frozenset({"cook"}))])
    assert starts(place_open(problem), make_visit("V-2", windows=(window(9),))) == [at(9)]
