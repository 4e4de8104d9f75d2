"""Tasks for staff: something a role has to look at by an instant. One open task per ``(kind, about)``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import Conflict, NotAllowed, NotFound
from notices.models import StaffTask


def open_task(
    session: Session, role: str, kind: str, about: str, due_at: datetime, now: datetime, **params: Any
) -> StaffTask:
    """Open a task, or return the open one of this kind about the same thing; the earlier due time wins."""
    row = insert(StaffTask).values(
        code=new_code("K"),
        role=str(role),
        kind=kind,
        about=about,
        params=params,
        created_at=now,
        due_at=due_at,
        done_by="",
        outcome="",
    )
    task_id = session.scalar(
        row.on_conflict_do_update(
            index_elements=["kind", "about"],
            index_where=text("done_at is null"),
            set_={"due_at": func.least(StaffTask.due_at, row.excluded.due_at)},
        ).returning(StaffTask.id)
    )
    return session.scalars(
        select(StaffTask).where(StaffTask.id == task_id).execution_options(populate_existing=True)
    ).one()


def get_task(session: Session, actor: Actor, code: str) -> StaffTask:
    """Return a task to those whose role it is for, to leads and to the clock; ``NotFound`` to everybody else."""
    task = session.scalars(select(StaffTask).where(StaffTask.code == code)).first()
    if task is None or not _may(actor, task.role):
        raise NotFound
    return task


def finish_task(session: Session, actor: Actor, code: str, outcome: str, now: datetime) -> StaffTask:
    """Finish a task with what came of it; ``Conflict`` when somebody else has finished it."""
    task = get_task(session, actor, code)
    if actor.code and task.params.get("not_by") == actor.code:
        raise NotAllowed("another_person", "Somebody else has to look at this.")
    done = session.scalar(
        update(StaffTask)
        .where(StaffTask.id == task.id, StaffTask.done_at.is_(None))
        .values(done_at=now, done_by=actor.code, outcome=outcome)
        .returning(StaffTask.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(task)
    if done is None:
        raise Conflict("task_done", "Somebody has done this already.")
    if actor.is_staff:
        audit(session, actor, "finish_task", code, now, Change(reason=outcome))
    return task


def close_tasks(session: Session, kind: str, about: str, outcome: str, now: datetime) -> int:
    """Close what has settled itself (the worker called back); return how many tasks that were open."""
    closed = session.scalars(
        update(StaffTask)
        .where(StaffTask.kind == kind, StaffTask.about == about, StaffTask.done_at.is_(None))
        .values(done_at=now, outcome=outcome)
        .returning(StaffTask.id)
        .execution_options(synchronize_session=False)
    )
    return len(closed.all())


def open_tasks(session: Session, roles: Collection[str], limit: int = 200) -> list[StaffTask]:
    """Return the open tasks of these roles, the next due first."""
    return list(
        session.scalars(
            select(StaffTask)
            .where(StaffTask.done_at.is_(None), StaffTask.role.in_([str(role) for role in roles]))
            .order_by(StaffTask.due_at, StaffTask.id)
            .limit(limit)
        )
    )


def tasks_about(session: Session, about: str) -> list[StaffTask]:
    """Return all tasks about one thing, oldest first."""
    return list(session.scalars(select(StaffTask).where(StaffTask.about == about).order_by(StaffTask.id)))


def roles_served(role: Role) -> frozenset[str]:
    """Return whose tasks a role may take: its own; a lead also those of the agents."""
    if role is Role.OPS_LEAD:
        return frozenset({Role.OPS_LEAD.value, Role.OPS_AGENT.value})
    return frozenset({role.value})


def _may(actor: Actor, role: str) -> bool:
    return actor.is_system or (actor.is_staff and role in roles_served(actor.role))


def count_open(session: Session, roles: Collection[str]) -> int:
    """Return how many tasks of these roles are open."""
    query = select(func.count()).select_from(StaffTask)
    open_ones = query.where(StaffTask.done_at.is_(None), StaffTask.role.in_([str(role) for role in roles]))
    return session.scalar(open_ones) or 0
