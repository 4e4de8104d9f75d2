"""What ratings publish, and holds."""

import pytest
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.errors import NotAllowed, NotFound
from tests import factories as make
from tests.workers.path import NOW, Desk, apply
from workers.standing import StandingUpdate, add_hold, publish_standing, remove_hold, standing_of
from workers.workers import add_skill


def test_publishing_changes_what_is_named_and_nothing_else(session: Session):
    worker = apply(session)
    assert standing_of(session, worker.code) is None
    publish_standing(session, worker.code, StandingUpdate(score=0.9, lower=0.8, tier="gold"), NOW)
    publish_standing(session, worker.code, StandingUpdate(reliability_points=2), NOW)
    standing = standing_of(session, worker.code)
    assert standing is not None
    assert (standing.score, standing.lower, standing.tier, standing.reliability_points) == (0.9, 0.8, "gold", 2)


def test_publishing_keeps_holds(session: Session):
    worker = apply(session)
    assert add_hold(session, worker.code, "safety", NOW)
    assert not add_hold(session, worker.code, "safety", NOW)
    publish_standing(session, worker.code, StandingUpdate(score=0.9), NOW)
    standing = standing_of(session, worker.code)
    assert standing is not None
    assert standing.holds == ["safety"]
    assert remove_hold(session, worker.code, "safety", NOW)
    assert not remove_hold(session, worker.code, "safety", NOW)


def test_an_unknown_hold_is_a_mistake_of_the_program(session: Session):
    worker = apply(session)
    with pytest.raises(ValueError, match="no hold"):
        add_hold(session, worker.code, "grumpy", NOW)


def test_nobody_is_published_for_a_code_nobody_has(session: Session):
    with pytest.raises(NotFound):
        publish_standing(session, "W-NOBODY0000", StandingUpdate(score=0.9), NOW)


def test_a_skill_is_noted_once_by_operations(session: Session, desk: Desk):
    worker = apply(session)
    first = add_skill(session, desk.agent, worker.code, "windows", NOW)
    assert add_skill(session, desk.agent, worker.code, "windows", NOW) is first
    with pytest.raises(NotFound):
        add_skill(session, make.as_worker(worker), worker.code, "windows", NOW)


def test_nobody_checks_their_own_skill(session: Session):
    worker = apply(session)
    with pytest.raises(NotAllowed):
        add_skill(session, Actor(Role.OPS_LEAD, worker.account_code, reason="me"), worker.code, "windows", NOW)
