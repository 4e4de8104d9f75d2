"""The books against the world (threat T10): even when all is well, and one finding for each injected difference."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reconciliation import TASK, Difference, differences, last_reckoning, reconcile
from core.actors import Role
from core.ticks import TickRun
from dispatch.models import Visit
from money import accounts as acc
from money.ledger import Leg, find_entry, owed, post, reverse
from money.models import Payout
from money.payouts import make_payout, pay_payout
from notices.models import StaffTask
from recruiting.models import Milestone
from tests import factories as make
from tests.cast import make_member
from tests.worked import worked_visit

NOW = make.TUESDAY_NINE + timedelta(days=3)


@pytest.fixture
def settled(session: Session) -> Visit:
    """One visit whose money is the worker's."""
    make.make_house(session)
    ada, ben = make.make_customer(session), make.make_worker(session)
    return worked_visit(session, ada, ben, make.TUESDAY_NINE, state="settled")


def codes(session: Session) -> list[tuple[str, int, int]]:
    return [(one.code, one.ledger_fen, one.expected_fen) for one in differences(session)]


def test_a_settled_visit_is_even(session: Session, settled: Visit) -> None:
    assert settled.state == "settled"
    assert owed(session, acc.PAYABLE_WORKER, settled.worker.code) == settled.worker_fen
    assert codes(session) == []


def test_money_left_in_escrow_is_found(session: Session, settled: Visit) -> None:
    legs = [Leg(acc.CLEARING_CASH, settled.code, 700), Leg(acc.ESCROW_VISIT, settled.code, -700)]
    post(session, "test", settled.code, "extra", legs, NOW)
    assert codes(session) == [("escrow", 700, 0)]


def test_a_forgotten_settlement_is_found(session: Session, settled: Visit) -> None:
    entry = find_entry(session, "visit", settled.code, "settle")
    assert entry
    reverse(session, entry, NOW)
    fen = settled.worker_fen
    assert codes(session) == [("escrow", fen, 0), ("settled", 0, fen)]


def test_a_settlement_of_a_visit_that_is_not_settled_is_found(session: Session, settled: Visit) -> None:
    settled.state = "cancelled"
    session.flush()
    assert codes(session) == [("settled", settled.worker_fen, 0)]


def test_money_held_for_nobody_is_found(session: Session, settled: Visit) -> None:
    worker = settled.worker.code
    legs = [Leg(acc.PAYABLE_WORKER, worker, 300), Leg(acc.HOLD_DISPUTE, settled.code, -300)]
    post(session, "test", settled.code, "hold", legs, NOW)
    assert codes(session) == [("hold", 300, 0)]


def test_payouts_are_even_and_a_doubled_one_is_found(session: Session, settled: Visit) -> None:
    fin, other = (make_member(session, name, Role.FINANCE).actor for name in ("Fin", "Fay"))
    payout = make_payout(session, fin, acc.PAYABLE_WORKER, settled.worker.code, NOW)
    pay_payout(session, other, payout.code, NOW)
    assert codes(session) == []
    session.add(Payout(code="X-TWICE", owner=payout.owner, account=payout.account, fen=payout.fen, state="paid",
                       created_at=NOW, paid_at=NOW))  # fmt: skip
    session.flush()
    assert codes(session) == [("payout", 0, payout.fen)]


def test_milestones_are_even_and_one_never_written_down_is_found(session: Session, settled: Visit) -> None:
    common = {"recruiter": "R-1", "worker": settled.worker.code, "computed": {}, "created_at": NOW}
    session.add(Milestone(code="M-WAITS", kind="visits_10", state="scheduled", fen=500, **common))
    session.flush()
    assert codes(session) == []
    session.add(Milestone(code="M-OWED", kind="visits_30", state="vested", fen=900, vested_at=NOW, **common))
    session.flush()
    assert codes(session) == [("milestone", 0, 900)]


def test_a_reserve_spent_twice_is_found(session: Session, settled: Visit) -> None:
    legs = [Leg(acc.INCENTIVE_BUDGET, settled.worker.code, 100), Leg(acc.PAYABLE_RECRUITER, "R-1", -100)]
    post(session, "test", "M-X", "extra", legs, NOW)
    assert codes(session) == [("reserve", -100, 0)]


def test_once_a_day_it_is_told_to_finance_and_ends_when_it_is_even(session: Session, settled: Visit) -> None:
    legs = [Leg(acc.CLEARING_CASH, settled.code, 700), Leg(acc.ESCROW_VISIT, settled.code, -700)]
    entry = post(session, "test", settled.code, "extra", legs, NOW)
    found = [Difference("escrow", settled.code, 700, 0)]
    assert reconcile(session, "2026-11-27", NOW) == found
    assert reconcile(session, "2026-11-27", NOW) is None
    task = session.scalars(select(StaffTask).where(StaffTask.kind == TASK)).one()
    assert (task.role, task.params, task.done_at) == ("finance", {"count": 1}, None)
    told = last_reckoning(session)
    assert (told.at, told.count, list(told.found)) == (NOW, 1, found)
    reverse(session, entry, NOW)
    assert reconcile(session, "2026-11-28", NOW + timedelta(days=1)) == []
    session.refresh(task)
    assert task.done_at is not None
    assert last_reckoning(session).count == 0
    assert len(session.scalars(select(TickRun).where(TickRun.name == "app_reconcile")).all()) == 2
