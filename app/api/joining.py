"""Becoming a worker: the application, how far one is, papers, the quiz, an appeal."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.api.acting import WORKER, Input
from app.api.shapes import by_language, day, flag, instant, many, number, one, real, text, texts
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.house import current_now
from app.registry import PUBLIC, Policy
from app.session import current_session
from core.actors import Role
from core.policies import read_policy
from workers.applications import hand_in_documents, take_quiz, withdraw
from workers.careers import appeal_suspension
from workers.entrance import apply_as_worker
from workers.joining import join_story
from workers.models import Worker
from workers.policy import VettingPolicy
from workers.quiz import QUIZ
from workers.schemas import Application, ApplicationSchema, HandIn, HandInSchema, QuizAnswers, QuizAnswersSchema
from workers.workers import get_worker

bp = ApiPart("joining", __name__, "Becoming a worker")
APPLICANT = Policy({Role.CUSTOMER, Role.WORKER, Role.RECRUITER}, "own account")


class WordsSchema(Input):
    """One's own words."""

    words = fields.String(required=True, validate=validate.Length(1, 2000))


class ConsentSchema(Schema):
    """The version of the consent text that is in force."""

    version = text()


class AppliedSchema(Schema):
    """The case that was opened. Ask for a new session or token to act in the role of a worker."""

    worker_code = text()
    state = text()


class PaperSchema(Schema):
    """A paper: missing, handed_in, valid or expired, and its last good day."""

    kind = text()
    state = text()
    expires_on = day(none=True)


class VerdictSchema(Schema):
    """The last thing a person decided about the case, with the end of the time to appeal."""

    kind = text()
    reason_code = text()
    reason = text()
    at = instant()
    until = instant(none=True)
    appeal_until = instant()
    appealed = flag()
    open = flag()


class JoinSchema(Schema):
    """How far one is. ``step`` counts from 1; 0 when the way has ended."""

    state = text()
    step = number()
    papers = many(PaperSchema)
    missing = texts()
    trial_done = number()
    trial_needed = number()
    quiz_score = real(none=True)
    quiz_from = instant(none=True)
    reapply_on = day(none=True)
    reason_code = text()
    reason = text()
    verdict = one(VerdictSchema, none=True)


class ChoiceSchema(Schema):
    """One answer to choose."""

    code = text()
    text = by_language()


class QuestionSchema(Schema):
    """One question of the quiz, in both languages."""

    code = text()
    text = by_language()
    choices = many(ChoiceSchema)


class QuizResultSchema(Schema):
    """The share right, whether it is enough, what was wrong, and from when one may try again."""

    score = real()
    passed = flag()
    wrong = texts()
    again_at = instant(none=True)


@operation(bp, "/applications/consent", policy=PUBLIC, answer=ConsentSchema)
def get_consent() -> dict[str, str]:
    """Show the version of the consent text to agree to when applying."""
    return {"version": read_policy(current_session(), VettingPolicy, current_now()).consent_version}


@operation(
    bp, "/applications", policy=APPLICANT, method="POST", body=ApplicationSchema, answer=AppliedSchema, status=201
)
def post_application(body: Application) -> dict[str, str]:
    """Apply to work with us. Somebody who left or was rejected comes back to the same case."""
    worker = apply_as_worker(current_session(), current_actor(), body, current_now())
    return {"worker_code": worker.code, "state": worker.state}


@operation(bp, "/worker/join", policy=WORKER, answer=JoinSchema)
def get_join() -> Any:
    """Show how far one is, what is missing and what comes next."""
    return _story()


@operation(bp, "/worker/join/papers", policy=WORKER, method="POST", body=HandInSchema, answer=JoinSchema)
def post_papers(body: HandIn) -> Any:
    """Note the papers one brings; somebody looks at them next."""
    hand_in_documents(current_session(), current_actor(), current_actor().person, body, current_now())
    return _story()


@operation(bp, "/worker/join/quiz", policy=WORKER, answer=QuestionSchema(many=True))
def get_quiz() -> list[dict[str, Any]]:
    """Show the questions of the quiz, without the answers."""
    _me()
    return [
        {
            "code": one.code,
            "text": {"zh": one.text.zh, "en": one.text.en},
            "choices": [{"code": code, "text": {"zh": said.zh, "en": said.en}} for code, said in one.choices.items()],
        }
        for one in QUIZ
    ]


@operation(bp, "/worker/join/quiz", policy=WORKER, method="POST", body=QuizAnswersSchema, answer=QuizResultSchema)
def post_quiz(body: QuizAnswers) -> Any:
    """Take the quiz; 80 % is enough, and after a miss the next try is a day later."""
    return take_quiz(current_session(), current_actor(), current_actor().person, body, current_now())


@operation(bp, "/worker/join/withdraw", policy=WORKER, method="POST", answer=JoinSchema)
def post_withdraw() -> Any:
    """Take one's application back; one may apply again at any time."""
    withdraw(current_session(), current_actor(), current_actor().person, current_now())
    return _story()


@operation(bp, "/worker/join/appeal", policy=WORKER, method="POST", body=WordsSchema, answer=JoinSchema)
def post_appeal(body: dict[str, str]) -> Any:
    """Answer a suspension, once; somebody who did not decide before hears it."""
    appeal_suspension(current_session(), current_actor(), current_actor().person, body["words"], current_now())
    return _story()


def _me() -> Worker:
    return get_worker(current_session(), current_actor(), current_actor().person)


def _story() -> Any:
    current_session().flush()
    return join_story(current_session(), _me(), current_now())
