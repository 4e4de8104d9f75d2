"""Looking at something personal of one visit: shown once, on the visit's page, with the reason written down."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template

from accounts.people import show_phone
from app import auth
from app.house import current_now
from app.input import read
from app.pages.ops_visits import again, visit_page
from app.pages.ops_words import DESK, LookSchema
from app.registry import route
from app.session import current_session
from core.audit import Look
from core.errors import DomainError, NotFound
from dispatch.looking import show_home, show_position
from dispatch.visits import get_visit

bp = Blueprint("ops_looks", __name__)


@route(bp, "/ops/visits/<code>/show/<what>", policy=DESK, methods=["POST"], audit=True, idempotent="none")
def show(code: str, what: str) -> Any:
    """Show the home, a number or the last position once; ``what`` is home, customer, worker or position."""
    if what not in _SHOWN:
        raise NotFound
    try:
        seen = _SHOWN[what](code, read(LookSchema))
    except DomainError as error:
        return again(code, f"show-{what}", error)
    page = {**visit_page(code), "seen": what, what: seen}
    answer = make_response(render_template("ops/visit.html", **page))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _home(code: str, look: Look) -> Any:
    return show_home(current_session(), auth.current_actor(), code, look, current_now())


def _position(code: str, look: Look) -> Any:
    return show_position(current_session(), auth.current_actor(), code, look, current_now())


def _customer(code: str, look: Look) -> str:
    visit = get_visit(current_session(), auth.current_actor(), code)
    return show_phone(current_session(), auth.current_actor(), visit.customer, look, current_now())


def _worker(code: str, look: Look) -> str:
    visit = get_visit(current_session(), auth.current_actor(), code)
    if visit.worker is None:
        raise NotFound
    return show_phone(current_session(), auth.current_actor(), visit.worker.account_code, look, current_now())


_SHOWN = {"home": _home, "position": _position, "customer": _customer, "worker": _worker}
