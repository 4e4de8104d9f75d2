"""The outbox: after commit, once each, again after a failure, parked in the end."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from accounts.models import Account
from core.db import SessionFactory
from core.errors import NotFound
from core.events import MAX_ATTEMPTS
from notices.channels import Message, Null, Recipient, Text
from notices.models import Notice
from notices.notices import (
    LEASE,
    Outlet,
    count_unread,
    enqueue,
    list_notices,
    mark_all_read,
    mark_read,
    retry_parked,
    send_pending,
    unread,
)

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)


class Post:
    """A channel that keeps what it sent, and fails as often as it is told to."""

    name = "post"

    def __init__(self, failures: int = 0, only: str = "") -> None:
        self.sent: list[Message] = []
        self.tried = 0
        self._failures = failures
        self._only = only
        self._lock = threading.Lock()

    def reaches(self, to: Recipient) -> bool:
        return self._only in to.code

    def send(self, message: Message) -> None:
        with self._lock:
            self.tried += 1
            if self.tried <= self._failures:
                raise OSError("the line is dead")
            self.sent.append(message)


def words(_: Session, notice: Notice, to: Recipient) -> Text:
    return Text(notice.kind, f"{notice.about} {to.locale}")


@pytest.fixture
def factory(fresh_database: str) -> Iterator[SessionFactory]:
    engine = create_engine(fresh_database)
    yield sessionmaker(engine)
    engine.dispose()


def put(factory: SessionFactory, count: int = 1, to: str = "A-ada") -> list[str]:
    with factory.begin() as session:
        return [enqueue(session, to, "visit_done", f"V-{turn}", NOW).code for turn in range(count)]


def only(factory: SessionFactory) -> Notice:
    with factory() as session:
        return session.scalars(select(Notice)).one()


def test_a_message_is_sent_once_in_order(factory: SessionFactory) -> None:
    codes = put(factory, 3)
    post = Post()
    assert send_pending(factory, Outlet([post], words), NOW) == 3
    assert send_pending(factory, Outlet([post], words), NOW + timedelta(hours=1)) == 0
    assert [message.key for message in post.sent] == codes
    assert post.sent[0].text == Text("visit_done", "V-0 zh")


def test_nothing_is_sent_without_a_commit(factory: SessionFactory) -> None:
    with factory() as session:
        enqueue(session, "A-ada", "visit_done", "V-1", NOW)
        session.flush()
        session.rollback()
    assert send_pending(factory, Outlet([Post()], words), NOW) == 0


def test_phone_and_language_come_from_the_account(factory: SessionFactory) -> None:
    with factory.begin() as session:
        session.add(Account(code="A-ada", phone="+8613800001234", name="Ada", locale="en", created_at=NOW))
    put(factory)
    put(factory, to="+8613900005678")
    put(factory, to="A-nobody")
    post = Post()
    send_pending(factory, Outlet([post], words), NOW)
    assert [message.to for message in post.sent] == [
        Recipient("A-ada", "+8613800001234", "en"),
        Recipient("+8613900005678", "+8613900005678", "zh"),
        Recipient("A-nobody", "", "zh"),
    ]


def test_a_failure_waits_longer_each_time_then_goes_through(factory: SessionFactory) -> None:
    put(factory)
    post = Post(failures=2)
    outlet = Outlet([post], words)
    assert send_pending(factory, outlet, NOW) == 0
    assert (only(factory).attempts, only(factory).next_at) == (1, NOW + timedelta(seconds=2))
    assert "the line is dead" in only(factory).error
    assert send_pending(factory, outlet, NOW + timedelta(seconds=1)) == 0
    assert post.tried == 1
    send_pending(factory, outlet, NOW + timedelta(seconds=2))
    assert only(factory).next_at == NOW + timedelta(seconds=6)
    assert send_pending(factory, outlet, NOW + timedelta(seconds=6)) == 1
    assert (only(factory).state, only(factory).channel, only(factory).error) == ("sent", "post", "")


def test_a_message_that_never_goes_is_parked_and_can_be_retried(factory: SessionFactory) -> None:
    [code] = put(factory)
    post = Post(failures=MAX_ATTEMPTS)
    outlet = Outlet([post], words)
    for turn in range(MAX_ATTEMPTS + 3):
        send_pending(factory, outlet, NOW + timedelta(hours=turn))
    assert (only(factory).state, post.tried) == ("parked", MAX_ATTEMPTS)
    with factory.begin() as session:
        retry_parked(session, code, NOW)
    assert send_pending(factory, outlet, NOW) == 1


def test_words_that_cannot_be_made_do_not_stop_the_others(factory: SessionFactory) -> None:
    put(factory, 2)

    def broken(session: Session, notice: Notice, to: Recipient) -> Text:
        if notice.about == "V-0":
            raise KeyError("no such text")
        return words(session, notice, to)

    assert send_pending(factory, Outlet([Post()], broken), NOW) == 1
    with factory() as session:
        assert [row.state for row in session.scalars(select(Notice).order_by(Notice.id))] == ["pending", "sent"]


def test_the_first_channel_that_reaches_is_taken(factory: SessionFactory) -> None:
    put(factory, to="A-ada")
    put(factory, to="A-ben")
    first, second = Post(only="ben"), Post()
    send_pending(factory, Outlet([first, second], words), NOW)
    assert [message.to.code for message in first.sent] == ["A-ben"]
    assert [message.to.code for message in second.sent] == ["A-ada"]


def test_who_cannot_be_reached_can_still_read(factory: SessionFactory) -> None:
    put(factory)
    assert send_pending(factory, Outlet([Post(only="nobody")], words), NOW) == 0
    assert only(factory).state == "kept"
    with factory() as session:
        assert len(unread(session, "A-ada")) == 1


def test_null_reaches_all_and_sends_nothing(factory: SessionFactory) -> None:
    put(factory)
    assert send_pending(factory, Outlet([Null()], words), NOW) == 1
    assert only(factory).channel == "null"


def test_four_senders_at_once_send_each_message_once(factory: SessionFactory) -> None:
    codes = put(factory, 60)
    post = Post()
    start = threading.Barrier(4)
    sent: list[int] = []

    def run() -> None:
        start.wait()
        sent.append(send_pending(factory, Outlet([post], words), NOW))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 60
    assert sorted(message.key for message in post.sent) == sorted(codes)


def test_a_sender_that_died_is_replaced_after_its_lease(factory: SessionFactory) -> None:
    put(factory)

    class Killed(Post):
        def send(self, message: Message) -> None:
            raise SystemExit(message.key)

    with pytest.raises(SystemExit):
        send_pending(factory, Outlet([Killed()], words), NOW)
    post = Post()
    assert send_pending(factory, Outlet([post], words), NOW + LEASE - timedelta(seconds=1)) == 0
    assert send_pending(factory, Outlet([post], words), NOW + LEASE) == 1


def test_one_reads_ones_own_messages_only(session: Session) -> None:
    mine, other = enqueue(session, "A-ada", "a", "V-1", NOW), enqueue(session, "A-ben", "a", "V-1", NOW)
    enqueue(session, "A-ada", "b", "V-1", NOW)
    session.flush()
    assert [notice.kind for notice in unread(session, "A-ada")] == ["b", "a"]
    mark_read(session, "A-ada", mine.code, NOW)
    mark_read(session, "A-ada", mine.code, NOW + timedelta(hours=1))
    session.refresh(mine)
    assert (count_unread(session, "A-ada"), mine.read_at) == (1, NOW)
    with pytest.raises(NotFound):
        mark_read(session, "A-ada", other.code, NOW)
    mark_all_read(session, "A-ada", NOW)
    assert (count_unread(session, "A-ada"), count_unread(session, "A-ben")) == (0, 1)


def test_a_list_goes_on_where_it_ended(session: Session) -> None:
    for turn in range(5):
        enqueue(session, "A-ada", f"k{turn}", "V-1", NOW)
    session.flush()
    first = list_notices(session, "A-ada", size=3)
    rest = list_notices(session, "A-ada", first.after, size=3)
    assert [one.kind for one in (*first.rows, *rest.rows)] == ["k4", "k3", "k2", "k1", "k0"]
    assert rest.after == ""
