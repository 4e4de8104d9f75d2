"""The API's declarations: one decorator gives an operation its policy, its schemas and its place in the description."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, NoReturn

from flask_smorest import Api, Blueprint
from marshmallow import RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from app.house import House
from app.input import codes_of
from app.registry import Policy, View, route
from core.errors import InvalidInput

PREFIX = "/api/v1"
PROBLEM = "application/problem+json"


class ProblemSchema(Schema):
    """A refusal (RFC 9457): a stable code, a sentence, and for input the codes and sentences per field."""

    type = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; for programs."})
    title = fields.String(required=True, metadata={"description": "For people, in the language asked for."})
    detail = fields.String(required=True)
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.List(fields.String()), data_key="fields",
        metadata={"description": "Field name to message codes."},
    )  # fmt: skip
    messages = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class _Parser(FlaskParser):
    """Reads bodies and queries, refuses unknown fields, and answers with our codes."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE, "headers": None}  # noqa: RUF012  (webargs' own hook)

    def handle_error(self, error: ValidationError, *_args: Any, **_more: Any) -> NoReturn:
        """Turn marshmallow's messages into our refusal."""
        messages = error.messages
        inner: Any = next(iter(messages.values()), {}) if isinstance(messages, dict) else messages
        raise InvalidInput(codes_of(inner)) from error

    def _handle_invalid_json_error(self, error: Any, req: Any, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002  (webargs)
        raise InvalidInput({"_schema": ["not_an_object"]}) from error


class ApiPart(Blueprint):
    """A group of operations below ``/api/v1``; its name, with a capital, is the tag (pages keep the small ones)."""

    ARGUMENTS_PARSER = _Parser()

    def __init__(self, name: str, module: str, description: str) -> None:
        super().__init__(name.capitalize(), module, url_prefix=PREFIX, description=description)


class HouseApi(Api):
    """The API's description; errors are answered by ``app/output.py``."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: House) -> None:
        schemes = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]},
        }
        text = (
            "Dispatch of hourly home workers. Money is integer fen, instants are ISO 8601, codes are opaque. "
            "Send `Idempotency-Key` with every act you may repeat."
        )
        spec = {
            "components": {"securitySchemes": schemes},
            "info": {"description": text, "license": {"name": "Apache-2.0"}},
            "security": [{"bearer": []}, {"session": []}],
        }
        super().__init__(app, spec_kwargs=spec)

    def _register_error_handlers(self) -> None:
        """Leave errors to the house."""


def operation(
    bp: ApiPart,
    rule: str,
    *,
    policy: Policy,
    answer: type[Schema] | Schema | None = None,
    method: str = "GET",
    **more: Any,
) -> Callable[[View], View]:
    """Declare an API operation; the view returns what ``answer`` dumps.

    ``more``: ``body`` and ``query`` (schemas, handed to the view as ``body=`` and ``query=``), ``status`` (of success,
    200 by default), and what :func:`app.registry.route` takes (``rate``, ``audit``, ``idempotent``).
    """
    body, query, status = more.pop("body", None), more.pop("query", None), more.pop("status", 200)

    def register(view: View) -> View:
        made = bp.response(status, answer)(view)
        for schema, location, name in ((query, "query", "query"), (body, "json", "body")):
            if schema is not None:
                made = bp.arguments(schema, location=location, arg_name=name)(made)
        for refusal in _refusals(policy, writing=method != "GET"):
            phrase = HTTPStatus(refusal).phrase
            made = bp.alt_response(refusal, schema=ProblemSchema, content_type=PROBLEM, description=phrase)(made)
        repeatable = method != "GET" and more.get("idempotent", "key") == "key"
        parameters = [_KEY] if repeatable else []
        made = bp.doc(security=[{}] if policy.public else [{"bearer": []}, {"session": []}], parameters=parameters)(
            made
        )
        return route(bp, rule, policy=policy, methods=[method], api=True, **more)(made)

    return register


_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 80},
    "description": "The same key and request again get the first answer; nothing is done twice.",
}


def _refusals(policy: Policy, *, writing: bool) -> Iterable[int]:
    yield from (404, 422, 429, 503)
    if not policy.public:
        yield from (401, 403)
    elif writing:
        yield 403
    if writing:
        yield from (409, 413)
