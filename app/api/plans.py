"""Day plans: how near the best, what they would move, deciding it; the questions put to people, and why not oneself."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.api.acting import DESK, SIDES, WORKER, BecauseSchema, Input, because
from app.api.shapes import PlaceSchema, day, flag, instant, many, number, one, real, text, texts
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.formats import local
from app.house import current_now
from app.pages.ops_words import language
from app.place_key import place_key
from app.session import current_session
from core.audit import Change, audit
from core.errors import InvalidInput
from dispatch.move_asks import MoveAsked, asked_of, my_moves
from dispatch.plan_moves import account_of_side, answer_move, approve_move, decline_move
from dispatch.plan_scope import scopes_on
from dispatch.plan_story import MoveTold, PlanHead, list_plans, plan_story
from dispatch.plan_wishes import REPLAN, want_plan
from dispatch.visit_why import why_not_me, why_not_worker
from matching.explain import Sentence, render

bp = ApiPart("plans", __name__, "Day plans and their moves")


class PlanCauseSchema(Schema):
    """Why a day was planned: kind (evening, rescue, given_back, time_off, overrun, late, again, asked); about what."""

    kind = text()
    about = text()


class PlanHeadSchema(Schema):
    """One day plan. ``gap`` is how far from the proven bound it may be at most (0 to 1), null until it is done.

    ``state`` is wanted, solving, done or failed; ``fate`` says what befell the solving process, empty when nothing did.
    """

    code = text()
    name = text("day_plan or replan.")
    day = day()
    zones = texts()
    state = text()
    fate = text()
    started_at = instant()
    finished_at = instant(none=True)
    visits = number()
    workers = number()
    offered = number("Visits asked about, or moves proposed.")
    gap = real(none=True)
    causes = many(PlanCauseSchema)
    follows = text("The plan before it, or empty.")
    moves = number("Moves that wait for a decision or an answer.")


class MoveSaidSchema(Schema):
    """What one side says: customer, from or to; yes, no or empty."""

    side = text()
    answer = text()


class PlanMoveSchema(Schema):
    """A confirmed visit a plan would rather move: nothing happens before operations decide and everybody agrees."""

    code = text()
    plan = text()
    visit = text()
    service = text()
    place = one(PlaceSchema)
    minutes = number()
    state = text("proposed, asking, done, declined, refused or lapsed.")
    from_worker = text()
    to_worker = text()
    from_start = instant()
    to_start = instant()
    price = real()
    gain = real()
    why = texts()
    answers = many(MoveSaidSchema)
    answer_by = instant(none=True)
    current = flag()


class PlanSchema(Schema):
    """A plan with its moves. ``prices`` is by zone and hour of the day: fen one worker more would earn in that hour.

    ``duals`` says that they come from the plan's linear program, and not only from visits nobody had time for.
    """

    head = one(PlanHeadSchema)
    moves = many(PlanMoveSchema)
    prices = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Integer()), required=True
    )
    duals = flag()


class PlanAgainSchema(BecauseSchema):
    """Which day to plan again, and why."""

    day = fields.Date(required=True)


class WishedSchema(Schema):
    """How many plans were wished for; the clock makes them."""

    plans = number()


class MoveAskedSchema(Schema):
    """A question to oneself: may a confirmed visit be moved? Names are told to the customer only."""

    code = text()
    side = text("customer, from, to or same (another start only).")
    state = text()
    answer = text()
    service = text()
    minutes = number()
    place = one(PlaceSchema)
    from_start = instant()
    to_start = instant()
    other_worker = flag()
    from_name = text()
    to_name = text()
    worker_fen = number("fen; 0 for the customer")
    travel_minutes = number("The way there, for whoever would come; else 0.")
    asked_at = instant()
    answer_by = instant(none=True)


class MoveAnswerSchema(Input):
    """Yes or no; no costs nothing."""

    agree = fields.Boolean(required=True)


class MoveSaidBodySchema(BecauseSchema):
    """Who answered by telephone (customer, from or to), what, and what the note says."""

    side = fields.String(required=True, validate=validate.OneOf(["customer", "from", "to"]))
    agree = fields.Boolean(required=True)


class WhyAskSchema(Input):
    """About whom."""

    worker = fields.String(load_default="", validate=validate.Length(max=24))


class WhyNotSchema(Schema):
    """Why a visit went where it went, and why not to the asked worker; in the reader's language."""

    round = text("Empty when no kept round has looked at the visit.")
    chosen = texts()
    told = texts()
    considered = flag()
    workers = texts()


class OwnWhySchema(Schema):
    """Why a visit is not one's own: a code about oneself, or "others"."""

    visit = text()
    starts_at = instant()
    service = text()
    zone = text()
    code = text()
    decided_at = instant()


@operation(bp, "/ops/plans", policy=DESK, answer=PlanHeadSchema(many=True))
def get_plans() -> Any:
    """List the latest day plans, newest first."""
    return [_head(head) for head in list_plans(current_session(), current_actor())]


@operation(
    bp, "/ops/plans", policy=DESK, method="POST", body=PlanAgainSchema, answer=WishedSchema, status=201, audit=True
)
def post_plan(body: dict[str, Any]) -> dict[str, int]:
    """Wish for a day (today to a week ahead) to be planned again; the clock does it, and only proposes."""
    session, now, actor = current_session(), current_now(), because(body["reason"])
    if not 0 <= (body["day"] - local(now).date()).days <= 7:
        raise InvalidInput({"day": ["out_of_range"]})
    audit(session, actor, "plan_again", body["day"].isoformat(), now, Change(body["reason"]))
    scopes = scopes_on(session, body["day"])
    for scope in scopes:
        want_plan(session, REPLAN, scope, {"kind": "asked", "about": actor.code}, now)
    return {"plans": len(scopes)}


@operation(bp, "/ops/plans/<plan>", policy=DESK, answer=PlanSchema)
def get_plan(plan: str) -> dict[str, Any]:
    """Show a plan: how near the best, what it would move and why, where hands are short by hour."""
    return _plan(plan)


def _plan(plan: str) -> dict[str, Any]:
    current_session().flush()
    story = plan_story(current_session(), current_actor(), plan, current_now(), place_key())
    return {
        "head": _head(story.head),
        "moves": [_move(move, story.epoch) for move in story.moves],
        "prices": story.prices,
        "duals": story.duals,
    }


@operation(
    bp, "/ops/plans/<plan>/moves/<move>/approve", policy=DESK, method="POST", body=BecauseSchema, answer=PlanSchema,
    audit=True,
)  # fmt: skip
def post_approve(plan: str, move: str, body: dict[str, str]) -> dict[str, Any]:
    """Approve a move: the customer and the workers concerned are asked; nothing changes until all agree."""
    approve_move(current_session(), because(body["reason"]), move, current_now())
    return _plan(plan)


@operation(
    bp, "/ops/plans/<plan>/moves/<move>/decline", policy=DESK, method="POST", body=BecauseSchema, answer=PlanSchema,
    audit=True,
)  # fmt: skip
def post_decline(plan: str, move: str, body: dict[str, str]) -> dict[str, Any]:
    """Decline a move: everything stays as promised and nobody is asked."""
    decline_move(current_session(), because(body["reason"]), move, current_now())
    return _plan(plan)


@operation(
    bp, "/ops/plans/<plan>/moves/<move>/answer", policy=DESK, method="POST", body=MoveSaidBodySchema, answer=PlanSchema,
    audit=True,
)  # fmt: skip
def post_said(plan: str, move: str, body: dict[str, Any]) -> dict[str, Any]:
    """Write down what somebody who was asked has answered by telephone."""
    session, account = current_session(), account_of_side(current_session(), current_actor(), move, body["side"])
    answer_move(session, because(body["reason"], account), move, agreed=body["agree"], now=current_now())
    return _plan(plan)


@operation(bp, "/ops/visits/<visit>/why-not", policy=DESK, query=WhyAskSchema, answer=WhyNotSchema)
def get_why_not(visit: str, query: dict[str, str]) -> dict[str, Any]:
    """Say why a visit is not somebody's, from the round or plan that decided it, and what would have to change."""
    found = why_not_worker(current_session(), current_actor(), visit, query["worker"])
    if found is None:
        return {"round": "", "chosen": [], "told": [], "considered": False, "workers": []}
    return {
        "round": found.round_code,
        "chosen": _lines(found.chosen, found.epoch),
        "told": _lines(found.told, found.epoch),
        "considered": found.considered,
        "workers": list(found.workers),
    }


@operation(bp, "/worker/visits/<other>/why-not", policy=WORKER, answer=OwnWhySchema)
def get_why_not_me(other: str) -> Any:
    """Say why a visit one was asked about, or was named for, is not one's own. It tells of nobody else."""
    return why_not_me(current_session(), current_actor(), other)


@operation(bp, "/moves", policy=SIDES, answer=MoveAskedSchema(many=True))
def get_moves() -> Any:
    """List the questions that wait for one's answer."""
    return my_moves(current_session(), current_actor(), current_now(), place_key())


@operation(bp, "/moves/<move>", policy=SIDES, answer=MoveAskedSchema)
def get_move(move: str) -> Any:
    """Show one question: what is agreed, and what is asked."""
    return _asked(move)


@operation(bp, "/moves/<move>/answer", policy=SIDES, method="POST", body=MoveAnswerSchema, answer=MoveAskedSchema)
def post_answer(move: str, body: dict[str, bool]) -> Any:
    """Say yes or no. One no leaves everything as agreed; the last yes moves the visit."""
    answer_move(current_session(), current_actor(), move, agreed=body["agree"], now=current_now())
    return _asked(move)


def _asked(move: str) -> MoveAsked:
    current_session().flush()
    return asked_of(current_session(), current_actor(), move, current_now(), place_key())


def _head(head: PlanHead) -> dict[str, Any]:
    shown = {name: getattr(head, name) for name in PlanHeadSchema().fields}
    return shown | {"causes": [{"kind": kind, "about": about} for kind, about in head.causes]}


def _move(move: MoveTold, epoch: str) -> dict[str, Any]:
    shown = {name: getattr(move, name) for name in PlanMoveSchema().fields}
    return shown | {
        "from_worker": move.from_worker[0],
        "to_worker": move.to_worker[0],
        "why": _lines(move.why, epoch),
        "answers": [{"side": side, "answer": answer} for side, answer in move.answers],
    }


def _lines(told: Any, epoch: str) -> list[str]:
    said: list[Sentence] = list(told)
    return [render(one, language(), epoch) for one in said]
