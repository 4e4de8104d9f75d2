"""The fixtures of the database, and databases on a server."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import database


def test_what_a_session_commits_is_undone(session: Session) -> None:
    session.execute(text("create table scratch (i int)"))
    session.commit()
    session.rollback()
    assert session.scalar(text("select count(*) from scratch")) == 0


def test_the_next_session_finds_nothing_of_it(session: Session) -> None:
    assert session.scalar(text("select to_regclass('scratch')")) is None


def test_a_fresh_database_is_migrated_and_its_own(fresh_database: str, database_url: str) -> None:
    assert fresh_database != database_url
    made = create_engine(fresh_database)
    with made.connect() as connection:
        assert connection.scalar(text("select count(*) from alembic_version")) == 1
    made.dispose()


def test_migrating_again_changes_nothing(fresh_database: str) -> None:
    database.migrate(fresh_database)


def test_a_database_is_made_from_a_template_and_dropped(fresh_database: str) -> None:
    name = "hourhand_test_of_create"
    url = database.create_database(fresh_database, name)
    try:
        assert url.replace("+psycopg", "").endswith(name) or f"/{name}?" in url
    finally:
        database.drop_database(fresh_database, name)
    database.drop_database(fresh_database, name)  # gone already is fine
    made = create_engine(url)
    with pytest.raises(OperationalError), made.connect():
        pass
    made.dispose()
