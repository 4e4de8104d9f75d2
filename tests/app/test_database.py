from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session


def test_session_works(session: Session) -> None:
    session.execute(text("create table x (i int)"))
    session.commit()
    assert session.scalar(text("select count(*) from x")) == 0


def test_session_left_nothing(session: Session) -> None:
    assert session.scalar(text("select to_regclass('x')")) is None


def test_fresh_database(fresh_database: str, database_url: str) -> None:
    assert fresh_database != database_url
    made = create_engine(fresh_database)
    with made.connect() as connection:
        assert connection.scalar(text("select 1")) == 1
    made.dispose()
