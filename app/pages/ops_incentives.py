"""Recruiters' cases about their sums: finance decides with a reason, another person hears the appeal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, render_template
from marshmallow import fields, validate

from accounts.people import names_of
from app import auth
from app.house import current_now
from app.input import read
from app.output import UNTRIED, refused, see_other
from app.pages.ops_words import BOOKS, Said, actor_because
from app.pages.recruiter_words import kind_word
from app.registry import Policy, route
from app.session import current_session
from app.words import gettext as _
from core.actors import Role
from core.errors import DomainError
from disputes.incentives import IncentiveDecision, decide_incentive, incentive_cases, may_decide_incentive
from recruiting.queries import how_computed

bp = Blueprint("ops_incentives", __name__)
DECIDING = Policy({Role.FINANCE, Role.OPS_LEAD}, "all")
FEN = 100


class DecideSchema(Said):
    """How many yuan are added in all, and why."""

    yuan = fields.Decimal(required=True, places=2, validate=validate.Range(0, 100_000))


@route(bp, "/ops/incentives", policy=BOOKS)
def show_cases() -> Any:
    """List the cases with the sum they are about and what was decided."""
    return render_template("ops/incentives.html", **_page())


@route(bp, "/ops/incentives/<code>/decide", policy=DECIDING, methods=["POST"], audit=True)
def decide(code: str) -> Any:
    """Decide a case, or the appeal against its decision."""
    try:
        said = read(DecideSchema)
        given = IncentiveDecision(int(Decimal(said["yuan"]) * FEN), said["reason"])
        decide_incentive(current_session(), actor_because(said["reason"]), code, given, current_now())
    except DomainError as error:
        return refused("ops/incentives.html", error, _page, code, {"fen": "yuan"})
    flash(_("Decided. The recruiter is told, and may ask for another person."), "done")
    return see_other("ops_incentives.show_cases")


def _page() -> dict[str, Any]:
    session, actor = current_session(), auth.current_actor()
    cases = incentive_cases(session, actor)
    sums = {one.visit_code: how_computed(session, actor, one.visit_code) for one in cases}
    people = {one.opened_by for one in cases} | {made.by for one in cases for made in one.decisions}
    return {
        "cases": [(one, sums[one.visit_code], may_decide_incentive(actor, one)) for one in cases],
        "names": names_of(session, people),
        "kind_word": kind_word,
        **UNTRIED,
    }
