"""Every route × every member of the cast (threat T3): the declared policy is what happens, and nothing breaks."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.house import House
from app.registry import Described, describe
from core.actors import Role
from tests.cast import ROLES, assemble, bearer, csrf, sign_in

SKIPPED = {"static", "access.sign_out", "access.sign_out_everywhere", "Access.delete_everywhere"}
GUESSED = {"int": "1", "path": "x", "default": "V-0000000000"}


def address(rule: str) -> str:
    """The route's address with a guessed code in every place."""
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda found: GUESSED.get(found[1] or "default", "x"), rule)


def lines(house: House, *, api: bool) -> list[Described]:
    return [one for one in describe(house) if one.declared.api is api and one.endpoint not in SKIPPED]


@pytest.mark.parametrize("name", [*ROLES, "nobody"])
def test_pages(house: House, house_session: Session, name: str) -> None:
    member = None if name == "nobody" else getattr(assemble(house_session), name)
    browser = house.test_client()
    if member is not None:
        sign_in(browser, house_session, member)
    token = csrf(browser)
    role = member.role if member else Role.ANONYMOUS
    wrong = []
    for line in lines(house, api=False):
        for method in line.methods:
            answer = ask(browser, method, address(line.rule), token)
            if not as_declared(line, role, answer):
                wrong.append((line.rule, method, answer))
    assert wrong == []


def ask(browser: FlaskClient, method: str, path: str, token: str) -> int:
    data = None if method == "GET" else {"csrf_token": token}
    with browser.open(path, method=method, data=data, headers={"Accept": "text/html"}) as answer:
        return answer.status_code


def as_declared(line: Described, role: Role, status: int) -> bool:
    """Outsiders: sign in first, or 404 on objects, or 403. Insiders: never a refusal of the door, never a server error."""
    if role in line.roles:
        return status < 500 or (line.rule == "/health" and status == 503)
    if role is Role.ANONYMOUS:
        return status == 303
    return status == (404 if line.declared.about_object else 403)


@pytest.mark.parametrize("name", [*ROLES, "nobody"])
def test_operations(house: House, house_session: Session, name: str) -> None:
    member = None if name == "nobody" else getattr(assemble(house_session), name)
    headers = bearer(house_session, member) if member else {}
    role = member.role if member else Role.ANONYMOUS
    program = house.test_client()
    wrong = []
    for line in lines(house, api=True):
        for method in line.methods:
            body = None if method in {"GET", "DELETE"} else {"reason": "x"}
            status = program.open(address(line.rule), method=method, json=body, headers=headers).status_code
            if role in line.roles:
                fine = status < 500 and status != 401
            elif role is Role.ANONYMOUS:
                fine = status == 401
            else:
                fine = status == (404 if line.declared.about_object else 403)
            if not fine:
                wrong.append((line.rule, method, status))
    assert wrong == []


@pytest.mark.parametrize("name", ["mallory", "ben", "rita"])
def test_guessed_codes_are_never_found(house: House, house_session: Session, name: str) -> None:
    browser = sign_in(house.test_client(), house_session, getattr(assemble(house_session), name))
    for line in lines(house, api=False):
        if line.declared.about_object and "GET" in line.methods and not line.declared.policy.public:
            assert browser.get(address(line.rule)).status_code == 404, line.rule
