"""The database base: declarative base, column kinds, transactions that are retried when they may be."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, MetaData, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A ``timestamptz`` that refuses naive datetimes and always returns UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a datetime without a zone: it would be silently read as the server's."""
        if value is not None and value.tzinfo is None:
            raise ValueError("An instant needs a time zone.")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the instant in UTC whatever the session's zone is."""
        return None if value is None else value.astimezone(UTC)


Json = dict[str, Any]
Key = Annotated[int, mapped_column(BigInteger, primary_key=True)]
Code = Annotated[str, mapped_column(String(24), unique=True)]
Ref = Annotated[str, mapped_column(String(24), index=True)]


class Base(DeclarativeBase):
    """Every table of the house."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy's own hook)
        datetime: Instant,
        int: BigInteger,
        str: Text,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        list[str]: JSONB,
    }


class Keyed:
    """An integer key inside, an opaque code outside."""

    id: Mapped[Key]
    code: Mapped[Code]


SessionFactory = sessionmaker[Session]
_T = TypeVar("_T")
_RETRIED = {"40001", "40P01"}  # serialization failure, deadlock: the same work may succeed a moment later
_TRIES = 3


def in_transaction(factory: SessionFactory, work: Callable[[Session], _T]) -> _T:
    """Run ``work`` in one transaction of its own and commit it; retry the whole of it on deadlock, at most 3 times."""
    for attempt in range(1, _TRIES + 1):
        try:
            with factory.begin() as session:
                return work(session)
        except DBAPIError as error:
            if sqlstate(error) not in _RETRIED or attempt == _TRIES:
                raise
            time.sleep(attempt * (0.01 + secrets.randbelow(30) / 1000))
    raise AssertionError("unreachable")


def sqlstate(error: DBAPIError) -> str:
    """Return PostgreSQL's five-letter code of an error, or an empty text."""
    return str(getattr(error.orig, "sqlstate", "") or "")
