"""The desk as an agent: it accepts who has done the trial and closes routine tasks. Cases wait for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Role
from notices.models import StaffTask
from notices.tasks import finish_task
from simulation.acts import Act, Run
from simulation.chance import between
from simulation.founding import staff
from simulation.world import World
from workers.applications import activate_worker


def desk_acts(session: Session, world: World) -> Iterable[Act]:
    """Return what the desk would do by now."""
    rows = session.scalars(
        select(StaffTask).where(StaffTask.done_at.is_(None), StaffTask.kind.in_(["activate_worker", *ROUTINE]))
    ).all()
    for task in rows:
        due = task.created_at + timedelta(minutes=between(20, 180, world.seed, "desk", task.id))
        run = _activating(task.about, task.code) if task.kind == "activate_worker" else _closing(task.code)
        yield Act(("task", task.id), due, "", run)


ROUTINE = ("check_identity", "confirm_interview", "start_trial", "call_worker", "no_show_talk", "fill_visit")


def _activating(worker_code: str, task_code: str) -> Run:
    def run(session: Session, at: datetime) -> None:
        desk = staff(session, Role.OPS_AGENT)
        activate_worker(session, desk, worker_code, "trial done", at)
        finish_task(session, desk, task_code, "accepted", at)

    return run


def _closing(task_code: str) -> Run:
    return lambda session, at: finish_task(session, staff(session, Role.OPS_AGENT), task_code, "looked at", at)
