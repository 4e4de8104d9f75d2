"""Reading input: one marshmallow schema for forms and JSON alike."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import request
from marshmallow import RAISE, Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from core.errors import InvalidInput

_OURS = ("csrf_token", "_key", "_method")
_MARSHMALLOW = {
    "Missing data for required field.": "required",
    "Field may not be null.": "required",
    "Unknown field.": "unknown_field",
    "Not a valid integer.": "not_a_number",
    "Not a valid number.": "not_a_number",
    "Not a valid string.": "not_a_text",
    "Not a valid boolean.": "not_yes_or_no",
    "Not a valid datetime.": "not_a_time",
    "Not a valid aware datetime.": "not_a_time",
    "Not a valid date.": "not_a_date",
    "Not a valid time.": "not_a_time",
    "Not a valid list.": "not_a_list",
    "Not a valid mapping type.": "not_an_object",
    "Invalid input type.": "not_an_object",
    "Not a valid URL.": "not_a_url",
    "Special numeric values (nan or infinity) are not permitted.": "not_a_number",
    "Number too large.": "out_of_range",
}


def read(schema: type[Schema] | Schema, **given: Any) -> Any:
    """Return what the schema makes of the request's form or JSON body; ``InvalidInput`` with codes per field.

    Unknown fields are refused. ``given`` adds values from the address. Empty form fields count as missing.
    """
    made = schema(unknown=RAISE) if isinstance(schema, type) else schema
    data = _json() if request.is_json else from_form(made, request.form)
    return load(made, {**data, **given})


def read_query(schema: type[Schema] | Schema) -> Any:
    """Return what the schema makes of the address's query; what it does not know is ignored there."""
    made = schema() if isinstance(schema, type) else schema
    data = {k: v for k, v in from_form(made, request.args).items() if k in made.fields}
    return load(made, data)


def load(schema: Schema, data: dict[str, Any]) -> Any:
    """Load plain data by a schema, with marshmallow's errors turned into ours."""
    try:
        return schema.load(data, unknown=RAISE)
    except ValidationError as error:
        raise InvalidInput(codes_of(error.messages)) from error


def from_form(schema: Schema, form: MultiDict[str, str]) -> dict[str, Any]:
    """Return a form as plain data: lists where the schema has lists, the form's own tokens gone, blanks dropped."""
    data: dict[str, Any] = {}
    known = {field.data_key or name: field for name, field in schema.fields.items()}
    for name in form:
        if name in _OURS or (name == "happened_at" and name not in known):
            continue
        if isinstance(known.get(name), fields.List):
            data[name] = [value for value in form.getlist(name) if value != ""]
        elif form[name].strip() != "":
            data[name] = form[name]
        elif isinstance(known.get(name), fields.String) and not known[name].required:
            data[name] = ""
    return data


def codes_of(messages: Any, prefix: str = "") -> dict[str, list[str]]:
    """Return marshmallow's messages as ``{field: [codes]}``, nested names joined with dots."""
    if isinstance(messages, dict):
        found: dict[str, list[str]] = {}
        for name, inner in messages.items():
            for key, codes in codes_of(inner, f"{prefix}.{name}" if prefix else str(name)).items():
                found.setdefault(key, []).extend(codes)
        return found
    return {prefix or "_schema": [_code(text) for text in (messages if isinstance(messages, list) else [messages])]}


def digits_only(typed: str) -> str:
    """Return digits typed in any width, without spaces or dashes."""
    plain = unicodedata.normalize("NFKC", typed)
    return "".join(sign for sign in plain if sign.isascii() and sign.isdigit())


def _json() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidInput({"_schema": ["not_an_object"]})
    return body


def _code(text: Any) -> str:
    said = str(text)
    if said in _MARSHMALLOW:
        return _MARSHMALLOW[said]
    if said.startswith("Must be one of"):
        return "not_a_choice"
    if said.startswith(("Must be greater", "Must be less")):
        return "out_of_range"
    if said.startswith(("Shorter than", "Longer than", "Length must")):
        return "wrong_length"
    return said if said.replace("_", "").isalnum() and said.islower() else "not_valid"
