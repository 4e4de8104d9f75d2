"""Stations and the recruiters who stand there."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from accounts.accounts import account_by_code, grant_role
from accounts.models import Account
from core.actors import Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from recruiting.models import Recruiter, Station

if TYPE_CHECKING:
    from recruiting.schemas import RecruiterInput

_HIRING = frozenset({Role.OPS_LEAD, Role.ADMIN, Role.SYSTEM})
_READING = frozenset({Role.OPS_AGENT, Role.OPS_LEAD, Role.FINANCE, Role.ADMIN, Role.SYSTEM})


def recruiter_by_code(session: Session, code: str) -> Recruiter | None:
    """Return the recruiter, whoever asks, or None (a station's code, a code nobody has)."""
    query = select(Recruiter).where(Recruiter.code == code).options(joinedload(Recruiter.station))
    return session.scalars(query).first()


def get_recruiter(session: Session, actor: Actor, code: str) -> Recruiter:
    """Return the recruiter to themselves and to the desk; ``NotFound`` to everyone else."""
    found = recruiter_by_code(session, code)
    own = actor.role is Role.RECRUITER and actor.person == code
    if found is None or not (own or actor.role in _READING):
        raise NotFound
    return found


def own_recruiter(session: Session, actor: Actor) -> Recruiter:
    """Return the recruiter who acts, or ``NotFound``."""
    if actor.role is not Role.RECRUITER or not actor.person:
        raise NotFound
    return get_recruiter(session, actor, actor.person)


def add_recruiter(session: Session, actor: Actor, wanted: RecruiterInput, now: datetime) -> Recruiter:
    """Make an account a recruiter at a station. Nobody hires themselves."""
    if actor.role not in _HIRING:
        raise NotFound
    if actor.code and actor.code == wanted.account_code:
        raise NotAllowed("own_case", "Nobody decides about themselves.")
    station = station_by_code(session, wanted.station_code)
    if station is None:
        raise InvalidInput({"station_code": ["unknown"]})
    account = account_by_code(session, wanted.account_code)
    if session.scalar(select(Recruiter.id).where(Recruiter.account_code == account.code)) is not None:
        raise Conflict("recruiter_already", "This account belongs to a recruiter already.")
    made = Recruiter(
        code=new_code("R"), account_code=account.code, name=wanted.name, station=station, joined_at=now, state="active"
    )
    session.add(made)
    session.flush()
    audit(session, actor, "recruiter_added", made.code, now, Change(wanted.reason, after={"station": station.code}))
    grant_role(session, account, Role.RECRUITER, made.code, now, by=actor)
    return made


def set_recruiter_state(session: Session, actor: Actor, code: str, state: str, reason: str, now: datetime) -> Recruiter:
    """Put a recruiter to "active", "retraining" (screening fees wait) or "left"."""
    if actor.role not in _HIRING:
        raise NotFound
    recruiter = get_recruiter(session, actor, code)
    forbid_own(actor, recruiter)
    if state not in {"active", "retraining", "left"}:
        raise InvalidInput({"state": ["not_a_choice"]})
    change = Change(reason, {"state": recruiter.state}, {"state": state})
    audit(session, actor, "recruiter_state_set", code, now, change)
    recruiter.state = state
    session.flush()
    return recruiter


def forbid_own(actor: Actor, recruiter: Recruiter | None) -> None:
    """Refuse staff who would decide about their own incentive."""
    if recruiter is not None and actor.code and actor.code == recruiter.account_code:
        raise NotAllowed("own_case", "Nobody decides about themselves.")


def account_of(session: Session, recruiter: Recruiter) -> Account:
    """Return the account behind a recruiter."""
    return account_by_code(session, recruiter.account_code)


def station_by_code(session: Session, code: str) -> Station | None:
    """Return the station, or None."""
    return session.scalars(select(Station).where(Station.code == code)).first()
