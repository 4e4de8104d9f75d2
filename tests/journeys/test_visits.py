"""From a request to the rating, and how it goes on when somebody says no or does not come."""

from datetime import timedelta

from sqlalchemy import select

from core.actors import Actor
from dispatch.models import Assignment, Offer, ReliabilityMark, Round
from dispatch.offers import decline_offer
from notices.models import Notice, StaffTask
from ratings.invitations import rate_visit
from ratings.models import Rating
from ratings.schemas import RatingInput
from tests import factories as make
from tests.journeys.town import Town
from workers.standing import standing_of

NOON, NINE = make.MONDAY_NOON, make.TUESDAY_NINE
MINUTE = timedelta(minutes=1)


def test_the_first_job(town: Town) -> None:
    ada, ben = town.customer(), town.worker(score=0.875, weight=0.0)
    visit = town.request(ada, NINE, NOON)
    assert town.visit(visit).state == "open"
    town.beat(NOON + MINUTE)
    assert town.visit(visit).state == "offering"
    assert town.take(visit, NOON + 2 * MINUTE) == ben
    end = town.do(visit, ben)
    town.close(visit, ada, end, cash=ben)
    before = score_of(town, ben)
    for actor in (ada, ben):
        town.act(lambda session, who=actor: rate_visit(session, who, RatingInput(visit, 5), end + timedelta(hours=30)))
    town.beat(end + timedelta(hours=31))
    told = town.visit(visit)
    assert (told.state, told.review) == ("settled", "revealed")
    assert town.rows(select(Rating.state)) == ["revealed", "revealed"]
    assert score_of(town, ben) > before
    assert town.owed("revenue:basic") == 0
    assert town.owed("escrow:visit") == 0
    kinds = set(town.rows(select(Notice.kind)))
    assert {"visit_requested", "worker_on_the_way", "worker_arrived", "visit_done", "rate_worker", "settled"} <= kinds


def score_of(town: Town, worker: Actor) -> float:
    with town.factory() as session:
        standing = standing_of(session, worker.person)
        assert standing is not None
        return standing.score


def test_declined_and_filled_by_another(town: Town) -> None:
    ada = town.customer()
    town.worker("周桂香")
    town.worker("陈玉珍", at="liuan-2")
    visit = town.request(ada, NINE, NOON)
    town.beat(NOON + MINUTE)
    offer, first = town.asked(visit)[0]
    town.act(lambda session: decline_offer(session, first, offer, "time", NOON + 3 * MINUTE))
    town.beats(NOON + 4 * MINUTE, NOON + 7 * MINUTE, MINUTE)
    second = town.take(visit, NOON + 8 * MINUTE)
    assert second != first
    end = town.do(visit, second)
    town.close(visit, ada, end)
    assert town.visit(visit).state == "settled"
    assert sorted(town.rows(select(Offer.state))) == ["accepted", "declined"]
    assert town.rows(select(ReliabilityMark)) == []


def test_a_no_show_is_rescued(town: Town) -> None:
    ada = town.customer()
    town.worker("周桂香")
    town.worker("陈玉珍", at="liuan-2")
    visit = town.request(ada, NINE, NOON)
    town.beat(NOON + MINUTE)
    away = town.take(visit, NOON + 2 * MINUTE)
    town.beats(NINE - 30 * MINUTE, NINE + 22 * MINUTE, MINUTE)
    told = town.visit(visit)
    assert told.state in {"rescue", "offering"}
    assert {"call_worker", "confirm_rescue", "no_show_talk"} <= set(town.rows(select(StaffTask.kind)))
    helper = town.take(visit, NINE + 23 * MINUTE)
    assert helper != away
    told = town.visit(visit)
    assert told.state == "assigned"
    assert told.starts_at is not None
    assert told.starts_at >= NINE + 23 * MINUTE
    end = town.do(visit, helper)
    town.close(visit, ada, end)
    assert town.visit(visit).state == "settled"
    marks = town.rows(select(ReliabilityMark))
    assert [(mark.person, mark.kind, mark.points) for mark in marks] == [(away.person, "no_show", 5)]
    assert sorted(town.rows(select(Assignment.status))) == ["cancelled", "finished"]
    assert town.owed("payable:worker", away.person) == 0
    assert town.owed("payable:worker", helper.person) > 0


def test_every_round_can_be_named(town: Town) -> None:
    ada, _ben = town.customer(), town.worker()
    town.request(ada, NINE, NOON)
    town.beats(NOON, NOON + 12 * MINUTE, MINUTE)
    rounds = town.rows(select(Round))
    assert len({(row.name, row.tick) for row in rounds}) == len(rounds)
