"""The audit: what staff did, append-only, written in the act's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.actors import Actor
from core.db import Base, Key, Ref
from core.errors import InvalidInput


class AuditRow(Base):
    """One act of staff. The database refuses to change or delete it."""

    __tablename__ = "audit"
    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(index=True)
    act: Mapped[str] = mapped_column(String(48))
    about: Mapped[Ref]
    actor_role: Mapped[str] = mapped_column(String(16))
    actor_code: Mapped[str] = mapped_column(String(24), index=True)
    on_behalf_of: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


@dataclass(frozen=True)
class Change:
    """Why, and from what to what."""

    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def audit(session: Session, actor: Actor, act: str, about: str, at: datetime, change: Change) -> None:
    """Write one audit row. Staff must give a reason; an act without one is refused before anything is written."""
    said = (change.reason or actor.reason).strip()
    if actor.is_staff and not said:
        raise InvalidInput({"reason": ["required"]})
    session.add(
        AuditRow(
            at=at,
            act=act,
            about=about,
            actor_role=actor.role.value,
            actor_code=actor.code,
            on_behalf_of=actor.on_behalf_of,
            reason=said,
            before=dict(change.before),
            after=dict(change.after) | ({"emergency": actor.emergency} if actor.emergency else {}),
        )
    )


def trail(session: Session, about: str, limit: int = 100) -> list[AuditRow]:
    """Return what staff did about one thing, latest first."""
    query = select(AuditRow).where(AuditRow.about == about).order_by(AuditRow.id.desc()).limit(limit)
    return list(session.scalars(query))
