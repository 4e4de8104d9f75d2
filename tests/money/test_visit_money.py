"""The cash table of a visit: charge, settle, hold, kept cash, fees, giving back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.policies import PolicyRow
from money import accounts as acc
from money import visit_money as verbs
from money.funds import debt_of, fund_left, pay_debt, refundable, spend_credit, waive_debt
from money.invariants import alerts, broken_rules, escrow_left, open_escrow
from money.ledger import balance, balances, owed
from money.visit_money import VisitMoney

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
CASH = VisitMoney("V-1", "A-ada", "W-ben", 9500, 9500, 0, "cash", "liuan")
HELPED = VisitMoney("V-2", "A-ada", "W-ben", 8500, 9500, 1000, "cash", "liuan")


def fill(session: Session, pool: int = 0, fund: int = 0) -> None:
    if pool:
        verbs.owner_funds(session, acc.SUBSIDY_POOL, pool, "pool", NOW, "liuan")
    if fund:
        verbs.owner_funds(session, acc.GUARANTEE_FUND, fund, "fund", NOW)


def test_the_whole_price_reaches_the_worker(session: Session) -> None:
    verbs.charge(session, CASH, NOW)
    assert owed(session, acc.ESCROW_VISIT, "V-1") == 9500
    verbs.settle(session, CASH, NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 9500
    assert verbs.cash_due(session, "V-1") == 9500
    assert escrow_left(session, ["V-1"]) == {}
    assert broken_rules(session) == []


def test_everything_may_be_said_twice(session: Session) -> None:
    for _ in range(2):
        verbs.charge(session, CASH, NOW)
    for _ in range(2):
        verbs.settle(session, CASH, NOW)
    for _ in range(2):
        verbs.kept_cash(session, CASH, NOW)
    assert balances(session, acc.PAYABLE_WORKER) == {}
    assert balances(session, acc.CLEARING_CASH) == {}


def test_settling_before_the_charge_is_refused(session: Session) -> None:
    with pytest.raises(Conflict, match="charged"):
        verbs.settle(session, CASH, NOW)


def test_only_the_contested_part_is_held(session: Session) -> None:
    verbs.charge(session, CASH, NOW)
    verbs.settle(session, CASH, NOW, held_fen=2250)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 7250
    assert owed(session, acc.HOLD_DISPUTE, "V-1") == 2250
    verbs.release_hold(session, CASH, NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 9500
    assert verbs.release_hold(session, CASH, NOW) is None


def test_a_hold_is_never_more_than_the_price(session: Session) -> None:
    verbs.charge(session, CASH, NOW)
    verbs.settle(session, CASH, NOW, held_fen=99999)
    assert owed(session, acc.HOLD_DISPUTE, "V-1") == 9500
    assert balances(session, acc.PAYABLE_WORKER) == {}


def test_a_wilful_loss_is_taken_from_the_hold(session: Session) -> None:
    verbs.charge(session, CASH, NOW)
    verbs.settle(session, CASH, NOW, held_fen=2000)
    verbs.release_hold(session, CASH, NOW, to_customer_fen=500)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 9000
    assert owed(session, acc.CREDIT_CUSTOMER, "A-ada") == 500


def test_the_pool_pays_what_the_customer_does_not(session: Session) -> None:
    fill(session, pool=1500)
    verbs.reserve_subsidy(session, HELPED, NOW)
    assert owed(session, acc.SUBSIDY_POOL, "liuan") == 500
    verbs.charge(session, HELPED, NOW)
    verbs.settle(session, HELPED, NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 9500
    assert verbs.cash_due(session, "V-2") == 8500
    assert owed(session, acc.SUBSIDY_POOL, "liuan") == 500
    assert owed(session, acc.GUARANTEE_FUND) == 0


def test_an_empty_pool_refuses_and_is_left_as_it_was(session: Session) -> None:
    fill(session, pool=999)
    with pytest.raises(Conflict) as caught:
        verbs.reserve_subsidy(session, HELPED, NOW)
    assert caught.value.code == "subsidy_pool_empty"
    assert owed(session, acc.SUBSIDY_POOL, "liuan") == 999
    assert broken_rules(session) == []


def test_a_reservation_said_twice_is_one_even_when_the_pool_is_dry(session: Session) -> None:
    fill(session, pool=1000)
    verbs.reserve_subsidy(session, HELPED, NOW)
    verbs.reserve_subsidy(session, HELPED, NOW)
    assert balances(session, acc.SUBSIDY_POOL) == {}


def test_a_promise_without_reservation_is_kept_by_the_guarantee_fund(session: Session) -> None:
    verbs.charge(session, HELPED, NOW)
    verbs.settle(session, HELPED, NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 9500
    assert balance(session, acc.GUARANTEE_FUND) == 1000
    assert [alert.code for alert in alerts(session)] == ["guarantee_fund_overdrawn"]
    assert broken_rules(session) == []


def test_half_a_visit_takes_half_the_subsidy(session: Session) -> None:
    fill(session, pool=1000)
    verbs.reserve_subsidy(session, HELPED, NOW)
    half = replace(HELPED, total_fen=4250, worker_fen=4750, subsidy_fen=500)
    verbs.charge(session, half, NOW)
    verbs.settle(session, half, NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 4750
    assert owed(session, acc.SUBSIDY_POOL, "liuan") == 500
    assert verbs.cash_due(session, "V-2") == 4250
    assert open_escrow(session) == {}


def test_a_sliver_of_a_visit_gives_most_of_the_subsidy_back(session: Session) -> None:
    fill(session, pool=1000)
    verbs.reserve_subsidy(session, HELPED, NOW)
    sliver = replace(HELPED, total_fen=425, worker_fen=475, subsidy_fen=50)
    verbs.charge(session, sliver, NOW)
    verbs.settle(session, sliver, NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 475
    assert owed(session, acc.SUBSIDY_POOL, "liuan") == 950
    assert broken_rules(session) == []


def test_an_undone_finish_can_be_finished_again(session: Session) -> None:
    fill(session, pool=1000)
    verbs.reserve_subsidy(session, HELPED, NOW)
    for _ in range(3):
        verbs.charge(session, HELPED, NOW)
        verbs.uncharge(session, HELPED, NOW)
    assert open_escrow(session) == {"V-2": 1000}
    verbs.charge(session, HELPED, NOW)
    verbs.settle(session, HELPED, NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 9500
    assert broken_rules(session) == []


def test_what_is_settled_is_not_taken_back(session: Session) -> None:
    verbs.charge(session, CASH, NOW)
    verbs.settle(session, CASH, NOW)
    for verb in (verbs.uncharge, verbs.give_back):
        with pytest.raises(Conflict) as caught:
            verb(session, CASH, NOW)
        assert caught.value.code == "already_settled"
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 9500


def test_cash_and_credit_go_back_with_the_charge(session: Session) -> None:
    verbs.credit(session, "A-ada", 1000, "V-0", NOW)
    verbs.charge(session, CASH, NOW)
    spend_credit(session, "A-ada", "V-1", NOW)
    verbs.kept_cash(session, CASH, NOW)
    verbs.uncharge(session, CASH, NOW)
    assert owed(session, acc.CREDIT_CUSTOMER, "A-ada") == 1000
    assert balances(session, acc.CLEARING_CASH) == balances(session, acc.PAYABLE_WORKER) == {}


def test_an_unfilled_visit_gives_everything_back(session: Session) -> None:
    fill(session, pool=1000)
    card = replace(HELPED, method="card")
    verbs.reserve_subsidy(session, card, NOW)
    verbs.charge(session, card, NOW)
    verbs.give_back(session, card, NOW)
    verbs.give_back(session, card, NOW)
    assert open_escrow(session) == balances(session, acc.CLEARING_PROVIDER) == {}
    assert owed(session, acc.SUBSIDY_POOL, "liuan") == 1000


def test_a_cancellation_fee_goes_to_the_worker_whole(session: Session) -> None:
    fill(session, fund=10000)
    verbs.cancellation_fee(session, CASH, 2850, NOW)
    verbs.cancellation_fee(session, CASH, 2850, NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 2850
    assert debt_of(session, "A-ada") == 2850
    assert fund_left(session) == 7150
    pay_debt(session, "A-ada", 2850, "paid-1", NOW)
    assert debt_of(session, "A-ada") == 0
    assert fund_left(session) == 10000


def test_a_waived_fee_falls_on_the_fund(session: Session) -> None:
    fill(session, fund=10000)
    verbs.cancellation_fee(session, CASH, 2850, NOW)
    waive_debt(session, "A-ada", 2850, "waive-1", NOW)
    assert debt_of(session, "A-ada") == 0
    assert fund_left(session) == 7150


def test_no_fee_is_no_entry(session: Session) -> None:
    assert verbs.cancellation_fee(session, CASH, 0, NOW) is None
    assert balances(session, acc.PAYABLE_WORKER) == {}


def test_refunds_never_exceed_what_was_paid(session: Session) -> None:
    verbs.charge(session, CASH, NOW)
    verbs.settle(session, CASH, NOW)
    verbs.refund_from_fund(session, "V-1", "A-ada", 6000, "D-1", NOW)
    verbs.refund_from_fund(session, "V-1", "A-ada", 6000, "D-1", NOW)
    assert refundable(session, "V-1") == 3500
    with pytest.raises(Conflict, match="exceed"):
        verbs.refund_from_fund(session, "V-1", "A-ada", 3501, "D-2", NOW)
    verbs.refund_from_fund(session, "V-1", "A-ada", 3500, "D-2", NOW)
    assert owed(session, acc.CREDIT_CUSTOMER, "A-ada") == 9500
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 9500


def test_the_largest_credit_of_a_cause_applies(session: Session) -> None:
    verbs.credit(session, "A-ada", 950, "V-1", NOW)
    verbs.credit(session, "A-ada", 1900, "V-1", NOW)
    assert verbs.credit(session, "A-ada", 950, "V-1", NOW) is None
    assert owed(session, acc.CREDIT_CUSTOMER, "A-ada") == 1900
    verbs.credit(session, "A-ada", 100, "V-9", NOW)
    assert owed(session, acc.CREDIT_CUSTOMER, "A-ada") == 2000


def test_credit_lowers_the_cash_due_and_the_worker_still_gets_all(session: Session) -> None:
    verbs.credit(session, "A-ada", 1000, "V-0", NOW)
    verbs.charge(session, CASH, NOW)
    assert spend_credit(session, "A-ada", "V-1", NOW) == 1000
    assert spend_credit(session, "A-ada", "V-1", NOW) == 0
    verbs.kept_cash(session, CASH, NOW)
    verbs.settle(session, CASH, NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 1000
    assert verbs.cash_due(session, "V-1") == 0


def test_a_customer_may_object_to_kept_cash(session: Session) -> None:
    verbs.charge(session, CASH, NOW)
    verbs.kept_cash(session, CASH, NOW)
    verbs.object_to_kept_cash(session, "V-1", NOW)
    verbs.settle(session, CASH, NOW)
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 9500
    assert verbs.object_to_kept_cash(session, "V-1", NOW) is None


@pytest.mark.parametrize(("method", "cost"), [("cash", 0), ("card", 57)])
def test_the_owner_pays_the_processing(session: Session, method: str, cost: int) -> None:
    vm = replace(CASH, method=method)
    verbs.charge(session, vm, NOW)
    verbs.settle(session, vm, NOW)
    assert balance(session, acc.PROCESSING_COST) == cost
    assert owed(session, acc.PAYABLE_WORKER, "W-ben") == 9500


def test_cash_that_costs_something_is_still_due_whole(session: Session) -> None:
    session.add(
        PolicyRow(name="processing", effective_from=NOW, value={"cash_bp": 100}, proposed_by="A-1", approved_by="A-2")
    )
    verbs.charge(session, CASH, NOW)
    assert verbs.cash_due(session, "V-1") == 9500
    assert owed(session, acc.FUNDING_OWNER) == 95


@pytest.mark.parametrize("sums", [(100, 100, -1), (100, 90, 0), (-1, -1, 0)])
def test_sums_that_do_not_fit_are_a_mistake(sums: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"sums|add up"):
        VisitMoney("V-1", "A-1", "W-1", *sums, "cash")
