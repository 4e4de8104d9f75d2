"""Walking somebody along the vetting path through the verbs, up to any state."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from core.actors import Actor, Role
from tests import factories as make
from workers import applications as steps
from workers.models import Worker
from workers.quiz import QUIZ
from workers.schemas import Application, HandIn, IdentityCheck, Interview, Paper, Practice, QuizAnswers
from workers.trials import note_trial_visit

NOW = make.MONDAY_NOON
GOOD = {f"item_{number}": 2 for number in range(10)}
RIGHT = QuizAnswers({question.code: question.right for question in QUIZ})
FAR = date(2027, 11, 1)
ORDER = ("applied", "documents", "identity_checked", "interviewed", "training", "quiz_passed", "trial", "active")


@dataclass(frozen=True)
class Desk:
    """An agent, and two leads."""

    agent: Actor
    lead: Actor
    other: Actor


def make_desk(session: Session) -> Desk:
    return Desk(
        make.make_ops(session, "An", Role.OPS_AGENT),
        make.make_ops(session, "Olu", Role.OPS_LEAD),
        make.make_ops(session, "Pat", Role.OPS_LEAD),
    )


def form(**more) -> Application:
    base = {
        "name": "周桂香", "zones": ("liuan",), "lat": 30.58, "lon": 114.30, "consent_version": "2026-11",
        "skills": ("cleaning",),
    }  # fmt: skip
    return Application(**{**base, **more})


def apply(session: Session, applicant: Actor | None = None, now: datetime = NOW, **more) -> Worker:
    return steps.apply_as_worker(session, applicant or make.make_customer(session, "Cleo"), form(**more), now)


def papers() -> HandIn:
    return HandIn((Paper("identity"), Paper("health", expires_on=FAR)))


def identity(worker: Worker, **more) -> IdentityCheck:
    base = {
        "identity_hash": hashlib.sha256(worker.code.encode()).hexdigest(), "health_until": FAR, "insured_until": FAR,
        "reason": "papers seen",
    }  # fmt: skip
    return IdentityCheck(**{**base, **more})


def take_step(session: Session, worker: Worker, state: str, desk: Desk, now: datetime) -> None:
    me = make.as_worker(worker)
    code = worker.code
    if state == "documents":
        steps.hand_in_documents(session, me, code, papers(), now)
    elif state == "identity_checked":
        steps.check_identity(session, desk.agent, code, identity(worker), now)
    elif state == "interviewed":
        steps.record_interview(session, desk.agent, code, Interview(GOOD, reason="seen"), now)
    elif state == "training":
        steps.sign_practice(session, desk.agent, code, Practice(("cleaning",), "seen"), now)
    elif state == "quiz_passed":
        steps.take_quiz(session, me, code, RIGHT, now)
    elif state == "trial":
        steps.start_trial(session, desk.agent, code, "ready", now)
    elif state == "active":
        for number in range(3):
            note_trial_visit(session, code, f"V-{code}-{number}", True, now)
        steps.activate_worker(session, desk.agent, code, "trial done", now)


def worker_at(session: Session, state: str, desk: Desk | None = None, now: datetime = NOW, **more) -> Worker:
    """Somebody at this state of the path; each step takes an hour."""
    desk = desk or make_desk(session)
    worker = apply(session, now=now, **more)
    return walk(session, worker, state, desk, now)


def walk(session: Session, worker: Worker, state: str, desk: Desk, now: datetime = NOW) -> Worker:
    """Take somebody on from where they stand to this state."""
    todo = ORDER[ORDER.index(worker.state) + 1 : ORDER.index(state) + 1]
    for number, step in enumerate(todo, start=1):
        take_step(session, worker, step, desk, now + timedelta(hours=number))
    return worker
