"""What happens at every door, in order: who, rate, role, forgery, the same request twice, the view, audit."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from itertools import count
from typing import Any

from flask import Response, g, make_response, redirect, request, session, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, UOWTransaction

from app.auth import Asker, browser_key, forget, identify
from app.house import current_now, house, wall_now
from app.limits import check_rate
from app.registry import Declared
from app.session import current_session, in_request_transaction
from core import idempotency
from core.actors import Role
from core.audit import AuditRow, Change, audit
from core.db import sqlstate
from core.errors import Conflict, DomainError, NotAllowed, NotFound

_LOCK_TIMEOUT = "55P03"
_SAFE = {"GET", "HEAD", "OPTIONS"}


class NotSignedIn(DomainError):  # noqa: N818
    """Nobody is signed in, and somebody must be (401)."""

    status = 401

    def __init__(self) -> None:
        super().__init__("not_signed_in", "Please sign in first.")


def enter(declared: Declared, view: Callable[[], Any]) -> Response:
    """Let a request through its door, or refuse it."""
    g.declared = declared
    if not declared.transaction:
        return make_response(view())

    cookie = deepcopy(dict(session))
    tries = count()

    def attempt() -> Response:
        if next(tries):  # once more after a deadlock: nothing of the first try stays, not even in the cookie
            session.clear()
            session.update(cookie)
        forget()
        return _inside(declared, view)

    return in_request_transaction(attempt)


def _inside(declared: Declared, view: Callable[[], Any]) -> Response:
    asker = identify()
    check_rate(declared.rate, asker.actor.code)
    refused = _check_role(declared, asker)
    if refused is not None:
        return refused
    if request.method not in _SAFE:
        _check_forgery(declared, asker)
    key = _idempotency_key(declared)
    if not key:
        return _run(declared, asker, view)
    return _once(declared, asker, key, view)


def _run(declared: Declared, asker: Asker, view: Callable[[], Any]) -> Response:
    answer = make_response(view())
    acted = declared.audit and answer.status_code < 400
    looked = bool(asker.actor.emergency) and declared.transaction and answer.status_code < 400
    if acted or (looked and answer.status_code != 304):
        _have_audit(asker)
    return answer


def _check_role(declared: Declared, asker: Asker) -> Response | None:
    roles, actor = declared.policy.roles, asker.actor
    if asker.bearer and actor.role is Role.ANONYMOUS:
        raise NotSignedIn
    if actor.role in roles:
        return None
    if actor.role is Role.ANONYMOUS:
        if declared.api:
            raise NotSignedIn
        return make_response(redirect(url_for("access.sign_in", next=_back_here()), 303))
    if declared.about_object:
        raise NotFound
    raise NotAllowed("role_not_allowed", "This page is for another role.")


def _back_here() -> str:
    """Return where to go after signing in: this page, or the one the form stood on."""
    if request.method in _SAFE:
        return request.full_path.rstrip("?")
    return "/"


def _check_forgery(declared: Declared, asker: Asker) -> None:
    """Refuse a request another site may have made. A bearer token or a signed-out API call has no cookie to abuse."""
    if asker.bearer or (declared.api and asker.web is None):
        return
    try:
        house().extensions["csrf"].protect()
    except CSRFError as error:
        raise NotAllowed("csrf_failed", "The form was open for too long. Please try again.") from error


def _idempotency_key(declared: Declared) -> str:
    if declared.idempotent != "key" or request.method in _SAFE:
        return ""
    return (request.headers.get("Idempotency-Key") or request.form.get("_key", ""))[:80]


def _once(declared: Declared, asker: Asker, key: str, view: Callable[[], Any]) -> Response:
    """Run the view once per key and account; the same request again gets the first answer, nothing is done twice."""
    scope = asker.actor.code or f"browser:{idempotency.fingerprint(browser_key())[:32]}"
    now, db_session = wall_now(), current_session()
    try:
        earlier = idempotency.begin(db_session, scope, key, _asked(), now)
    except DBAPIError as error:
        if sqlstate(error) != _LOCK_TIMEOUT:
            raise
        raise Conflict("request_in_flight", "The same request is still being worked on.") from error
    if earlier is not None:
        return _replay(earlier)
    answer = _run(declared, asker, view)
    if answer.status_code < 400:
        kept = {"body": answer.get_data(as_text=True), "location": answer.location, "type": answer.content_type}
        idempotency.finish(db_session, scope, key, answer.status_code, kept)
    return answer


def _asked() -> str:
    """Return a digest of what was asked; the form's own tokens do not count."""
    form = sorted((k, v) for k, v in request.form.items(multi=True) if k not in ("csrf_token", "_key", "happened_at"))
    body = repr(form) if form else request.get_data(as_text=True)
    return idempotency.fingerprint(request.method, request.full_path, body)


def _replay(earlier: idempotency.Replay) -> Response:
    answer = make_response(earlier.answer["body"], earlier.status)
    answer.content_type = earlier.answer["type"]
    if earlier.answer["location"]:
        answer.location = earlier.answer["location"]
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _have_audit(asker: Asker) -> None:
    """Make sure the act left its audit row in this very transaction: the verb's own, or else one from the door."""
    db_session = current_session()
    db_session.flush()
    if db_session.info.get("audited"):
        return
    about = str(next(iter((request.view_args or {}).values()), request.path))[:24]
    body = request.get_json(silent=True) if request.is_json else request.form
    reason = str((body or {}).get("reason", "")) if hasattr(body, "get") else ""
    reason = reason or asker.actor.reason
    audit(db_session, asker.actor, str(request.endpoint)[:48], about, current_now(), Change(reason))


@event.listens_for(Session, "after_flush")
def _note_audit(db_session: Session, flushed: UOWTransaction) -> None:  # noqa: ARG001  (SQLAlchemy's signature)
    if any(isinstance(row, AuditRow) for row in db_session.new):
        db_session.info["audited"] = True


@event.listens_for(Session, "after_begin")
def _new_transaction(db_session: Session, transaction: Any, connection: Any) -> None:  # noqa: ARG001
    db_session.info.pop("audited", None)
