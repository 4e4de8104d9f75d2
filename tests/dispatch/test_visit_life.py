"""The life of an assigned visit: trip, arrival, start, checklist, finish, confirmation, money; and how it may end early."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import Conflict, InvalidInput, NotFound
from core.timers import Timer
from dispatch import cancelling, filling, finishing, rescue, settling, trip
from dispatch.absences import take_time_off
from dispatch.holds import place_hold, release_hold
from dispatch.models import Assignment, ReliabilityMark
from dispatch.schemas import ArrivalProof, Happened
from money.ledger import global_sum, owed
from tests import factories as make

START = make.TUESDAY_NINE
NOTE = Happened()


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
def visit(house, ben, ada):
    visit = make.make_visit(house, ada)
    make.assign(house, visit, ben)
    return visit


def at(minutes: float):
    return START + timedelta(minutes=minutes)


def fire(handler, session, about, now):
    handler(session, Timer(kind="test", about=about), now)


def work(session, visit, ben, until="finish"):
    me = make.as_worker(ben)
    steps = [
        ("trip", lambda: trip.start_trip(session, me, visit.code, NOTE, at(-30))),
        ("arrive", lambda: trip.arrive(session, me, visit.code, ArrivalProof(code=visit.start_code), at(-5))),
        ("start", lambda: trip.start_work(session, me, visit.code, visit.start_code, NOTE, at(0))),
        (
            "tick",
            lambda: [finishing.tick_item(session, me, visit.code, i["code"], "done", at(60)) for i in visit.checklist],
        ),
        ("finish", lambda: finishing.finish_work(session, me, visit.code, NOTE, at(120))),
    ]
    for name, step in steps:
        step()
        if name == until:
            return


def test_the_whole_price_reaches_the_worker_and_the_ledger_is_whole(house, visit, ben, ada):
    work(house, visit, ben)
    fire(finishing.on_work_done, house, visit.code, at(121))
    finishing.confirm_visit(house, ada, visit.code, at(130))
    fire(settling.on_settle, house, visit.code, at(130) + timedelta(hours=24))
    assert visit.state == "settled"
    assert owed(house, "payable:worker", ben.code) == visit.worker_fen
    assert owed(house, "revenue:basic") == 0
    assert owed(house, "escrow:visit", visit.code) == 0
    assert global_sum(house) == 0


def test_a_held_part_waits_the_rest_settles(house, visit, ben, ada):
    work(house, visit, ben)
    finishing.confirm_visit(house, ada, visit.code, at(130))
    place_hold(house, visit.code, "D-1", 3000, at(140))
    fire(settling.on_settle, house, visit.code, at(130) + timedelta(hours=24))
    assert owed(house, "payable:worker", ben.code) == visit.worker_fen - 3000
    assert owed(house, "hold:dispute", visit.code) == 3000
    release_hold(house, "D-1", at(9999))


def test_cash_the_worker_kept_is_netted(house, visit, ben, ada):
    work(house, visit, ben)
    settling.say_cash_kept(house, make.as_worker(ben), visit.code, at(121))
    finishing.confirm_visit(house, ada, visit.code, at(130))
    fire(settling.on_settle, house, visit.code, at(130) + timedelta(hours=24))
    assert owed(house, "payable:worker", ben.code) == visit.worker_fen - visit.total_fen
    assert global_sum(house) == 0


def test_silence_confirms_after_a_day(house, visit, ben):
    work(house, visit, ben)
    fire(finishing.on_work_done, house, visit.code, at(121))
    fire(finishing.on_confirm_silently, house, visit.code, at(121) + timedelta(hours=24))
    assert visit.state == "completed"


def test_done_can_be_taken_back_for_a_minute_and_no_longer(house, visit, ben):
    work(house, visit, ben)
    finishing.undo_finish(house, make.as_worker(ben), visit.code, at(120) + timedelta(seconds=50))
    assert visit.state == "in_progress"
    finishing.finish_work(house, make.as_worker(ben), visit.code, NOTE, at(125))
    with pytest.raises(Conflict):
        finishing.undo_finish(house, make.as_worker(ben), visit.code, at(125) + timedelta(seconds=61))


def test_nothing_is_done_with_an_open_checklist_unless_there_is_a_reason(house, visit, ben):
    work(house, visit, ben, until="start")
    with pytest.raises(InvalidInput) as refusal:
        finishing.finish_work(house, make.as_worker(ben), visit.code, NOTE, at(120))
    assert len(refusal.value.fields["checklist"]) == len(visit.checklist)
    for item in visit.checklist:
        finishing.tick_item(house, make.as_worker(ben), visit.code, item["code"], "no_access", at(100))
    finishing.finish_work(house, make.as_worker(ben), visit.code, NOTE, at(120))
    assert visit.state == "work_done"


def test_too_early_to_set_out(house, visit, ben):
    with pytest.raises(Conflict):
        trip.start_trip(house, make.as_worker(ben), visit.code, NOTE, at(-91))
    trip.start_trip(house, make.as_worker(ben), visit.code, NOTE, at(-89))


def test_arrival_needs_to_be_near_or_the_code(house, visit, ben):
    me, place = make.as_worker(ben), visit.job.place
    trip.start_trip(house, me, visit.code, NOTE, at(-30))
    with pytest.raises(Conflict):
        trip.arrive(house, me, visit.code, ArrivalProof(place.lat + 0.01, place.lon, 30), at(-5))
    with pytest.raises(InvalidInput):
        trip.arrive(house, me, visit.code, ArrivalProof(code="0000" if visit.start_code != "0000" else "1111"), at(-5))
    trip.arrive(house, me, visit.code, ArrivalProof(place.lat + 0.001, place.lon, 30), at(-5))
    assert (visit.state, visit.arrived_method) == ("arrived", "position")


def test_positions_only_on_the_way(house, visit, ben):
    me, fix = make.as_worker(ben), trip.Fix(30.5, 114.3, 20)
    with pytest.raises(Conflict):
        trip.report_position(house, me, visit.code, fix, at(-60))
    trip.start_trip(house, me, visit.code, NOTE, at(-30))
    trip.report_position(house, me, visit.code, fix, at(-20))
    trip.arrive(house, me, visit.code, ArrivalProof(code=visit.start_code), at(-5))
    with pytest.raises(Conflict):
        trip.report_position(house, me, visit.code, fix, at(0))


def test_an_act_noted_offline_keeps_its_own_time_but_never_the_future(house, visit, ben):
    me = make.as_worker(ben)
    trip.start_trip(house, me, visit.code, Happened(at(-40)), at(-5))
    assert visit.trip_at == at(-40)
    trip.arrive(house, me, visit.code, ArrivalProof(code=visit.start_code, happened_at=at(60)), at(-3))
    assert visit.arrived_at == at(-3)


def test_strangers_do_not_see_the_visit(house, visit):
    for stranger in (make.make_customer(house, "Mallory"), make.as_worker(make.make_worker(house, "马洛里"))):
        with pytest.raises(NotFound):
            finishing.confirm_visit(house, stranger, visit.code, at(0))


def test_a_closed_door_is_paid_after_waiting_and_calling(house, visit, ben):
    work(house, visit, ben, until="arrive")
    me = make.as_worker(ben)
    with pytest.raises(Conflict):
        trip.lock_out(house, me, visit.code, at(10))
    for minute in (0, 6, 12):
        trip.log_contact(house, me, visit.code, NOTE, at(minute))
    trip.lock_out(house, me, visit.code, at(21))
    assert visit.state == "lockout"
    assert owed(house, "payable:worker", ben.code) == visit.worker_fen
    assert owed(house, "escrow:visit", visit.code) == 0


def test_stopping_early_pays_by_the_minute(house, visit, ben):
    work(house, visit, ben, until="start")
    finishing.abort_visit(house, make.as_worker(ben), visit.code, "scope", at(60))
    assert owed(house, "payable:worker", ben.code) == visit.worker_fen // 2
    assert global_sum(house) == 0


def test_a_late_cancellation_by_the_customer_pays_the_worker(house, visit, ben, ada):
    cancelling.cancel_visit(house, ada, visit.code, "plans_changed", at(-120))
    assert visit.state == "cancelled"
    assert owed(house, "payable:worker", ben.code) == visit.worker_fen // 2
    assert house.scalars(select(Assignment).where(Assignment.visit_id == visit.id)).one().status == "cancelled"


def test_an_early_one_costs_nothing(house, ben, ada):
    visit = make.make_visit(house, ada, start=START + timedelta(days=2))
    make.assign(house, visit, ben)
    cancelling.cancel_visit(house, ada, visit.code, "plans_changed", START)
    assert owed(house, "payable:worker", ben.code) == 0


def test_a_worker_who_cancels_early_leaves_an_open_visit_late_a_rescue(house, ben, ada):
    early = make.make_visit(house, ada, start=START + timedelta(days=2))
    make.assign(house, early, ben)
    cancelling.worker_cancels(house, make.as_worker(ben), early.code, "family", START)
    late = make.make_visit(house, ada)
    make.assign(house, late, ben)
    cancelling.worker_cancels(house, make.as_worker(ben), late.code, "family", at(-60))
    assert (early.state, late.state, late.priority) == ("open", "rescue", "rescue")
    marks = house.scalars(select(ReliabilityMark).where(ReliabilityMark.person == ben.code)).all()
    assert [(mark.visit_code, mark.points) for mark in marks] == [(late.code, 3)]


def test_what_one_worker_gave_back_another_may_accept(house, visit, ben):
    other = make.make_worker(house, "陈玉珍")
    cancelling.worker_cancels(house, make.as_worker(ben), visit.code, "family", at(-60))
    make.assign(house, visit, other, at(-59))
    assert (visit.state, visit.worker_id) == ("assigned", other.id)


def test_illness_is_excused(house, visit, ben):
    cancelling.worker_cancels(house, make.as_worker(ben), visit.code, "illness", at(-60))
    assert [mark.points for mark in house.scalars(select(ReliabilityMark))] == [0]


def test_a_no_show_is_rescued_and_then_given_up_with_a_credit(house, visit, ben, ada):
    fire(rescue.on_no_show, house, visit.code, at(10))
    assert visit.state == "assigned"
    fire(rescue.on_no_show_auto, house, visit.code, at(20))
    assert visit.state == "rescue"
    fire(rescue.on_rescue_over, house, visit.code, at(70))
    assert visit.state == "unfilled"
    assert owed(house, "credit:customer", ada.code) == round(visit.total_fen * 0.2)


def test_somebody_on_the_way_is_no_no_show(house, visit, ben):
    trip.start_trip(house, make.as_worker(ben), visit.code, NOTE, at(-30))
    fire(rescue.on_no_show_auto, house, visit.code, at(20))
    assert visit.state == "en_route"


def test_nobody_found_gives_everything_back_and_apologises(house, ben, ada):
    visit = make.make_visit(house, ada)
    fire(filling.on_fill_final, house, visit.code, visit.fill_by)
    assert visit.state == "unfilled"
    assert owed(house, "credit:customer", ada.code) == round(visit.total_fen * 0.1)
    assert global_sum(house) == 0


def test_an_assigned_visit_is_not_given_up(house, visit):
    fire(filling.on_fill_final, house, visit.code, visit.fill_by)
    assert visit.state == "assigned"


def test_moving_a_visit_opens_it_again_and_asks_the_same_worker_first(house, visit, ben, ada):
    window = (START + timedelta(days=2), START + timedelta(days=2))
    with pytest.raises(Conflict):
        cancelling.reschedule_visit(house, ada, visit.code, window, at(-60))
    cancelling.reschedule_visit(house, ada, visit.code, window, make.MONDAY_NOON - timedelta(hours=6))
    assert (visit.state, visit.worker_id, visit.job.preferred_worker) == ("open", None, ben.code)
    assert visit.fee_clock == START


def test_time_off_and_a_promised_visit_exclude_each_other(house, visit, ben):
    me = make.as_worker(ben)
    with pytest.raises(Conflict):
        take_time_off(house, me, ben.code, (at(30), at(600)), make.MONDAY_NOON)
    take_time_off(house, me, ben.code, (at(1440), at(2000)), make.MONDAY_NOON)
