"""A recruiter's milestones: opened by facts, priced once by the recruit's lower bound, held at most 14 days, vested.

What was promised when a recruit was accepted keeps that day's policy.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.actors import SYSTEM
from core.codes import new_code
from core.events import record
from core.policies import read_policy
from core.timers import Timer, set_timer
from dispatch.events import VisitSettled
from recruiting.attribution import attribution_of, lock_attribution
from recruiting.clawbacks import open_clawback
from recruiting.counting import reached
from recruiting.evaluation import ADVANCE, DUE_TIMER, SCREENING, evaluate, forfeit, visits_kind
from recruiting.events import MilestoneMoved, WorkerAttributed
from recruiting.models import Attribution, Milestone, Recruiter, ScreeningSheet
from recruiting.policy import IncentivePolicy
from recruiting.postings import release_reserve, reserve
from recruiting.prices import advance_price, screenings_to_pay
from recruiting.recruiters import recruiter_by_code
from recruiting.states import MILESTONE_MOVES, MilestoneState
from recruiting.visits import tally_of
from workers.events import WorkerActivated, WorkerStopped
from workers.models import Worker
from workers.workers import worker_by_code

OPEN = (MilestoneState.SCHEDULED, MilestoneState.EVALUATING, MilestoneState.HELD)
_STOPPED_FOR = frozenset({"quality", "safety", "identity"})


def on_worker_activated(session: Session, event: WorkerActivated, now: datetime) -> None:
    """Accepted with complete papers: lock who brought them, reserve the budget, open advance and screening fees."""
    row = lock_attribution(session, event.worker_code, now)
    if row is not None:
        _open_for(session, row, now)


def on_worker_attributed(session: Session, event: WorkerAttributed, now: datetime) -> None:
    """Somebody else turned out to have brought an accepted worker: the first one's open sums end, the new begin."""
    worker = worker_by_code(session, event.worker_code)
    row = attribution_of(session, event.worker_code)
    if row is None or event.state != "locked" or worker.activated_at is None:
        return
    for old in _open_of(session, worker.code):
        if old.recruiter != row.recruiter:
            forfeit(session, old, "reassigned", now)
    _open_for(session, row, now)
    _schedule(session, worker, row, now)


def on_visit_settled(session: Session, event: VisitSettled, now: datetime) -> None:
    """Schedule every milestone this visit completes."""
    row = attribution_of(session, event.worker_code)
    if row is not None:
        _schedule(session, worker_by_code(session, event.worker_code), row, now)


def on_worker_stopped(session: Session, event: WorkerStopped, now: datetime) -> None:
    """Stopped for quality or safety before the 30th visit: open sums end, the advance is owed back.

    Never for leaving by own choice. In any case what is left of the reserve goes back to the budget.
    """
    worker = worker_by_code(session, event.worker_code)
    row = attribution_of(session, worker.code)
    recruiter = None if row is None else recruiter_by_code(session, row.recruiter)
    if recruiter is None:
        return
    policy = promised(session, worker, recruiter, now)
    counted = len(tally_of(session, worker, recruiter.account_code, policy).counted)
    if event.cause in _STOPPED_FOR and counted < policy.clawback_before_visit:
        for milestone in _open_of(session, worker.code):
            forfeit(session, milestone, f"stopped_{event.cause}", now)
        open_clawback(session, _find(session, worker.code, ADVANCE, recruiter.code), "stopped", policy, now)
    if not _open_of(session, worker.code):
        release_reserve(session, recruiter, worker.code, now)


def on_milestone_due(session: Session, timer: Timer, now: datetime) -> None:
    """Timer: price, hold, vest or postpone one milestone."""
    row = session.scalars(select(Milestone).where(Milestone.code == timer.about).with_for_update()).first()
    if row is not None and MilestoneState(row.state) in OPEN:
        evaluate(session, row, now)


def evaluate_due(session: Session, now: datetime) -> int:
    """Evaluate whatever has come due without its timer; return how many were looked at. The net under the timers."""
    due = session.scalars(
        select(Milestone)
        .where(Milestone.state.in_(OPEN), Milestone.evaluate_at <= now)
        .order_by(Milestone.id)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        evaluate(session, row, now)
    return len(due)


def promised(session: Session, worker: Worker, recruiter: Recruiter, now: datetime) -> IncentivePolicy:
    """Return the policy in force when the recruit was accepted (or now, before that)."""
    return read_policy(session, IncentivePolicy, worker.activated_at or now, recruiter.station.zone)


def _open_for(session: Session, row: Attribution, now: datetime) -> None:
    recruiter = recruiter_by_code(session, row.recruiter)
    if recruiter is None:
        return
    worker = worker_by_code(session, row.worker)
    session.execute(select(Recruiter.id).where(Recruiter.id == recruiter.id).with_for_update())
    policy = promised(session, worker, recruiter, now)
    if _find(session, worker.code, ADVANCE, recruiter.code) is not None:
        return
    reserve(session, recruiter, worker.code, policy.most_fen, now)
    number = _recruits(session, recruiter) + 1
    price = advance_price(number, policy)
    told = {"recruit_number": number, "half": number <= policy.learner_recruits, "base_fen": policy.advance_fen}
    advance = _open(session, recruiter, worker, ADVANCE, now, {**told, "fen": price.fen})
    fees = _open_screenings(session, recruiter, worker, number, policy, now)
    for milestone in (advance, fees):
        if milestone is not None:
            evaluate(session, milestone, now)


def _open_screenings(
    session: Session, recruiter: Recruiter, worker: Worker, number: int, policy: IncentivePolicy, now: datetime
) -> Milestone | None:
    """Open the fee for documented screenings nobody has paid for; none while a recruiter is being retrained."""
    if recruiter.state != "active":
        return None
    sheets = session.scalars(
        select(ScreeningSheet)
        .where(ScreeningSheet.recruiter == recruiter.code, func.jsonb_array_length(ScreeningSheet.photos) > 0)
        .order_by(ScreeningSheet.at, ScreeningSheet.id)
    ).all()
    unpaid = [sheet for sheet in sheets if not sheet.milestone]
    due = screenings_to_pay(len(sheets), len(sheets) - len(unpaid), number, policy)
    if not due:
        return None
    told = {
        "sheets": [sheet.code for sheet in unpaid[:due]],
        "fee_fen": policy.screening_fen,
        "at_most": policy.screenings_per_recruit * number,
        "fen": due * policy.screening_fen,
    }
    row = _open(session, recruiter, worker, SCREENING, now, told)
    if row is not None:
        for sheet in unpaid[:due]:
            sheet.milestone = row.code
    return row


def _schedule(session: Session, worker: Worker, row: Attribution, now: datetime) -> None:
    recruiter = recruiter_by_code(session, row.recruiter)
    if recruiter is None or worker.activated_at is None:
        return
    policy = promised(session, worker, recruiter, now)
    tallied = tally_of(session, worker, recruiter.account_code, policy)
    for count in policy.visit_counts:
        found = reached(tallied, count, worker.activated_at, policy)
        if found is None:
            return
        kind = visits_kind(count)
        milestone = _find(session, worker.code, kind, recruiter.code) or _open(
            session, recruiter, worker, kind, now, {"reached_by": found.visit.code}
        )
        if milestone is not None and milestone.state == MilestoneState.SCHEDULED and milestone.evaluate_at is None:
            milestone.evaluate_at = found.evaluate_at
            set_timer(session, DUE_TIMER, milestone.code, found.evaluate_at)
    session.flush()


def _open(
    session: Session, recruiter: Recruiter, worker: Worker, kind: str, now: datetime, computed: dict[str, object]
) -> Milestone | None:
    """Write the milestone once; None when somebody else has just done it."""
    made = session.scalar(
        insert(Milestone)
        .values(
            code=new_code("M"), recruiter=recruiter.code, worker=worker.code, kind=kind, created_at=now,
            state=MILESTONE_MOVES.initial.value, fen=0, team_fen=0, computed=computed, reason="", approved_by="",
            payout="",
        )
        .on_conflict_do_nothing(index_elements=["worker", "kind", "recruiter"])
        .returning(Milestone.id)
    )  # fmt: skip
    if made is None:
        return None
    row = session.get_one(Milestone, made)
    record(session, MilestoneMoved(row.code, row.recruiter, "open", row.state), by=SYSTEM, at=now)
    return row


def _find(session: Session, worker: str, kind: str, recruiter: str) -> Milestone | None:
    return session.scalars(
        select(Milestone).where(Milestone.worker == worker, Milestone.kind == kind, Milestone.recruiter == recruiter)
    ).first()


def _open_of(session: Session, worker: str) -> list[Milestone]:
    query = select(Milestone).where(Milestone.worker == worker, Milestone.state.in_(OPEN))
    return list(session.scalars(query.order_by(Milestone.id).with_for_update()))


def _recruits(session: Session, recruiter: Recruiter) -> int:
    query = select(func.count()).select_from(Milestone)
    return session.scalar(query.where(Milestone.recruiter == recruiter.code, Milestone.kind == ADVANCE)) or 0
