"""Cases: a problem with a visit, reported, shown, answered, appealed by its two sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from app.api.acting import SIDES
from app.api.shapes import codes_and_numbers, fen, flag, instant, many, number, one, text, texts
from app.api.spec import ApiPart, operation
from app.api.uploads import PhotoInSchema, content_of
from app.auth import current_actor
from app.house import current_now
from app.photo_answers import photo_answer
from app.registry import Policy
from app.session import current_session
from core.actors import OPS, Role
from core.errors import NotFound
from disputes.disputes import (
    add_evidence,
    add_statement,
    answer_proposal,
    appeal,
    keep_apart,
    open_dispute,
    withdraw,
)
from disputes.queries import CaseView, case_view, cases_of_visit, my_cases, read_photo, report_options
from disputes.schemas import (
    AnswerInput,
    AnswerSchema,
    OpenInput,
    OpenSchema,
    StatementInput,
    StatementSchema,
    Upload,
)
from ratings.explain import score_story
from ratings.queries import visit_of_rating

bp = ApiPart("cases", __name__, "Cases about a visit, for its two sides")
OWN_RATING = Policy({Role.WORKER}, "own rating")
OWN_CASE = Policy({Role.CUSTOMER, Role.WORKER}, "own case")
CASE = Policy({Role.CUSTOMER, Role.WORKER} | OPS, "own case; operations all")


class OptionSchema(Schema):
    """A topic that may be reported now, and until when (null: no limit yet)."""

    topic = text()
    severity = text()
    until = instant(none=True)


class CaseRowSchema(Schema):
    """One case in a list. ``next_due`` is the next deadline; ``whose``: party, ops or appeal."""

    code = text()
    visit_code = text()
    severity = text()
    topic = text()
    state = text()
    opener_role = text()
    opened_at = instant()
    next_due = instant(none=True)
    whose = text()
    ops_late = flag()
    contested_fen = fen()
    refunded_fen = fen()
    remedy = text()
    words = text()


class PartySchema(Schema):
    """One side; the other side's code and history are for the desk only."""

    role = text()
    code = text()
    name = text()
    words = text()
    earlier_cases = number()


class LineSchema(Schema):
    """One line of the timeline. ``lane``: record, customer, worker or staff."""

    at = instant()
    lane = text()
    kind = text()
    params = codes_and_numbers()
    words = text()
    photos = texts()


class ProposalSchema(Schema):
    """What both sides have been sent, and their answers by role."""

    remedy = text()
    fen = fen()
    rating_effect = text()
    rule = text()
    reason = text()
    sent_at = fields.String(required=True, metadata={"format": "date-time"})
    answers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class DecisionRowSchema(Schema):
    """One decision; ``by`` is shown to the desk only."""

    level = text()
    remedy = text()
    fen = fen()
    rating_effect = text()
    rule = text()
    reason = text()
    at = instant()
    by = text()


class CaseSchema(Schema):
    """A whole case as its side sees it."""

    row = one(CaseRowSchema)
    customer = one(PartySchema)
    worker = one(PartySchema)
    items = many(LineSchema)
    reply_due = instant(none=True)
    proposal_due = instant()
    appeal_until = instant(none=True)
    closed_at = instant(none=True)
    proposal = one(ProposalSchema, none=True)
    decisions = many(DecisionRowSchema)
    moves = texts()
    may_speak = flag()


@operation(bp, "/visits/<visit>/report-options", policy=SIDES, answer=OptionSchema(many=True))
def get_options(visit: str) -> Any:
    """List what may be reported about this visit now."""
    return report_options(current_session(), current_actor(), visit, current_now())


@operation(bp, "/visits/<visit>/cases", policy=SIDES, answer=CaseRowSchema(many=True))
def get_cases_of_visit(visit: str) -> Any:
    """List the cases about this visit."""
    return cases_of_visit(current_session(), current_actor(), visit)


@operation(bp, "/cases", policy=SIDES, answer=CaseRowSchema(many=True))
def get_cases() -> Any:
    """List one's own cases, newest first."""
    return my_cases(current_session(), current_actor())


@operation(bp, "/cases", policy=SIDES, method="POST", body=OpenSchema, answer=CaseSchema, status=201)
def post_case(body: OpenInput) -> CaseView:
    """Report a problem with a visit. Only the contested amount is held; both ratings wait until it is over."""
    return _case(open_dispute(current_session(), current_actor(), body, current_now()).code)


@operation(
    bp,
    "/worker/ratings/<rating>/contest",
    policy=OWN_RATING,
    method="POST",
    body=StatementSchema,
    answer=CaseSchema,
    status=201,
)
def post_contest(rating: str, body: StatementInput) -> CaseView:
    """Say that a rating of one's work is unfair. A person looks at it; until then it does not count."""
    session, actor, now = current_session(), current_actor(), current_now()
    shown = score_story(session, actor, actor.person, now).lines
    if not any(line.code == rating and line.contest_until for line in shown):
        raise NotFound
    about = visit_of_rating(session, actor, rating)
    return _case(open_dispute(session, actor, OpenInput(about, "review", body.words, "void_rating"), now).code)


@operation(bp, "/cases/<case>", policy=OWN_CASE, answer=CaseSchema)
def get_one_case(case: str) -> CaseView:
    """Show one's own case: what the records say, what both sides said, what happens next."""
    return _case(case)


@operation(
    bp, "/cases/<case>/statements", policy=OWN_CASE, method="POST", body=StatementSchema, answer=CaseSchema, status=201
)
def post_statement(case: str, body: StatementInput) -> CaseView:
    """Say something in the case."""
    add_statement(current_session(), current_actor(), case, body, current_now())
    return _case(case)


@operation(
    bp, "/cases/<case>/photos", policy=OWN_CASE, method="POST", files=PhotoInSchema, answer=CaseSchema, status=201
)
def post_photo(case: str, files: dict[str, Any]) -> CaseView:
    """Hand in a photo."""
    upload = Upload(content_of(files))
    add_evidence(current_session(), current_actor(), case, upload, current_now())
    return _case(case)


@operation(bp, "/cases/<case>/photos/<photo>", policy=CASE, content_type="image/jpeg")
def get_photo(case: str, photo: str) -> Response:
    """Show a photo of the case."""
    found = read_photo(current_session(), current_actor(), case, photo)
    return photo_answer(found.content, found.mime, photo, keep_seconds=3600)


@operation(bp, "/cases/<case>/answer", policy=OWN_CASE, method="POST", body=AnswerSchema, answer=CaseSchema)
def post_answer(case: str, body: AnswerInput) -> CaseView:
    """Say yes or no to what has been proposed. Two times yes decides; one no hands it back to a person."""
    answer_proposal(current_session(), current_actor(), case, body, current_now())
    return _case(case)


@operation(bp, "/cases/<case>/appeal", policy=OWN_CASE, method="POST", body=StatementSchema, answer=CaseSchema)
def post_appeal(case: str, body: StatementInput) -> CaseView:
    """Ask for another person to look, once, within seven days of the decision."""
    appeal(current_session(), current_actor(), case, body, current_now())
    return _case(case)


@operation(bp, "/cases/<case>/withdraw", policy=OWN_CASE, method="POST", answer=CaseSchema)
def post_withdraw(case: str) -> CaseView:
    """Take one's own case back before it is decided; nothing is held against anybody."""
    withdraw(current_session(), current_actor(), case, current_now())
    return _case(case)


@operation(bp, "/cases/<case>/keep-apart", policy=OWN_CASE, method="POST", status=204, idempotent="natural")
def post_keep_apart(case: str) -> None:
    """Never be matched with the other side again; no reason is needed and nobody is told."""
    keep_apart(current_session(), current_actor(), case, current_now())


def _case(code: str) -> CaseView:
    current_session().flush()
    return replace(case_view(current_session(), current_actor(), code, current_now()), desk=None)
