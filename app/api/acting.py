"""Who acts, and what staff add: the reason of an act, and whom they act for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from marshmallow import RAISE, Schema, fields, validate

from app.auth import current_actor
from app.registry import Policy
from core.actors import OPS, STAFF, Actor, Role
from core.audit import LOOKS, Look

CUSTOMER: Final = Policy({Role.CUSTOMER}, "own")
OWN_VISIT: Final = Policy({Role.CUSTOMER}, "own visit")
WORKER: Final = Policy({Role.WORKER}, "own")
SIDES: Final = Policy({Role.CUSTOMER, Role.WORKER}, "own visit")
RECRUITER: Final = Policy({Role.RECRUITER}, "own")
DESK: Final = Policy(OPS, "all")
LEADS: Final = Policy({Role.OPS_LEAD}, "all")
DECIDING: Final = Policy({Role.OPS_LEAD, Role.FINANCE}, "all")
FINANCE: Final = Policy({Role.FINANCE}, "all")
BOOKS: Final = Policy({Role.FINANCE, Role.OPS_LEAD, Role.ADMIN}, "all")
HOUSE: Final = Policy(STAFF, "all")


class Input(Schema):
    """The base of what comes in here: unknown fields are refused."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE


class BecauseSchema(Input):
    """The reason of an act of staff, in words; it goes into the audit."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


class LookBodySchema(BecauseSchema):
    """Why staff look at something personal: words, the kind of reason, a ticket if there is one."""

    why = fields.String(load_default="other", validate=validate.OneOf(LOOKS))
    ticket = fields.String(load_default="", validate=validate.Length(max=40))


def look_of(body: dict[str, Any]) -> Look:
    """Return the reason for a look from its body."""
    return Look(body["why"], body["reason"], body["ticket"])


def because(reason: str, on_behalf_of: str = "") -> Actor:
    """Return whoever asks, with the reason they gave and the account they act for."""
    return replace(current_actor(), reason=reason.strip(), on_behalf_of=on_behalf_of, channel="api")
