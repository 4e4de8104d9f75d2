"""Tiers: up at once, down after two misses, a person looks; nothing is punished by a rule."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.actors import SYSTEM
from core.events import Event, EventRow
from dispatch.models import ReliabilityMark
from notices.models import Notice, StaffTask
from ratings.policy import TierPolicy
from ratings.scores import set_weight
from ratings.tiers import Facts, evaluate_tiers, judge, on_score_recomputed, watched
from ratings.weekly import tell_weekly
from tests import factories as make
from tests.ratings.test_scores import DAY, give
from tests.worked import score_of
from workers.standing import standing_of

POLICY = TierPolicy()
GOLD = Facts(4.75, 4.40, 4.95, 14, 0, 90)
STAR = Facts(4.85, 4.55, 4.98, 20, 0, 90)
FAIR = Facts(4.40, 4.05, 4.70, 14, 0, 90)


def facts(base: Facts, **more) -> Facts:
    return Facts(**{**base.__dict__, **more})


@pytest.mark.parametrize(
    ("given", "tier"),
    [
        (STAR, "star"),
        (facts(STAR, streak_days=59), "gold"),
        (facts(STAR, points=2), "gold"),
        (facts(STAR, weight=15.9), "gold"),
        (GOLD, "gold"),
        (facts(GOLD, points=3), "standard"),
        (facts(GOLD, weight=11), "standard"),
        (facts(GOLD, lower=4.34), "standard"),
        (facts(GOLD, weight=7.9), "newcomer"),
    ],
)
def test_up_at_once(given, tier):
    assert judge("newcomer", 0, given, POLICY).tier == tier


def test_down_only_after_two_misses_in_a_row():
    once = judge("gold", 0, FAIR, POLICY)
    assert (once.tier, once.misses) == ("gold", 1)
    assert judge("gold", 1, FAIR, POLICY).tier == "standard"


def test_a_tenth_of_a_star_is_forgiven_and_clears_the_miss():
    close = facts(GOLD, lower=4.26)
    assert judge("gold", 1, close, POLICY) == judge("gold", 0, GOLD, POLICY)


def test_nobody_becomes_a_newcomer_again():
    assert judge("standard", 0, facts(FAIR, weight=3), POLICY).tier == "standard"
    assert judge("gold", 1, facts(FAIR, weight=3), POLICY).tier == "standard"


@pytest.mark.parametrize(
    ("given", "p_bad", "what"),
    [
        (Facts(3.9, 3.5, 4.3, 5, 0, 0), 0.05, "watch"),
        (Facts(3.9, 3.5, 4.3, 4.9, 0, 0), 0.05, ""),
        (Facts(4.5, 4.2, 4.8, 8, 0, 0), 0.19, "watch"),
        (Facts(4.5, 4.2, 4.8, 8, 0, 0), 0.18, ""),
        (Facts(3.4, 3.0, 3.9, 8, 0, 0), 0.4, "stop"),
        (Facts(3.4, 3.0, 3.9, 7, 0, 0), 0.1, "watch"),
    ],
)
def test_who_is_looked_at(given, p_bad, what):
    assert watched(given, p_bad, 0.06, POLICY) == what


@pytest.fixture
def house(session):
    make.make_house(session)
    return session


@pytest.fixture
def ben(house):
    return make.make_worker(house)


def rate_many(house, ben, stars, count, first=0):
    return [give(house, ben, stars, first + turn / 4, f"A-{first}-{turn}") for turn in range(count)]


def test_a_good_worker_becomes_gold_and_hears_it(house, ben):
    rate_many(house, ben, 5, 20)
    assert evaluate_tiers(house, make.TUESDAY_NINE + 10 * DAY) == 1
    assert standing_of(house, ben.code).tier in {"gold", "star"}
    assert "tier_changed" in house.scalars(select(Notice.kind).where(Notice.to == ben.account_code)).all()


def test_points_are_published_and_count(house, ben):
    rate_many(house, ben, 5, 20)
    now = make.TUESDAY_NINE + 10 * DAY
    for kind, points, at in (("late", 1, now - DAY), ("late_cancel", 2, now - 2 * DAY), ("no_show", 5, now - 70 * DAY)):
        house.add(ReliabilityMark(person=ben.code, visit_code=kind, kind=kind, points=points, at=at))
    house.flush()
    evaluate_tiers(house, now)
    standing = standing_of(house, ben.code)
    assert (standing.tier, standing.reliability_points) == ("standard", 3)


def test_a_bad_worker_is_looked_at_by_a_person_and_not_punished(house, ben):
    rate_many(house, ben, 2, 12)
    evaluate_tiers(house, make.TUESDAY_NINE + 10 * DAY)
    task = house.scalars(select(StaffTask).where(StaffTask.about == ben.code)).one()
    assert (task.kind, task.role) == ("score_stop", "ops_lead")
    assert (ben.state, standing_of(house, ben.code).holds) == ("active", [])


def test_the_same_worker_is_looked_at_again_only_after_eight_more_ratings(house, ben):
    rate_many(house, ben, 2, 12)
    now = make.TUESDAY_NINE + 10 * DAY
    evaluate_tiers(house, now)
    task = house.scalars(select(StaffTask).where(StaffTask.about == ben.code)).one()
    task.done_at = now
    house.flush()
    rate_many(house, ben, 2, 7, first=10)
    evaluate_tiers(house, now + 7 * DAY)
    assert len(house.scalars(select(StaffTask).where(StaffTask.about == ben.code)).all()) == 1
    rate_many(house, ben, 2, 1, first=20)
    evaluate_tiers(house, now + 14 * DAY)
    assert len(house.scalars(select(StaffTask).where(StaffTask.about == ben.code)).all()) == 2


def test_a_tier_lost_only_because_of_a_removed_rating_comes_back(house, ben):
    rate_many(house, ben, 5, 15)
    evaluate_tiers(house, make.TUESDAY_NINE + 10 * DAY)
    before = standing_of(house, ben.code).tier
    bad = [give(house, ben, 1, 11 + turn, f"A-bad{turn}") for turn in range(2)]
    for week in (14, 21):
        evaluate_tiers(house, make.TUESDAY_NINE + week * DAY)
    assert (before, standing_of(house, ben.code).tier) == ("gold", "standard")
    for rating in bad:
        set_weight(house, rating.code, 0.0, "abuse", SYSTEM, make.TUESDAY_NINE + 22 * DAY)
        row = house.scalars(
            select(EventRow).where(EventRow.kind == "ScoreRecomputed").order_by(EventRow.id.desc())
        ).first()
        told: Event = row.fact()
        on_score_recomputed(house, told, make.TUESDAY_NINE + 22 * DAY)
    assert standing_of(house, ben.code).tier == "gold"
    assert score_of(house, ben).lost_tier == ""


def test_the_weekly_message_says_no_more_than_may_be_seen(house, ben):
    rate_many(house, ben, 5, 6)
    give(house, ben, 1, 6.9, "A-today")
    tell_weekly(house, make.TUESDAY_NINE + timedelta(days=6.95))
    notice = house.scalars(select(Notice).where(Notice.kind == "score_weekly")).one()
    assert notice.params["stars"] == pytest.approx(4.77, abs=0.03)
    assert score_of(house, ben).score < 0.9
