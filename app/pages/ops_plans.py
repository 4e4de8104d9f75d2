"""Day plans at the desk: all of them, one with its moves to decide and where hands are short, a day planned again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from marshmallow import Schema, fields, validate

from app import auth
from app.formats import local, named
from app.house import current_now
from app.input import read, read_query
from app.output import UNTRIED, refused
from app.pages.ops_labels import visit_labels
from app.pages.ops_plan_prices import dearest_hour, price_map, price_rows, short_text
from app.pages.ops_plan_words import NAMES, causes_text, codes_of, move_row, proven, state_text
from app.pages.ops_words import DESK, Said, actor_because
from app.place_key import place_key
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from catalogue.services import list_services
from core.audit import Change, audit
from core.errors import DomainError, InvalidInput
from dispatch.plan_moves import account_of_side, answer_move, approve_move, decline_move
from dispatch.plan_scope import scopes_on
from dispatch.plan_story import PlanStory, list_plans, open_moves, plan_story
from dispatch.plan_wishes import REPLAN, want_plan
from places.models import Zone
from places.zones import list_zones
from workers.names import worker_names

bp = Blueprint("ops_plans", __name__)


class HourSchema(Schema):
    """Which hour the map of prices shows."""

    hour = fields.Integer(load_default=None, validate=validate.Range(0, 23))


class AgainSchema(Said):
    """Which day to plan again."""

    day = fields.Date(required=True)


class AnswerSchema(Said):
    """What somebody said on the telephone: who, and yes or no."""

    side = fields.String(required=True, validate=validate.OneOf(["customer", "from", "to"]))
    answer = fields.String(required=True, validate=validate.OneOf(["yes", "no"]))


@route(bp, "/ops/plans", policy=DESK)
def show_plans() -> Any:
    """Show the latest plans, and every move that waits for a decision or an answer."""
    return render_template("ops/plans.html", **_plans_page())


def _plans_page() -> dict[str, Any]:
    session, actor, now = current_session(), auth.current_actor(), current_now()
    heads = list_plans(session, actor)
    moves = open_moves(session, actor, now, place_key())
    return {
        "heads": [(head, causes_text(head.causes), _gap(head.gap), state_text(head)) for head in heads],
        "names": NAMES,
        "moves": [move_row(move, move.from_start.isoformat(), {}) | {"plan": move.plan} for move in moves],
        "zones": {zone.slug: named(zone.names) for zone in list_zones(session)},
        "today": local(now).date(),
        **UNTRIED,
    }


def _gap(gap: float | None) -> str:
    return "" if gap is None else proven(gap)


@route(bp, "/ops/plans/<code>", policy=DESK)
def show_plan(code: str) -> Any:
    """Show one plan: how near the best, what it would move and why, where hands are short."""
    return render_template("ops/plan.html", **_plan_page(code))


@route(bp, "/ops/plans", policy=DESK, methods=["POST"], audit=True)
def plan_again() -> Any:
    """Wish for a day to be planned again; the clock does it within a minute."""
    try:
        _want_again(read(AgainSchema))
    except DomainError as error:
        return refused("ops/plans.html", error, _plans_page, "again")
    flash(_("The day is being planned again; the plan appears here within a minute or two."), "done")
    return redirect("/ops/plans", 303)


def _want_again(said: dict[str, Any]) -> None:
    session, now, actor = current_session(), current_now(), actor_because(said["reason"])
    if not 0 <= (said["day"] - local(now).date()).days <= 7:
        raise InvalidInput({"day": ["out_of_range"]})
    audit(session, actor, "plan_again", said["day"].isoformat(), now, Change(said["reason"]))
    for scope in scopes_on(session, said["day"]):
        want_plan(session, REPLAN, scope, {"kind": "asked", "about": actor.code}, now)


@route(bp, "/ops/plans/<code>/moves/<move>/approve", policy=DESK, methods=["POST"], audit=True)
def approve(code: str, move: str) -> Any:
    """Approve a move: everybody concerned is asked."""
    done = _("Everybody concerned is being asked. Nothing changes until all agree.")
    return _decide(code, (move, "approve"), approve_move, done)


@route(bp, "/ops/plans/<code>/moves/<move>/decline", policy=DESK, methods=["POST"], audit=True)
def decline(code: str, move: str) -> Any:
    """Decline a move: it stays as promised."""
    return _decide(code, (move, "decline"), decline_move, _("It stays as promised. Nobody was asked."))


@route(bp, "/ops/plans/<code>/moves/<move>/answer", policy=DESK, methods=["POST"], audit=True)
def answer(code: str, move: str) -> Any:
    """Write down what somebody answered on the telephone."""

    def do(session: Any, _actor: Any, move_code: str, now: datetime) -> None:
        said = read(AnswerSchema)
        account = account_of_side(session, auth.current_actor(), move_code, said["side"])
        told = actor_because(said["reason"], account, "phone")
        answer_move(session, told, move_code, agreed=said["answer"] == "yes", now=now)

    return _decide(code, (move, "answer"), do, _("Written down."))


def _decide(code: str, act: tuple[str, str], do: Any, text: str) -> Any:
    move, name = act
    try:
        reason = read(AnswerSchema if name == "answer" else Said)["reason"]
        do(current_session(), actor_because(reason), move, current_now())
    except DomainError as error:
        return refused("ops/plan.html", error, lambda: _plan_page(code), f"{move}/{name}")
    flash(text, "done")
    return redirect(f"/ops/plans/{code}", 303)


def _prices(story: PlanStory, zones: Sequence[Zone]) -> dict[str, Any]:
    hour = dearest_hour(story.prices, read_query(HourSchema)["hour"])
    return {
        "prices": price_rows(story.prices, zones),
        "duals": story.duals,
        "hour": hour,
        "map": price_map(story.prices, zones, hour) if hour is not None else None,
        "short": short_text(story.prices, {zone.slug: named(zone.names) for zone in zones}),
    }


def _plan_page(code: str) -> dict[str, Any]:
    session, actor = current_session(), auth.current_actor()
    story = plan_story(session, actor, code, current_now(), place_key())
    zones = [zone for zone in list_zones(session) if zone.slug in story.head.zones]
    codes = codes_of(story.moves)
    names = {**visit_labels(session, codes), **worker_names(session, codes)}
    noon = datetime.combine(story.head.day, time(4), UTC)
    return {
        "head": story.head,
        "noon": noon,
        "name": str(NAMES.get(story.head.name, story.head.name)),
        "causes": causes_text(story.head.causes),
        "gap": _gap(story.head.gap),
        "state": state_text(story.head),
        "zones": [named(zone.names) for zone in zones],
        "moves": [move_row(move, story.epoch, names) for move in story.moves],
        **_prices(story, zones),
        "services": {one.slug: named(one.names) for one in list_services(session)},
        "board": f"/ops/board?day={story.head.day}",
        **UNTRIED,
    }  # fmt: skip
