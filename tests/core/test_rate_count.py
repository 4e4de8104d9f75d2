"""Requests are counted in every process together, minute by minute, person by person."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from core.rate_count import RateCount, count_hit, forget_counts


def test_parallel_requests_are_each_counted_once(fresh_database: str) -> None:
    engines = [create_engine(fresh_database) for _ in range(2)]  # two processes

    def hit(turn: int) -> int:
        with engines[turn % 2].begin() as connection:
            return count_hit(connection, "write", "A-1", 100)

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(hit, range(40)))
    assert sorted(counts) == list(range(1, 41))
    for engine in engines:
        engine.dispose()


def test_minutes_people_and_classes_are_counted_apart(session: Session) -> None:
    line = session.connection()
    assert count_hit(line, "write", "A-1", 100) == 1
    assert [count_hit(line, "write", "A-1", 101), count_hit(line, "write", "A-2", 100)] == [1, 1]
    assert [count_hit(line, "sign_in", "A-1", 100), count_hit(line, "write", "A-1", 100)] == [1, 2]


def test_minutes_that_are_over_are_forgotten(session: Session) -> None:
    for minute in (98, 99, 100):
        count_hit(session.connection(), "write", "A-1", minute)
    forget_counts(session, 100)
    assert session.scalar(select(func.count()).select_from(RateCount)) == 1
