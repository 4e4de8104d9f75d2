"""Whatever is said to the ledger, in whatever order and however often: its laws hold."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.errors import Conflict
from money import accounts as acc
from money import visit_money as verbs
from money.funds import spend_credit
from money.invariants import broken_rules, escrow_left
from money.ledger import balance, owed
from money.payslip import payslip
from money.visit_money import VisitMoney

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
NUMBERS = count()
Act = Callable[[Session, VisitMoney], object]

ACTS: dict[str, Act] = {
    "reserve": lambda s, vm: verbs.reserve_subsidy(s, vm, NOW),
    "charge": lambda s, vm: verbs.charge(s, vm, NOW),
    "uncharge": lambda s, vm: verbs.uncharge(s, vm, NOW),
    "settle": lambda s, vm: verbs.settle(s, vm, NOW),
    "settle_part": lambda s, vm: verbs.settle(s, vm, NOW, held_fen=2000),
    "release": lambda s, vm: verbs.release_hold(s, vm, NOW),
    "kept": lambda s, vm: verbs.kept_cash(s, vm, NOW),
    "object": lambda s, vm: verbs.object_to_kept_cash(s, vm.code, NOW),
    "credit": lambda s, vm: verbs.credit(s, vm.customer, 500, vm.code, NOW),
    "spend": lambda s, vm: spend_credit(s, vm.customer, vm.code, NOW),
    "refund": lambda s, vm: verbs.refund_from_fund(s, vm.code, vm.customer, 3000, f"D-{vm.code}", NOW),
    "bonus": lambda s, vm: verbs.bonus(s, vm.code, vm.worker, 1500, "rescue_bonus", NOW),
}
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LIVES = st.lists(st.sampled_from(sorted(ACTS)), max_size=14)


def a_visit(subsidy: int, method: str) -> VisitMoney:
    number = next(NUMBERS)
    return VisitMoney(
        f"V-{number}", f"A-{number}", f"W-{number}", 9500 - subsidy, 9500, subsidy, method, f"zone-{number}"
    )


def live(session: Session, vm: VisitMoney, acts: list[str]) -> None:
    for act in acts:
        try:
            with session.begin_nested():
                ACTS[act](session, vm)
        except Conflict:
            continue


@SETTINGS
@given(
    acts=LIVES,
    subsidy=st.sampled_from([0, 1000]),
    pool=st.sampled_from([0, 999, 1000, 5000]),
    method=st.sampled_from(["cash", "card"]),
)
def test_no_order_of_acts_breaks_a_law(session: Session, acts: list[str], subsidy: int, pool: int, method: str) -> None:
    vm = a_visit(subsidy, method)
    if pool:
        verbs.owner_funds(session, acc.SUBSIDY_POOL, pool, vm.zone, NOW, vm.zone)
    live(session, vm, acts)
    assert broken_rules(session) == []
    assert owed(session, acc.ESCROW_VISIT, vm.code) >= 0
    assert owed(session, acc.HOLD_DISPUTE, vm.code) >= 0
    assert owed(session, acc.CREDIT_CUSTOMER, vm.customer) >= 0
    assert payslip(session, vm.worker, NOW, NOW + timedelta(days=1)).commission_fen == 0


@SETTINGS
@given(acts=LIVES, subsidy=st.sampled_from([0, 1000]), method=st.sampled_from(["cash", "card"]))
def test_a_settled_visit_left_nothing_in_escrow_and_paid_in_full(
    session: Session, acts: list[str], subsidy: int, method: str
) -> None:
    vm = a_visit(subsidy, method)
    live(session, vm, [act for act in acts if act not in {"settle", "settle_part", "bonus", "object"}])
    live(session, vm, ["charge", "settle", "release"])
    assert escrow_left(session, [vm.code]) == {}
    in_hand = balance(session, acc.CLEARING_CASH, vm.code)
    paid = owed(session, acc.PAYABLE_WORKER, vm.worker)
    slip = payslip(session, vm.worker, NOW, NOW + timedelta(days=1))
    assert slip.total_fen == vm.worker_fen
    assert paid == vm.worker_fen - slip.received_fen
    assert in_hand >= 0 or method == "card"
