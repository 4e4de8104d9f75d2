"""A rating that should never have counted: milestones priced meanwhile are priced again, upwards only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import SYSTEM
from core.codes import new_code
from core.events import record
from core.policies import read_policy
from ratings.events import ScoreRecomputed
from recruiting.bounds import lower_at
from recruiting.evaluation import MORE, visits_of_kind
from recruiting.events import MilestoneMoved
from recruiting.models import Milestone, Recruiter
from recruiting.policy import IncentivePolicy
from recruiting.postings import owe, take_back
from recruiting.prices import Price, factor, milestone_price, stars
from recruiting.recruiters import recruiter_by_code
from recruiting.states import MilestoneState
from workers.workers import worker_by_code

_PRICED = (MilestoneState.VESTED, MilestoneState.APPROVED, MilestoneState.PAID)


def on_score_recomputed(session: Session, event: ScoreRecomputed, now: datetime) -> None:
    """Price every vested visit milestone of the worker as it would have been; pay the difference if it is more."""
    if event.lower_after <= event.lower_before:
        return
    rows = session.scalars(
        select(Milestone)
        .where(Milestone.worker == event.worker_code, Milestone.state.in_(_PRICED))
        .order_by(Milestone.id)
        .with_for_update()
    ).all()
    for row in rows:
        if visits_of_kind(row.kind):
            _reprice(session, row, now)


def _reprice(session: Session, row: Milestone, now: datetime) -> None:
    recruiter = recruiter_by_code(session, row.recruiter)
    priced_for = row.computed.get("priced_for")
    if recruiter is None or not priced_for:
        return
    worker = worker_by_code(session, row.worker)
    policy = read_policy(session, IncentivePolicy, worker.activated_at or now, recruiter.station.zone)
    lower = lower_at(session, row.worker, datetime.fromisoformat(priced_for))
    price = milestone_price(visits_of_kind(row.kind), stars(lower), policy)
    told = {
        "lower": round(lower, 6),
        "lower_stars": round(stars(lower), 4),
        "g": round(factor(stars(lower), policy), 4),
    }
    if row.state == MilestoneState.VESTED:
        _raise(session, recruiter, row, price, told, now)
    else:
        _add(session, recruiter, row, price, told, now)


def _raise(
    session: Session, recruiter: Recruiter, row: Milestone, price: Price, told: dict[str, float], now: datetime
) -> None:
    """Nobody has approved it yet: the sum itself grows."""
    if price.fen <= row.fen:
        return
    take_back(session, row, now, "repriced")
    before = {"fen": row.fen, "g": row.computed.get("g"), "lower_stars": row.computed.get("lower_stars")}
    sums = {"fen": price.fen, "team_fen": price.team_fen, "own_fen": price.own_fen}
    row.computed = {**row.computed, **told, **sums, "before": before}
    row.fen, row.team_fen = price.fen, price.team_fen
    session.flush()
    owe(session, recruiter, row, now)


def _add(
    session: Session, recruiter: Recruiter, row: Milestone, price: Price, told: dict[str, float], now: datetime
) -> None:
    """Somebody has approved or paid it: the difference becomes a sum of its own, to be approved like any other."""
    kind = f"{row.kind}{MORE}"
    more = session.scalars(
        select(Milestone).where(
            Milestone.worker == row.worker, Milestone.kind == kind, Milestone.recruiter == row.recruiter
        )
    ).first()
    extra = Price(price.fen - row.fen, price.team_fen - row.team_fen)
    if more is not None:
        if more.state == MilestoneState.VESTED:
            _raise(session, recruiter, more, extra, told, now)
        return
    if extra.fen <= 0:
        return
    sums = {"fen": extra.fen, "team_fen": extra.team_fen, "own_fen": extra.own_fen}
    made = Milestone(
        code=new_code("M"), recruiter=row.recruiter, worker=row.worker, kind=kind, state=MilestoneState.VESTED,
        fen=extra.fen, team_fen=extra.team_fen, created_at=now, vested_at=now, evaluate_at=None, held_at=None,
        paid_at=None, computed={**row.computed, **told, **sums, "more_of": row.code},
    )  # fmt: skip
    session.add(made)
    session.flush()
    owe(session, recruiter, made, now)
    record(session, MilestoneMoved(made.code, made.recruiter, "open", made.state), by=SYSTEM, at=now)
