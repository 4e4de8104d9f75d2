"""What somebody is about to request, as the address of the page says it: read leniently, asked strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from app.house import house
from app.input import load
from core.errors import InvalidInput
from dispatch.schemas import DAY_PARTS, QuoteAsk, QuoteAskSchema
from dispatch.waking import local_instant
from places.models import Place

LONGEST = 200
_CLOCK = re.compile(r"([01]\d|2[0-3]):(00|15|30|45)")
_FORM_FIELD = {"start": "time", "day": "time", "part": "time", "building": "home", "lat": "pin", "lon": "pin"}


@dataclass(frozen=True)
class Wish:
    """A request being filled in. ``home`` is "building-entrance", ``time`` a clock time or a day part.

    ``where`` is "list" (compound, home, door) or "pin" (lat, lon, address).
    """

    service: str = ""
    minutes: int = 0
    where: str = "list"
    compound: str = ""
    home: str = ""
    door: str = ""
    lat: float | None = None
    lon: float | None = None
    address: str = ""
    facts: tuple[str, ...] = ()
    day: str = ""
    time: str = ""
    worker: str = ""

    @property
    def pinned(self) -> bool:
        """True when the place is a pin that has been set."""
        return self.where == "pin" and self.lat is not None and self.lon is not None

    @property
    def on(self) -> date | None:
        """The chosen day, if it is one."""
        try:
            return date.fromisoformat(self.day)
        except ValueError:
            return None

    @property
    def minute(self) -> int | None:
        """The chosen clock time in minutes of the day; None for a day part or nothing."""
        found = _CLOCK.fullmatch(self.time)
        return int(found[1]) * 60 + int(found[2]) if found else None


def read_wish(values: MultiDict[str, str]) -> Wish:
    """Read a form or a query; what cannot be used is left out, nothing is refused here."""

    def text(name: str) -> str:
        return values.get(name, "").replace("\x00", "").strip()[:LONGEST]

    return Wish(
        service=text("service"),
        minutes=_whole(text("minutes")),
        where="pin" if text("where") == "pin" else "list",
        compound=text("compound"),
        home=text("home"),
        door=text("door"),
        lat=_number(text("lat")),
        lon=_number(text("lon")),
        address=text("address"),
        facts=tuple(dict.fromkeys(fact[:32] for fact in values.getlist("facts") if fact))[:12],
        day=text("day"),
        time=text("time"),
        worker=text("worker")[:24],
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def query_of(wish: Wish, **changes: Any) -> dict[str, Any]:
    """Return the wish as the query of an address, blanks left out."""
    changed = replace(wish, **changes)
    found: dict[str, Any] = {}
    for field in fields(Wish):
        value = getattr(changed, field.name)
        if value not in ("", None, 0, ()) and not (field.name == "where" and value == "list"):
            found[field.name] = list(value) if isinstance(value, tuple) else value
    return found


def ask_of(wish: Wish) -> QuoteAsk:
    """Return the wish as a request for a price; ``InvalidInput`` names the form's fields."""
    data: dict[str, Any] = {"service": wish.service, "minutes": wish.minutes, "facts": list(wish.facts)}
    if wish.where == "pin":
        data |= {"lat": wish.lat, "lon": wish.lon, "address": wish.address}
    else:
        data |= _home(wish)
    try:
        ask: QuoteAsk = load(QuoteAskSchema(), data | _time(wish))
    except InvalidInput as error:
        raise named_as_form(error, wish) from error
    if wish.where == "pin" and not wish.address:
        raise InvalidInput({"address": ["required"]})
    return ask


def _home(wish: Wish) -> dict[str, str]:
    building, _dash, entrance = wish.home.partition("-")
    unit = f"{entrance}-{wish.door}" if entrance and wish.door else entrance
    return {"compound": wish.compound, "building": building, "unit": unit}


def _time(wish: Wish) -> dict[str, Any]:
    day, minute = wish.on, wish.minute
    if day is not None and minute is not None:
        return {"start": local_instant(day, minute, house().settings.zone).isoformat()}
    if day is not None and wish.time in DAY_PARTS:
        return {"day": wish.day, "part": wish.time}
    return {}


def named_as_form(error: InvalidInput, wish: Wish) -> InvalidInput:
    """Return the same errors under the names of the form's fields."""
    found: dict[str, list[str]] = {}
    for name, codes in error.fields.items():
        found.setdefault(_field(name, codes, wish), []).extend(codes)
    return InvalidInput(found)


def _field(name: str, codes: list[str], wish: Wish) -> str:
    if name == "unit":
        return "door" if "unknown_door" in codes else "home"
    if name in ("point", "compound") and wish.where == "pin":
        return "pin"
    return {"point": "compound"}.get(name, _FORM_FIELD.get(name, name))


def ask_of_time(wish: Wish) -> QuoteAsk:
    """Return only the wish's time as a request; ``InvalidInput`` on ``time`` when there is none."""
    given = _time(wish)
    if not given:
        raise InvalidInput({"time": ["time_missing"]})
    start = given.get("start")
    at = datetime.fromisoformat(start) if start else None
    return QuoteAsk("", 0, start=at, day=given.get("day", ""), part=given.get("part", ""))


def home_query(place: Place) -> dict[str, Any]:
    """Return the query that asks for a home we know: compound, home, door; or a pin."""
    entrance, _dash, door = place.unit.partition("-")
    if place.compound is not None:
        home = f"{place.building}-{entrance or 1}"
        return {"compound": place.compound.slug, "home": home, "door": door, "facts": list(place.facts)}
    spot = {"where": "pin", "lat": place.lat, "lon": place.lon, "address": place.address}
    return spot | {"facts": list(place.facts)}
