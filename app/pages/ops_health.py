"""Health and rounds: is every tick on time, what is parked, how near the best we came, the same round again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, render_template
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from app import auth, health
from app.formats import minutes, named
from app.house import current_now, house
from app.input import read, read_query
from app.output import see_other
from app.pages.ops_audit_words import fault_word
from app.pages.ops_plan_words import FATES
from app.pages.ops_tick_words import tick_word
from app.pages.ops_words import DESK, HOUSE, Said, actor_because, codes_in, reasons_text, sentences, signed, term_name
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from app.words import lazy_gettext
from core.audit_chain import last_check
from core.parked import parked, retry
from dispatch.round_story import RoundStory, VisitWhy, last_rounds, replay, round_story, why_in_round
from dispatch.visit_file import homes_named
from matching.explain import Sentence
from notices.notices import retry_parked as retry_notice
from notices.outbox import outbox
from workers.names import worker_names

bp = Blueprint("ops_health", __name__)
NAMES = {
    "round_urgent": lazy_gettext("the next four hours"), "round_near": lazy_gettext("today and tomorrow"),
    "round_later": lazy_gettext("later days"), "round_evening": lazy_gettext("everything"),
    "day_plan": lazy_gettext("Evening plan"), "replan": lazy_gettext("Planned again"),
    "plan_evening": lazy_gettext("wishing for tomorrow’s plan"), "plan_solve": lazy_gettext("day plans"),
}  # fmt: skip


class RoundSchema(Schema):
    """Which visit of the round is looked at."""

    visit = fields.String(load_default="", validate=validate.Length(max=24))


class RetrySchema(Said):
    """What to try again."""

    what = fields.String(required=True, validate=validate.OneOf(["event", "timer", "notice"]))
    row = fields.String(required=True, validate=validate.Length(1, 24))


@route(bp, "/ops/health", policy=HOUSE)
def show_health() -> Any:
    """Show ticks with their lateness, what is parked with its error, the last rounds, the outbox."""
    session, now = current_session(), current_now()
    report = health.examine(session, now, house().clock.speed)
    return render_template(
        "ops/health.html",
        report=report,
        ticks=[(one, datetime.fromisoformat(one.last) if one.last else None) for one in report.rounds],
        parked=parked(session),
        audit=_audit(session),
        outbox=outbox(session, now),
        rounds=last_rounds(session, auth.current_actor()),
        round_names=NAMES,
        tick_word=tick_word,
        period=lambda seconds: minutes(max(1, round(seconds / 60))),
    )


def _audit(session: Session) -> dict[str, Any]:
    """What the last nightly check of the audit's chain found."""
    last = last_check(session)
    told = last.outcome if last else {}
    fault = str(told.get("fault", ""))
    return {
        "when": last.at if last else None,
        "rows": int(str(told.get("head", "0")).split(":")[0] or 0),
        "fault": fault,
        "at": told.get("at", 0),
        "words": fault_word(fault),
    }


@route(bp, "/ops/health/retry", policy=HOUSE, methods=["POST"], audit=True)
def try_again() -> Any:
    """Give something parked another round of tries."""
    said, session, now = read(RetrySchema), current_session(), current_now()
    actor_because(said["reason"])
    if said["what"] == "notice":
        retry_notice(session, said["row"], now)
    elif said["row"].isdigit():
        retry(session, said["what"], int(said["row"]), now)
    flash(_("It is being tried again."), "done")
    return see_other("ops_health.show_health")


@route(bp, "/ops/rounds/<code>", policy=DESK)
def show_round(code: str) -> Any:
    """Show one round: how good it was, who got what, what stayed open and why."""
    return render_template("ops/round.html", again=None, **_round_page(code))


@route(bp, "/ops/rounds/<code>/replay", policy=DESK, methods=["POST"], idempotent="none")
def replay_round(code: str) -> Any:
    """Solve the kept problem again and compare; nothing is changed by it."""
    again = replay(current_session(), auth.current_actor(), code)
    return render_template("ops/round.html", again=again, **_round_page(code))


def _round_page(code: str) -> dict[str, Any]:
    session, actor = current_session(), auth.current_actor()
    story = round_story(session, actor, code)
    visit = read_query(RoundSchema)["visit"]
    why = why_in_round(session, actor, code, visit) if visit and story.head.finished_at else None
    told = [*why.chosen, *(one for rival in why.rivals for one in rival.sentences)] if why else []
    names = _names(story, told, {rival.worker for rival in why.rivals} if why else set())
    return {
        "story": story,
        "given": [_given(one, names) for one in story.given],
        "left": [(one.visit, names.get(one.visit, one.visit), reasons_text(one.reasons)) for one in story.left],
        "visit": visit,
        "visit_name": names.get(visit, visit),
        "why": _why(why, names) if why else None,
        "name": str(NAMES.get(story.head.name, story.head.name)),
        "fate": str(FATES.get(story.fate, "")),
    }


def _given(one: Any, names: dict[str, str]) -> dict[str, Any]:
    terms = [f"{term_name(name)} {signed(amount)}" for name, amount in one.terms]
    return {
        "visit": one.visit,
        "home": names.get(one.visit, one.visit),
        "worker": one.worker,
        "name": names.get(one.worker, one.worker),
        "start": one.start,
        "chance": one.chance,
        "way": one.added_minutes,
        "worth": signed(one.worth),
        "terms": _(", ").join(terms),
    }


def _why(why: VisitWhy, names: dict[str, str]) -> dict[str, Any]:
    rivals = [
        (names.get(rival.worker, rival.worker), sentences(rival.sentences, why.epoch, names)) for rival in why.rivals
    ]
    return {"chosen": sentences(why.chosen, why.epoch, names), "rivals": rivals}


def _names(story: RoundStory, told: list[Sentence], more: set[str]) -> dict[str, str]:
    """Names of the workers and homes the page speaks of, by code."""
    session = current_session()
    codes = {*codes_in(told), *more}
    codes |= (
        {one.worker for one in story.given} | {one.visit for one in story.given} | {one.visit for one in story.left}
    )
    homes = homes_named(session, {code for code in codes if code.startswith("V-")})
    labels = {code: named(names) for code, names in homes.items()}
    return {**worker_names(session, codes), **labels}
