"""Who gets in where, over HTTP."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code, block_account, grant_role
from accounts.codes import digits
from accounts.models import Account, GuessLog, SignInChallenge
from accounts.staff import set_staff_password
from accounts.totp import totp_now
from app.house import House
from core.actors import SYSTEM, Role
from core.clock import wall
from tests.cast import bearer, csrf, fresh_phone, make_member, sign_in
from tests.fixtures_app import PEPPER


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def ask(client: FlaskClient, phone: str) -> str:
    answer = client.post("/sign-in", data={"phone": phone, "csrf_token": token_of(client.get("/sign-in").text)})
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    return token_of(client.get("/sign-in/code").text)


def sent(session: Session, phone: str) -> str:
    session.rollback()
    query = select(SignInChallenge).where(SignInChallenge.phone == phone).order_by(SignInChallenge.id.desc())
    return digits(session.scalars(query).all()[0], PEPPER)


def test_a_stranger_signs_in_by_code(client: FlaskClient, house_session: Session) -> None:
    phone = fresh_phone()
    assert client.get("/account").location.startswith("/sign-in")
    token = ask(client, phone)
    answer = client.post("/sign-in/code", data={"code": sent(house_session, phone), "csrf_token": token})
    assert answer.status_code == 303
    assert client.get("/account").status_code == 200
    client.post("/sign-out", data={"csrf_token": csrf(client)})
    assert client.get("/account").status_code == 303


def test_code_is_shown_in_the_demo_only(client: FlaskClient) -> None:
    ask(client, fresh_phone())
    assert "data-demo-code" not in client.get("/sign-in/code").text
    assert client.get("/demo/people").status_code == 404


def test_wrong_tries_are_counted_over_http_and_burn_the_code(client: FlaskClient, house_session: Session) -> None:
    phone = fresh_phone()
    token = ask(client, phone)
    right = sent(house_session, phone)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        assert client.post("/sign-in/code", data={"code": wrong, "csrf_token": token}).status_code == 422
    assert client.post("/sign-in/code", data={"code": right, "csrf_token": token}).status_code == 422
    house_session.rollback()
    assert house_session.scalar(select(func.count()).select_from(GuessLog).where(GuessLog.phone == phone)) == 6


def test_answer_is_the_same_for_known_and_unknown_numbers(house: House, house_session: Session) -> None:
    known = account_by_code(house_session, make_member(house_session, "Ada", Role.CUSTOMER).account).phone
    house_session.commit()
    answers = []
    for phone in (known, fresh_phone()):
        browser = house.test_client()
        answer = browser.post("/sign-in", data={"phone": phone, "csrf_token": token_of(browser.get("/sign-in").text)})
        answers.append((answer.status_code, answer.location, answer.data, sorted(answer.headers.keys())))
    assert answers[0] == answers[1]


def test_bad_phone_comes_back_with_the_field_marked(client: FlaskClient) -> None:
    token = token_of(client.get("/sign-in").text)
    answer = client.post("/sign-in", data={"phone": "12", "csrf_token": token}, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Eleven digits" in answer.text
    assert 'value="12"' in answer.text


def test_after_signing_in_one_is_where_one_was_going(client: FlaskClient, house_session: Session) -> None:
    phone = fresh_phone()
    client.get("/sign-in?next=/account")
    token = ask(client, phone)
    answer = client.post("/sign-in/code", data={"code": sent(house_session, phone), "csrf_token": token})
    assert answer.location == "/account"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/nope/at/all", "javascript:x"]
)
def test_nobody_is_sent_elsewhere(client: FlaskClient, house_session: Session, target: str) -> None:
    phone = fresh_phone()
    client.get("/sign-in", query_string={"next": target})
    token = ask(client, phone)
    answer = client.post("/sign-in/code", data={"code": sent(house_session, phone), "csrf_token": token})
    assert answer.location == "/visits"
    back = client.post("/preferences", data={"theme": "dark", "next": target, "csrf_token": csrf(client)})
    assert back.location in {"/", "/nope/at/all"}


def test_staff_sign_in_with_both_factors(house: House, house_session: Session) -> None:
    olu = make_member(house_session, "Olu", Role.OPS_LEAD)
    login = f"olu-{olu.account.lower()}"
    secret = set_staff_password(house_session, account_by_code(house_session, olu.account), login, "four small birds")
    house_session.commit()
    browser = house.test_client()
    token = token_of(browser.get("/staff/sign-in").text)
    form = {"login": login, "password": "four small birds", "totp": "000000", "csrf_token": token}
    assert browser.post("/staff/sign-in", data=form).status_code == 422
    answer = browser.post("/staff/sign-in", data=form | {"totp": totp_now(secret, wall())})
    assert (answer.status_code, answer.location) == (303, "/ops/board")
    assert browser.get("/account").status_code == 200


def test_a_phone_code_alone_never_opens_the_desk(client: FlaskClient, house_session: Session) -> None:
    member = make_member(house_session, "Ada", Role.CUSTOMER)
    account = account_by_code(house_session, member.account)
    grant_role(house_session, account, Role.OPS_LEAD, "", wall(), SYSTEM)
    house_session.commit()
    assert account.phone
    token = ask(client, account.phone)
    client.post("/sign-in/code", data={"code": sent(house_session, account.phone), "csrf_token": token})
    answer = client.post("/role", data={"role": "ops_lead", "csrf_token": csrf(client)})
    assert answer.status_code == 403


def test_role_choice(house: House, house_session: Session) -> None:
    browser = sign_in(house.test_client(), house_session, make_member(house_session, "Ben", Role.WORKER))
    assert browser.get("/home").location == "/worker"
    assert browser.post("/role", data={"role": "customer", "csrf_token": csrf(browser)}).status_code == 303
    assert browser.get("/home").location == "/visits"


def test_ban_ends_browser_and_token_at_the_next_request(house: House, house_session: Session) -> None:
    ada = make_member(house_session, "Ada", Role.CUSTOMER)
    browser = sign_in(house.test_client(), house_session, ada)
    program, header = house.test_client(), bearer(house_session, ada)
    assert (browser.get("/account").status_code, program.get("/api/v1/me", headers=header).status_code) == (200, 200)
    block_account(house_session, SYSTEM, account_by_code(house_session, ada.account), "fraud", wall())
    house_session.commit()
    assert (browser.get("/account").status_code, program.get("/api/v1/me", headers=header).status_code) == (303, 401)


def test_sign_out_everywhere_kills_the_other_browser(house: House, house_session: Session) -> None:
    ada = make_member(house_session, "Ada", Role.CUSTOMER)
    one, other = (sign_in(house.test_client(), house_session, ada) for _ in range(2))
    one.post("/sign-out/everywhere", data={"csrf_token": csrf(one)})
    assert other.get("/account").status_code == 303


def test_stolen_cookie_of_the_time_before_is_worthless(client: FlaskClient, house_session: Session) -> None:
    phone = fresh_phone()
    token = ask(client, phone)
    with client.session_transaction() as before:
        fixed = dict(before)
    client.post("/sign-in/code", data={"code": sent(house_session, phone), "csrf_token": token})
    with client.session_transaction() as after:
        assert "browser" not in after or after["browser"] != fixed["browser"]
        assert after["token"]
    thief = client.application.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(fixed)
    assert thief.get("/account").status_code == 303


def test_api_sign_in_and_token(house: House, house_session: Session) -> None:
    program, phone = house.test_client(), fresh_phone()
    asked = program.post("/api/v1/session/code", json={"phone": phone})
    assert (asked.status_code, set(asked.json)) == (202, {"challenge", "expires_at"})
    proof = {"challenge": asked.json["challenge"], "code": sent(house_session, phone)}
    thief = house.test_client().post("/api/v1/session", json=proof)
    assert (thief.status_code, thief.json["fields"]) == (422, {"code": ["code_not_valid"]})
    signed_in = program.post("/api/v1/session", json=proof).json
    assert signed_in["role"] == "customer"
    header = {"X-CSRFToken": signed_in["csrf_token"]}
    assert program.post("/api/v1/me/tokens", json={"name": "x"}).status_code == 403
    assert program.post("/api/v1/me/tokens", json={"name": "x"}, headers=header).status_code == 201
    assert program.get("/api/v1/me").status_code == 200
    assert program.post("/api/v1/session", json=proof).status_code in {403, 422}


def test_preferences_are_kept(house: House, house_session: Session) -> None:
    ada = make_member(house_session, "Ada", Role.CUSTOMER)
    browser = sign_in(house.test_client(), house_session, ada)
    browser.post("/preferences", data={"locale": "zh-CN", "next": "/account", "csrf_token": csrf(browser)})
    browser.post("/preferences", data={"theme": "dark", "next": "/account", "csrf_token": csrf(browser)})
    page = browser.get("/account").text
    assert 'lang="zh-CN"' in page
    assert 'data-theme="dark"' in page
    house_session.rollback()
    assert house_session.scalars(select(Account.locale).where(Account.code == ada.account)).one() == "zh"
