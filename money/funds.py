"""Money between the owner, the funds and the customers: filling funds, refunds, credits, bonuses, debts.

What is owed to people never fails for want of money: the guarantee fund may be overdrawn, and the invariants say so.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.errors import Conflict
from money import accounts as acc
from money.ledger import Leg, balance, lock_name, owed, post
from money.models import LedgerEntry, Posting
from money.once import VISIT, post_live

OWNER = "owner"


def owner_funds(session: Session, account: str, fen: int, source_id: str, at: datetime, owner: str = "") -> LedgerEntry:
    """The owner fills a fund (of a zone, of a zone's month), once per ``source_id``."""
    if account not in acc.FUNDS or fen <= 0:
        raise ValueError("The owner puts a positive sum into a fund.")
    legs = [Leg(acc.FUNDING_OWNER, "", fen), Leg(account, owner, -fen)]
    return post(session, OWNER, source_id, f"fund_{account}"[:40], legs, at)


def refund_from_fund(
    session: Session, visit_code: str, customer: str, fen: int, source: str, at: datetime
) -> LedgerEntry:
    """Give a customer money of a visit back, as credit paid by the guarantee fund; once per ``source`` (a case).

    ``Conflict`` (``refund_above_paid``) when all refunds of the visit would exceed what the customer paid for it.
    """
    lock_name(session, VISIT, visit_code)
    left = refundable(session, visit_code)
    known = session.scalars(
        select(LedgerEntry).where(
            LedgerEntry.source == source, LedgerEntry.source_id == visit_code, LedgerEntry.kind == "refund"
        )
    ).first()
    if known is not None:
        return known
    if not 0 < fen <= left:
        raise Conflict("refund_above_paid", "A refund cannot exceed what was paid for the visit.", left_fen=left)
    legs = [Leg(acc.GUARANTEE_FUND, "", fen), Leg(acc.CREDIT_CUSTOMER, customer, -fen)]
    return post(session, source, visit_code, "refund", legs, at, visit=visit_code)


def refundable(session: Session, visit_code: str) -> int:
    """Return what may still be refunded of a visit: what the customer paid, less what went back already."""
    undo = aliased(LedgerEntry)
    rows = session.execute(
        select(Posting.account, func.sum(Posting.fen))
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .outerjoin(undo, undo.reverses_id == LedgerEntry.id)
        .where(
            LedgerEntry.source_id == visit_code,
            LedgerEntry.kind.op("~")("^(charge|cancellation_fee|refund|release_hold)"),
            Posting.account.in_([*acc.CLEARING, acc.RECEIVABLE_CUSTOMER, acc.CREDIT_CUSTOMER]),
            undo.id.is_(None),
        )
        .group_by(Posting.account)
    )
    return max(0, sum(int(fen) for _, fen in rows))


def credit(session: Session, customer: str, fen: int, source: str, at: datetime) -> LedgerEntry | None:
    """See that a customer has at least this much credit for one cause (a visit's code), paid by the guarantee fund.

    The largest credit of a cause applies: a larger one adds the difference, a smaller one changes nothing (None).
    """
    lock_name(session, acc.CREDIT_CUSTOMER, source)
    mine = (LedgerEntry.source == source, LedgerEntry.source_id == customer, LedgerEntry.kind.startswith("credit"))
    given = session.scalar(
        select(func.coalesce(-func.sum(Posting.fen), 0))
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(*mine, Posting.account == acc.CREDIT_CUSTOMER)
    )
    more = fen - int(given or 0)
    if more <= 0:
        return None
    turn = session.scalar(select(func.count()).select_from(LedgerEntry).where(*mine)) or 0
    legs = [Leg(acc.GUARANTEE_FUND, "", more), Leg(acc.CREDIT_CUSTOMER, customer, -more)]
    return post(session, source, customer, f"credit_{turn + 1}" if turn else "credit", legs, at)


def bonus(session: Session, visit_code: str, worker: str, fen: int, kind: str, at: datetime) -> LedgerEntry:
    """Pay a worker from the guarantee fund for one visit (rescue, half an hour on the way), once per kind."""
    legs = [Leg(acc.GUARANTEE_FUND, "", fen), Leg(acc.PAYABLE_WORKER, worker, -fen)]
    return post(session, VISIT, visit_code, kind, legs, at, visit=visit_code)


def credit_in_cash(session: Session, customer: str, fen: int, source: str, at: datetime) -> LedgerEntry:
    """Hand a customer's credit out as cash, once per ``source``; ``Conflict`` when there is not that much."""
    lock_name(session, acc.CREDIT_CUSTOMER, customer)
    if not 0 < fen <= owed(session, acc.CREDIT_CUSTOMER, customer):
        raise Conflict("credit_too_small", "There is not that much credit.")
    legs = [Leg(acc.CREDIT_CUSTOMER, customer, fen), Leg(acc.CLEARING_CASH, customer, -fen)]
    return post(session, source, customer, "credit_paid_out", legs, at)


def spend_credit(session: Session, customer: str, visit_code: str, at: datetime) -> int:
    """Use the customer's credit for the cash still due for a visit; return the sum used."""
    lock_name(session, acc.CREDIT_CUSTOMER, customer)
    fen = min(owed(session, acc.CREDIT_CUSTOMER, customer), balance(session, acc.CLEARING_CASH, visit_code))
    if fen <= 0:
        return 0
    legs = [Leg(acc.CREDIT_CUSTOMER, customer, fen), Leg(acc.CLEARING_CASH, visit_code, -fen)]
    entry = post_live(session, visit_code, "credit_spent", lambda: legs, at)
    return sum(leg.fen for leg in entry.postings if leg.account == acc.CREDIT_CUSTOMER)


def debt_of(session: Session, customer: str) -> int:
    """Return the fees a customer still owes; no new job until they are paid or waived."""
    return balance(session, acc.RECEIVABLE_CUSTOMER, customer)


def pay_debt(session: Session, customer: str, fen: int, source: str, at: datetime) -> LedgerEntry:
    """The customer paid (part of) what they owe, in cash; once per ``source``."""
    legs = [Leg(acc.CLEARING_CASH, customer, fen), Leg(acc.RECEIVABLE_CUSTOMER, customer, -fen)]
    return post(session, source, customer, "debt_paid", legs, at)


def waive_debt(session: Session, customer: str, fen: int, source: str, at: datetime) -> LedgerEntry:
    """Let a customer off (part of) what they owe; the guarantee fund bears it. Once per ``source``."""
    legs = [Leg(acc.GUARANTEE_FUND, "", fen), Leg(acc.RECEIVABLE_CUSTOMER, customer, -fen)]
    return post(session, source, customer, "debt_waived", legs, at)


def fund_left(session: Session) -> int:
    """Return what the guarantee fund can still pay: its balance less the fees it has advanced for customers."""
    return owed(session, acc.GUARANTEE_FUND, "") - balance(session, acc.RECEIVABLE_CUSTOMER)
