"""One database session per request, committed once at the end; the whole request is retried on a deadlock."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from flask import Response
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.house import House
from app.settings import Settings
from core.db import Base, SessionFactory, sqlstate
from core.sealing import use_keys

db = SQLAlchemy(metadata=Base.metadata)
RETRIED = {"40001", "40P01"}  # serialization failure, deadlock
TRIES = 3
PREPARED = 500  # statements a connection keeps prepared: more than a process has shapes of
_OPTIONS = "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=15000 -c lock_timeout=5000"


def configure_session(app: House) -> None:
    """Give the application its engine; ``db.session`` is one session per request."""
    use_keys(*app.settings.all_file_keys)
    app.config["SQLALCHEMY_DATABASE_URI"] = app.settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(app.settings, "hourhand-web")
    db.init_app(app)


def engine_options(settings: Settings, name: str) -> dict[str, Any]:
    """Return the engine's options: one connection per thread, a few spare, nothing waits for ever."""
    return {
        "pool_size": settings.web_threads,
        "max_overflow": 2,
        "pool_timeout": 10,
        "pool_pre_ping": True,
        "connect_args": {"options": _OPTIONS, "application_name": name, "connect_timeout": 5},
    }


@event.listens_for(Engine, "connect")
def _keep_prepared(connection: Any, record: Any) -> None:  # noqa: ARG001  (SQLAlchemy's signature)
    """Plan each statement once per connection, not again and again because there are more than a hundred of them."""
    if hasattr(connection, "prepared_max"):
        connection.prepared_max = PREPARED


def make_factory(settings: Settings, name: str) -> SessionFactory:
    """Return a session factory for a process without requests (the clock, a command)."""
    use_keys(*settings.all_file_keys)
    return sessionmaker(create_engine(settings.database_url, **engine_options(settings, name)))


def current_session() -> Session:
    """Return this request's session."""
    return db.session()


def in_request_transaction(work: Callable[[], Response]) -> Response:
    """Run a view; commit when it went well, undo it when it did not, run it again on a deadlock (at most 3 times).

    An answer of 400 or more undoes the work too. A refusal that must be remembered (``remember``) is committed.
    """
    session = current_session()
    for attempt in range(1, TRIES + 1):
        try:
            answer = work()
            if answer.status_code < 400:
                session.commit()
            else:
                session.rollback()
        except DBAPIError as error:
            session.rollback()
            if sqlstate(error) not in RETRIED or attempt == TRIES:
                raise
            time.sleep(attempt * (0.01 + secrets.randbelow(30) / 1000))
        except Exception as error:
            settle(session, error)
            raise
        else:
            return answer
    raise AssertionError("unreachable")


def settle(session: Session, error: Exception) -> None:
    """Undo the work of a refusal; one that must be remembered is committed."""
    if getattr(error, "remember", False):
        session.commit()
    else:
        session.rollback()
