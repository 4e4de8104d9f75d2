"""Changing one's number (threat T1): proved twice, told, held for 48 hours; a swapped card moves nothing at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code
from accounts.codes import CodeProof, digits, redeem_code
from accounts.errors import WrongProof
from accounts.models import Account, PhoneChange, SignInChallenge
from accounts.numbers import (
    NEW,
    NumberWish,
    apply_phone_changes,
    ask_new_number,
    ask_old_number,
    ask_phone_change,
    join_number,
    stop_phone_change,
    waiting_change,
)
from accounts.second_factor import begin_second_factor, confirm_second_factor
from accounts.sessions import session_actor, start_session
from accounts.totp import totp_now
from core.actors import Role
from core.errors import Conflict, InvalidInput, NotFound
from core.events import EventRow
from tests.cast import fresh_phone, make_member

NOW = datetime(2026, 11, 21, 4, 0, 5, tzinfo=UTC)
HELD = NOW + timedelta(hours=48)
PEPPER = "p" * 40


@pytest.fixture
def ada(session: Session) -> Account:
    return account_by_code(session, make_member(session, "Ada", Role.CUSTOMER).account)


def proof(challenge: SignInChallenge, account: Account, typed: str = "", key: str = "browser") -> CodeProof:
    return CodeProof(challenge.code, typed or digits(challenge, PEPPER), key, purpose=NEW, account=account.code)


def new_number(session: Session, account: Account, phone: str = "") -> SignInChallenge:
    """Step one done: the old number is proved, the new one has its code."""
    old = ask_old_number(session, account, "browser", "", NOW)
    wish = NumberWish(phone or fresh_phone(), digits(old, PEPPER), old.code, "browser")
    return ask_new_number(session, account, wish, NOW, PEPPER)


def kinds(session: Session, account: Account) -> list[str]:
    return list(
        session.scalars(select(EventRow.kind).where(EventRow.about == account.code, EventRow.kind.like("Phone%")))
    )


def test_a_change_counts_after_two_days_and_ends_every_session(session: Session, ada: Account) -> None:
    before, token = ada.phone, start_session(session, ada, Role.CUSTOMER, NOW)
    made = new_number(session, ada)
    change = ask_phone_change(session, ada, proof(made, ada), NOW, PEPPER)
    assert (ada.phone, change.due_at) == (before, HELD)
    assert apply_phone_changes(session, HELD - timedelta(seconds=1)) == 0
    assert session_actor(session, token, NOW)
    assert apply_phone_changes(session, HELD) == 1
    assert (ada.phone, change.state, change.old_phone) == (made.phone, "done", before)
    assert session_actor(session, token, HELD) is None
    assert kinds(session, ada) == ["PhoneChangeAsked", "PhoneChanged"]
    assert apply_phone_changes(session, HELD) == 0


def test_a_swapped_card_moves_nothing_within_the_hold(session: Session, ada: Account) -> None:
    """Whoever has the old number in hand can ask; the owner's browser still stops it."""
    made = new_number(session, ada)
    ask_phone_change(session, ada, proof(made, ada), NOW, PEPPER)
    stop_phone_change(session, ada, NOW + timedelta(hours=47))
    assert apply_phone_changes(session, HELD + timedelta(days=9)) == 0
    assert ada.phone != made.phone
    assert kinds(session, ada) == ["PhoneChangeAsked", "PhoneChangeStopped"]
    with pytest.raises(NotFound):
        stop_phone_change(session, ada, HELD)


def test_without_the_old_number_nothing_begins(session: Session, ada: Account) -> None:
    old = ask_old_number(session, ada, "browser", "", NOW)
    for typed, challenge, key in (("000000", old.code, "browser"), (digits(old, PEPPER), old.code, "thief"),
                                  (digits(old, PEPPER), "C-0000000000", "browser")):  # fmt: skip
        with pytest.raises(WrongProof):
            ask_new_number(session, ada, NumberWish(fresh_phone(), typed, challenge, key), NOW, PEPPER)


def test_codes_of_one_purpose_do_not_serve_another(session: Session, ada: Account) -> None:
    old = ask_old_number(session, ada, "browser", "", NOW)
    with pytest.raises(WrongProof):
        redeem_code(session, CodeProof(old.code, digits(old, PEPPER), "browser"), NOW, PEPPER)
    mallory = account_by_code(session, make_member(session, "Mallory", Role.CUSTOMER).account)
    made = new_number(session, ada)
    with pytest.raises(WrongProof):
        ask_phone_change(session, mallory, proof(made, mallory), NOW, PEPPER)
    with pytest.raises(WrongProof):
        ask_phone_change(session, ada, proof(made, ada, f"{(int(digits(made, PEPPER)) + 1) % 10**6:06d}"), NOW, PEPPER)
    assert ask_phone_change(session, ada, proof(made, ada), NOW, PEPPER)


def test_with_an_authenticator_it_is_the_authenticator_that_counts(session: Session, ada: Account) -> None:
    secret = begin_second_factor(session, ada, NOW)
    confirm_second_factor(session, ada, totp_now(secret, NOW), "", NOW)
    old = ask_old_number(session, ada, "browser", "", NOW)
    with pytest.raises(WrongProof):
        ask_new_number(session, ada, NumberWish(fresh_phone(), digits(old, PEPPER), old.code, "browser"), NOW, PEPPER)
    later = NOW + timedelta(minutes=1)
    wish = NumberWish(fresh_phone(), totp_now(secret, later), "", "browser")
    assert ask_new_number(session, ada, wish, later, PEPPER).purpose == NEW


def test_numbers_that_cannot_be_had(session: Session, ada: Account) -> None:
    bob = account_by_code(session, make_member(session, "Bob", Role.CUSTOMER).account)
    with pytest.raises(InvalidInput):
        new_number(session, ada, "12")
    made = new_number(session, ada, bob.phone or "")
    with pytest.raises(Conflict, match="account of its own"):
        ask_phone_change(session, ada, proof(made, ada), NOW, PEPPER)


def test_one_change_at_a_time_and_one_account_per_number(session: Session, ada: Account) -> None:
    bob = account_by_code(session, make_member(session, "Bob", Role.CUSTOMER).account)
    phone = fresh_phone()
    first, second = (new_number(session, ada, one) for one in (phone, fresh_phone()))
    ask_phone_change(session, ada, proof(first, ada), NOW, PEPPER)
    other = new_number(session, bob, phone)
    for account, made in ((ada, second), (bob, other)):
        with pytest.raises(Conflict, match="waiting"):
            ask_phone_change(session, account, proof(made, account), NOW, PEPPER)


def test_a_number_that_got_its_own_account_meanwhile_is_not_taken(session: Session, ada: Account) -> None:
    made = new_number(session, ada)
    change = ask_phone_change(session, ada, proof(made, ada), NOW, PEPPER)
    bob = account_by_code(session, make_member(session, "Bob", Role.CUSTOMER).account)
    bob.phone = made.phone
    session.flush()
    assert apply_phone_changes(session, HELD) == 0
    assert (change.state, bob.phone) == ("taken", made.phone)
    assert waiting_change(session, ada) is None


def test_the_desk_joins_a_new_number_to_an_old_account(session: Session, ada: Account) -> None:
    fresh = account_by_code(session, make_member(session, "", Role.CUSTOMER).account)
    olu = make_member(session, "Olu", Role.OPS_AGENT).actor
    number = fresh.phone
    join_number(session, olu, ada.code, fresh.code, "lost phone", NOW)
    with pytest.raises(Conflict):
        join_number(session, olu, ada.code, ada.code, "itself", NOW)
    apply_phone_changes(session, HELD)
    assert (ada.phone, fresh.phone) == (number, None)
    assert session.scalars(select(PhoneChange.taken_from)).all() == [fresh.code]
