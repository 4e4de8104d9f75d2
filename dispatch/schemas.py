"""What comes in: frozen dataclasses, and the marshmallow schemas that build them from forms and JSON alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from dispatch.states import VisitState

DECLINE_REASONS = ("too_far", "time", "too_long", "home", "pets", "stairs", "unwell", "customer", "not_today", "other")
ABORT_REASONS = ("safety", "scope", "illness", "property")
CANCEL_REASONS = ("plans_changed", "found_other", "too_late", "price", "illness", "mistake", "other")
WORKER_CANCEL_REASONS = ("illness", "accident", "family", "transport", "clash", "other")
DAY_PARTS = ("morning", "afternoon", "evening", "any")


@dataclass(frozen=True)
class QuoteAsk:
    """What somebody would like, before anybody knows who they are.

    Either ``start`` (an exact instant on the grid) or ``day`` + ``part``. Either ``compound`` (slug) with ``building``
    and ``unit``, or a pin (``lat``, ``lon`` in ``datum``).
    """

    service: str
    minutes: int
    compound: str = ""
    building: str = ""
    unit: str = ""
    lat: float | None = None
    lon: float | None = None
    datum: str = "wgs84"
    address: str = ""
    facts: tuple[str, ...] = ()
    start: datetime | None = None
    day: str = ""
    part: str = ""


@dataclass(frozen=True)
class JobRequest:
    """A quote said yes to."""

    quote_code: str
    name: str = ""
    note: str = ""
    access_notes: str = ""
    payment_method: str = "cash"
    preferred_worker: str = ""
    newcomer_ok: bool = True


@dataclass(frozen=True)
class Happened:
    """An act sent later carries when it happened; None means now."""

    happened_at: datetime | None = None


@dataclass(frozen=True)
class ArrivalProof:
    """How somebody is known to be at the door: a position, or the customer's code."""

    lat: float | None = None
    lon: float | None = None
    accuracy_m: int | None = None
    code: str = ""
    happened_at: datetime | None = None


class Input(Schema):
    """The base of every input: unknown fields are refused, and instants need an offset."""

    class Meta:
        """Refuse what we do not know: no field may slip in unseen."""

        unknown = RAISE


class QuoteAskSchema(Input):
    """A request for a price."""

    service = fields.String(required=True, validate=validate.Length(1, 32))
    minutes = fields.Integer(required=True, validate=validate.Range(30, 720))
    compound = fields.String(load_default="", validate=validate.Length(max=40))
    building = fields.String(load_default="", validate=validate.Length(max=40))
    unit = fields.String(load_default="", validate=validate.Length(max=40))
    lat = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-90, 90))
    lon = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-180, 180))
    datum = fields.String(load_default="wgs84", validate=validate.OneOf(["wgs84", "gcj02"]))
    address = fields.String(load_default="", validate=validate.Length(max=200))
    facts = fields.List(
        fields.String(validate=validate.Length(1, 32)), load_default=list, validate=validate.Length(max=12)
    )
    start = fields.AwareDateTime(load_default=None, allow_none=True, default_timezone=None)
    day = fields.String(load_default="", validate=validate.Regexp(r"^(\d{4}-\d{2}-\d{2})?$"))
    part = fields.String(load_default="", validate=validate.OneOf(["", *DAY_PARTS]))

    @validates_schema
    def where_and_when(self, data: dict[str, Any], **_: Any) -> None:
        """A place and a time are needed, one way or the other."""
        wrong: dict[str, list[str]] = {}
        if not data["compound"] and (data["lat"] is None or data["lon"] is None):
            wrong["compound"] = ["place_missing"]
        if data["start"] is None and not (data["day"] and data["part"]):
            wrong["start"] = ["time_missing"]
        if wrong:
            raise ValidationError(wrong)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> QuoteAsk:
        """Return the frozen input."""
        start = data.pop("start")
        return QuoteAsk(**{**data, "facts": tuple(dict.fromkeys(data["facts"]))}, start=start and start.astimezone(UTC))


class JobRequestSchema(Input):
    """Yes to a quote."""

    quote_code = fields.String(required=True, validate=validate.Length(1, 24))
    name = fields.String(load_default="", validate=validate.Length(max=40))
    note = fields.String(load_default="", validate=validate.Length(max=500))
    access_notes = fields.String(load_default="", validate=validate.Length(max=300))
    payment_method = fields.String(load_default="cash", validate=validate.OneOf(["cash", "manual"]))
    preferred_worker = fields.String(load_default="", validate=validate.Length(max=24))
    newcomer_ok = fields.Boolean(load_default=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> JobRequest:
        """Return the frozen input."""
        return JobRequest(**data)


class HappenedSchema(Input):
    """An act without further words."""

    happened_at = fields.AwareDateTime(load_default=None, allow_none=True, default_timezone=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Happened:
        """Return the frozen input."""
        return Happened(**data)


class ArrivalSchema(Input):
    """Proof of arrival."""

    lat = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-90, 90))
    lon = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-180, 180))
    accuracy_m = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 100_000))
    code = fields.String(load_default="", validate=validate.Length(max=8))
    happened_at = fields.AwareDateTime(load_default=None, allow_none=True, default_timezone=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ArrivalProof:
        """Return the frozen input."""
        return ArrivalProof(**data)


class PositionSchema(Input):
    """A position on the way."""

    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    lon = fields.Float(required=True, validate=validate.Range(-180, 180))
    accuracy_m = fields.Integer(load_default=50, validate=validate.Range(0, 100_000))


class StartSchema(HappenedSchema):
    """The customer's four digits."""

    code = fields.String(required=True, validate=validate.Length(1, 8))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        """Return the digits and when it happened."""
        return data["code"], Happened(data["happened_at"])


class ReasonSchema(Input):
    """A reason from a list, and words if wanted."""

    reason = fields.String(required=True, validate=validate.Length(1, 32))
    words = fields.String(load_default="", validate=validate.Length(max=300))


class VisitFilterSchema(Input):
    """Which visits to list."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *[state.value for state in VisitState]]))
    after = fields.String(load_default="", validate=validate.Length(max=20))
