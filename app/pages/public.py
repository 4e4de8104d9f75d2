"""Pages nobody has to sign in for: the network, a neighbourhood, a compound, the map, privacy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import segno
from flask import Blueprint, make_response, render_template, request, url_for

from app.formats import clock, local
from app.house import current_now, house
from app.map_marks import drawn
from app.registry import PUBLIC, route
from app.session import current_session
from app.slot_books import book_for
from app.support import support
from catalogue.services import list_services
from core.errors import NotFound
from core.policies import read_policy
from dispatch.public_record import record_of
from dispatch.quoting import OPEN_STAGES
from dispatch.slots import OpenSlot, SlotAsk, slots_in
from dispatch.travel import Spot
from geo.basemap import basemap_bytes, basemap_tag
from geo.cities import load_city
from money.policy import PricePolicy
from places.models import Compound, Zone
from places.zones import get_compound, get_zone, list_compounds, list_zones
from ratings.reviews import Where, count_reviews, first_reviews, list_reviews

bp = Blueprint("public", __name__)
FEW = 3
SHOWN_DAYS = 5
SHOWN_SLOTS = 6


@route(bp, "/", policy=PUBLIC)
def show_network() -> Any:
    """Show where we are, how it works and what it costs."""
    session, now = current_session(), current_now()
    zones = [zone for zone in list_zones(session) if zone.stage in OPEN_STAGES]
    return render_template(
        "public/network.html",
        zones=zones,
        map_zones=drawn(zones),
        compounds=list_compounds(session),
        record=record_of(session, now),
        reviews=first_reviews(session, Where()),
        counted=count_reviews(session, Where()),
        services=list_services(session),
        support=support(),
    )


@route(bp, "/z/<zone>", policy=PUBLIC)
def show_zone(zone: str) -> Any:
    """Show a neighbourhood: what neighbours say, when somebody can come, what it costs."""
    found = get_zone(current_session(), zone)
    if found.stage not in OPEN_STAGES:
        raise NotFound
    return _neighbourhood(found, None)


@route(bp, "/c/<compound>", policy=PUBLIC)
def show_compound(compound: str) -> Any:
    """Show a compound the same way; it is where the QR code leads."""
    found = get_compound(current_session(), compound)
    if found.zone.stage not in OPEN_STAGES:
        raise NotFound
    return _neighbourhood(found.zone, found)


@route(bp, "/c/<compound>/qr.svg", policy=PUBLIC)
def show_code(compound: str) -> Any:
    """Return the QR code of a compound's page, to print and to hang up."""
    found = get_compound(current_session(), compound)
    target = house().settings.base_url + url_for("public.show_compound", compound=found.slug)
    out = BytesIO()
    segno.make(target, error="q", micro=False).save(out, kind="svg", scale=8, border=2)
    answer = make_response(out.getvalue())
    answer.content_type = "image/svg+xml"
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@route(bp, "/map/basemap.bin", policy=PUBLIC, rate="none", transaction=False)
def show_basemap() -> Any:
    """Return the drawn streets of the city; the browser keeps them."""
    city = load_city(house().settings.city)
    tag = basemap_tag(city)
    answer = make_response("" if tag in request.if_none_match else basemap_bytes(city))
    answer.status_code = 304 if tag in request.if_none_match else 200
    answer.content_type = "application/octet-stream"
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "public, max-age=86400, stale-while-revalidate=604800"
    return answer


@route(bp, "/privacy", policy=PUBLIC)
def show_privacy() -> Any:
    """Say in plain words what is kept, why, for how long, and who sees it."""
    return render_template("public/privacy.html", support=support())


@dataclass(frozen=True)
class DaySlots:
    """The days of the strip, and some starts of the chosen one."""

    days: list[date]
    on: date
    slots: list[OpenSlot]
    picked: OpenSlot | None


def _neighbourhood(zone: Zone, compound: Compound | None) -> str:
    session, now = current_session(), current_now()
    where = Where(zone=zone.slug, compound=compound.slug if compound else "")
    counted = count_reviews(session, where)
    if counted.worded < FEW and compound is not None:
        where = Where(zone=zone.slug)
        counted = count_reviews(session, where)
    everything = request.args.get("reviews") == "all"
    services = list_services(session, zone.slug)
    spot = Spot(round((compound or zone).lat, 5), round((compound or zone).lon, 5))
    ask = SlotAsk(services[0].slug, services[0].min_minutes, spot, zone.slug)
    return render_template(
        "public/neighbourhood.html",
        zone=zone,
        compound=compound,
        own_words=bool(where.compound),
        counted=counted,
        reviews=list_reviews(session, where) if everything else first_reviews(session, where),
        everything=everything,
        record=record_of(session, now, zone.slug, compound.slug if compound else ""),
        around=record_of(session, now, zone.slug) if compound else None,
        services={one.slug: one for one in services},
        service=services[0],
        when=_day_slots(zone, ask, now),
        first_order_fen=read_policy(session, PricePolicy, now, zone.slug).first_order_fen,
        compounds=[] if compound else list_compounds(session, zone.slug),
    )


def _day_slots(zone: Zone, ask: SlotAsk, now: datetime) -> DaySlots:
    """Return the next days with some starts of the day asked for, else of the first with any."""
    book = book_for(current_session(), zone, now)
    by_day: dict[date, list[OpenSlot]] = {}
    for slot in slots_in(book, ask):
        by_day.setdefault(slot.start.astimezone(ZoneInfo(zone.time_zone)).date(), []).append(slot)
    days = [local(now).date() + timedelta(days=n) for n in range(SHOWN_DAYS)]
    asked = request.args.get("day", "")
    on = next((day for day in days if day.isoformat() == asked), None)
    on = on or next((day for day in days if day in by_day), days[0])
    few = spread([slot for slot in by_day.get(on, []) if clock(slot.start).endswith((":00", ":30"))], SHOWN_SLOTS)
    time = request.args.get("time", "")
    picked = next((slot for slot in few if clock(slot.start) == time), few[0] if few else None)
    return DaySlots(days, on, few, picked)


def spread(slots: list[OpenSlot], most: int) -> list[OpenSlot]:
    """Return at most so many starts, evenly over the day, the first and the last among them."""
    if len(slots) <= most:
        return slots
    return [slots[round(n * (len(slots) - 1) / (most - 1))] for n in range(most)]
