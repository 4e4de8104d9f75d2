"""Disputes, statements, evidence, decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed, Ref
from core.sealing import Sealed


class Dispute(Keyed, Base):
    """A case about one visit. ``severity`` is S0..S5, ``topic`` the kind a person chose, ``wish`` what they ask for.

    ``opened_by``, ``other_party`` and ``customer`` are account codes, ``worker`` is a worker's. ``contested_fen`` is
    the only amount held; ``refunded_fen`` what the guarantee fund has given back in this case. ``proposal`` is the
    remedy sent to both sides with the rule it comes from and their answers. ``ops_late``: we missed our deadline.
    """

    __tablename__ = "dispute"
    visit_code: Mapped[Ref]
    severity: Mapped[str] = mapped_column(String(2))
    topic: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(16), index=True)
    opened_by: Mapped[str] = mapped_column(String(24), index=True)
    opener_role: Mapped[str] = mapped_column(String(16))
    other_party: Mapped[str] = mapped_column(String(24), index=True)
    customer: Mapped[str] = mapped_column(String(24), index=True)
    worker: Mapped[str] = mapped_column(String(24), index=True)
    wish: Mapped[str] = mapped_column(String(24), default="")
    contested_fen: Mapped[int] = mapped_column(default=0)
    refunded_fen: Mapped[int] = mapped_column(default=0)
    rating_code: Mapped[str] = mapped_column(String(24), default="")
    opened_at: Mapped[datetime]
    reply_due_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    proposal_due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    appeal_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    proposal: Mapped[dict[str, Any]]
    ops_late: Mapped[bool] = mapped_column(default=False)
    statements: Mapped[list[Statement]] = relationship(order_by="Statement.at")
    evidence: Mapped[list[Evidence]] = relationship(order_by="Evidence.at")
    decisions: Mapped[list[Decision]] = relationship(order_by="Decision.at")
    __table_args__ = (
        Index(
            "uq_dispute_running",
            "visit_code",
            "severity",
            unique=True,
            postgresql_where=text("state not in ('closed','final','withdrawn')"),
        ),
    )


class Statement(Keyed, Base):
    """One party's words."""

    __tablename__ = "dispute_statement"
    dispute_id: Mapped[int] = mapped_column(ForeignKey("dispute.id"), index=True)
    by: Mapped[str] = mapped_column(String(24))
    role: Mapped[str] = mapped_column(String(16))
    words: Mapped[str]
    at: Mapped[datetime]


class Evidence(Keyed, Base):
    """A photo (re-encoded, without metadata) handed in by a party."""

    __tablename__ = "dispute_evidence"
    dispute_id: Mapped[int] = mapped_column(ForeignKey("dispute.id"), index=True)
    by: Mapped[str] = mapped_column(String(24))
    role: Mapped[str] = mapped_column(String(16))
    caption: Mapped[str] = mapped_column(default="")
    mime: Mapped[str] = mapped_column(String(24))
    content: Mapped[bytes] = mapped_column(Sealed("dispute_evidence.content"), deferred=True)
    at: Mapped[datetime]


class Decision(Keyed, Base):
    """What a named person decided, at first or on appeal, with the reason in words."""

    __tablename__ = "dispute_decision"
    dispute_id: Mapped[int] = mapped_column(ForeignKey("dispute.id"), index=True)
    level: Mapped[str] = mapped_column(String(8))
    by: Mapped[str] = mapped_column(String(24))
    remedy: Mapped[str] = mapped_column(String(24))
    fen: Mapped[int] = mapped_column(default=0)
    rating_effect: Mapped[str] = mapped_column(String(12), default="none")
    rule: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str]
    at: Mapped[datetime]
    carried_out_at: Mapped[datetime | None]
