"""Asking, taking, editing and revealing ratings; nothing leaks before its time."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from core.actors import SYSTEM
from core.errors import Conflict, InvalidInput, NotFound
from core.events import EventRow
from core.timers import Timer
from dispatch.blocks import block_pair
from dispatch.events import VisitConfirmed, WorkDone
from dispatch.models import PairBlock
from notices.models import Notice
from ratings.explain import score_story
from ratings.invitations import edit_rating, invitations_of, invite, rate_visit, reveal_due
from ratings.models import Rating
from ratings.queries import rating_form, ratings_for
from ratings.reactions import on_rating_ask, on_rating_close, on_visit_confirmed, on_work_done
from ratings.revealing import close_visit
from ratings.schemas import RatingInput, RatingSchema
from ratings.scores import start_score
from tests import factories as make
from tests.worked import after, say, score_of, worked_visit
from workers.standing import standing_of


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


def test_both_sides_are_asked_once(house, visit):
    again = invite(house, visit.code, after(visit, hours=3))
    assert [(one.side, one.state) for one in again] == [("customer", "open"), ("worker", "open")]
    assert len(list(house.scalars(select(Notice).where(Notice.about == visit.code, Notice.kind.like("rate_%"))))) == 2
    assert visit.review == "blind"


@pytest.mark.parametrize("missing", ["arrived_at", "finished_at"])
def test_only_worked_visits_can_be_rated(house, ada, ben, missing):
    made = (
        worked_visit(house, ada, ben, **{missing: None}) if missing == "arrived_at" else worked_visit(house, ada, ben)
    )
    if missing == "finished_at":
        made.state = "aborted"
        house.flush()
    assert invite(house, made.code, make.TUESDAY_NINE) == []


def test_asked_at_confirmation_or_an_hour_after_the_end(house, ada, ben):
    made = worked_visit(house, ada, ben, state="work_done")
    on_work_done(house, WorkDone(made.code, ben.code, ada.code), after(made))
    timer = house.scalars(select(Timer).where(Timer.kind == "rating_ask", Timer.about == made.code)).one()
    assert timer.due_at == after(made, hours=1)
    assert invitations_of(house, made.code) == []
    on_rating_ask(house, timer, timer.due_at)
    assert len(invitations_of(house, made.code)) == 2


def test_confirmation_asks_at_once_and_forgets_the_timer(house, ada, ben):
    made = worked_visit(house, ada, ben)
    on_work_done(house, WorkDone(made.code, ben.code, ada.code), after(made))
    on_visit_confirmed(house, VisitConfirmed(made.code, ben.code, ada.code), after(made, minutes=5))
    assert house.scalars(select(Timer).where(Timer.kind == "rating_ask")).all() == []
    assert len(invitations_of(house, made.code)) == 2


def test_one_who_is_quicker_than_the_clock_may_rate(house, ada, ben):
    made = worked_visit(house, ada, ben)
    assert say(house, ada, made).stars == 5


def test_nobody_rates_before_the_work_is_confirmed_or_asked_for(house, ada, ben):
    made = worked_visit(house, ada, ben, state="work_done")
    with pytest.raises(Conflict, match="cannot be rated yet"):
        say(house, ada, made)


def test_strangers_and_staff_do_not_rate(house, visit):
    for actor in (
        make.make_customer(house, "Mallory"),
        make.as_worker(make.make_worker(house, "马洛里")),
        make.make_ops(house),
    ):
        with pytest.raises(NotFound):
            say(house, actor, visit)


def test_one_rating_per_side(house, ada, visit):
    say(house, ada, visit)
    with pytest.raises(Conflict):
        say(house, ada, visit, 1)


def test_the_window_closes_after_seven_days(house, ada, visit):
    with pytest.raises(Conflict, match="over"):
        say(house, ada, visit, at=after(visit, days=7))
    assert say(house, ada, visit, at=after(visit, days=7) - timedelta(seconds=1))


def test_a_low_rating_says_why(house, ada, visit):
    with pytest.raises(InvalidInput) as refusal:
        rate_visit(house, ada, RatingInput(visit.code, 3), after(visit))
    assert refusal.value.fields == {"reason": ["required_when_low"]}
    assert rate_visit(house, ada, RatingInput(visit.code, 4), after(visit)).reason == ""


def test_reasons_and_aspects_belong_to_a_side(house, ada, ben, visit):
    with pytest.raises(InvalidInput) as refusal:
        say(house, ada, visit, 2, reason="pets", aspects={"payment": 1})
    assert set(refusal.value.fields) == {"reason", "aspects"}
    given = say(house, make.as_worker(ben), visit, 2, reason="pets", aspects={"payment": 1})
    assert given.aspects == {"payment": 1}


def test_schema_refuses_what_it_does_not_know():
    wrong = RatingSchema().validate({"visit_code": "V-1", "stars": 6, "weight": 9, "private": "maybe"})
    assert set(wrong) == {"stars", "weight", "private"}


def test_schema_takes_forms_and_json_alike():
    form = {"visit_code": "V-1", "stars": "5", "aspect_punctual": "3", "aspect_thorough": "", "comment": " good "}
    json = {"visit_code": "V-1", "stars": 5, "aspects": {"punctual": 3}, "comment": "good"}
    assert RatingSchema().load(form) == RatingSchema().load(json)


def test_a_rating_can_be_edited_for_two_days_while_hidden(house, ada, visit):
    rating = say(house, ada, visit, 5)
    edit_rating(house, ada, RatingInput(visit.code, 2, reason="late"), after(visit, hours=20))
    assert (rating.stars, rating.reason) == (2, "late")
    with pytest.raises(Conflict, match="cannot be changed"):
        edit_rating(house, ada, RatingInput(visit.code, 5), rating.given_at + timedelta(hours=48))


def test_a_revealed_rating_cannot_be_edited(house, ada, ben, visit):
    say(house, ada, visit, 5)
    say(house, make.as_worker(ben), visit, 5)
    with pytest.raises(Conflict, match="cannot be changed"):
        edit_rating(house, ada, RatingInput(visit.code, 4), after(visit, hours=2))


def test_a_private_no_keeps_the_pair_apart(house, ada, ben, visit):
    say(house, ada, visit, 4, private="no")
    blocked = house.scalars(select(PairBlock)).one()
    assert (blocked.customer, blocked.worker_id, blocked.by) == (ada.code, ben.id, "customer")


def test_a_private_yes_blocks_nobody(house, ada, ben, visit):
    say(house, ada, visit, 5, private="yes")
    assert house.scalars(select(PairBlock)).all() == []


def test_a_no_by_the_worker_blocks_too_and_twice_is_once(house, ada, ben, visit):
    block_pair(house, ada.code, ben.code, "customer", "G-x", after(visit))
    say(house, make.as_worker(ben), visit, 5, private="no")
    assert len(house.scalars(select(PairBlock)).all()) == 1


def test_revealed_when_both_are_in_and_counted_from_then(house, ada, ben, visit):
    given = say(house, ada, visit, 5)
    assert given.state == "hidden"
    start_score(house, ben.code, after(visit))
    assert score_of(house, ben).ratings == 0
    when = after(visit, days=2)
    say(house, make.as_worker(ben), visit, 5, at=when)
    house.refresh(given)
    assert (given.state, given.revealed_at) == ("revealed", when)
    assert score_of(house, ben).t_last == when
    assert visit.review == "revealed"


def test_revealed_after_seven_days_when_one_side_is_silent(house, ada, ben, visit):
    given = say(house, ada, visit, 4)
    timer = house.scalars(select(Timer).where(Timer.kind == "rating_close", Timer.about == visit.code)).one()
    on_rating_close(house, timer, after(visit, days=7))
    house.refresh(given)
    assert given.state == "revealed"
    assert [one.state for one in invitations_of(house, visit.code)] == ["answered", "closed"]
    assert score_of(house, ben).ratings == 1


def test_closing_before_its_time_does_nothing(house, ada, visit):
    given = say(house, ada, visit, 4)
    close_visit(house, visit.code, after(visit, days=6))
    assert given.state == "hidden"


def test_silence_of_both_is_no_rating(house, ben, visit):
    assert reveal_due(house, after(visit, days=6)) == 0
    assert reveal_due(house, after(visit, days=7)) == 1
    assert visit.review == "closed"
    assert house.scalars(select(Rating)).all() == []


def _all_the_ratee_can_see(session, ben, visit, now):
    me = make.as_worker(ben)
    seen = {
        "story": repr(score_story(session, me, ben.code, now)),
        "form": repr(rating_form(session, me, visit.code, now)),
    }
    seen["shown"] = repr(ratings_for(session, me, visit.code))
    standing = standing_of(session, ben.code)
    seen["standing"] = repr((standing.score, standing.weight, standing.updated_at)) if standing else ""
    seen["notices"] = repr(session.scalars(select(Notice.kind).where(Notice.to == ben.account_code)).all())
    facts = session.scalars(select(EventRow).where(EventRow.about.in_([visit.code, ben.code])))
    seen["facts"] = repr([(row.kind, row.payload) for row in facts])
    seen["timers"] = repr(session.execute(text("select kind, about, due_at from timer order by id")).all())
    seen["visit"] = repr((visit.review, visit.state, visit.state_since))
    return seen


def test_the_other_side_cannot_tell_that_a_rating_is_in(house, ada, ben, visit):
    start_score(house, ben.code, after(visit))
    now = after(visit, days=3)
    before = _all_the_ratee_can_see(house, ben, visit, now)
    say(house, ada, visit, 1, at=after(visit, days=2), private="yes", comment="never heard")
    edit_rating(house, ada, RatingInput(visit.code, 2, reason="late"), after(visit, days=2, hours=1))
    house.refresh(visit)
    assert _all_the_ratee_can_see(house, ben, visit, now) == before


def test_after_the_reveal_the_customer_sees_the_workers_words(house, ada, ben, visit):
    say(house, make.as_worker(ben), visit, 4, comment="friendly")
    assert ratings_for(house, ada, visit.code) == []
    close_visit(house, visit.code, after(visit, days=7))
    assert [(one.side, one.stars, one.comment) for one in ratings_for(house, ada, visit.code)] == [
        ("worker", 4, "friendly")
    ]


def test_system_time_is_not_needed_to_reveal_twice(house, ada, ben, visit):
    say(house, ada, visit, 5)
    for _ in range(2):
        close_visit(house, visit.code, after(visit, days=8))
    assert score_of(house, ben).ratings == 1
    assert SYSTEM.is_system
