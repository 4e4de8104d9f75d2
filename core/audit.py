"""The audit: what staff did, append-only, written in the act's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.actors import Actor, Role
from core.db import Base, Key, Ref
from core.errors import InvalidInput, NotFound
from core.paging import Page, fetch_page


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


LOOKS: Final = ("late", "rescue", "customer_asks", "worker_asks", "safety", "case", "other")


@dataclass(frozen=True)
class Look:
    """Why staff look at something personal: one of :data:`LOOKS`, words (a must for "other"), perhaps a ticket."""

    why: str
    words: str = ""
    ticket: str = ""

    def change(self) -> Change:
        """Return it as it is written down; ``InvalidInput`` when no reason is given."""
        if self.why not in LOOKS:
            raise InvalidInput({"why": ["not_a_choice"]})
        if self.why == "other" and not self.words.strip():
            raise InvalidInput({"reason": ["required"]})
        said = ": ".join(part for part in (self.why, self.words.strip()) if part)
        return Change(said, after={"ticket": self.ticket.strip()} if self.ticket.strip() else {})


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


def list_audit(session: Session, actor: Actor, code: str = "", after: str = "") -> Page[AuditRow]:
    """Return one page of what staff did, latest first: for leads and administrators.

    ``code``: an account, what it was about, or the grant of an emergency.
    """
    if actor.role not in (Role.OPS_LEAD, Role.ADMIN):
        raise NotFound
    query = select(AuditRow)
    if code:
        grant = AuditRow.after["emergency"].as_string() == code
        query = query.where(or_(AuditRow.actor_code == code, AuditRow.about == code, grant))
    return fetch_page(session, query, AuditRow.id, after)
