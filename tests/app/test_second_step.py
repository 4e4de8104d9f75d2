"""Second factor, long unseen numbers and changes of number over HTTP (threat T1)."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from accounts.accounts import account_by_code
from accounts.models import Account, PhoneChange, SecondFactor
from accounts.numbers import apply_phone_changes
from accounts.second_factor import begin_second_factor, confirm_second_factor
from accounts.totp import totp_now
from app.house import House
from app.wiring import wiring
from core.actors import Role
from core.clock import wall
from core.events import deliver_pending
from notices.models import Notice, StaffTask
from tests.app.test_auth import ask, sent, token_of
from tests.cast import bearer, csrf, fresh_phone, make_member, sign_in

EARLIER = timedelta(minutes=5)


def enrolled(session: Session, name: str, role: Role) -> tuple[Account, str]:
    account = account_by_code(session, make_member(session, name, role).account)
    secret = begin_second_factor(session, account, wall() - EARLIER)
    confirm_second_factor(session, account, totp_now(secret, wall() - EARLIER), "", wall() - EARLIER)
    session.commit()
    return account, secret


def by_code(client: FlaskClient, session: Session, account: Account) -> str:
    """Type the phone code; return where that leads."""
    token = ask(client, account.phone or "")
    answer = client.post("/sign-in/code", data={"code": sent(session, account.phone or ""), "csrf_token": token})
    assert answer.status_code == 303
    return answer.location


def test_a_recruiter_sets_an_authenticator_up_at_the_first_sign_in(client: FlaskClient, house_session: Session) -> None:
    rita = account_by_code(house_session, make_member(house_session, "Rita", Role.RECRUITER).account)
    house_session.commit()
    assert by_code(client, house_session, rita) == "/account/second-factor"
    assert client.get("/recruiter").status_code == 403
    page = client.get("/account/second-factor").text
    assert 'src="data:image/svg+xml' in page
    secret = re.sub(r"\s", "", re.search(r"data-secret>([^<]+)<", page)[1])  # type: ignore[index]
    form = {"code": "000000", "csrf_token": token_of(page)}
    assert client.post("/account/second-factor", data=form).status_code == 422
    done = client.post("/account/second-factor", data=form | {"code": totp_now(secret, wall())})
    assert (done.status_code, done.headers["Cache-Control"]) == (200, "no-store")
    assert len(re.findall(r"<li>\w{5}-\w{5}</li>", done.text)) == 10
    assert client.get("/account/go-on").location == "/recruiter"
    assert client.get("/account").status_code == 200


def test_afterwards_it_is_asked_in_every_new_browser(house: House, house_session: Session) -> None:
    rita, secret = enrolled(house_session, "Rita", Role.RECRUITER)
    browser = house.test_client()
    assert by_code(browser, house_session, rita) == "/sign-in/second"
    assert browser.get("/account").location.startswith("/sign-in")
    page = browser.get("/sign-in/second").text
    assert "data-demo-code" not in page
    form = {"code": "000000", "csrf_token": token_of(page)}
    assert browser.post("/sign-in/second", data=form).status_code == 422
    inside = browser.post("/sign-in/second", data=form | {"code": totp_now(secret, wall())})
    assert (inside.status_code, inside.location) == (303, "/role")
    assert 'value="recruiter"' in browser.get("/role").text
    stranger = house.test_client()
    form = {"code": totp_now(secret, wall()), "csrf_token": token_of(stranger.get("/sign-in").text)}
    assert stranger.post("/sign-in/second", data=form).location == "/sign-in"


def test_wrong_tries_stay_counted(client: FlaskClient, house_session: Session) -> None:
    ada, _ = enrolled(house_session, "Ada", Role.CUSTOMER)
    by_code(client, house_session, ada)
    form = {"code": "000000", "csrf_token": token_of(client.get("/sign-in/second").text)}
    assert [client.post("/sign-in/second", data=form).status_code for _ in range(6)] == [422] * 5 + [429]
    house_session.rollback()
    assert house_session.get(SecondFactor, ada.id).locked_until  # type: ignore[union-attr]


def test_staff_get_none_beside_their_telephone(house: House, house_session: Session) -> None:
    browser = sign_in(house.test_client(), house_session, make_member(house_session, "Olu", Role.OPS_LEAD))
    page = browser.get("/account/second-factor").text
    assert "data-secret" not in page
    form = {"code": "000000", "csrf_token": csrf(browser)}
    assert browser.post("/account/second-factor", data=form).status_code == 409


def test_a_customer_takes_one_and_gives_it_back(house: House, house_session: Session) -> None:
    ada = make_member(house_session, "Ada", Role.CUSTOMER)
    browser = sign_in(house.test_client(), house_session, ada)
    page = browser.get("/account/second-factor").text
    secret = re.sub(r"\s", "", re.search(r"data-secret>([^<]+)<", page)[1])  # type: ignore[index]
    form = {"csrf_token": token_of(page)}
    codes = browser.post("/account/second-factor", data=form | {"code": totp_now(secret, wall())}).text
    first = re.search(r"<li>(\w{5}-\w{5})</li>", codes)[1]  # type: ignore[index]
    again = browser.post("/account/second-factor/codes", data=form | {"code": first})
    second = re.search(r"<li>(\w{5}-\w{5})</li>", again.text)[1]  # type: ignore[index]
    assert browser.post("/account/second-factor/drop", data=form | {"code": first}).status_code == 422
    assert browser.post("/account/second-factor/drop", data=form | {"code": second}).location == "/account"
    house_session.rollback()
    assert house_session.get(SecondFactor, account_by_code(house_session, ada.account).id) is None


@pytest.fixture
def unseen(house_session: Session) -> Account:
    ada = account_by_code(house_session, make_member(house_session, "Ada", Role.CUSTOMER).account)
    ada.phone_proved_at = wall() - timedelta(days=91)
    house_session.commit()
    return ada


def test_a_long_unseen_number_opens_no_old_account(
    client: FlaskClient, house_session: Session, unseen: Account
) -> None:
    phone, old = unseen.phone, unseen.code
    assert by_code(client, house_session, unseen) == "/sign-in/unseen"
    assert client.get("/account").location.startswith("/sign-in")
    page = client.get("/sign-in/unseen").text
    assert "Ada" not in page
    assert 'name="compound"' not in page  # there was no visit to ask about
    anew = client.post("/sign-in/anew", data={"csrf_token": token_of(page)})
    assert anew.status_code == 303
    house_session.expire_all()
    fresh = house_session.scalars(select(Account).where(Account.phone == phone)).one()
    assert fresh.code != old
    assert old not in client.get("/account").text
    deliver_pending(sessionmaker(house_session.get_bind()), wiring().handlers, wall(), limit=100_000)
    task = house_session.scalars(select(StaffTask).where(StaffTask.about == old)).one()
    assert (task.kind, task.params) == ("number_detached", {"new_account": fresh.code})
    olu = sign_in(client.application.test_client(), house_session, make_member(house_session, "Olu", Role.OPS_LEAD))
    form = {"other": fresh.code.lower(), "reason": "her card, seen", "csrf_token": csrf(olu)}
    where = f"/ops/people/{old}/access"
    assert olu.get(where).status_code == 200
    assert olu.post(f"{where}/number", data=form | {"other": old}).status_code == 409
    assert olu.post(f"{where}/number", data=form).location == where
    house_session.rollback()
    assert house_session.scalars(select(PhoneChange.taken_from).where(PhoneChange.state == "waiting")).all() == [
        fresh.code
    ]


def test_a_number_is_changed_by_two_codes_and_two_days(house: House, house_session: Session) -> None:
    ada = make_member(house_session, "Ada", Role.CUSTOMER)
    browser = sign_in(house.test_client(), house_session, ada)
    old = account_by_code(house_session, ada.account).phone or ""
    new = fresh_phone()
    form = {"csrf_token": csrf(browser)}
    early = browser.post("/account/phone", data=form | {"code": "123456", "phone": new})
    assert early.status_code == 422
    assert browser.post("/account/phone/code", data=form).status_code == 303
    right = sent(house_session, old)
    assert browser.post("/account/phone", data=form | {"code": right, "phone": "12"}).status_code == 422
    assert browser.post("/account/phone", data=form | {"code": right, "phone": new}).status_code == 303
    assert browser.post("/account/phone/confirm", data=form | {"code": sent(house_session, new)}).status_code == 303
    assert new[-4:] in browser.get("/account/phone").text
    deliver_pending(sessionmaker(house_session.get_bind()), wiring().handlers, wall(), limit=100_000)
    told = house_session.scalars(select(Notice.kind).where(Notice.to == ada.account)).all()
    assert told == ["phone_change_asked"]
    for hours, has in ((47, old), (49, new)):
        apply_phone_changes(house_session, wall() + timedelta(hours=hours))
        house_session.commit()
        assert account_by_code(house_session, ada.account).phone == has
    assert browser.get("/account").status_code == 303
    deliver_pending(sessionmaker(house_session.get_bind()), wiring().handlers, wall(), limit=100_000)
    assert house_session.scalars(select(Notice.kind).where(Notice.to == old, Notice.kind == "phone_changed")).all()


def test_a_change_is_stopped(house: House, house_session: Session) -> None:
    ada = make_member(house_session, "Ada", Role.CUSTOMER)
    browser = sign_in(house.test_client(), house_session, ada)
    new, form = fresh_phone(), {"csrf_token": csrf(browser)}
    browser.post("/account/phone/code", data=form)
    right = sent(house_session, account_by_code(house_session, ada.account).phone or "")
    browser.post("/account/phone", data=form | {"code": right, "phone": new})
    browser.post("/account/phone/confirm", data=form | {"code": sent(house_session, new)})
    assert browser.post("/account/phone/stop", data=form).status_code == 303
    assert browser.post("/account/phone/stop", data=form).status_code == 404
    house_session.rollback()
    apply_phone_changes(house_session, wall() + timedelta(days=9))
    assert account_by_code(house_session, ada.account).phone != new


def test_the_same_by_program(house: House, house_session: Session) -> None:
    rita, secret = enrolled(house_session, "Rita", Role.RECRUITER)
    program = house.test_client()
    challenge = program.post("/api/v1/session/code", json={"phone": rita.phone}).json["challenge"]
    proof = {"challenge": challenge, "code": sent(house_session, rita.phone or "")}
    refused = program.post("/api/v1/session", json=proof)
    assert (refused.status_code, refused.json["code"]) == (403, "second_factor_needed")
    wrong = program.post("/api/v1/session/second", json={"challenge": challenge, "code": "000000"})
    assert wrong.status_code == 422
    step = {"challenge": challenge, "code": totp_now(secret, wall())}
    assert house.test_client().post("/api/v1/session/second", json=step).status_code == 409
    inside = program.post("/api/v1/session/second", json=step)
    assert inside.status_code == 200, inside.text
    header = {"X-CSRFToken": inside.json["csrf_token"]}
    assert program.put("/api/v1/session/role", json={"role": "recruiter"}, headers=header).json["role"] == "recruiter"
    state = program.get("/api/v1/me/second-factor").json
    assert state == {"set": True, "required": True, "recovery_left": 10}


def test_a_token_changes_nothing_of_this(house: House, house_session: Session) -> None:
    ada = make_member(house_session, "Ada", Role.CUSTOMER)
    headers, program = bearer(house_session, ada), house.test_client()
    for path in ("second-factor", "number/code"):
        answer = program.post(f"/api/v1/me/{path}", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (403, "browser_only")
