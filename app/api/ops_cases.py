"""The desk: cases, proposals, decisions, appeals; what a rating counts; tasks."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.api.acting import DESK, HOUSE, BecauseSchema, Input, because
from app.api.cases import CaseRowSchema, CaseSchema
from app.api.earnings import ScoreSchema, score_row
from app.api.ops_shapes import PairSchema, pairs
from app.api.ratings import RevealedSchema
from app.api.shapes import (
    WhySchema,
    codes_and_numbers,
    fen,
    flag,
    instant,
    many,
    number,
    one,
    page_of,
    real,
    text,
    texts,
)
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.house import current_now
from app.session import current_session
from core.errors import NotFound
from disputes.disputes import add_statement, decide_appeal, decide_dispute, send_proposal
from disputes.queries import CaseView, Desk, case_view, list_cases
from disputes.schemas import CaseFilterSchema, DecisionInput, DecisionSchema, StatementInput, StatementSchema
from notices.tasks import finish_task, get_task, open_tasks, roles_served
from ratings.explain import score_story
from ratings.queries import ratings_for, score_lines
from ratings.scores import WEIGHTS, set_weight

bp = ApiPart("deciding", __name__, "The desk: cases, ratings, tasks")


class WeightSchema(BecauseSchema):
    """What a rating counts from now on, with a short code why, and the reason in words."""

    weight = fields.Float(required=True, validate=validate.OneOf(sorted(WEIGHTS)))
    reason_code = fields.String(required=True, validate=validate.Length(1, 32))


class OutcomeSchema(Input):
    """What came of a task, in words."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


class DraftSchema(Schema):
    """What the remedy table says of the records."""

    remedy = text()
    fen = fen()
    rating_effect = text()
    rule = text()


class BetweenSchema(Schema):
    """What the two have been through before."""

    visits = number()
    cases = texts()


class SentSchema(Schema):
    """Why this worker was sent."""

    round_code = text()
    why = many(WhySchema)


class DeskSchema(Schema):
    """What only operations see of a case."""

    draft = one(DraftSchema)
    precedents = many(PairSchema)
    between = one(BetweenSchema)
    sent = one(SentSchema, none=True)
    may_decide = flag()
    may_hear_appeal = flag()
    remedies = texts()


class DeskCaseSchema(CaseSchema):
    """A whole case for the desk."""

    desk = one(DeskSchema)


class ScoreLineSchema(Schema):
    """One change of a score."""

    rating = text()
    at = instant()
    weight = real()
    leniency = real()
    before = real()
    after = real()
    w_after = real()


class MovedSchema(Schema):
    """A score before and after, 0 to 1."""

    before = real()
    after = real()
    lower_before = real()
    lower_after = real()


class TaskSchema(Schema):
    """Something a role has to look at by an instant."""

    code = text()
    role = text()
    kind = text()
    about = text()
    params = codes_and_numbers()
    created_at = instant()
    due_at = instant()
    done_at = instant(none=True)
    done_by = text()
    outcome = text()


CASES = page_of(CaseRowSchema)


@operation(bp, "/ops/cases", policy=DESK, query=CaseFilterSchema, answer=CASES)
def get_cases(query: dict[str, str]) -> Any:
    """List the cases, newest first."""
    return list_cases(current_session(), current_actor(), **query)


@operation(bp, "/ops/cases/<case>", policy=DESK, answer=DeskCaseSchema)
def get_case(case: str) -> dict[str, Any]:
    """Show a case: the record as one timeline, what both sides said, what the table proposes, precedents."""
    return _case(case)


@operation(
    bp,
    "/ops/cases/<case>/questions",
    policy=DESK,
    method="POST",
    body=StatementSchema,
    answer=DeskCaseSchema,
    status=201,
    audit=True,
)
def post_question(case: str, body: StatementInput) -> dict[str, Any]:
    """Ask both sides something."""
    add_statement(current_session(), because(body.words[:200]), case, body, current_now())
    return _case(case)


@operation(
    bp, "/ops/cases/<case>/proposal", policy=DESK, method="POST", body=DecisionSchema, answer=DeskCaseSchema, audit=True
)
def post_proposal(case: str, body: DecisionInput) -> dict[str, Any]:
    """Send both sides a proposal; they have 48 hours to say yes or no."""
    send_proposal(current_session(), because(body.reason), case, body, current_now())
    return _case(case)


@operation(
    bp, "/ops/cases/<case>/decision", policy=DESK, method="POST", body=DecisionSchema, answer=DeskCaseSchema, audit=True
)
def post_decision(case: str, body: DecisionInput) -> dict[str, Any]:
    """Decide a case, with a reason; it is carried out at once, and either side may appeal for seven days."""
    decide_dispute(current_session(), because(body.reason), case, body, current_now())
    return _case(case)


@operation(
    bp,
    "/ops/cases/<case>/appeal-decision",
    policy=DESK,
    method="POST",
    body=DecisionSchema,
    answer=DeskCaseSchema,
    audit=True,
)
def post_appeal_decision(case: str, body: DecisionInput) -> dict[str, Any]:
    """Hear an appeal: a lead who has not decided before; final."""
    decide_appeal(current_session(), because(body.reason), case, body, current_now())
    return _case(case)


@operation(bp, "/ops/visits/<visit>/ratings", policy=DESK, answer=RevealedSchema(many=True))
def get_ratings(visit: str) -> Any:
    """List the revealed ratings of a visit."""
    return ratings_for(current_session(), current_actor(), visit)


@operation(
    bp, "/ops/ratings/<rating>/weight", policy=DESK, method="PUT", body=WeightSchema, answer=MovedSchema, audit=True
)
def put_weight(rating: str, body: dict[str, Any]) -> Any:
    """Let a customer's rating count 0, a half or 1; the score is computed again from the log."""
    actor = because(body["reason"])
    return set_weight(current_session(), rating, body["weight"], body["reason_code"], actor, current_now())


@operation(bp, "/ops/workers/<worker>/score", policy=DESK, answer=ScoreSchema)
def get_score(worker: str) -> dict[str, Any]:
    """Show how a worker's score came about."""
    return score_row(score_story(current_session(), current_actor(), worker, current_now()))


@operation(bp, "/ops/workers/<worker>/score/steps", policy=DESK, answer=ScoreLineSchema(many=True))
def get_steps(worker: str) -> Any:
    """List the last changes of a worker's score."""
    return score_lines(current_session(), current_actor(), worker)


@operation(bp, "/ops/tasks", policy=HOUSE, answer=TaskSchema(many=True))
def get_tasks() -> Any:
    """List the open tasks of one's role, the next due first."""
    return open_tasks(current_session(), roles_served(current_actor().role))


@operation(bp, "/ops/tasks/<task>", policy=HOUSE, answer=TaskSchema)
def get_one_task(task: str) -> Any:
    """Show one task of one's role."""
    return get_task(current_session(), current_actor(), task)


@operation(
    bp, "/ops/tasks/<task>/finish", policy=HOUSE, method="POST", body=OutcomeSchema, answer=TaskSchema, audit=True
)
def post_finish(task: str, body: dict[str, str]) -> Any:
    """Finish a task with what came of it."""
    return finish_task(current_session(), because(body["reason"]), task, body["reason"], current_now())


def _case(code: str) -> dict[str, Any]:
    current_session().flush()
    view: CaseView = case_view(current_session(), current_actor(), code, current_now())
    if view.desk is None:
        raise NotFound
    shown = {name: getattr(view, name) for name in CaseSchema().fields}
    return shown | {"desk": _desk(view.desk)}


def _desk(desk: Desk) -> dict[str, Any]:
    shown = {name: getattr(desk, name) for name in DeskSchema().fields}
    return shown | {"precedents": pairs(desk.precedents)}
