"""Nightly estimates: pure arithmetic first, then as a version in the database."""

from datetime import timedelta

import pytest

from ratings import formula
from ratings.estimates import Recruit, estimate, renew_estimates
from ratings.formula import Params
from ratings.params import current_params
from ratings.policy import EstimatePolicy
from tests import factories as make
from tests.ratings.test_scores import give

POLICY = EstimatePolicy()


def recruits(count=24, source="R-a", lift=0.0, worth=0.3):
    return [Recruit(source, 0.4 + 0.02 * turn + lift, worth * (0.02 * turn - 0.23)) for turn in range(count)]


def test_levels_wait_for_two_hundred_ratings():
    few = {"W-1": [5] * 199}
    assert estimate(Params(), few, [], POLICY) == Params()


def test_levels_follow_the_data_once_there_is_enough():
    found = estimate(Params(), {"W-1": [5, 1] * 60, "W-2": [5, 4] * 60}, [], POLICY)
    assert (found.mu, found.mu_bad) == (0.6875, 0.25)
    assert found.sigma2 == pytest.approx((120 * 0.25 + 120 * 0.015625) / 238, abs=1e-6)


def test_weak_screening_counts_nothing():
    noise = [Recruit("R-a", 0.5 + 0.01 * (turn % 7), 0.05 * (-1) ** turn) for turn in range(40)]
    assert estimate(Params(), {}, noise, POLICY).slope < 0.35
    assert estimate(Params(), {}, recruits(19), POLICY).slope == 0.0


def test_good_screening_counts_its_slope():
    assert estimate(Params(), {}, recruits(), POLICY).slope == pytest.approx(0.3, abs=1e-5)


def test_offsets_are_shrunk_and_immature_recruits_do_not_enter():
    found = estimate(Params(), {}, [*recruits(0), *[Recruit("R-b", 0.5, 0.05)] * 5, Recruit("R-b", 0.5, None)], POLICY)
    assert found.sources["R-b"].offset == pytest.approx(0.25 / 10)


def test_one_recruiter_inflating_every_score_moves_no_start():
    plain, inflated = recruits(), recruits(lift=0.2)
    before, after = estimate(Params(), {}, plain, POLICY), estimate(Params(), {}, inflated, POLICY)
    for one, other in zip(plain, inflated, strict=True):
        start = formula.start_of(before, "R-a", one.result)
        assert formula.start_of(after, "R-a", other.result).prior == pytest.approx(start.prior, abs=1e-5)


def test_inflating_beside_others_moves_starts_by_the_virtual_candidates_only():
    honest = recruits(source="R-b")
    before = estimate(Params(), {}, [*recruits(), *honest], POLICY)
    after = estimate(Params(), {}, [*recruits(lift=0.2), *honest], POLICY)
    for one in recruits():
        moved = (
            formula.start_of(after, "R-a", one.result + 0.2).prior - formula.start_of(before, "R-a", one.result).prior
        )
        assert abs(4 * moved) <= 0.02


def test_nothing_new_publishes_nothing(session):
    make.make_house(session)
    assert renew_estimates(session, make.MONDAY_NOON).version == 1


def test_two_hundred_ratings_publish_a_version_that_scores_use(session):
    make.make_house(session)
    ben = make.make_worker(session)
    for turn in range(200):
        give(session, ben, 5 if turn % 2 else 4, turn / 24, f"A-{turn}")
    found = renew_estimates(session, make.TUESDAY_NINE + timedelta(days=10))
    assert (found.version, found.mu, found.mu_bad) == (2, 0.875, 0.0)
    assert current_params(session) == found
    assert renew_estimates(session, make.TUESDAY_NINE + timedelta(days=10)).version == 2
