"""Offers and the first acceptance."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.timers import Timer
from dispatch.accepting import accept_offer, on_assigned_withdraw_unfit
from dispatch.events import VisitAssigned
from dispatch.models import Assignment, Offer
from dispatch.offers import decline_offer, get_offer, on_offer_expires
from tests import factories as make


@pytest.fixture
def house(session):
    make.make_house(session)
    return session


@pytest.fixture
def ben(house):
    return make.make_worker(house)


def test_an_acceptance_assigns_fixes_the_start_and_supersedes_the_others(house, ben):
    other = make.make_worker(house, "陈玉珍")
    visit = make.make_visit(house)
    first = make.make_offer(house, visit, ben)
    second = make.make_offer(house, visit, other)
    row = accept_offer(house, make.as_worker(ben), first.code, make.MONDAY_NOON)
    house.refresh(second)
    assert (visit.state, visit.worker_id, visit.starts_at) == ("assigned", ben.id, make.TUESDAY_NINE)
    assert second.state == "superseded"
    assert row.blocked.lower < row.during.lower == make.TUESDAY_NINE


def test_an_expired_offer_cannot_be_accepted(house, ben):
    visit = make.make_visit(house)
    offer = make.make_offer(house, visit, ben)
    with pytest.raises(Conflict) as refusal:
        accept_offer(house, make.as_worker(ben), offer.code, offer.expires_at)
    assert refusal.value.code == "offer_expired"
    assert visit.state == "offering"


def test_nobody_else_sees_the_offer(house, ben):
    offer = make.make_offer(house, make.make_visit(house), ben)
    mallory = make.make_worker(house, "马洛里")
    with pytest.raises(NotFound):
        accept_offer(house, make.as_worker(mallory), offer.code, make.MONDAY_NOON)
    with pytest.raises(NotFound):
        get_offer(house, make.make_customer(house), offer.code)


def test_the_second_acceptance_of_a_visit_is_a_conflict(house, ben):
    other = make.make_worker(house, "陈玉珍")
    visit = make.make_visit(house)
    first, second = make.make_offer(house, visit, ben), make.make_offer(house, visit, other)
    accept_offer(house, make.as_worker(ben), first.code, make.MONDAY_NOON)
    with pytest.raises(Conflict):
        accept_offer(house, make.as_worker(other), second.code, make.MONDAY_NOON)


def test_an_overlapping_visit_does_not_fit(house, ben):
    make.make_worker(house, "陈玉珍")
    one, two = make.make_visit(house), make.make_visit(house, start=make.TUESDAY_NINE + timedelta(hours=1))
    make.assign(house, one, ben)
    offer = make.make_offer(house, two, ben)
    with pytest.raises(Conflict) as refusal:
        accept_offer(house, make.as_worker(ben), offer.code, make.MONDAY_NOON)
    assert refusal.value.code == "worker_busy"


def test_travel_counts_a_visit_right_after_another_elsewhere_does_not_fit(house, ben):
    make.make_worker(house, "陈玉珍")
    one = make.make_visit(house)
    two = make.make_visit(house, start=make.TUESDAY_NINE + timedelta(hours=2), compound="mohuwan-3")
    make.assign(house, one, ben)
    offer = make.make_offer(house, two, ben)
    with pytest.raises(Conflict):
        accept_offer(house, make.as_worker(ben), offer.code, make.MONDAY_NOON)


def test_with_time_to_travel_it_fits_and_the_neighbour_learns_its_new_way(house, ben):
    make.make_worker(house, "陈玉珍")
    later = make.make_visit(house, start=make.TUESDAY_NINE + timedelta(hours=4), compound="mohuwan-3")
    before = make.assign(house, later, ben).blocked
    earlier = make.make_visit(house)
    make.assign(house, earlier, ben)
    after = house.scalars(select(Assignment).where(Assignment.visit_id == later.id)).one().blocked
    assert after.upper == before.upper
    assert after.lower != before.lower


def test_declining_costs_nothing_and_is_remembered(house, ben):
    visit = make.make_visit(house)
    offer = make.make_offer(house, visit, ben)
    decline_offer(house, make.as_worker(ben), offer.code, "too_far", make.MONDAY_NOON)
    assert (offer.state, offer.declined_because, visit.state) == ("declined", "too_far", "open")


def test_a_reason_is_one_of_ours(house, ben):
    offer = make.make_offer(house, make.make_visit(house), ben)
    with pytest.raises(InvalidInput):
        decline_offer(house, make.as_worker(ben), offer.code, "bored", make.MONDAY_NOON)


def test_a_customer_cannot_decline_for_a_worker(house, ben):
    offer = make.make_offer(house, make.make_visit(house), ben)
    with pytest.raises((NotFound, NotAllowed)):
        decline_offer(house, make.make_customer(house), offer.code, "time", make.MONDAY_NOON)


def test_silence_lets_an_offer_lapse_and_three_times_turns_free_now_off(house, ben):
    ben.free_now_until = make.TUESDAY_NINE
    ben.silent_offers = 2
    visit = make.make_visit(house)
    offer = make.make_offer(house, visit, ben)
    on_offer_expires(house, Timer(kind="offer_expires", about=offer.code), offer.expires_at)
    assert (offer.state, visit.state, ben.free_now_until) == ("expired", "open", None)


def test_an_answered_offer_does_not_lapse(house, ben):
    visit = make.make_visit(house)
    make.assign(house, visit, ben)
    offer = house.scalars(select(Offer).where(Offer.visit_id == visit.id)).one()
    on_offer_expires(house, Timer(kind="offer_expires", about=offer.code), offer.expires_at)
    assert offer.state == "accepted"


def test_what_no_longer_fits_is_withdrawn_what_fits_stays(house, ben):
    make.make_worker(house, "陈玉珍")
    clash = make.make_visit(house, start=make.TUESDAY_NINE + timedelta(minutes=30))
    fine = make.make_visit(house, start=make.TUESDAY_NINE + timedelta(hours=5))
    offers = [make.make_offer(house, visit, ben) for visit in (clash, fine)]
    make.assign(house, make.make_visit(house), ben)
    on_assigned_withdraw_unfit(house, VisitAssigned("", ben.code, ""), make.MONDAY_NOON)
    assert [offer.state for offer in offers] == ["withdrawn", "live"]
    assert clash.state == "open"
