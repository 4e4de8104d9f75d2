"""Pausing, leaving, suspension and its appeal, restriction, the 24 h safety hold."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.events import EventRow
from core.timers import Timer
from tests import factories as make
from tests.workers.path import NOW, Desk, apply, worker_at
from workers import careers
from workers.models import Worker, WorkerDecision
from workers.schemas import Restriction, Verdict
from workers.standing import standing_of
from workers.workers import add_skill

DAY = timedelta(days=1)
BAD = Verdict("quality", "three redos in a week", ("V-1", "V-2"))


def timer_of(session: Session, kind: str, worker: Worker) -> Timer:
    return session.scalars(select(Timer).where(Timer.kind == kind, Timer.about == worker.code)).one()


@pytest.fixture
def active(session: Session, desk: Desk) -> Worker:
    return worker_at(session, "active", desk)


def test_a_pause_is_ones_own_choice(session: Session, active: Worker):
    me = make.as_worker(active)
    assert careers.pause(session, me, active.code, NOW).state == "paused"
    assert careers.resume(session, me, active.code, NOW).state == "active"


def test_one_cannot_resume_from_improvement_alone(session: Session, active: Worker, desk: Desk):
    careers.improve(session, desk.agent, active.code, "watch rule", NOW)
    with pytest.raises(NotAllowed):
        careers.resume(session, make.as_worker(active), active.code, NOW)
    assert careers.resume(session, desk.agent, active.code, NOW, "better").state == "active"


def test_leaving_is_recorded_as_own_choice(session: Session, active: Worker):
    careers.leave(session, make.as_worker(active), active.code, NOW)
    fact = session.scalars(select(EventRow).where(EventRow.kind == "WorkerStopped")).one()
    assert fact.payload["cause"] == "own_choice"


def test_coming_back_is_the_same_worker(session: Session, active: Worker):
    me = make.as_worker(active)
    careers.leave(session, me, active.code, NOW)
    assert apply(session, me, now=NOW + DAY).id == active.id


def test_only_a_lead_suspends(session: Session, active: Worker, desk: Desk):
    with pytest.raises(NotAllowed):
        careers.suspend(session, desk.agent, active.code, BAD, NOW)
    assert careers.suspend(session, desk.lead, active.code, BAD, NOW).state == "suspended"


def test_a_suspension_needs_evidence(session: Session, active: Worker, desk: Desk):
    with pytest.raises(InvalidInput) as error:
        careers.suspend(session, desk.lead, active.code, Verdict("quality", "a feeling"), NOW)
    assert error.value.fields == {"evidence": ["required"]}


def test_who_suspended_does_not_settle_it(session: Session, active: Worker, desk: Desk):
    careers.suspend(session, desk.lead, active.code, BAD, NOW)
    for verb in (careers.reinstate, careers.dismiss):
        with pytest.raises(NotAllowed) as error:
            verb(session, desk.lead, active.code, BAD, NOW)
        assert error.value.code == "own_decision"
    assert careers.reinstate(session, desk.other, active.code, BAD, NOW).state == "active"
    row = session.scalars(select(WorkerDecision).where(WorkerDecision.kind == "suspend")).one()
    assert row.settled_by == desk.other.code


def test_a_dismissal_names_its_cause_and_waits_a_year(session: Session, active: Worker, desk: Desk):
    careers.suspend(session, desk.lead, active.code, BAD, NOW)
    careers.dismiss(session, desk.other, active.code, BAD, NOW)
    assert active.state == "left"
    fact = session.scalars(select(EventRow).where(EventRow.kind == "WorkerStopped")).one()
    assert fact.payload["cause"] == "quality"
    with pytest.raises(Conflict):
        apply(session, make.as_worker(active), now=NOW + 300 * DAY)


def test_a_dismissal_needs_a_cause(session: Session, active: Worker, desk: Desk):
    careers.suspend(session, desk.lead, active.code, BAD, NOW)
    with pytest.raises(InvalidInput):
        careers.dismiss(session, desk.other, active.code, Verdict("other", "no idea"), NOW)


def test_somebody_suspended_in_trial_returns_to_the_trial(session: Session, desk: Desk):
    worker = worker_at(session, "trial", desk)
    careers.suspend(session, desk.lead, worker.code, BAD, NOW)
    assert careers.reinstate(session, desk.other, worker.code, BAD, NOW).state == "trial"


def test_an_appeal_within_seven_days_goes_to_another_lead(session: Session, active: Worker, desk: Desk):
    careers.suspend(session, desk.lead, active.code, BAD, NOW)
    row = careers.appeal_suspension(session, make.as_worker(active), active.code, "the hood was broken", NOW + 7 * DAY)
    assert row.appeal == "the hood was broken"
    with pytest.raises(Conflict):
        careers.appeal_suspension(session, make.as_worker(active), active.code, "again", NOW + 7 * DAY)


def test_an_appeal_after_seven_days_is_too_late(session: Session, active: Worker, desk: Desk):
    careers.suspend(session, desk.lead, active.code, BAD, NOW)
    with pytest.raises(Conflict) as error:
        careers.appeal_suspension(session, make.as_worker(active), active.code, "late", NOW + 7 * DAY + DAY)
    assert error.value.code == "appeal_too_late"


def test_staff_do_not_appeal_for_themselves_in_the_workers_name(session: Session, active: Worker, desk: Desk):
    careers.suspend(session, desk.lead, active.code, BAD, NOW)
    with pytest.raises(NotAllowed):
        careers.appeal_suspension(session, desk.agent, active.code, "for her", NOW)


def test_the_system_never_suspends(session: Session, active: Worker):
    from core.actors import SYSTEM

    with pytest.raises(NotAllowed):
        careers.suspend(session, SYSTEM, active.code, BAD, NOW)


def test_a_safety_hold_ends_after_24_hours_without_a_decision(session: Session, active: Worker):
    assert careers.hold_for_safety(session, active.code, "D-1", NOW)
    assert not careers.hold_for_safety(session, active.code, "D-1", NOW)
    standing = standing_of(session, active.code)
    assert standing is not None
    assert standing.holds == ["safety"]
    assert active.state == "active"
    timer = timer_of(session, careers.HOLD_TIMER, active)
    assert timer.due_at == NOW + DAY
    careers.on_safety_hold_over(session, timer, timer.due_at)
    session.refresh(standing)
    assert standing.holds == []


def test_a_lead_decides_the_hold_by_suspending(session: Session, active: Worker, desk: Desk):
    careers.hold_for_safety(session, active.code, "D-1", NOW)
    careers.suspend(session, desk.lead, active.code, Verdict("safety", "threat", ("D-1",)), NOW)
    assert not session.scalars(select(Timer).where(Timer.kind == careers.HOLD_TIMER)).all()
    assert active.state == "suspended"


def test_only_a_lead_clears_the_hold_in_writing(session: Session, active: Worker, desk: Desk):
    careers.hold_for_safety(session, active.code, "D-1", NOW)
    with pytest.raises(NotFound):
        careers.clear_safety_hold(session, desk.agent, active.code, "fine", NOW)
    with pytest.raises(InvalidInput):
        careers.clear_safety_hold(session, make_silent(desk), active.code, "", NOW)


def make_silent(desk: Desk):
    return replace(desk.lead, reason="")


LESS = Restriction("quality", "streaks on glass", 14, skills=("windows",))


@pytest.fixture
def watched(session: Session, active: Worker, desk: Desk) -> Worker:
    """In improvement, with two skills and two zones."""
    add_skill(session, desk.agent, active.code, "windows", NOW)
    active.zones = ["liuan", "yunhe"]
    session.refresh(active, ["skills"])
    return careers.improve(session, desk.agent, active.code, "watch rule", NOW)


def skills(session: Session, worker: Worker) -> set[str]:
    session.flush()
    session.refresh(worker, ["skills"])
    return {one.skill for one in worker.skills}


def test_a_restriction_withholds_and_gives_back_by_itself(session: Session, watched: Worker, desk: Desk):
    careers.restrict(session, desk.agent, watched.code, replace(LESS, zones=("yunhe",)), NOW)
    assert (watched.state, skills(session, watched), watched.zones) == ("restricted", {"cleaning"}, ["liuan"])
    timer = timer_of(session, careers.RESTRICTION_TIMER, watched)
    assert timer.due_at == NOW + 14 * DAY
    careers.on_restriction_over(session, timer, timer.due_at)
    assert (watched.state, skills(session, watched)) == ("active", {"cleaning", "windows"})
    assert watched.zones == ["liuan", "yunhe"]
    assert {one.checked_by for one in watched.skills} == {desk.agent.code}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"skills": ()}, "skills", "required"),
        ({"skills": ("cooking",)}, "skills", "unknown"),
        ({"zones": ("mohuwan",)}, "zones", "unknown"),
        ({"skills": ("windows", "cleaning")}, "skills", "nothing_left"),
        ({"zones": ("liuan", "yunhe")}, "skills", "nothing_left"),
    ],
)
def test_a_restriction_names_something_and_leaves_something(session, watched, desk, change, field, code):
    with pytest.raises(InvalidInput) as error:
        careers.restrict(session, desk.agent, watched.code, replace(LESS, **change), NOW)
    assert error.value.fields == {field: [code]}
    assert watched.state == "improvement"


def test_an_earlier_resume_gives_back_and_makes_the_timer_harmless(session: Session, watched: Worker, desk: Desk):
    careers.restrict(session, desk.agent, watched.code, LESS, NOW)
    timer = timer_of(session, careers.RESTRICTION_TIMER, watched)
    careers.resume(session, desk.agent, watched.code, NOW, "better")
    assert skills(session, watched) == {"cleaning", "windows"}
    careers.on_restriction_over(session, timer, NOW + 14 * DAY)
    assert (watched.state, skills(session, watched)) == ("active", {"cleaning", "windows"})


def test_a_suspension_in_between_does_not_lose_what_was_withheld(session: Session, watched: Worker, desk: Desk):
    careers.restrict(session, desk.agent, watched.code, LESS, NOW)
    timer = timer_of(session, careers.RESTRICTION_TIMER, watched)
    careers.suspend(session, desk.lead, watched.code, BAD, NOW)
    careers.reinstate(session, desk.other, watched.code, BAD, NOW + DAY)
    assert skills(session, watched) == {"cleaning"}
    careers.on_restriction_over(session, timer, timer.due_at)
    assert (watched.state, skills(session, watched)) == ("active", {"cleaning", "windows"})
