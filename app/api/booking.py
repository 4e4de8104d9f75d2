"""Asking for somebody: when it can be, what it costs, and yes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

from flask import session as cookie
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app import auth
from app.api.acting import CUSTOMER, Input
from app.api.shapes import PriceLineSchema, fen, flag, instant, many, number, real, text, texts
from app.api.spec import ApiPart, operation
from app.house import current_now
from app.registry import PUBLIC, Policy
from app.session import current_session
from app.slot_books import book_for
from core.actors import Role
from dispatch.jobs import get_job, request_job
from dispatch.models import Job
from dispatch.quoting import ask_quote, resolve, slot_ask
from dispatch.schemas import JobRequest, JobRequestSchema, QuoteAsk, QuoteAskSchema
from dispatch.slots import slots_in
from money.models import Quote
from money.quotes import get_quote
from places.zones import list_compounds

bp = ApiPart("booking", __name__, "Slots, quotes and jobs")
ASKED_AS = "asked_as"
OWN_JOB = Policy({Role.CUSTOMER}, "own job")


class SlotAskSchema(Input):
    """What is to be done where. Either a compound (slug) or a pin."""

    service = fields.String(required=True, validate=validate.Length(1, 32))
    minutes = fields.Integer(required=True, validate=validate.Range(30, 720))
    compound = fields.String(load_default="", validate=validate.Length(max=40))
    lat = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-90, 90))
    lon = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-180, 180))
    datum = fields.String(load_default="wgs84", validate=validate.OneOf(["wgs84", "gcj02"]))
    day = fields.Date(load_default=None, metadata={"description": "Only this local day."})

    @validates_schema
    def where(self, data: dict[str, Any], **_: Any) -> None:
        """A place is needed, one way or the other."""
        if not data["compound"] and (data["lat"] is None or data["lon"] is None):
            raise ValidationError({"compound": ["place_missing"]})


class SlotSchema(Schema):
    """A start somebody can keep: how many could, and how sure it is (0..1)."""

    start = instant()
    workers = number()
    sureness = real()
    sure = flag()


class QuoteSchema(Schema):
    """A price, kept for half an hour for whoever asked; the lines add up to the total."""

    code = text()
    created_at = instant()
    expires_at = instant()
    zone = fields.String(required=True, attribute="asked.zone")
    service = fields.String(required=True, attribute="asked.service")
    minutes = fields.Integer(required=True, attribute="asked.minutes")
    window_from = fields.String(required=True, attribute="asked.from", metadata={"format": "date-time"})
    window_until = fields.String(required=True, attribute="asked.until", metadata={"format": "date-time"})
    facts = fields.List(fields.String(), required=True, attribute="asked.facts")
    lines = many(PriceLineSchema)
    total_fen = fen()
    worker_fen = fen()
    job_code = text("Empty until the quote has become a job.")


class JobSchema(Schema):
    """A job, and the codes of its visits."""

    code = text()
    service = text()
    minutes = number()
    note = text()
    payment_method = text()
    preferred_worker = text()
    newcomer_ok = flag()
    state = text()
    created_at = instant()
    visits = texts()


@operation(bp, "/slots", policy=PUBLIC, query=SlotAskSchema, answer=SlotSchema(many=True))
def get_slots(query: dict[str, Any]) -> Any:
    """List the starts that can really be kept, with everything already promised and the ways counted in."""
    only: date | None = query.pop("day")
    session, now = current_session(), current_now()
    ask = QuoteAsk(**query, building="", unit="")
    _service, located = resolve(session, _whole_compound(ask))
    asked = slot_ask(ask, located, auth.current_actor().code)
    return slots_in(book_for(session, located.zone, now), asked, None if only is None else [only])


def _whole_compound(ask: QuoteAsk) -> QuoteAsk:
    """Return the ask at the first building of its compound: for slots the gate is near enough."""
    found = next((one for one in list_compounds(current_session()) if one.slug == ask.compound), None)
    if found is None or not found.buildings:
        return ask
    return replace(ask, building=found.buildings[0]["name"])


@operation(bp, "/quotes", policy=PUBLIC, method="POST", body=QuoteAskSchema, answer=QuoteSchema, status=201)
def post_quote(body: QuoteAsk) -> Quote:
    """Ask for a price. Nobody has to be signed in; the price is kept for half an hour."""
    return ask_quote(current_session(), auth.current_actor(), body, asked_as(), current_now())


@operation(bp, "/quotes/<quote>", policy=PUBLIC, answer=QuoteSchema)
def get_one_quote(quote: str) -> Quote:
    """Show a price again, to whoever asked for it."""
    return get_quote(current_session(), quote, asked_as(), current_now())


@operation(bp, "/jobs", policy=CUSTOMER, method="POST", body=JobRequestSchema, answer=JobSchema, status=201)
def post_job(body: JobRequest) -> dict[str, Any]:
    """Say yes to a quote: the job and its visit are made, and somebody is looked for. Twice gives the same job."""
    session = current_session()
    job = request_job(session, auth.current_actor(), body, asked_as(), current_now())
    session.flush()
    return job_row(get_job(session, auth.current_actor(), job.code))


@operation(bp, "/jobs/<job>", policy=OWN_JOB, answer=JobSchema)
def get_one_job(job: str) -> dict[str, Any]:
    """Show one's own job."""
    return job_row(get_job(current_session(), auth.current_actor(), job))


def job_row(job: Job) -> dict[str, Any]:
    """Return a job as it is shown."""
    shown = {name: getattr(job, name) for name in JobSchema().fields if name != "visits"}
    return shown | {"visits": [visit.code for visit in job.visits]}


def asked_as() -> str:
    """Return what ties a quote to whoever asked: the token's account, or the browser, also after it signed in."""
    asker = auth.identify()
    if asker.bearer:
        return hashlib.sha256(f"account:{asker.actor.code}".encode()).hexdigest()
    kept = cookie.get(ASKED_AS)
    return str(kept) if kept else hashlib.sha256(auth.browser_key().encode()).hexdigest()
