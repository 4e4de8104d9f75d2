"""Reads shaped for a page: the worker's hours and way in, operations' list of applications. Frozen rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from core.actors import Actor
from core.errors import NotFound
from core.paging import Page, fetch_page
from core.policies import read_policy
from workers.availability import Span, shifts_on
from workers.documents import missing_documents
from workers.models import Worker, WorkerDocument
from workers.policy import DocumentPolicy, VettingPolicy
from workers.states import VETTING, WORKER_MOVES, WorkerMove, WorkerState
from workers.trials import missing_for_activation
from workers.workers import get_worker
from workers.zones import clock_of, today_of

STEPS = ("applied", "documents", "identity_checked", "interviewed", "training", "quiz_passed", "trial", "active")
STAGES = (*STEPS[:-1], "rejected", "withdrawn", "expired")


@dataclass(frozen=True)
class ShiftLine:
    """One weekly stretch: weekday 0 = Monday, minutes of the local day."""

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True)
class MyHours:
    """What the page of hours shows. ``week`` are the next seven local days with their shifts as instants."""

    worker_code: str
    time_zone: str
    rows: tuple[ShiftLine, ...]
    week: tuple[tuple[date, tuple[Span, ...]], ...]
    weekly_minutes_declared: int
    free_now_until: datetime | None
    quiet_from: int
    quiet_until: int
    home: tuple[float, float]
    end: tuple[float, float] | None
    travel_mode: str
    radius_m: int
    daily_minutes: int
    weekly_minutes: int


@dataclass(frozen=True)
class PaperRow:
    """One paper: state "handed_in", "valid" or "expired", and the days left (None without an end)."""

    kind: str
    state: str
    expires_on: date | None
    days_left: int | None


@dataclass(frozen=True)
class Step:
    """One step of the way in; ``status`` is "done", "now" or "ahead"."""

    code: str
    status: str


@dataclass(frozen=True)
class JoinProgress:
    """Where somebody stands on the way in, and why something is missing (codes).

    ``quiz_open`` says whether it may be taken now, ``quiz_again_at`` from when otherwise. ``moves`` are the acts the
    reader may do now.
    """

    worker_code: str
    state: str
    since: datetime
    steps: tuple[Step, ...]
    missing: tuple[str, ...]
    papers: tuple[PaperRow, ...]
    quiz_score: float | None
    quiz_open: bool
    quiz_again_at: datetime | None
    trial_done: int
    trial_on_time: int
    trial_needed: int
    reason_code: str
    reason: str
    reapply_on: date | None
    moves: tuple[str, ...]


@dataclass(frozen=True)
class VettingRow:
    """One application as operations see it in the list."""

    worker_code: str
    name: str
    state: str
    since: datetime
    idle_days: int
    zones: tuple[str, ...]
    recruiter_code: str
    screening: float | None
    screened_by: str
    quiz_score: float | None
    trial_visits: int
    papers: tuple[PaperRow, ...]
    moves: tuple[str, ...]


def my_hours(session: Session, actor: Actor, worker_code: str, now: datetime) -> MyHours:
    """Return the hours page of a worker, for themselves and operations."""
    worker = get_worker(session, actor, worker_code)
    today = today_of(session, worker, now)
    rows = [one for one in worker.shifts if one.valid_until is None or one.valid_until >= today]
    days = [today + timedelta(days=ahead) for ahead in range(7)]
    week = tuple((day, tuple(shifts_on(session, [worker.id], day)[worker.id])) for day in days)
    has_end = worker.end_lat is not None and worker.end_lon is not None
    return MyHours(
        worker_code=worker.code,
        time_zone=str(clock_of(session, worker)),
        rows=tuple(
            ShiftLine(one.weekday, one.starts, one.ends)
            for one in sorted(rows, key=lambda one: (one.weekday, one.starts))
        ),
        week=week,
        weekly_minutes_declared=sum(one.ends - one.starts for one in rows),
        free_now_until=worker.free_now_until if worker.free_now_until and worker.free_now_until > now else None,
        quiet_from=worker.quiet_from,
        quiet_until=worker.quiet_until,
        home=(worker.home_lat, worker.home_lon),
        end=(worker.end_lat or 0.0, worker.end_lon or 0.0) if has_end else None,
        travel_mode=worker.travel_mode,
        radius_m=worker.radius_m,
        daily_minutes=worker.daily_minutes,
        weekly_minutes=worker.weekly_minutes,
    )


def join_progress(session: Session, actor: Actor, worker_code: str, now: datetime) -> JoinProgress:
    """Return the page of the way in, for the person themselves and operations."""
    worker = get_worker(session, actor, worker_code)
    case, today = worker.case, today_of(session, worker, now)
    policy = read_policy(session, VettingPolicy, now)
    again = None if case.quiz_at is None else case.quiz_at + timedelta(hours=policy.quiz_again_hours)
    waiting = again is not None and again > now
    return JoinProgress(
        worker_code=worker.code,
        state=worker.state,
        since=worker.state_since,
        steps=_steps(worker),
        missing=_missing(session, worker, today, now),
        papers=_papers(worker.documents, today),
        quiz_score=case.quiz_score,
        quiz_open=worker.state == WorkerState.TRAINING and not waiting,
        quiz_again_at=again if waiting and worker.state == WorkerState.TRAINING else None,
        trial_done=case.trial_visits,
        trial_on_time=case.trial_on_time,
        trial_needed=policy.trial_visits,
        reason_code=case.reason_code,
        reason=case.reason,
        reapply_on=case.reapply_on,
        moves=tuple(move.value for move in WORKER_MOVES.moves(WorkerState(worker.state), actor)),
    )


def vetting_list(session: Session, actor: Actor, now: datetime, stage: str = "", after: str = "") -> Page[VettingRow]:
    """Return the applications under way (or of one stage), newest first, page by page. Operations only."""
    _need_ops(actor)
    wanted = [stage] if stage in STAGES else [state.value for state in (*VETTING, WorkerState.TRIAL)]
    query = (
        select(Worker).where(Worker.state.in_(wanted)).options(joinedload(Worker.case), selectinload(Worker.documents))
    )
    page = fetch_page(session, query, Worker.id, after)
    today = now.date()
    return Page([_vetting_row(worker, actor, today, now) for worker in page.rows], page.after)


def stage_counts(session: Session, actor: Actor) -> dict[str, int]:
    """Return how many people stand at each state, those with nobody included. Operations only."""
    _need_ops(actor)
    rows = session.execute(select(Worker.state, func.count()).group_by(Worker.state))
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return {state.value: found.get(state.value, 0) for state in WorkerState}


def ending_papers(session: Session, actor: Actor, today: date, days: int = 30) -> list[tuple[str, str, PaperRow]]:
    """Return worker code, name and paper of what ends within ``days``, soonest first. Operations only."""
    _need_ops(actor)
    rows = session.execute(
        select(Worker.code, Worker.name, WorkerDocument)
        .join(WorkerDocument)
        .where(
            WorkerDocument.state.in_(("valid", "expired")), WorkerDocument.expires_on <= today + timedelta(days=days)
        )
        .order_by(WorkerDocument.expires_on, Worker.id)
        .limit(200)
    ).all()
    return [(code, name, _paper(paper, today)) for code, name, paper in rows]


def _steps(worker: Worker) -> tuple[Step, ...]:
    state = worker.state
    place = STEPS.index(state) if state in STEPS else (len(STEPS) if worker.activated_at else -1)
    return tuple(
        Step(code, "done" if index < place or state == "active" else "now" if index == place else "ahead")
        for index, code in enumerate(STEPS)
    )


def _missing(session: Session, worker: Worker, today: date, now: datetime) -> tuple[str, ...]:
    state = WorkerState(worker.state)
    policy = read_policy(session, DocumentPolicy, now)
    if state is WorkerState.APPLIED:
        return tuple(f"paper_{kind}" for kind in policy.handed_in)
    if state is WorkerState.TRIAL:
        return tuple(f"trial_{one}" for one in missing_for_activation(session, worker, now))
    if state in VETTING and state is not WorkerState.DOCUMENTS:
        return tuple(f"paper_{kind}" for kind in missing_documents(worker, policy.required, today))
    if state is WorkerState.INELIGIBLE:
        return tuple(f"paper_{kind}" for kind in missing_documents(worker, policy.required, today))
    return ()


def _papers(rows: Sequence[WorkerDocument], today: date) -> tuple[PaperRow, ...]:
    shown = [row for row in rows if row.state != "replaced"]
    return tuple(_paper(row, today) for row in sorted(shown, key=lambda row: (row.kind, row.id)))


def _paper(row: WorkerDocument, today: date) -> PaperRow:
    left = None if row.expires_on is None else (row.expires_on - today).days
    return PaperRow(row.kind, row.state, row.expires_on, left)


def _vetting_row(worker: Worker, actor: Actor, today: date, now: datetime) -> VettingRow:
    case = worker.case
    moves = WORKER_MOVES.moves(WorkerState(worker.state), actor)
    return VettingRow(
        worker_code=worker.code,
        name=worker.name,
        state=worker.state,
        since=worker.state_since,
        idle_days=(now - case.touched_at).days,
        zones=tuple(worker.zones),
        recruiter_code=worker.recruiter_code,
        screening=case.screening,
        screened_by=case.screened_by,
        quiz_score=case.quiz_score,
        trial_visits=case.trial_visits,
        papers=_papers(worker.documents, today),
        moves=tuple(move.value for move in moves if move is not WorkerMove.LEAVE),
    )


def _need_ops(actor: Actor) -> None:
    if not (actor.is_ops or actor.is_system):
        raise NotFound
