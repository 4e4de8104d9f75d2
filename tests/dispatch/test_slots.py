"""Slots: what a customer is shown can be kept, and nothing that can be kept is hidden."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import InvalidInput
from dispatch.policy import SlotPolicy
from dispatch.slots import SlotAsk, open_book, slots_in
from dispatch.travel import Spot
from places.models import Compound
from tests import factories as make


@pytest.fixture
def house(session):
    make.make_house(session)
    return session


def starts(session, now=make.MONDAY_NOON, **more):
    home = session.scalars(select(Compound).where(Compound.slug == "liuan-2")).one()
    ask = {"service": "standard", "minutes": 120, "spot": Spot(home.lat, home.lon), "zone": home.zone.slug, **more}
    book = open_book(session, home.zone, SlotPolicy(), now)
    return [slot.start for slot in slots_in(book, SlotAsk(**ask))]


def test_nobody_to_come_no_slot(house):
    assert starts(house) == []


def test_a_free_worker_fills_the_day_on_the_grid(house):
    make.make_worker(house)
    found = starts(house)
    assert make.TUESDAY_NINE in found
    assert all(at.minute % 15 == 0 and at.second == 0 for at in found)


def test_a_committed_visit_and_the_way_to_it_take_their_slots(house):
    ben = make.make_worker(house)
    make.assign(house, make.make_visit(house), ben)
    found = starts(house)
    taken = [make.TUESDAY_NINE + timedelta(minutes=15 * n) for n in range(-8, 9)]
    assert not set(taken) & set(found)
    assert make.TUESDAY_NINE + timedelta(hours=3) in found


def test_an_open_visit_counts_before_anybody_has_accepted(house):
    make.make_worker(house)
    make.make_visit(house)
    assert make.TUESDAY_NINE not in starts(house)


def test_a_live_offer_counts(house):
    ben = make.make_worker(house)
    make.make_offer(house, make.make_visit(house), ben)
    assert make.TUESDAY_NINE not in starts(house)


def test_too_short_notice_is_not_offered_unless_somebody_is_free_now(house):
    ben = make.make_worker(house)
    now = make.TUESDAY_NINE
    assert min(starts(house, now)) >= now + timedelta(minutes=150)
    ben.free_now_until = now + timedelta(hours=4)
    house.flush()
    assert now + timedelta(minutes=45) <= min(starts(house, now)) < now + timedelta(minutes=150)


def test_a_visit_with_nobody_home_asks_for_the_tier_and_is_not_promised_without(house):
    ben = make.make_worker(house)
    assert starts(house, facts=("nobody_home",)) == []
    ben.standing.tier = "gold"
    house.flush()
    assert make.TUESDAY_NINE in starts(house, facts=("nobody_home",))


def test_a_quote_for_a_start_nobody_can_keep_is_refused_at_its_field(house):
    make.make_worker(house)
    with pytest.raises(InvalidInput) as refusal:
        make.make_job(house, make.make_customer(house), make.TUESDAY_NINE - timedelta(hours=6))
    assert refusal.value.fields == {"start": ["slot_gone"]}
