"""What else may happen around a visit: not being able to come, a closed door, stopping, cash, rating the customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request

from app.house import current_now
from app.input import read
from app.output import see_other
from app.pages.worker_common import OWN_VISIT, again, me, page
from app.pages.worker_words import CUSTOMER_REASONS
from app.place_key import place_key
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from core.errors import Conflict, InvalidInput, NotFound
from core.policies import read_policy
from dispatch.cancelling import worker_cancels, worker_points
from dispatch.finishing import abort_visit
from dispatch.policy import CancelPolicy, TripPolicy
from dispatch.schemas import HappenedSchema, ReasonSchema
from dispatch.settling import say_cash_kept
from dispatch.states import VisitState
from dispatch.trip import contacts_of, lock_out, log_contact
from dispatch.visits import get_visit
from dispatch.worker_day import DayStop, stop_of
from ratings.invitations import edit_rating, rate_visit
from ratings.queries import rating_form
from ratings.schemas import RatingSchema

bp = Blueprint("worker_visit", __name__)
AT = "/worker/visits/<code>"


def _stop(code: str) -> DayStop:
    return stop_of(current_session(), me(), code, current_now(), place_key())


@route(bp, f"{AT}/cancel", policy=OWN_VISIT)
def may_cancel(code: str) -> Any:
    """Say what giving the visit back would mean, before anything happens."""
    return page("cancel", **_cancel_page(code))


def _cancel_page(code: str) -> dict[str, Any]:
    stop, now = _stop(code), current_now()
    policy = read_policy(current_session(), CancelPolicy, now)
    return {"stop": stop, "points": worker_points(stop.starts_at, policy, now), "left": stop.starts_at - now}


@route(bp, f"{AT}/cancel", policy=OWN_VISIT, methods=["POST"])
def cancel(code: str) -> Any:
    """Give the visit back."""
    try:
        worker_cancels(current_session(), me(), code, read(ReasonSchema)["reason"], current_now())
    except (Conflict, InvalidInput) as error:
        return again(error, "cancel", **_anew(lambda: _cancel_page(code)))
    flash(_("The visit is given back. We tell the customer and look for somebody else."), "done")
    return redirect("/worker", 303)


def _anew(facts: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Read the page's facts anew: what the refused act changed must not be seen."""
    current_session().rollback()
    return facts()


@route(bp, f"{AT}/abort", policy=OWN_VISIT)
def may_abort(code: str) -> Any:
    """Ask why the work has to stop; for safety there is a number to call on top."""
    return page("abort", stop=_stop(code))


@route(bp, f"{AT}/abort", policy=OWN_VISIT, methods=["POST"])
def abort(code: str) -> Any:
    """Stop the work; the minutes until now are paid."""
    try:
        reason = read(ReasonSchema)["reason"]
        abort_visit(current_session(), me(), code, reason, current_now())
    except (Conflict, InvalidInput) as error:
        return again(error, "abort", **_anew(lambda: {"stop": _stop(code)}))
    said = _("Stopped. You come first: somebody calls you within 15 minutes.")
    flash(said if reason == "safety" else _("Stopped. The time until now is paid."), "done")
    return see_other("worker.visit", code=code)


@route(bp, f"{AT}/lockout", policy=OWN_VISIT)
def closed_door(code: str) -> Any:
    """Lead step by step through a door nobody opens: three tries, a wait, then paid."""
    return page("lockout", **_door(code))


def _door(code: str) -> dict[str, Any]:
    """Return the tries that count, when the next one does, and until when to wait."""
    session, now = current_session(), current_now()
    visit, policy = get_visit(session, me(), code), read_policy(session, TripPolicy, now)
    if visit.state != VisitState.ARRIVED or visit.arrived_at is None:
        raise NotFound
    tries = contacts_of(session, visit, policy)
    again_at = tries[-1] + timedelta(minutes=policy.lockout_contact_gap) if tries else now
    until = visit.arrived_at + timedelta(minutes=policy.lockout_wait)
    return {
        "stop": _stop(code), "tries": tries, "needed": policy.lockout_contacts, "again_at": again_at, "until": until,
        "paid_minutes": min(visit.minutes, policy.lockout_paid_minutes),
    }  # fmt: skip


@route(bp, f"{AT}/contact", policy=OWN_VISIT, methods=["POST"])
def contact(code: str) -> Any:
    """Note one try to reach the customer."""
    log_contact(current_session(), me(), code, read(HappenedSchema), current_now())
    return see_other("worker_visit.closed_door", code=code)


@route(bp, f"{AT}/lockout", policy=OWN_VISIT, methods=["POST"])
def give_up_door(code: str) -> Any:
    """Go; the booked time is paid, at most two hours."""
    try:
        lock_out(current_session(), me(), code, current_now())
    except Conflict as error:
        return again(error, "lockout", **_anew(lambda: _door(code)))
    flash(_("Noted: nobody opened. You are paid for it."), "done")
    return redirect("/worker", 303)


@route(bp, f"{AT}/cash", policy=OWN_VISIT, methods=["POST"])
def cash(code: str) -> Any:
    """Note that the customer's cash is in one's hand."""
    say_cash_kept(current_session(), me(), code, current_now())
    return see_other("worker.visit", code=code)


@route(bp, f"{AT}/rate", policy=OWN_VISIT)
def may_rate(code: str) -> Any:
    """Show the form for the customer."""
    return page("rate", **_rate_page(code))


def _rate_page(code: str) -> dict[str, Any]:
    form = rating_form(current_session(), me(), code, current_now())
    if form is None or form.state not in ("open", "given"):
        raise Conflict("rating_closed", "The time for rating this visit is over.")
    return {"stop": _stop(code), "form": form, "reasons": [(name, str(text)) for name, text in CUSTOMER_REASONS]}


@route(bp, f"{AT}/rate", policy=OWN_VISIT, methods=["POST"])
def rate(code: str) -> Any:
    """Take the rating of the customer, or its change."""
    session, now = current_session(), current_now()
    facts = _rate_page(code)
    try:
        given = read(RatingSchema, visit_code=code)
        verb = edit_rating if facts["form"].state == "given" else rate_visit
        verb(session, me(), given, now)
    except InvalidInput as error:
        return again(error, "rate", request.form, **_anew(lambda: _rate_page(code)))
    flash(_("Thank you. It stays sealed until the customer has rated too."), "done")
    return see_other("worker.visit", code=code)
