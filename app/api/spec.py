"""The API's declarations: one decorator gives an operation its policy, its schemas and its place in the description."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import Any, NoReturn

from flask_smorest import Api, Blueprint
from marshmallow import RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from app.api.patterns import Plugin, name_of
from app.house import House
from app.input import codes_of
from app.registry import Policy, View, route
from core.errors import InvalidInput, NotFound

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

    def parse(self, *args: Any, **more: Any) -> Any:
        """Read an input; an instant at the edge of the calendar is refused like any other that does not fit."""
        try:
            return super().parse(*args, **more)
        except OverflowError as error:
            raise InvalidInput({"_schema": ["out_of_range"]}) from error

    def load_json(self, req: Any, schema: Schema) -> Any:
        """Read the body; what no database can keep as text is refused here."""
        data = super().load_json(req, schema)
        if _unkeepable(data):
            raise InvalidInput({"_schema": ["not_a_text"]})
        return data

    def load_querystring(self, req: Any, schema: Schema) -> Any:
        """Read the query; what no database can keep as text is refused here."""
        if _unkeepable(list(req.args.values())):
            raise InvalidInput({"_schema": ["not_a_text"]})
        return super().load_querystring(req, schema)


def _unkeepable(value: Any) -> bool:
    """Tell whether a text in here holds a NUL or half a character."""
    if isinstance(value, dict):
        return any(_unkeepable(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return any(_unkeepable(each) for each in value)
    return isinstance(value, str) and ("\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value))


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
            "marshmallow_plugin": Plugin(schema_name_resolver=name_of),
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

    ``more``: ``body``, ``query`` and ``files`` (schemas, handed to the view under these names), ``status`` (of
    success, 200 by default), ``content_type`` (of an answer that is not JSON: the view returns the response itself),
    and what :func:`app.registry.route` takes (``rate``, ``audit``, ``idempotent``).
    """
    inputs = [(more.pop(name, None), location, name) for name, location in _LOCATIONS]
    status, kind = more.pop("status", 200), more.pop("content_type", None)

    def register(view: View) -> View:
        made = bp.response(status, _BINARY if kind else answer, content_type=kind)(view)
        for schema, location, name in inputs:
            if schema is not None:
                made = bp.arguments(schema, location=location, arg_name=name)(made)
        repeatable = method != "GET" and more.get("idempotent", "key") == "key"
        parameters = [_KEY] if repeatable else []
        made = bp.doc(security=[{}] if policy.public else [{"bearer": []}, {"session": []}], parameters=parameters)(
            made
        )
        _tell_refusals(made, _refusals(policy, writing=method != "GET", about_object="<" in rule))
        return route(bp, rule, policy=policy, methods=[method], api=True, **more)(_known_address(made))

    return register


def _tell_refusals(view: Any, statuses: Iterable[int]) -> None:
    """Describe the refusals, all at once: smorest's decorator copies the whole description for each of them.

    That was nearly half of what a start of the pages takes, and a start is what a killed process needs to be back.
    """
    told = view._apidoc.setdefault("response", {}).setdefault("responses", {})  # noqa: SLF001  (smorest keeps it there)
    for status in statuses:
        told.setdefault(status, []).append(
            {"schema": _PROBLEM, "description": HTTPStatus(status).phrase, "content_type": PROBLEM}
        )


def _known_address(view: View) -> View:
    """Answer 404 for an address with signs that are in no code."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if _unkeepable(list(kwargs.values())):
            raise NotFound
        return view(*args, **kwargs)

    return checked


_PROBLEM = ProblemSchema()
_LOCATIONS = (("query", "query"), ("body", "json"), ("files", "files"))
_BINARY = {"type": "string", "format": "binary"}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 80},
    "description": "The same key and request again get the first answer; nothing is done twice.",
}


def _refusals(policy: Policy, *, writing: bool, about_object: bool) -> Iterable[int]:
    yield from (404, 422, 429, 503)
    if not policy.public:
        yield from (401, 403)
    elif writing:
        yield 403
    if writing or about_object:
        yield 409
    if writing:
        yield 413
