"""Taking back: an advance for somebody stopped early, or pay got by fraud. Limited, netted, written off in time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import SYSTEM
from core.codes import new_code
from core.events import record
from recruiting.events import ClawbackOpened
from recruiting.models import Clawback, Milestone
from recruiting.policy import IncentivePolicy
from recruiting.prices import clawback_now
from recruiting.states import MilestoneState

_PAID = frozenset({MilestoneState.VESTED, MilestoneState.APPROVED, MilestoneState.PAID})


def open_clawback(
    session: Session, row: Milestone | None, kind: str, policy: IncentivePolicy, now: datetime
) -> Clawback | None:
    """Note that the recruiter's own part of a vested sum is owed back, once; None when nothing was vested."""
    if row is None or MilestoneState(row.state) not in _PAID or row.fen <= row.team_fen:
        return None
    known = session.scalars(select(Clawback).where(Clawback.milestone == row.code)).first()
    if known is not None:
        return known
    made = Clawback(
        code=new_code("X"),
        recruiter=row.recruiter,
        worker=row.worker,
        milestone=row.code,
        kind=kind,
        fen=row.fen - row.team_fen,
        created_at=now,
        write_off_at=now + timedelta(days=policy.clawback_days),
    )
    session.add(made)
    session.flush()
    record(session, ClawbackOpened(row.code, row.recruiter, made.fen), by=SYSTEM, at=now)
    return made


def open_clawbacks(session: Session, recruiter_code: str, now: datetime) -> list[Clawback]:
    """Return what a recruiter still owes back, oldest first; what is past its time is written off on the way."""
    rows = session.scalars(
        select(Clawback)
        .where(Clawback.recruiter == recruiter_code, Clawback.state == "open")
        .order_by(Clawback.id)
        .with_for_update()
    ).all()
    for row in rows:
        if row.write_off_at <= now:
            row.state = "written_off"
    session.flush()
    return [row for row in rows if row.state == "open"]


def write_off_old(session: Session, now: datetime) -> int:
    """Write off every clawback past its time; return how many. A daily tick."""
    rows = session.scalars(
        select(Clawback).where(Clawback.state == "open", Clawback.write_off_at <= now).with_for_update()
    ).all()
    for row in rows:
        row.state = "written_off"
    session.flush()
    return len(rows)


def take(
    session: Session, rows: list[Clawback], month: tuple[str, int, int], payout: str, policy: IncentivePolicy
) -> int:
    """Keep back what the month allows (``month``: name, its whole pay, taken in it already); return the sum."""
    name, pay_fen, taken = month
    sum_fen = 0
    for row in rows:
        fen = clawback_now(row.fen - row.taken_fen, pay_fen, taken + sum_fen, policy)
        if fen <= 0:
            break
        row.taken_fen += fen
        row.takes = [*row.takes, {"month": name, "fen": fen, "payout": payout}]
        row.state = "done" if row.taken_fen >= row.fen else "open"
        sum_fen += fen
    session.flush()
    return sum_fen


def taken_in(session: Session, recruiter_code: str, month: str) -> int:
    """Return what was kept back in a month."""
    rows = session.scalars(select(Clawback).where(Clawback.recruiter == recruiter_code))
    return sum(int(one["fen"]) for row in rows for one in row.takes if one["month"] == month)
