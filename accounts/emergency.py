"""Breaking the glass: staff take a role they do not hold, for half an hour, with a reason, seen by a second person.

The session keeps its own role and names the grant; while the grant runs, its actor acts in the taken role and every
request leaves an audit row that names the grant. Nobody gets round four eyes by it: those compare people, not roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from accounts.events import EmergencyTaken
from accounts.models import WebSession
from core import events
from core.actors import Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.db import Base, Keyed
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound

MINUTES: Final = 30
TAKEABLE: Final[Mapping[Role, tuple[Role, ...]]] = {
    Role.OPS_AGENT: (Role.OPS_LEAD, Role.FINANCE),
    Role.OPS_LEAD: (Role.FINANCE,),
    Role.FINANCE: (Role.OPS_AGENT,),
    Role.ADMIN: (Role.OPS_AGENT, Role.OPS_LEAD, Role.FINANCE),
}
"""Which role may take which in an emergency. Nobody becomes an administrator this way."""


class EmergencyGrant(Keyed, Base):
    """A role taken in an emergency: by whom, from when until when (wall time), why, and when it was given back."""

    __tablename__ = "emergency_grant"
    account: Mapped[str] = mapped_column(String(24), index=True)
    home_role: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    ticket: Mapped[str] = mapped_column(String(40), server_default="")
    since: Mapped[datetime] = mapped_column(index=True)
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True)
class EmergencyInput:
    """Which role, why, and the ticket it belongs to if there is one."""

    role: str
    reason: str
    ticket: str = ""


def take_role(
    session: Session, web: WebSession, actor: Actor, given: EmergencyInput, when: tuple[datetime, datetime]
) -> EmergencyGrant:
    """Take a role for 30 minutes. ``when`` is (wall time, business time): access lives on the first.

    ``NotAllowed`` for a role that cannot be taken from here, ``Conflict`` while one is taken already.
    """
    wall, now = when
    if actor.emergency:
        raise Conflict("emergency_running", "You are acting in another role already. Give it back first.")
    if given.role not in takeable(actor):
        raise NotAllowed("role_not_takeable", "This role cannot be taken.")
    if not given.reason.strip():
        raise InvalidInput({"reason": ["required"]})
    row = EmergencyGrant(
        code=new_code("E"), account=actor.code, home_role=actor.role.value, role=given.role,
        reason=given.reason.strip(), ticket=given.ticket.strip(), since=wall, until=wall + timedelta(minutes=MINUTES),
    )  # fmt: skip
    session.add(row)
    web.emergency = row.code
    told = {"role": row.role, "until": row.until.isoformat(), "ticket": row.ticket}
    audit(session, actor, "emergency_taken", row.code, now, Change(row.reason, {"role": row.home_role}, told))
    events.record(session, EmergencyTaken(row.code, row.account, row.role), by=actor, at=now)
    session.flush()
    return row


def give_back(session: Session, web: WebSession, actor: Actor, when: tuple[datetime, datetime]) -> None:
    """End what was taken before its time; nothing happens when nothing is taken."""
    row = _grant(session, web.emergency)
    web.emergency = ""
    if row is not None and row.ended_at is None and when[0] < row.until:
        row.ended_at = when[0]
        audit(session, actor, "emergency_ended", row.code, when[1], Change(row.reason))


def takeable(actor: Actor) -> tuple[Role, ...]:
    """Return the roles this actor may take in an emergency."""
    return () if actor.emergency else TAKEABLE.get(actor.role, ())


def lent(session: Session, web: WebSession, actor: Actor, now: datetime) -> Actor:
    """Return the actor in the role taken, or as they are once the half hour is over. ``now`` is wall time."""
    row = _grant(session, web.emergency)
    if row is None or row.ended_at is not None or row.until <= now or row.account != actor.code:
        web.emergency = ""
        return actor
    return replace(actor, role=Role(row.role), emergency=row.code, reason=row.reason)


def list_grants(session: Session, actor: Actor, limit: int = 50) -> list[EmergencyGrant]:
    """Return what was taken in emergencies, latest first: for leads and administrators."""
    if actor.role not in (Role.OPS_LEAD, Role.ADMIN):
        raise NotFound
    return list(session.scalars(select(EmergencyGrant).order_by(EmergencyGrant.id.desc()).limit(limit)))


def running_grant(session: Session, actor: Actor) -> EmergencyGrant | None:
    """Return the grant this actor acts under."""
    return _grant(session, actor.emergency)


def _grant(session: Session, code: str) -> EmergencyGrant | None:
    return session.scalars(select(EmergencyGrant).where(EmergencyGrant.code == code)).first() if code else None
