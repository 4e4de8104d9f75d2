"""The second factor of those who sign in by phone (threat T1)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code, grant_role
from accounts.codes import CodeAsk, CodeProof, ask_code, digits, redeem_code
from accounts.errors import MoreNeeded, WrongProof
from accounts.models import Account
from accounts.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    has_second_factor,
    prove_second_factor,
    recovery_left,
    reset_second_factor,
)
from accounts.sessions import roles_open, session_actor, start_session
from accounts.steps import Step, begin_anew, pass_with_factor, waiting_for
from accounts.totp import totp_now
from core.actors import SYSTEM, Role
from core.audit import AuditRow
from core.errors import Conflict, NotAllowed, NotFound, TooMany
from tests.cast import make_member

NOW = datetime(2026, 11, 21, 4, 0, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
PEPPER = "p" * 40


@pytest.fixture
def rita(session: Session) -> Account:
    return account_by_code(session, make_member(session, "Rita", Role.RECRUITER).account)


def enrol(session: Session, account: Account) -> tuple[str, list[str]]:
    secret = begin_second_factor(session, account, NOW)
    return secret, confirm_second_factor(session, account, totp_now(secret, NOW), "", NOW)


def half_way(session: Session, account: Account, now: datetime = LATER) -> Step:
    """Prove the number of somebody whose code alone opens nothing."""
    made = ask_code(session, CodeAsk(account.phone or "", "browser"), now)
    with pytest.raises(MoreNeeded):
        redeem_code(session, CodeProof(made.code, digits(made, PEPPER), "browser"), now, PEPPER)
    return Step(made.code, "browser")


def test_a_phone_code_alone_never_opens_the_recruiters_station(session: Session, rita: Account) -> None:
    assert roles_open(rita, strong=False) == [Role.CUSTOMER]
    with pytest.raises(NotAllowed):
        start_session(session, rita, Role.RECRUITER, NOW)
    token = start_session(session, rita, Role.RECRUITER, NOW, strong=True)
    found = session_actor(session, token, NOW)
    assert found
    found[1].strong_at = None
    assert session_actor(session, token, NOW) is None


def test_enrolment_counts_from_its_confirmation(session: Session, rita: Account) -> None:
    secret = begin_second_factor(session, rita, NOW)
    assert begin_second_factor(session, rita, LATER) == secret
    assert not has_second_factor(session, rita)
    with pytest.raises(WrongProof):
        confirm_second_factor(session, rita, "000000", "", NOW)
    assert len(set(confirm_second_factor(session, rita, totp_now(secret, NOW), "", NOW))) == 10
    assert has_second_factor(session, rita)
    with pytest.raises(Conflict):
        begin_second_factor(session, rita, LATER)


def test_the_code_is_asked_after_the_phone_code_and_opens(session: Session, rita: Account) -> None:
    secret, _ = enrol(session, rita)
    step = half_way(session, rita)
    assert waiting_for(session, step, LATER) == (rita, "second_factor_needed")
    with pytest.raises(WrongProof):
        pass_with_factor(session, step, "000000", LATER)
    assert pass_with_factor(session, step, totp_now(secret, LATER), LATER) is rita
    with pytest.raises(Conflict):
        pass_with_factor(session, step, totp_now(secret, LATER + timedelta(minutes=1)), LATER)


@pytest.mark.parametrize("change", ["browser", "late", "unproved"])
def test_the_step_belongs_to_browser_and_moment(session: Session, rita: Account, change: str) -> None:
    secret, _ = enrol(session, rita)
    step, now = half_way(session, rita), LATER
    if change == "browser":
        step = Step(step.challenge, "thief")
    if change == "late":
        now = LATER + timedelta(minutes=11)
    if change == "unproved":
        step = Step(ask_code(session, CodeAsk(rita.phone or "", "browser"), LATER).code, "browser")
    with pytest.raises(Conflict):
        pass_with_factor(session, step, totp_now(secret, now), now)


def test_with_an_authenticator_nobody_begins_anew(session: Session, rita: Account) -> None:
    enrol(session, rita)
    rita.phone_proved_at = NOW - timedelta(days=200)
    with pytest.raises(Conflict):
        begin_anew(session, half_way(session, rita), LATER)


def test_codes_work_once(session: Session, rita: Account) -> None:
    secret, codes = enrol(session, rita)
    with pytest.raises(WrongProof):
        prove_second_factor(session, rita, totp_now(secret, NOW), "", NOW)
    prove_second_factor(session, rita, codes[0].upper().replace("-", " "), "", LATER)
    with pytest.raises(WrongProof):
        prove_second_factor(session, rita, codes[0], "", LATER)
    assert recovery_left(session, rita) == 9


def test_five_failures_lock_and_twenty_five_end_the_day(session: Session, rita: Account) -> None:
    secret, _ = enrol(session, rita)
    now, tries = LATER, 0
    while tries < 25:
        for _ in range(5):
            with pytest.raises(WrongProof):
                prove_second_factor(session, rita, "000000", "", now)
            tries += 1
        with pytest.raises(TooMany):
            prove_second_factor(session, rita, totp_now(secret, now), "", now)
        now += timedelta(minutes=15)
    with pytest.raises(TooMany):
        prove_second_factor(session, rita, totp_now(secret, now), "", now)
    tomorrow = LATER + timedelta(days=1, minutes=1, seconds=61 * 60)
    prove_second_factor(session, rita, totp_now(secret, tomorrow), "", tomorrow)


def test_who_needs_one_keeps_it_others_may_drop_it(session: Session, rita: Account) -> None:
    secret, _ = enrol(session, rita)
    with pytest.raises(NotAllowed):
        drop_second_factor(session, rita, totp_now(secret, LATER), "", LATER)
    ada = account_by_code(session, make_member(session, "Ada", Role.CUSTOMER).account)
    secret, _ = enrol(session, ada)
    with pytest.raises(WrongProof):
        drop_second_factor(session, ada, "000000", "", LATER)
    drop_second_factor(session, ada, totp_now(secret, LATER), "", LATER)
    assert not has_second_factor(session, ada)
    assert recovery_left(session, ada) == 0


def test_the_desk_takes_a_lost_one_away_with_a_reason(session: Session, rita: Account) -> None:
    enrol(session, rita)
    olu, mallory = (make_member(session, *one).actor for one in (("Olu", Role.OPS_LEAD), ("Mal", Role.CUSTOMER)))
    with pytest.raises(NotAllowed):
        reset_second_factor(session, mallory, rita.code, "lost", LATER)
    epoch = rita.epoch
    reset_second_factor(session, olu, rita.code, "lost phone, seen with her card", LATER)
    assert (has_second_factor(session, rita), rita.epoch) == (False, epoch + 1)
    audited = select(AuditRow).where(AuditRow.about == rita.code)
    assert [row.reason for row in session.scalars(audited)] == ["lost phone, seen with her card"]
    with pytest.raises(NotFound):
        reset_second_factor(session, olu, rita.code, "again", LATER)


def test_whoever_has_none_signs_in_as_ever(session: Session) -> None:
    ada = account_by_code(session, make_member(session, "Ada", Role.CUSTOMER).account)
    grant_role(session, ada, Role.WORKER, "W-1", NOW, SYSTEM)
    made = ask_code(session, CodeAsk(ada.phone or "", "browser"), NOW)
    assert redeem_code(session, CodeProof(made.code, digits(made, PEPPER), "browser"), NOW, PEPPER) is ada
