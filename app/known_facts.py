"""What an account's owner can be asked about after a long absence: their name here, where the last visit was."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.models import Account
from accounts.steps import Facts
from dispatch.models import Job, Visit
from places.models import Compound, Place
from workers.models import Worker

NO_COMPOUND = "none"


def known_facts(session: Session, account: Account) -> Facts | None:
    """Return what is known of the account, as customer or worker; None when there was no visit to ask about."""
    worker = session.scalars(select(Worker).where(Worker.account_code == account.code)).first()
    mine = [Visit.customer == account.code]
    if worker is not None:
        mine.append(Visit.worker_id == worker.id)
    last = session.execute(
        select(Compound.slug)
        .select_from(Visit)
        .join(Job, Job.id == Visit.job_id)
        .join(Place, Place.id == Job.place_id)
        .outerjoin(Compound, Compound.id == Place.compound_id)
        .where(or_(*mine), Visit.starts_at.is_not(None))
        .order_by(Visit.starts_at.desc())
        .limit(1)
    ).first()
    name = f"{worker.family_name} {worker.name}" if worker is not None else account.name
    return Facts(name, last[0] or NO_COMPOUND) if last is not None and name.strip() else None
