"""One-time codes (threat T1): short form of the guessing attacks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from accounts.accounts import account_by_phone, block_account
from accounts.codes import CodeAsk, CodeProof, ask_code, digits, redeem_code
from accounts.errors import WrongProof
from accounts.models import GuessLog, SignInChallenge
from core.actors import SYSTEM
from core.errors import DomainError, InvalidInput, NotAllowed, TooMany
from core.events import EventRow
from core.policies import PolicyRow

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PEPPER = "p" * 40
PHONE = "13800138000"


def ask(
    session: Session, phone: str = PHONE, key: str = "browser", now: datetime = NOW, network: str = ""
) -> SignInChallenge:
    return ask_code(session, CodeAsk(phone, key, network), now)


def proof(challenge: SignInChallenge, typed: str, key: str = "browser", network: str = "") -> CodeProof:
    return CodeProof(challenge.code, typed, key, network)


def wrong(challenge: SignInChallenge) -> str:
    return f"{(int(digits(challenge, PEPPER)) + 1) % 10**6:06d}"


def test_right_code_opens_an_account(session: Session) -> None:
    made = ask(session)
    account = redeem_code(session, proof(made, digits(made, PEPPER)), NOW, PEPPER)
    assert account.phone == "+8613800138000"
    assert [one.role for one in account.roles] == ["customer"]
    assert session.scalars(select(EventRow.kind)).all()[0] == "CodeRequested"


def test_second_sign_in_finds_the_same_account(session: Session) -> None:
    first = ask(session)
    one = redeem_code(session, proof(first, digits(first, PEPPER)), NOW, PEPPER)
    second = ask(session)
    assert redeem_code(session, proof(second, digits(second, PEPPER)), NOW, PEPPER).id == one.id


@pytest.mark.parametrize("shape", ["{0}{1}{2} {3}{4}{5}", " {0}-{1}-{2}-{3}-{4}-{5}\n"])
def test_spaces_and_full_width_digits_are_forgiven(session: Session, shape: str) -> None:
    made = ask(session, "１３８ 0013－8000")
    wide = digits(made, PEPPER).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert redeem_code(session, proof(made, shape.format(*wide)), NOW, PEPPER).code


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "²²²²²²²"])
def test_what_is_no_six_digits_is_refused_without_counting(session: Session, typed: str) -> None:
    made = ask(session)
    with pytest.raises(InvalidInput) as caught:
        redeem_code(session, proof(made, typed), NOW, PEPPER)
    assert caught.value.fields == {"code": ["six_digits"]}
    assert made.tries == 0


def test_used_code_is_dead(session: Session) -> None:
    made = ask(session)
    redeem_code(session, proof(made, digits(made, PEPPER)), NOW, PEPPER)
    with pytest.raises(WrongProof):
        redeem_code(session, proof(made, digits(made, PEPPER)), NOW, PEPPER)


def test_code_of_another_browser_is_refused(session: Session) -> None:
    made = ask(session)
    with pytest.raises(WrongProof):
        redeem_code(session, proof(made, digits(made, PEPPER), key="thief"), NOW, PEPPER)


def test_late_code_is_refused_and_timely_one_is_not(session: Session) -> None:
    made = ask(session)
    with pytest.raises(WrongProof):
        redeem_code(session, proof(made, digits(made, PEPPER)), NOW + timedelta(minutes=5), PEPPER)
    fresh = ask(session)
    assert redeem_code(session, proof(fresh, digits(fresh, PEPPER)), NOW + timedelta(minutes=4, seconds=59), PEPPER)


def test_fifth_wrong_try_burns_the_code(session: Session) -> None:
    made = ask(session)
    for _ in range(5):
        with pytest.raises(WrongProof):
            redeem_code(session, proof(made, wrong(made)), NOW, PEPPER)
    with pytest.raises(WrongProof):
        redeem_code(session, proof(made, digits(made, PEPPER)), NOW, PEPPER)


def test_fourth_wrong_try_does_not(session: Session) -> None:
    made = ask(session)
    for _ in range(4):
        with pytest.raises(WrongProof):
            redeem_code(session, proof(made, wrong(made)), NOW, PEPPER)
    assert redeem_code(session, proof(made, digits(made, PEPPER)), NOW, PEPPER)


def test_a_number_has_25_guesses_a_day_whatever_sessions_and_networks(session: Session) -> None:
    refused = 0
    for hour in range(12):
        now = NOW + timedelta(hours=hour)
        made = ask(session, key=f"s{hour}", now=now, network=f"10.0.0.{hour}")
        for _ in range(5):
            try:
                redeem_code(session, proof(made, wrong(made), f"s{hour}", f"10.9.0.{hour}"), now, PEPPER)
            except TooMany:
                refused += 1
            except WrongProof:
                continue
    assert len(session.scalars(select(GuessLog)).all()) == 25
    assert refused == 12 * 5 - 25
    next_day = NOW + timedelta(days=1, hours=12)
    made = ask(session, now=next_day)
    assert redeem_code(session, proof(made, digits(made, PEPPER)), next_day, PEPPER)


def test_system_breaker_trips(session: Session) -> None:
    session.add(PolicyRow(name="access", effective_from=NOW - timedelta(days=1), value={"guesses_everywhere_minute": 8},
                          proposed_by="A", approved_by="B"))  # fmt: skip
    outcomes = []
    for number in range(12):
        made = ask(session, f"1380013{number:04d}")
        try:
            redeem_code(session, proof(made, wrong(made)), NOW, PEPPER)
        except DomainError as error:
            outcomes.append(type(error).__name__)
    assert outcomes == ["WrongProof"] * 8 + ["TooMany"] * 4


def test_asking_is_limited_per_number_and_network(session: Session) -> None:
    for _ in range(6):
        ask(session)
    with pytest.raises(TooMany):
        ask(session)
    assert ask(session, "13800138001")
    assert ask(session, now=NOW + timedelta(minutes=61))
    for number in range(60):
        ask(session, f"1590013{number:04d}", network="10.1.1.1")
    with pytest.raises(TooMany):
        ask(session, "15900139999", network="10.1.1.1")
    assert ask(session, "15900139999", network="10.1.1.2")


@pytest.mark.parametrize(("phone", "code"), [("+44 7911 123456", "region_not_served"), ("hello", "not_a_phone"),
                                             ("027 8888 8888", "not_a_mobile"), ("+1 900 123 4567", "not_a_mobile")])  # fmt: skip
def test_numbers_not_served_are_refused(session: Session, phone: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ask(session, phone)
    assert caught.value.fields["phone"][0] in {code, "not_a_phone"}


def test_asking_tells_nothing_about_the_account(session: Session) -> None:
    made = ask(session)
    redeem_code(session, proof(made, digits(made, PEPPER)), NOW, PEPPER)
    known, unknown = ask(session), ask(session, "13800138009")
    assert account_by_phone(session, "+8613800138009") is None
    shown = [{k for k, v in vars(one).items() if v is not None and not k.startswith("_")} for one in (known, unknown)]
    assert shown[0] == shown[1]


def test_blocked_account_stays_out(session: Session) -> None:
    made = ask(session)
    account = redeem_code(session, proof(made, digits(made, PEPPER)), NOW, PEPPER)
    block_account(session, SYSTEM, account, "fraud", NOW)
    again = ask(session)
    with pytest.raises(NotAllowed):
        redeem_code(session, proof(again, digits(again, PEPPER)), NOW, PEPPER)


def test_digits_need_the_pepper(session: Session) -> None:
    made = [ask(session, f"1380013{n:04d}") for n in range(20)]
    assert [digits(one, PEPPER) for one in made] != [digits(one, "q" * 40) for one in made]
    assert all(len(digits(one, PEPPER)) == 6 for one in made)


def test_of_two_parallel_redemptions_one_succeeds(fresh_database: str) -> None:
    engine = create_engine(fresh_database)
    factory = sessionmaker(engine)
    with factory.begin() as session:
        made = ask(session)
        session.flush()
        sent, code = digits(made, PEPPER), made.code

    def redeem(_: int) -> str:
        try:
            with factory.begin() as own:
                return redeem_code(own, CodeProof(code, sent, "browser"), NOW, PEPPER).code
        except WrongProof:
            return ""

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(redeem, range(8)))
    engine.dispose()
    assert sum(bool(one) for one in answers) == 1
