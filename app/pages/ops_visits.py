"""Visits for the desk: the list, everything about one, acting on somebody's behalf."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, render_template
from marshmallow import Schema, fields, validate

from accounts.people import names_of
from app import auth
from app.csv_out import csv_answer
from app.formats import local, named, yuan
from app.house import current_now, house
from app.input import read, read_query
from app.output import UNTRIED, refused, see_other
from app.pages.ops_audit_words import audit_rows, why_words
from app.pages.ops_event_words import declined_word, fact_steps, home_words, money_rows
from app.pages.ops_people import next_page
from app.pages.ops_visit_acts import BY_NAME, act_row, behalf_of, open_acts
from app.pages.ops_words import DESK, Said, actor_because, home, reasons_text, signed, terms_of
from app.pages.worker_words import MARKS
from app.place_key import place_key
from app.price_words import price_rows
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from catalogue.services import get_service, list_services
from core.audit import trail
from core.errors import DomainError, NotFound
from core.events import timeline
from dispatch.looking import TRACKED, URGENT
from dispatch.states import UNMATCHED, VisitState
from dispatch.visit_file import holds_of, marks_about, offers_of
from dispatch.visit_list import VisitWish, every_visit, list_visits
from dispatch.visits import get_visit
from disputes.queries import cases_of_visit
from money.book import entries_about
from places.shown import NO_VISIT, Viewer, place_for
from places.zones import list_zones
from workers.names import worker_names

bp = Blueprint("ops_visits", __name__)


class ListSchema(Schema):
    """What to list."""

    q = fields.String(load_default="", validate=validate.Length(max=60))
    state = fields.String(load_default="", validate=validate.OneOf(["", *[state.value for state in VisitState]]))
    zone = fields.String(load_default="", validate=validate.Length(max=24))
    day = fields.Date(load_default=None)
    after = fields.String(load_default="", validate=validate.Length(max=20))


class ActSchema(Said):
    """An act with its reason; ``choice`` where the act asks for one."""

    choice = fields.String(load_default="", validate=validate.Length(max=32))


@route(bp, "/ops/visits", policy=DESK)
def show_list() -> Any:
    """List visits, newest first."""
    asked = read_query(ListSchema)
    session, actor = current_session(), auth.current_actor()
    page = list_visits(session, actor, _wish(asked), asked["after"])
    return render_template("ops/visits.html", page=page, asked=asked, next=next_page(page.after), **_choices())


@route(bp, "/ops/visits.csv", policy=DESK)
def download() -> Any:
    """Return the list as a file."""
    asked = read_query(ListSchema)
    rows = every_visit(current_session(), auth.current_actor(), _wish(asked))
    heads = ("code", "state", "service", "zone", "compound", "start", "minutes", "customer", "worker",
             "total_cny", "worker_cny")  # fmt: skip
    return csv_answer("visits", heads, [
        (one.code, one.state, one.service, one.zone, named(one.compound), one.starts_at, one.minutes,
         one.customer_name, one.worker_name, yuan(one.total_fen), yuan(one.worker_fen))
        for one in rows
    ])  # fmt: skip


@route(bp, "/ops/visits/<code>", policy=DESK)
def show_visit(code: str) -> Any:
    """Show everything about one visit."""
    return render_template("ops/visit.html", **visit_page(code))


@route(bp, "/ops/visits/<code>/<act>", policy=DESK, methods=["POST"], audit=True)
def do(code: str, act: str) -> Any:
    """Do something on somebody's behalf; a refusal shows the page again with what was wrong."""
    chosen = BY_NAME.get(act)
    if chosen is None:
        raise NotFound
    try:
        said = read(ActSchema)
        visit = get_visit(current_session(), auth.current_actor(), code)
        actor = actor_because(said["reason"], behalf_of(chosen, visit), "phone" if chosen.behalf else "desk")
        chosen.do(current_session(), actor, code, said["choice"], current_now())
    except DomainError as error:
        return again(code, act, error)
    flash(_("Noted: %(what)s.", what=chosen.label), "done")
    return see_other("ops_visits.show_visit", code=code)


def again(code: str, act: str, error: DomainError) -> Any:
    """Show the page again with what was wrong, and nothing done."""
    return refused("ops/visit.html", error, lambda: visit_page(code), act)


def _wish(asked: dict[str, Any]) -> VisitWish:
    return VisitWish(asked["q"], asked["state"], asked["zone"], asked["day"], house().settings.zone)


def _choices() -> dict[str, Any]:
    session = current_session()
    return {
        "zones": [(zone.slug, named(zone.names)) for zone in list_zones(session)],
        "zone_names": {zone.slug: named(zone.names) for zone in list_zones(session)},
        "services": {one.slug: named(one.names) for one in list_services(session)},
        "states": [state.value for state in VisitState],
    }


def visit_page(code: str) -> dict[str, Any]:
    """Return what the page of a visit shows before anything personal is opened."""
    session, actor, now = current_session(), auth.current_actor(), current_now()
    visit = get_visit(session, actor, code)
    facts, audits = timeline(session, code), trail(session, code)
    place = place_for(visit.job.place, Viewer(actor, now), NO_VISIT, place_key())
    offers = offers_of(session, code)
    return {
        "visit": visit,
        "place": place,
        "title": home(place, unit=True),
        "home_facts": home_words(place.facts),
        "service": get_service(session, visit.service).names,
        "start": visit.starts_at or visit.window_from,
        "end": (visit.starts_at or visit.window_from) + timedelta(minutes=visit.minutes),
        "names": _names(facts, audits, visit),
        "steps": fact_steps(facts, _names(facts, audits, visit)),
        "bill": price_rows(visit.lines, get_service(session, visit.service).names, visit.job.place.zone.names),
        "money_rows": money_rows(entries_about(session, actor, code)),
        "offers": [(one, terms_text(one.why), declined_word(one.declined_because)) for one in offers],
        "why": next((terms_of(one.why) for one in offers if one.state == "accepted"), []),
        "reasons": reasons_text((str(one["code"]), int(one["count"])) for one in visit.open_reasons),
        "holds": holds_of(session, code),
        "marks": marks_about(session, code),
        "mark_words": MARKS,
        "cases": cases_of_visit(session, actor, code),
        "audits": audit_rows(audits, _names(facts, audits, visit)),
        "acts": [act_row(act) for act in open_acts(visit, actor)],
        "board": f"/ops/board?day={local(visit.starts_at or visit.window_from).date()}&visit={code}",
        "unmatched": visit.state in UNMATCHED,
        **UNTRIED, "seen": "",
        "whys": why_words(), "urgent": visit.state in URGENT, "tracked": visit.state in TRACKED,
    }  # fmt: skip


def _names(facts: Any, audits: Any, visit: Any) -> dict[str, str]:
    """Names of everybody the page speaks of, by account and worker code."""
    session = current_session()
    accounts = {visit.customer, *(row.actor_code for row in facts), *(row.on_behalf_of for row in facts)}
    accounts |= {row.actor_code for row in audits}
    workers = {str(row.payload.get("worker_code", "")) for row in facts}
    return {**names_of(session, accounts - {""}), **worker_names(session, workers)}


def terms_text(why: Any) -> str:
    """Return an offer's reasons in one line: ``service score +337, way −5``."""
    told = sorted(terms_of(why), key=lambda one: -abs(one[1]))
    return _(", ").join(f"{name} {signed(amount)}" for name, amount in told)
