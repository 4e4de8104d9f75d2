"""Finding a milestone, and the one way to move it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.audit import Change, audit
from core.errors import NotFound
from core.events import record
from core.states import claim
from recruiting.events import MilestoneMoved
from recruiting.models import Milestone
from recruiting.recruiters import forbid_own, recruiter_by_code
from recruiting.states import MILESTONE_MOVES, MilestoneMove, MilestoneState

_READING = frozenset({Role.OPS_AGENT, Role.OPS_LEAD, Role.FINANCE, Role.ADMIN, Role.SYSTEM})


def get_milestone(session: Session, actor: Actor, code: str, *, lock: bool = False) -> Milestone:
    """Return a milestone to the recruiter it belongs to and to the desk; ``NotFound`` to everyone else."""
    query = select(Milestone).where(Milestone.code == code)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).first()
    own = row is not None and actor.role is Role.RECRUITER and bool(actor.person) and row.recruiter == actor.person
    if row is None or not (own or actor.role in _READING):
        raise NotFound
    return row


def move_milestone(
    session: Session, actor: Actor, row: Milestone, move: MilestoneMove, now: datetime, **values: object
) -> None:
    """Claim the move and record it. Staff never move their own; they give a reason (``reason``), kept on the row."""
    seen = MilestoneState(row.state)
    step = MILESTONE_MOVES.step(seen, move, actor)
    if actor.is_staff:
        forbid_own(actor, recruiter_by_code(session, row.recruiter))
        said = Change(str(values.get("reason", "")), {"state": seen.value}, {"state": step.to.value, "fen": row.fen})
        audit(session, actor, f"milestone_{move}", row.code, now, said)
    claim(session, row, seen, step.to, **values)
    record(session, MilestoneMoved(row.code, row.recruiter, move.value, step.to.value), by=actor, at=now)
