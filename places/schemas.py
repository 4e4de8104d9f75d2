"""What may come in for a place, from a form or as JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, post_load, validate

from catalogue.facts import HOME_FACTS
from geo.points import Datum
from places.places import PlaceInput


def _text(longest: int) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=longest, error="too_long"))


class PlaceSchema(Schema):
    """Builds a :class:`PlaceInput`; unknown fields are refused."""

    class Meta:
        """Nothing that was not asked for gets in."""

        unknown = RAISE

    compound = _text(40)
    building = _text(12)
    unit = _text(12)
    lat = fields.Float(load_default=None, allow_none=True, allow_nan=False)
    lon = fields.Float(load_default=None, allow_none=True, allow_nan=False)
    datum = fields.String(
        load_default=Datum.WGS84.value,
        validate=validate.OneOf([datum.value for datum in Datum], error="unknown_datum"),
    )
    address = _text(200)
    access_notes = _text(500)
    facts = fields.List(
        fields.String(validate=validate.OneOf(HOME_FACTS, error="unknown_fact")),
        load_default=list,
        validate=validate.Length(max=len(HOME_FACTS), error="too_many"),
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> PlaceInput:
        """Return the dataclass the verb wants."""
        return PlaceInput(**{**data, "facts": tuple(data["facts"])})
