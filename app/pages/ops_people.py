"""People and search: everybody who can sign in, and one box that finds visits, people and compounds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request
from marshmallow import Schema, fields, validate

from accounts.people import every_person, list_people, show_phone
from app import auth
from app.csv_out import csv_answer
from app.formats import named
from app.house import current_now, house
from app.input import read, read_query
from app.output import field_sentences
from app.pages.ops_audit_words import why_words
from app.pages.ops_event_words import role_word
from app.pages.ops_words import DESK, HOUSE, LookSchema
from app.registry import route
from app.session import current_session
from catalogue.services import list_services
from core.actors import Role
from core.audit import Look
from core.codes import tidy_code
from core.errors import InvalidInput
from dispatch.visit_list import VisitWish, list_visits
from places.zones import list_compounds

bp = Blueprint("ops_people", __name__)
ROLES = [role.value for role in Role if role not in (Role.SYSTEM, Role.ANONYMOUS)]
_DOORS = {"V": "/ops/visits/", "W": "/ops/workers/", "D": "/ops/disputes/", "N": "/ops/rounds/"}
FEW = 8


class PeopleSchema(Schema):
    """Whom to list."""

    q = fields.String(load_default="", validate=validate.Length(max=60))
    role = fields.String(load_default="", validate=validate.OneOf(["", *ROLES]))
    after = fields.String(load_default="", validate=validate.Length(max=20))


class SearchSchema(Schema):
    """What is looked for."""

    q = fields.String(load_default="", validate=validate.Length(max=60))


def next_page(after: str) -> str:
    """Return this page's query with the mark of the page after it."""
    return urlencode({**{k: v for k, v in request.args.items() if v and k != "after"}, "after": after})


@route(bp, "/ops/people", policy=HOUSE)
def show_people() -> Any:
    """List people, newest first."""
    return _people_page()


@route(bp, "/ops/people.csv", policy=HOUSE)
def download() -> Any:
    """Return the list as a file; phone numbers are not in it."""
    asked = read_query(PeopleSchema)
    rows = every_person(current_session(), auth.current_actor(), asked["q"], asked["role"])
    heads = ("code", "name", "state", "roles", "person", "since")
    return csv_answer(
        "people",
        heads,
        [(one.code, one.name, one.state, " ".join(one.roles), one.person, one.created_at) for one in rows],
    )


@route(bp, "/ops/people/<code>/phone", policy=DESK, methods=["POST"], audit=True, idempotent="none")
def show_number(code: str) -> Any:
    """Show somebody's number once, with the reason written down."""
    try:
        look: Look = read(LookSchema)
        number = show_phone(current_session(), auth.current_actor(), code, look, current_now())
    except InvalidInput as error:
        current_session().rollback()
        return make_response(_people_page(code, errors=field_sentences(error)), 422)
    answer = make_response(_people_page(code, number=number))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@route(bp, "/ops/search", policy=HOUSE)
def search() -> Any:
    """Find by a code at once, else show the first few visits, people and compounds."""
    text = read_query(SearchSchema)["q"].strip()
    code = tidy_code(text)
    door = _DOORS.get(code.split("-")[0]) if "-" in code else None
    if door is not None:
        return redirect(door + code, 303)
    session, actor = current_session(), auth.current_actor()
    wish = VisitWish(q=text, time_zone=house().settings.zone)
    return render_template(
        "ops/search.html",
        q=text,
        visits=list_visits(session, actor, wish, size=FEW).rows if text else [],
        people=list_people(session, actor, text).rows[:FEW] if text else [],
        compounds=_compounds(text) if text else [],
        services={one.slug: named(one.names) for one in list_services(session)},
        role_word=role_word,
    )


def _compounds(text: str) -> list[str]:
    found = [one for one in list_compounds(current_session()) if text.lower() in str(one.names).lower()]
    return [named(one.names) for one in found[:FEW]]


def _people_page(chosen: str = "", number: str | None = None, errors: dict[str, list[str]] | None = None) -> str:
    asked = read_query(PeopleSchema)
    page = list_people(current_session(), auth.current_actor(), asked["q"] or chosen, asked["role"], asked["after"])
    return render_template(
        "ops/people.html",
        page=page,
        asked=asked,
        roles=[(role, role_word(role)) for role in ROLES],
        role_word=role_word,
        chosen=chosen,
        number=number,
        errors=errors or {},
        whys=why_words(),
        next=next_page(page.after),
    )
