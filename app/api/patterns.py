"""The description: each schema under one name, patterns as the rest of the world writes them."""

from __future__ import annotations

import re
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields


class Converter(OpenAPIConverter):
    """Turns our fields into JSON Schema."""

    def field2pattern(self, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
        """Return the field's patterns; ours match from the first sign, JSON Schema's anywhere unless anchored."""
        found = [getattr(one, "regex", None) for one in field.validators]
        patterns = [anchored(one) for one in found if isinstance(one, re.Pattern)]
        if not patterns:
            return {}
        rest = {"allOf": [{"pattern": one} for one in patterns[1:]]} if patterns[1:] else {}
        return {"pattern": patterns[0], **rest}


class Plugin(MarshmallowPlugin):
    """apispec's plugin with our converter."""

    Converter = Converter


def anchored(pattern: re.Pattern[str]) -> str:
    """Return a Python pattern in the syntax of ECMA 262."""
    text = pattern.pattern.replace(r"\Z", "$").replace(r"\x00", r"\u0000")
    return text if text.startswith("^") else f"^(?:{text})"


def name_of(schema: type[Schema] | Schema | str) -> str:
    """Return a schema's name in the description; what comes in from the floors below is marked as such."""
    kind = resolve_schema_cls(schema)
    if not isinstance(kind, type):
        return str(schema)
    name = kind.__name__.removesuffix("Schema")
    return name if kind.__module__.startswith(("app.", "marshmallow.")) else f"{name}In"
