"""Only declared fields go in and out (threats T4, T18): nothing of an answer can be sent back to change something."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from accounts.models import Account
from app.session import db
from tests.app.api.test_owners import fill
from tests.app.api.town import DOOR, NOTE, NOW, WEDNESDAY, Town

MUTATING = ("post", "put", "patch", "delete")


def spec_of(town: Town) -> dict[str, Any]:
    return town.program().get("/api/v1/openapi.json").json


def resolved(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return resolved(spec, spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    return resolved(spec, schema["items"]) if schema.get("type") == "array" else schema


def every_answer_field(spec: dict[str, Any]) -> set[str]:
    """The name of every field of every answer, with some a stranger may guess."""
    names = {"id", "account_id", "role", "epoch", "customer_id", "worker_id", "is_admin", "session_hash"}
    for item in spec["paths"].values():
        for operation in item.values():
            for status, answer in operation.get("responses", {}).items() if isinstance(operation, dict) else ():
                kind = answer.get("content", {}).get("application/json", {}).get("schema")
                if str(status).startswith("2") and kind:
                    names |= set(resolved(spec, kind).get("properties", {}))
    return names


def test_every_answer_field_sent_to_every_operation_is_refused(town: Town) -> None:
    """Body by body: each field an operation does not declare comes back as unknown, and nothing happens."""
    spec = spec_of(town)
    names, wrong, asked = every_answer_field(spec), [], 0
    assert len(names) > 150
    for path, item in spec["paths"].items():
        for method in set(item) & set(MUTATING):
            body = item[method].get("requestBody", {}).get("content", {}).get("application/json")
            if body is None:
                continue
            extra = sorted(names - set(resolved(spec, body["schema"]).get("properties", {})))
            asked += 1
            answer = as_permitted(town, method, path, dict.fromkeys(extra, "x"))
            refused = answer.json.get("fields", {})
            if answer.status_code != 422 or any("unknown_field" not in refused.get(one, []) for one in extra):
                wrong.append((method, path, answer.status_code))
    assert wrong == []
    assert asked > 60


def as_permitted(town: Town, method: str, path: str, body: dict[str, Any]) -> Any:
    """Ask as somebody the policy lets in."""
    for name in ("ada", "ben", "rita", "olu", "fin"):
        codes = town.codes_for(name)
        address = re.sub(r"\{(\w+)\}", lambda found, known=codes: known.get(found[1], "V-0000000000"), path)
        answer = town.program().open(address, method=method.upper(), json=body, headers=town.headers[name])
        if answer.status_code not in (403, 404):
            return answer
    return answer


def rows(town: Town, *tables: str) -> list[Any]:
    with town.house.app_context(), Session(db.engine) as session:
        return [session.execute(text(f"select * from {table} order by 1")).all() for table in tables]


def test_a_visit_sent_back_to_its_acts_changes_nothing(town: Town) -> None:
    """Ada reads her visit and sends the whole of it back, cheaper."""
    tables = ("visit", "job", "ledger_posting", "account", "worker", "standing")
    before = rows(town, *tables)
    code = town.one.of["ada"]["visit"]
    whole = town.program().get(f"/api/v1/visits/{code}", headers=town.headers["ada"]).json
    for act, more in (("cancel", {"reason": "plans_changed"}), ("rating", {"stars": 5})):
        sent = {**whole, **more, "total_fen": 1, "worker_fen": 1, "state": "settled", "customer": "A-0000000000"}
        answer = town.program().post(f"/api/v1/visits/{code}/{act}", json=sent, headers=town.headers["ada"])
        assert answer.status_code == 422
        assert "unknown_field" in answer.json["fields"]["total_fen"]
    assert rows(town, *tables) == before


def phones(town: Town) -> list[str]:
    with town.house.app_context(), Session(db.engine) as session:
        return [phone[3:] for phone in session.scalars(select(Account.phone)) if phone]


def reads(town: Town, name: str) -> dict[str, str]:
    """Every GET this member may make, with their own codes and with the other side's visit, as text."""
    spec, found = spec_of(town), {}
    for path, item in spec["paths"].items():
        if "get" not in item or "/photos/" in path:
            continue
        for codes in (town.codes_for(name), town.two.of["mallory"], town.one.of["ada"]):
            address = fill(path.replace("{", "<").replace("}", ">"), codes)
            found[address] = town.program().get(address, headers=town.headers.get(name, {})).text
    return found


@pytest.mark.parametrize("name", ["ben", "bea", "mallory", "rita", "nobody"])
def test_homes_and_phones_stay_inside_before_their_time(town: Town, name: str) -> None:
    """Canaries: Ada's note and door code two days before the visit, her start code, everybody's number."""
    numbers = phones(town)
    for address, said in reads(town, name).items():
        assert f"{NOTE}-ada" not in said, address
        assert f"{DOOR}-ada" not in said, address
        assert '"start_code":' not in said or name == "mallory", address
        if "/recruiter/day" not in address and "/recruiter/leads" not in address:
            assert not [number for number in numbers if number in said], address


def test_the_worker_sees_the_home_the_day_before(town: Town) -> None:
    """It bites, and it lets go: the same visit, a day later by the clock."""
    clock, code = town.house.clock, town.one.of["ben"]["visit"]
    address, headers = f"/api/v1/worker/visits/{code}", town.headers["ben"]
    early = town.program().get(address, headers=headers).json
    assert (early["place"]["exact"], early["place"]["address"], early["customer_name"]) == (False, None, "")
    clock.turn(WEDNESDAY - timedelta(hours=20))
    try:
        later = town.program().get(address, headers=headers).json
    finally:
        clock.turn(NOW)
    assert later["place"]["exact"]
    assert later["place"]["access_notes"] == f"{DOOR}-ada"
    assert later["note"] == f"{NOTE}-ada"
