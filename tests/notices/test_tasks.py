"""Staff tasks: one open per thing, done once, seen by the role."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import SYSTEM, Actor, Role
from core.audit import AuditRow
from core.errors import Conflict, InvalidInput, NotFound
from notices.tasks import close_tasks, finish_task, get_task, open_task, open_tasks, tasks_about

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OLU = Actor(Role.OPS_AGENT, "A-olu")


def test_one_open_task_per_thing_and_the_earlier_time_wins(session: Session) -> None:
    first = open_task(session, Role.OPS_AGENT, "call_worker", "V-1", LATER, NOW, minutes=15)
    again = open_task(session, Role.OPS_AGENT, "call_worker", "V-1", NOW + timedelta(minutes=5), NOW)
    assert again.id == first.id
    assert (again.due_at, again.params) == (NOW + timedelta(minutes=5), {"minutes": 15})
    later = open_task(session, Role.OPS_AGENT, "call_worker", "V-1", LATER, NOW)
    assert later.due_at == NOW + timedelta(minutes=5)
    assert open_task(session, Role.OPS_AGENT, "call_worker", "V-2", LATER, NOW).id != first.id


def test_a_finished_task_may_come_up_again(session: Session) -> None:
    first = open_task(session, "ops_agent", "call_worker", "V-1", LATER, NOW)
    done = finish_task(session, OLU, first.code, "reached", NOW)
    assert (done.done_at, done.done_by, done.outcome) == (NOW, "A-olu", "reached")
    again = open_task(session, "ops_agent", "call_worker", "V-1", LATER, NOW)
    assert [task.id for task in tasks_about(session, "V-1")] == [first.id, again.id]


def test_a_task_is_done_once_and_audited(session: Session) -> None:
    task = open_task(session, "ops_agent", "call_worker", "V-1", LATER, NOW)
    finish_task(session, OLU, task.code, "reached", NOW)
    with pytest.raises(Conflict):
        finish_task(session, OLU, task.code, "again", NOW)
    [row] = session.scalars(select(AuditRow).where(AuditRow.about == task.code))
    assert (row.act, row.actor_code, row.reason) == ("finish_task", "A-olu", "reached")


def test_staff_say_what_came_of_it(session: Session) -> None:
    task = open_task(session, "ops_agent", "call_worker", "V-1", LATER, NOW)
    with pytest.raises(InvalidInput):
        finish_task(session, OLU, task.code, " ", NOW)


@pytest.mark.parametrize(
    ("actor", "agents", "leads"),
    [
        (OLU, True, False),
        (Actor(Role.OPS_LEAD, "A-lin"), True, True),
        (SYSTEM, True, True),
        (Actor(Role.FINANCE, "A-fin"), False, False),
        (Actor(Role.CUSTOMER, "A-ada"), False, False),
    ],
)
def test_who_may_take_whose_task(session: Session, actor: Actor, agents: bool, leads: bool) -> None:
    for role, may in (("ops_agent", agents), ("ops_lead", leads)):
        task = open_task(session, role, "look", f"V-{role}", LATER, NOW)
        if may:
            assert get_task(session, actor, task.code).id == task.id
        else:
            with pytest.raises(NotFound):
                get_task(session, actor, task.code)


def test_what_settles_itself_is_closed(session: Session) -> None:
    open_task(session, "ops_agent", "call_worker", "V-1", LATER, NOW)
    assert close_tasks(session, "call_worker", "V-1", "worker_called", NOW) == 1
    assert close_tasks(session, "call_worker", "V-1", "worker_called", NOW) == 0
    assert open_tasks(session, ["ops_agent"]) == []


def test_the_next_due_comes_first(session: Session) -> None:
    open_task(session, "ops_agent", "a", "V-1", LATER, NOW)
    open_task(session, "ops_agent", "b", "V-1", NOW, NOW)
    open_task(session, "ops_lead", "c", "V-1", NOW, NOW)
    assert [task.kind for task in open_tasks(session, [Role.OPS_AGENT])] == ["b", "a"]
    assert len(open_tasks(session, [Role.OPS_AGENT, Role.OPS_LEAD])) == 3
