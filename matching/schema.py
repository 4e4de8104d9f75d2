"""The JSON Schema of problems and rosters, made from the types themselves so that it cannot lag behind."""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import StrEnum
from typing import Any

from matching.problem import Haversine, Matrix, Point, Problem
from matching.roster import Roster

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def problem_schema() -> dict[str, Any]:
    """The schema a problem file obeys."""
    return _document(Problem, "A problem for the matcher")


def roster_schema() -> dict[str, Any]:
    """The schema a roster file obeys."""
    return _document(Roster, "A roster of the matcher")


def _document(kind: type, title: str) -> dict[str, Any]:
    shapes: dict[str, Any] = {}
    top = _shape(kind, shapes)
    return {"$schema": DIALECT, "title": title, **top, "$defs": dict(sorted(shapes.items()))}


_PLAIN: dict[Any, dict[str, Any]] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
}


def _shape(kind: Any, shapes: dict[str, Any]) -> dict[str, Any]:
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if origin in {typing.Union, types.UnionType}:
        return {"anyOf": [_shape(member, shapes) for member in inside]}
    if origin in {tuple, frozenset}:
        return {"type": "array", "items": _shape(inside[0], shapes)}
    if kind is type(None):
        return {"type": "null"}
    return _named(kind, shapes)


def _named(kind: Any, shapes: dict[str, Any]) -> dict[str, Any]:
    """Enums in place, dataclasses as shared definitions."""
    if kind is Point:
        return {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [each.value for each in kind]}
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        table = {"type": "array", "items": {"type": "array", "items": {"type": "integer", "minimum": 0}}}
        return {"type": "object", "additionalProperties": table}
    name = str(kind.__name__)
    if name not in shapes:
        shapes[name] = {}
        shapes[name] = _object(kind, shapes)
    return {"$ref": f"#/$defs/{name}"}


def _object(kind: Any, shapes: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if field.init]
    shape: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.name: _shape(hints[field.name], shapes) for field in fields},
        "required": [field.name for field in fields if _needed(field)],
    }
    if kind in {Haversine, Matrix}:
        shape["properties"]["kind"] = {"const": kind.__name__.lower()}
        shape["required"].append("kind")
    if kind.__doc__:
        shape["description"] = " ".join(kind.__doc__.split())
    return shape


def _needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
