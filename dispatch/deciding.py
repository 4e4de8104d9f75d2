"""What a roster becomes: offers for the chosen, reasons for the open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

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
    offered = 0
    for choice in roster.choices:
        visit = find_visit(session, choice.visit, lock=True)
        if visit.state not in (VisitState.OPEN, VisitState.RESCUE):
            continue
        picks = [_pick(snap, visit, choice, now), *others.get(choice.visit, [])]
        try:
            with session.begin_nested():
                make_offers(session, visit, _fresh(session, picks, visit, now), SYSTEM, now, round_id)
        except Conflict:
            continue
        visit.open_reasons = []
        offered += 1
    for left in roster.unmatched:
        visit = find_visit(session, left.visit, lock=True)
        if visit.state in (VisitState.OPEN, VisitState.RESCUE):
            visit.open_reasons = [{"code": reason.code, "count": reason.count} for reason in left.reasons]
    return offered


def _fresh(session: Session, picks: Sequence[Pick], visit: Visit, now: datetime) -> list[Pick]:
    """Urgent visits go to up to three workers at once, others to one; rows belong to this session."""
    policy = read_policy(session, OfferPolicy, now, visit.zone)
    urgent = picks[0].starts_at - now < timedelta(hours=4) or visit.state == VisitState.RESCUE
    kept = picks[: policy.urgent_at_once] if urgent else picks[:1]
    return [replace(pick, worker=session.get_one(Worker, pick.worker.id)) for pick in kept]


def _pick(snap: Snapshot, visit: Visit, choice: matching.Choice | matching.Candidate, now: datetime) -> Pick:
    worker = snap.workers[choice.worker]
    starts_at = snap.span.instant(choice.start)
    place = visit.job.place
    travel = max(0, choice.start - choice.leave_by)
    away = metres_between(Point(worker.home_lat, worker.home_lon), Point(place.lat, place.lon))
    alone = visit.job.preferred_worker == worker.code and starts_at - now > timedelta(hours=48)
    return Pick(worker, starts_at, travel, round(away), why_of(choice.terms, choice.added_travel), alone=alone)


def why_of(terms: Sequence[matching.Term], added_travel: int) -> list[dict[str, Any]]:
    """Return the reason for a choice as it is kept: every term that is not nothing, in travel minutes."""
    kept = [{"key": term.name, "minutes": round(term.minutes, 1)} for term in terms if abs(term.minutes) >= 0.5]
    return [*kept, {"key": "added_travel", "minutes": round(added_travel / 60, 1)}]


def _others(snap: Snapshot, roster: matching.Roster) -> dict[str, list[Pick]]:
    """For urgent visits: the next best workers, counting everything the roster gives away."""
    now_second = snap.problem.now
    urgent = [choice for choice in roster.choices if choice.start - now_second < 4 * 3600]
    if not urgent:
        return {}
    finder = SlotFinder(with_choices(snap.problem, roster.choices))
    asked = {visit.code: visit for visit in snap.problem.visits}
    found: dict[str, list[Pick]] = {}
    for choice in urgent:
        best = finder.best_workers(asked[choice.visit], top=4)
        row = snap.visits[choice.visit]
        now = snap.span.instant(now_second)
        found[choice.visit] = [_pick(snap, row, one, now) for one in best if one.worker != choice.worker]
    return found
