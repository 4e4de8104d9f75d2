"""The customer's visits: the list, one visit, moving it, calling it off, saying that it is done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from app.api.acting import CUSTOMER, OWN_VISIT, Input
from app.api.spec import ApiPart, operation
from app.api.visit_shapes import VISIT_PAGE, VisitStorySchema, story_row, visit_row
from app.auth import current_actor
from app.house import current_now
from app.session import current_session
from dispatch.cancelling import cancel_visit
from dispatch.customer_story import visit_story, way_points
from dispatch.finishing import confirm_visit
from dispatch.own_visits import own_visits
from dispatch.rescheduling import move_start
from dispatch.schemas import CANCEL_REASONS, DAY_PARTS, QuoteAsk, VisitFilterSchema

bp = ApiPart("visits", __name__, "A customer's visits")


class CancelSchema(Input):
    """Why a visit is called off."""

    reason = fields.String(required=True, validate=validate.OneOf(CANCEL_REASONS))


class MoveSchema(Input):
    """Another time: an exact start, or a day and a part of it."""

    start = fields.AwareDateTime(load_default=None, allow_none=True, default_timezone=None)
    day = fields.String(load_default="", validate=validate.Regexp(r"^(\d{4}-\d{2}-\d{2})?$"))
    part = fields.String(load_default="", validate=validate.OneOf(["", *DAY_PARTS]))

    @validates_schema
    def some_time(self, data: dict[str, Any], **_: Any) -> None:
        """A time is needed, one way or the other."""
        if data["start"] is None and not (data["day"] and data["part"]):
            raise ValidationError({"start": ["time_missing"]})

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> QuoteAsk:
        """Return the wish the verb reads the time from."""
        start: datetime | None = data["start"]
        return QuoteAsk("", 0, start=start and start.astimezone(UTC), day=data["day"], part=data["part"])


class WayPointsSchema(Schema):
    """A line of ``[lat, lon]``."""

    points = fields.List(fields.List(fields.Float()), required=True)


@operation(bp, "/visits", policy=CUSTOMER, query=VisitFilterSchema, answer=VISIT_PAGE)
def get_visits(query: dict[str, Any]) -> dict[str, Any]:
    """List one's own visits, newest first."""
    actor, now = current_actor(), current_now()
    page = own_visits(current_session(), actor, **query)
    return {"rows": [visit_row(visit, actor, now) for visit in page.rows], "after": page.after}


@operation(bp, "/visits/<visit>", policy=OWN_VISIT, answer=VisitStorySchema)
def get_one_visit(visit: str) -> dict[str, Any]:
    """Show one visit: who comes and why, where they are on the way, what calling off would cost."""
    return _story(visit)


@operation(bp, "/visits/<visit>/way", policy=OWN_VISIT, answer=WayPointsSchema)
def get_way(visit: str) -> dict[str, Any]:
    """Show the way still ahead of the worker, for a map; empty unless somebody is on the way."""
    return {"points": way_points(visit_story(current_session(), current_actor(), visit, current_now()))}


@operation(bp, "/visits/<visit>/cancel", policy=OWN_VISIT, method="POST", body=CancelSchema, answer=VisitStorySchema)
def post_cancel(visit: str, body: dict[str, str]) -> dict[str, Any]:
    """Call the visit off. The fee, if there is one, stood in the visit before; it goes to the worker whole."""
    cancel_visit(current_session(), current_actor(), visit, body["reason"], current_now())
    return _story(visit)


@operation(bp, "/visits/<visit>/reschedule", policy=OWN_VISIT, method="POST", body=MoveSchema, answer=VisitStorySchema)
def post_reschedule(visit: str, body: QuoteAsk) -> dict[str, Any]:
    """Move the visit to another time that can be kept; free of charge more than a day ahead."""
    move_start(current_session(), current_actor(), visit, body, current_now())
    return _story(visit)


@operation(bp, "/visits/<visit>/confirm", policy=OWN_VISIT, method="POST", answer=VisitStorySchema)
def post_confirm(visit: str) -> dict[str, Any]:
    """Say that the work is done; the worker is paid in full."""
    confirm_visit(current_session(), current_actor(), visit, current_now())
    return _story(visit)


def _story(visit: str) -> dict[str, Any]:
    actor, now = current_actor(), current_now()
    current_session().flush()
    return story_row(visit_story(current_session(), actor, visit, now), actor, now)
