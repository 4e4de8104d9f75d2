"""What comes in: a rating, as a frozen dataclass built by one schema for forms and JSON alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from marshmallow import RAISE, Schema, fields, post_load, pre_load, validate

from ratings import reasons


@dataclass(frozen=True)
class RatingInput:
    """One side's words about a visit. ``aspects`` are levels 1..3 by name; which names, depends on the side."""

    visit_code: str
    stars: int
    aspects: dict[str, int] = field(default_factory=dict)
    private: str = "neutral"
    reason: str = ""
    comment: str = ""


class RatingSchema(Schema):
    """A rating of a visit. Aspects come as ``aspects: {name: level}`` or, from a form, as ``aspect_<name>``."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE

    visit_code = fields.String(required=True, validate=validate.Length(1, 24))
    stars = fields.Integer(required=True, strict=False, validate=validate.Range(1, 5))
    aspects = fields.Dict(
        keys=fields.String(validate=validate.OneOf([*reasons.WORKER_ASPECTS, *reasons.CUSTOMER_ASPECTS])),
        values=fields.Integer(validate=validate.Range(1, 3)),
        load_default=dict,
    )
    private = fields.String(load_default="neutral", validate=validate.OneOf(reasons.PRIVATE))
    reason = fields.String(
        load_default="", validate=validate.OneOf(["", *{*reasons.OF_WORKERS, *reasons.OF_CUSTOMERS}])
    )
    comment = fields.String(load_default="", validate=validate.Length(max=500))

    @pre_load
    def gather_aspects(self, data: Any, **_: Any) -> Any:
        """Move ``aspect_…`` fields of a form into ``aspects``; empty ones were not answered."""
        if not isinstance(data, dict) or not any(str(name).startswith("aspect_") for name in data):
            return data
        flat = {name: value for name, value in data.items() if not str(name).startswith("aspect_")}
        given = {
            str(name).removeprefix("aspect_"): value
            for name, value in data.items()
            if str(name).startswith("aspect_") and value not in ("", None)
        }
        return {**flat, "aspects": given}

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> RatingInput:
        """Return the frozen input."""
        return RatingInput(**{**data, "comment": data["comment"].strip()})
