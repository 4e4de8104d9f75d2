"""Milestones as finance and leads see them: what may be approved, what may be paid to whom, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actors import Actor
from core.errors import NotFound
from core.paging import Page, fetch_page
from recruiting.models import Milestone, Recruiter
from recruiting.states import MILESTONE_MOVES, MilestoneState
from workers.names import worker_names


@dataclass(frozen=True)
class MilestoneLine:
    """One sum; ``mine``: this person approved it, so somebody else pays. ``moves`` are what this person may do."""

    code: str
    recruiter: str
    recruiter_name: str
    worker: str
    worker_name: str
    kind: str
    state: str
    fen: int
    team_fen: int
    reason: str
    created_at: datetime
    evaluate_at: datetime | None
    vested_at: datetime | None
    mine: bool
    moves: tuple[str, ...]


@dataclass(frozen=True)
class Payable:
    """What is approved for one recruiter, in all and of it by others than who asks."""

    recruiter: str
    name: str
    count: int
    fen: int
    by_others: int


def recruiter_names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the names of these recruiters by code; one query, none for no codes."""
    wanted = [code for code in codes if code.startswith("R-")]
    found = session.execute(select(Recruiter.code, Recruiter.name).where(Recruiter.code.in_(wanted))) if wanted else ()
    return {row[0]: row[1] for row in found}


def milestone_list(session: Session, actor: Actor, state: str = "", after: str = "") -> Page[MilestoneLine]:
    """Return milestones of a state (all when empty), newest first. Staff only."""
    if not actor.is_staff:
        raise NotFound
    query = select(Milestone)
    if state:
        query = query.where(Milestone.state == state)
    page = fetch_page(session, query, Milestone.id, after)
    codes = {row.recruiter for row in page.rows}
    found = session.execute(select(Recruiter.code, Recruiter.name).where(Recruiter.code.in_(codes)))
    names = {**dict(found.all()), **worker_names(session, {row.worker for row in page.rows})}
    return Page([_line(row, actor, names) for row in page.rows], page.after)


def milestone_counts(session: Session, actor: Actor) -> dict[str, int]:
    """Return how many milestones stand in each state. Staff only."""
    if not actor.is_staff:
        raise NotFound
    rows = session.execute(select(Milestone.state, func.count()).group_by(Milestone.state)).all()
    return {state.value: dict(rows).get(state.value, 0) for state in MilestoneState}


def payable(session: Session, actor: Actor) -> list[Payable]:
    """Return what is approved per recruiter. Staff only."""
    if not actor.is_staff:
        raise NotFound
    others = func.count().filter(Milestone.approved_by != actor.code)
    rows = session.execute(
        select(Recruiter.code, Recruiter.name, func.count(), func.sum(Milestone.fen - Milestone.team_fen), others)
        .join(Milestone, Milestone.recruiter == Recruiter.code)
        .where(Milestone.state == MilestoneState.APPROVED)
        .group_by(Recruiter.code, Recruiter.name)
        .order_by(Recruiter.name)
    )
    return [Payable(code, name, count, int(fen), by_others) for code, name, count, fen, by_others in rows]


def _line(row: Milestone, actor: Actor, names: dict[str, str]) -> MilestoneLine:
    moves = MILESTONE_MOVES.moves(MilestoneState(row.state), actor)
    return MilestoneLine(
        code=row.code,
        recruiter=row.recruiter,
        recruiter_name=names.get(row.recruiter, row.recruiter),
        worker=row.worker,
        worker_name=names.get(row.worker, row.worker),
        kind=row.kind,
        state=row.state,
        fen=row.fen,
        team_fen=row.team_fen,
        reason=row.reason,
        created_at=row.created_at,
        evaluate_at=row.evaluate_at,
        vested_at=row.vested_at,
        mine=row.approved_by == actor.code,
        moves=tuple(move.value for move in moves),
    )
