"""The recruiter's money: this month's statement, how each sum was computed, and saying that one is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from marshmallow import Schema, fields

from app.formats import date_text
from app.house import current_now
from app.input import read
from app.pages.recruiter_common import OWN, OWN_MILESTONE, again, me, page
from app.registry import route
from app.session import current_session
from app.support import support
from app.words import gettext as _
from core.errors import InvalidInput
from core.policies import read_policy
from recruiting.cohort import my_recruits
from recruiting.policy import IncentivePolicy
from recruiting.queries import how_computed, statement
from recruiting.questions import question_milestone
from recruiting.recruiters import own_recruiter
from recruiting.sheets import bare_sheets

bp = Blueprint("recruiter_pay", __name__)
AT = "/recruiter/milestones/<code>"


class WordsSchema(Schema):
    """What is wrong, in one's own words."""

    words = fields.String(required=True)


@route(bp, "/recruiter/statement", policy=OWN)
def this_month() -> Any:
    """Show what is earned, held and perhaps to come: one line per person."""
    session, now = current_session(), current_now()
    told = statement(session, me(), now)
    people = {row.worker_code: row for row in my_recruits(session, me(), now)}
    return page("statement", told=told, people=people, bare=bare_sheets(session, me()), support=support())


@route(bp, AT, policy=OWN_MILESTONE)
def computed(code: str) -> Any:
    """Show every input of one sum."""
    return page("milestone", **_facts(code))


def _facts(code: str) -> dict[str, Any]:
    session = current_session()
    told = how_computed(session, me(), code)
    accepted = told.inputs.get("activated_at")
    promised = datetime.fromisoformat(accepted) if accepted else current_now()
    zone = own_recruiter(session, me()).station.zone
    return {"told": told, "rule": read_policy(session, IncentivePolicy, promised, zone)}


@route(bp, f"{AT}/question", policy=OWN_MILESTONE, methods=["POST"])
def question(code: str) -> Any:
    """Say that a sum is wrong: a lead looks at it."""
    try:
        task = question_milestone(current_session(), me(), code, read(WordsSchema)["words"], current_now())
    except InvalidInput as error:
        return again(error, "milestone", **_facts(code))
    flash(_("A lead looks at it until %(day)s and calls you.", day=date_text(task.due_at)), "done")
    return redirect(url_for("recruiter_pay.computed", code=code), 303)
