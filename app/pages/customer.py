"""The customer's visits: the list, one visit in all its states, confirming, rating, moving, calling off."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, make_response, render_template, request
from marshmallow import Schema, fields, validate

from app import auth
from app.formats import clock, named, short_day
from app.house import current_now
from app.input import read
from app.output import field_sentences, see_other, unless_known
from app.price_words import ladder, price_rows
from app.rating_words import reason_words
from app.registry import Policy, route
from app.request_sheet import When, times_for
from app.request_wish import ask_of_time, home_query, named_as_form, read_wish
from app.session import current_session
from app.support import support
from app.visit_words import (
    comer_facts,
    comer_reasons,
    day_has_come,
    fee_words,
    head_of,
    rung_rows,
    search_words,
    story_steps,
    who,
)
from app.words import gettext as _
from catalogue.services import list_services
from core.actors import Role
from core.errors import InvalidInput
from dispatch.cancelling import cancel_visit
from dispatch.customer_story import VisitStory, my_visits, visit_story, way_points
from dispatch.finishing import confirm_visit
from dispatch.models import Visit
from dispatch.move_asks import count_moves
from dispatch.rescheduling import move_start
from dispatch.schemas import CANCEL_REASONS
from dispatch.states import VISIT_MOVES, VisitMove, VisitState
from disputes.queries import cases_of_visit
from money.charged import charged_fen
from ratings.invitations import edit_rating, rate_visit
from ratings.queries import rating_form, ratings_for
from ratings.schemas import RatingSchema

bp = Blueprint("customer", __name__)
CUSTOMER = Policy({Role.CUSTOMER}, "own visit")
S = VisitState
MOVING = frozenset({S.OPEN, S.OFFERING, S.WAITLISTED, S.RESCUE, S.ASSIGNED, S.EN_ROUTE, S.ARRIVED, S.IN_PROGRESS})
CODE_STATES = frozenset({S.ASSIGNED, S.EN_ROUTE, S.ARRIVED})
ENDED_STATES = frozenset({S.UNFILLED, S.CANCELLED, S.EXPIRED, S.LOCKOUT, S.ABORTED})
RATED_STATES = frozenset({S.WORK_DONE, S.COMPLETED, S.SETTLED})


class CancelSchema(Schema):
    """Why a visit is called off."""

    reason = fields.String(load_default="other", validate=validate.OneOf(CANCEL_REASONS))


@route(bp, "/visits", policy=Policy({Role.CUSTOMER}, "own visits"))
def show_visits() -> Any:
    """List one's visits."""
    session = current_session()
    names = {one.slug: named(one.names) for one in list_services(session)}
    mine = my_visits(session, auth.current_actor())
    ahead, past = ([_row(visit, names) for visit in visits] for visits in (mine.ahead, mine.past))
    asked = count_moves(session, auth.current_actor())
    return render_template("customer/visits.html", ahead=ahead, past=past, asked=asked)


def _row(visit: Visit, services: dict[str, str]) -> dict[str, Any]:
    start, compound = visit.starts_at or visit.window_from, visit.job.place.compound
    place = named(compound.names) if compound else visit.job.place.address
    return {"code": visit.code, "start": start, "end": start + timedelta(minutes=visit.minutes), "state": visit.state,
            "what": services.get(visit.service, visit.service), "sub": visit.worker.name if visit.worker else place,
            "title": f"{short_day(start)} {clock(start)}"}  # fmt: skip


@route(bp, "/visits/<code>", policy=CUSTOMER)
def show_visit(code: str) -> Any:
    """Show one visit in the state it is in."""
    return _page(code)


@route(bp, "/visits/<code>/live", policy=CUSTOMER)
def show_live(code: str) -> Any:
    """Answer the page's polling: its head again, or a word to load the page anew when the state has changed."""
    story, now = visit_story(current_session(), auth.current_actor(), code, current_now()), current_now()
    if request.args.get("state", story.state.value) != story.state.value:
        return make_response("", 200, {"HX-Refresh": "true"})
    head = head_of(story)
    searching = search_words(story)
    facts = f"{head}{searching}{story.visit.state_since}{now:%H%M}"
    page = {"story": story, "head": head, "searching": searching}
    return unless_known(facts, lambda: render_template("customer/visit_live.html", **page))


@route(bp, "/visits/<code>/map.json", policy=CUSTOMER)
def show_map(code: str) -> Any:
    """Return where the worker is, only while on the way, and one's own home."""
    story = visit_story(current_session(), auth.current_actor(), code, current_now())
    data = map_data(story)
    answer = unless_known(str(data), lambda: json.dumps(data))
    answer.content_type = "application/json"
    return answer


def map_data(story: VisitStory) -> dict[str, Any]:
    """Return the map of a visit: the customer's own home; the worker and the way while on the way."""
    place = story.visit.job.place
    home = {"kind": "home", "lat": place.lat, "lon": place.lon, "s": "set", "label": _("Your home")}
    way = story.way
    if way is None or way.lat is None or story.comer is None:
        return {"points": [home]}
    worker = {"kind": "worker", "code": "W", "family": story.comer.family_name, "lat": way.lat, "lon": way.lon,
              "s": "move", "label": _("%(who)s, on the way", who=who(story.comer))}  # fmt: skip
    return {"points": [worker, home], "routes": [{"s": "move", "points": way_points(story)}]}


@route(bp, "/visits/<code>/confirm", policy=CUSTOMER, methods=["POST"])
def confirm(code: str) -> Any:
    """Say that the work is done."""
    confirm_visit(current_session(), auth.current_actor(), code, current_now())
    flash(_("Thank you. The worker is paid in full."), "done")
    return see_other("customer.show_visit", code=code)


@route(bp, "/visits/<code>/rate", policy=CUSTOMER, methods=["POST"])
def rate(code: str) -> Any:
    """Rate a visit, or change one's rating. Rating work that is done confirms it too."""
    session, actor, now = current_session(), auth.current_actor(), current_now()
    try:
        given = read(RatingSchema, visit_code=code)
        story = visit_story(session, actor, code, now)
        if story.state is S.WORK_DONE:
            confirm_visit(session, actor, code, now)
        form = rating_form(session, actor, code, now)
        (edit_rating if form is not None and form.given else rate_visit)(session, actor, given, now)
    except InvalidInput as error:
        session.rollback()
        return make_response(_page(code, errors=field_sentences(error), values=request.form), 422)
    flash(_("Thank you. The worker sees it once both have rated, or after seven days."), "done")
    return see_other("customer.show_visit", code=code)


@route(bp, "/visits/<code>/cancel", policy=CUSTOMER)
def ask_to_cancel(code: str) -> Any:
    """Show what calling off costs now and later, before anything happens."""
    now = current_now()
    story = visit_story(current_session(), auth.current_actor(), code, now)
    if not can(story, VisitMove.CANCEL):
        return see_other("customer.show_visit", code=code)
    visit = story.visit
    rungs = ladder(
        visit.worker_fen, visit.minutes, min(visit.fee_clock, story.starts), visit.opened_at, story.cancelling
    )
    words = fee_words(story.fee.step, story.fee.fen, who(story.comer))
    rows = rung_rows(rungs, now) if story.comer else []
    return render_template("customer/cancel.html", story=story, fee_words=words, rows=rows, who=who(story.comer))


@route(bp, "/visits/<code>/cancel", policy=CUSTOMER, methods=["POST"])
def cancel(code: str) -> Any:
    """Call the visit off; the fee, if there is one, was shown before."""
    cancel_visit(current_session(), auth.current_actor(), code, read(CancelSchema)["reason"], current_now())
    flash(_("Called off. The worker has been told."), "done")
    return see_other("customer.show_visit", code=code)


@route(bp, "/visits/<code>/reschedule", policy=CUSTOMER)
def ask_to_move(code: str) -> Any:
    """Show the times at which the visit can be kept instead."""
    return _moving_page(code)


@route(bp, "/visits/<code>/reschedule", policy=CUSTOMER, methods=["POST"])
def move(code: str) -> Any:
    """Move the visit to another time."""
    session, now = current_session(), current_now()
    try:
        visit = move_start(session, auth.current_actor(), code, ask_of_time(read_wish(request.form)), now)
    except InvalidInput as error:
        session.rollback()
        errors = field_sentences(named_as_form(error, read_wish(request.form)))
        return make_response(_moving_page(code, errors), 422)
    at = f"{short_day(visit.window_from)} {clock(visit.window_from)}"
    flash(_("Moved to %(time)s. We are asking who can come.", time=at), "done")
    return see_other("customer.show_visit", code=code)


def _moving_page(code: str, errors: dict[str, list[str]] | None = None) -> Any:
    now, actor = current_now(), auth.current_actor()
    story = visit_story(current_session(), actor, code, now)
    if not can(story, VisitMove.RESCHEDULE):
        return see_other("customer.show_visit", code=code)
    wish = read_wish(request.values)
    when, wish = times_for(current_session(), story.visit, wish, now)
    soon = story.state is S.ASSIGNED and story.starts - now < timedelta(hours=story.cancelling.free_hours)
    more = {"errors": errors or {}, "soon": soon, "who": who(story.comer), "support": support()}
    return render_template("customer/reschedule.html", story=story, sheet=_Times(when, wish), wish=wish, **more)


class _Times:
    """The part of a request's sheet that the times need."""

    def __init__(self, when: When, wish: Any) -> None:
        self.when, self.wish, self.gone = when, wish, False
        self.other_chosen = wish.time in {one.time for one in when.others}


def can(story: VisitStory, move: VisitMove) -> bool:
    """True when the customer may make this move now."""
    return move in VISIT_MOVES.moves(story.state, auth.current_actor())


def _page(code: str, errors: dict[str, list[str]] | None = None, values: Any = None) -> Any:
    session, actor, now = current_session(), auth.current_actor(), current_now()
    story = visit_story(session, actor, code, now)
    visit = story.visit
    return render_template(
        "customer/visit.html",
        story=story,
        visit=visit,
        head=head_of(story),
        searching=search_words(story),
        who=who(story.comer),
        facts=comer_facts(story.comer) if story.comer else [],
        reasons=comer_reasons(story.comer) if story.comer else [],
        steps=story_steps(story),
        rows=price_rows(visit.lines, story.service.names, visit.job.place.zone.names),
        charged_fen=charged_fen(session, code) if story.state in ENDED_STATES else None,
        show_code=story.state in CODE_STATES and day_has_come(story),
        moving=story.state in MOVING,
        rating=rating_form(session, actor, code, now) if story.state in RATED_STATES else None,
        theirs=ratings_for(session, actor, code) if story.state in RATED_STATES else [],
        can_cancel=can(story, VisitMove.CANCEL),
        can_move=can(story, VisitMove.RESCHEDULE),
        fee_words=fee_words(story.fee.step, story.fee.fen, who(story.comer)),
        again=_again(story) if story.state not in MOVING else {},
        reason_options=reason_words(),
        running_case=_running_case(code),
        errors=errors or {},
        values=values or {},
        support=support(visit.zone),
        place_name=named(visit.job.place.compound.names) if visit.job.place.compound else visit.job.place.address,
    )


def _running_case(code: str) -> str:
    cases = cases_of_visit(current_session(), auth.current_actor(), code)
    return next((one.code for one in reversed(cases)), "")


def _again(story: VisitStory) -> dict[str, Any]:
    """Return the query that asks for the same once more."""
    job = story.visit.job
    return {"service": job.service, "minutes": job.minutes, **home_query(job.place)}
