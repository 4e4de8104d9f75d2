"""The ledger as people read it: entries with their legs, filtered, page by page; all entries about one thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.actors import Actor
from core.errors import NotFound
from core.paging import Page, fetch_page
from money.models import LedgerEntry, Posting


@dataclass(frozen=True)
class LegLine:
    """One leg: + is debit, − is credit, in fen; ``owner`` is whose, empty for none."""

    account: str
    owner: str
    fen: int


@dataclass(frozen=True)
class EntryLine:
    """One movement of money."""

    code: str
    at: datetime
    kind: str
    source: str
    source_id: str
    legs: Sequence[LegLine]
    note: Mapping[str, Any]
    reverses: bool

    @property
    def fen(self) -> int:
        """How much moved: the sum of the debits."""
        return sum(leg.fen for leg in self.legs if leg.fen > 0)


@dataclass(frozen=True)
class BookWish:
    """What to list: an account, a kind, and words (a code of an owner, of an entry or of what it is about)."""

    account: str = ""
    kind: str = ""
    q: str = ""


def book_page(session: Session, actor: Actor, wish: BookWish, after: str = "", size: int = 40) -> Page[EntryLine]:
    """Return one page of entries, newest first; two queries. Staff only."""
    if not actor.is_staff:
        raise NotFound
    page = fetch_page(session, _query(wish), LedgerEntry.id, after, size)
    return Page([_line(entry) for entry in page.rows], page.after)


def entries_about(session: Session, actor: Actor, code: str) -> list[EntryLine]:
    """Return everything that moved about one thing (its own entries, and legs it owns), oldest first."""
    if not actor.is_staff:
        raise NotFound
    query = _query(BookWish(q=code)).order_by(LedgerEntry.at, LedgerEntry.id)
    return [_line(entry) for entry in session.scalars(query.limit(200))]


def kinds_known(session: Session) -> tuple[list[str], list[str]]:
    """Return the accounts and the kinds of entries there are: what the filters offer."""
    accounts = session.scalars(select(Posting.account).distinct().order_by(Posting.account)).all()
    kinds = session.scalars(select(LedgerEntry.kind).distinct().order_by(LedgerEntry.kind)).all()
    return list(accounts), list(kinds)


def _query(wish: BookWish) -> Any:
    query = select(LedgerEntry)
    if wish.kind:
        query = query.where(LedgerEntry.kind == wish.kind)
    if wish.account:
        query = query.where(LedgerEntry.id.in_(select(Posting.entry_id).where(Posting.account == wish.account)))
    text = wish.q.strip()
    if not text:
        return query
    mine = select(Posting.entry_id).where(Posting.owner == text)
    return query.where(
        or_(LedgerEntry.code == text, LedgerEntry.source_id == text, LedgerEntry.source_id.like(f"{text}/%"),
            LedgerEntry.id.in_(mine))
    )  # fmt: skip


def _line(entry: LedgerEntry) -> EntryLine:
    legs = [LegLine(leg.account, leg.owner, leg.fen) for leg in sorted(entry.postings, key=lambda leg: -leg.fen)]
    return EntryLine(
        code=entry.code,
        at=entry.at,
        kind=entry.kind,
        source=entry.source,
        source_id=entry.source_id,
        legs=legs,
        note=entry.note,
        reverses=entry.reverses_id is not None,
    )
