"""A recruiter does not agree with a sum: a lead looks at it, by a day the recruiter is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.errors import InvalidInput, NotFound
from core.policies import read_policy
from notices.models import StaffTask
from notices.tasks import open_task
from recruiting.moves import get_milestone
from recruiting.policy import AttributionPolicy

MOST_SIGNS = 500


def question_milestone(session: Session, actor: Actor, code: str, words: str, now: datetime) -> StaffTask:
    """Ask a lead to look at one of one's own sums; asked again while it is open, it stays one task. Moves no money."""
    row = get_milestone(session, actor, code)
    if actor.role is not Role.RECRUITER:
        raise NotFound
    said = words.strip()
    if not said:
        raise InvalidInput({"words": ["required"]})
    if len(said) > MOST_SIGNS:
        raise InvalidInput({"words": ["too_long"]})
    due = now + timedelta(days=read_policy(session, AttributionPolicy, now).review_days)
    told = {"worker": row.worker, "recruiter": row.recruiter, "reason": said}
    return open_task(session, Role.OPS_LEAD, "milestone_questioned", row.code, due, now, **told)
