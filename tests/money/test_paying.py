"""Payouts, credits and payments: once each, and by whom."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import SYSTEM, Actor, Role
from core.audit import AuditRow
from core.errors import Conflict, NotAllowed, NotFound
from money import accounts as acc
from money.funds import bonus, credit, credit_in_cash, owner_funds
from money.invariants import alerts, broken_rules
from money.ledger import Leg, owed, post
from money.payouts import make_payout, pay_payout, void_payout
from money.providers import PROVIDERS, Cash, receive, void
from money.visit_money import VisitMoney, charge, kept_cash

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
FIN, GUS = Actor(Role.FINANCE, "A-fin"), Actor(Role.FINANCE, "A-gus")


def earn(session: Session, fen: int, visit: str = "V-1") -> None:
    bonus(session, visit, "W-ben", fen, "rescue_bonus", NOW)


def test_a_payout_pays_all_that_is_owed_once(session: Session) -> None:
    earn(session, 9500)
    payout = make_payout(session, FIN, acc.PAYABLE_WORKER, "W-ben", NOW)
    assert make_payout(session, FIN, acc.PAYABLE_WORKER, "W-ben", NOW).id == payout.id
    pay_payout(session, FIN, payout.code, NOW)
    assert (payout.state, payout.paid_by, payout.paid_at) == ("paid", "A-fin", NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 0
    with pytest.raises(Conflict):
        pay_payout(session, FIN, payout.code, NOW)
    with pytest.raises(Conflict, match="nothing to pay"):
        make_payout(session, FIN, acc.PAYABLE_WORKER, "W-ben", NOW)
    acts = session.scalars(select(AuditRow.act).where(AuditRow.about == payout.code).order_by(AuditRow.id))
    assert list(acts) == ["make_payout", "pay_payout"]


def test_a_large_sum_is_paid_by_a_second_person(session: Session) -> None:
    earn(session, 200_000)
    payout = make_payout(session, FIN, acc.PAYABLE_WORKER, "W-ben", NOW)
    with pytest.raises(NotAllowed) as caught:
        pay_payout(session, FIN, payout.code, NOW)
    assert caught.value.code == "second_person_needed"
    pay_payout(session, GUS, payout.code, NOW)


def test_what_is_no_longer_owed_is_not_paid(session: Session) -> None:
    earn(session, 9500)
    payout = make_payout(session, FIN, acc.PAYABLE_WORKER, "W-ben", NOW)
    kept = VisitMoney("V-2", "A-ada", "W-ben", 9000, 9000, 0, "cash")
    charge(session, kept, NOW)
    kept_cash(session, kept, NOW)
    with pytest.raises(Conflict) as caught:
        pay_payout(session, FIN, payout.code, NOW)
    assert caught.value.code == "no_longer_owed"
    void_payout(session, FIN, payout.code, NOW)
    assert make_payout(session, FIN, acc.PAYABLE_WORKER, "W-ben", NOW).fen == 500


@pytest.mark.parametrize(
    "actor", [SYSTEM, Actor(Role.ADMIN, "A-x"), Actor(Role.OPS_LEAD, "A-l"), Actor(Role.WORKER, "A-b", "W-ben")]
)
def test_only_finance_pays(session: Session, actor: Actor) -> None:
    earn(session, 100)
    with pytest.raises(NotAllowed):
        make_payout(session, actor, acc.PAYABLE_WORKER, "W-ben", NOW)


def test_odd_payouts(session: Session) -> None:
    with pytest.raises(ValueError, match="owed to people"):
        make_payout(session, FIN, acc.GUARANTEE_FUND, "", NOW)
    for verb in (pay_payout, void_payout):
        with pytest.raises(NotFound):
            verb(session, FIN, "X-none", NOW)


def test_a_budget_overdrawn_for_people_is_an_alert_not_a_broken_rule(session: Session) -> None:
    owner_funds(session, acc.INCENTIVE_BUDGET, 5000, "nov", NOW, "liuan/2026-11")
    legs = [Leg(acc.INCENTIVE_BUDGET, "liuan/2026-11", 6000), Leg(acc.PAYABLE_RECRUITER, "R-rita", -6000)]
    post(session, "milestone", "M-1", "vest", legs, NOW)
    assert [(one.code, one.owner, one.fen) for one in alerts(session)] == [
        ("incentive_overdrawn", "liuan/2026-11", 1000)
    ]
    assert broken_rules(session) == []


def test_credit_is_handed_out_as_far_as_it_goes(session: Session) -> None:
    credit(session, "A-ada", 1000, "V-1", NOW)
    with pytest.raises(Conflict):
        credit_in_cash(session, "A-ada", 1001, "desk-1", NOW)
    credit_in_cash(session, "A-ada", 1000, "desk-2", NOW)
    assert owed(session, acc.CREDIT_CUSTOMER, "A-ada") == 0


def test_cash_is_asked_for_once(session: Session) -> None:
    payment = Cash().ask(session, "V-1", 9500, NOW)
    assert Cash().ask(session, "V-1", 9500, NOW).id == payment.id
    assert (payment.state, payment.provider, PROVIDERS["cash"].before_visit) == ("due", "cash", False)
    with pytest.raises(Conflict) as caught:
        Cash().ask(session, "V-1", 9000, NOW)
    assert caught.value.code == "payment_differs"
    void(session, payment)
    assert Cash().ask(session, "V-1", 9000, NOW).id != payment.id


def test_a_payment_replayed_is_received_once(session: Session) -> None:
    payment = Cash().ask(session, "V-1", 9500, NOW)
    other = Cash().ask(session, "V-2", 9500, NOW)
    assert [receive(session, payment, "ref-1", NOW) for _ in range(10)] == [True, *[False] * 9]
    assert payment.state == "received"
    with pytest.raises(Conflict, match="another payment"):
        receive(session, other, "ref-1", NOW)
    with pytest.raises(Conflict, match="closed"):
        receive(session, payment, "ref-2", NOW)
