"""Incentives in the ledger: reserved when a recruit is accepted, owed when a milestone vests, paid with a payout.

The reserve of one recruit lies on the budget's own account under the worker's code; what it cannot cover comes from
the zone's month. Sums owed to people never fail: an overdrawn month is an alert, not a refusal.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from core.actors import Role
from money.accounts import CLEARING_CASH, INCENTIVE_BUDGET, PAYABLE_RECRUITER
from money.ledger import Leg, lock_name, owed, post, reverse
from money.models import LedgerEntry, Payout
from notices.tasks import open_task
from places.models import Zone
from recruiting.models import Milestone, Recruiter

MILESTONE, RECRUIT, PAYOUT = "milestone", "recruit", "payout"
DEFAULT_CLOCK = "Asia/Shanghai"


def wall_clock(session: Session, zone: str) -> ZoneInfo:
    """Return the clock of a zone: months are local ones."""
    return ZoneInfo(session.scalar(select(Zone.time_zone).where(Zone.slug == zone)) or DEFAULT_CLOCK)


def month_of(clock: ZoneInfo, at: datetime) -> str:
    """Return the local month of an instant, such as "2026-11"."""
    return f"{at.astimezone(clock):%Y-%m}"


def budget_owner(session: Session, recruiter: Recruiter, at: datetime) -> str:
    """Return whose budget pays: the zone of the station, and the month."""
    zone = recruiter.station.zone
    return f"{zone}/{month_of(wall_clock(session, zone), at)}"


def pot_owner(recruiter: Recruiter) -> str:
    """Return the team's pot a part of each milestone goes to."""
    return f"team/{recruiter.station.zone}"


def reserve(session: Session, recruiter: Recruiter, worker_code: str, fen: int, at: datetime) -> None:
    """Set aside the most a recruit can bring, once; an overdrawn month is told to finance."""
    month = budget_owner(session, recruiter, at)
    lock_name(session, INCENTIVE_BUDGET, month)
    post(session, RECRUIT, worker_code, "reserve", [Leg(INCENTIVE_BUDGET, month, fen),
         Leg(INCENTIVE_BUDGET, worker_code, -fen)], at)  # fmt: skip
    if owed(session, INCENTIVE_BUDGET, month) < 0:
        open_task(session, Role.FINANCE, "incentive_overdrawn", recruiter.station.zone, at, at, budget=month)


def release_reserve(session: Session, recruiter: Recruiter, worker_code: str, at: datetime) -> None:
    """Give what is left of a recruit's reserve back to the month's budget."""
    lock_name(session, INCENTIVE_BUDGET, worker_code)
    left = owed(session, INCENTIVE_BUDGET, worker_code)
    if left <= 0:
        return
    month = budget_owner(session, recruiter, at)
    legs = [Leg(INCENTIVE_BUDGET, worker_code, left), Leg(INCENTIVE_BUDGET, month, -left)]
    post(session, RECRUIT, worker_code, f"release_{at:%Y%m%d%H%M%S}", legs, at)


def owe(session: Session, recruiter: Recruiter, row: Milestone, at: datetime) -> LedgerEntry | None:
    """Write a vested milestone down as owed: the recruiter's part and the team's. None for a sum of 0."""
    if row.fen <= 0:
        return None
    lock_name(session, INCENTIVE_BUDGET, row.worker)
    reserved = min(row.fen, max(0, owed(session, INCENTIVE_BUDGET, row.worker)))
    legs = [
        Leg(INCENTIVE_BUDGET, row.worker, reserved),
        Leg(INCENTIVE_BUDGET, budget_owner(session, recruiter, at), row.fen - reserved),
        Leg(PAYABLE_RECRUITER, row.recruiter, row.team_fen - row.fen),
        Leg(PAYABLE_RECRUITER, pot_owner(recruiter), -row.team_fen),
    ]
    live, turn = _written(session, row)
    return live or post(session, MILESTONE, row.code, f"vest_{turn}" if turn else "vest", legs, at, worker=row.worker)


def take_back(session: Session, row: Milestone, at: datetime, reason: str) -> LedgerEntry | None:
    """Reverse what was written down as owed; None when nothing was."""
    live, _ = _written(session, row)
    return None if live is None else reverse(session, live, at, {"reason": reason})


def _written(session: Session, row: Milestone) -> tuple[LedgerEntry | None, int]:
    """Return the entry by which the milestone is owed, unless it was reversed, and how many there ever were."""
    undo = aliased(LedgerEntry)
    rows = session.execute(
        select(LedgerEntry, undo.id)
        .outerjoin(undo, undo.reverses_id == LedgerEntry.id)
        .where(LedgerEntry.source == MILESTONE, LedgerEntry.source_id == row.code)
        .order_by(LedgerEntry.id)
    ).all()
    return next((entry for entry, undone in rows if undone is None), None), len(rows)


def pay_out(session: Session, recruiter: Recruiter, payout: Payout, kept_back_fen: int, at: datetime) -> LedgerEntry:
    """Pay by hand what is owed: the payout to the recruiter, what a clawback keeps back to the budget."""
    legs = [
        Leg(PAYABLE_RECRUITER, recruiter.code, payout.fen + kept_back_fen),
        Leg(CLEARING_CASH, recruiter.code, -payout.fen),
        Leg(INCENTIVE_BUDGET, budget_owner(session, recruiter, at), -kept_back_fen),
    ]
    return post(session, PAYOUT, payout.code, "recruiter_pay", legs, at)
