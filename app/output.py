"""Answers: refusals as a page or as ``application/problem+json``, translated here and nowhere else."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import structlog
from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.house import House
from app.messages import sentence
from app.session import current_session, settle
from core.db import sqlstate
from core.errors import Conflict, DomainError, InvalidInput, NotFound, TooMany

LOG = structlog.get_logger("hourhand.web")
_BUSINESS = {"23P01": "somebody_was_faster", "23505": "somebody_was_faster"}
_BUSY = {"55P03", "57014", "53300", "40001", "40P01", "57P01", "57P03"}
_HTTP_CODES = {
    400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "bad_request",
    429: "too_many_requests",
}  # fmt: skip


def configure_output(app: House) -> None:
    """Answer every error once, in the way the asker understands."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(Exception, _our_fault)


def wants_problem() -> bool:
    """True for the API and for those who accept only JSON."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" and not request.accept_mimetypes.accept_html


def form_errors(template: str, error: InvalidInput, **context: Any) -> Response:
    """Undo the work and show the form again: ``errors`` holds sentences per field, ``values`` what was typed (422).

    What a refusal asks to be remembered (a wrong code was tried) is committed instead.
    """
    settle(current_session(), error)
    page = render_template(template, errors=field_sentences(error), values=request.form, **context)
    return make_response(page, 422)


UNTRIED: Final[Mapping[str, Any]] = MappingProxyType({"errors": {}, "problem": "", "tried": "", "values": {}})
"""What a page with acts shows before any of them was refused."""


def refused(
    template: str,
    error: DomainError,
    page: Callable[[], Mapping[str, Any]],
    tried: str = "",
    names: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Undo the work of a refused act and show its page again, with what was wrong and what was typed.

    ``page`` is asked after that for what the page shows. ``tried`` names the act, so that its form stands open;
    ``names`` are fields of the verb by what the form calls them. Whoever may not know of a thing still gets its 404.
    """
    if isinstance(error, NotFound):
        raise error
    settle(current_session(), error)
    told = field_sentences(error) if isinstance(error, InvalidInput) else {}
    errors = {names.get(name, name): said for name, said in told.items()}
    problem = "" if errors else sentence(error.code, error.sentence, **error.params)
    shown = {**page(), "errors": errors, "problem": problem, "tried": tried, "values": request.form}
    return make_response(render_template(template, **shown), error.status)


def field_sentences(error: InvalidInput) -> dict[str, list[str]]:
    """Return the errors of each field in the reader's language."""
    return {name: [sentence(code) for code in codes] for name, codes in error.fields.items()}


def see_other(endpoint: str, **values: Any) -> Response:
    """Answer a finished form: go and look there (303)."""
    return make_response(redirect(url_for(endpoint, **values), 303))


def unless_known(facts: str, page: Callable[[], str]) -> Response:
    """Answer a polling page: 304 when the browser has the page of the same ``facts``, else the page with its tag.

    ``facts`` is whatever the page's content depends on (states, versions, the minute); language is added here.
    """
    tag = hashlib.sha256(f"{get_locale()}|{facts}".encode()).hexdigest()[:24]
    answer = make_response("", 304) if tag in request.if_none_match else make_response(page())
    answer.set_etag(tag)
    return answer


def _domain_error(error: DomainError) -> Response:
    if error.status == 401 and not wants_problem():
        return make_response(redirect(url_for("access.sign_in"), 303))
    if wants_problem():
        return problem(error)
    said = sentence(error.code, error.sentence, **error.params)
    return _page(error.status, said if error.code != "not_found" else "", error)


def problem(error: DomainError, reference: str = "") -> Response:
    """Return a refusal as RFC 9457 has it, with our code and, for input, the codes and sentences per field."""
    said = sentence(error.code, error.sentence, **error.params)
    body: dict[str, Any] = {"type": "about:blank", "status": error.status, "code": error.code, "title": said}
    body["detail"] = said if not reference else f"{said} ({reference})"
    if isinstance(error, InvalidInput):
        body["fields"] = error.fields
        body["messages"] = field_sentences(error)
    answer = make_response(json.dumps(body, ensure_ascii=False), error.status)
    answer.content_type = "application/problem+json"
    return _headers(answer, error)


def _page(status: int, said: str, error: DomainError | None = None, reference: str = "") -> Response:
    fields = field_sentences(error) if isinstance(error, InvalidInput) else {}
    page = render_template("access/error.html", status=status, said=said, fields=fields, reference=reference)
    return _headers(make_response(page, status), error)


def _headers(answer: Response, error: DomainError | None) -> Response:
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="hourhand"'
    return answer


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if 300 <= status < 400:
        return make_response(error.get_response().get_data(), status, dict(error.get_response().headers))
    known = DomainError(_HTTP_CODES.get(status, "bad_request"), error.name)
    known.status = status
    answer = problem(known) if wants_problem() else _page(status, "" if status == 404 else sentence(known.code))
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _database_error(error: DBAPIError) -> Response:
    """A constraint that caught a race is a business answer; a busy or absent database is a moment's pause."""
    current_session().rollback()
    state = sqlstate(error)
    if state in _BUSINESS:
        LOG.info("constraint_decided", state=state, path=request.path)
        return _domain_error(Conflict(_BUSINESS[state], "Somebody was faster. Please look again."))
    if state in _BUSY or isinstance(error, OperationalError):
        return _busy(error)
    return _our_fault(error)


def _busy(error: Exception) -> Response:
    LOG.warning("busy", error=type(error).__name__, path=request.path)
    refusal = TooMany("busy", "We will be back in a moment.", 2)
    refusal.status = 503
    return problem(refusal) if wants_problem() else _page(503, "", refusal)


def _our_fault(error: Exception) -> Response:
    """Log it under a reference a caller can read out; tell nothing else."""
    reference = secrets.token_hex(4)
    LOG.error("server_error", reference=reference, path=request.path, exc_info=error)
    refusal = DomainError("server_error", "That was our fault. Please try again.")
    refusal.status = 500
    return problem(refusal, reference) if wants_problem() else _page(500, "", reference=reference)
