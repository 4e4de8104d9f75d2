"""The money of one visit: reserve, charge, settle, give back, fees. Every verb may be called again without harm.

A basic visit's whole price goes through ``escrow:visit`` to the worker. What the customer does not pay of it is
paid by the zone's subsidy pool, and by the guarantee fund when the pool cannot: the worker's price is never cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict
from core.policies import read_policy
from money import accounts as acc
from money.funds import bonus, credit, owner_funds, refund_from_fund
from money.ledger import Leg, balance, lock_name, owed, post, reverse
from money.models import LedgerEntry
from money.once import VISIT, live_entry, post_live
from money.policy import ProcessingPolicy

__all__ = [
    "VisitMoney",
    "bonus",
    "cancellation_fee",
    "cash_due",
    "charge",
    "credit",
    "give_back",
    "kept_cash",
    "object_to_kept_cash",
    "owner_funds",
    "refund_from_fund",
    "release_hold",
    "reserve_subsidy",
    "settle",
    "uncharge",
]

CASH = "cash"


@dataclass(frozen=True)
class VisitMoney:
    """What the ledger has to know of a visit: codes, and sums in fen.

    ``total_fen`` is what the customer pays, ``worker_fen`` what reaches the worker, ``subsidy_fen`` the difference,
    promised by the pool of ``zone``. ``method`` is ``cash`` or a provider's name.
    """

    code: str
    customer: str
    worker: str
    total_fen: int
    worker_fen: int
    subsidy_fen: int
    method: str
    zone: str = ""

    def __post_init__(self) -> None:
        """Refuse sums that do not fit together."""
        if min(self.total_fen, self.worker_fen, self.subsidy_fen) < 0:
            raise ValueError("The sums of a visit are never negative.")
        if self.total_fen + self.subsidy_fen != self.worker_fen:
            raise ValueError("Price and subsidy must add up to what reaches the worker.")

    @property
    def clearing(self) -> str:
        """The account the customer's money comes in through."""
        return acc.CLEARING_CASH if self.method == CASH else acc.CLEARING_PROVIDER


def reserve_subsidy(session: Session, vm: VisitMoney, at: datetime) -> LedgerEntry | None:
    """Set the promised subsidy aside when the job is made.

    ``Conflict`` (``subsidy_pool_empty``) when the zone's pool cannot pay all of it: the job goes on at full price.
    """
    if not vm.subsidy_fen:
        return None
    lock_name(session, acc.SUBSIDY_POOL, vm.zone)
    if live_entry(session, vm.code, "reserve") is None and owed(session, acc.SUBSIDY_POOL, vm.zone) < vm.subsidy_fen:
        raise Conflict("subsidy_pool_empty", "The neighbourhood's subsidy is used up; the full price applies.")
    legs = [Leg(acc.SUBSIDY_POOL, vm.zone, vm.subsidy_fen), Leg(acc.ESCROW_VISIT, vm.code, -vm.subsidy_fen)]
    return post_live(session, vm.code, "reserve", lambda: legs, at)


def charge(session: Session, vm: VisitMoney, at: datetime) -> LedgerEntry:
    """Put the worker's whole price into escrow at *work done* (or when a provider has been paid).

    For a part of a visit (aborted, lockout) what was reserved too much goes back to the pool.
    """

    def legs() -> list[Leg]:
        missing = vm.worker_fen - vm.total_fen - owed(session, acc.ESCROW_VISIT, vm.code)
        return [
            Leg(vm.clearing, vm.code, vm.total_fen),
            *_support(session, vm.zone, missing),
            Leg(acc.ESCROW_VISIT, vm.code, -vm.total_fen - missing),
        ]

    entry = post_live(session, vm.code, "charge", legs, at)
    _book_processing(session, vm, at)
    return entry


def uncharge(session: Session, vm: VisitMoney, at: datetime) -> None:
    """Take the charge back (the worker undid *finish*); the next :func:`charge` is a new one.

    ``Conflict`` (``already_settled``) when the money is the worker's already.
    """
    _take_back(session, vm, ("credit_spent", "kept_cash", "processing", "charge"), at)


def settle(session: Session, vm: VisitMoney, at: datetime, held_fen: int = 0) -> LedgerEntry:
    """Pay what is in escrow to the worker, all but a contested part, which is held until the dispute is decided.

    ``Conflict`` (``nothing_in_escrow``) when the visit was never charged.
    """

    def legs() -> list[Leg]:
        whole = owed(session, acc.ESCROW_VISIT, vm.code)
        if whole <= 0:
            raise Conflict("nothing_in_escrow", "This visit has not been charged yet.")
        held = max(0, min(held_fen, whole))
        return [
            Leg(acc.ESCROW_VISIT, vm.code, whole),
            Leg(acc.PAYABLE_WORKER, vm.worker, held - whole),
            Leg(acc.HOLD_DISPUTE, vm.code, -held),
        ]

    return post_live(session, vm.code, "settle", legs, at)


def release_hold(session: Session, vm: VisitMoney, at: datetime, to_customer_fen: int = 0) -> LedgerEntry | None:
    """End the hold: the worker gets it, less what a lead took from the worker's pay; None when nothing is held.

    ``to_customer_fen`` is for wilful damage decided by a lead only: any other loss falls on the guarantee fund.
    """
    lock_name(session, acc.HOLD_DISPUTE, vm.code)
    held = owed(session, acc.HOLD_DISPUTE, vm.code)
    if held <= 0:
        return None
    taken = max(0, min(to_customer_fen, held))
    legs = [
        Leg(acc.HOLD_DISPUTE, vm.code, held),
        Leg(acc.PAYABLE_WORKER, vm.worker, taken - held),
        Leg(acc.CREDIT_CUSTOMER, vm.customer, -taken),
    ]
    return post_live(session, vm.code, "release_hold", lambda: legs, at)


def kept_cash(session: Session, vm: VisitMoney, at: datetime) -> LedgerEntry | None:
    """The worker kept the customer's cash: it counts as paid to the worker. None when no cash is due."""
    due = cash_due(session, vm.code)
    if due <= 0:
        return live_entry(session, vm.code, "kept_cash")
    legs = [Leg(acc.PAYABLE_WORKER, vm.worker, due), Leg(acc.CLEARING_CASH, vm.code, -due)]
    return post_live(session, vm.code, "kept_cash", lambda: legs, at)


def object_to_kept_cash(session: Session, visit_code: str, at: datetime) -> LedgerEntry | None:
    """The customer says the cash was not paid to the worker: take the statement back."""
    entry = live_entry(session, visit_code, "kept_cash")
    return None if entry is None else reverse(session, entry, at)


def cash_due(session: Session, visit_code: str) -> int:
    """Return the cash of a visit nobody has accounted for yet."""
    return balance(session, acc.CLEARING_CASH, visit_code)


def give_back(session: Session, vm: VisitMoney, at: datetime) -> None:
    """Empty the escrow of a visit that will not be paid: to the customer what they paid, to the pool its subsidy.

    ``Conflict`` (``already_settled``) when the money is the worker's already.
    """
    _take_back(session, vm, ("credit_spent", "kept_cash", "processing", "charge", "reserve"), at)


def _take_back(session: Session, vm: VisitMoney, kinds: Sequence[str], at: datetime) -> None:
    lock_name(session, VISIT, vm.code)
    if live_entry(session, vm.code, "settle") is not None:
        raise Conflict("already_settled", "This visit has been settled already.")
    for kind in kinds:
        entry = live_entry(session, vm.code, kind)
        if entry is not None:
            reverse(session, entry, at)


def cancellation_fee(session: Session, vm: VisitMoney, fee_fen: int, at: datetime) -> LedgerEntry | None:
    """Give back what is in escrow; the customer owes the fee, the worker gets all of it.

    The worker is paid at once: the guarantee fund stands in until the customer pays or the fee is waived.
    None when there is no fee.
    """
    give_back(session, vm, at)
    if fee_fen <= 0:
        return None
    legs = [Leg(acc.RECEIVABLE_CUSTOMER, vm.customer, fee_fen), Leg(acc.PAYABLE_WORKER, vm.worker, -fee_fen)]
    return post(session, VISIT, vm.code, "cancellation_fee", legs, at, visit=vm.code)


def _support(session: Session, zone: str, missing: int) -> list[Leg]:
    """Where the rest of the worker's price comes from: the pool if it can pay all of it, else the guarantee fund."""
    if missing <= 0:
        return [Leg(acc.SUBSIDY_POOL, zone, missing)]
    lock_name(session, acc.SUBSIDY_POOL, zone)
    if owed(session, acc.SUBSIDY_POOL, zone) >= missing:
        return [Leg(acc.SUBSIDY_POOL, zone, missing)]
    return [Leg(acc.GUARANTEE_FUND, "", missing)]


def _book_processing(session: Session, vm: VisitMoney, at: datetime) -> None:
    """Book what taking the money cost; the owner pays it, never the worker."""
    policy = read_policy(session, ProcessingPolicy, at, vm.zone)
    rate = policy.cash_bp if vm.method == CASH else policy.provider_bp
    fen = (vm.total_fen * rate + 5000) // 10000
    if fen:
        payer = Leg(acc.FUNDING_OWNER, "", -fen) if vm.method == CASH else Leg(vm.clearing, vm.code, -fen)
        legs = [Leg(acc.PROCESSING_COST, vm.code, fen), payer]
        post_live(session, vm.code, "processing", lambda: legs, at)
