"""What asking somebody now may cost later, from the last plans of the days in question."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.policies import read_policy
from dispatch.models import Round
from dispatch.policy import PlanPolicy
from dispatch.prices import cost_of
from dispatch.snapshot import Snapshot
from matching.slots import Cost


def opportunity(session: Session, snapshot: Snapshot) -> Cost | None:
    """Return what workers' time is worth elsewhere in these days, for ``SlotFinder``; None where no plan was short.

    One query. Whoever a plan was short of is asked for something else only if they are so much better for it.
    """
    span = snapshot.span
    latest = (
        select(func.max(Round.id))
        .where(Round.day.between(span.first, span.last), Round.state == "done")
        .group_by(Round.day, Round.zone)
    )
    prices: dict[int, dict[str, dict[str, dict[str, float]]]] = {}
    for day, priced in session.execute(select(Round.day, Round.prices).where(Round.id.in_(latest))):
        if day is not None and priced.get("workers"):
            known = prices.setdefault((day - span.first).days, {"workers": {}})
            known["workers"] |= priced["workers"]
    share = read_policy(session, PlanPolicy, span.epoch).opportunity_share
    return cost_of(snapshot.problem, prices, share) if prices else None
