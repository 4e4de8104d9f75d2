"""Numbers unseen for ninety days (threat T1): whoever holds a recycled number sees nothing of the one before."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code, account_by_phone
from accounts.codes import CodeAsk, CodeProof, ask_code, digits, redeem_code
from accounts.errors import MoreNeeded, WrongProof
from accounts.events import NumberDetached
from accounts.models import Account
from accounts.numbers import apply_phone_changes, join_number
from accounts.sessions import session_actor, start_session
from accounts.steps import Facts, Step, begin_anew, pass_with_facts, tries_left
from core.actors import Role
from core.errors import Conflict, NotAllowed, TooMany
from core.events import EventRow
from tests.cast import make_member

NOW = datetime(2026, 11, 21, 4, 0, 5, tzinfo=UTC)
PEPPER = "p" * 40
KNOWN = Facts("王 晓", "liuan-2")


@pytest.fixture
def ada(session: Session) -> Account:
    made = account_by_code(session, make_member(session, "王晓", Role.CUSTOMER).account)
    made.phone_proved_at = NOW - timedelta(days=91)
    return made


def half_way(session: Session, account: Account, now: datetime = NOW) -> Step:
    made = ask_code(session, CodeAsk(account.phone or "", "browser"), now)
    with pytest.raises(MoreNeeded) as caught:
        redeem_code(session, CodeProof(made.code, digits(made, PEPPER), "browser"), now, PEPPER)
    assert caught.value.code == "number_unseen"
    return Step(made.code, "browser")


def test_a_number_seen_lately_opens_at_once(session: Session, ada: Account) -> None:
    ada.phone_proved_at = NOW - timedelta(days=89)
    made = ask_code(session, CodeAsk(ada.phone or "", "browser"), NOW)
    assert redeem_code(session, CodeProof(made.code, digits(made, PEPPER), "browser"), NOW, PEPPER) is ada
    assert ada.phone_proved_at == NOW


@pytest.mark.parametrize("name", ["王", "王晓", " 王 晓 "])
def test_who_knows_the_facts_comes_in(session: Session, ada: Account, name: str) -> None:
    step = half_way(session, ada)
    assert pass_with_facts(session, step, Facts(name, "liuan-2"), KNOWN, NOW) is ada
    assert ada.phone_proved_at == NOW


@pytest.mark.parametrize(("typed", "known"), [
    (Facts("李", "liuan-2"), KNOWN), (Facts("王", "liuan-1"), KNOWN), (Facts("", "liuan-2"), KNOWN),
    (Facts("", ""), Facts("", "")), (Facts("王", "liuan-2"), None),
])  # fmt: skip
def test_who_does_not_know_them_does_not(session: Session, ada: Account, typed: Facts, known: Facts | None) -> None:
    with pytest.raises(WrongProof):
        pass_with_facts(session, half_way(session, ada), typed, known, NOW)


def test_three_tries_a_month_over_any_sign_ins(session: Session, ada: Account) -> None:
    for turn in range(3):
        with pytest.raises(WrongProof):
            pass_with_facts(session, half_way(session, ada, NOW + timedelta(days=turn)), Facts("李", "x"), KNOWN,
                            NOW + timedelta(days=turn))  # fmt: skip
    late = NOW + timedelta(days=5)
    assert tries_left(session, ada, late) == 0
    with pytest.raises(TooMany):
        pass_with_facts(session, half_way(session, ada, late), Facts("王", "liuan-2"), KNOWN, late)
    much_later = NOW + timedelta(days=33)
    assert pass_with_facts(session, half_way(session, ada, much_later), Facts("王", "liuan-2"), KNOWN, much_later)


def test_beginning_anew_leaves_the_old_account_alone(session: Session, ada: Account) -> None:
    phone, token = ada.phone or "", start_session(session, ada, Role.CUSTOMER, NOW)
    step = half_way(session, ada)
    fresh = begin_anew(session, step, NOW)
    assert (fresh.code != ada.code, fresh.name, fresh.phone, ada.phone) == (True, "", phone, None)
    assert session_actor(session, token, NOW) is None
    assert session.scalars(select(EventRow).where(EventRow.kind == NumberDetached.__name__)).one().about == ada.code
    with pytest.raises(Conflict):
        begin_anew(session, step, NOW)


def test_the_desk_joins_them_again_after_a_hold(session: Session, ada: Account) -> None:
    phone = ada.phone or ""
    fresh = begin_anew(session, half_way(session, ada), NOW)
    olu = make_member(session, "Olu", Role.OPS_LEAD).actor
    with pytest.raises(NotAllowed):
        join_number(session, make_member(session, "Mal", Role.CUSTOMER).actor, ada.code, fresh.code, "x", NOW)
    join_number(session, olu, ada.code, fresh.code, "her card, seen", NOW)
    assert apply_phone_changes(session, NOW + timedelta(hours=47, minutes=59)) == 0
    assert apply_phone_changes(session, NOW + timedelta(hours=48)) == 1
    assert (ada.phone, fresh.phone) == (phone, None)
    assert account_by_phone(session, phone) is ada
