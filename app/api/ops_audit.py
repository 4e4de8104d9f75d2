"""The desk: what staff did and whether its record is whole; recruiters' cases about their sums."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.api.acting import BOOKS, DECIDING, BecauseSchema, Input, because
from app.api.shapes import codes_and_numbers, fen, instant, many, number, page_of, text
from app.api.spec import ApiPart, operation
from app.audit_check import check_for
from app.auth import current_actor
from app.house import current_now
from app.registry import Policy
from app.session import current_session
from core.actors import Role
from core.audit import list_audit
from disputes.incentives import IncentiveDecision, decide_incentive, incentive_cases

bp = ApiPart("audit", __name__, "The desk: what staff did, and cases about incentives")
WATCH = Policy({Role.OPS_LEAD, Role.ADMIN}, "all")


class AuditAskSchema(Input):
    """Whose acts, or about what: a code of an account, a thing or an emergency."""

    code = fields.String(load_default="", validate=validate.Length(max=24))
    after = fields.String(load_default="", validate=validate.Length(max=20))


class StaffActSchema(Schema):
    """One act of staff."""

    at = instant()
    act = text()
    about = text()
    actor_role = text()
    actor_code = text()
    on_behalf_of = text()
    reason = text()
    after = codes_and_numbers()


class CheckedSchema(Schema):
    """What walking the chain found: ``fault`` is empty when it is whole, ``row`` where it is not; ``head`` its end."""

    fault = text()
    row = number()
    head = text()


class MadeSchema(Schema):
    """One decision, at first or on appeal."""

    level = text()
    by = text()
    remedy = text()
    fen = fen()
    reason = text()
    at = instant()


class IncentiveCaseSchema(Schema):
    """A recruiter's case about a sum (``about`` is the milestone's code)."""

    code = text()
    about = text()
    state = text()
    opened_by = text()
    opened_at = instant()
    contested_fen = fen()
    words = text()
    decisions = many(MadeSchema)


class AddSchema(BecauseSchema):
    """How much is added to the sum in all, in fen, and why; nothing is 0."""

    fen = fields.Integer(required=True, strict=True, validate=validate.Range(0, 10_000_000))


ACTS = page_of(StaffActSchema)


@operation(bp, "/ops/audit", policy=WATCH, query=AuditAskSchema, answer=ACTS)
def get_audit(query: dict[str, str]) -> Any:
    """List what staff did, latest first."""
    return list_audit(current_session(), current_actor(), **query)


@operation(bp, "/ops/audit/check", policy=WATCH, method="POST", body=BecauseSchema, answer=CheckedSchema, audit=True)
def post_check(body: dict[str, str]) -> dict[str, Any]:
    """Walk the whole chain now; that it was walked is an act itself."""
    found = check_for(current_session(), because(body["reason"]), current_now())
    return {"fault": found.fault, "row": found.at, "head": str(found.head)}


@operation(bp, "/ops/incentives", policy=BOOKS, answer=IncentiveCaseSchema(many=True))
def get_incentives() -> list[dict[str, Any]]:
    """List cases about incentives, latest first."""
    return [_case(one) for one in incentive_cases(current_session(), current_actor())]


@operation(bp, "/ops/incentives/<case>/decision", policy=DECIDING, method="POST", body=AddSchema,
           answer=IncentiveCaseSchema, audit=True)  # fmt: skip
def post_decision(case: str, body: dict[str, Any]) -> dict[str, Any]:
    """Decide a case, or the appeal against its decision (another person, or a lead)."""
    given = IncentiveDecision(body["fen"], body["reason"])
    return _case(decide_incentive(current_session(), because(body["reason"]), case, given, current_now()))


def _case(row: Any) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("code", "state", "opened_by", "opened_at", "contested_fen")}
    return told | {"about": row.visit_code, "words": row.statements[0].words, "decisions": row.decisions}
