"""What answers are made of: required fields in short, pages of a list, and the one shape of a place.

Every answer is a schema that names its fields; what it does not name cannot leave the house.
"""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from core.paging import Page


def text(about: str = "") -> fields.String:
    """A text that is always there, possibly empty."""
    return fields.String(required=True, metadata={"description": about} if about else {})


def number(about: str = "") -> fields.Integer:
    """A whole number that is always there."""
    return fields.Integer(required=True, metadata={"description": about} if about else {})


def fen() -> fields.Integer:
    """Money in fen that is always there."""
    return fields.Integer(required=True, metadata={"description": "fen"})


def real(*, none: bool = False) -> fields.Float:
    """A number; ``none`` when it may be null."""
    return fields.Float(required=True, allow_none=none)


def flag() -> fields.Boolean:
    """Yes or no."""
    return fields.Boolean(required=True)


def instant(*, none: bool = False) -> fields.AwareDateTime:
    """An instant with its offset; ``none`` when it may be null."""
    return fields.AwareDateTime(required=True, allow_none=none)


def day(*, none: bool = False) -> fields.Date:
    """A local day; ``none`` when it may be null."""
    return fields.Date(required=True, allow_none=none)


def by_language(*, none: bool = False) -> fields.Dict:
    """A name by language: ``{"zh": …, "en": …}``."""
    return fields.Dict(keys=fields.String(), values=fields.String(), required=True, allow_none=none)


def texts() -> fields.List[Any]:
    """A list of texts."""
    return fields.List(fields.String(), required=True)


def one(schema: type[Schema], *, none: bool = False) -> fields.Nested:
    """One object; ``none`` when it may be null."""
    return fields.Nested(schema, required=True, allow_none=none)


def many(schema: type[Schema]) -> fields.List[Any]:
    """A list of objects."""
    return fields.List(fields.Nested(schema), required=True)


def codes_and_numbers() -> fields.Dict:
    """Codes and numbers that go with a kind; never prose."""
    return fields.Dict(keys=fields.String(), required=True)


def page_of(row: type[Schema]) -> Schema:
    """Return the schema of one page of a list; ``after`` is the mark of the next page, empty at the end."""
    shape: dict[str, Any] = {"rows": many(row), "after": text("Mark of the next page; empty on the last.")}
    return Schema.from_dict(shape, name=f"{row.__name__.removesuffix('Schema')}Page")()


def paged(page: Page[Any], rows: list[Any]) -> dict[str, Any]:
    """Return one page with its rows as they are shown."""
    return {"rows": rows, "after": page.after}


class AfterSchema(Schema):
    """Where a list goes on."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE

    after = fields.String(load_default="", validate=validate.Length(max=20))


class SpanSchema(Schema):
    """From one instant to another."""

    since = instant()
    until = instant()


class PlaceSchema(Schema):
    """A place as the asker may see it: when not ``exact`` the point is moved and the texts are null."""

    area_name = by_language()
    cell = text("H3 cell of the shown point.")
    lat = real()
    lon = real()
    radius_m = real()
    facts = texts()
    exact = flag()
    compound_name = by_language(none=True)
    building = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    access_notes = fields.String(required=True, allow_none=True)


class ChecklistItemSchema(Schema):
    """One item of a visit's checklist."""

    code = text()
    zh = text()
    en = text()
    done = flag()
    reason = text("Why it was left undone.")


class PriceLineSchema(Schema):
    """One line of a price; the lines add up to the total."""

    kind = text()
    fen = fen()
    params = codes_and_numbers()


class ReasonCountSchema(Schema):
    """Why a visit is open: a code of the matcher, and of how many workers it is true."""

    code = text()
    count = number()


class WhySchema(Schema):
    """One term of the choice, in minutes of travel."""

    key = text()
    minutes = real()
