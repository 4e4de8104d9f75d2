"""Why a visit one knows of is not one's own: told to a worker about nobody but themselves."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint

from app.formats import named
from app.house import current_now
from app.pages.worker_common import OWN, OWN_VISIT, me, page
from app.registry import route
from app.session import current_session
from app.words import lazy_gettext
from dispatch.visit_why import asked_for_me, why_not_me
from places.zones import list_zones

bp = Blueprint("worker_why", __name__)

WHY: Final = {
    "on_hold": (
        lazy_gettext("You were on hold then."),
        lazy_gettext("As soon as the hold is lifted you are asked again."),
    ),
    "document_invalid": (
        lazy_gettext("A paper of yours was missing, or lapsed before the end."),
        lazy_gettext("Bring the new one to your station."),
    ),
    "lacks_skill": (
        lazy_gettext("It asks for a skill you do not have yet."),
        lazy_gettext("Ask your station for a training."),
    ),
    "tier_too_low": (
        lazy_gettext("It asks for a higher tier than yours."),
        lazy_gettext("Your score page shows the way there."),
    ),
    "score_bound_too_low": (
        lazy_gettext("It asks for a surer score."),
        lazy_gettext("More ratings make a score surer."),
    ),
    "already_declined": (
        lazy_gettext("You did not take it."),
        lazy_gettext("That costs you nothing; the same visit is not asked twice."),
    ),
    "unanswered": (lazy_gettext("The time to answer was over."), lazy_gettext("That costs you nothing.")),
    "zone_not_served": (
        lazy_gettext("It is in a neighbourhood you do not work in."),
        lazy_gettext("You can add neighbourhoods under My hours."),
    ),
    "too_far": (
        lazy_gettext("It is farther away than you want to go."),
        lazy_gettext("You can widen your distance under My hours."),
    ),
    "not_on_shift": (
        lazy_gettext("It was outside the hours you offered."),
        lazy_gettext("You can offer more hours under My hours."),
    ),
    "daily_hours": (
        lazy_gettext("Your hours of that day were full."),
        lazy_gettext("On another day you are asked again."),
    ),
    "weekly_hours": (
        lazy_gettext("Your hours of that week were full."),
        lazy_gettext("In another week you are asked again."),
    ),
    "rest": (
        lazy_gettext("There would have been too little rest between two days."),
        lazy_gettext("Rest is kept for everybody."),
    ),
    "busy": (
        lazy_gettext("You had other visits then, or could not have been there in time."),
        lazy_gettext("Nothing to do about it."),
    ),
    "others": (
        lazy_gettext("Nothing stood against you: all in all it fitted others better."),
        lazy_gettext("Nearer, longer unasked, or better known there: it changes from visit to visit."),
    ),
}


@route(bp, "/worker/why", policy=OWN)
def show_list() -> Any:
    """List visits whose customers named one and that went to somebody else."""
    session = current_session()
    zones = {zone.slug: named(zone.names) for zone in list_zones(session)}
    return page("why_list", visits=asked_for_me(session, me(), current_now()), zones=zones)


@route(bp, "/worker/why/<code>", policy=OWN_VISIT)
def show_why(code: str) -> Any:
    """Say why this one is not one's own, and what one can do."""
    session = current_session()
    found = why_not_me(session, me(), code)
    zones = {zone.slug: named(zone.names) for zone in list_zones(session)}
    why, change = WHY.get(found.code, WHY["others"])
    return page("why", found=found, why=str(why), change=str(change), zone=zones.get(found.zone, ""))
