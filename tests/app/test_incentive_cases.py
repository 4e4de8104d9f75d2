"""A recruiter's case about a sum: opened by whom it belongs to, decided by finance, appealed to another person, paid."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.incentive_cases import contest_milestone, on_decided
from core.actors import SYSTEM
from core.audit import AuditRow
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.events import EventRow
from core.timers import Timer
from disputes.deadlines import on_appeal_over, on_proposal_due
from disputes.disputes import add_statement, appeal, decide_dispute, withdraw
from disputes.events import DisputeDecided
from disputes.incentives import IncentiveDecision, decide_incentive, incentive_cases, may_decide_incentive
from disputes.models import Dispute
from disputes.permits import get_dispute
from disputes.queries import case_view, count_waiting, list_cases, my_cases
from disputes.schemas import DecisionInput, StatementInput
from money.accounts import PAYABLE_RECRUITER
from money.invariants import broken_rules
from money.ledger import owed
from notices.models import Notice, StaffTask
from recruiting.moves import get_milestone
from recruiting.payouts import approve, pay
from recruiting.queries import how_computed, statement
from tests import factories as make
from tests.fixtures_db import check_constraints
from tests.recruiting.world import World, make_world, new_recruiter
from tests.workers.path import NOW
from workers.workers import worker_by_code

DAY = timedelta(days=1)
YES = IncentiveDecision(3000, "two visits were left out by mistake")
NO = IncentiveDecision(0, "every visit was counted")


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def opened(world: World, words: str = "It was thirty.") -> Dispute:
    code = world.milestones(world.recruit())["advance"].code
    return contest_milestone(world.session, world.actor, code, words, NOW)


def hear(world: World, now=NOW) -> None:
    """Deliver decisions, twice: a fact may come more often."""
    world.session.flush()
    rows = world.session.scalars(select(EventRow).where(EventRow.kind == "DisputeDecided").order_by(EventRow.id))
    for row in [*rows] * 2:
        fact = row.fact()
        assert isinstance(fact, DisputeDecided)
        on_decided(world.session, fact, now)


def added(world: World, case: Dispute) -> list[int]:
    rows = [row for track in statement(world.session, world.actor, NOW).tracks for row in track.lines]
    return [row.own_fen for row in rows if row.kind.startswith("case_")]


def timer(case: Dispute, kind: str) -> Timer:
    return Timer(kind=kind, about=case.code)


def test_finance_gets_a_task_and_the_recruiter_an_answer(world: World) -> None:
    case = opened(world)
    assert (case.severity, case.topic, case.state, case.proposal_due_at) == (
        "S5",
        "incentive",
        "triaged",
        NOW + 3 * DAY,
    )
    task = world.session.scalars(select(StaffTask).where(StaffTask.about == case.code)).one()
    assert (task.role, task.kind) == ("finance", "incentive_case")
    notice = world.session.scalars(select(Notice).where(Notice.about == case.code)).one()
    assert (notice.to, notice.kind) == (world.actor.code, "incentive_received")


@pytest.mark.parametrize("words", ["", "  ", "x" * 2001])
def test_words_are_a_must(world: World, words: str) -> None:
    with pytest.raises(InvalidInput):
        opened(world, words)


def test_only_ones_own_and_once_at_a_time(world: World) -> None:
    case = opened(world)
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    for stranger in (rolf, world.finance, make.make_customer(world.session)):
        with pytest.raises(NotFound):
            contest_milestone(world.session, stranger, case.visit_code, "mine", NOW)
    with pytest.raises(Conflict):
        contest_milestone(world.session, world.actor, case.visit_code, "again", NOW)


def test_fourteen_days_after_it_was_fixed(world: World) -> None:
    code = world.milestones(world.recruit())["advance"].code
    with pytest.raises(Conflict) as refusal:
        contest_milestone(world.session, world.actor, code, "late", NOW + 15 * DAY)
    assert refusal.value.code == "report_window_over"
    assert contest_milestone(world.session, world.actor, code, "in time", NOW + 13 * DAY).state == "triaged"


def test_nobody_else_hears_of_it(world: World) -> None:
    case = opened(world)
    recruit = make.make_worker(world.session)
    for stranger in (world.desk.agent, make.as_worker(recruit), make.make_customer(world.session)):
        with pytest.raises(NotFound):
            get_dispute(world.session, stranger, case.code)
    assert list_cases(world.session, world.desk.lead).rows == []
    assert (count_waiting(world.session), my_cases(world.session, make.as_worker(recruit))) == (0, [])
    with pytest.raises(NotFound):
        case_view(world.session, world.desk.lead, case.code, NOW)
    with pytest.raises(NotFound):
        incentive_cases(world.session, world.desk.agent)
    assert [one.code for one in incentive_cases(world.session, world.actor)] == [case.code]


def test_finance_decides_and_what_is_added_is_approved_and_paid_like_any_sum(world: World) -> None:
    case = opened(world)
    before = owed(world.session, PAYABLE_RECRUITER, world.rita.code)
    decide_incentive(world.session, world.finance, case.code, YES, NOW)
    hear(world)
    assert (case.state, case.decisions[0].fen) == ("remedied", 3000)
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == before + 3000
    assert added(world, case) == [3000]
    row = next(one for one in world.milestones(make_worker_of(world, case)).values() if one.kind.startswith("case_"))
    assert how_computed(world.session, world.actor, row.code).formula == "decided"
    approve(world.session, world.finance, row.code, "as decided", NOW)
    with pytest.raises(NotAllowed):
        pay(world.session, world.finance, world.rita.code, "mine", NOW)
    pay(world.session, world.second, world.rita.code, "month", NOW)
    assert row.state == "paid"
    assert broken_rules(world.session) == []
    check_constraints(world.session)
    audited = world.session.scalars(select(AuditRow).where(AuditRow.about == case.code)).one()
    assert (audited.act, audited.actor_code) == ("dispute_decided_first", world.finance.code)


def make_worker_of(world: World, case: Dispute):
    return worker_by_code(world.session, get_milestone(world.session, SYSTEM, case.visit_code).worker)


def test_who_may_not_decide(world: World) -> None:
    case = opened(world)
    for actor in (world.desk.lead, world.actor):
        with pytest.raises((NotAllowed, NotFound)):
            decide_incentive(world.session, actor, case.code, NO, NOW)
    with pytest.raises(NotAllowed):
        decide_dispute(world.session, world.desk.lead, case.code, DecisionInput("reject", "no"), NOW)
    assert [may_decide_incentive(one, case) for one in (world.finance, world.desk.lead)] == [True, False]


@pytest.mark.parametrize(
    "given", [IncentiveDecision(-1, "x"), IncentiveDecision(10**9, "x"), IncentiveDecision(1, " ")]
)
def test_sums_and_reasons_are_checked(world: World, given: IncentiveDecision) -> None:
    case = opened(world)
    with pytest.raises(InvalidInput):
        decide_incentive(world.session, world.finance, case.code, given, NOW)
    assert case.state == "triaged"


def test_an_appeal_is_heard_by_somebody_else_and_never_takes_away(world: World) -> None:
    case = opened(world)
    decide_incentive(world.session, world.finance, case.code, YES, NOW)
    hear(world)
    appeal(world.session, world.actor, case.code, StatementInput("three were left out"), NOW + DAY)
    with pytest.raises(NotAllowed):
        decide_incentive(world.session, world.finance, case.code, YES, NOW + DAY)
    with pytest.raises(InvalidInput):
        decide_incentive(world.session, world.desk.lead, case.code, NO, NOW + DAY)
    decide_incentive(world.session, world.desk.lead, case.code, IncentiveDecision(4500, "three"), NOW + 2 * DAY)
    hear(world, NOW + 2 * DAY)
    assert (case.state, case.closed_at) == ("final", NOW + 2 * DAY)
    assert sorted(added(world, case)) == [1500, 3000]
    assert broken_rules(world.session) == []


def test_finance_may_hear_the_appeal_of_another_of_finance(world: World) -> None:
    case = opened(world)
    decide_incentive(world.session, world.finance, case.code, NO, NOW)
    hear(world)
    assert added(world, case) == []
    appeal(world.session, world.actor, case.code, StatementInput("look again"), NOW + DAY)
    decide_incentive(world.session, world.second, case.code, NO, NOW + DAY)
    assert case.state == "final"


def test_without_an_appeal_it_closes_by_itself(world: World) -> None:
    case = opened(world)
    decide_incentive(world.session, world.finance, case.code, NO, NOW)
    on_appeal_over(world.session, timer(case, "dispute_appeal_over"), NOW + 6 * DAY)
    assert case.state == "remedied"
    on_appeal_over(world.session, timer(case, "dispute_appeal_over"), NOW + 7 * DAY)
    assert (case.state, case.closed_at) == ("closed", NOW + 7 * DAY)
    with pytest.raises(Conflict):
        appeal(world.session, world.actor, case.code, StatementInput("too late"), NOW + 8 * DAY)


def test_taken_back_and_spoken_in_by_its_recruiter_only(world: World) -> None:
    case = opened(world)
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    with pytest.raises(NotFound):
        withdraw(world.session, rolf, case.code, NOW)
    add_statement(world.session, world.actor, case.code, StatementInput("and one more thing"), NOW)
    withdraw(world.session, world.actor, case.code, NOW)
    assert (case.state, len(case.statements)) == ("withdrawn", 2)
    assert world.session.scalars(select(StaffTask.done_at).where(StaffTask.about == case.code)).one() is not None


def test_a_missed_deadline_calls_a_lead(world: World) -> None:
    case = opened(world)
    on_proposal_due(world.session, timer(case, "dispute_proposal_due"), NOW + 3 * DAY)
    assert case.ops_late
    kinds = set(world.session.scalars(select(StaffTask.kind).where(StaffTask.about == case.code)))
    assert kinds == {"incentive_case", "dispute_late"}
