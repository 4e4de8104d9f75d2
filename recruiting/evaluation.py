"""Evaluating one milestone: still reached? still entitled? then priced once, held while something is open, vested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.actors import SYSTEM, Actor
from core.policies import read_policy
from core.timers import cancel_timer, set_timer
from notices.notices import enqueue
from recruiting.attribution import attribution_of
from recruiting.bounds import lower_at
from recruiting.counting import Reached, Tally, clock_days, reached
from recruiting.models import Milestone, Recruiter
from recruiting.moves import move_milestone
from recruiting.policy import IncentivePolicy
from recruiting.postings import owe, release_reserve, take_back
from recruiting.prices import Price, factor, milestone_price, stars
from recruiting.recruiters import recruiter_by_code
from recruiting.states import AttributionState, MilestoneMove, MilestoneState
from recruiting.visits import has_open_hold, offered_hours, tally_of
from workers.models import Worker
from workers.states import WORKING, WorkerState
from workers.workers import worker_by_code

ADVANCE, SCREENING = "advance", "screening"
DUE_TIMER = "milestone_due"
MORE = "_more"
"""What is added to the kind of a sum that tops up an approved one."""
_AGAIN = timedelta(days=1)


def visits_kind(count: int) -> str:
    """Return the kind of the milestone for so many visits."""
    return f"visits_{count}"


def visits_of_kind(kind: str) -> int:
    """Return how many visits a kind stands for; 0 for every other sum."""
    number = kind.removeprefix("visits_")
    return int(number) if number.isdigit() else 0


@dataclass(frozen=True)
class Case:
    """All that an evaluation looks at. ``count`` is 0 for advance and screening fees."""

    row: Milestone
    recruiter: Recruiter
    worker: Worker
    policy: IncentivePolicy
    count: int
    tallied: Tally
    found: Reached | None
    now: datetime


def evaluate(session: Session, row: Milestone, now: datetime) -> None:
    """Take one milestone as far as it can go today. Doing it again changes nothing that was promised."""
    case = _gather(session, row, now)
    if case is None:
        return
    if case.count and (case.found is None or case.found.evaluate_at > now):
        _postpone(session, case)
        return
    gone = _lost(session, case)
    if gone:
        forfeit(session, row, gone, now)
        return
    if row.state == MilestoneState.SCHEDULED:
        move_milestone(session, SYSTEM, row, MilestoneMove.REACH, now)
    _price(session, case)
    why = _blocked(session, case)
    over = row.held_at is not None and row.held_at + timedelta(days=case.policy.hold_days) <= now
    if why and not over:
        _hold(session, case, why)
        return
    if row.state == MilestoneState.HELD:
        move_milestone(session, SYSTEM, row, MilestoneMove.RELEASE, now)
    _vest(session, case)


def forfeit(session: Session, row: Milestone, reason: str, now: datetime, actor: Actor = SYSTEM) -> None:
    """End a milestone without pay; the reason is shown. What had been written down as owed is reversed."""
    move_milestone(session, actor, row, MilestoneMove.FORFEIT, now, reason=reason)
    take_back(session, row, now, reason)
    cancel_timer(session, DUE_TIMER, row.code)
    _tell(session, row, "milestone_forfeited", now)


def _gather(session: Session, row: Milestone, now: datetime) -> Case | None:
    recruiter = recruiter_by_code(session, row.recruiter)
    if recruiter is None:
        return None
    worker = worker_by_code(session, row.worker)
    policy = read_policy(session, IncentivePolicy, worker.activated_at or now, recruiter.station.zone)
    count = visits_of_kind(row.kind)
    if not count:
        return Case(row, recruiter, worker, policy, 0, Tally((), ()), None, now)
    tallied = tally_of(session, worker, recruiter.account_code, policy)
    found = reached(tallied, count, worker.activated_at or now, policy)
    return Case(row, recruiter, worker, policy, count, tallied, found, now)


def _postpone(session: Session, case: Case) -> None:
    """Not reached (any more: a refund took a visit away), or not yet to be priced."""
    row, found = case.row, case.found
    if row.state != MilestoneState.SCHEDULED:
        move_milestone(session, SYSTEM, row, MilestoneMove.POSTPONE, case.now, held_at=None, vested_at=None)
        take_back(session, row, case.now, "not_reached")
    row.computed = {"left_out": _left_out(case.tallied)}
    row.evaluate_at = None if found is None else found.evaluate_at
    if row.evaluate_at is None:
        cancel_timer(session, DUE_TIMER, row.code)
    else:
        set_timer(session, DUE_TIMER, row.code, row.evaluate_at)
    session.flush()


def _lost(session: Session, case: Case) -> str:
    """Return why nothing is due: the last milestone asks that the recruit is still active within 180 days."""
    if not case.count or case.count != max(case.policy.visit_counts) or case.found is None:
        return ""
    if WorkerState(case.worker.state) not in WORKING:
        return "not_active"
    activated = case.worker.activated_at or case.now
    until = case.found.visit.settled_at
    hours = offered_hours(session, case.worker, activated, until)
    days = clock_days(activated, until, hours, case.policy)
    case.row.computed = {**case.row.computed, "clock_days": days, "within_days": case.policy.last_within_days}
    return "too_late" if days > case.policy.last_within_days else ""


def _price(session: Session, case: Case) -> None:
    """Freeze the sum. While held and not yet owed, a decided dispute may only move it upwards."""
    row = case.row
    if row.vested_at is not None:
        return
    if not case.count:
        row.fen, row.team_fen = int(row.computed["fen"]), int(row.computed.get("team_fen", 0))
        row.computed = {**row.computed, "policy_version": case.policy.version}
        session.flush()
        return
    lower = lower_at(session, row.worker, _priced_for(case))
    price = milestone_price(case.count, stars(lower), case.policy)
    if "g" in row.computed and price.fen <= row.fen:
        return
    row.fen, row.team_fen = price.fen, price.team_fen
    row.computed = {**row.computed, **_told(case, lower, price)}
    session.flush()


def _priced_for(case: Case) -> datetime:
    """The day the price belongs to, even when its timer fires late."""
    return case.now if case.found is None else case.found.evaluate_at


def _told(case: Case, lower: float, price: Price) -> dict[str, Any]:
    policy, found = case.policy, case.found
    activated = case.worker.activated_at
    return {
        "base_fen": policy.amount_fen(case.count),
        "lower": round(lower, 6),
        "lower_stars": round(stars(lower), 4),
        "floor_stars": policy.floor_stars,
        "span_stars": policy.span_stars,
        "g_most": policy.g_most,
        "g": round(factor(stars(lower), policy), 4),
        "fen": price.fen,
        "team_fen": price.team_fen,
        "own_fen": price.own_fen,
        "reached_by": "" if found is None else found.visit.code,
        "reached_at": None if found is None else found.visit.settled_at.isoformat(),
        "priced_for": _priced_for(case).isoformat(),
        "priced_at": case.now.isoformat(),
        "activated_at": None if activated is None else activated.isoformat(),
        "counted": [visit.code for visit in case.tallied.counted[: case.count]],
        "customers": case.tallied.customers,
        "left_out": _left_out(case.tallied),
        "policy_version": policy.version,
    }


def _left_out(tallied: Tally) -> list[dict[str, str]]:
    return [{"visit": code, "reason": reason} for code, reason in tallied.left_out]


def _blocked(session: Session, case: Case) -> str:
    """Return what has to be settled first: "attribution", "dispute", "suspended" or a check of operations."""
    row = attribution_of(session, case.worker.code)
    if row is not None and AttributionState(row.state) is AttributionState.CONTESTED:
        return "attribution"
    if case.count and has_open_hold(session, case.worker):
        return "dispute"
    if case.count and WorkerState(case.worker.state) is WorkerState.SUSPENDED:
        return "suspended"
    return "check" if case.row.state == MilestoneState.HELD and case.row.reason.startswith("check") else ""


def _hold(session: Session, case: Case, why: str) -> None:
    row, now = case.row, case.now
    if row.state != MilestoneState.HELD:
        move_milestone(session, SYSTEM, row, MilestoneMove.HOLD, now, reason=why, held_at=row.held_at or now)
        _tell(session, row, "milestone_held", now)
    ends = (row.held_at or now) + timedelta(days=case.policy.hold_days)
    row.evaluate_at = min(now + _AGAIN, ends)
    set_timer(session, DUE_TIMER, row.code, row.evaluate_at)
    session.flush()


def _vest(session: Session, case: Case) -> None:
    row, now = case.row, case.now
    vested = row.vested_at or now
    move_milestone(session, SYSTEM, row, MilestoneMove.VEST, now, vested_at=vested, evaluate_at=None, reason="")
    owe(session, case.recruiter, row, now)
    cancel_timer(session, DUE_TIMER, row.code)
    if case.count == max(case.policy.visit_counts):
        release_reserve(session, case.recruiter, row.worker, now)
    _tell(session, row, "milestone_vested", now)


def _tell(session: Session, row: Milestone, kind: str, now: datetime) -> None:
    recruiter = recruiter_by_code(session, row.recruiter)
    if recruiter is not None:
        own = row.fen - row.team_fen
        enqueue(session, recruiter.account_code, kind, row.code, now, fen=own, worker=row.worker, why=row.reason)
