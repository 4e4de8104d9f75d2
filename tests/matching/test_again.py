"""Planning again: what changed is mended, what did not stays, pins never move."""

from dataclasses import replace

import pytest

from matching import Limits, compiled, solve
from matching.check import check
from matching.demand import Promise, Window
from tests.matching.instances import at, make_visit, small_problem
from tests.matching.test_shards import town


@pytest.fixture(autouse=True, scope="module")
def warm():
    compiled.warm()


@pytest.fixture(scope="module")
def planned():
    problem = town(24, 60)
    return problem, solve(problem, Limits(effort=0.05), mode="day")


def holders(roster):
    return {choice.visit: choice.worker for choice in roster.choices}


def test_without_changes_nothing_moves(planned):
    problem, roster = planned
    again = solve(problem, Limits(effort=0.05), mode="day", start=roster)
    assert again.moved == ()
    assert again.objective == roster.objective


def test_who_drops_out_is_replaced_and_little_else_moves(planned):
    problem, roster = planned
    gone = roster.choices[0].worker
    left = replace(problem, workers=tuple(worker for worker in problem.workers if worker.code != gone))
    again = solve(left, Limits(effort=0.05), mode="day", start=roster)
    assert check(left, again) == []
    before = {visit: worker for visit, worker in holders(roster).items() if worker != gone}
    after = holders(again)
    assert sum(after.get(visit) != worker for visit, worker in before.items()) <= len(before) // 4
    fresh = solve(left, Limits(effort=0.05), mode="day")
    assert again.objective >= fresh.objective - 0.05 * abs(fresh.objective)


def test_a_new_visit_finds_its_place(planned):
    problem, roster = planned
    # Worth more than any other, so that somebody is found for it.
    visit = make_visit("V-new", problem.visits[3].place, (Window(at(9), at(11)),), 60, waiting=-5000)
    more = replace(problem, visits=(*problem.visits, visit))
    again = solve(more, Limits(effort=0.05), mode="day", start=roster)
    assert check(more, again) == []
    assert "V-new" in holders(again)


def test_a_pin_stays_where_it_is(planned):
    problem, roster = planned
    choice = roster.choices[5]
    pin = Promise(choice.worker, Window(choice.start, choice.start), pinned=True)
    visits = tuple(replace(v, promise=pin) if v.code == choice.visit else v for v in problem.visits)
    gone = next(c.worker for c in roster.choices if c.worker != choice.worker)
    workers = tuple(worker for worker in problem.workers if worker.code != gone)
    again = solve(replace(problem, visits=visits, workers=workers), Limits(effort=0.05), mode="day", start=roster)
    assert holders(again)[choice.visit] == choice.worker


@pytest.mark.parametrize("seed", range(12))
def test_any_small_problem_can_be_planned_again(seed):
    problem = small_problem(seed, 4, 8, 2)
    roster = solve(problem, Limits(effort=0.05), mode="day")
    left = replace(problem, workers=problem.workers[1:])
    again = solve(left, Limits(effort=0.05), mode="day", start=roster)
    assert check(left, again) == []
    assert not again.fallback
