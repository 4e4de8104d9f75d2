"""What can be had where: services, skills, zones, compounds, the record and the words of neighbours."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.api.acting import Input
from app.api.shapes import by_language, day, fen, flag, instant, many, number, real, text, texts
from app.api.spec import ApiPart, operation
from app.house import current_now
from app.registry import PUBLIC
from app.session import current_session
from catalogue.services import get_service, list_services, list_skills
from core.errors import NotFound
from dispatch.public_record import record_of
from dispatch.quoting import OPEN_STAGES
from places.models import Zone
from places.zones import get_compound, get_zone, list_compounds, list_zones
from ratings.reviews import Where, count_reviews, list_reviews

bp = ApiPart("catalogue", __name__, "Services, zones, compounds, what neighbours say")
_SLUG = validate.Length(max=40)


class ZoneAskSchema(Input):
    """Only what is open in a zone (its slug); everything without one."""

    zone = fields.String(load_default="", validate=_SLUG)


class WhereSchema(Input):
    """Of a compound, of a zone, or of everywhere (slugs)."""

    zone = fields.String(load_default="", validate=_SLUG)
    compound = fields.String(load_default="", validate=_SLUG)


class SkillSchema(Schema):
    """Something a worker can be checked for."""

    slug = text()
    names = by_language()


class ItemSchema(Schema):
    """One item of a service's checklist."""

    code = text()
    zh = text()
    en = text()


class ExtraSchema(Schema):
    """A fact of the home that adds to the price."""

    fact = text()
    fen = fen()
    zh = text()
    en = text()


class ServiceSchema(Schema):
    """A kind of work; minutes are what may be booked."""

    slug = text()
    names = by_language()
    hints = by_language()
    skills = texts()
    fen_per_hour = fen()
    min_minutes = number()
    max_minutes = number()
    step_minutes = number()
    checklist = many(ItemSchema)
    extras = many(ExtraSchema)
    facts = texts()
    zones = fields.List(fields.String(), required=True, allow_none=True, metadata={"description": "Null: everywhere."})
    trusted = flag()
    premium = flag()


class ZoneSchema(Schema):
    """A neighbourhood. The border is a list of ``[lat, lon]`` (WGS-84)."""

    slug = text()
    names = by_language()
    district = by_language()
    stage = text()
    polygon = fields.List(fields.List(fields.Float()), required=True)
    lat = real()
    lon = real()
    time_zone = text()


class BuildingSchema(Schema):
    """One building of a compound."""

    name = text()
    units = number()
    floors = number()
    lift = flag()


class CompoundSchema(Schema):
    """A named place with buildings."""

    slug = text()
    zone = fields.String(required=True, attribute="zone.slug")
    names = by_language()
    kind = text()
    lat = real()
    lon = real()
    households = number()
    buildings = many(BuildingSchema)


class RegularSchema(Schema):
    """Somebody who comes here, by family name only."""

    family_name = text()
    new = flag()


class RecordSchema(Schema):
    """The last thirty days: how many visits, how many of them began within the promise."""

    visits = number()
    on_time = number()
    regulars = many(RegularSchema)


class ReviewSchema(Schema):
    """A customer's words: no names, no codes, dated by the day."""

    stars = number()
    comment = text()
    service = text()
    day = day()


class ReviewsSchema(Schema):
    """The latest words, and how many there are; bad ones are those with one or two stars."""

    ratings = number()
    worded = number()
    bad = number()
    reviews = many(ReviewSchema)
    as_of = instant()


@operation(bp, "/services", policy=PUBLIC, query=ZoneAskSchema, answer=ServiceSchema(many=True))
def get_services(query: dict[str, Any]) -> Any:
    """List the services, in their order."""
    return list_services(current_session(), query["zone"])


@operation(bp, "/services/<service>", policy=PUBLIC, answer=ServiceSchema)
def get_one_service(service: str) -> Any:
    """Show one service."""
    return get_service(current_session(), service)


@operation(bp, "/skills", policy=PUBLIC, answer=SkillSchema(many=True))
def get_skills() -> Any:
    """List what workers are checked for."""
    return list_skills(current_session())


@operation(bp, "/zones", policy=PUBLIC, answer=ZoneSchema(many=True))
def get_zones() -> Any:
    """List the neighbourhoods that are open."""
    return [zone for zone in list_zones(current_session()) if zone.stage in OPEN_STAGES]


@operation(bp, "/zones/<zone>", policy=PUBLIC, answer=ZoneSchema)
def get_one_zone(zone: str) -> Any:
    """Show one neighbourhood."""
    return _open(get_zone(current_session(), zone))


@operation(bp, "/zones/<zone>/compounds", policy=PUBLIC, answer=CompoundSchema(many=True))
def get_compounds(zone: str) -> Any:
    """List the compounds of a neighbourhood."""
    return list_compounds(current_session(), _open(get_zone(current_session(), zone)).slug)


@operation(bp, "/compounds/<compound>", policy=PUBLIC, answer=CompoundSchema)
def get_one_compound(compound: str) -> Any:
    """Show one compound with its buildings."""
    found = get_compound(current_session(), compound)
    _open(found.zone)
    return found


@operation(bp, "/record", policy=PUBLIC, query=WhereSchema, answer=RecordSchema)
def get_record(query: dict[str, Any]) -> Any:
    """Show what has been kept of the promises of the last thirty days."""
    return record_of(current_session(), current_now(), query["zone"], query["compound"])


@operation(bp, "/reviews", policy=PUBLIC, query=WhereSchema, answer=ReviewsSchema)
def get_reviews(query: dict[str, Any]) -> Any:
    """Show the latest words of customers, the bad ones among the good."""
    session, where = current_session(), Where(**query)
    counted = count_reviews(session, where)
    return {
        "ratings": counted.ratings, "worded": counted.worded, "bad": counted.bad, "as_of": current_now(),
        "reviews": [
            {"stars": each.stars, "comment": each.comment, "service": each.service, "day": each.day.date()}
            for each in list_reviews(session, where)
        ],
    }  # fmt: skip


def _open(zone: Zone) -> Zone:
    if zone.stage not in OPEN_STAGES:
        raise NotFound
    return zone
