"""The vetting case: one way to move it, and what every move does besides."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.actors import SYSTEM, Actor
from core.audit import Change, audit
from core.codes import new_code
from core.events import record
from core.policies import read_policy
from core.states import claim
from core.timers import Timer, cancel_timer, set_timer
from notices.tasks import close_tasks
from workers.events import WorkerMoved
from workers.models import Worker, WorkerDecision
from workers.policy import VettingPolicy
from workers.states import VETTING, WORKER_MOVES, WorkerMove, WorkerState
from workers.workers import forbid_own_case, worker_by_code

IDLE_TIMER = "vetting_idle"

_TASKS = {
    WorkerMove.CHECK_IDENTITY: ("check_identity",),
    WorkerMove.INTERVIEW: ("confirm_interview",),
    WorkerMove.START_TRIAL: ("start_trial",),
    WorkerMove.ACTIVATE: ("activate_worker",),
    WorkerMove.RESUME: ("coach_worker",),
    WorkerMove.RESTRICT: ("coach_worker",),
    WorkerMove.SUSPEND: ("coach_worker", "decide_safety_hold"),
    WorkerMove.REINSTATE: ("settle_suspension", "hear_appeal"),
    WorkerMove.RETRY: ("settle_suspension", "hear_appeal"),
    WorkerMove.DISMISS: ("settle_suspension", "hear_appeal"),
}
_ENDINGS = frozenset({WorkerMove.REJECT, WorkerMove.WITHDRAW, WorkerMove.EXPIRE, WorkerMove.LEAVE})


def check_move(session: Session, actor: Actor, worker: Worker, move: WorkerMove) -> WorkerState:
    """Return where the move leads; refuse what the table forbids and whoever decides about themselves."""
    step = WORKER_MOVES.step(WorkerState(worker.state), move, actor)
    if actor.is_staff:
        forbid_own_case(session, actor, worker)
    return step.to


def move_worker(
    session: Session, actor: Actor, worker: Worker, move: WorkerMove, now: datetime, change: Change | None = None
) -> None:
    """Claim the move, restart the idle clock, audit what staff did (they give a reason), record the fact.

    Tasks the move settles are closed with it: an inbox never asks for what has been done.
    """
    to = check_move(session, actor, worker, move)
    seen = WorkerState(worker.state)
    if actor.is_staff:
        said = change or Change()
        after = {**said.after, "state": to.value}
        audit(session, actor, f"worker_{move}", worker.code, now, Change(said.reason, {"state": seen.value}, after))
    claim(session, worker, seen, to, state_since=now)
    touch(session, worker, now)
    settled = {kind for kinds in _TASKS.values() for kind in kinds} if move in _ENDINGS else _TASKS.get(move, ())
    for kind in settled:
        close_tasks(session, kind, worker.code, to.value, now)
    record(session, WorkerMoved(worker.code, move.value, to.value), by=actor, at=now)


def touch(session: Session, worker: Worker, now: datetime) -> None:
    """Restart the idle clock; it runs on the way to the trial only."""
    worker.case.touched_at = now
    if WorkerState(worker.state) in VETTING:
        idle = timedelta(days=read_policy(session, VettingPolicy, now).idle_days)
        set_timer(session, IDLE_TIMER, worker.code, now + idle)
    else:
        cancel_timer(session, IDLE_TIMER, worker.code)
    session.flush()


def on_idle(session: Session, timer: Timer, now: datetime) -> None:
    """Close a case nobody has touched for the idle time; a later application opens it again."""
    worker = worker_by_code(session, timer.about)
    idle = timedelta(days=read_policy(session, VettingPolicy, now).idle_days)
    if WorkerState(worker.state) not in VETTING:
        return
    if worker.case.touched_at + idle > now:
        set_timer(session, IDLE_TIMER, worker.code, worker.case.touched_at + idle)
        return
    move_worker(session, SYSTEM, worker, WorkerMove.EXPIRE, now)


def write_decision(
    session: Session,
    actor: Actor,
    worker: Worker,
    kind: str,
    why: tuple[str, str],
    now: datetime,
) -> WorkerDecision:
    """Keep who decided what and why (``why`` is reason code and words)."""
    row = WorkerDecision(
        code=new_code("C"),
        worker_id=worker.id,
        kind=kind,
        by=actor.code,
        reason_code=why[0],
        reason=why[1],
        evidence=[],
        at=now,
        until=None,
        appealed_at=None,
        settled_at=None,
    )
    session.add(row)
    session.flush()
    return row
