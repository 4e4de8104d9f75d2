"""Every soft term twice: where it counts and where it does not; and the value of the ratings rules."""

import numpy as np
import pytest

from matching import PairTerm, Priority, Promise, Weights, rating_weights
from matching.fleet import build_fleet
from matching.problem import UNITS_PER_MINUTE
from matching.scoring import (
    PAIR_TERMS,
    change_price,
    keeps_promise,
    open_terms,
    p_accept,
    pair_table,
    pair_terms_of,
    pair_value,
    unfilled,
)
from matching.slots import SlotFinder, sureness
from matching.supply import Commitment
from tests.matching.instances import at, make_problem, make_visit, make_worker, window

W = Weights()
COUNTS = [
    ("distance", {"place": 4}, {}, Weights(km=3), -30.0),
    ("quality", {}, {"stars": 4.0}, W, 300.0),
    ("favourite", {"preferred": frozenset({"W-1"})}, {}, W, 45.0),
    ("same_home", {"known": frozenset({"W-1"})}, {}, W, 20.0),
    ("unreliability", {"late_risk": 0.5}, {"unreliability": 0.5}, W, -15.0),
    ("fairness", {}, {"fairness_gap": -0.5}, W, -13.125),
    ("newcomer", {"newcomer_slot": True}, {"is_newcomer": True}, W, 225.0),
    ("price", {"value": 12000}, {"p_accept": 0.5}, Weights(yuan=2.5), 150.0),
    ("refusal", {}, {"p_accept": 0.8}, W, -6.0),
]
SILENT = [
    ("distance", {"place": 0}, {}, Weights(km=3)),
    ("quality", {}, {"stars": 4.0}, Weights(star=0)),
    ("favourite", {"preferred": frozenset({"W-2"})}, {}, W),
    ("same_home", {}, {}, W),
    ("unreliability", {"late_risk": 0.0}, {"unreliability": 0.5}, W),
    ("fairness", {}, {"fairness_gap": 0.0}, W),
    ("newcomer", {"newcomer_slot": False}, {"is_newcomer": True}, W),
    ("price", {"value": 12000}, {}, W),
    ("refusal", {}, {"p_accept": 1.0}, W),
]


def term(name, visit, worker, weights):
    problem = make_problem([make_visit(**visit)], [make_worker(**worker)], weights=weights)
    row = pair_table(problem.visits[0], build_fleet(problem)).get(name)
    return 0.0 if row is None else row[0] / UNITS_PER_MINUTE


@pytest.mark.parametrize(("name", "visit", "worker", "weights", "minutes"), COUNTS, ids=[case[0] for case in COUNTS])
def test_a_term_counts(name, visit, worker, weights, minutes):
    assert term(name, visit, worker, weights) == pytest.approx(minutes, abs=0.01)


@pytest.mark.parametrize(("name", "visit", "worker", "weights"), SILENT, ids=[case[0] for case in SILENT])
def test_a_term_is_silent(name, visit, worker, weights):
    assert term(name, visit, worker, weights) == 0


def test_every_term_is_tested():
    assert {name for name, _ in PAIR_TERMS} == {case[0] for case in COUNTS} == {case[0] for case in SILENT}


def test_the_value_of_the_ratings_rules_can_be_had():
    worker = make_worker(stars=4.6, fairness_gap=0.4, is_newcomer=True)
    visit = make_visit(place=4, newcomer_slot=True)
    problem = make_problem([visit], [worker], weights=rating_weights())
    expected = 4.6 - 0.04 * 10.0 + 0.35 * 0.4 + 3
    value = pair_value(visit, build_fleet(problem))[0] / UNITS_PER_MINUTE / 75
    assert value == pytest.approx(expected, abs=1e-3)


def test_the_score_itself_counts_not_its_bound():
    workers = [make_worker("W-1", stars=4.5, lower=4.4), make_worker("W-2", stars=4.6, lower=3.5)]
    problem = make_problem(workers=workers)
    assert SlotFinder(problem).best_workers(problem.visits[0])[0].worker == "W-2"


def test_named_pair_terms_join_the_value():
    with_term = make_problem(pair_terms=(PairTerm("W-1", "V-1", "mentor", 12.0),))
    terms = pair_terms_of(with_term.visits[0], build_fleet(with_term), 0, at(9))
    assert ("mentor", 12.0) in [(each.name, each.minutes) for each in terms]


def test_unfilled_rescues_cost_most_and_one_offs_least():
    problem = make_problem()
    costs = [unfilled(problem, make_visit(priority=each)) for each in (Priority.RESCUE, Priority.RECURRING, Priority.ONE_OFF)]
    assert costs == sorted(costs, reverse=True)
    assert len(set(costs)) == 3


def test_waiting_softens_leaving_open():
    problem = make_problem()
    assert {t.name: t.minutes for t in open_terms(problem, make_visit(waiting=700))} == {"unfilled": -800, "waiting": 700}


@pytest.mark.parametrize(("hours", "factor"), [(100, 1), (72, 1), (38, 10.5), (4, 20), (1, 20)])
def test_moving_a_promise_costs_more_the_nearer_it_is(hours, factor):
    problem = make_problem(now=at(0))
    start = hours * 3600
    promise = Promise("W-1", window(hours)) if hours < 100 else Promise("W-1", window(100))
    assert change_price(problem, promise) == pytest.approx(10 * factor)
    assert keeps_promise(make_visit(promise=promise), "W-1", start)
    assert not keeps_promise(make_visit(promise=promise), "W-2", start)


def test_a_stated_price_stands():
    assert change_price(make_problem(), Promise("W-1", window(10), price=7.0)) == 7.0


def test_a_broken_promise_is_dearer_than_an_open_visit():
    problem = make_problem()
    promise = Promise("W-1", window(10), price=7.0)
    terms = {each.name: each.minutes for each in open_terms(problem, make_visit(promise=promise))}
    assert terms == {"unfilled": -800, "broken_promise": -607}


def test_acceptance_knows_distance_and_evening_but_not_past_refusals():
    workers = [make_worker("W-1", p_accept=None), make_worker("W-2", start=4, p_accept=None)]
    problem = make_problem(workers=workers)
    near, far = p_accept(problem.visits[0], build_fleet(problem), at(9))
    evening, _ = p_accept(problem.visits[0], build_fleet(problem), at(19))
    assert near > far
    assert evening < near


def test_acceptance_given_for_a_worker_stands():
    problem = make_problem(workers=[make_worker(p_accept=0.25)])
    assert p_accept(problem.visits[0], build_fleet(problem)).tolist() == [0.25]


def test_travel_and_idle_are_terms_of_a_candidate():
    worker = make_worker(committed=(Commitment(at(9), 60, 1, "C"),))
    problem = make_problem([make_visit(place=2, windows=(window(12),))], [worker])
    best = SlotFinder(problem).best_workers(problem.visits[0])[0]
    assert best.value == sum(each.amount for each in best.terms)
    assert {"travel", "idle"} <= {each.name for each in best.terms}


def test_from_home_and_to_home_nobody_waits():
    problem = make_problem([make_visit(windows=(window(12),))])
    best = SlotFinder(problem).best_workers(problem.visits[0])[0]
    assert "idle" not in {each.name for each in best.terms}


def test_sureness_is_one_minus_all_refusing():
    assert sureness([0.5, 0.5, 0.2]) == pytest.approx(0.8)
    assert sureness([]) == 0


def test_values_are_whole_units():
    problem = make_problem()
    assert pair_value(problem.visits[0], build_fleet(problem)).dtype == np.int64
