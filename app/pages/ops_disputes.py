"""Disputes: the list by deadline, and one case with both sides, the record, the rule, the money, the decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, render_template
from marshmallow import Schema, fields, validate

from accounts.people import names_of
from app import auth
from app.case_words import item_rows, topic_word
from app.house import current_now, house
from app.input import read, read_query
from app.output import UNTRIED, refused, see_other
from app.pages.ops_audit_words import audit_rows
from app.pages.ops_case_words import (
    EFFECTS,
    REMEDIES,
    SEVERITIES,
    about_visit,
    money_lines,
    next_steps,
    precedent_text,
    remedy_title,
    rule_text,
    sent_lines,
)
from app.pages.ops_exceptions import due_text
from app.pages.ops_people import next_page
from app.pages.ops_words import DESK, Said, actor_because, home
from app.place_key import place_key
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from catalogue.services import get_service
from core.audit import trail
from core.errors import DomainError, NotFound
from dispatch.visits import get_visit
from disputes.disputes import add_statement, decide_appeal, decide_dispute, send_proposal
from disputes.queries import case_view, list_cases
from disputes.schemas import RATING_EFFECTS, DecisionInput, StatementInput
from disputes.schemas import REMEDIES as ALL_REMEDIES
from places.shown import NO_VISIT, Viewer, place_for

bp = Blueprint("ops_disputes", __name__)
STATES = ("running", "mine", "appealed", "over", "all")


class CasesSchema(Schema):
    """Which cases to list."""

    state = fields.String(load_default="running", validate=validate.OneOf(STATES))
    severity = fields.String(load_default="", validate=validate.OneOf(["", *SEVERITIES]))
    after = fields.String(load_default="", validate=validate.Length(max=20))


class DecideSchema(Said):
    """A remedy with its sum in yuan, what the rating counts, and for a redo when."""

    remedy = fields.String(required=True, validate=validate.OneOf(ALL_REMEDIES))
    yuan = fields.Decimal(load_default=Decimal(0), validate=validate.Range(0, 100_000))
    rating_effect = fields.String(load_default="none", validate=validate.OneOf(RATING_EFFECTS))
    redo_start = fields.NaiveDateTime(load_default=None, allow_none=True)


class AskSchema(Schema):
    """A question to both sides."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


@route(bp, "/ops/disputes", policy=DESK)
def show_cases() -> Any:
    """List cases."""
    asked, now = read_query(CasesSchema), current_now()
    page = list_cases(current_session(), auth.current_actor(), asked["state"], asked["severity"], asked["after"])
    rows = [(one, topic_word(one.topic), due_text(one.next_due, now) if one.next_due else "") for one in page.rows]
    words = {
        "running": _("Running"),
        "mine": _("Mine to decide"),
        "appealed": _("Appealed"),
        "over": _("Over"),
        "all": _("All"),
    }
    return render_template(
        "ops/disputes.html", rows=rows, asked=asked, after=page.after, states=words, severities=SEVERITIES,
        next=next_page(page.after),
    )  # fmt: skip


@route(bp, "/ops/disputes/<code>", policy=DESK)
def show_case(code: str) -> Any:
    """Show one case: both sides, the record, and what may be decided."""
    return render_template("ops/dispute.html", **_case_page(code))


@route(bp, "/ops/disputes/<code>/propose", policy=DESK, methods=["POST"], audit=True)
def propose(code: str) -> Any:
    """Send both sides a proposal."""
    return _decide(code, "propose", send_proposal, _("Both sides have it; they answer within 48 hours."))


@route(bp, "/ops/disputes/<code>/decide", policy=DESK, methods=["POST"], audit=True)
def decide(code: str) -> Any:
    """Decide the case."""
    return _decide(code, "decide", decide_dispute, _("Decided and carried out."))


@route(bp, "/ops/disputes/<code>/appeal", policy=DESK, methods=["POST"], audit=True)
def hear(code: str) -> Any:
    """Decide an appeal; final."""
    return _decide(code, "appeal", decide_appeal, _("The appeal is decided; this is final."))


@route(bp, "/ops/disputes/<code>/ask", policy=DESK, methods=["POST"], audit=True)
def ask(code: str) -> Any:
    """Ask both sides one more question."""
    try:
        words = read(AskSchema)["reason"].strip()
        add_statement(current_session(), actor_because(words[:200]), code, StatementInput(words), current_now())
    except DomainError as error:
        return _again(code, "ask", error)
    flash(_("Both sides have been asked."), "done")
    return see_other("ops_disputes.show_case", code=code)


def _decide(code: str, tried: str, verb: Callable[..., Any], done: str) -> Any:
    try:
        said = read(DecideSchema)
        verb(current_session(), actor_because(said["reason"]), code, _decision(said), current_now())
    except DomainError as error:
        return _again(code, tried, error)
    flash(done, "done")
    return see_other("ops_disputes.show_case", code=code)


def _decision(said: dict[str, Any]) -> DecisionInput:
    start: datetime | None = said["redo_start"]
    if start is not None:
        start = start.replace(tzinfo=ZoneInfo(house().settings.zone)).astimezone(UTC)
    return DecisionInput(said["remedy"], said["reason"].strip(), int(said["yuan"] * 100), said["rating_effect"], start)


def _again(code: str, tried: str, error: DomainError) -> Any:
    return refused("ops/dispute.html", error, lambda: _case_page(code), tried, {"fen": "yuan"})


def _case_page(code: str) -> dict[str, Any]:
    session, actor, now = current_session(), auth.current_actor(), current_now()
    view = case_view(session, actor, code, now)
    if view.desk is None:
        raise NotFound
    visit = get_visit(session, actor, view.row.visit_code)
    start = visit.starts_at or visit.window_from
    end = start + timedelta(minutes=visit.minutes)
    due = view.row.next_due
    draft = view.desk.draft
    audits = trail(session, code)
    me = auth.current_account()
    return {
        "view": view,
        "desk": view.desk,
        "visit": visit,
        "topic": topic_word(view.row.topic),
        "severity": SEVERITIES.get(view.row.severity, view.row.severity),
        "place": home(place_for(visit.job.place, Viewer(actor, now), NO_VISIT, place_key())),
        "promised": about_visit(get_service(session, visit.service).names, start, end),
        "spine": item_rows(view.items, code, start),
        "left": max(0, int((due - now).total_seconds())) if due else None,
        "total": int((due - view.row.opened_at).total_seconds()) if due else 1,
        "rest_fen": max(0, visit.worker_fen - view.row.contested_fen),
        "draft_title": remedy_title(draft.remedy, draft.fen),
        "draft_rule": rule_text(draft.rule),
        "draft_effect": EFFECTS.get(draft.rating_effect, ""),
        "draft_lines": money_lines(view, draft.remedy, draft.fen),
        "precedent": precedent_text(view.desk),
        "sent": sent_lines(view.desk),
        "steps": next_steps(view, now, me.name if me else ""),
        "remedies": [(one, str(REMEDIES[one])) for one in view.desk.remedies],
        "effects": [(one, str(word)) for one, word in EFFECTS.items()],
        "audits": audit_rows(audits, names_of(session, {one.actor_code for one in audits})),
        **UNTRIED,
    }  # fmt: skip
