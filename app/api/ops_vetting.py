"""The desk: applications and workers, one verb per move, each with its reason."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.api.acting import DESK, LEADS, BecauseSchema, Input, because
from app.api.shapes import day, flag, instant, many, number, one, page_of, real, text, texts
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.house import current_now
from app.session import current_session
from core.actors import Actor
from workers import applications as steps
from workers.careers import clear_safety_hold
from workers.documents import add_document
from workers.queries import STAGES, join_progress, stage_counts, vetting_list
from workers.schemas import (
    SLUG,
    HandIn,
    HandInSchema,
    IdentityCheck,
    IdentityCheckSchema,
    Interview,
    InterviewSchema,
    Paper,
    PaperSchema,
    Practice,
    PracticeSchema,
    Reason,
    ReasonSchema,
    Restriction,
    RestrictionSchema,
    Verdict,
    VerdictSchema,
)
from workers.workers import add_skill

bp = ApiPart("vetting", __name__, "The desk: applications and workers")


class StageSchema(Input):
    """Which stage; all that are under way by default."""

    stage = fields.String(load_default="", validate=validate.OneOf(["", *STAGES]))
    after = fields.String(load_default="", validate=validate.Length(max=20))


class SkillInSchema(BecauseSchema):
    """A skill that has been seen."""

    skill = fields.String(required=True, validate=SLUG)


class PaperRowSchema(Schema):
    """One paper, and the days left (null without an end)."""

    kind = text()
    state = text()
    expires_on = day(none=True)
    days_left = fields.Integer(required=True, allow_none=True)


class VettingRowSchema(Schema):
    """One application in the list."""

    worker_code = text()
    name = text()
    state = text()
    since = instant()
    idle_days = number()
    zones = texts()
    recruiter_code = text()
    screening = real(none=True)
    screened_by = text()
    quiz_score = real(none=True)
    trial_visits = number()
    papers = many(PaperRowSchema)
    moves = texts()


class StepSchema(Schema):
    """One step of the way in: done, now or ahead."""

    code = text()
    status = text()


class ProgressSchema(Schema):
    """Where somebody stands, what is missing (codes), and what may be done now."""

    worker_code = text()
    state = text()
    since = instant()
    steps = many(StepSchema)
    missing = texts()
    papers = many(PaperRowSchema)
    quiz_score = real(none=True)
    quiz_open = flag()
    quiz_again_at = instant(none=True)
    trial_done = number()
    trial_on_time = number()
    trial_needed = number()
    reason_code = text()
    reason = text()
    reapply_on = day(none=True)
    moves = texts()


class InterviewedSchema(Schema):
    """What the sheet came to, and where the person stands now."""

    result = real()
    passed = flag()
    awaits_confirmation = flag()
    progress = one(ProgressSchema)


class StageCountsSchema(Schema):
    """How many people stand at each state."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


VETTING = page_of(VettingRowSchema)


@operation(bp, "/ops/vetting", policy=DESK, query=StageSchema, answer=VETTING)
def get_vetting(query: dict[str, str]) -> Any:
    """List applications, newest first."""
    return vetting_list(current_session(), current_actor(), current_now(), query["stage"], query["after"])


@operation(bp, "/ops/vetting/counts", policy=DESK, answer=StageCountsSchema)
def get_counts() -> dict[str, Any]:
    """Show how many people stand at each state."""
    return {"counts": stage_counts(current_session(), current_actor())}


@operation(bp, "/ops/workers/<worker>", policy=DESK, answer=ProgressSchema)
def get_progress(worker: str) -> Any:
    """Show where a worker stands."""
    return _progress(worker)


@operation(
    bp, "/ops/workers/<worker>/papers", policy=DESK, method="POST", body=HandInSchema, answer=ProgressSchema, audit=True
)
def post_papers(worker: str, body: HandIn) -> Any:
    """Note the papers somebody brought to the desk; the first one carries the reason."""
    steps.hand_in_documents(current_session(), _by(body.papers[0].reason), worker, body, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/identity",
    policy=DESK,
    method="POST",
    body=IdentityCheckSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_identity(worker: str, body: IdentityCheck) -> Any:
    """State that the papers have been seen. One identity is one worker for life."""
    steps.check_identity(current_session(), _by(body.reason), worker, body, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/documents",
    policy=DESK,
    method="POST",
    body=PaperSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_document(worker: str, body: Paper) -> Any:
    """Note a paper that has been seen; it replaces the one before."""
    add_document(current_session(), _by(body.reason), worker, body, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/skills",
    policy=DESK,
    method="POST",
    body=SkillInSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_skill(worker: str, body: dict[str, str]) -> Any:
    """Note a skill that has been seen done."""
    add_skill(current_session(), _by(body["reason"]), worker, body["skill"], current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/interview",
    policy=DESK,
    method="POST",
    body=InterviewSchema,
    answer=InterviewedSchema,
    audit=True,
)
def post_interview(worker: str, body: Interview) -> dict[str, Any]:
    """Keep a screening sheet filled in by the desk."""
    outcome = steps.record_interview(current_session(), _by(body.reason), worker, body, current_now())
    return {
        "result": outcome.result, "passed": outcome.passed, "awaits_confirmation": outcome.awaits_confirmation,
        "progress": _progress(worker),
    }  # fmt: skip


@operation(
    bp,
    "/ops/workers/<worker>/interview/confirm",
    policy=DESK,
    method="POST",
    body=ReasonSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_confirm(worker: str, body: Reason) -> Any:
    """Confirm a recruiter's sheet; whoever filled it in cannot."""
    steps.confirm_interview(current_session(), _by(body.reason), worker, body.reason, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/practice",
    policy=DESK,
    method="POST",
    body=PracticeSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_practice(worker: str, body: Practice) -> Any:
    """Sign the practice and the skills seen; the quiz is open from here."""
    steps.sign_practice(current_session(), _by(body.reason), worker, body, current_now())
    return _progress(worker)


@operation(
    bp, "/ops/workers/<worker>/trial", policy=DESK, method="POST", body=ReasonSchema, answer=ProgressSchema, audit=True
)
def post_trial(worker: str, body: Reason) -> Any:
    """Let somebody do three paid trial visits."""
    steps.start_trial(current_session(), _by(body.reason), worker, body.reason, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/activate",
    policy=DESK,
    method="POST",
    body=ReasonSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_activate(worker: str, body: Reason) -> Any:
    """Accept somebody whose trial is complete."""
    steps.activate_worker(current_session(), _by(body.reason), worker, body.reason, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/reject",
    policy=DESK,
    method="POST",
    body=VerdictSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_reject(worker: str, body: Verdict) -> Any:
    """Say no, with a reason and the day from which a new application is welcome."""
    steps.reject_worker(current_session(), _by(body.reason), worker, body, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/improve",
    policy=DESK,
    method="POST",
    body=ReasonSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_improve(worker: str, body: Reason) -> Any:
    """Have somebody coached for 30 days; they stay matchable."""
    steps.improve(current_session(), _by(body.reason), worker, body.reason, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/restrict",
    policy=DESK,
    method="POST",
    body=RestrictionSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_restrict(worker: str, body: Restriction) -> Any:
    """Restrict somebody's work for a number of days; it ends by itself."""
    steps.restrict(current_session(), _by(body.reason), worker, body, current_now())
    return _progress(worker)


@operation(
    bp, "/ops/workers/<worker>/resume", policy=DESK, method="POST", body=ReasonSchema, answer=ProgressSchema, audit=True
)
def post_resume(worker: str, body: Reason) -> Any:
    """Let somebody come back from a pause, from coaching or from a restriction."""
    steps.resume(current_session(), _by(body.reason), worker, current_now(), body.reason)
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/suspend",
    policy=LEADS,
    method="POST",
    body=VerdictSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_suspend(worker: str, body: Verdict) -> Any:
    """Stop somebody's work: reason, evidence, and an appeal to another lead."""
    steps.suspend(current_session(), _by(body.reason), worker, body, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/reinstate",
    policy=LEADS,
    method="POST",
    body=VerdictSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_reinstate(worker: str, body: Verdict) -> Any:
    """Let somebody back; not by whoever suspended them."""
    steps.reinstate(current_session(), _by(body.reason), worker, body, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/dismiss",
    policy=LEADS,
    method="POST",
    body=VerdictSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_dismiss(worker: str, body: Verdict) -> Any:
    """End the work together after a suspension; not by whoever suspended them."""
    steps.dismiss(current_session(), _by(body.reason), worker, body, current_now())
    return _progress(worker)


@operation(
    bp,
    "/ops/workers/<worker>/clear-hold",
    policy=LEADS,
    method="POST",
    body=ReasonSchema,
    answer=ProgressSchema,
    audit=True,
)
def post_clear(worker: str, body: Reason) -> Any:
    """Clear a safety hold in writing: nothing was found."""
    clear_safety_hold(current_session(), _by(body.reason), worker, body.reason, current_now())
    return _progress(worker)


def _by(reason: str) -> Actor:
    return because(reason)


def _progress(worker: str) -> Any:
    current_session().flush()
    return join_progress(current_session(), current_actor(), worker, current_now())
