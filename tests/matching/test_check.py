"""The judge finds every kind of fault, and none where there is none."""

from dataclasses import replace

import pytest

from matching import Acceptance, Commitment, Hold, Limits, Promise, Shift, Window, solve
from matching.check import check
from matching.roster import ReasonCount
from matching.supply import Break
from tests.matching.instances import at, full_day, make_problem, make_visit, make_worker, small_problem, window


def visit_with(problem, **changes):
    return replace(problem, visits=(replace(problem.visits[0], **changes), *problem.visits[1:]))


def worker_with(problem, **changes):
    return replace(problem, workers=(replace(problem.workers[0], **changes), *problem.workers[1:]))


def with_route(roster, **changes):
    return replace(roster, routes=(replace(roster.routes[0], **changes), *roster.routes[1:]))


def with_stop(roster, **changes):
    stops = roster.routes[0].stops
    return with_route(roster, stops=(replace(stops[0], **changes), *stops[1:]))


# A roster made for the plain problem is held against a problem with one more rule in it.
FAULTS = {
    "not open": lambda p: visit_with(p, state="cancelled"),
    "zone is closed": lambda p: replace(p, open_zones=frozenset({"Z"})),
    "may not be asked": lambda p: visit_with(p, only=frozenset({"W-9"})),
    "on hold": lambda p: worker_with(p, holds=frozenset({Hold.SAFETY})),
    "document is missing": lambda p: worker_with(p, holds=frozenset({Hold.DOCUMENT})),
    "document lapses": lambda p: worker_with(p, documents_until=at(9)),
    "skill is missing": lambda p: visit_with(p, skills=frozenset({"cook"})),
    "tier is too low": lambda p: visit_with(p, tier="star"),
    "bound of the score": lambda p: visit_with(p, lower_at_least=4.9),
    "language is missing": lambda p: visit_with(p, language="en"),
    "gender differs": lambda p: visit_with(p, gender="f"),
    "pair is blocked": lambda p: visit_with(p, blocked=frozenset({"W-1"})),
    "declined this visit": lambda p: visit_with(p, declined=frozenset({"W-1"})),
    "does not serve the zone": lambda p: worker_with(p, zones=frozenset({"Z"})),
    "too far away": lambda p: worker_with(p, radius_m=10.0),
    "not allowed by the customer's windows": lambda p: visit_with(p, windows=(window(16, 17),)),
    "lies in the past": lambda p: replace(p, now=at(16)),
    "outside every shift": lambda p: worker_with(p, shifts=(Shift(at(15), at(18)),)),
    "runs into a break": lambda p: worker_with(p, breaks=(Break(at(9), at(14)),)),
    "takes": lambda p: worker_with(p, committed=(Commitment(at(8), 360, 4, "C"),)),
    "minutes on day": lambda p: worker_with(p, daily_limit=60),
    "minutes in week": lambda p: worker_with(p, weekly_limit=60),
    "too little rest": lambda p: worker_with(
        p, rest_minutes=1400, shifts=(Shift(at(8), at(18)), Shift(at(8, day=1), at(18, day=1))),
        committed=(Commitment(at(8, day=1), 60, 1, "C"),),
    ),
    "the pin was not kept": lambda p: visit_with(
        replace(p, workers=(*p.workers, make_worker("W-2"))), promise=Promise("W-2", window(10), pinned=True),
    ),
    "the digests differ": lambda p: visit_with(p, value=77),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_broken_rule_is_found(fault):
    problem = make_problem([make_visit(windows=(window(9, 12),))])
    roster = solve(problem)
    assert any(fault in sentence for sentence in check(FAULTS[fault](problem), roster))


def test_a_sound_roster_has_no_fault():
    problem = full_day()
    assert check(problem, solve(problem)) == []


@pytest.mark.parametrize(("change", "fault"), [
    (lambda r: replace(r, choices=r.choices[:1]), "appears 0 times"),
    (lambda r: replace(r, choices=(*r.choices, r.choices[0])), "appears 2 times"),
    (lambda r: replace(r, choices=(replace(r.choices[0], visit="V-9"),)), "not in the problem"),
    (lambda r: replace(r, objective=r.objective + 1), "not the sum"),
    (lambda r: replace(r, bound=r.objective - 1), "above its bound"),
    (lambda r: replace(r, gap=0.5), "The gap"),
    (lambda r: replace(r, terms=(replace(r.terms[0], amount=5), *r.terms[1:])), "is told as 5"),
    (lambda r: replace(r, terms=(r.terms[0], *r.terms)), "is told as"),
    (lambda r: replace(r, unmatched=(*r.unmatched, replace(r.unmatched[0], visit="V-9"))), "open visit V-9 is not"),
    (lambda r: replace(r, unmatched=(replace(r.unmatched[0], reasons=(ReasonCount("luck", 1),)),)), "cannot be: luck"),
    (lambda r: with_route(r, travel=1), "do not add up to 1 s"),
    (lambda r: with_route(r, worker="W-9"), "a route of W-9"),
    (lambda r: with_route(r, stops=r.routes[0].stops * 2), "appears twice in the routes"),
    (lambda r: with_stop(r, travel=1), "is told as 1 s"),
    (lambda r: with_stop(r, place=4), "another place"),
    (lambda r: with_stop(r, finish=1), "another time in the route"),
    (lambda r: replace(r, routes=()), "Routes and choices differ"),
    (lambda r: replace(r, unmatched=(replace(r.unmatched[0], reasons=()),)), "do not account"),
])
def test_a_falsified_roster_is_found(change, fault):
    problem = full_day()
    assert any(fault in sentence for sentence in check(problem, change(solve(problem))))


def test_two_visits_at_once_are_found():
    problem = full_day()
    roster = solve(problem)
    same = [replace(choice, start=at(9)) for choice in roster.choices]
    assert any("there are only" in sentence for sentence in check(problem, replace(roster, choices=tuple(same))))


def test_off_the_grid_is_found():
    problem = make_problem([make_visit(windows=(Window(at(9), at(12)),))])
    roster = solve(problem)
    moved = replace(roster, choices=(replace(roster.choices[0], start=at(9, 7)),))
    assert any("not allowed" in sentence for sentence in check(problem, moved))


def test_greedy_rosters_are_sound_too():
    for seed in range(30):
        problem = small_problem(seed, 4, 8, 2)
        assert check(problem, solve(problem, Limits(effort=0))) == []


def test_a_chance_beyond_all_numbers_is_judged_like_any():
    problem = make_problem(workers=[make_worker(p_accept=None)], acceptance=Acceptance(intercept=-1000.0))
    assert check(problem, solve(problem)) == []
