"""Between two neighbours who may not know each other: a recruiter's sum and the case about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.errors import NotFound
from core.events import Handlers, timeline
from disputes.events import DisputeDecided
from disputes.incentives import ADD, IncentiveClaim, open_incentive_case
from disputes.models import Dispute
from recruiting.adding import add_decided
from recruiting.moves import get_milestone

_FIXED = frozenset({"vested", "forfeited", "reversed"})


def contest_milestone(session: Session, actor: Actor, code: str, words: str, now: datetime) -> Dispute:
    """Open a case about one of one's own sums; ``NotFound`` for anybody else's."""
    row = get_milestone(session, actor, code)
    if actor.role is not Role.RECRUITER:
        raise NotFound
    fixed = [one.at for one in timeline(session, code) if str(one.payload.get("state", "")) in _FIXED]
    claim = IncentiveClaim(row.code, row.fen - row.team_fen, max(fixed, default=row.vested_at))
    return open_incentive_case(session, actor, claim, words, now)


def on_decided(session: Session, event: DisputeDecided, now: datetime) -> None:
    """A case about a sum was decided for the recruiter: owe what is missing. Doing it again adds nothing."""
    if event.remedy == ADD:
        add_decided(session, event.visit_code, event.dispute_code, event.fen, now)


INCENTIVES: Handlers = {DisputeDecided: [on_decided]}
