"""The desk: milestones and the recruiters they belong to."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.api.acting import BOOKS, DECIDING, DESK, FINANCE, HOUSE, BecauseSchema, Input, because
from app.api.ops_money import PayoutSchema
from app.api.recruiting_shapes import HowComputedSchema, StatementSchema, how_row
from app.api.shapes import by_language, fen, flag, instant, number, page_of, real, text, texts
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.house import current_now
from app.registry import Policy
from app.session import current_session
from core.actors import Role
from recruiting.attribution import settle_contest
from recruiting.cohort import screening_ratios
from recruiting.desk import milestone_list, payable
from recruiting.payouts import (
    approve,
    approve_all,
    ask_reversal,
    forfeit_milestone,
    hold_milestone,
    pay,
    release_milestone,
    reverse_milestone,
)
from recruiting.queries import how_computed, payables, statement
from recruiting.recruiters import add_recruiter, set_recruiter_state
from recruiting.schemas import ContestInput, ContestSchema, RecruiterInput, RecruiterSchema
from recruiting.states import MilestoneState
from recruiting.stations import list_stations

bp = ApiPart("incentives", __name__, "The desk: milestones and recruiters")
HIRING = Policy({Role.OPS_LEAD, Role.ADMIN}, "all")


class StateSchema(BecauseSchema):
    """Where a recruiter stands from now on."""

    state = fields.String(required=True, validate=validate.OneOf(["active", "retraining", "left"]))


class MilestonesAskSchema(Input):
    """Which milestones."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *[state.value for state in MilestoneState]]))
    after = fields.String(load_default="", validate=validate.Length(max=20))


class SumSchema(Schema):
    """One sum in the list; ``mine``: who asks approved it, so somebody else pays."""

    code = text()
    recruiter = text()
    recruiter_name = text()
    worker = text()
    worker_name = text()
    kind = text()
    state = text()
    fen = fen()
    team_fen = number()
    reason = text()
    created_at = instant()
    evaluate_at = instant(none=True)
    vested_at = instant(none=True)
    mine = flag()
    moves = texts()


class PayableSchema(Schema):
    """What is approved for one recruiter."""

    recruiter = text()
    name = text()
    count = number()
    fen = fen()
    by_others = number()


class RatioSchema(Schema):
    """How many were screened for one accepted; 6 to 15 is healthy."""

    recruiter_code = text()
    name = text()
    screened = number()
    accepted = number()
    ratio = real(none=True)
    healthy = fields.Boolean(required=True, allow_none=True)


class RecruiterRowSchema(Schema):
    """A recruiter."""

    code = text()
    name = text()
    state = text()
    station = fields.String(required=True, attribute="station.code")
    joined_at = instant()


class StationSchema(Schema):
    """Where recruiters stand."""

    code = text()
    names = by_language()
    zone = text()
    lat = real()
    lon = real()


class AttributionSchema(Schema):
    """Who brought whom."""

    worker = text()
    recruiter = text()
    state = text()


SUMS = page_of(SumSchema)


@operation(bp, "/ops/milestones/all", policy=HOUSE, query=MilestonesAskSchema, answer=SUMS)
def get_milestones(query: dict[str, str]) -> Any:
    """List milestones of a state (all without one), newest first."""
    return milestone_list(current_session(), current_actor(), query["state"], query["after"])


@operation(bp, "/ops/recruiters/payable", policy=HOUSE, answer=PayableSchema(many=True))
def get_payable() -> Any:
    """List what is approved per recruiter, and how much of it by others than who asks."""
    return payable(current_session(), current_actor())


@operation(bp, "/ops/recruiters/ratios", policy=HOUSE, answer=RatioSchema(many=True))
def get_ratios() -> Any:
    """List how many were screened for one accepted, per recruiter; never a target."""
    return screening_ratios(current_session(), current_actor())


@operation(bp, "/ops/milestones", policy=BOOKS, answer=HowComputedSchema(many=True))
def get_payables() -> list[dict[str, Any]]:
    """List what waits for a decision or for pay, oldest first."""
    return [how_row(one, desk=True) for one in payables(current_session(), current_actor())]


@operation(
    bp,
    "/ops/milestones/<milestone>/approve",
    policy=DECIDING,
    method="POST",
    body=BecauseSchema,
    answer=HowComputedSchema,
    audit=True,
)
def post_approve(milestone: str, body: dict[str, str]) -> dict[str, Any]:
    """Agree to pay a vested milestone; nobody their own."""
    approve(current_session(), because(body["reason"]), milestone, body["reason"], current_now())
    return _how(milestone)


@operation(
    bp,
    "/ops/milestones/<milestone>/hold",
    policy=DESK,
    method="POST",
    body=BecauseSchema,
    answer=HowComputedSchema,
    audit=True,
)
def post_hold(milestone: str, body: dict[str, str]) -> dict[str, Any]:
    """Look into a milestone before it is paid: at most 14 days."""
    hold_milestone(current_session(), because(body["reason"]), milestone, body["reason"], current_now())
    return _how(milestone)


@operation(
    bp,
    "/ops/milestones/<milestone>/release",
    policy=DESK,
    method="POST",
    body=BecauseSchema,
    answer=HowComputedSchema,
    audit=True,
)
def post_release(milestone: str, body: dict[str, str]) -> dict[str, Any]:
    """Let a held milestone go its way: nothing was found."""
    release_milestone(current_session(), because(body["reason"]), milestone, body["reason"], current_now())
    return _how(milestone)


@operation(
    bp,
    "/ops/milestones/<milestone>/forfeit",
    policy=DESK,
    method="POST",
    body=BecauseSchema,
    answer=HowComputedSchema,
    audit=True,
)
def post_forfeit(milestone: str, body: dict[str, str]) -> dict[str, Any]:
    """End an open milestone; the recruiter sees the reason."""
    forfeit_milestone(current_session(), because(body["reason"]), milestone, body["reason"], current_now())
    return _how(milestone)


@operation(
    bp,
    "/ops/milestones/<milestone>/reversal",
    policy=DECIDING,
    method="POST",
    body=BecauseSchema,
    answer=HowComputedSchema,
    audit=True,
)
def post_ask_reversal(milestone: str, body: dict[str, str]) -> dict[str, Any]:
    """Say that a sum was got by fraud; nothing moves until a second person of the other role agrees."""
    ask_reversal(current_session(), because(body["reason"]), milestone, body["reason"], current_now())
    return _how(milestone)


@operation(
    bp,
    "/ops/milestones/<milestone>/reverse",
    policy=DECIDING,
    method="POST",
    body=BecauseSchema,
    answer=HowComputedSchema,
    audit=True,
)
def post_reverse(milestone: str, body: dict[str, str]) -> dict[str, Any]:
    """Agree, as the second person, that a sum was got by fraud."""
    reverse_milestone(current_session(), because(body["reason"]), milestone, body["reason"], current_now())
    return _how(milestone)


@operation(
    bp,
    "/ops/recruiters",
    policy=HIRING,
    method="POST",
    body=RecruiterSchema,
    answer=RecruiterRowSchema,
    status=201,
    audit=True,
)
def post_recruiter(body: RecruiterInput) -> Any:
    """Make an account a recruiter at a station."""
    return add_recruiter(current_session(), because(body.reason), body, current_now())


@operation(bp, "/ops/recruiters/<recruiter>/statement", policy=BOOKS, answer=StatementSchema)
def get_statement(recruiter: str) -> Any:
    """Show a recruiter's statement."""
    return statement(current_session(), current_actor(), current_now(), recruiter)


@operation(
    bp,
    "/ops/recruiters/<recruiter>/state",
    policy=HIRING,
    method="PUT",
    body=StateSchema,
    answer=RecruiterRowSchema,
    audit=True,
)
def put_state(recruiter: str, body: dict[str, str]) -> Any:
    """Put a recruiter to active, retraining or left."""
    actor = because(body["reason"])
    return set_recruiter_state(current_session(), actor, recruiter, body["state"], body["reason"], current_now())


@operation(
    bp,
    "/ops/recruiters/<recruiter>/approve",
    policy=DECIDING,
    method="POST",
    body=BecauseSchema,
    answer=HowComputedSchema(many=True),
    audit=True,
)
def post_approve_all(recruiter: str, body: dict[str, str]) -> list[dict[str, Any]]:
    """Approve everything of one recruiter that has vested."""
    session, actor = current_session(), because(body["reason"])
    rows = approve_all(session, actor, recruiter, body["reason"], current_now())
    return [_how(row.code) for row in rows]


@operation(
    bp,
    "/ops/recruiters/<recruiter>/pay",
    policy=FINANCE,
    method="POST",
    body=BecauseSchema,
    answer=PayoutSchema,
    audit=True,
)
def post_pay(recruiter: str, body: dict[str, str]) -> Any:
    """Pay everything of one recruiter that somebody else has approved."""
    paid = pay(current_session(), because(body["reason"]), recruiter, body["reason"], current_now())
    current_session().flush()
    return paid


@operation(bp, "/ops/stations", policy=HOUSE, answer=StationSchema(many=True))
def get_stations() -> Any:
    """List the stations."""
    return list_stations(current_session())


@operation(
    bp,
    "/ops/workers/<worker>/attribution",
    policy=DESK,
    method="POST",
    body=ContestSchema,
    answer=AttributionSchema,
    audit=True,
)
def post_contest(worker: str, body: ContestInput) -> Any:
    """Decide who brought somebody, when two claim it."""
    return settle_contest(current_session(), because(body.reason), worker, body, current_now())


def _how(milestone: str) -> dict[str, Any]:
    current_session().flush()
    return how_row(how_computed(current_session(), current_actor(), milestone), desk=True)
