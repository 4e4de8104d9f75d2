"""After the trial: pausing, leaving, improvement, restriction, suspension and its appeal, the safety hold.

No fines, no secret blocks, nobody stopped by a score alone. Whoever suspends is never who settles it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import SYSTEM, Actor, Role
from core.audit import Change, audit
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.events import record
from core.policies import read_policy
from core.timers import Timer, cancel_timer, set_timer
from notices.notices import enqueue
from notices.tasks import close_tasks, open_task
from workers.cases import check_move, move_worker, write_decision
from workers.events import WorkerStopped
from workers.models import Worker, WorkerDecision
from workers.policy import VettingPolicy
from workers.restrictions import give_back, withhold, withholdings
from workers.standing import add_hold, remove_hold
from workers.states import WorkerMove, WorkerState
from workers.workers import forbid_own_case, get_worker, worker_by_code
from workers.zones import today_of

if TYPE_CHECKING:
    from workers.schemas import Restriction, Verdict

HOLD_TIMER = "safety_hold_over"
RESTRICTION_TIMER = "restriction_over"


def pause(session: Session, actor: Actor, worker_code: str, now: datetime, reason: str = "") -> Worker:
    """Stop being matched for a while, by own choice. Operations who do it for somebody give a reason."""
    worker = get_worker(session, actor, worker_code)
    move_worker(session, actor, worker, WorkerMove.PAUSE, now, Change(reason))
    return worker


def resume(session: Session, actor: Actor, worker_code: str, now: datetime, reason: str = "") -> Worker:
    """Come back to full work: from a pause by oneself, from improvement or restriction by operations."""
    worker = get_worker(session, actor, worker_code)
    restricted = worker.state == WorkerState.RESTRICTED
    move_worker(session, actor, worker, WorkerMove.RESUME, now, Change(reason))
    if restricted:
        cancel_timer(session, RESTRICTION_TIMER, worker.code)
        give_back(session, worker, now)
    return worker


def leave(session: Session, actor: Actor, worker_code: str, now: datetime, reason: str = "") -> Worker:
    """Leave by own choice; money earned is still paid, and coming back continues the same worker."""
    worker = get_worker(session, actor, worker_code)
    move_worker(session, actor, worker, WorkerMove.LEAVE, now, Change(reason))
    record(session, WorkerStopped(worker.code, worker.recruiter_code, "own_choice"), by=actor, at=now)
    return worker


def improve(session: Session, actor: Actor, worker_code: str, reason: str, now: datetime) -> Worker:
    """The watch rule asks a person to look: a coach task for 30 days; the worker stays matchable."""
    worker = get_worker(session, actor, worker_code)
    move_worker(session, actor, worker, WorkerMove.IMPROVE, now, Change(reason))
    due = now + timedelta(days=read_policy(session, VettingPolicy, now).improvement_days)
    open_task(session, Role.OPS_AGENT, "coach_worker", worker.code, due, now, reason=reason)
    enqueue(session, worker.account_code, "improvement_starts", worker.code, now)
    return worker


def restrict(session: Session, actor: Actor, worker_code: str, wish: Restriction, now: datetime) -> Worker:
    """Withhold skills or zones for a number of days, after which they come back by themselves."""
    worker = get_worker(session, actor, worker_code)
    check_move(session, actor, worker, WorkerMove.RESTRICT)
    taken, zones = withholdings(worker, wish)
    until = now + timedelta(days=wish.days)
    after = {"reason_code": wish.reason_code, "until": until.isoformat(), "skills": wish.skills, "zones": zones}
    move_worker(session, actor, worker, WorkerMove.RESTRICT, now, Change(wish.reason, after=after))
    row = write_decision(session, actor, worker, "restrict", (wish.reason_code, wish.reason), now)
    row.until = until
    withhold(session, worker, row, taken, zones)
    set_timer(session, RESTRICTION_TIMER, worker.code, until)
    enqueue(session, worker.account_code, "restricted", worker.code, now, until=until.isoformat())
    return worker


def suspend(session: Session, actor: Actor, worker_code: str, verdict: Verdict, now: datetime) -> Worker:
    """An ops lead stops somebody's work: reason, evidence, and an appeal to another lead. Money earned is paid."""
    worker = get_worker(session, actor, worker_code)
    check_move(session, actor, worker, WorkerMove.SUSPEND)
    if not verdict.evidence:
        raise InvalidInput({"evidence": ["required"]})
    move_worker(session, actor, worker, WorkerMove.SUSPEND, now, _change(verdict, evidence=list(verdict.evidence)))
    row = write_decision(session, actor, worker, "suspend", (verdict.reason_code, verdict.reason), now)
    row.evidence = list(verdict.evidence)
    cancel_timer(session, HOLD_TIMER, worker.code)
    remove_hold(session, worker.code, "safety", now, actor)
    due = now + timedelta(days=read_policy(session, VettingPolicy, now).appeal_days)
    open_task(session, Role.OPS_LEAD, "settle_suspension", worker.code, due, now, not_by=actor.code)
    enqueue(
        session, worker.account_code, "suspended", worker.code, now,
        reason_code=verdict.reason_code, appeal_until=due.isoformat(),
    )  # fmt: skip
    return worker


def appeal_suspension(session: Session, actor: Actor, worker_code: str, words: str, now: datetime) -> WorkerDecision:
    """The suspended worker answers, once, within seven days; a lead who did not suspend them will hear it."""
    worker = get_worker(session, actor, worker_code)
    if actor.is_staff or actor.is_system:
        raise NotAllowed("appeal_not_yours", "Only the worker can appeal.")
    row = _suspension(session, worker)
    if row.appealed_at is not None:
        raise Conflict("appealed_already", "There is an appeal already.")
    if now > row.at + timedelta(days=read_policy(session, VettingPolicy, now).appeal_days):
        raise Conflict("appeal_too_late", "The time for an appeal is over.")
    row.appeal, row.appealed_at = words, now
    open_task(session, Role.OPS_LEAD, "hear_appeal", worker.code, now + timedelta(days=5), now, not_by=row.by)
    session.flush()
    return row


def reinstate(session: Session, actor: Actor, worker_code: str, verdict: Verdict, now: datetime) -> Worker:
    """A different ops lead lets somebody back: to active work, or to the trial they were in."""
    worker = get_worker(session, actor, worker_code)
    move = WorkerMove.RETRY if worker.activated_at is None else WorkerMove.REINSTATE
    _settle(session, actor, worker, move, verdict, now)
    enqueue(session, worker.account_code, "reinstated", worker.code, now)
    return worker


def dismiss(session: Session, actor: Actor, worker_code: str, verdict: Verdict, now: datetime) -> Worker:
    """A different ops lead ends the work together after a suspension; the reason is given in writing."""
    worker = get_worker(session, actor, worker_code)
    cause = {"papers_false": "identity"}.get(verdict.reason_code, verdict.reason_code)
    if cause not in {"quality", "safety", "conduct", "identity"}:
        raise InvalidInput({"reason_code": ["not_a_cause"]})
    _settle(session, actor, worker, WorkerMove.DISMISS, verdict, now)
    wait = timedelta(days=read_policy(session, VettingPolicy, now).reapply_days_serious)
    case = worker.case
    case.reason_code, case.reason = verdict.reason_code, verdict.reason
    case.reapply_on = today_of(session, worker, now) + wait
    record(session, WorkerStopped(worker.code, worker.recruiter_code, cause), by=actor, at=now)
    enqueue(session, worker.account_code, "dismissed", worker.code, now, reason_code=verdict.reason_code)
    return worker


def hold_for_safety(session: Session, worker_code: str, source: str, now: datetime) -> bool:
    """The system keeps somebody out of new matches for 24 h after an S0 report; a lead decides within that time."""
    worker = worker_by_code(session, worker_code)
    if not add_hold(session, worker.code, "safety", now, source):
        return False
    until = now + timedelta(hours=read_policy(session, VettingPolicy, now).safety_hold_hours)
    set_timer(session, HOLD_TIMER, worker.code, until, source=source)
    open_task(session, Role.OPS_LEAD, "decide_safety_hold", worker.code, until, now, source=source)
    enqueue(session, worker.account_code, "safety_hold", worker.code, now, until=until.isoformat())
    return True


def clear_safety_hold(session: Session, actor: Actor, worker_code: str, reason: str, now: datetime) -> Worker:
    """A lead has looked and found nothing to suspend for: cleared in writing."""
    if actor.role is not Role.OPS_LEAD:
        raise NotFound
    worker = get_worker(session, actor, worker_code)
    forbid_own_case(session, actor, worker)
    if not remove_hold(session, worker.code, "safety", now, actor):
        raise Conflict("no_safety_hold", "There is no safety hold.")
    audit(session, actor, "safety_hold_cleared", worker.code, now, Change(reason))
    cancel_timer(session, HOLD_TIMER, worker.code)
    close_tasks(session, "decide_safety_hold", worker.code, "cleared", now)
    write_decision(session, actor, worker, "clear", ("safety", reason), now)
    enqueue(session, worker.account_code, "safety_hold_over", worker.code, now)
    return worker


def on_safety_hold_over(session: Session, timer: Timer, now: datetime) -> None:
    """Timer: nobody decided within 24 h, so the hold ends."""
    worker = worker_by_code(session, timer.about)
    close_tasks(session, "decide_safety_hold", worker.code, "ran_out", now)
    if remove_hold(session, worker.code, "safety", now):
        enqueue(session, worker.account_code, "safety_hold_over", worker.code, now)


def on_restriction_over(session: Session, timer: Timer, now: datetime) -> None:
    """Timer: the last day of a restriction is over; what it withheld comes back, whatever happened since."""
    worker = worker_by_code(session, timer.about)
    give_back(session, worker, now)
    if WorkerState(worker.state) is WorkerState.RESTRICTED:
        move_worker(session, SYSTEM, worker, WorkerMove.RESUME, now)
        enqueue(session, worker.account_code, "restriction_over", worker.code, now)


def _suspension(session: Session, worker: Worker) -> WorkerDecision:
    row = session.scalars(
        select(WorkerDecision)
        .where(WorkerDecision.worker_id == worker.id, WorkerDecision.kind == "suspend")
        .order_by(WorkerDecision.id.desc())
    ).first()
    if row is None or row.settled_at is not None:
        raise Conflict("not_suspended", "There is no open suspension.")
    return row


def _settle(session: Session, actor: Actor, worker: Worker, move: WorkerMove, verdict: Verdict, now: datetime) -> None:
    check_move(session, actor, worker, move)
    row = _suspension(session, worker)
    if row.by == actor.code:
        raise NotAllowed("own_decision", "Somebody other than who suspended has to settle this.")
    move_worker(session, actor, worker, move, now, _change(verdict, suspension=row.code))
    row.settled_by, row.settled_at = actor.code, now
    write_decision(session, actor, worker, move.value, (verdict.reason_code, verdict.reason), now)


def _change(verdict: Verdict, **after: object) -> Change:
    return Change(verdict.reason, after={"reason_code": verdict.reason_code, **after})
