"""Getting in and out: the phone code, the staff door, the role, language and look."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.registry import PUBLIC, route

bp = Blueprint("access", __name__)


@route(bp, "/sign-in", policy=PUBLIC)
def sign_in() -> Response:
    """Ask for the phone number."""
    return Response(f"sign in {request.path}")
