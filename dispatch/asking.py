"""Asking by hand: who could take an open visit, at which start, at what price; and why the others cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import matching
from core.actors import Actor
from core.errors import Conflict, NotFound
from dispatch.deciding import why_of
from dispatch.models import Offer, Visit
from dispatch.offers import Pick, offer_to
from dispatch.opportunity import opportunity
from dispatch.rounds import take_snapshot
from dispatch.states import UNMATCHED
from dispatch.visits import find_visit
from geo.points import Point, metres_between
from matching.problem import UNITS_PER_MINUTE
from matching.slots import SlotFinder
from workers.models import Worker


@dataclass(frozen=True)
class Able:
    """Somebody who could come without moving anything promised. Minutes are travel minutes; ``chance`` 0..1.

    ``terms`` are (name, minutes), the largest first. ``asked`` while an offer of this visit lies with them.
    """

    code: str
    name: str
    family_name: str
    trial: bool
    start: datetime
    leave_by: datetime
    added_minutes: int
    chance: float
    worth: float
    terms: Sequence[tuple[str, float]]
    asked: bool = False


@dataclass(frozen=True)
class Asking:
    """The answer to "who could do this?": the best first, and how many cannot for which reason."""

    able: Sequence[Able]
    reasons: Mapping[str, int]
    total: int


def who_could(session: Session, actor: Actor, visit_code: str, now: datetime, top: int = 6) -> Asking:
    """Return who could take an open visit now; nobody when its time has passed. Operations only."""
    visit = _open_visit(session, actor, visit_code)
    snap = take_snapshot(session, [visit], visit.job.place.zone, now)
    if not snap.problem.visits:
        return Asking((), {"outside_window": len(snap.problem.workers)}, len(snap.problem.workers))
    cost = opportunity(session, snap)
    finder, wish = SlotFinder(_unasked(snap.problem, visit.code), cost), snap.problem.visits[0]
    found = finder.best_workers(wish, top=top)
    people = {worker.code: worker for worker in _workers(session, [one.worker for one in found])}
    asked = set(
        session.scalars(select(Worker.code).join(Offer).where(Offer.visit_id == visit.id, Offer.state == "live"))
    )
    return Asking(
        able=[_able(snap.span.instant, one, people[one.worker], asked=one.worker in asked) for one in found],
        reasons=dict(Counter(finder.reasons(wish).values()).most_common()),
        total=len(snap.problem.workers),
    )


def ask_worker(
    session: Session, actor: Actor, visit_code: str, worker_code: str, start: datetime, now: datetime
) -> Offer:
    """Offer an open visit to one worker at a start, looked at again now; ``Conflict`` when it no longer fits."""
    visit = _open_visit(session, actor, visit_code)
    snap = take_snapshot(session, [visit], visit.job.place.zone, now)
    gone = Conflict("worker_cannot", "This worker cannot take this visit at that time any more.")
    if not snap.problem.visits:
        raise gone
    second = int((start - snap.span.epoch).total_seconds())
    finder = SlotFinder(snap.problem, opportunity(session, snap))
    every = finder.best_workers(snap.problem.visits[0], len(snap.problem.workers), start=second)
    chosen = next((one for one in every if one.worker == worker_code), None)
    if chosen is None:
        raise gone
    worker = _workers(session, [worker_code])[0]
    return offer_to(session, actor, visit_code, _pick(visit, worker, chosen, start), now)


def _unasked(problem: matching.Problem, code: str) -> matching.Problem:
    """The problem as if nobody were being asked for this visit: its own live offers keep nobody busy."""
    people = [
        replace(worker, committed=tuple(stop for stop in worker.committed if stop.visit != code))
        for worker in problem.workers
    ]
    return replace(problem, workers=tuple(people))


def _open_visit(session: Session, actor: Actor, code: str) -> Visit:
    if not actor.is_ops:
        raise NotFound
    visit = find_visit(session, code)
    if visit.state not in UNMATCHED:
        raise Conflict("visit_offer_not_now", f"This is not possible any more (it is {visit.state}).")
    return visit


def _workers(session: Session, codes: Sequence[str]) -> Sequence[Worker]:
    return session.scalars(select(Worker).where(Worker.code.in_(codes))).all()


def _able(at: Callable[[int], datetime], one: matching.Candidate, worker: Worker, *, asked: bool) -> Able:
    terms = sorted(one.terms, key=lambda term: -abs(term.amount))
    return Able(
        code=worker.code,
        name=worker.name,
        family_name=worker.family_name,
        trial=worker.activated_at is None,
        start=at(one.start),
        leave_by=at(one.leave_by),
        added_minutes=round(one.added_travel / 60),
        chance=one.p_accept,
        worth=round(one.value / UNITS_PER_MINUTE, 1),
        terms=[(term.name, round(term.minutes, 1)) for term in terms if abs(term.minutes) >= 0.5],
        asked=asked,
    )


def _pick(visit: Visit, worker: Worker, one: matching.Candidate, start: datetime) -> Pick:
    place = visit.job.place
    away = metres_between(Point(worker.home_lat, worker.home_lon), Point(place.lat, place.lon))
    travel = max(0, one.start - one.leave_by)
    return Pick(worker, start, travel, round(away), why_of(one.terms, one.added_travel))
