"""Milestones: opened by facts, priced once, held while something is open, forfeited, owed in the ledger."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.actors import Actor, Role
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from dispatch.models import Visit, VisitHold
from money.accounts import INCENTIVE_BUDGET, PAYABLE_RECRUITER
from money.funds import refund_from_fund
from money.invariants import broken_rules
from money.ledger import global_sum, owed
from notices.models import StaffTask
from places.places import PlaceInput, add_place
from recruiting.milestones import evaluate_due
from recruiting.models import Clawback
from recruiting.payouts import forfeit_milestone, hold_milestone, release_milestone
from recruiting.policy import IncentivePolicy
from tests import factories as make
from tests.recruiting.test_attribution import share_device
from tests.recruiting.world import DAY, World, new_recruiter
from tests.workers.path import NOW
from workers import careers
from workers.events import WorkerStopped
from workers.models import Worker
from workers.schemas import Verdict

P = IncentivePolicy()


def visits_of(world: World, worker: Worker) -> list[Visit]:
    return list(world.session.scalars(select(Visit).where(Visit.worker_id == worker.id).order_by(Visit.settled_at)))


def hold_visit(world: World, visit: Visit, at) -> VisitHold:
    row = VisitHold(visit_id=visit.id, source=f"D-{visit.id}", fen=1000, placed_at=at, released_at=None)
    world.session.add(row)
    world.session.flush()
    return row


def test_acceptance_brings_half_the_advance_at_first_and_reserves_the_most(world: World):
    worker = world.recruit()
    advance = world.milestones(worker)["advance"]
    assert (advance.state, advance.fen, advance.team_fen) == ("vested", 2000, 0)
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 2000
    assert owed(world.session, INCENTIVE_BUDGET, worker.code) == P.most_fen - 2000
    assert owed(world.session, INCENTIVE_BUDGET, "liuan/2026-11") == -P.most_fen
    assert (
        world.session.scalars(select(StaffTask).where(StaffTask.kind == "incentive_overdrawn")).one().role == "finance"
    )


def test_a_filled_budget_raises_no_alert(world: World):
    from money.funds import owner_funds

    owner_funds(world.session, INCENTIVE_BUDGET, P.most_fen, "seed", NOW, "liuan/2026-11")
    world.recruit()
    assert not world.session.scalars(select(StaffTask).where(StaffTask.kind == "incentive_overdrawn")).all()


def test_the_tenth_settled_visit_schedules_and_eight_days_later_it_is_priced(world: World):
    worker = world.recruit()
    world.work(worker, 9)
    assert "visits_10" not in world.milestones(worker)
    last = world.work(worker, 1, start=NOW + 10 * DAY)
    row = world.milestones(worker)["visits_10"]
    assert (row.state, row.evaluate_at) == ("scheduled", last + 8 * DAY)
    world.rate(worker, 4.31)
    assert world.fire(last + 8 * DAY - timedelta(seconds=1)) == 0
    assert world.fire(last + 8 * DAY) == 1
    row = world.milestones(worker)["visits_10"]
    assert (row.state, row.fen, row.team_fen) == ("vested", 7800, 1560)
    assert row.computed["g"] == 1.3
    assert row.computed["lower_stars"] == 4.31
    assert len(row.computed["counted"]) == 10
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 2000 + 7800 - 1560
    assert owed(world.session, PAYABLE_RECRUITER, "team/liuan") == 1560
    assert global_sum(world.session) == 0
    assert broken_rules(world.session) == []


def test_it_is_never_priced_again(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    world.rate(worker, 4.31)
    world.fire(last + 8 * DAY)
    for stars in (4.0, 4.9):
        world.rate(worker, stars)
        evaluate_due(world.session, last + 30 * DAY)
        world.fire(last + 30 * DAY)
    row = world.milestones(worker)["visits_10"]
    assert (row.state, row.fen, row.computed["g"]) == ("vested", 7800, 1.3)


def test_a_weak_recruit_vests_at_nothing(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    world.rate(worker, 4.0)
    world.fire(last + 8 * DAY)
    row = world.milestones(worker)["visits_10"]
    assert (row.state, row.fen) == ("vested", 0)
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 2000


def test_the_net_catches_what_no_timer_fired(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    world.rate(worker, 4.31)
    assert evaluate_due(world.session, last + 8 * DAY) == 1
    assert world.milestones(worker)["visits_10"].state == "vested"


def test_four_customers_reach_nothing(world: World):
    worker = world.recruit()
    world.work(worker, 12, of=4)
    assert "visits_10" not in world.milestones(worker)


def test_a_refunded_visit_stops_counting_before_the_price(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    visit = visits_of(world, worker)[0]
    refund_from_fund(world.session, visit.code, visit.customer, visit.total_fen // 2 + 1, "D-1", last)
    world.fire(last + 8 * DAY)
    row = world.milestones(worker)["visits_10"]
    assert (row.state, row.evaluate_at) == ("scheduled", None)
    assert row.computed["left_out"] == [{"visit": visit.code, "reason": "refunded"}]
    last = world.work(worker, 1, start=last + DAY)
    row = world.milestones(worker)["visits_10"]
    assert row.evaluate_at == last + 8 * DAY
    world.rate(worker, 4.25)
    world.fire(last + 8 * DAY)
    assert world.milestones(worker)["visits_10"].fen == 6000


def test_half_a_refund_still_counts(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    visit = visits_of(world, worker)[0]
    refund_from_fund(world.session, visit.code, visit.customer, visit.total_fen // 2, "D-1", last)
    world.fire(last + 8 * DAY)
    assert world.milestones(worker)["visits_10"].state == "vested"


@pytest.mark.parametrize("who", ["recruiter", "worker"])
def test_related_customers_do_not_count(world: World, who: str):
    worker = world.recruit()
    world.customer(5)
    tied = world.rita.account_code if who == "recruiter" else worker.account_code
    share_device(world.session, tied, world.customers[0].code)
    world.work(worker, 11)
    assert "visits_10" not in world.milestones(worker)


def test_visits_at_the_recruiters_own_home_do_not_count(world: World):
    worker = world.recruit()
    add_place(world.session, world.rita.account_code, PlaceInput(compound="liuan-2", building="1", unit="1-101"), NOW)
    world.work(worker, 12)
    assert world.milestones(worker).keys() == {"advance"}


@pytest.mark.parametrize(
    "more",
    [{"start_method": "ops", "arrived_method": "ops"}, {"finished_at": NOW + DAY + timedelta(minutes=19)}],
)
def test_unproved_or_short_visits_do_not_count(world: World, more):
    worker = world.recruit()
    world.work(worker, 9, start=NOW + 2 * DAY)
    world.work(worker, 1, start=NOW + DAY, **more)
    assert "visits_10" not in world.milestones(worker)


def test_an_open_dispute_holds_and_its_end_releases(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    held = hold_visit(world, visits_of(world, worker)[-1], last)
    world.rate(worker, 4.25)
    world.fire(last + 8 * DAY)
    row = world.milestones(worker)["visits_10"]
    assert (row.state, row.reason, row.fen) == ("held", "dispute", 6000)
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 2000
    held.released_at = last + 9 * DAY
    world.fire(last + 9 * DAY)
    row = world.milestones(worker)["visits_10"]
    assert (row.state, row.fen) == ("vested", 6000)


def test_a_hold_lasts_fourteen_days_at_most(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    hold_visit(world, visits_of(world, worker)[-1], last)
    world.rate(worker, 4.25)
    for day in range(8, 22):
        world.fire(last + day * DAY)
        assert world.milestones(worker)["visits_10"].state == "held"
    world.fire(last + 22 * DAY)
    assert world.milestones(worker)["visits_10"].state == "vested"


def test_while_held_the_price_moves_up_only(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    held = hold_visit(world, visits_of(world, worker)[-1], last)
    for day, stars, fen in ((8, 4.25, 6000), (9, 4.15, 6000), (10, 4.35, 9000), (11, 4.05, 9000)):
        world.rate(worker, stars)
        world.fire(last + day * DAY)
        assert world.milestones(worker)["visits_10"].fen == fen
    held.released_at = last + 11 * DAY
    world.fire(last + 12 * DAY)
    assert world.milestones(worker)["visits_10"].fen == 9000


def test_a_dispute_about_another_worker_holds_nothing(world: World):
    worker, other = world.recruit(), world.recruit()
    last = world.work(worker, 10)
    world.work(other, 1, start=NOW + 20 * DAY)
    hold_visit(world, visits_of(world, other)[0], last)
    world.fire(last + 8 * DAY)
    assert world.milestones(worker)["visits_10"].state == "vested"


def test_operations_look_into_a_milestone_and_let_it_go(world: World):
    worker = world.recruit()
    code = world.milestones(worker)["advance"].code
    with pytest.raises(NotFound):
        hold_milestone(world.session, world.actor, code, "me", NOW)
    with pytest.raises(InvalidInput):
        hold_milestone(world.session, Actor(Role.OPS_AGENT, "A-X"), code, "", NOW)
    hold_milestone(world.session, world.desk.agent, code, "same handwriting", NOW)
    assert world.fire(NOW + 13 * DAY) == 0
    release_milestone(world.session, world.desk.agent, code, "nothing found", NOW + DAY)
    world.fire(NOW + DAY)
    assert world.milestones(worker)["advance"].state == "vested"
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 2000


def test_a_check_nobody_ends_is_over_after_fourteen_days(world: World):
    worker = world.recruit()
    hold_milestone(world.session, world.desk.agent, world.milestones(worker)["advance"].code, "handwriting", NOW)
    world.fire(NOW + 14 * DAY)
    assert world.milestones(worker)["advance"].state == "vested"


def test_a_forfeited_check_takes_back_what_was_owed(world: World):
    worker = world.recruit()
    code = world.milestones(worker)["advance"].code
    hold_milestone(world.session, world.desk.agent, code, "same handwriting", NOW)
    forfeit_milestone(world.session, world.desk.agent, code, "the person does not exist", NOW)
    row = world.milestones(worker)["advance"]
    assert (row.state, row.reason) == ("forfeited", "the person does not exist")
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 0


def test_a_vested_milestone_cannot_be_forfeited(world: World):
    worker = world.recruit()
    with pytest.raises(Conflict):
        forfeit_milestone(
            world.session, world.desk.agent, world.milestones(worker)["advance"].code, "late thought", NOW
        )


def test_nobody_touches_their_own_milestone(world: World):
    worker = world.recruit()
    double = Actor(Role.OPS_LEAD, world.rita.account_code, reason="mine")
    with pytest.raises(NotAllowed):
        hold_milestone(world.session, double, world.milestones(worker)["advance"].code, "mine", NOW)


def stop(world: World, worker: Worker, code: str, at) -> None:
    careers.suspend(world.session, world.desk.lead, worker.code, Verdict(code, "seen", ("V-1",)), at)
    careers.dismiss(world.session, world.desk.other, worker.code, Verdict(code, "confirmed"), at)
    world.react(at)


def test_stopped_for_quality_before_the_thirtieth_ends_what_is_open_and_owes_the_advance(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    stop(world, worker, "quality", last + DAY)
    assert {kind: row.state for kind, row in world.milestones(worker).items()} == {
        "advance": "vested", "visits_10": "forfeited",
    }  # fmt: skip
    row = world.session.scalars(select(Clawback)).one()
    assert (row.fen, row.state, row.write_off_at) == (2000, "open", last + DAY + timedelta(days=183))
    assert owed(world.session, INCENTIVE_BUDGET, worker.code) == 0


def test_leaving_by_own_choice_costs_the_recruiter_nothing(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    careers.leave(world.session, make.as_worker(worker), worker.code, last + DAY)
    world.react(last + DAY)
    assert not world.session.scalars(select(Clawback)).all()
    world.rate(worker, 4.25)
    world.fire(last + 8 * DAY)
    assert world.milestones(worker)["visits_10"].state == "vested"


def test_stopped_after_the_thirtieth_costs_nothing(world: World):
    worker = world.recruit()
    last = world.work(worker, 30)
    world.fire(last + 8 * DAY)
    stop(world, worker, "quality", last + 9 * DAY)
    assert not world.session.scalars(select(Clawback)).all()
    assert world.milestones(worker)["visits_30"].state == "vested"


def test_misconduct_is_not_the_recruiters_fault(world: World):
    worker = world.recruit()
    world.react(NOW)
    from recruiting.milestones import on_worker_stopped

    on_worker_stopped(world.session, WorkerStopped(worker.code, world.rita.code, "conduct"), NOW)
    assert not world.session.scalars(select(Clawback)).all()


def eighty(world: World, worker: Worker) -> object:
    """Eighty visits in a few statements: the last one is real, the others are copies of its facts."""
    last = world.work(worker, 30)
    rows = visits_of(world, worker)
    for number in range(50):
        twin = rows[number % 30]
        at = last + timedelta(hours=number + 1)
        world.session.add(copy_of(twin, number, at))
    world.session.flush()
    return last + timedelta(hours=51)


def copy_of(visit: Visit, number: int, at) -> Visit:
    from core.codes import new_code

    skip = {"id", "code", "job_id", "occurrence", "settled_at"}
    facts = {column.key: getattr(visit, column.key) for column in Visit.__table__.columns if column.key not in skip}
    return Visit(
        **facts, code=new_code("V"), job_id=visit.job_id, occurrence=visit.occurrence + timedelta(days=400 + number),
        settled_at=at,
    )  # fmt: skip


def test_the_eightieth_asks_that_the_recruit_is_still_there(world: World):
    worker = world.recruit()
    eighty(world, worker)
    last = world.work(worker, 1, start=NOW + 40 * DAY)
    world.rate(worker, 4.25)
    row = world.milestones(worker)["visits_80"]
    assert row.state == "scheduled"
    world.fire(last + 8 * DAY)
    row = world.milestones(worker)["visits_80"]
    assert (row.state, row.fen, row.computed["clock_days"]) == ("vested", 14000, 0)
    assert owed(world.session, INCENTIVE_BUDGET, worker.code) == 0


def test_somebody_who_left_earns_no_eightieth(world: World):
    worker = world.recruit()
    eighty(world, worker)
    last = world.work(worker, 1, start=NOW + 40 * DAY)
    careers.leave(world.session, make.as_worker(worker), worker.code, last + DAY)
    world.fire(last + 8 * DAY)
    row = world.milestones(worker)["visits_80"]
    assert (row.state, row.reason) == ("forfeited", "not_active")
    assert world.milestones(worker)["visits_30"].state == "vested"


def test_another_recruiter_earns_nothing_by_it(world: World):
    rolf, _ = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    worker = world.recruit()
    world.work(worker, 10)
    assert {row.recruiter for row in world.milestones(worker).values()} == {world.rita.code}
    assert owed(world.session, PAYABLE_RECRUITER, rolf.code) == 0
