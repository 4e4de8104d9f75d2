"""Quotes: a price for a request that needs no account. Nothing but the quote is written."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.models import Service
from catalogue.services import get_service
from core.actors import Actor
from core.errors import InvalidInput, NotFound
from core.policies import read_policy
from dispatch.models import Visit
from dispatch.policy import SlotPolicy
from dispatch.schemas import QuoteAsk
from dispatch.slots import SlotAsk, SlotBook, open_book, part_window, slots_in
from dispatch.travel import Spot
from money.models import Quote
from money.pricing import Priced, price, with_first_order
from money.quotes import make_quote
from places.places import Located, PlaceInput, locate

OPEN_STAGES = frozenset({"pilot", "open", "expand"})


def place_input(ask: QuoteAsk, access_notes: str = "") -> PlaceInput:
    """Return the place part of a request."""
    return PlaceInput(
        compound=ask.compound,
        building=ask.building,
        unit=ask.unit,
        lat=ask.lat,
        lon=ask.lon,
        datum=ask.datum,
        address=ask.address,
        access_notes=access_notes,
        facts=ask.facts,
    )


def ask_quote(session: Session, actor: Actor, ask: QuoteAsk, session_hash: str, now: datetime) -> Quote:
    """Price a request and check that it can be kept. ``InvalidInput`` names each field that is wrong."""
    service, located = resolve(session, ask)
    window = check_time(session, ask, located, actor.code, now)
    priced = price_ask(session, actor, service, ask, located.zone.slug, now)
    asked = {**asdict(ask), "facts": list(ask.facts), "start": ask.start.isoformat() if ask.start else None}
    asked |= {"zone": located.zone.slug, "from": window[0].isoformat(), "until": window[1].isoformat()}
    return make_quote(session, asked, priced, session_hash, now)


def resolve(session: Session, ask: QuoteAsk) -> tuple[Service, Located]:
    """Return service and located place; ``InvalidInput`` when the service is unknown or not open there."""
    try:
        service = get_service(session, ask.service)
    except NotFound as error:
        raise InvalidInput({"service": ["unknown_choice"]}) from error
    located = locate(session, place_input(ask))
    if located.zone.stage not in OPEN_STAGES:
        raise InvalidInput({"compound": ["zone_not_open"]})
    if service.zones is not None and located.zone.slug not in service.zones:
        raise InvalidInput({"service": ["service_not_here"]})
    return service, located


def check_time(
    session: Session, ask: QuoteAsk, located: Located, customer: str, now: datetime
) -> tuple[datetime, datetime]:
    """Return the window of starts, or ``InvalidInput`` when nobody can keep any of it."""
    window = window_of(ask, located.zone.time_zone)
    policy = read_policy(session, SlotPolicy, now, located.zone.slug)
    if window[0] > now + timedelta(days=policy.days_ahead):
        raise InvalidInput({"start": ["too_far_ahead"]})
    if window[1] <= now:
        raise InvalidInput({"start": ["in_the_past"]})
    zone = ZoneInfo(located.zone.time_zone)
    days = (window[0].astimezone(zone).date(), window[1].astimezone(zone).date())
    book = open_book(session, located.zone, policy, now, days)
    if not reachable(book, slot_ask(ask, located, customer), window):
        raise InvalidInput({"start": ["slot_gone"]})
    return window


def reachable(book: SlotBook, ask: SlotAsk, window: tuple[datetime, datetime]) -> bool:
    """Tell whether some start of the window can be kept."""
    zone = ZoneInfo(book.snapshot.span.zone)
    days = sorted({window[0].astimezone(zone).date(), window[1].astimezone(zone).date()})
    return any(window[0] <= slot.start <= window[1] for slot in slots_in(book, ask, days))


def slot_ask(ask: QuoteAsk, located: Located, customer: str) -> SlotAsk:
    """Return the request as a question about slots."""
    spot = Spot(round(located.point.lat, 5), round(located.point.lon, 5))
    return SlotAsk(ask.service, ask.minutes, spot, located.zone.slug, ask.facts, customer)


def window_of(ask: QuoteAsk, zone: str) -> tuple[datetime, datetime]:
    """Return the earliest and latest start somebody asked for."""
    if ask.start is not None:
        return ask.start, ask.start
    try:
        return part_window(date.fromisoformat(ask.day), ask.part, zone)
    except (ValueError, KeyError) as error:
        raise InvalidInput({"start": ["time_missing"]}) from error


def price_ask(session: Session, actor: Actor, service: Service, ask: QuoteAsk, zone: str, now: datetime) -> Priced:
    """Return the price of a request, a neighbour's first order considered; nothing is written."""
    priced = price(session, service, ask.minutes, ask.facts, zone, now)
    return with_first_order(session, priced, zone, now) if is_first(session, actor.code) else priced


def is_first(session: Session, customer: str) -> bool:
    """Tell whether this would be the customer's first visit (somebody unknown counts as new until the phone code)."""
    if not customer:
        return True
    return session.scalars(select(Visit.id).where(Visit.customer == customer).limit(1)).first() is None
