"""One schema reads forms and JSON alike; messages are codes."""

from typing import Any

import pytest
from marshmallow import Schema, fields, validate

from app.house import House
from app.input import codes_of, digits_only, read, read_query
from core.errors import InvalidInput


class Wish(Schema):
    minutes = fields.Integer(required=True, validate=validate.Range(min=60, max=480))
    skills = fields.List(fields.String(), load_default=list)
    note = fields.String(load_default="none", validate=validate.Length(max=5))
    start = fields.AwareDateTime()
    yes = fields.Boolean(load_default=False)


def form(house: House, **data: Any) -> Any:
    with house.test_request_context("/", method="POST", data=data):
        return read(Wish)


def body(house: House, data: Any) -> Any:
    with house.test_request_context("/", method="POST", json=data):
        return read(Wish)


def test_form_and_json_come_to_the_same(house: House) -> None:
    given = form(house, minutes="90", skills=["iron", "cook", ""], csrf_token="x", _key="k", happened_at="t", start="")
    assert given == body(house, {"minutes": 90, "skills": ["iron", "cook"]})
    assert given == {"minutes": 90, "skills": ["iron", "cook"], "note": "none", "yes": False}


def test_an_emptied_text_is_empty_and_not_the_default(house: House) -> None:
    assert form(house, minutes="90", note="")["note"] == ""


@pytest.mark.parametrize(("data", "wrong"), [
    ({}, {"minutes": ["required"]}),
    ({"minutes": "many"}, {"minutes": ["not_a_number"]}),
    ({"minutes": 30}, {"minutes": ["out_of_range"]}),
    ({"minutes": 10**400}, {"minutes": ["out_of_range"]}),
    ({"minutes": None}, {"minutes": ["required"]}),
    ({"minutes": 90, "admin": True}, {"admin": ["unknown_field"]}),
    ({"minutes": 90, "note": "too long"}, {"note": ["wrong_length"]}),
    ({"minutes": 90, "skills": "iron"}, {"skills": ["not_a_list"]}),
    ({"minutes": 90, "skills": [1]}, {"skills.0": ["not_a_text"]}),
    ({"minutes": 90, "start": "2026-11-21T10:00"}, {"start": ["not_a_time"]}),
])  # fmt: skip
def test_what_is_wrong_is_told_by_code(house: House, data: dict[str, Any], wrong: dict[str, list[str]]) -> None:
    with pytest.raises(InvalidInput) as caught:
        body(house, data)
    assert caught.value.fields == wrong


@pytest.mark.parametrize("data", [[], "text", 5])
def test_a_body_that_is_no_object_is_refused(house: House, data: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        body(house, data)
    assert caught.value.fields == {"_schema": ["not_an_object"]}


def test_a_broken_body_is_refused(house: House) -> None:
    broken = {"data": b'{"minutes": \xff', "content_type": "application/json"}
    with house.test_request_context("/", method="POST", **broken), pytest.raises(InvalidInput):
        read(Wish)


def test_a_query_ignores_what_it_does_not_know(house: House) -> None:
    with house.test_request_context("/?minutes=60&utm_source=qr"):
        assert read_query(Wish)["minutes"] == 60


def test_digits_of_any_width() -> None:
    assert digits_only(" １２-3４") == "1234"


def test_nested_messages_are_flat() -> None:
    assert codes_of({"rows": {0: {"a": ["required"]}}}) == {"rows.0.a": ["required"]}
