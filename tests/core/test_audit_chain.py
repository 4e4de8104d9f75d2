"""The chain of the audit: built by the database at commit, checked without trusting it, whatever was done to the rows."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.audit_check import check_audit
from core.actors import Actor, Role
from core.audit import Change, audit
from core.audit_chain import Head, last_check, verify_chain
from core.db import SessionFactory
from core.ticks import TickRun
from notices.models import StaffTask

NOW = datetime(2026, 3, 3, 9, 0, 0, 123456, tzinfo=UTC)
OLU = Actor(Role.OPS_LEAD, code="A-OLU")


@pytest.fixture
def factory(fresh_database: str) -> Iterator[SessionFactory]:
    engine = create_engine(fresh_database, pool_size=8)
    yield sessionmaker(engine)
    engine.dispose()


def act(factory: SessionFactory, words: str, amount: float = 1.5) -> None:
    with factory.begin() as session:
        audit(
            session, OLU, "looked", "V-1", NOW, Change(words, {"fen": amount}, {"名": "值", "deep": [1, {"b": None}]})
        )


def tamper(factory: SessionFactory, *statements: str) -> None:
    """As the owner of the database may: with every trigger asleep."""
    with factory.begin() as session:
        session.execute(text("set local session_replication_role = replica"))
        for one in statements:
            session.execute(text(one))


def found(factory: SessionFactory, *known: Head) -> tuple[str, int]:
    with factory() as session:
        verdict = verify_chain(session, known)
    return verdict.fault, verdict.at


@pytest.fixture
def five(factory: SessionFactory) -> SessionFactory:
    for turn in range(5):
        act(factory, f"because {turn} 因为“{turn}”:1:", turn / 3)
    return factory


def test_a_chain_nobody_touched_is_whole(five: SessionFactory) -> None:
    with five() as session:
        verdict = verify_chain(session)
    assert (verdict.whole, verdict.head.seq) == (True, 5)
    assert Head.read(str(verdict.head)) == verdict.head


def test_an_empty_chain_is_whole(factory: SessionFactory) -> None:
    assert found(factory) == ("", 0)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["update audit set reason = 'nothing' where id = 3"], ("row_changed", 3)),
        (["update audit set at = at + interval '1 microsecond' where id = 3"], ("row_changed", 3)),
        (["""update audit set before = '{"fen": 0}' where id = 3"""], ("row_changed", 3)),
        (["delete from audit where id = 3"], ("row_missing", 3)),
        (["delete from audit where id = 3", "delete from audit_link where seq = 3"], ("link_missing", 4)),
        (
            [
                "delete from audit where id = 3",
                "delete from audit_link where seq = 3",
                "update audit_link set seq = seq - 1 where seq > 3",
            ],
            ("link_moved", 4),
        ),
        (
            [
                "update audit_link set audit_id = 99 where seq = 2",
                "update audit_link set audit_id = 2 where seq = 4",
                "update audit_link set audit_id = 4 where seq = 2",
            ],
            ("row_changed", 4),
        ),
        (
            ["update audit_link set seq = 99 where seq = 2", "update audit_link set seq = 2 where seq = 4"],
            ("link_moved", 4),
        ),
        (
            [
                (
                    "insert into audit (id, at, act, about, actor_role, actor_code, on_behalf_of, reason, before, after)"
                    " select 77, at, act, about, actor_role, actor_code, on_behalf_of, reason, before, after "
                    "from audit where id = 1"
                )
            ],
            ("row_unlinked", 77),
        ),
    ],
)
def test_a_changed_deleted_moved_or_smuggled_row_is_found(
    five: SessionFactory, statements: list[str], fault: tuple[str, int]
) -> None:
    tamper(five, *statements)
    assert found(five) == fault


def head_of(factory: SessionFactory) -> Head:
    with factory() as session:
        return verify_chain(session).head


def test_rows_cut_off_at_the_end_are_found_by_a_head_kept_elsewhere(five: SessionFactory) -> None:
    head = head_of(five)
    tamper(five, "delete from audit_link where seq > 3", "delete from audit where id > 3")
    assert found(five) == ("", 0)
    assert found(five, head) == ("shortened", 3)


def test_a_chain_written_anew_is_found_by_a_head_kept_elsewhere(five: SessionFactory) -> None:
    head = head_of(five)
    tamper(five, "delete from audit_link", "delete from audit")
    for turn in range(5):
        act(five, f"another story {turn}")
    assert found(five) == ("", 0)
    assert found(five, head)[0] == "row_changed"


def test_the_daily_check_keeps_its_head_and_calls_a_person(five: SessionFactory) -> None:
    check_audit(five, "2026-03-03", NOW)
    check_audit(five, "2026-03-03", NOW)  # another clock: nothing
    with five() as session:
        kept = last_check(session)
        assert kept is not None
        assert (kept.outcome["fault"], kept.outcome["head"].split(":")[0]) == ("", "5")
        assert session.query(StaffTask).count() == 0
    tamper(five, "delete from audit_link where seq > 3", "delete from audit where id > 3")
    check_audit(five, "2026-03-04", NOW + timedelta(days=1))
    with five() as session:
        kept = last_check(session)
        assert kept is not None
        assert kept.outcome["fault"] == "shortened"
        assert [one.kind for one in session.query(StaffTask)] == ["audit_broken"]


def test_many_at_once_make_one_chain(factory: SessionFactory) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda turn: act(factory, f"turn {turn}"), range(80)))
    assert head_of(factory).seq == 80
    assert found(factory) == ("", 0)


def test_nobody_waits_for_an_audited_act_that_is_not_finished(factory: SessionFactory) -> None:
    """The lock is taken at commit only: an act that takes long keeps no other one from its commit."""
    with factory() as slow:
        audit(slow, OLU, "thinks", "round", NOW, Change("long"))
        slow.flush()
        with factory.begin() as quick:
            quick.execute(text("set local lock_timeout = '500ms'"))
            audit(quick, OLU, "acts", "V-2", NOW, Change("quick"))
        slow.commit()
    assert found(factory) == ("", 0)
    assert head_of(factory).seq == 2


def test_what_was_undone_leaves_no_link(factory: SessionFactory) -> None:
    with factory() as session:
        audit(session, OLU, "looked", "V-1", NOW, Change("no"))
        session.flush()
        session.rollback()
    act(factory, "yes")
    assert head_of(factory).seq == 1
    assert found(factory) == ("", 0)


@pytest.mark.parametrize(
    "statement", ["update audit_link set prev = ''", "delete from audit_link", "truncate audit_link"]
)
def test_links_are_never_changed(five: SessionFactory, statement: str) -> None:
    def change() -> None:
        with five.begin() as session:
            session.execute(text(statement))

    refused: Callable[[], None] = change
    with pytest.raises(DBAPIError, match="never changed"):
        refused()


def test_what_is_no_head_is_refused() -> None:
    with pytest.raises(ValueError, match="head of the audit"):
        Head.read("12:zz")


def test_acts_in_an_emergency_name_the_grant(session: Session) -> None:
    lent = Actor(Role.OPS_LEAD, code="A-AGENT", emergency="E-1", reason="nobody else is here")
    audit(session, lent, "looked", "V-1", NOW, Change(after={"a": 1}))
    session.flush()
    assert session.execute(text("select after from audit where about = 'V-1'")).scalar_one() == {
        "a": 1,
        "emergency": "E-1",
    }


def test_an_act_whose_link_fails_leaves_nothing(factory: SessionFactory) -> None:
    with factory.begin() as session:
        session.execute(
            text(
                "create or replace function link_audit() returns trigger language plpgsql as "
                "$$ begin raise exception 'broken link'; end $$"
            )
        )

    def work() -> None:
        with factory.begin() as session:
            session.add(TickRun(name="the act", tick="1", at=NOW))
            audit(session, OLU, "acts", "V-1", NOW, Change("why"))

    with pytest.raises(DBAPIError, match="broken link"):
        work()
    with factory() as session:
        assert session.scalar(text("select count(*) from tick_run")) == 0
        assert session.scalar(text("select count(*) from audit")) == 0
