"""The base of every input schema: unknown fields are refused, messages are codes, the result is a frozen dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError
from marshmallow.fields import Field

from core.errors import InvalidInput


class Form(Schema):
    """One schema for form and JSON alike.

    Field messages are codes (``required``, ``null``, ``invalid``, ``unknown_field`` …); the door translates them.
    Give validators their code with ``error="too_long"``, and build the dataclass in a ``post_load`` hook.
    """

    error_messages = {"unknown": "unknown_field", "type": "not_an_object"}  # noqa: RUF012  (marshmallow's own hook)

    class Meta:
        """Nothing that was not asked for gets in."""

        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: Field[Any]) -> None:  # noqa: ARG002  (marshmallow's hook)
        """Replace marshmallow's sentences by their keys, so that every message is a code."""
        field_obj.error_messages = {key: key for key in field_obj.error_messages}


def read_form(schema: Schema, data: Mapping[str, Any]) -> Any:
    """Return what the schema builds from ``data``, or raise ``InvalidInput`` with a list of codes per field."""
    try:
        return schema.load(data)
    except ValidationError as error:
        raise InvalidInput(flat_messages(error.messages)) from error


def flat_messages(messages: Any, prefix: str = "") -> dict[str, list[str]]:
    """Return nested messages as ``{"rows.2.starts": ["required"]}``."""
    if isinstance(messages, Mapping):
        found: dict[str, list[str]] = {}
        for key, inner in messages.items():
            found.update(flat_messages(inner, f"{prefix}.{key}" if prefix else str(key)))
        return found
    said = messages if isinstance(messages, list) else [messages]
    return {prefix or "_schema": [str(one) for one in said]}
