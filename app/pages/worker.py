"""The worker's first page: today, and the visit's own page with its one next act."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, make_response, redirect, request
from marshmallow import Schema, fields, post_load, validate

from app.house import current_now, house
from app.input import digits_only, read
from app.output import see_other
from app.pages.worker_common import OWN, OWN_VISIT, me, page, refused
from app.place_key import place_key
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from core.errors import Conflict, InvalidInput
from dispatch.finishing import finish_work, tick_item, undo_finish
from dispatch.models import Visit
from dispatch.move_asks import count_moves
from dispatch.schemas import ArrivalSchema, Happened, HappenedSchema, PositionSchema, StartSchema
from dispatch.states import VisitState
from dispatch.travel import Spot
from dispatch.trip import Fix, arrive, report_position, start_trip, start_work
from dispatch.visits import get_visit
from dispatch.worker_day import DayStop, WorkerDay, stop_of, way_between, worker_day
from disputes.opening import DISPUTABLE
from ratings.queries import rating_form
from workers.states import MATCHABLE, WorkerState

bp = Blueprint("worker", __name__)
AT = "/worker/visits/<code>"


class ListSchema(Schema):
    """The checklist as it stands: codes that are done, and ``code:reason`` of what was left."""

    done = fields.List(fields.String(validate=validate.Length(1, 40)), load_default=list)
    left = fields.List(fields.String(validate=validate.Length(1, 80)), load_default=list)


class FinishSchema(HappenedSchema, ListSchema):
    """The list and the end of the work in one act, so that it can be sent later as a whole."""

    @post_load
    def build(self, data: dict[str, Any], **_more: Any) -> Any:
        """Return the list and when it happened."""
        return data["done"], data["left"], Happened(data["happened_at"])


@route(bp, "/worker", policy=OWN)
def today() -> Any:
    """Show the next stop with its one button, then the rest of the day."""
    day = worker_day(current_session(), me(), current_now(), place_key())
    if WorkerState(day.worker.state) not in MATCHABLE and not day.next:
        return redirect("/worker/join", 303)
    _offer_undo(day.done)
    asked = count_moves(current_session(), me())
    return page("today", day=day, asked=asked, map=_map_of(day), **_needs(day))


def _needs(day: WorkerDay) -> dict[str, Any]:
    """Return what is left to do for visits that are done: cash to note."""
    return {"cash_open": [stop for stop in day.done if stop.started_at and stop.cash and not stop.cash_kept]}


def _offer_undo(stops: list[DayStop]) -> None:
    """While *done* may be taken back, every page of the worker's day carries the toast."""
    for stop in stops:
        if stop.undo_until is not None:
            left = (stop.undo_until - current_now()).total_seconds() / house().clock.speed
            action = f"/worker/visits/{stop.code}/undo"
            toast = {"text": _("Done. The customer will be told."), "url": action, "seconds": int(left)}
            flash(cast("str", toast), "undo")


def _map_of(day: WorkerDay) -> dict[str, Any] | None:
    """Return the way to the next stop, from the stop before or from home."""
    if day.next is None or not day.next.place.exact:
        return None
    came = [stop for stop in day.done if stop.ends_at <= day.next.starts_at and stop.place.exact]
    origin = Spot(came[-1].place.lat, came[-1].place.lon) if came else Spot(day.worker.home_lat, day.worker.home_lon)
    way = way_between(origin, day.next)
    home = {"kind": "home", "lat": day.next.place.lat, "lon": day.next.place.lon, "label": _("Your next stop")}
    return {"points": [home], "routes": [{"s": "move", "points": way}] if len(way) > 1 else []}


@route(bp, AT, policy=OWN_VISIT)
def visit(code: str) -> Any:
    """Show one visit: the act, the home, the list, and what else one may need."""
    return _visit_page(code)


def _visit_page(code: str, status: int = 200, **given: Any) -> Any:
    session, now = current_session(), current_now()
    stop = stop_of(session, me(), code, now, place_key())
    _offer_undo([stop])
    rating = rating_form(session, me(), code, now)
    where: dict[str, Any] = {"lat": stop.place.lat, "lon": stop.place.lon, "label": _("The home")}
    shown = {"points": [{"kind": "home", **where}]} if stop.place.exact else None
    area = {"areas": [{**where, "radius_m": stop.place.radius_m, "label": ""}]}
    facts = {"stop": stop, "rating": rating, "map": shown or area, "may_report": VisitState(stop.state) in DISPUTABLE}
    return make_response(page("visit", **facts, **given), status)


@route(bp, f"{AT}/trip", policy=OWN_VISIT, methods=["POST"])
def trip(code: str) -> Any:
    """Set out."""
    try:
        start_trip(current_session(), me(), code, read(HappenedSchema), current_now())
    except Conflict as error:
        return _visit_page(code, error.status, **refused(error))
    return see_other("worker.today")


@route(bp, f"{AT}/position", policy=OWN_VISIT, methods=["POST"], idempotent="none")
def position(code: str) -> Any:
    """Keep a position on the way; there is nothing to show."""
    fix = read(PositionSchema)
    report_position(current_session(), me(), code, Fix(fix["lat"], fix["lon"], fix["accuracy_m"]), current_now())
    return "", 204


@route(bp, f"{AT}/arrive", policy=OWN_VISIT, methods=["POST"])
def arrived(code: str) -> Any:
    """Be at the door, by position or by the customer's code."""
    try:
        arrive(current_session(), me(), code, read(ArrivalSchema), current_now())
    except (Conflict, InvalidInput) as error:
        return _visit_page(code, error.status, **refused(error))
    return see_other("worker.visit", code=code)


@route(bp, f"{AT}/start", policy=OWN_VISIT, methods=["POST"])
def start(code: str) -> Any:
    """Start the clock with the customer's four digits."""
    try:
        digits, note = read(StartSchema)
        start_work(current_session(), me(), code, digits_only(digits), note, current_now())
    except (Conflict, InvalidInput) as error:
        return _visit_page(code, error.status, **refused(error))
    return see_other("worker.visit", code=code)


@route(bp, f"{AT}/item", policy=OWN_VISIT, methods=["POST"], idempotent="natural")
def item(code: str) -> Any:
    """Keep the list as far as it is."""
    given = read(ListSchema)
    _tick(code, given["done"], given["left"])
    return see_other("worker.visit", code=code)


def _tick(code: str, done: list[str], left: list[str]) -> Visit:
    """Tick what has changed; what is done needs no reason."""
    session, now = current_session(), current_now()
    wanted = {name: reason for name, _colon, reason in (one.partition(":") for one in left)} | dict.fromkeys(
        done, "done"
    )
    visit_row = get_visit(session, me(), code)
    for row in list(visit_row.checklist):
        state = wanted.get(row["code"], "")
        known = "done" if row.get("done") else row.get("reason", "")
        if state != known:
            tick_item(session, me(), code, row["code"], state, now)
    return visit_row


@route(bp, f"{AT}/finish", policy=OWN_VISIT, methods=["POST"])
def finish(code: str) -> Any:
    """Say that the work is done; the list comes with it."""
    try:
        done, left, note = read(FinishSchema)
        _tick(code, done, left)
        finish_work(current_session(), me(), code, note, current_now())
    except Conflict as error:
        return _visit_page(code, error.status, **refused(error))
    except InvalidInput as error:
        missing = [name.removeprefix("missing:") for name in error.fields.get("checklist", [])]
        problem = _("Please tick every line, or say why it was left.") if missing else ""
        refused(error)
        chosen = {"done": request.form.getlist("done"), "left": request.form.getlist("left")}
        return _visit_page(code, error.status, missing=missing, problem=problem, chosen=chosen)
    return see_other("worker.visit", code=code)


@route(bp, f"{AT}/undo", policy=OWN_VISIT, methods=["POST"], idempotent="natural")
def undo(code: str) -> Any:
    """Take *done* back within the minute."""
    try:
        undo_finish(current_session(), me(), code, current_now())
    except Conflict as error:
        return _visit_page(code, error.status, **refused(error))
    return see_other("worker.visit", code=code)
