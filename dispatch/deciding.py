"""What a roster becomes: offers for the chosen, reasons for the open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import matching
from core.actors import SYSTEM
from core.errors import Conflict
from core.policies import read_policy
from dispatch.models import Visit
from dispatch.offers import Pick, make_offers
from dispatch.policy import OfferPolicy
from dispatch.snapshot import Snapshot
from dispatch.states import VisitState
from dispatch.visits import find_visit
from geo.points import Point, metres_between
from matching.slots import SlotFinder, with_choices
from workers.models import Worker


def decide(session: Session, snap: Snapshot, roster: matching.Roster, round_id: int, now: datetime) -> int:
    """Make the offers of a roster and write why the rest stays open; return how many visits were offered."""
    others = _others(snap, roster)
    people = _workers(session, [*roster.choices, *(one for many in others.values() for one in many)])
    offered = 0
    for choice in roster.choices:
        visit = find_visit(session, choice.visit, lock=True)
        if visit.state not in (VisitState.OPEN, VisitState.RESCUE):
            continue
        asked: list[matching.Choice | matching.Candidate] = [choice, *others.get(choice.visit, [])]
        picks = [_pick(snap, visit, people[one.worker], one, now) for one in asked if one.worker in people]
        offered += _offer(session, visit, picks, round_id, now)
    for left in roster.unmatched:
        visit = find_visit(session, left.visit, lock=True)
        if visit.state in (VisitState.OPEN, VisitState.RESCUE):
            visit.open_reasons = [{"code": reason.code, "count": reason.count} for reason in left.reasons]
    return offered


def _workers(session: Session, chosen: Sequence[matching.Choice | matching.Candidate]) -> dict[str, Worker]:
    codes = {choice.worker for choice in chosen}
    return {worker.code: worker for worker in session.scalars(select(Worker).where(Worker.code.in_(codes)))}


def _offer(session: Session, visit: Visit, picks: Sequence[Pick], round_id: int, now: datetime) -> int:
    """Urgent visits go to up to three workers at once, others to one."""
    if not picks:
        return 0
    policy = read_policy(session, OfferPolicy, now, visit.zone)
    urgent = picks[0].starts_at - now < timedelta(hours=4) or visit.state == VisitState.RESCUE
    try:
        with session.begin_nested():
            make_offers(session, visit, picks[: policy.urgent_at_once if urgent else 1], SYSTEM, now, round_id)
    except Conflict:
        return 0
    visit.open_reasons = []
    return 1


def _pick(
    snap: Snapshot, visit: Visit, worker: Worker, choice: matching.Choice | matching.Candidate, now: datetime
) -> Pick:
    starts_at = snap.span.instant(choice.start)
    place = visit.job.place
    away = metres_between(Point(worker.home_lat, worker.home_lon), Point(place.lat, place.lon))
    alone = visit.job.preferred_worker == worker.code and starts_at - now > timedelta(hours=48)
    travel = max(0, choice.start - choice.leave_by)
    return Pick(worker, starts_at, travel, round(away), why_of(choice.terms, choice.added_travel), alone=alone)


def why_of(terms: Sequence[matching.Term], added_travel: int) -> list[dict[str, Any]]:
    """Return the reason for a choice as it is kept: every term that is not nothing, in travel minutes."""
    kept = [{"key": term.name, "minutes": round(term.minutes, 1)} for term in terms if abs(term.minutes) >= 0.5]
    return [*kept, {"key": "added_travel", "minutes": round(added_travel / 60, 1)}]


def _others(snap: Snapshot, roster: matching.Roster) -> dict[str, list[matching.Candidate]]:
    """For urgent visits: the next best workers, counting everything the roster gives away."""
    urgent = [choice for choice in roster.choices if choice.start - snap.problem.now < 4 * 3600]
    if not urgent:
        return {}
    finder = SlotFinder(with_choices(snap.problem, roster.choices))
    asked = {visit.code: visit for visit in snap.problem.visits}
    return {
        choice.visit: [one for one in finder.best_workers(asked[choice.visit], top=4) if one.worker != choice.worker]
        for choice in urgent
    }
