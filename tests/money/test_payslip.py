"""The payslip proves from the ledger that the whole price reached the worker."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from money import accounts as acc
from money import visit_money as verbs
from money.ledger import Leg, post
from money.payouts import make_payout, pay_payout
from money.payslip import Payslip, Proof, payslip
from money.visit_money import VisitMoney

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
SINCE, UNTIL = NOW - timedelta(days=1), NOW + timedelta(days=6)
CASH = VisitMoney("V-1", "A-ada", "W-ben", 9500, 9500, 0, "cash", "liuan")
HELPED = VisitMoney("V-2", "A-ada", "W-ben", 8500, 9500, 1000, "card", "liuan")


def slip(session: Session) -> Payslip:
    return payslip(session, "W-ben", SINCE, UNTIL)


def work(session: Session, vm: VisitMoney, held_fen: int = 0, at: datetime = NOW) -> None:
    verbs.charge(session, vm, at)
    verbs.settle(session, vm, at + timedelta(hours=1), held_fen)


def test_a_cash_visit_and_its_proof(session: Session) -> None:
    work(session, CASH)
    verbs.kept_cash(session, CASH, NOW)
    found = slip(session)
    assert [(line.kind, line.about, line.fen, line.received) for line in found.lines] == [
        ("kept_cash", "V-1", -9500, True),
        ("settle", "V-1", 9500, False),
    ]
    assert found.lines[1].proof == Proof(9500, 0, 9500, 0, 0, 0)
    assert (found.total_fen, found.received_fen, found.owed_fen, found.commission_fen) == (9500, 9500, 0, 0)


def test_a_subsidised_card_visit_and_its_proof(session: Session) -> None:
    verbs.owner_funds(session, acc.SUBSIDY_POOL, 5000, "pool", NOW, "liuan")
    verbs.reserve_subsidy(session, HELPED, NOW)
    work(session, HELPED)
    found = slip(session)
    assert found.lines[0].proof == Proof(8500, 1000, 9500, 0, 0, 51)
    assert (found.customer_paid_fen, found.company_paid_fen, found.worker_got_fen, found.processing_fen) == (
        8500,
        1000,
        9500,
        51,
    )


def test_a_finish_undone_and_done_again_counts_once(session: Session) -> None:
    verbs.charge(session, CASH, NOW)
    verbs.uncharge(session, CASH, NOW)
    work(session, CASH)
    assert slip(session).lines[0].proof == Proof(9500, 0, 9500, 0, 0, 0)


def test_a_held_part_is_said_and_comes_later(session: Session) -> None:
    work(session, CASH, held_fen=2000)
    found = slip(session)
    assert (found.lines[0].fen, found.lines[0].params, found.total_fen) == (7500, {"held_fen": 2000}, 7500)
    assert found.lines[0].proof == Proof(9500, 0, 7500, 2000, 0, 0)
    verbs.release_hold(session, CASH, NOW + timedelta(days=1))
    found = slip(session)
    assert [(line.kind, line.fen) for line in found.lines] == [("settle", 7500), ("release_hold", 2000)]
    assert (found.total_fen, found.commission_fen, found.held_fen) == (9500, 0, 0)


def test_fees_and_bonuses_say_who_paid(session: Session) -> None:
    verbs.cancellation_fee(session, CASH, 4500, NOW)
    verbs.bonus(session, "V-7", "W-ben", 1500, "rescue_bonus", NOW + timedelta(hours=1))
    fee, bonus = slip(session).lines
    assert (fee.kind, fee.about, fee.proof) == ("cancellation_fee", "V-1", Proof(4500, 0, 4500, 0, 0, 0))
    assert (bonus.kind, bonus.about, bonus.proof) == ("rescue_bonus", "V-7", Proof(0, 1500, 1500, 0, 0, 0))


def test_a_payout_is_received_not_earned(session: Session) -> None:
    work(session, CASH)
    payout = make_payout(session, Actor(Role.FINANCE, "A-fin"), acc.PAYABLE_WORKER, "W-ben", NOW)
    pay_payout(session, Actor(Role.FINANCE, "A-fin"), payout.code, NOW + timedelta(hours=2))
    found = slip(session)
    assert [(line.kind, line.fen, line.received) for line in found.lines] == [
        ("settle", 9500, False),
        ("paid_out", -9500, True),
    ]
    assert (found.total_fen, found.received_fen, found.owed_fen) == (9500, 9500, 0)


def test_a_commission_would_be_seen(session: Session) -> None:
    legs = [Leg(acc.CLEARING_CASH, "V-9", 9500), Leg(acc.ESCROW_VISIT, "V-9", -9500)]
    post(session, "visit", "V-9", "charge", legs, NOW)
    legs = [
        Leg(acc.ESCROW_VISIT, "V-9", 9500),
        Leg(acc.PAYABLE_WORKER, "W-ben", -9000),
        Leg(acc.REVENUE_PREMIUM, "", -500),
    ]
    post(session, "visit", "V-9", "settle", legs, NOW, visit="V-9")
    assert slip(session).lines[0].proof == Proof(9500, 0, 9000, 0, 500, 0)


def test_only_ones_own_lines_of_the_period(session: Session) -> None:
    work(session, CASH, at=SINCE - timedelta(hours=1))
    work(session, replace(CASH, code="V-3"), at=UNTIL - timedelta(hours=1))
    work(session, replace(CASH, code="V-4", worker="W-else"))
    found = slip(session)
    assert [line.about for line in found.lines] == ["V-1"]
    assert found.owed_fen == 9500


def test_an_empty_payslip(session: Session) -> None:
    found = slip(session)
    assert (found.lines, found.total_fen, found.owed_fen) == ((), 0, 0)


@pytest.mark.parametrize("visits", [1, 12])
def test_five_queries_whatever_its_length(session: Session, visits: int) -> None:
    for number in range(visits):
        work(session, replace(CASH, code=f"V-{number}"))
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(slip(session).lines) == visits
    assert len([one for one in asked if one.startswith("SELECT")]) == 5
