"""Seals: a disputed visit's ratings are neither shown nor counted until the dispute is over."""

import pytest

from core.actors import SYSTEM
from core.errors import Conflict
from ratings.explain import score_story
from ratings.invitations import edit_rating, invite
from ratings.queries import ratings_for, recent_reviews
from ratings.revealing import close_visit
from ratings.schemas import RatingInput
from ratings.scores import differs
from ratings.sealing import hand_seal_over, seal_ratings, unseal_ratings
from tests import factories as make
from tests.worked import after, rated_visit, say, score_of, worked_visit


@pytest.fixture
def house(session):
    make.make_house(session)
    return session


@pytest.fixture
def ben(house):
    return make.make_worker(house)


@pytest.fixture
def ada(house):
    return make.make_customer(house)


@pytest.fixture
def visit(house, ada, ben):
    made = worked_visit(house, ada, ben)
    invite(house, made.code, after(made))
    return made


def test_a_hidden_rating_stays_hidden_past_its_time(house, ada, ben, visit):
    given = say(house, ada, visit, 1)
    seal_ratings(house, visit.code, "D-1", after(visit, hours=2))
    close_visit(house, visit.code, after(visit, days=8))
    assert given.state == "hidden"
    with pytest.raises(Conflict):
        edit_rating(house, ada, RatingInput(visit.code, 5), after(visit, hours=3))


def test_a_rating_given_under_seal_is_sealed_too(house, ada, ben, visit):
    seal_ratings(house, visit.code, "D-1", after(visit))
    one, two = say(house, ada, visit, 1), say(house, make.as_worker(ben), visit, 5)
    assert (one.sealed_by, two.sealed_by, one.state) == ("D-1", "D-1", "hidden")


@pytest.mark.parametrize(("effect", "ratings"), [("counts", 1), ("none", 1), ("half", 1), ("excluded", 0)])
def test_the_end_of_a_dispute_reveals_what_is_due(house, ada, ben, visit, effect, ratings):
    given = say(house, ada, visit, 1)
    seal_ratings(house, visit.code, "D-1", after(visit, hours=2))
    unseal_ratings(house, visit.code, "D-1", effect, SYSTEM, after(visit, days=9))
    house.refresh(given)
    row = score_of(house, ben)
    assert (given.state, given.sealed_by, row.ratings) == ("revealed", "", ratings)
    assert row.w == {"counts": 1, "none": 1, "half": 0.5, "excluded": 0}[effect]


def test_before_its_time_it_goes_back_to_being_blind(house, ada, ben, visit):
    given = say(house, ada, visit, 1)
    seal_ratings(house, visit.code, "D-1", after(visit, hours=2))
    unseal_ratings(house, visit.code, "D-1", "counts", SYSTEM, after(visit, days=1))
    assert given.state == "hidden"
    close_visit(house, visit.code, after(visit, days=7))
    house.refresh(given)
    assert given.state == "revealed"


@pytest.mark.parametrize(("effect", "back"), [("counts", True), ("excluded", False)])
def test_a_counted_rating_weighs_nothing_while_disputed(house, ben, effect, back):
    rating = rated_visit(house, ben, 1, comment="dirty")
    before = score_of(house, ben).score
    now = make.TUESDAY_NINE + make.timedelta(days=9)
    seal_ratings(house, rating.visit_code, "D-1", now)
    assert (score_of(house, ben).score, rating.excluded) == (0.875, "sealed")
    assert recent_reviews(house) == []
    moved = unseal_ratings(house, rating.visit_code, "D-1", effect, SYSTEM, now)
    assert (moved.after == before) is back
    assert (rating.excluded == "dispute") is not back
    assert not differs(house, ben.code)


def test_a_rule_that_excluded_it_before_still_holds(house, ben):
    rating = rated_visit(house, ben, 1, reason="price")
    now = make.TUESDAY_NINE + make.timedelta(days=9)
    seal_ratings(house, rating.visit_code, "D-1", now)
    assert unseal_ratings(house, rating.visit_code, "D-1", "counts", SYSTEM, now) is None
    assert (rating.excluded, score_of(house, ben).ratings) == ("outside_control", 0)


def test_a_second_dispute_keeps_the_seal(house, ben):
    rating = rated_visit(house, ben, 1)
    now = make.TUESDAY_NINE + make.timedelta(days=9)
    seal_ratings(house, rating.visit_code, "D-1", now)
    seal_ratings(house, rating.visit_code, "D-2", now)
    hand_seal_over(house, rating.visit_code, "D-1", "D-2")
    assert unseal_ratings(house, rating.visit_code, "D-1", "counts", SYSTEM, now) is None
    assert rating.sealed_by == "D-2"
    unseal_ratings(house, rating.visit_code, "D-2", "counts", SYSTEM, now)
    assert (rating.sealed_by, score_of(house, ben).ratings) == ("", 1)


def test_sealed_words_are_shown_to_nobody_but_the_worker_sees_that_it_is_disputed(house, ada, ben):
    first = [rated_visit(house, ben, 4, make.TUESDAY_NINE + make.timedelta(days=day)) for day in range(2)]
    rating = rated_visit(house, ben, 1, make.TUESDAY_NINE + make.timedelta(days=2), customer=ada, comment="no")
    now = make.TUESDAY_NINE + make.timedelta(days=12)
    seal_ratings(house, rating.visit_code, "D-1", now)
    assert ratings_for(house, ada, rating.visit_code) == []
    line = score_story(house, make.as_worker(ben), ben.code, now).lines[0]
    assert (line.sealed, line.weight, len(first)) == (True, 0.0, 2)
