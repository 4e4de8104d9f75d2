"""Tokens and who one is."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.registry import SIGNED_IN
from core.actors import Actor

bp = ApiPart("access", __name__, "Who one is")


class MeSchema(Schema):
    """The actor of this request."""

    role = fields.String(required=True)
    code = fields.String(required=True)
    person = fields.String(required=True, metadata={"description": "Worker or recruiter code, or empty."})


@operation(bp, "/me", policy=SIGNED_IN, answer=MeSchema)
def get_me() -> Actor:
    """Say who is asking."""
    return current_actor()
