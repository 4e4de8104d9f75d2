"""T18: every field of every answer is sent back in every request that would otherwise go through; nothing protected moves.

The other half of ``test_fields.py``: there a request of foreign fields alone is refused, here each travels with a
body the operation accepts, one field at a time in the long form, all at once in the short one.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.session import db
from tests.app.api.test_fields import MUTATING, every_answer_field, resolved, spec_of
from tests.app.api.test_owners import BODIES
from tests.app.api.town import Town
from tests.proofs.conftest import LONG, told

PROTECTED = (
    "account", "account_role", "visit", "job", "offer", "assignment", "ledger_entry", "ledger_posting", "payout", "worker", "standing",
    "rating", "worker_score", "dispute", "milestone", "recruiter", "place", "second_factor", "phone_change", "screening_sheet", "lead",
)  # fmt: skip
VALUES: tuple[Any, ...] = ("x", 1, True, None, [], {}, "A-0000000000", "2026-11-25T06:00:00+00:00")
GOOD: dict[str, Any] = {
    "reason": "plans_changed", "stars": 5, "words": "I see.", "note": "x", "name": "x", "code": "123456", "text": "x",
    "phone": "13800138000", "agree": True, "lat": 30.5, "lon": 114.3, "state": "done", "locale": "zh", "role": "customer",
    "start": "2026-11-26T01:00:00+00:00", "service": "standard", "minutes": 120, "compound": "liuan-2", "topic": "quality",
    "challenge": "C-0000000000", "quote_code": "Q-0000000000", "visit_code": "V-0000000000", "other": "A-0000000000",
}  # fmt: skip
PEOPLE = ("ada", "ben", "rita", "olu", "fin", "adam")


def bodies(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], set[str]]]:
    """Every operation with a JSON body: address, method, a body that fits as well as we can, the fields it declares."""
    for path, item in spec["paths"].items():
        for method in sorted(set(item) & set(MUTATING)):
            body = item[method].get("requestBody", {}).get("content", {}).get("application/json")
            if body is None:
                continue
            shape = resolved(spec, body["schema"])
            declared = set(shape.get("properties", {}))
            wanted = set(shape.get("required", [])) & declared
            fits = {name: GOOD.get(name, "x") for name in wanted} | BODIES.get(path.rsplit("/", 1)[-1], {})
            yield path, method, {name: value for name, value in fits.items() if name in declared}, declared


def kept(town: Town) -> dict[str, str]:
    """What the database holds, table by table."""
    with town.house.app_context(), Session(db.engine) as session:
        query = "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} t"
        return {name: str(session.execute(text(query.format(name))).scalar()) for name in PROTECTED}


def send(town: Town, name: str, method: str, path: str, body: dict[str, Any]) -> Any:
    codes = town.codes_for(name)
    address = re.sub(r"\{(\w+)\}", lambda found: codes.get(found[1], "V-0000000000"), path)
    return town.program().open(address, method=method.upper(), json=body, headers=town.headers[name])


def permitted(town: Town, method: str, path: str, body: dict[str, Any]) -> list[str]:
    """Who is let in with a body of foreign fields: their answers speak of the fields, not of the door."""
    return [name for name in PEOPLE if send(town, name, method, path, body).status_code not in (403, 404)]


def portions(extra: list[str], *, one_by_one: bool) -> Iterator[dict[str, Any]]:
    """The foreign fields: all at once with each kind of value, or each alone with each kind of value."""
    for value in VALUES:
        if one_by_one:
            yield from ({name: value} for name in extra)
        else:
            yield dict.fromkeys(extra, value)


@pytest.mark.parametrize("one_by_one", [False, True] if LONG in os.environ else [False])
def test_no_answer_field_changes_anything_when_sent_back(town: Town, told: dict, one_by_one: bool) -> None:
    """T18: every answer's fields in every request, each with eight kinds of value: unknown, and nothing protected moves."""
    spec = spec_of(town)
    names, before, wrong = every_answer_field(spec), kept(town), []
    asked = operations = 0
    for path, method, fits, declared in bodies(spec):
        extra = sorted(names - declared)
        operations += 1
        let_in = permitted(town, method, path, fits | dict.fromkeys(extra, "x"))[:1]
        for foreign in portions(extra, one_by_one=one_by_one) if let_in else ():
            answer = send(town, let_in[0], method, path, fits | foreign)
            asked += 1
            refused = (answer.json or {}).get("fields", {}) if answer.status_code == 422 else {}
            if any("unknown_field" not in refused.get(name, []) for name in foreign):
                wrong.append((method, path, answer.status_code, sorted(foreign)[:3]))
    assert wrong == []
    assert kept(town) == before
    assert operations > 60
    told |= {"operations": operations, "fields": len(names), "requests": asked}


__all__ = ["told"]
