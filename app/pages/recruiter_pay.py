"""The recruiter's money: this month's statement, how each sum was computed, and saying that one is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from marshmallow import Schema, fields, validate

from app.formats import date_text
from app.house import current_now
from app.incentive_cases import contest_milestone
from app.input import read
from app.pages.recruiter_common import OWN, OWN_CASE, OWN_MILESTONE, again, me, page
from app.registry import route
from app.session import current_session
from app.support import support
from app.words import gettext as _
from core.errors import Conflict, InvalidInput
from core.policies import read_policy
from disputes.disputes import appeal, get_dispute, withdraw
from disputes.incentives import incentive_cases
from disputes.models import Dispute
from disputes.schemas import StatementInput
from recruiting.cohort import my_recruits
from recruiting.policy import IncentivePolicy
from recruiting.queries import how_computed, statement
from recruiting.recruiters import own_recruiter
from recruiting.sheets import bare_sheets

bp = Blueprint("recruiter_pay", __name__)
AT = "/recruiter/milestones/<code>"


class WordsSchema(Schema):
    """What is wrong, in one's own words."""

    words = fields.String(required=True, validate=validate.Length(1, 2000))


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
    cases = incentive_cases(session, me(), code)
    return {"told": told, "rule": read_policy(session, IncentivePolicy, promised, zone), "cases": cases}


@route(bp, f"{AT}/case", policy=OWN_MILESTONE, methods=["POST"])
def contest(code: str) -> Any:
    """Open a case about a sum: finance decides it."""
    try:
        case = contest_milestone(current_session(), me(), code, read(WordsSchema)["words"], current_now())
    except (InvalidInput, Conflict) as error:
        return again(error, "milestone", **_facts(code))
    flash(_("Your case is open. Finance decides by %(day)s.", day=date_text(case.proposal_due_at)), "done")
    return redirect(url_for("recruiter_pay.computed", code=code), 303)


@route(bp, "/recruiter/cases/<code>/appeal", policy=OWN_CASE, methods=["POST"])
def ask_again(code: str) -> Any:
    """Ask for another person to decide, once, within seven days."""
    about = _own_case(code).visit_code
    try:
        appeal(current_session(), me(), code, StatementInput(read(WordsSchema)["words"].strip()), current_now())
    except (InvalidInput, Conflict) as error:
        return again(error, "milestone", **_facts(about))
    flash(_("Another person looks at it."), "done")
    return redirect(url_for("recruiter_pay.computed", code=about), 303)


@route(bp, "/recruiter/cases/<code>/withdraw", policy=OWN_CASE, methods=["POST"])
def take_back(code: str) -> Any:
    """Take one's own case back before it is decided."""
    about = _own_case(code).visit_code
    withdraw(current_session(), me(), code, current_now())
    flash(_("The case is closed. Nothing is held against you."), "done")
    return redirect(url_for("recruiter_pay.computed", code=about), 303)


def _own_case(code: str) -> Dispute:
    return get_dispute(current_session(), me(), code)
