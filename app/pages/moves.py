"""A question: may a confirmed visit be moved? To the customer, to whoever was promised, to whoever would come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template
from marshmallow import Schema, fields, validate

from app import auth
from app.formats import named
from app.house import current_now
from app.input import read
from app.messages import sentence
from app.pages.worker_words import home_facts, place_name
from app.place_key import place_key
from app.registry import Policy, route
from app.session import current_session
from app.words import gettext as _
from catalogue.services import get_service
from core.actors import Actor, Role
from core.errors import Conflict
from dispatch.models import PlanMove
from dispatch.move_asks import MoveAsked, asked_of, my_moves
from dispatch.plan_moves import answer_move

bp = Blueprint("moves", __name__)
ASKED = Policy({Role.CUSTOMER, Role.WORKER}, "own visit")


class AnswerSchema(Schema):
    """Yes or no."""

    answer = fields.String(required=True, validate=validate.OneOf(["yes", "no"]))


@route(bp, "/moves", policy=ASKED)
def show_moves() -> Any:
    """List the questions that wait for one's answer."""
    asked = my_moves(current_session(), auth.current_actor(), current_now(), place_key())
    if len(asked) == 1:
        return redirect(f"/moves/{asked[0].code}", 303)
    return render_template("access/moves.html", moves=[_shown(one) for one in asked], layout=_layout())


@route(bp, "/moves/<code>", policy=ASKED)
def show_move(code: str) -> Any:
    """Show one question: what is promised, what is asked, that no is a fine answer."""
    return _page(code)


@route(bp, "/moves/<code>", policy=ASKED, methods=["POST"])
def answer(code: str) -> Any:
    """Say yes or no."""
    agreed = read(AnswerSchema)["answer"] == "yes"
    try:
        move = answer_move(current_session(), auth.current_actor(), code, agreed=agreed, now=current_now())
    except Conflict as error:
        current_session().rollback()
        return _page(code, sentence(error.code, error.sentence, **error.params), error.status)
    flash(_thanks(move, agreed), "done")
    return redirect(f"/moves/{code}", 303)


def _thanks(move: PlanMove, agreed: bool) -> str:
    if move.state == "lapsed":
        return _("Not everybody answered in time, or something changed: everything stays as agreed.")
    if not agreed:
        return _("All right: everything stays as it was. It costs you nothing.")
    if move.state == "done":
        return _("Thank you. Everybody agreed, and it is done.")
    return _("Thank you. As soon as the others agree too we tell you; until then everything stays as it is.")


def _page(code: str, problem: str = "", status: int = 200) -> Any:
    one = asked_of(current_session(), auth.current_actor(), code, current_now(), place_key())
    page = render_template("access/move.html", one=_shown(one), problem=problem, layout=_layout())
    return make_response(page, status)


def _layout() -> str:
    actor: Actor = auth.current_actor()
    return "layouts/worker.html" if actor.role is Role.WORKER else "layouts/phone.html"


def _shown(one: MoveAsked) -> dict[str, Any]:
    length = timedelta(minutes=one.minutes)
    return {
        "code": one.code,
        "side": one.side,
        "state": one.state,
        "answer": one.answer,
        "service": named(get_service(current_session(), one.service).names),
        "minutes": one.minutes,
        "place": place_name(one.place),
        "before": (one.from_start, one.from_start + length),
        "after": (one.to_start, one.to_start + length),
        "time": one.from_start != one.to_start,
        "worker": one.other_worker,
        "from_name": one.from_name,
        "to_name": one.to_name,
        "pay": one.worker_fen,
        "travel": one.travel_minutes,
        "facts": home_facts(one.place.facts) if one.side == "to" else [],
        "asked_at": one.asked_at,
        "answer_by": one.answer_by,
    }
