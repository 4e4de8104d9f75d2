"""Staff sign in with password and authenticator."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code, block_account
from accounts.errors import WrongProof
from accounts.staff import StaffProof, set_staff_password, staff_sign_in
from accounts.totp import totp_now
from core.actors import SYSTEM, Role
from core.errors import InvalidInput, TooMany
from tests.cast import make_member

NOW = datetime(2026, 11, 21, 4, 0, 5, tzinfo=UTC)
PASSWORD = "four small birds"


@pytest.fixture
def secret(session: Session) -> str:
    olu = make_member(session, "Olu", Role.OPS_LEAD)
    return set_staff_password(session, account_by_code(session, olu.account), "olu", PASSWORD)


def test_both_factors_open_the_door(session: Session, secret: str) -> None:
    assert staff_sign_in(session, StaffProof("olu", PASSWORD, totp_now(secret, NOW)), NOW).name == "Olu"


@pytest.mark.parametrize("change", ["login", "password", "totp"])
def test_each_wrong_part_is_refused_alike(session: Session, secret: str, change: str) -> None:
    parts = {"login": "olu", "password": PASSWORD, "totp": totp_now(secret, NOW)}
    parts[change] = "000000" if parts[change] != "000000" else "111111"
    with pytest.raises(WrongProof) as caught:
        staff_sign_in(session, StaffProof(**parts), NOW)
    assert caught.value.fields == {"login": ["sign_in_not_valid"]}


def test_code_of_the_authenticator_works_once(session: Session, secret: str) -> None:
    proof = StaffProof("olu", PASSWORD, totp_now(secret, NOW))
    staff_sign_in(session, proof, NOW)
    with pytest.raises(WrongProof):
        staff_sign_in(session, proof, NOW)
    later = NOW + timedelta(seconds=30)
    assert staff_sign_in(session, StaffProof("olu", PASSWORD, totp_now(secret, later)), later)


def test_one_step_late_is_fine_and_three_are_not(session: Session, secret: str) -> None:
    code = totp_now(secret, NOW)
    with pytest.raises(WrongProof):
        staff_sign_in(session, StaffProof("olu", PASSWORD, code), NOW + timedelta(seconds=90))
    assert staff_sign_in(session, StaffProof("olu", PASSWORD, code), NOW + timedelta(seconds=30))


def test_five_failures_lock_for_a_quarter_of_an_hour(session: Session, secret: str) -> None:
    for _ in range(5):
        with pytest.raises(WrongProof):
            staff_sign_in(session, StaffProof("olu", "wrong", "000000"), NOW)
    with pytest.raises(TooMany):
        staff_sign_in(session, StaffProof("olu", PASSWORD, totp_now(secret, NOW)), NOW)
    later = NOW + timedelta(minutes=15)
    assert staff_sign_in(session, StaffProof("olu", PASSWORD, totp_now(secret, later)), later)


def test_blocked_staff_and_short_passwords_are_refused(session: Session, secret: str) -> None:
    olu = staff_sign_in(session, StaffProof("olu", PASSWORD, totp_now(secret, NOW)), NOW)
    with pytest.raises(InvalidInput):
        set_staff_password(session, olu, "olu", "short")
    block_account(session, SYSTEM, olu, "left", NOW)
    later = NOW + timedelta(minutes=1)
    with pytest.raises(WrongProof):
        staff_sign_in(session, StaffProof("olu", PASSWORD, totp_now(secret, later)), later)
