"""What a worker does at a visit, in order: set out, arrive, start, tick, finish; or cannot, or must stop.

Acts sent later (no signal at the door) carry ``happened_at``.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.api.acting import Input
from app.api.shapes import number
from app.api.spec import ApiPart, operation
from app.api.worker_visits import OWN_WORK, StopSchema
from app.auth import current_actor
from app.house import current_now
from app.place_key import place_key
from app.session import current_session
from dispatch.cancelling import worker_cancels
from dispatch.finishing import abort_visit, finish_work, tick_item, undo_finish
from dispatch.schemas import (
    ABORT_REASONS,
    WORKER_CANCEL_REASONS,
    ArrivalProof,
    ArrivalSchema,
    Happened,
    HappenedSchema,
    PositionSchema,
    StartSchema,
)
from dispatch.settling import say_cash_kept
from dispatch.trip import Fix, arrive, lock_out, log_contact, report_position, start_trip, start_work
from dispatch.worker_day import DayStop, stop_of

bp = ApiPart("work", __name__, "What a worker does at a visit")


class TickSchema(Input):
    """How an item of the checklist stands: "done", "" (not yet), or why it is left."""

    state = fields.String(required=True, validate=validate.Length(max=80))


class GiveBackSchema(Input):
    """Why one cannot come."""

    reason = fields.String(required=True, validate=validate.OneOf(WORKER_CANCEL_REASONS))


class AbortSchema(Input):
    """Why the work has to stop."""

    reason = fields.String(required=True, validate=validate.OneOf(ABORT_REASONS))


class TriesSchema(Schema):
    """How many tries to reach the customer count so far."""

    tries = number()


class GivenBackSchema(Schema):
    """The visit that was given back."""

    code = fields.String(required=True)
    state = fields.String(required=True)


@operation(bp, "/worker/visits/<visit>/trip", policy=OWN_WORK, method="POST", body=HappenedSchema, answer=StopSchema)
def post_trip(visit: str, body: Happened) -> DayStop:
    """Set out. Not earlier than 90 minutes before the promised start."""
    start_trip(current_session(), current_actor(), visit, body, current_now())
    return _stop(visit)


@operation(
    bp,
    "/worker/visits/<visit>/position",
    policy=OWN_WORK,
    method="POST",
    body=PositionSchema,
    status=204,
    idempotent="natural",
)
def post_position(visit: str, body: dict[str, Any]) -> None:
    """Say where one is; only on the way, kept until 24 hours after the visit."""
    report_position(current_session(), current_actor(), visit, Fix(**body), current_now())


@operation(bp, "/worker/visits/<visit>/arrive", policy=OWN_WORK, method="POST", body=ArrivalSchema, answer=StopSchema)
def post_arrive(visit: str, body: ArrivalProof) -> DayStop:
    """Be at the door: proved by a position near the home or by the customer's code."""
    arrive(current_session(), current_actor(), visit, body, current_now())
    return _stop(visit)


@operation(bp, "/worker/visits/<visit>/start", policy=OWN_WORK, method="POST", body=StartSchema, answer=StopSchema)
def post_start(visit: str, body: tuple[str, Happened]) -> DayStop:
    """Start the clock with the customer's four digits."""
    start_work(current_session(), current_actor(), visit, body[0], body[1], current_now())
    return _stop(visit)


@operation(
    bp,
    "/worker/visits/<visit>/checklist/<item>",
    policy=OWN_WORK,
    method="PUT",
    body=TickSchema,
    answer=StopSchema,
    idempotent="natural",
)
def put_item(visit: str, item: str, body: dict[str, str]) -> DayStop:
    """Tick an item of the checklist, untick it, or say why it is left."""
    tick_item(current_session(), current_actor(), visit, item, body["state"], current_now())
    return _stop(visit)


@operation(bp, "/worker/visits/<visit>/finish", policy=OWN_WORK, method="POST", body=HappenedSchema, answer=StopSchema)
def post_finish(visit: str, body: Happened) -> DayStop:
    """Say that the work is done; for a minute it can be taken back."""
    finish_work(current_session(), current_actor(), visit, body, current_now())
    return _stop(visit)


@operation(bp, "/worker/visits/<visit>/undo", policy=OWN_WORK, method="POST", answer=StopSchema)
def post_undo(visit: str) -> DayStop:
    """Take "done" back within the minute."""
    undo_finish(current_session(), current_actor(), visit, current_now())
    return _stop(visit)


@operation(bp, "/worker/visits/<visit>/cash", policy=OWN_WORK, method="POST", answer=StopSchema)
def post_cash(visit: str) -> DayStop:
    """Say that the customer has paid in cash at the door; it is netted at settlement."""
    say_cash_kept(current_session(), current_actor(), visit, current_now())
    return _stop(visit)


@operation(
    bp, "/worker/visits/<visit>/contact", policy=OWN_WORK, method="POST", body=HappenedSchema, answer=TriesSchema
)
def post_contact(visit: str, body: Happened) -> dict[str, int]:
    """Log one try to reach a customer who does not open."""
    return {"tries": log_contact(current_session(), current_actor(), visit, body, current_now())}


@operation(bp, "/worker/visits/<visit>/lockout", policy=OWN_WORK, method="POST", answer=StopSchema)
def post_lockout(visit: str) -> DayStop:
    """Give up at a door nobody opens, after three tries and 25 minutes; it is paid."""
    lock_out(current_session(), current_actor(), visit, current_now())
    return _stop(visit)


@operation(bp, "/worker/visits/<visit>/abort", policy=OWN_WORK, method="POST", body=AbortSchema, answer=StopSchema)
def post_abort(visit: str, body: dict[str, str]) -> DayStop:
    """Stop the work before its end; the minutes worked are paid, and for safety a case opens by itself."""
    abort_visit(current_session(), current_actor(), visit, body["reason"], current_now())
    return _stop(visit)


@operation(
    bp, "/worker/visits/<visit>/give-back", policy=OWN_WORK, method="POST", body=GiveBackSchema, answer=GivenBackSchema
)
def post_give_back(visit: str, body: dict[str, str]) -> Any:
    """Say that one cannot come. The earlier, the better: within the last day somebody else is looked for at once."""
    return worker_cancels(current_session(), current_actor(), visit, body["reason"], current_now())


def _stop(visit: str) -> DayStop:
    current_session().flush()
    return stop_of(current_session(), current_actor(), visit, current_now(), place_key())
