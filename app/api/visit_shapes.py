"""How a visit is shown: a row for every list, the whole of it for its customer, for its worker and for the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import Schema
from sqlalchemy.orm import Session

from app.api.shapes import (
    ChecklistItemSchema,
    PlaceSchema,
    PriceLineSchema,
    ReasonCountSchema,
    WhySchema,
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
from app.place_key import place_key
from core.actors import Actor
from dispatch.customer_story import VisitStory
from dispatch.models import Visit
from dispatch.states import VISIT_MOVES, VisitState
from dispatch.visit_file import holds_of, offers_of
from places.shown import NO_VISIT, Viewer, VisitFacts, place_for

CODE_STATES = frozenset({VisitState.ASSIGNED, VisitState.EN_ROUTE, VisitState.ARRIVED})


class ComerSchema(Schema):
    """Who comes. ``stars`` is null while there is too little to go by; ``reasons`` are good ones only."""

    code = text()
    name = text()
    family_name = text()
    languages = texts()
    new = flag()
    stars = real(none=True)
    ratings = number()
    visits = number()
    here_before = number()
    accepted_at = instant(none=True)
    travel_minutes = number()
    reasons = texts()


class VisitSchema(Schema):
    """One visit in a list."""

    code = text()
    job = text()
    state = text()
    state_since = instant()
    service = text()
    zone = text()
    window_from = instant()
    window_until = instant()
    starts_at = instant(none=True)
    minutes = number()
    total_fen = fen()
    worker = text("Worker code; empty while nobody has said yes.")
    worker_name = text()
    place = one(PlaceSchema)
    moves = texts()


class WaySchema(Schema):
    """Where the worker was last seen, only while on the way."""

    eta = instant()
    at = instant(none=True)
    lat = real(none=True)
    lon = real(none=True)
    metres = real(none=True)


class AskedSchema(Schema):
    """How the search stands."""

    live = number()
    answer_by = instant(none=True)
    declined = number()


class FeeSchema(Schema):
    """What calling off costs now, and the step of the ladder it comes from."""

    fen = fen()
    step = text()


class VisitStorySchema(VisitSchema):
    """One visit as its customer sees it. ``start_code`` is told at the door and stands here until the work begins."""

    starts = instant()
    ends = instant()
    lines = many(PriceLineSchema)
    checklist = many(ChecklistItemSchema)
    start_code = text()
    payment_method = text()
    comer = one(ComerSchema, none=True)
    way = one(WaySchema, none=True)
    asked = one(AskedSchema)
    fee = one(FeeSchema)
    end_reason = text()


class OfferToldSchema(Schema):
    """One offer made of a visit, for the desk."""

    code = text()
    worker = text()
    name = text()
    state = text()
    starts_at = instant()
    created_at = instant()
    expires_at = instant()
    seen_at = instant(none=True)
    answered_at = instant(none=True)
    declined_because = text()
    net_fen = fen()
    travel_minutes = number()
    why = many(WhySchema)
    round_code = text("Empty when asked by hand.")


class HoldSchema(Schema):
    """A contested sum, and the case that holds it."""

    source = text()
    fen = fen()
    placed_at = instant()
    released_at = instant(none=True)


class DeskVisitSchema(VisitSchema):
    """One visit as the desk sees it: stamps with how they were proved, offers, why it is open."""

    customer = text()
    priority = text()
    fill_by = instant()
    worker_fen = fen()
    lines = many(PriceLineSchema)
    checklist = many(ChecklistItemSchema)
    open_reasons = many(ReasonCountSchema)
    trip_at = instant(none=True)
    arrived_at = instant(none=True)
    arrived_method = text()
    started_at = instant(none=True)
    start_method = text()
    finished_at = instant(none=True)
    confirmed_at = instant(none=True)
    cash_kept_at = instant(none=True)
    settled_at = instant(none=True)
    ended_at = instant(none=True)
    end_reason = text()
    review = text()
    offers = many(OfferToldSchema)
    holds = many(HoldSchema)


VISIT_PAGE = page_of(VisitSchema)
_PLAIN = (
    "code", "state", "state_since", "service", "zone", "window_from", "window_until", "starts_at", "minutes",
    "total_fen",
)  # fmt: skip


def visit_row(visit: Visit, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return a visit as this actor may see it: the place through the one serialiser."""
    worker = visit.worker
    facts = VisitFacts(worker.code, visit.starts_at, visit.finished_at or visit.ended_at) if worker else NO_VISIT
    return {name: getattr(visit, name) for name in _PLAIN} | {
        "job": visit.job.code,
        "worker": worker.code if worker else "",
        "worker_name": worker.name if worker else "",
        "place": place_for(visit.job.place, Viewer(actor, now), facts, place_key()),
        "moves": [str(move) for move in VISIT_MOVES.moves(VisitState(visit.state), actor)],
    }


def story_row(story: VisitStory, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return a visit's whole story for its customer."""
    visit = story.visit
    return visit_row(visit, actor, now) | {
        "starts": story.starts, "ends": story.ends, "lines": visit.lines, "checklist": visit.checklist,
        "start_code": visit.start_code if story.state in CODE_STATES else "",
        "payment_method": visit.job.payment_method, "comer": story.comer, "way": story.way, "asked": story.asked,
        "fee": story.fee, "end_reason": visit.end_reason,
    }  # fmt: skip


def desk_row(session: Session, visit: Visit, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return a visit for the desk, with its offers and what is held."""
    row = visit_row(visit, actor, now)
    more = {name: getattr(visit, name) for name in DeskVisitSchema().fields if hasattr(visit, name) and name not in row}
    return row | more | {"offers": offers_of(session, visit.code), "holds": holds_of(session, visit.code)}
