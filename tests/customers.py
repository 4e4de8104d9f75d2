"""A customer's browser, at a fixed hour of business time, in English unless said otherwise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.accounts import account_by_code
from app.house import House
from app.session import db
from core.actors import Actor, Role
from core.clock import Clock, wall
from tests import factories as make
from tests.cast import Member, csrf, sign_in

THURSDAY_NOON = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
EARLIER = make.MONDAY_NOON
Put = Callable[[datetime], None]


@dataclass
class Browser:
    """Somebody's browser; ``actor`` is who they are signed in as."""

    client: FlaskClient
    session: Session
    actor: Actor | None = None

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def text(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, **fields: object) -> TestResponse:
        answer = self.client.post(path, data={"csrf_token": csrf(self.client), **fields})
        self.session.expire_all()
        self.session.rollback()
        return answer


def stranger(house: House, session: Session, locale: str = "en") -> Browser:
    """A browser nobody is signed in with."""
    session.commit()
    client = house.test_client()
    with client.session_transaction() as cookie:
        cookie["locale"] = locale
    return Browser(client, session)


def customer(house: House, session: Session, name: str = "Ada") -> Browser:
    """A signed-in customer."""
    actor = make.make_customer(session, name)
    account_by_code(session, actor.code).locale = "en"
    client = sign_in(house.test_client(), session, Member(name, actor.code, Role.CUSTOMER))
    return Browser(client, session, actor)


def clock_of(house: House) -> Iterator[Put]:
    """Set the business clock to Thursday noon; yields a way to set it; looks into slots anew every time."""
    before, seconds = house.clock, house.config.get("SLOT_BOOK_SECONDS", 10)

    def put(instant: datetime) -> None:
        house.clock = Clock(1.0, wall(), instant)

    house.config["SLOT_BOOK_SECONDS"] = 0
    put(THURSDAY_NOON)
    yield put
    house.clock = before
    house.config["SLOT_BOOK_SECONDS"] = seconds


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """Collect the statements the application sends."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            sent.append(statement)

    with house.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
