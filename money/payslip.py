"""The payslip: what a worker earned and received, line by line, and the proof that nothing was kept back.

Everything is computed from postings alone; the commission is what went anywhere else, not a number we claim.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from money import accounts as acc
from money.models import LedgerEntry, Posting

_MINE: Final = (acc.PAYABLE_WORKER, acc.TIPS_WORKER)
_FROM_CUSTOMER: Final = acc.CLEARING | {acc.RECEIVABLE_CUSTOMER}
_FROM_COMPANY: Final = frozenset({acc.SUBSIDY_POOL, acc.GUARANTEE_FUND})
_PASSING: Final = frozenset({acc.ESCROW_VISIT, acc.HOLD_DISPUTE, acc.CREDIT_CUSTOMER})
_RECEIVED: Final = re.compile(r"(reversed_)?(kept_cash|paid_out)")
Sums = Mapping[str, int]


@dataclass(frozen=True)
class Proof:
    """Where the money of one line came from and went, in fen, from the ledger.

    Customer and company together equal worker, held and commission.
    """

    customer_paid_fen: int
    company_paid_fen: int
    worker_got_fen: int
    held_fen: int
    commission_fen: int
    processing_fen: int


@dataclass(frozen=True)
class PayLine:
    """One line: ``kind`` and ``params`` are codes for the page to put into words; + is in the worker's favour.

    ``received`` lines are money in hand (cash kept, paid out), the others are earnings and carry their proof.
    """

    at: datetime
    kind: str
    about: str
    fen: int
    received: bool
    params: dict[str, Any]
    proof: Proof | None


@dataclass(frozen=True)
class Payslip:
    """A period's lines and sums in fen. ``owed_fen`` is what is still to be paid at its end."""

    worker: str
    since: datetime
    until: datetime
    lines: tuple[PayLine, ...]
    total_fen: int
    received_fen: int
    owed_fen: int
    customer_paid_fen: int
    company_paid_fen: int
    worker_got_fen: int
    held_fen: int
    commission_fen: int
    processing_fen: int


def payslip(session: Session, worker_code: str, since: datetime, until: datetime) -> Payslip:
    """Return the worker's payslip of ``since ≤ at < until``, in five queries whatever its length."""
    rows = _rows(session, worker_code, since, until)
    own = _own_sums(session, [row.id for row in rows])
    visits = _visit_sums(session, {row.source_id for row in rows if acc.ESCROW_VISIT in own[row.id]})
    costs = _processing(session, visits)
    lines = tuple(_line(row, own[row.id], visits, costs) for row in rows)
    proofs = [line.proof for line in lines if line.proof is not None]
    earned = sum(line.fen for line in lines if not line.received)
    return Payslip(
        worker=worker_code,
        since=since,
        until=until,
        lines=lines,
        total_fen=earned,
        received_fen=-sum(line.fen for line in lines if line.received),
        owed_fen=_owed(session, worker_code, until),
        customer_paid_fen=sum(proof.customer_paid_fen for proof in proofs),
        company_paid_fen=sum(proof.company_paid_fen for proof in proofs),
        worker_got_fen=sum(proof.worker_got_fen for proof in proofs),
        held_fen=sum(proof.held_fen for proof in proofs),
        commission_fen=sum(proof.commission_fen for proof in proofs),
        processing_fen=sum(proof.processing_fen for proof in proofs),
    )


def _rows(session: Session, worker_code: str, since: datetime, until: datetime) -> Sequence[Row[Any]]:
    query = (
        select(
            LedgerEntry.id,
            LedgerEntry.at,
            LedgerEntry.kind,
            LedgerEntry.source,
            LedgerEntry.source_id,
            LedgerEntry.note,
            (-func.sum(Posting.fen)).label("fen"),
        )
        .join(Posting, Posting.entry_id == LedgerEntry.id)
        .where(Posting.account.in_(_MINE), Posting.owner == worker_code)
        .where(LedgerEntry.at >= since, LedgerEntry.at < until)
        .group_by(LedgerEntry.id)
        .order_by(LedgerEntry.at, LedgerEntry.id)
    )
    return session.execute(query).all()


def _own_sums(session: Session, entries: Collection[int]) -> Mapping[int, Sums]:
    """The sums by account of each entry."""
    rows = session.execute(
        select(Posting.entry_id, Posting.account, func.sum(Posting.fen))
        .where(Posting.entry_id.in_(entries))
        .group_by(Posting.entry_id, Posting.account)
    )
    return _nested(rows.all())


def _visit_sums(session: Session, visits: Collection[str]) -> Mapping[str, Sums]:
    """The sums by account of all entries that went through each visit's escrow."""
    escrow = aliased(Posting)
    rows = session.execute(
        select(escrow.owner, Posting.account, func.sum(Posting.fen))
        .join(escrow, escrow.entry_id == Posting.entry_id)
        .where(escrow.account == acc.ESCROW_VISIT, escrow.owner.in_(visits))
        .group_by(escrow.owner, Posting.account)
    )
    return _nested(rows.all())


def _processing(session: Session, visits: Collection[str]) -> Mapping[str, int]:
    rows = session.execute(
        select(Posting.owner, func.sum(Posting.fen))
        .where(Posting.account == acc.PROCESSING_COST, Posting.owner.in_(visits))
        .group_by(Posting.owner)
    )
    return {row[0]: int(row[1]) for row in rows}


def _owed(session: Session, worker_code: str, until: datetime) -> int:
    total = session.scalar(
        select(func.coalesce(-func.sum(Posting.fen), 0))
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(Posting.account.in_(_MINE), Posting.owner == worker_code, LedgerEntry.at < until)
    )
    return int(total or 0)


def _nested(rows: Iterable[Any]) -> Mapping[Any, Sums]:
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for key, account, fen in rows:
        found[key][account] = int(fen)
    return found


def _line(row: Row[Any], own: Sums, visits: Mapping[str, Sums], costs: Mapping[str, int]) -> PayLine:
    received = _RECEIVED.match(row.kind) is not None
    about = row.note.get("visit", row.source_id)
    settled = acc.ESCROW_VISIT in own
    proof = (
        None if received else prove(visits[row.source_id] if settled else own, costs.get(about, 0) if settled else 0)
    )
    params = {} if proof is None or not proof.held_fen else {"held_fen": proof.held_fen}
    return PayLine(row.at, re.sub(r"_\d+$", "", row.kind), about, int(row.fen), received, params, proof)


def prove(sums: Sums, processing_fen: int) -> Proof:
    """Return where the money of these postings came from and went."""
    from_customer = sum(fen for account, fen in sums.items() if account in _FROM_CUSTOMER)
    from_company = sum(fen for account, fen in sums.items() if account in _FROM_COMPANY)
    worker = -sum(sums.get(account, 0) for account in _MINE)
    known = _FROM_CUSTOMER | _FROM_COMPANY | _PASSING | set(_MINE)
    elsewhere = -sum(fen for account, fen in sums.items() if account not in known)
    return Proof(from_customer, from_company, worker, -sums.get(acc.HOLD_DISPUTE, 0), elsewhere, processing_fen)
