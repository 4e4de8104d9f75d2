"""A recruiter meets somebody, who is checked, tried, accepted and works: what the recruiter earns, and when."""

from datetime import timedelta

from sqlalchemy import select

from core.actors import Actor
from recruiting.models import Milestone
from recruiting.queries import how_computed, statement
from tests.journeys.hiring import DAY, HOUR, NOON, bring_in, hire_rita, one_visit
from tests.journeys.town import Town
from workers import applications as steps
from workers.workers import worker_by_code


def sums(town: Town, worker: Actor) -> dict[str, Milestone]:
    rows = town.rows(select(Milestone).where(Milestone.worker == worker.person))
    return {row.kind: row for row in rows}


def test_a_recruiter_earns_when_somebody_is_accepted_and_at_the_tenth_visit(town: Town) -> None:
    rita, actor, desk = town.act(hire_rita)
    ben = town.act(lambda session: bring_in(session, rita, actor, desk))
    town.beat(NOON - HOUR)
    customers = [town.customer(f"Ada {number}") for number in range(6)]
    for number in range(3):
        accepted = one_visit(town, number, customers) + HOUR
    assert sums(town, ben).keys() <= {"screening"}
    town.act(lambda session: steps.activate_worker(session, desk.agent, ben.person, "three good visits", accepted))
    town.beat(accepted + timedelta(minutes=1))
    assert sums(town, ben)["advance"].state == "vested"

    for number in range(3, 10):
        last = one_visit(town, number, customers)
    tenth = sums(town, ben)["visits_10"]
    due = max(last + 8 * DAY, accepted + 14 * DAY)
    assert tenth.evaluate_at == due
    town.beat(due - HOUR)
    assert sums(town, ben)["visits_10"].state == "scheduled"
    town.beat(due + HOUR)
    tenth = sums(town, ben)["visits_10"]
    assert tenth.state == "vested"
    assert tenth.fen > 0
    with town.factory() as session:
        told = statement(session, actor, due + HOUR)
        track = next(one for one in told.tracks if one.worker_code == ben.person)
        assert [line.state for line in track.lines[:3]] == ["vested", "vested", "vested"]
        assert how_computed(session, actor, tenth.code).inputs["lower"] > 0
        assert worker_by_code(session, ben.person).state == "active"
