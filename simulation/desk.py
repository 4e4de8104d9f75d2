"""The desk as an agent: it accepts who has done the trial and closes routine tasks. Cases wait for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actors import Role
from notices.models import StaffTask
from notices.tasks import finish_task
from recruiting.models import Milestone
from recruiting.payouts import approve_all, pay
from simulation.acts import Act, Run
from simulation.chance import between
from simulation.founding import staff
from simulation.world import World
from workers.applications import activate_worker


def desk_acts(session: Session, world: World) -> Iterable[Act]:
    """Return what the desk would do by now."""
    yield from _incentives(session, world)
    rows = session.scalars(
        select(StaffTask).where(StaffTask.done_at.is_(None), StaffTask.kind.in_(["activate_worker", *ROUTINE]))
    ).all()
    for task in rows:
        due = task.created_at + timedelta(minutes=between(20, 180, world.seed, "desk", task.id))
        run = _activating(task.about) if task.kind == "activate_worker" else _closing(task.code)
        yield Act(("task", task.id), due, "", run)


ROUTINE = ("check_identity", "confirm_interview", "start_trial", "call_worker", "no_show_talk", "fill_visit")


def _activating(worker_code: str) -> Run:
    def run(session: Session, at: datetime) -> None:
        desk = staff(session, Role.OPS_AGENT)
        activate_worker(session, desk, worker_code, "试做完成", at)

    return run


def _closing(task_code: str) -> Run:
    return lambda session, at: finish_task(session, staff(session, Role.OPS_AGENT), task_code, "看过了", at)


def _incentives(session: Session, world: World) -> Iterable[Act]:
    """A lead approves what has vested, a day later; finance pay it on the next."""
    rows = session.execute(
        select(Milestone.recruiter, Milestone.state, func.min(Milestone.vested_at), func.count())
        .where(Milestone.state.in_(["vested", "approved"]), Milestone.vested_at.is_not(None))
        .group_by(Milestone.recruiter, Milestone.state)
    )
    for recruiter, state, since, number in rows:
        if since is None:
            continue
        wait = timedelta(hours=between(20, 30, world.seed, "approve", recruiter, number))
        if state == "vested":
            yield Act(("approve", recruiter, since), since + wait, "", _approving(recruiter))
        else:
            yield Act(("pay", recruiter, since), since + wait + timedelta(days=1), "", _paying(recruiter))


def _approving(recruiter: str) -> Run:
    return lambda session, at: approve_all(session, staff(session, Role.OPS_LEAD), recruiter, "按规则到期", at)


def _paying(recruiter: str) -> Run:
    return lambda session, at: pay(session, staff(session, Role.FINANCE), recruiter, "每周付款", at)
