"""Idempotency: the same request twice is done once.

The row is inserted in the work's own transaction, so it exists exactly if the work does. Scope is the account
(or the session of somebody not signed in). Kept 7 days.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, Key
from core.errors import Conflict, InvalidInput

KEPT = timedelta(days=7)


class IdempotencyRow(Base):
    """One remembered answer."""

    __tablename__ = "idempotency"
    id: Mapped[Key]
    scope: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(80))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)
    __table_args__ = (Index("uq_idempotency_scope_key", "scope", "key", unique=True),)


@dataclass(frozen=True)
class Replay:
    """The answer that was given the first time."""

    status: int
    answer: dict[str, Any]


def fingerprint(*parts: str | bytes) -> str:
    """Return a digest of what was asked."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def begin(session: Session, scope: str, key: str, asked: str, now: datetime) -> Replay | None:
    """Claim the key in this transaction. Return the earlier answer if there is one.

    Another body under the same key is ``InvalidInput``; a first request still in flight elsewhere makes the
    insert wait for it (bounded by the lock timeout) and is then answered from its row, or a ``Conflict``.
    """
    claimed = session.execute(
        insert(IdempotencyRow)
        .values(scope=scope, key=key, fingerprint=asked, status=0, answer={}, at=now)
        .on_conflict_do_nothing()
        .returning(IdempotencyRow.id)
    ).first()
    if claimed is not None:
        return None
    row = session.scalars(select(IdempotencyRow).where(IdempotencyRow.scope == scope, IdempotencyRow.key == key)).one()
    if row.fingerprint != asked:
        raise InvalidInput({"Idempotency-Key": ["used_for_another_request"]})
    if not row.status:
        raise Conflict("request_in_flight", "The same request is still being worked on. Please ask again in a moment.")
    return Replay(row.status, row.answer)


def finish(session: Session, scope: str, key: str, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer beside the work."""
    row = session.scalars(select(IdempotencyRow).where(IdempotencyRow.scope == scope, IdempotencyRow.key == key)).one()
    row.status, row.answer = status, answer


def forget_old(session: Session, now: datetime) -> None:
    """Drop what is older than 7 days."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.at < now - KEPT))
