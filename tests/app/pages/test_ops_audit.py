"""The audit in words and its chain; roles taken in emergencies, seen by a second person."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from accounts.emergency import MINUTES, EmergencyGrant
from accounts.events import EmergencyTaken
from app.emergency_news import second_person
from app.house import House, wall_now
from app.pages.ops_audit_words import act_word, acts_in_words, why_text
from app.wiring import wiring
from core.actors import Role
from core.audit import AuditRow
from core.errors import NotAllowed
from core.events import deliver_pending
from notices.models import Notice, StaffTask
from notices.tasks import finish_task
from recruiting.states import MilestoneMove
from tests import factories as make
from tests.customers import Put, clock_of
from tests.desk import Desk, desk_of
from workers.states import WorkerMove

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def at(house: House) -> Iterator[Put]:
    for put in clock_of(house):
        put(make.MONDAY_NOON)
        yield put


@pytest.fixture
def agent(house: House, house_session, at: Put) -> Desk:
    make.make_house(house_session)
    return desk_of(house, house_session, Role.OPS_AGENT)


@pytest.fixture
def lead(house: House, house_session, at: Put) -> Desk:
    return desk_of(house, house_session, Role.OPS_LEAD)


def take(desk: Desk, role: str = "ops_lead", **more: str) -> int:
    return desk.post("/ops/emergency", role=role, **{"reason": "nobody else is here", **more}).status_code


def grant_of(desk: Desk) -> EmergencyGrant:
    return desk.session.scalars(select(EmergencyGrant).where(EmergencyGrant.account == desk.actor.code)).one()


def audited(desk: Desk, code: str) -> list[AuditRow]:
    query = select(AuditRow).where(AuditRow.after["emergency"].as_string() == code).order_by(AuditRow.id)
    return list(desk.session.scalars(query))


def test_a_role_is_taken_for_half_an_hour_and_everything_in_it_is_written_down(agent: Desk) -> None:
    assert agent.client.get("/ops/audit").status_code == 403
    assert take(agent, ticket="T-1") == 303
    grant = grant_of(agent)
    assert (grant.role, grant.home_role, grant.until - grant.since) == (
        "ops_lead",
        "ops_agent",
        timedelta(minutes=MINUTES),
    )
    assert "You act in a role taken in an emergency" in agent.text("/ops/people")
    assert agent.client.get("/ops/audit").status_code == 200
    agent.session.rollback()
    rows = audited(agent, grant.code)
    assert [row.act for row in rows][-2:] == ["ops_people.show_people", "ops_audit.show_audit"]
    assert {(row.actor_role, row.reason) for row in rows} == {("ops_lead", "nobody else is here")}
    assert agent.post("/ops/emergency/end").status_code == 303
    assert agent.client.get("/ops/audit").status_code == 403


def test_it_ends_by_itself(agent: Desk) -> None:
    take(agent)
    with time_machine.travel(wall_now() + timedelta(minutes=MINUTES, seconds=1)):
        assert agent.client.get("/ops/audit").status_code == 403
        assert agent.client.get("/ops/people").status_code == 200
    agent.session.rollback()
    assert audited(agent, grant_of(agent).code) == []


def test_what_cannot_be_taken(agent: Desk, lead: Desk) -> None:
    assert [take(agent, "admin"), take(agent, "finance", reason=" ")] == [403, 422]
    assert take(agent, "chief") == 422
    assert take(agent) == 303
    assert take(agent, "finance") == 409  # not a second one on top
    assert take(lead, "ops_agent") == 403


def test_a_second_person_is_told_and_only_they_may_close_it(agent: Desk, lead: Desk, house: House) -> None:
    take(agent)
    grant = grant_of(agent)
    for _ in range(2):  # told once, however often the fact is delivered
        deliver_pending(sessionmaker(agent.session.get_bind()), wiring().handlers, make.MONDAY_NOON, limit=100_000)
    agent.session.rollback()
    told = list(agent.session.scalars(select(Notice.to).where(Notice.about == grant.code)))
    assert told.count(lead.actor.code) == 1
    assert agent.actor.code not in told
    task = agent.session.scalars(select(StaffTask).where(StaffTask.about == grant.code)).one()
    assert (task.kind, task.role) == ("emergency_review", "ops_lead")
    page = lead.text(f"/ops/audit?q={grant.code}")
    assert "Took another role in an emergency" in lead.text("/ops/audit")
    assert "nobody else is here" in lead.text("/ops/emergency")
    assert "nobody else is here" in page
    assert "A role taken in an emergency" in lead.text("/ops/exceptions")


def test_whoever_took_it_does_not_close_the_review(agent: Desk, lead: Desk) -> None:
    take(agent)
    grant = grant_of(agent)
    second_person(agent.session, EmergencyTaken(grant.code, agent.actor.code, "ops_lead"), make.MONDAY_NOON)
    task = agent.session.scalars(select(StaffTask).where(StaffTask.about == grant.code)).one()
    with pytest.raises(NotAllowed):
        finish_task(agent.session, replace(agent.actor, role=Role.OPS_LEAD), task.code, "fine", make.MONDAY_NOON)
    finish_task(agent.session, lead.actor, task.code, "fine", make.MONDAY_NOON)
    agent.session.rollback()


def test_the_health_page_tells_of_the_chain(lead: Desk) -> None:
    assert "The audit" in lead.text("/ops/health")
    assert lead.post("/ops/audit/check", reason="asked for").status_code == 303
    assert "The audit is whole" in lead.text("/ops/health")


def test_the_audit_is_for_leads_and_administrators(house: House, agent: Desk) -> None:
    finance = desk_of(house, agent.session, Role.FINANCE)
    admin = desk_of(house, agent.session, Role.ADMIN)
    assert [one.client.get("/ops/audit").status_code for one in (agent, finance, admin)] == [403, 403, 200]


def test_every_act_has_words() -> None:
    packages = ("accounts", "disputes", "money", "notices", "ratings", "recruiting", "workers", "dispatch", "app")
    source = "".join(path.read_text() for name in packages for path in (ROOT / name).rglob("*.py"))
    acts = set(re.findall(r'audit\(\s*[\w().]+,\s*[\w()"\[\]]+,\s*"(\w+)"', source))
    acts |= {f"worker_{move}" for move in WorkerMove} | {f"milestone_{move}" for move in MilestoneMove}
    acts |= {f"dispute_decided_{level}" for level in ("first", "appeal")} | {"home_shown", "position_shown"}
    assert len(acts) > 50
    assert acts - acts_in_words() == set()


def test_reasons_and_doors_are_told_in_words(house: House) -> None:
    with house.test_request_context("/?lang=en", headers={"Accept-Language": "en"}):
        assert why_text("late: again") == "somebody is late: again"
        assert [why_text("late"), why_text("other: she asked"), why_text("free words")] == [
            "somebody is late", "she asked", "free words",
        ]  # fmt: skip
        assert act_word("ops_visits.show_visit") == "Looked at: a visit"
        assert act_word("Vetting.post_quiz") == "Acted on: vetting"
        assert act_word("nowhere.do") == "Acted on: another page"
