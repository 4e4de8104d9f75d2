"""Quotes, ledger entries and postings, payments, payouts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Key, Keyed


class Quote(Keyed, Base):
    """A priced answer to a request. ``asked`` is the validated request; ``lines`` add up to ``total_fen``.

    A line is ``{"kind", "fen", "params"}``. ``worker_fen`` is what reaches the worker (for a basic job: the whole
    price, before any subsidy paid by the company). No customer belongs to a quote until the phone code.
    """

    __tablename__ = "quote"
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    session_hash: Mapped[str] = mapped_column(String(64), default="")
    asked: Mapped[dict[str, Any]]
    lines: Mapped[list[Any]]
    total_fen: Mapped[int]
    worker_fen: Mapped[int]
    policy_version: Mapped[int]
    job_code: Mapped[str] = mapped_column(String(24), default="")


class LedgerEntry(Keyed, Base):
    """One movement of money. ``(source, source_id, kind)`` happens once; rows never change."""

    __tablename__ = "ledger_entry"
    source: Mapped[str] = mapped_column(String(24))
    source_id: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(index=True)
    note: Mapped[dict[str, Any]]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    postings: Mapped[list[Posting]] = relationship(back_populates="entry", lazy="selectin")
    __table_args__ = (Index("uq_ledger_entry_once", "source", "source_id", "kind", unique=True),)


class Posting(Base):
    """One leg: + is debit, − is credit. ``account`` as in the glossary; ``owner`` is whose, empty for none.

    An owner is a code (visit, account, worker, recruiter), a zone's slug, or ``zone/2026-11`` for a month's budget.
    """

    __tablename__ = "ledger_posting"
    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), index=True)
    account: Mapped[str] = mapped_column(String(40))
    owner: Mapped[str] = mapped_column(String(40), default="")
    fen: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    entry: Mapped[LedgerEntry] = relationship(back_populates="postings")
    __table_args__ = (Index("ix_ledger_posting_account", "account", "owner"),)


class Payment(Keyed, Base):
    """Money asked for or received for one visit through a provider; the external reference is unique."""

    __tablename__ = "payment"
    visit_code: Mapped[str] = mapped_column(String(24), index=True)
    provider: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    fen: Mapped[int]
    external: Mapped[str | None] = mapped_column(String(80), unique=True)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    __table_args__ = (
        Index("uq_payment_live", "visit_code", "provider", unique=True, postgresql_where=text("state <> 'void'")),
    )


class Payout(Keyed, Base):
    """Money leaving to a person: ``made``, then ``paid`` or ``void``. Paid once; a large one by a second person."""

    __tablename__ = "payout"
    owner: Mapped[str] = mapped_column(String(24), index=True)
    account: Mapped[str] = mapped_column(String(40), default="")
    fen: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(24), default="")
    paid_at: Mapped[datetime | None]
    paid_by: Mapped[str] = mapped_column(String(24), default="")
    __table_args__ = (
        Index("uq_payout_made", "owner", "account", unique=True, postgresql_where=text("state = 'made'")),
    )
