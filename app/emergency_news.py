"""Somebody of the staff took a role in an emergency: a second person is told, and has to look."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from accounts.events import EmergencyTaken
from accounts.models import Account, AccountRole
from core.actors import Role
from core.events import Handlers
from notices.models import Notice
from notices.notices import enqueue
from notices.tasks import open_task

REVIEW_WITHIN = timedelta(hours=24)
KIND = "emergency_taken"


def second_person(session: Session, event: EmergencyTaken, now: datetime) -> None:
    """Tell every lead and administrator but who took it, once, and have one of the leads look at what was done."""
    told = exists().where(Notice.to == Account.code, Notice.kind == KIND, Notice.about == event.grant_code)
    watching = AccountRole.role.in_([Role.OPS_LEAD.value, Role.ADMIN.value])
    query = select(Account.code).where(Account.state == "active", Account.code != event.account_code, ~told)
    for code in session.scalars(query.where(Account.roles.any(watching)).order_by(Account.id)):
        enqueue(session, code, KIND, event.grant_code, now)
    more = {"not_by": event.account_code, "taken": event.role}
    open_task(session, Role.OPS_LEAD, "emergency_review", event.grant_code, now + REVIEW_WITHIN, now, **more)


EMERGENCIES: Handlers = {EmergencyTaken: [second_person]}
