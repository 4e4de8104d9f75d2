"""Large rounds at once: worth what the flow is worth, bounded, and every pair what numpy says it is."""

import copy
import dataclasses
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Limits, PairTerm, Shift, compiled, jsonio, rush, solve
from matching.board import base_value, build_board
from matching.check import check
from matching.fleet import build_fleet
from matching.layout import lay_out
from matching.limits import hour_rows
from matching.roster import Stop, in_columns
from matching.rounds import _worthwhile, flow, is_flow
from matching.scoring import open_columns, open_terms
from matching.wishes import wishes_of
from tests.matching.instances import HOUR, at, make_problem, make_visit, make_worker, small_problem, window

seeds = st.integers(0, 10_000)
quick = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@pytest.fixture(autouse=True, scope="module")
def warm():
    compiled.warm()


@pytest.fixture
def everywhere(monkeypatch):
    """Rounds of any size are settled at once."""
    monkeypatch.setattr(rush, "MANY", 0)


def rushed(function, *given):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rush, "MANY", 0)
        return function(*given)


def some_round(seed, workers=12, visits=12):
    """Visits of two hours within three: nobody can do two; everything else is mixed."""
    random = np.random.default_rng(seed)
    odd = small_problem(seed, workers, visits)
    names = [worker.code for worker in odd.workers]
    wishes = tuple(
        replace(
            visit, windows=(window(9, 10),), minutes=120, promise=None, language="zh" if random.random() < 0.1 else None,
            preferred=frozenset(random.choice(names, 2)) if random.random() < 0.3 else frozenset(),
            only=frozenset(random.choice(names, 4)) if random.random() < 0.1 else None,
            newcomer_slot=bool(random.random() < 0.2), waiting=float(random.integers(0, 100)),
        )
        for visit in odd.visits
    )  # fmt: skip
    people = tuple(
        replace(
            worker, shifts=(Shift(at(8), at(12)),), committed=worker.committed if random.random() < 0.3 else (), breaks=(),
            p_accept=float(random.random()) if random.random() < 0.5 else None, languages=frozenset({"zh"}),
            daily_limit=None, weekly_limit=None, is_newcomer=bool(random.random() < 0.3),
            radius_m=2500.0 if random.random() < 0.2 else None,
        )
        for worker in odd.workers
    )  # fmt: skip
    terms = tuple(PairTerm(names[n], wishes[n].code, "mentor", float(random.integers(-50, 50))) for n in range(3))
    return make_problem(wishes, people, pair_terms=terms, weights=odd.weights, grid_seconds=900)


def laid_out(problem):
    fleet, wishes = build_fleet(problem), wishes_of(problem.visits)
    unfilled, waiting = open_columns(problem)
    return lay_out(fleet, wishes, base_value(fleet), -(unfilled + waiting))


@quick
@given(seeds)
def test_pairs_are_worth_what_numpy_says(seed):
    problem = some_round(seed)
    board = build_board(problem)
    opening, option, value = _worthwhile(board)
    expected = dict(zip(zip(board.visit[option].tolist(), opening.tolist(), strict=True), value.tolist(), strict=True))
    market = rush.Market(laid_out(problem))
    lists = market.lists
    found = {
        (visit, int(lists.opening[visit, at])): int(lists.value[visit, at])
        for visit in range(len(problem.visits))
        for at in range(lists.row[visit, 0])
    }
    assert found.keys() == expected.keys()
    assert all(abs(found[pair] - expected[pair]) <= 3 for pair in found)


@quick
@given(seeds, st.integers(4, 20))
def test_a_settled_round_is_nearly_the_best_and_proves_it(seed, visits):
    problem = some_round(seed, 12, visits)
    board = build_board(problem)
    if not is_flow(board, hour_rows(board)):
        return
    best = flow(board, 30).bound + board.stay
    roster = rushed(solve, problem)
    nothing = board.stay
    assert check(problem, roster) == []
    assert roster.objective <= best <= roster.bound
    assert roster.engine == "flow"
    assert best - roster.objective <= 0.01 * (best - nothing)


@quick
@given(seeds)
def test_more_effort_proves_more(seed):
    problem = some_round(seed)
    loose, tight = (rushed(solve, problem, Limits(effort=effort)) for effort in (1.0, 256.0))
    assert tight.bound - tight.objective <= max(20_000, loose.bound - loose.objective)
    assert rushed(solve, problem) == loose


def test_a_round_in_which_somebody_could_do_two_is_not_rushed(everywhere):
    visits = [make_visit(f"V-{n}", n, (window(8, 14),)) for n in (1, 2)]
    problem = make_problem(visits)
    assert rush.settle(build_fleet(problem), wishes_of(problem.visits), Limits()) is None
    assert len(solve(problem).choices) == 2


def test_hours_that_couple_openings_are_not_rushed():
    shifts = (Shift(at(8), at(12)), Shift(at(13), at(17)))
    visits = [make_visit("V-1", 1, (window(9),), 200)]
    loose = make_problem(visits, [make_worker(shifts=shifts)])
    tight = make_problem(visits, [make_worker(shifts=shifts, daily_limit=300)])
    assert rush.settle(build_fleet(loose), wishes_of(loose.visits), Limits()) is not None
    assert rush.settle(build_fleet(tight), wishes_of(tight.visits), Limits()) is None


def test_an_open_visit_of_a_large_round_says_why(everywhere):
    workers = [make_worker("W-1", skills=frozenset({"cook"})), make_worker("W-2")]
    visits = [
        make_visit("V-1", 1, (window(9),), skills=frozenset({"cook"})),
        make_visit("V-2", 1, (window(9),), skills=frozenset({"sing"})),
    ]
    problem = make_problem(visits, [replace(each, shifts=(Shift(at(8), at(12)),)) for each in workers])
    roster = solve(problem)
    plain = {each.visit: [(why.code, why.count) for why in each.reasons] for each in roster.unmatched}
    assert plain == {"V-2": [("lacks_skill", 2)]}
    assert check(problem, roster) == []


def test_what_is_told_later_is_as_good_as_told(everywhere):
    problem = some_round(3, 6, 12)
    one, other = solve(problem), solve(problem)
    assert one.unmatched
    assert copy.copy(one) == other
    assert jsonio.roster_from_json(jsonio.roster_to_json(other)) == one
    assert dataclasses.replace(solve(problem), seed=1).digest == jsonio.digest(problem)
    with pytest.raises(AttributeError):
        one.nothing  # noqa: B018 - it is not there
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.digest = ""


def test_a_stopped_round_has_the_best_so_far(everywhere):
    roster = solve(some_round(5), Limits(stop=lambda: True))
    assert roster.stopped
    assert roster.objective <= roster.bound


def test_moves_are_told_against_the_previous_round(everywhere):
    problem = some_round(8)
    before = solve(problem)
    assert solve(problem, start=before).moved == ()
    gone = before.choices[0].worker
    fewer = replace(problem, workers=tuple(w for w in problem.workers if w.code != gone), pair_terms=())
    assert before.choices[0].visit in {move.visit for move in solve(fewer, start=before).moved}


@quick
@given(seeds)
def test_columns_say_what_single_visits_say(seed):
    problem = some_round(seed)
    unfilled, waiting = open_columns(problem)
    for row, visit in enumerate(problem.visits):
        assert unfilled[row] + waiting[row] == sum(term.amount for term in open_terms(problem, visit))


@quick
@given(seeds, st.integers(1, 3))
def test_openings_laid_out_at_once_are_those_of_one_by_one(seed, days):
    problem = small_problem(seed, 5, 2, days)
    problem = replace(problem, day_starts=(0, 25 * HOUR) if seed % 3 == 0 else ())
    from matching.timeline import duties_of, openings_of

    fleet = build_fleet(problem)
    rows = [
        opening
        for worker in range(len(problem.workers))
        for opening in openings_of(problem, worker, duties_of(problem, fleet.times, worker))
    ]
    for name in ("worker", "duty", "day", "origin", "ready", "target", "due", "low", "high", "rest_low", "rest_high"):
        assert getattr(fleet.openings, name).tolist() == [getattr(row, name) for row in rows]


def test_where_all_want_the_same_few_visits_go_apart():
    """Stars differ much and ways little, so that every visit's best openings are the same ones."""
    random = np.random.default_rng(4)
    workers = [
        make_worker(f"W-{n}", n % 5, (Shift(at(8), at(12)),), stars=float(random.uniform(3, 5))) for n in range(300)
    ]
    problem = make_problem([make_visit(f"V-{n}", n % 5, (window(9, 10),)) for n in range(300)], workers)
    market = rush.Market(laid_out(problem))
    assert market.crowded
    roster = rushed(solve, problem)
    assert len(roster.choices) == 300
    assert roster.gap < 0.002


def test_without_rivalry_lists_stay_short():
    problem = make_problem([make_visit(windows=(window(9),))], [make_worker(shifts=(Shift(at(8), at(12)),))])
    assert not rush.Market(laid_out(problem)).crowded


@pytest.mark.parametrize("many", [0, 3])
def test_what_is_made_in_columns_is_as_if_made_one_by_one(many):
    codes, numbers = [f"V{row}" for row in range(many)], list(range(many))
    columns = (codes, *[numbers] * 6, [False] * many)
    assert in_columns(Stop, *columns) == [Stop(*row) for row in zip(*columns, strict=True)]


def test_no_field_is_left_without_a_column():
    with pytest.raises(ValueError, match="shorter"):
        in_columns(Stop, ["V-1"])
