"""The recruiter at the station: today's need, noting somebody down, the people brought so far."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from marshmallow import Schema, fields, validate

from app.formats import hours, named
from app.house import current_now
from app.input import read, read_query
from app.pages.recruiter_common import OWN, again, invitation, me, page, qr_code
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from catalogue.services import list_services, list_skills
from core.errors import InvalidInput
from core.policies import read_policy
from recruiting.cohort import RecruitRow, my_recruits, station_day
from recruiting.leads import capture_lead, get_lead
from recruiting.needs import StationNeed, station_need
from recruiting.schemas import LeadSchema
from workers.policy import VettingPolicy
from workers.states import VETTING, WorkerState

bp = Blueprint("recruiter", __name__)
VIEWS = ("all", "way", "work", "risk")
_MOVING = frozenset({*VETTING, WorkerState.TRIAL})
_GONE = frozenset({WorkerState.LEFT, WorkerState.REJECTED, WorkerState.WITHDRAWN, WorkerState.EXPIRED})


class NotedSchema(Schema):
    """Who has just been noted down, and whether it was not the first time."""

    lead = fields.String(load_default="", validate=validate.Length(max=24))
    again = fields.String(load_default="", validate=validate.Length(max=1))


class ViewSchema(Schema):
    """Which of the recruits to show."""

    show = fields.String(load_default="all", validate=validate.OneOf(VIEWS))


@route(bp, "/recruiter", policy=OWN)
def today() -> Any:
    """Show what the station should look for, whom to follow, whom to look after."""
    session, now = current_session(), current_now()
    day = station_day(session, me(), now)
    need = station_need(session, me(), now)
    services = {one.slug: one.names for one in list_services(session)}
    skills = {one.slug: one.names for one in list_skills(session)}
    return page("today", day=day, need=need, services=services, skills=skills, map=_drawn(need))


def _drawn(need: StationNeed) -> dict[str, Any]:
    """Return the station's map: neighbourhoods, the hours missing in them, the station itself."""
    station = {"kind": "station", "lat": need.station_lat, "lon": need.station_lon, "label": _("Your station")}
    missing = [zone for zone in need.zones if zone.hours]
    marks = [
        {"kind": "visit", "s": "maybe", "lat": zone.lat, "lon": zone.lon, "label": _hours_in(zone.names, zone.hours)}
        for zone in missing
    ]
    shapes = [
        {"name": named(zone.names), "s": "chosen" if zone.hours else "set", "polygon": zone.polygon}
        for zone in need.zones
    ]
    return {"points": [*marks, station], "zones": shapes}


def _hours_in(names: dict[str, Any], count: float) -> str:
    return _("%(zone)s: %(hours)s h missing", zone=named(names), hours=hours(round(count * 60)))


@route(bp, "/recruiter/capture", policy=OWN)
def capture() -> Any:
    """Ask whom one has met; right after, hand over the code and say who else has the number."""
    asked = read_query(NotedSchema)
    if not asked["lead"]:
        return page("capture", **_form_facts())
    noted = get_lead(current_session(), me(), asked["lead"], current_now())
    address = invitation(me().person)
    return page("captured", noted=noted, again=bool(asked["again"]), address=address, qr=qr_code(address))


def _form_facts() -> dict[str, Any]:
    session, now = current_session(), current_now()
    address = invitation(me().person)
    return {
        "skills": list_skills(session), "consent": read_policy(session, VettingPolicy, now).consent_version,
        "lists": {name: request.form.getlist(name) for name in ("skills", "languages", "hours")},
        "address": address, "qr": qr_code(address),
    }  # fmt: skip


@route(bp, "/recruiter/capture", policy=OWN, methods=["POST"])
def note_down() -> Any:
    """Note somebody down who agreed to be called."""
    try:
        noted = capture_lead(current_session(), me(), read(LeadSchema), current_now())
    except InvalidInput as error:
        return again(error, "capture", values=request.form, **_form_facts())
    if noted.lead.worker:
        return redirect(url_for("recruiter.recruits"), 303)
    seen = "1" if noted.noted_before else None
    return redirect(url_for("recruiter.capture", lead=noted.lead.code, again=seen), 303)


@route(bp, "/recruiter/recruits", policy=OWN)
def recruits() -> Any:
    """Show the people brought so far: where they stand, how much they work, whom to look after."""
    show = read_query(ViewSchema)["show"]
    rows = my_recruits(current_session(), me(), current_now())
    views = {view: [row for row in rows if _belongs(row, view)] for view in VIEWS}
    return page("recruits", rows=views[show], show=show, counts_of={view: len(found) for view, found in views.items()},
                hours_28d=sum(row.hours_28d for row in rows))  # fmt: skip


def _belongs(row: RecruitRow, view: str) -> bool:
    state = WorkerState(row.state)
    if view == "way":
        return state in _MOVING
    if view == "work":
        return state not in _MOVING and state not in _GONE
    return view == "all" or bool(row.at_risk)
