"""The desk: the board, visits, acting on somebody's behalf, asking by hand, rounds."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from marshmallow import fields, validate

from app.api.acting import DESK, BecauseSchema, Input, LookBodySchema, because, look_of
from app.api.ops_shapes import (
    AskingSchema,
    BoardSchema,
    HomeSeenSchema,
    OfferMadeSchema,
    PositionSeenSchema,
    ReplaySchema,
    RoundSchema,
    RoundStorySchema,
    VisitLineSchema,
    board_row,
    pairs,
)
from app.api.shapes import page_of
from app.api.spec import ApiPart, operation
from app.api.visit_shapes import DeskVisitSchema, desk_row
from app.auth import current_actor
from app.formats import local
from app.house import current_now, house
from app.pages.ops_visit_acts import BY_NAME, behalf_of
from app.place_key import place_key
from app.session import current_session
from core.errors import NotFound
from dispatch.asking import ask_worker, who_could
from dispatch.board import board_day
from dispatch.board_rows import KINDS, BoardWish
from dispatch.looking import show_home, show_position
from dispatch.rescheduling import move_start
from dispatch.round_story import last_rounds, replay, round_story
from dispatch.schemas import QuoteAsk
from dispatch.states import VisitState
from dispatch.visit_list import VisitWish, list_visits
from dispatch.visits import get_visit
from notices.tasks import close_tasks

bp = ApiPart("desk", __name__, "The desk: board, visits, rounds")
VISIT_LINES = page_of(VisitLineSchema)


class BoardAskSchema(Input):
    """Which day, and what of it; today and everything by default."""

    day = fields.Date(load_default=None)
    zone = fields.String(load_default="", validate=validate.Length(max=24))
    skill = fields.String(load_default="", validate=validate.Length(max=32))
    kind = fields.String(load_default="", validate=validate.OneOf(["", *KINDS]))


class VisitsAskSchema(Input):
    """What to list: words (a code, a name, a compound), a state, a zone, a day."""

    q = fields.String(load_default="", validate=validate.Length(max=60))
    state = fields.String(load_default="", validate=validate.OneOf(["", *[state.value for state in VisitState]]))
    zone = fields.String(load_default="", validate=validate.Length(max=24))
    day = fields.Date(load_default=None)
    after = fields.String(load_default="", validate=validate.Length(max=20))


class ActSchema(BecauseSchema):
    """An act with its reason in words; ``choice`` where the act asks for a code (why it is called off …)."""

    choice = fields.String(load_default="", validate=validate.Length(max=32))


class AskWorkerSchema(BecauseSchema):
    """Whom to ask for which start."""

    worker = fields.String(required=True, validate=validate.Length(1, 24))
    start = fields.AwareDateTime(required=True, default_timezone=None)


class DeskMoveSchema(BecauseSchema):
    """Another start, agreed with the customer."""

    start = fields.AwareDateTime(required=True, default_timezone=None)


@operation(bp, "/ops/board", policy=DESK, query=BoardAskSchema, answer=BoardSchema)
def get_board(query: dict[str, Any]) -> dict[str, Any]:
    """Show the board of a day: who works when, what is promised, what is open and why."""
    now = current_now()
    wish = BoardWish(query.pop("day") or local(now).date(), **query)
    return board_row(board_day(current_session(), current_actor(), wish, now, place_key()))


@operation(bp, "/ops/visits", policy=DESK, query=VisitsAskSchema, answer=VISIT_LINES)
def get_visits(query: dict[str, Any]) -> Any:
    """List visits, newest first."""
    after = query.pop("after")
    wish = VisitWish(**query, time_zone=house().settings.zone)
    return list_visits(current_session(), current_actor(), wish, after)


@operation(bp, "/ops/visits/<visit>", policy=DESK, answer=DeskVisitSchema)
def get_one_visit(visit: str) -> dict[str, Any]:
    """Show one visit: stamps with how they were proved, offers with reasons, what is held."""
    return _visit(visit)


@operation(
    bp, "/ops/visits/<visit>/acts/<act>", policy=DESK, method="POST", body=ActSchema, answer=DeskVisitSchema, audit=True
)
def post_act(visit: str, act: str, body: dict[str, str]) -> dict[str, Any]:
    """Act on somebody's behalf.

    ``act``: trip, arrive, start, finish, undo, confirm, pay, rescue, release, lockout, abort, cancel, give-up, cash.
    """
    chosen = BY_NAME.get(act)
    if chosen is None:
        raise NotFound
    session = current_session()
    found = get_visit(session, current_actor(), visit)
    actor = because(body["reason"], behalf_of(chosen, found))
    chosen.do(session, actor, visit, body["choice"], current_now())
    return _visit(visit)


@operation(bp, "/ops/visits/<visit>/home", policy=DESK, method="POST", body=LookBodySchema, answer=HomeSeenSchema,
           audit=True, idempotent="none")  # fmt: skip
def post_home(visit: str, body: dict[str, Any]) -> Any:
    """Show a visit's exact home; it is written down with the reason."""
    return show_home(current_session(), current_actor(), visit, look_of(body), current_now())


@operation(bp, "/ops/visits/<visit>/position", policy=DESK, method="POST", body=LookBodySchema,
           answer=PositionSeenSchema, audit=True, idempotent="none")  # fmt: skip
def post_position(visit: str, body: dict[str, Any]) -> Any:
    """Show the last position on the way to a visit, to about 100 m; it is written down and the worker is told.

    404 when none was sent.
    """
    seen = show_position(current_session(), current_actor(), visit, look_of(body), current_now())
    if seen is None:
        raise NotFound
    return seen


@operation(
    bp,
    "/ops/visits/<visit>/reschedule",
    policy=DESK,
    method="POST",
    body=DeskMoveSchema,
    answer=DeskVisitSchema,
    audit=True,
)
def post_move(visit: str, body: dict[str, Any]) -> dict[str, Any]:
    """Move a visit to another start that can be kept, for its customer."""
    session = current_session()
    found = get_visit(session, current_actor(), visit)
    wish = QuoteAsk("", 0, start=body["start"].astimezone(UTC))
    move_start(session, because(body["reason"], found.customer), visit, wish, current_now())
    return _visit(visit)


@operation(bp, "/ops/visits/<visit>/candidates", policy=DESK, answer=AskingSchema)
def get_candidates(visit: str) -> dict[str, Any]:
    """Show who could take an open visit at which start, and why the others cannot."""
    told = who_could(current_session(), current_actor(), visit, current_now())
    able = [{name: getattr(one, name) for name in AskingSchema.ABLE} | {"terms": pairs(one.terms)} for one in told.able]
    return {"able": able, "reasons": pairs(told.reasons.items()), "total": told.total}


@operation(
    bp,
    "/ops/visits/<visit>/offers",
    policy=DESK,
    method="POST",
    body=AskWorkerSchema,
    answer=OfferMadeSchema,
    status=201,
    audit=True,
)
def post_offer(visit: str, body: dict[str, Any]) -> Any:
    """Ask one worker by hand; nothing changes before they agree."""
    session, now, start = current_session(), current_now(), body["start"].astimezone(UTC)
    offer = ask_worker(session, because(body["reason"]), visit, body["worker"], start, now)
    close_tasks(session, "fill_visit", visit, "asked by hand", now)
    return offer


@operation(bp, "/ops/rounds", policy=DESK, answer=RoundSchema(many=True))
def get_rounds() -> Any:
    """List the latest rounds of the matcher, newest first. Rounds run by the clock."""
    return last_rounds(current_session(), current_actor())


@operation(bp, "/ops/rounds/<run>", policy=DESK, answer=RoundStorySchema)
def get_round(run: str) -> dict[str, Any]:
    """Show a round: who got what, what stayed open and why, how far from the bound it may be."""
    return _round(run)


@operation(
    bp,
    "/ops/rounds/<run>/replay",
    policy=DESK,
    method="POST",
    body=BecauseSchema,
    answer=ReplaySchema,
    audit=True,
    idempotent="natural",
)
def post_replay(run: str, body: dict[str, str]) -> Any:  # noqa: ARG001  the reason goes to the audit
    """Solve the kept problem again with the same seed and compare; nothing changes."""
    return replay(current_session(), current_actor(), run)


def _round(code: str) -> dict[str, Any]:
    story = round_story(current_session(), current_actor(), code)
    plain = ("head", "digest", "seed", "effort", "objective", "bound", "fallback")
    return {name: getattr(story, name) for name in plain} | {
        "given": [
            {name: getattr(one, name) for name in RoundStorySchema.GIVEN} | {"terms": pairs(one.terms)}
            for one in story.given
        ],
        "left": [{"visit": one.visit, "reasons": pairs(one.reasons)} for one in story.left],
    }


def _visit(code: str) -> dict[str, Any]:
    session, actor, now = current_session(), current_actor(), current_now()
    session.flush()
    return desk_row(session, get_visit(session, actor, code), actor, now)
