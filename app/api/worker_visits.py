"""A worker's offers, day and visits: from the question to the end of the work."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from app.api.acting import Input
from app.api.shapes import (
    ChecklistItemSchema,
    PlaceSchema,
    WhySchema,
    fen,
    flag,
    instant,
    many,
    number,
    one,
    text,
)
from app.api.spec import ApiPart, operation
from app.api.visit_shapes import VISIT_PAGE, visit_row
from app.auth import current_actor
from app.house import current_now
from app.place_key import place_key
from app.registry import Policy
from app.session import current_session
from core.actors import Role
from dispatch.accepting import accept_offer
from dispatch.offers import decline_offer, mark_seen
from dispatch.own_visits import own_visits
from dispatch.schemas import DECLINE_REASONS, VisitFilterSchema
from dispatch.worker_day import DayStop, stop_of, worker_day
from dispatch.worker_offers import OfferLine, live_offers, offer_sheet

bp = ApiPart("working", __name__, "A worker's offers, day and visits")
OWN_OFFER = Policy({Role.WORKER}, "own offer")
OWN_WORK = Policy({Role.WORKER}, "own visit")
OWN_DAY = Policy({Role.WORKER}, "own")


class DeclineSchema(Input):
    """Why not; it costs nothing."""

    reason = fields.String(required=True, validate=validate.OneOf(DECLINE_REASONS))


class OfferSchema(Schema):
    """An offer in a list: the place is an area only, travel in steps of five minutes."""

    code = text()
    visit_code = text()
    state = text()
    service = text()
    starts_at = instant()
    ends_at = instant()
    minutes = number()
    net_fen = fen()
    place = one(PlaceSchema)
    travel_minutes = number()
    leave_by = instant()
    mode = text()
    created_at = instant()
    expires_at = instant()
    regular = flag()
    rescue = flag()


class CustomerRecordSchema(Schema):
    """What the customer is like to work for; not who they are."""

    visits = number()
    with_you = number()
    not_opened = number()
    called_off_late = number()


class OfferSheetSchema(OfferSchema):
    """One offer with everything that helps to answer it."""

    from_home = flag()
    free_after = fields.Integer(required=True, allow_none=True, metadata={"description": "Minutes to the next stop."})
    why = many(WhySchema)
    customer = one(CustomerRecordSchema)


class StopSchema(Schema):
    """One visit of the worker. The home, the customer's name and the note come the day before, not earlier."""

    code = text()
    state = text()
    service = text()
    starts_at = instant()
    ends_at = instant()
    minutes = number()
    place = one(PlaceSchema)
    customer_name = text()
    note = text()
    travel_seconds = number()
    leave_by = instant()
    mode = text()
    worker_fen = fen()
    total_fen = fen()
    cash = flag()
    cash_kept = flag()
    checklist = many(ChecklistItemSchema)
    arrived_at = instant(none=True)
    started_at = instant(none=True)
    finished_at = instant(none=True)
    end_reason = text()
    undo_until = instant(none=True)
    trip_from = instant()


class DaySchema(Schema):
    """Today in order, what is next of it, and the two weeks after it."""

    next = one(StopSchema, none=True)
    rest = many(StopSchema)
    done = many(StopSchema)
    later = many(StopSchema)


@operation(bp, "/worker/offers", policy=OWN_DAY, answer=OfferSchema(many=True))
def get_offers() -> list[OfferLine]:
    """List the offers that wait for one's answer, the soonest visit first."""
    return live_offers(current_session(), current_actor(), current_now(), place_key())


@operation(bp, "/worker/offers/<offer>", policy=OWN_OFFER, answer=OfferSheetSchema)
def get_offer(offer: str) -> dict[str, Any]:
    """Show one offer: what it brings, how to get there, what the customer is like to work for."""
    mark_seen(current_session(), current_actor(), offer, current_now())
    return _sheet(offer)


@operation(bp, "/worker/offers/<offer>/accept", policy=OWN_OFFER, method="POST", answer=StopSchema)
def post_accept(offer: str) -> DayStop:
    """Say yes. The first acceptance wins; 409 when the offer has expired, was taken, or no longer fits the day."""
    session, actor, now = current_session(), current_actor(), current_now()
    taken = accept_offer(session, actor, offer, now)
    session.flush()
    return stop_of(session, actor, taken.visit.code if taken.visit else "", now, place_key())


@operation(
    bp, "/worker/offers/<offer>/decline", policy=OWN_OFFER, method="POST", body=DeclineSchema, answer=OfferSheetSchema
)
def post_decline(offer: str, body: dict[str, str]) -> dict[str, Any]:
    """Say no. It costs nothing, and this visit is not offered again."""
    decline_offer(current_session(), current_actor(), offer, body["reason"], current_now())
    current_session().flush()
    return _sheet(offer)


@operation(bp, "/worker/day", policy=OWN_DAY, answer=DaySchema)
def get_day() -> Any:
    """Show today and the two weeks after it, with when to leave."""
    return worker_day(current_session(), current_actor(), current_now(), place_key())


@operation(bp, "/worker/visits", policy=OWN_DAY, query=VisitFilterSchema, answer=VISIT_PAGE)
def get_work(query: dict[str, Any]) -> dict[str, Any]:
    """List all one's visits, newest first."""
    actor, now = current_actor(), current_now()
    page = own_visits(current_session(), actor, **query)
    return {"rows": [visit_row(visit, actor, now) for visit in page.rows], "after": page.after}


@operation(bp, "/worker/visits/<visit>", policy=OWN_WORK, answer=StopSchema)
def get_stop(visit: str) -> DayStop:
    """Show one of one's own visits."""
    return stop_of(current_session(), current_actor(), visit, current_now(), place_key())


def _sheet(offer: str) -> dict[str, Any]:
    sheet = offer_sheet(current_session(), current_actor(), offer, current_now(), place_key())
    line = {name: getattr(sheet.line, name) for name in OfferSchema().fields}
    return line | {
        "from_home": sheet.from_home, "free_after": sheet.free_after, "why": sheet.why,
        "customer": asdict(sheet.customer),
    }  # fmt: skip
