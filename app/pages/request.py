"""Requesting a job: what, where, when, the price as it grows, and the phone code last."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from accounts.accounts import actor_of
from accounts.errors import MoreNeeded
from accounts.models import Account
from app import auth
from app.formats import money
from app.house import current_now
from app.messages import sentence
from app.output import field_sentences, see_other
from app.phone_code import CodeSent, code_sent, go_on, prove_code, send_code
from app.price_words import ladder, price_rows
from app.registry import PUBLIC, route
from app.request_sheet import Sheet, make_sheet
from app.request_wish import Wish, ask_of, home_query, named_as_form, query_of, read_wish
from app.session import current_session
from app.support import support
from app.words import gettext as _
from core.actors import Actor, Role
from core.errors import Conflict, InvalidInput
from dispatch.customer_story import preferred_of
from dispatch.jobs import request_job
from dispatch.models import Job
from dispatch.quoting import ask_quote, is_first
from dispatch.schemas import JobRequest
from money.models import Quote
from places.places import list_places

bp = Blueprint("request", __name__)
_LONGEST = {"name": 40, "note": 500, "access_notes": 300}


@route(bp, "/request", policy=PUBLIC)
def show_form() -> Any:
    """Show the form; its address says what is chosen. A known customer begins with the last home."""
    wish = read_wish(request.args)
    return _page(_at_home(wish) if not wish.compound and wish.where == "list" else wish)


@route(bp, "/request/quote", policy=PUBLIC, methods=["POST"], rate="read", idempotent="natural")
def show_quote() -> Any:
    """Answer a change of the form: the parts that follow from it, or the whole page at its new address."""
    wish = read_wish(request.form)
    address = url_for("request.show_form", **query_of(wish))
    if request.headers.get("HX-Request") != "true":
        return redirect(address, 303)
    if wish.where != request.form.get("where_shown", wish.where):
        return make_response("", 200, {"HX-Redirect": address})
    answer = make_response(render_template("customer/request_parts.html", **_context(wish)))
    answer.headers["HX-Replace-Url"] = address
    return answer


@route(bp, "/request/slots", policy=PUBLIC)
def show_slots() -> Any:
    """Show only the days and times for a place, by address."""
    return render_template("customer/request_slots.html", **_context(read_wish(request.args)))


@route(bp, "/request/code", policy=PUBLIC, methods=["POST"], rate="sign_in", idempotent="none")
def ask_for_code() -> Any:
    """Check the request, then send a code to the phone; what was typed stays."""
    wish = read_wish(request.form)
    try:
        ask_of(wish)
        send_code(request.form.get("phone", "")[:30])
    except InvalidInput as error:
        return _again(wish, error)
    return _page(wish, sent=code_sent())


@route(bp, "/request", policy=PUBLIC, methods=["POST"], rate="sign_in")
def book() -> Any:
    """Prove the phone if nobody is signed in, and make the job: all of it or nothing."""
    wish = read_wish(request.form)
    try:
        return _book(wish)
    except MoreNeeded as error:
        flash(_("Your request is kept. Please send it again once you are in."), "care")
        return go_on(error, url_for("request.show_form", **query_of(wish)))
    except Conflict as error:
        return _again(wish, InvalidInput({"_schema": [error.code]}), said=sentence(error.code, error.sentence))
    except InvalidInput as error:
        if getattr(error, "remember", False):
            current_session().commit()
        return _again(wish, named_as_form(error, wish))


def _book(wish: Wish) -> Response:
    db_session, now, key = current_session(), current_now(), browser_hash()
    quote = ask_quote(db_session, auth.current_actor(), ask_of(wish), key, now)
    actor, account = auth.current_actor(), None
    if actor.role is Role.ANONYMOUS:
        account = prove_code(request.form.get("code", "")[:30])
        actor = actor_of(account, Role.CUSTOMER)
        if _dearer(quote, actor):
            _welcome(account)
            text = _("The opening offer is for a first visit. For you it is %(price)s.", price=money(quote.worker_fen))
            flash(text, "care")
            return redirect_to(wish)
    name, note, access_notes = (_typed(field) for field in ("name", "note", "access_notes"))
    asked = JobRequest(quote.code, name, note, access_notes, preferred_worker=_preferred(wish))
    job = request_job(db_session, actor, asked, key, now)
    code = _first_visit(job)
    if account is not None:
        _welcome(account)
    flash(_("Agreed. We are asking who can come and tell you at once."), "done")
    return see_other("customer.show_visit", code=code)


def _typed(field: str) -> str:
    return request.form.get(field, "").replace("\x00", "").strip()[: _LONGEST[field]]


def _preferred(wish: Wish) -> str:
    """Return the worker asked for by name, if this customer knows them."""
    worker = preferred_of(current_session(), auth.current_actor(), wish.worker)
    return worker.code if worker else ""


def _first_visit(job: Job) -> str:
    current_session().flush()
    current_session().refresh(job, ["visits"])
    return job.visits[0].code


def _welcome(account: Account) -> None:
    """Sign the proved customer in; a name given with the request is kept if we had none."""
    account.name = account.name or _typed("name")
    auth.sign_in(account, Role.CUSTOMER)


def _dearer(quote: Quote, actor: Actor) -> bool:
    """True when the opening offer was quoted to somebody who turns out to have been here: the price is said again."""
    return quote.total_fen < quote.worker_fen and not is_first(current_session(), actor.code)


def redirect_to(wish: Wish) -> Response:
    """Go to the form with this wish."""
    return make_response(redirect(url_for("request.show_form", **query_of(wish)), 303))


def browser_hash() -> str:
    """Return what ties a quote to this browser."""
    return hashlib.sha256(auth.browser_key().encode()).hexdigest()


def _at_home(wish: Wish) -> Wish:
    """Return the wish with the place of the customer's last job."""
    homes = own_homes()
    if not homes:
        return wish
    place = homes[0]["query"]
    return replace(wish, **{**place, "facts": wish.facts or tuple(place["facts"])})


def own_homes() -> list[dict[str, Any]]:
    """Return the customer's homes, the latest first, each with the query that asks for it."""
    actor = auth.current_actor()
    if actor.role is not Role.CUSTOMER:
        return []
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for place in list_places(current_session(), actor.code):
        slug = place.compound.slug if place.compound else ""
        names = place.compound.names if place.compound else {"zh": place.address}
        shown = {"names": names, "building": place.building, "address": place.address, "query": home_query(place)}
        found.setdefault((slug, place.building, place.unit or place.address), shown)
    return list(found.values())[:4]


def _context(wish: Wish) -> dict[str, Any]:
    actor, now = auth.current_actor(), current_now()
    sheet = make_sheet(current_session(), actor, wish, now)
    return {"sheet": sheet, "wish": sheet.wish, **_money(sheet)}


def _money(sheet: Sheet) -> dict[str, Any]:
    lines = [line.as_json() for line in sheet.priced.lines]
    rows = price_rows(lines, sheet.service.names, sheet.zone.names if sheet.zone else None)
    if sheet.start is None:
        return {"rows": rows, "rungs": []}
    worker, length = sheet.priced.worker_fen, sheet.wish.minutes
    return {"rows": rows, "rungs": ladder(worker, length, sheet.start, current_now(), sheet.cancelling)}


def _page(wish: Wish, sent: CodeSent | None = None, **more: Any) -> str:
    given: dict[str, Any] = {"errors": {}, "said": "", "values": request.form, "sent": sent, **more}
    return render_template("customer/request.html", homes=own_homes(), support=support(), **_context(wish), **given)


def _again(wish: Wish, error: InvalidInput, said: str = "") -> Response:
    """Undo the work and show the form again with what was typed and what is wrong."""
    current_session().rollback()
    auth.forget()
    sent = code_sent() if "code" in request.form else None
    errors = {} if said else field_sentences(error)
    return make_response(_page(wish, sent=sent, errors=errors, said=said), 422)
