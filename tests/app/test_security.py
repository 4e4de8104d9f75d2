"""Headers, cookies, forgery (T15), mass assignment (T18)."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code
from app.house import House
from core.actors import Role
from tests.cast import bearer, csrf, make_member, sign_in

PAGES = ["/sign-in", "/health", "/nope", "/api/v1/me", "/api/v1/openapi.json", "/static/css/tokens.css", "/design"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
                 "frame-ancestors 'none'", "img-src 'self' data: blob:"):  # fmt: skip
        assert part in policy
    assert "unsafe" not in policy
    assert re.search(r"script-src 'self' 'nonce-[\w-]{20,}'", policy)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]


def test_nonce_is_fresh_and_the_one_of_the_page(client: FlaskClient) -> None:
    first, second = client.get("/sign-in"), client.get("/sign-in")
    nonces = [re.search(r"'nonce-([\w-]+)'", one.headers["Content-Security-Policy"]) for one in (first, second)]
    assert nonces[0]
    assert nonces[1]
    assert nonces[0][1] != nonces[1][1]
    assert f'nonce="{nonces[0][1]}"' in first.text
    assert re.search(r"<script(?![^>]*(nonce|src))", first.text) is None
    assert " style=" not in first.text


def test_cookie_is_http_only_and_lax(client: FlaskClient) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("token", ["", "forged"])
def test_state_changing_pages_refuse_a_missing_or_foreign_token(
    house: House, house_session: Session, token: str
) -> None:
    browser = sign_in(house.test_client(), house_session, make_member(house_session, "Ada", Role.CUSTOMER))
    changing = [one for one in house.declared.values() if "POST" in one.methods and not one.api]
    assert len(changing) > 5
    for one in changing:
        path = re.sub(r"<[^>]+>", "X-1", one.rule)
        answer = browser.post(path, data={"csrf_token": token} if token else {})
        assert answer.status_code in {403, 404}, one.rule
        if Role.CUSTOMER in one.policy.roles:
            assert answer.status_code == 403, one.rule


def test_right_token_passes_and_one_of_another_browser_does_not(house: House, house_session: Session) -> None:
    ada, mallory = (make_member(house_session, name, Role.CUSTOMER) for name in ("Ada", "Mallory"))
    hers = sign_in(house.test_client(), house_session, ada)
    foreign = csrf(sign_in(house.test_client(), house_session, mallory))
    assert hers.post("/account", data={"name": "A", "csrf_token": foreign}).status_code == 403
    assert hers.post("/account", data={"name": "A", "csrf_token": csrf(hers)}).status_code == 303


def test_api_wants_the_token_with_a_cookie_but_not_with_a_bearer(house: House, house_session: Session) -> None:
    ada = make_member(house_session, "Ada", Role.CUSTOMER)
    browser = sign_in(house.test_client(), house_session, ada)
    refused = browser.post("/api/v1/me/tokens", json={"name": "x"})
    assert (refused.status_code, refused.json["code"]) == (403, "csrf_failed")
    header = {"X-CSRFToken": csrf(browser)}
    assert browser.post("/api/v1/me/tokens", json={"name": "x"}, headers=header).status_code == 201
    program = house.test_client()
    assert program.post("/api/v1/me/tokens", json={"name": "x"}, headers=bearer(house_session, ada)).status_code == 201


@pytest.mark.parametrize("extra", [{"code": "A-1"}, {"role": "admin"}, {"epoch": 0}, {"id": 1}, {"expires_at": None}])
def test_fields_not_offered_are_refused(house: House, house_session: Session, extra: dict[str, object]) -> None:
    ada = make_member(house_session, "Ada", Role.CUSTOMER)
    answer = house.test_client().post(
        "/api/v1/me/tokens", json={"name": "x", **extra}, headers=bearer(house_session, ada)
    )
    assert answer.status_code == 422
    assert answer.json["fields"] == {next(iter(extra)): ["unknown_field"]}
    assert answer.content_type == "application/problem+json"


def test_forms_refuse_fields_not_offered(house: House, house_session: Session) -> None:
    ada = make_member(house_session, "Ada", Role.CUSTOMER)
    browser = sign_in(house.test_client(), house_session, ada)
    form = {"name": "B", "state": "admin", "csrf_token": csrf(browser)}
    assert browser.post("/account", data=form).status_code == 422
    assert account_by_code(house_session, ada.account).name == "Ada"
