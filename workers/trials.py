"""The three trial visits: counted from above (ratings see them), proposed by the system, decided by a person."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.actors import Role
from core.policies import read_policy
from notices.tasks import open_task
from workers.models import Worker
from workers.policy import VettingPolicy
from workers.standing import standing_of
from workers.states import WorkerState
from workers.workers import is_recruiter_of, worker_by_code


def note_trial_visit(
    session: Session, worker_code: str, visit_code: str, on_time: bool, now: datetime, customer: str = ""
) -> bool:
    """Count one done visit of somebody in trial, once per visit; False when it does not count (again).

    Neither the recruiter nor the worker can be the ``customer`` (account code) of a trial visit.
    """
    worker = worker_by_code(session, worker_code)
    case = worker.case
    if customer and (customer == worker.account_code or is_recruiter_of(session, customer, worker)):
        return False
    if WorkerState(worker.state) is not WorkerState.TRIAL or any(row["visit"] == visit_code for row in case.trial_log):
        return False
    case.trial_log = [*case.trial_log, {"visit": visit_code, "on_time": on_time}]
    case.trial_visits = len(case.trial_log)
    case.trial_on_time = sum(1 for row in case.trial_log if row["on_time"])
    case.touched_at = now
    session.flush()
    propose_activation(session, worker_code, now)
    return True


def propose_activation(session: Session, worker_code: str, now: datetime) -> bool:
    """Ask operations to accept somebody whose trial is complete; False while something is missing."""
    worker = worker_by_code(session, worker_code)
    if WorkerState(worker.state) is not WorkerState.TRIAL or missing_for_activation(session, worker, now):
        return False
    open_task(session, Role.OPS_AGENT, "activate_worker", worker.code, now + timedelta(days=1), now)
    return True


def missing_for_activation(session: Session, worker: Worker, now: datetime) -> list[str]:
    """Return the codes of what the trial still lacks: "visits", "on_time" (of the last three), "score", "safety"."""
    policy = read_policy(session, VettingPolicy, now)
    last = worker.case.trial_log[-policy.trial_visits :]
    standing = standing_of(session, worker.code)
    holds = [] if standing is None else standing.holds
    checks = {
        "visits": worker.case.trial_visits >= policy.trial_visits,
        "on_time": all(row["on_time"] for row in last),
        "score": standing is not None and 1 + 4 * standing.score >= policy.trial_stars,
        "safety": "safety" not in holds,
    }
    return [name for name, good in checks.items() if not good]
