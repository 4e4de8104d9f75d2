"""How the board, visits in a list, candidates and rounds are shown to the desk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from marshmallow import Schema, fields

from app.api.shapes import (
    PlaceSchema,
    SpanSchema,
    by_language,
    day,
    fen,
    flag,
    instant,
    many,
    number,
    one,
    real,
    text,
)
from dispatch.board_rows import Bar, BoardDay, Lane, Waiting

_SPAN = ("since", "until")


class PairSchema(Schema):
    """A code and its number: a term in minutes, or a reason and for how many it is true."""

    code = text()
    value = real()


class BarSchema(Schema):
    """One visit in a lane; ``asked`` while it is only an offer."""

    code = text()
    state = text()
    kind = text()
    service = text()
    place = one(PlaceSchema)
    start = instant()
    end = instant()
    late = number("Minutes.")
    asked = flag()


class TripSchema(Schema):
    """The way to a visit."""

    start = instant()
    end = instant()
    moving = flag()


class SpotSchema(Schema):
    """Where somebody is as far as we know."""

    lat = real()
    lon = real()
    kind = text()


class LaneSchema(Schema):
    """One worker's day."""

    code = text()
    name = text()
    family_name = text()
    trial = flag()
    shifts = many(SpanSchema)
    trips = many(TripSchema)
    bars = many(BarSchema)
    work_minutes = number()
    shift_minutes = number()
    spot = one(SpotSchema)


class WaitingSchema(Schema):
    """One visit nobody has taken, and why the last round left it open."""

    code = text()
    state = text()
    kind = text()
    service = text()
    minutes = number()
    place = one(PlaceSchema)
    window = one(SpanSchema)
    fill_by = instant()
    asked = number()
    answer_by = instant(none=True)
    reasons = many(PairSchema)


class LastRoundSchema(Schema):
    """The last finished round; ``gap`` is how far from the proven bound it may be at most."""

    code = text()
    finished_at = instant()
    gap = real()
    visits = number()
    offered = number()


class BoardSchema(Schema):
    """The board of one day."""

    day = day()
    span = one(SpanSchema)
    lanes = many(LaneSchema)
    queue = many(WaitingSchema)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    last_round = one(LastRoundSchema, none=True)


class HomeSeenSchema(Schema):
    """A visit's home as it is, and what the customer wants its worker to know."""

    place = one(PlaceSchema)
    note = text()


class PositionSeenSchema(Schema):
    """Where a phone was last, to about 100 m, and how far from the home in metres."""

    lat = real()
    lon = real()
    metres = number()
    at = instant()


class VisitLineSchema(Schema):
    """One visit in the desk's list."""

    code = text()
    state = text()
    service = text()
    zone = text()
    compound = by_language()
    starts_at = instant()
    exact = flag()
    minutes = number()
    customer = text()
    customer_name = text()
    worker = text()
    worker_name = text()
    total_fen = fen()
    worker_fen = fen()


class AbleSchema(Schema):
    """Somebody who could come without moving anything promised."""

    code = text()
    name = text()
    family_name = text()
    trial = flag()
    start = instant()
    leave_by = instant()
    added_minutes = number()
    chance = real()
    worth = real()
    terms = many(PairSchema)
    asked = flag()


class AskingSchema(Schema):
    """Who could do it, the best first, and how many cannot for which reason."""

    ABLE: ClassVar = (
        "code", "name", "family_name", "trial", "start", "leave_by", "added_minutes", "chance", "worth", "asked",
    )  # fmt: skip
    able = many(AbleSchema)
    reasons = many(PairSchema)
    total = number()


class OfferMadeSchema(Schema):
    """The offer that was made."""

    code = text()
    state = text()
    starts_at = instant()
    expires_at = instant()
    net_fen = fen()


class RoundSchema(Schema):
    """One round of the matcher."""

    code = text()
    name = text()
    tick = text()
    started_at = instant()
    finished_at = instant(none=True)
    visits = number()
    workers = number()
    offered = number()
    gap = real(none=True)
    engine = text()


class GivenVisitSchema(Schema):
    """A visit that went to somebody, with the terms of the choice in travel minutes."""

    visit = text()
    worker = text()
    start = instant()
    chance = real()
    added_minutes = number()
    worth = real()
    terms = many(PairSchema)


class LeftSchema(Schema):
    """A visit left open."""

    visit = text()
    reasons = many(PairSchema)


class RoundStorySchema(Schema):
    """Everything about one round; objective and bound in travel minutes."""

    GIVEN: ClassVar = ("visit", "worker", "start", "chance", "added_minutes", "worth")
    head = one(RoundSchema)
    digest = text()
    seed = number()
    effort = real()
    objective = real()
    bound = real()
    fallback = text()
    given = many(GivenVisitSchema)
    left = many(LeftSchema)


class ReplaySchema(Schema):
    """A round solved again: digests of the problem then and now, and whether the rosters agree."""

    then = text()
    now = text()
    same_problem = flag()
    same_roster = flag()
    seconds = real()


def pairs(told: Iterable[tuple[str, float]]) -> list[dict[str, Any]]:
    """Return codes with their numbers."""
    return [{"code": code, "value": value} for code, value in told]


def board_row(board: BoardDay) -> dict[str, Any]:
    """Return the board as it is shown."""
    return {
        "day": board.wish.day, "span": _span(board.span), "counts": dict(board.counts), "last_round": board.last_round,
        "lanes": [_lane(lane) for lane in board.lanes], "queue": [_waiting(one) for one in board.queue],
    }  # fmt: skip


def _lane(lane: Lane) -> dict[str, Any]:
    shown: dict[str, Any] = {name: getattr(lane, name) for name in LaneSchema().fields}
    bars: list[Bar] = list(lane.bars)
    return shown | {"shifts": [_span(one) for one in lane.shifts], "bars": bars}


def _waiting(waiting: Waiting) -> dict[str, Any]:
    shown = {name: getattr(waiting, name) for name in WaitingSchema().fields}
    return shown | {"window": _span(waiting.window), "reasons": pairs(waiting.reasons)}


def _span(span: tuple[Any, Any]) -> dict[str, Any]:
    return dict(zip(_SPAN, span, strict=True))
