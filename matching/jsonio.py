"""Problems and rosters as JSON: plain names, defaults left out, every value checked when read.

The canonical text (sorted keys, no spaces, defaults left out, travel tables as the SHA-256 of their little-endian
64-bit seconds) is what a problem's digest is taken of.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from enum import StrEnum
from functools import cache
from typing import Any

from matching.errors import ProblemError
from matching.problem import Haversine, Matrix, Point, Problem, Travel
from matching.roster import Roster


def to_plain(value: Any) -> Any:
    """Dataclasses as objects without their defaults, sets as sorted lists, points as [lat, lon]."""
    if isinstance(value, Point | Haversine | Matrix):
        return _special(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _object(value)
    if isinstance(value, frozenset):
        return sorted(to_plain(each) for each in value)
    if isinstance(value, tuple | list):
        return [to_plain(each) for each in value]
    return value.value if isinstance(value, StrEnum) else value


def _special(value: Point | Haversine | Matrix) -> Any:
    """The types that are written in their own way."""
    if isinstance(value, Point):
        return [value.lat, value.lon]
    if isinstance(value, Haversine):
        return {"kind": "haversine", "fixed_seconds": value.fixed_seconds, "detour": value.detour}
    tables = {mode: table.tolist() for mode, table in value.tables.items()}
    return {"kind": "matrix", "tables": tables} | ({"cells": list(value.cells)} if value.cells else {})


def _object(value: Any, without: str = "") -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        each = getattr(value, field.name)
        if not field.init or field.name == without:
            continue
        if field.default is not dataclasses.MISSING and each == field.default:
            continue
        if field.default_factory is not dataclasses.MISSING and each == field.default_factory():
            continue
        plain[field.name] = to_plain(each)
    return plain


def canonical(problem: Problem) -> str:
    """The one JSON text of a problem."""
    plain = _object(problem, without="travel") | {"travel": _travel_digest(problem.travel)}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _travel_digest(travel: Travel) -> Any:
    if isinstance(travel, Haversine):
        return to_plain(travel)
    tables = {mode: hashlib.sha256(table.astype("<i8").tobytes()).hexdigest() for mode, table in travel.tables.items()}
    return {"kind": "matrix", "cells": list(travel.cells), "tables": tables}


def digest(problem: Problem) -> str:
    """The SHA-256 of the canonical text: equal problems have equal digests."""
    return hashlib.sha256(canonical(problem).encode()).hexdigest()


def problem_to_json(problem: Problem) -> str:
    """A problem as readable JSON."""
    return json.dumps(to_plain(problem), indent=1, ensure_ascii=False)


def roster_to_json(roster: Roster) -> str:
    """A roster as readable JSON; the same roster gives the same bytes."""
    return json.dumps(to_plain(roster), indent=1, sort_keys=True, ensure_ascii=False)


def problem_from_json(text: str) -> Problem:
    """Read a problem; `ProblemError` says in a sentence what is wrong and where."""
    return _read(text, Problem)


def roster_from_json(text: str) -> Roster:
    """Read a roster; `ProblemError` says in a sentence what is wrong and where."""
    return _read(text, Roster)


_Read = typing.TypeVar("_Read", Problem, Roster)


def _read(text: str, kind: type[_Read]) -> _Read:
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProblemError(f"This is not JSON: {error}.") from None
    found = from_plain(plain, kind, kind.__name__.lower())
    if not isinstance(found, kind):
        raise ProblemError(f"This is not a {kind.__name__.lower()}.")
    return found


def from_plain(plain: Any, kind: Any, path: str) -> Any:
    """Build a value of this type; `path` says where in the JSON we are."""
    origin = typing.get_origin(kind)
    if kind is Any:
        return plain
    if origin in {typing.Union, types.UnionType}:
        return _from_union(plain, kind, path)
    if kind is Point:
        return _point(plain, path)
    if origin in {tuple, frozenset}:
        return _many(plain, kind, path)
    if dataclasses.is_dataclass(kind):
        return _build(plain, kind, path)
    return _scalar(plain, kind, path)


def _from_union(plain: Any, kind: Any, path: str) -> Any:
    members = [member for member in typing.get_args(kind) if member is not type(None)]
    if plain is None and len(members) < len(typing.get_args(kind)):
        return None
    if set(members) == {Haversine, Matrix}:
        return _travel(plain, path)
    return from_plain(plain, members[0], path)


def _travel(plain: Any, path: str) -> Haversine | Matrix:
    kinds: dict[Any, type[Haversine | Matrix]] = {"haversine": Haversine, "matrix": Matrix}
    named = plain.get("kind") if isinstance(plain, dict) else None
    kind = kinds.get(named) if isinstance(named, str) else None
    if kind is None:
        raise ProblemError(f"At {path}: travel needs a kind, haversine or matrix.")
    rest = {name: value for name, value in plain.items() if name != "kind"}
    built: Haversine | Matrix = _build(rest, kind, path)
    return built


def _point(plain: Any, path: str) -> Point:
    if not isinstance(plain, list) or len(plain) != 2:
        raise ProblemError(f"At {path}: a point is [latitude, longitude].")
    return Point(_scalar(plain[0], float, path), _scalar(plain[1], float, path))


def _many(plain: Any, kind: Any, path: str) -> Any:
    if not isinstance(plain, list):
        raise ProblemError(f"At {path}: a list is needed.")
    member = typing.get_args(kind)[0]
    made = [from_plain(each, member, f"{path}[{number}]") for number, each in enumerate(plain)]
    return frozenset(made) if typing.get_origin(kind) is frozenset else tuple(made)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _build(plain: Any, kind: Any, path: str) -> Any:
    if not isinstance(plain, dict):
        raise ProblemError(f"At {path}: an object is needed.")
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init}
    unknown = sorted(set(plain) - set(fields))
    if unknown:
        raise ProblemError(f"At {path}: there is no field {unknown[0]}.")
    for name, field in fields.items():
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if needed and name not in plain:
            raise ProblemError(f"At {path}: the field {name} is missing.")
    values = {name: from_plain(each, _hints(kind)[name], f"{path}.{name}") for name, each in plain.items()}
    try:
        return kind(**values)
    except ProblemError as error:
        raise ProblemError(f"At {path}: {error}") from None


def _scalar(plain: Any, kind: Any, path: str) -> Any:
    if typing.get_origin(kind) is dict:
        if not isinstance(plain, dict):
            raise ProblemError(f"At {path}: an object is needed.")
        return plain
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        allowed = [each.value for each in kind]
        if plain not in allowed:
            raise ProblemError(f"At {path}: {_told(plain)} is none of {', '.join(allowed)}.")
        return kind(plain)
    whole = kind is float and isinstance(plain, int) and not isinstance(plain, bool)
    if not whole and (not isinstance(plain, kind) or (isinstance(plain, bool) and kind is not bool)):
        raise ProblemError(f"At {path}: {_told(plain)} is not a {_NAMES.get(kind, 'value of this kind')}.")
    if isinstance(plain, str) and not _is_text(plain):
        raise ProblemError(f"At {path}: half of a surrogate pair is not text.")
    if whole and abs(plain) > LARGEST:
        raise ProblemError(f"At {path}: the number is too large.")
    return float(plain) if whole else plain


def _is_text(plain: str) -> bool:
    """Whether it can be written as UTF-8; JSON's escapes can spell what is no text."""
    return plain.isascii() or not any("\ud800" <= each <= "\udfff" for each in plain)


def _told(plain: Any) -> str:
    """The beginning of a wrong value, however deep it is."""
    if isinstance(plain, list | dict):
        return "a list" if isinstance(plain, list) else "an object"
    return json.dumps(plain)[:40]


LARGEST = 10**30
_NAMES = {int: "whole number", float: "number", str: "text", bool: "true or false"}
