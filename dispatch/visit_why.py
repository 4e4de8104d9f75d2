"""Why somebody was not asked for a visit, from the round or plan that decided it: for operations, and for oneself.

Operations may ask about anybody. A worker may ask about a visit they know of anyway, because it was offered to them or
its customer named them, and hears about nobody but themselves: a rule of their own, or that another fitted better.
Whatever would tell of the customer's mind or of other people is not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import matching
from core.actors import SYSTEM, Actor, Role
from core.errors import NotFound
from dispatch.models import Job, Offer, Round, Visit
from dispatch.plan_wishes import REPLAN
from dispatch.round_story import load_round
from dispatch.visits import find_visit
from matching import explain
from matching.slots import SlotFinder, with_choices
from workers.models import Worker

OWN_RULES: Final = frozenset({
    "on_hold", "document_invalid", "lacks_skill", "tier_too_low", "score_bound_too_low", "already_declined",
    "zone_not_served", "too_far", "not_on_shift", "daily_hours", "weekly_hours", "rest", "busy",
})  # fmt: skip
ANSWERED: Final = {"declined": "already_declined", "expired": "unanswered"}
OTHERS = "others"
"""The answer to a worker where no rule of their own stood in the way: others fitted better, or were asked first."""
_LOOKED_THROUGH = 300
_KEPT = timedelta(days=14)


@dataclass(frozen=True)
class WhyNot:
    """Why a visit went where it went in a round, and why not to one worker; sentences count from ``epoch``.

    ``workers`` are the codes of everybody who was considered; ``told`` is empty when nobody was asked about, when they
    have the visit, or when they were not among them (``considered``).
    """

    round_code: str
    decided_at: datetime
    epoch: str
    chosen: Sequence[explain.Sentence]
    told: Sequence[explain.Sentence]
    workers: Sequence[str]
    considered: bool


@dataclass(frozen=True)
class OwnWhyNot:
    """Why a visit a worker knows of is not theirs: one of ``OWN_RULES``, "unanswered" or ``OTHERS``, and since when."""

    visit: str
    starts_at: datetime
    service: str
    zone: str
    code: str
    decided_at: datetime


def why_not_worker(session: Session, actor: Actor, visit_code: str, worker: str = "") -> WhyNot | None:
    """Return why a visit is not this worker's; None when no kept round has looked at it. Operations only."""
    if not actor.is_ops:
        raise NotFound
    found = _deciding_round(session, find_visit(session, visit_code))
    if found is None:
        return None
    problem, roster = load_round(session, actor, found[0])
    workers = [one.code for one in problem.workers]
    told = explain.why_not(problem, roster, visit_code, worker) if worker in workers else ()
    return WhyNot(
        round_code=found[0],
        decided_at=found[1],
        epoch=problem.epoch,
        chosen=explain.why_chosen(problem, roster, visit_code) or explain.why_open(problem, roster, visit_code),
        told=told,
        workers=workers,
        considered=worker in workers,
    )


def why_not_me(session: Session, actor: Actor, visit_code: str) -> OwnWhyNot:
    """Return why a visit is not the worker's own; ``NotFound`` unless they may know of it and it went elsewhere."""
    visit = find_visit(session, visit_code)
    worker = session.scalars(select(Worker).where(Worker.code == actor.person)).first()
    if actor.role is not Role.WORKER or worker is None or not _may_know(session, visit, worker):
        raise NotFound
    answered = session.execute(
        select(Offer.state, Offer.answered_at)
        .where(Offer.visit_id == visit.id, Offer.worker_id == worker.id, Offer.state.in_(list(ANSWERED)))
        .order_by(Offer.id.desc())
    ).first()
    if answered is not None:
        return _own(visit, ANSWERED[answered[0]], answered[1] or visit.state_since)
    found = _deciding_round(session, visit)
    if found is None:
        return _own(visit, OTHERS, visit.state_since)
    problem, roster = load_round(session, SYSTEM_DESK, found[0])
    return _own(visit, _own_code(problem, roster, visit.code, worker.code), found[1])


def asked_for_me(session: Session, actor: Actor, now: datetime) -> list[Visit]:
    """Return the visits of the last days whose customers named this worker and that went to somebody else."""
    if actor.role is not Role.WORKER:
        raise NotFound
    rows = session.scalars(
        select(Visit)
        .join(Job, Job.id == Visit.job_id)
        .join(Worker, Worker.id == Visit.worker_id)
        .where(Job.preferred_worker == actor.person, Worker.code != actor.person, Visit.opened_at > now - _KEPT)
        .order_by(Visit.id.desc())
        .limit(20)
    )
    return list(rows)


SYSTEM_DESK: Final = Actor(Role.OPS_AGENT, channel=SYSTEM.channel, reason="a worker asks why not")


def _own(visit: Visit, code: str, at: datetime) -> OwnWhyNot:
    return OwnWhyNot(visit.code, visit.starts_at or visit.window_from, visit.service, visit.zone, code, at)


def _may_know(session: Session, visit: Visit, worker: Worker) -> bool:
    if visit.worker_id == worker.id:
        return False
    if visit.job.preferred_worker == worker.code and visit.worker_id is not None:
        return True
    asked = select(Offer.id).where(Offer.visit_id == visit.id, Offer.worker_id == worker.id, Offer.state != "live")
    return session.scalar(asked.limit(1)) is not None


def _own_code(problem: matching.Problem, roster: matching.Roster, visit: str, worker: str) -> str:
    """The rule of their own that stood in the way; everything else is the same answer, whatever it was."""
    if worker not in {one.code for one in problem.workers}:
        return OTHERS
    others = [choice for choice in roster.choices if choice.visit != visit]
    reasons = SlotFinder(with_choices(problem, others)).reasons(explain.visit_of(problem, visit))
    code = reasons.get(worker, OTHERS)
    return code if code in OWN_RULES else OTHERS


def _deciding_round(session: Session, visit: Visit) -> tuple[str, datetime] | None:
    """The round whose offer was accepted or is the latest, else the last kept one that looked at the visit.

    What a re-plan would rather do has decided nothing, unless its move was carried out.
    """
    kept = (Round.problem.is_not(None), Round.finished_at.is_not(None))
    asked = session.execute(
        select(Round.code, Round.finished_at)
        .join(Offer, Offer.round_id == Round.id)
        .where(Offer.visit_id == visit.id, *kept)
        .order_by((Offer.state == "accepted").desc(), Offer.id.desc())
        .limit(1)
    ).first()
    if asked is not None and _knows(session, asked[0], visit.code):
        return str(asked[0]), asked[1] or visit.state_since
    recent = (
        select(Round.id)
        .where(Round.started_at >= visit.opened_at, Round.name != REPLAN, *kept)
        .order_by(Round.started_at.desc())
        .limit(_LOOKED_THROUGH)
    )
    row = session.execute(
        select(Round.code, Round.finished_at)
        .where(Round.id.in_(recent), _about(visit.code))
        .order_by(Round.started_at.desc())
        .limit(1)
    ).first()
    return None if row is None else (str(row[0]), row[1] or visit.state_since)


def _about(visit: str) -> Any:
    one = [{"visit": visit}]
    return or_(Round.roster["unmatched"].contains(one), Round.roster["choices"].contains(one))


def _knows(session: Session, code: str, visit: str) -> bool:
    return session.scalar(select(Round.id).where(Round.code == code, _about(visit))) is not None
