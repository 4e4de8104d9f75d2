"""The customer's visits."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.registry import Policy, route
from core.actors import Role

bp = Blueprint("customer", __name__)
CUSTOMER = Policy({Role.CUSTOMER}, "own visit")


@route(bp, "/visits/<code>", policy=CUSTOMER)
def show_visit(code: str) -> Any:
    """Show one visit."""
    return code
