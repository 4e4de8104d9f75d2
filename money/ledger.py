"""The ledger: append-only double entry in fen. + is debit, − is credit; every entry sums to zero.

A fund or a sum we owe has a negative balance; :func:`owed` turns the sign. Corrections are reversals.
The database itself refuses changed, deleted and unbalanced rows (``migrations/guards.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.codes import new_code
from money.accounts import ALL
from money.models import LedgerEntry, Posting


@dataclass(frozen=True)
class Leg:
    """One leg of an entry: + debit, − credit, in fen."""

    account: str
    owner: str
    fen: int


def post(
    session: Session,
    source: str,
    source_id: str,
    kind: str,
    legs: Sequence[Leg],
    at: datetime,
    **note: Any,
) -> LedgerEntry:
    """Write one entry, once: a second call with the same ``(source, source_id, kind)`` returns the first entry.

    ``note`` explains it in codes. Legs of zero are left out. ``ValueError`` for legs that do not sum to zero or name
    an unknown account: that is a mistake in the program, never somebody's input.
    """
    kept = [leg for leg in legs if leg.fen]
    _check(kept)
    return _write(session, (source, source_id, kind), kept, at, note, None)


def reverse(session: Session, entry: LedgerEntry, at: datetime, note: Mapping[str, Any] | None = None) -> LedgerEntry:
    """Undo an entry by its mirror image, once: a second call returns the first reversal."""
    mirrored = [Leg(leg.account, leg.owner, -leg.fen) for leg in entry.postings]
    told = {**entry.note, "reverses": entry.code, **(note or {})}
    return _write(session, ("reversal", entry.code, f"reversed_{entry.kind}"[:40]), mirrored, at, told, entry.id)


def _check(legs: Sequence[Leg]) -> None:
    if not legs:
        raise ValueError("An entry needs legs.")
    if sum(leg.fen for leg in legs):
        raise ValueError("The legs of an entry must sum to zero.")
    unknown = {leg.account for leg in legs} - ALL
    if unknown:
        raise ValueError(f"There is no such account: {sorted(unknown)}.")


def _write(
    session: Session,
    name: tuple[str, str, str],
    legs: Sequence[Leg],
    at: datetime,
    note: Mapping[str, Any],
    reverses_id: int | None,
) -> LedgerEntry:
    source, source_id, kind = name
    row = {"source": source, "source_id": source_id, "kind": kind, "at": at, "note": dict(note)}
    entry_id = session.scalar(
        insert(LedgerEntry)
        .values(code=new_code("E"), reverses_id=reverses_id, **row)
        .on_conflict_do_nothing(index_elements=["source", "source_id", "kind"])
        .returning(LedgerEntry.id)
    )
    if entry_id is not None:
        session.add_all(Posting(entry_id=entry_id, account=leg.account, owner=leg.owner, fen=leg.fen) for leg in legs)
        session.flush()
    found = find_entry(session, source, source_id, kind)
    if found is None:
        raise AssertionError("An entry that conflicts exists.")
    return found


def find_entry(session: Session, source: str, source_id: str, kind: str) -> LedgerEntry | None:
    """Return the entry of this name, if it has been posted."""
    return session.scalars(
        select(LedgerEntry).where(
            LedgerEntry.source == source, LedgerEntry.source_id == source_id, LedgerEntry.kind == kind
        )
    ).first()


def balance(session: Session, account: str, owner: str | None = None) -> int:
    """Return the sum of an account in fen: of one owner, or of all owners together when none is named."""
    query = select(func.coalesce(func.sum(Posting.fen), 0)).where(Posting.account == account)
    if owner is not None:
        query = query.where(Posting.owner == owner)
    return int(session.scalar(query) or 0)


def owed(session: Session, account: str, owner: str | None = None) -> int:
    """Return what an account owes or has to spend: the balance with its sign turned."""
    return -balance(session, account, owner)


def balances(session: Session, account: str) -> dict[str, int]:
    """Return the balance of every owner of an account that is not zero."""
    total = func.sum(Posting.fen)
    rows = session.execute(
        select(Posting.owner, total).where(Posting.account == account).group_by(Posting.owner).having(total != 0)
    )
    return {owner: int(fen) for owner, fen in rows}


def global_sum(session: Session) -> int:
    """Return the sum of all postings: 0, always."""
    return int(session.scalar(select(func.coalesce(func.sum(Posting.fen), 0))) or 0)


def entries_of(session: Session, owner: str) -> list[LedgerEntry]:
    """Return every entry with a leg of this owner, oldest first (two queries, whatever their number)."""
    mine = select(Posting.entry_id).where(Posting.owner == owner)
    return list(
        session.scalars(select(LedgerEntry).where(LedgerEntry.id.in_(mine)).order_by(LedgerEntry.at, LedgerEntry.id))
    )


def lock_name(session: Session, *name: str) -> None:
    """Hold an advisory lock on a name until the transaction ends: whoever spends from one pool queues here."""
    key = func.hashtextextended("/".join(("ledger", *name)), 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))
