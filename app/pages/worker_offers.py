"""New work: the offers that wait, one offer, yes and no. Declining costs nothing, and every page says so."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, flash, make_response, redirect, request

from app.formats import local
from app.house import current_now
from app.input import read
from app.output import see_other, unless_known
from app.pages.worker_common import OWN, OWN_OFFER, again, me, page, refused
from app.place_key import place_key
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from core.errors import Conflict, InvalidInput
from dispatch.accepting import accept_offer
from dispatch.move_asks import count_moves
from dispatch.offers import decline_offer, mark_seen
from dispatch.schemas import ReasonSchema
from dispatch.worker_offers import live_offers, offer_sheet

bp = Blueprint("worker_offers", __name__)
AT = "/worker/offers/<code>"


@route(bp, "/worker/offers", policy=OWN)
def offers() -> Any:
    """Show what waits for an answer, day by day."""
    lines = live_offers(current_session(), me(), current_now(), place_key())
    days = [(rows[0].starts_at, rows) for rows in _by_day(lines)]
    asked = count_moves(current_session(), me())
    if "HX-Request" not in request.headers:
        return page("offers", days=days, asked=asked)
    facts = "|".join([str(asked), *(line.code for line in lines)])
    return unless_known(facts, lambda: page("offers", days=days, asked=asked))


def _by_day(lines: list[Any]) -> list[list[Any]]:
    return [list(rows) for _day, rows in groupby(lines, key=lambda line: local(line.starts_at).date())]


@route(bp, AT, policy=OWN_OFFER)
def offer(code: str) -> Any:
    """Show one offer, and note that it has been seen."""
    mark_seen(current_session(), me(), code, current_now())
    return _offer_page(code)


def _offer_page(code: str, status: int = 200, **given: Any) -> Any:
    now = current_now()
    sheet = offer_sheet(current_session(), me(), code, now, place_key())
    live = sheet.line.live and sheet.line.expires_at > now
    place = sheet.line.place
    area = {"areas": [{"lat": place.lat, "lon": place.lon, "radius_m": place.radius_m, "label": ""}]}
    template = "offer" if live else "offer_over"
    state = sheet.line.state if not sheet.line.live else "expired"
    return make_response(page(template, sheet=sheet, line=sheet.line, state=state, map=area, **given), status)


@route(bp, f"{AT}/accept", policy=OWN_OFFER, methods=["POST"])
def accept(code: str) -> Any:
    """Take it: a promise from now on."""
    try:
        assignment = accept_offer(current_session(), me(), code, current_now())
    except Conflict as error:
        return _offer_page(code, error.status, **refused(error))
    flash(_("Agreed. We have told the customer."), "done")
    visit = assignment.visit
    return see_other("worker.visit", code=visit.code) if visit else redirect("/worker", 303)


@route(bp, f"{AT}/decline", policy=OWN_OFFER)
def why_not(code: str) -> Any:
    """Ask why, with one tap; any answer is right."""
    sheet = offer_sheet(current_session(), me(), code, current_now(), place_key())
    return page("decline", line=sheet.line)


@route(bp, f"{AT}/decline", policy=OWN_OFFER, methods=["POST"])
def decline(code: str) -> Any:
    """Say no to this one, or to this day."""
    try:
        reason = read(ReasonSchema)["reason"]
        decline_offer(current_session(), me(), code, reason, current_now())
    except InvalidInput as error:
        line = offer_sheet(current_session(), me(), code, current_now(), place_key()).line
        return again(error, "decline", line=line)
    except Conflict as error:
        return _offer_page(code, error.status, **refused(error))
    flash(_("All right. It costs you nothing, and you are asked again next time."), "done")
    return redirect("/worker/offers", 303)
