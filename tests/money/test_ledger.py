"""The ledger: once per name, zero-sum, append-only."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.db import sqlstate
from money import accounts as acc
from money.invariants import broken_rules
from money.ledger import Leg, balance, balances, entries_of, find_entry, global_sum, owed, post, reverse
from tests.fixtures_db import check_constraints

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
LEGS = [Leg(acc.CLEARING_CASH, "V-1", 9000), Leg(acc.ESCROW_VISIT, "V-1", -9000)]


def test_an_entry_is_written_with_its_legs(session: Session) -> None:
    entry = post(session, "visit", "V-1", "charge", LEGS, NOW, visit="V-1")
    check_constraints(session)
    assert {(leg.account, leg.owner, leg.fen) for leg in entry.postings} == {
        ("clearing:cash", "V-1", 9000),
        ("escrow:visit", "V-1", -9000),
    }
    assert entry.note == {"visit": "V-1"}
    assert owed(session, acc.ESCROW_VISIT, "V-1") == 9000
    assert balance(session, acc.ESCROW_VISIT, "V-2") == 0
    assert global_sum(session) == 0


def test_the_same_name_is_posted_once(session: Session) -> None:
    first = post(session, "visit", "V-1", "charge", LEGS, NOW)
    again = post(session, "visit", "V-1", "charge", [Leg(acc.CLEARING_CASH, "", 1), Leg(acc.ESCROW_VISIT, "", -1)], NOW)
    assert again.id == first.id
    assert balances(session, acc.ESCROW_VISIT) == {"V-1": -9000}


def test_another_kind_is_another_entry(session: Session) -> None:
    first = post(session, "visit", "V-1", "charge", LEGS, NOW)
    other = post(session, "visit", "V-1", "charge_2", LEGS, NOW)
    assert other.id != first.id
    assert owed(session, acc.ESCROW_VISIT) == 18000


def test_legs_of_zero_are_left_out(session: Session) -> None:
    entry = post(session, "visit", "V-1", "charge", [*LEGS, Leg(acc.GUARANTEE_FUND, "", 0)], NOW)
    assert len(entry.postings) == 2


@pytest.mark.parametrize(
    "legs",
    [
        [],
        [Leg(acc.CLEARING_CASH, "", 0)],
        [Leg(acc.CLEARING_CASH, "", 5), Leg(acc.ESCROW_VISIT, "", -4)],
        [Leg("pocket", "", 5), Leg(acc.ESCROW_VISIT, "", -5)],
    ],
)
def test_legs_that_do_not_fit_are_refused(session: Session, legs: list[Leg]) -> None:
    with pytest.raises(ValueError, match=r"legs|account"):
        post(session, "visit", "V-1", "charge", legs, NOW)
    assert find_entry(session, "visit", "V-1", "charge") is None


def test_a_reversal_takes_everything_back_once(session: Session) -> None:
    entry = post(session, "visit", "V-1", "charge", LEGS, NOW)
    undo = reverse(session, entry, NOW, {"why": "undone"})
    assert reverse(session, entry, NOW).id == undo.id
    assert undo.reverses_id == entry.id
    assert undo.note == {"reverses": entry.code, "why": "undone"}
    assert balances(session, acc.ESCROW_VISIT) == balances(session, acc.CLEARING_CASH) == {}
    assert [one.id for one in entries_of(session, "V-1")] == [entry.id, undo.id]
    assert broken_rules(session) == []


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("update ledger_posting set fen = fen + 1", "23001"),
        ("delete from ledger_posting", "23001"),
        ("update ledger_entry set kind = 'x'", "23001"),
        ("delete from ledger_entry", "23001"),
        ("truncate ledger_entry cascade", "23001"),
    ],
)
def test_the_database_refuses_to_rewrite_history(session: Session, statement: str, state: str) -> None:
    post(session, "visit", "V-1", "charge", LEGS, NOW)
    check_constraints(session)
    with pytest.raises(DBAPIError) as caught, session.begin_nested():
        session.execute(text(statement))
    assert sqlstate(caught.value) == state


FIRE = text("set constraints all immediate")


def test_the_database_refuses_an_entry_that_does_not_sum_to_zero(session: Session) -> None:
    entry = post(session, "visit", "V-1", "charge", LEGS, NOW)
    check_constraints(session)
    _insert_leg(session, entry.id, 1, "CNY")
    with pytest.raises(DBAPIError) as caught:
        session.execute(FIRE)
    assert sqlstate(caught.value) == "23514"


def test_the_database_refuses_an_entry_without_legs(session: Session) -> None:
    session.execute(
        text(
            "insert into ledger_entry (code, source, source_id, kind, at, note) values ('E-0', 'x', 'y', 'z', now(), '{}')"
        )
    )
    with pytest.raises(DBAPIError) as caught:
        session.execute(FIRE)
    assert sqlstate(caught.value) == "23514"


def test_currencies_do_not_balance_one_another(session: Session) -> None:
    entry = post(session, "visit", "V-1", "charge", LEGS, NOW)
    _insert_leg(session, entry.id, 5, "CNY")
    _insert_leg(session, entry.id, -5, "EUR")
    with pytest.raises(DBAPIError) as caught:
        session.execute(FIRE)
    assert sqlstate(caught.value) == "23514"


def test_raw_legs_that_balance_are_taken(session: Session) -> None:
    entry = post(session, "visit", "V-1", "charge", LEGS, NOW)
    _insert_leg(session, entry.id, 5, "CNY")
    _insert_leg(session, entry.id, -5, "CNY")
    session.execute(FIRE)


def _insert_leg(session: Session, entry_id: int, fen: int, currency: str) -> None:
    row = "insert into ledger_posting (entry_id, account, owner, fen, currency) values (:e, 'tips:worker', '', :f, :c)"
    session.execute(text(row), {"e": entry_id, "f": fen, "c": currency})
