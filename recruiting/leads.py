"""Leads: people met at a station who agreed to be called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.accounts import tidy_phone
from core.actors import Actor
from core.codes import new_code
from core.errors import InvalidInput, NotFound
from core.events import record
from core.policies import read_policy
from recruiting.events import LeadCaptured
from recruiting.models import Lead
from recruiting.policy import AttributionPolicy
from recruiting.recruiters import own_recruiter
from workers.policy import VettingPolicy

if TYPE_CHECKING:
    from recruiting.schemas import LeadInput


@dataclass(frozen=True)
class Captured:
    """The lead, and who has the same number: how many others in the last 30 days (not whom), and oneself before."""

    lead: Lead
    noted_elsewhere: int
    noted_before: bool = False


def capture_lead(session: Session, actor: Actor, met: LeadInput, now: datetime) -> Captured:
    """Note a person who agreed to be called; the same number again renews the lead. It attributes nothing yet."""
    recruiter = own_recruiter(session, actor)
    if met.consent_version != read_policy(session, VettingPolicy, now).consent_version:
        raise InvalidInput({"consent_version": ["not_current"]})
    phone = tidy_phone(met.phone)
    told = {
        "name": met.name,
        "skills": list(met.skills),
        "languages": list(met.languages),
        "hours": list(met.hours),
        "note": met.note,
        "consent_version": met.consent_version,
        "captured_at": now,
        "station": recruiter.station.code,
    }
    before = session.scalar(select(Lead.id).where(Lead.recruiter == recruiter.code, Lead.phone == phone))
    lead_id = session.scalar(
        insert(Lead)
        .values(code=new_code("L"), recruiter=recruiter.code, phone=phone, worker="", **told)
        .on_conflict_do_update(index_elements=["recruiter", "phone"], set_=told)
        .returning(Lead.id)
    )
    lead = session.scalars(select(Lead).where(Lead.id == lead_id).execution_options(populate_existing=True)).one()
    record(session, LeadCaptured(lead.code, recruiter.code), by=actor, at=now)
    return Captured(lead, len(_others(session, lead, now)), before is not None)


def get_lead(session: Session, actor: Actor, code: str, now: datetime) -> Captured:
    """Return one's own lead with who else has the number; ``NotFound`` to everybody else, and once they applied."""
    recruiter = own_recruiter(session, actor)
    lead = session.scalars(select(Lead).where(Lead.code == code, Lead.recruiter == recruiter.code)).first()
    if lead is None or lead.worker:
        raise NotFound
    return Captured(lead, len(_others(session, lead, now)))


def _others(session: Session, lead: Lead, now: datetime) -> list[str]:
    fresh = now - timedelta(days=read_policy(session, AttributionPolicy, now).days)
    return list(
        session.scalars(
            select(Lead.code).where(
                Lead.phone == lead.phone, Lead.recruiter != lead.recruiter, Lead.captured_at >= fresh
            )
        )
    )


def lead_of(session: Session, recruiter_code: str, phone: str, now: datetime) -> Lead | None:
    """Return the recruiter's lead of a number if it is fresh enough to count."""
    fresh = now - timedelta(days=read_policy(session, AttributionPolicy, now).days)
    return session.scalars(
        select(Lead).where(Lead.recruiter == recruiter_code, Lead.phone == phone, Lead.captured_at >= fresh)
    ).first()
