"""The nets under the timers run once a period, whatever the number of clocks."""

from datetime import timedelta

from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker

from core.ticks import TickRun
from recruiting.reactions import TICKS
from tests.workers.path import NOW
from workers import reactions


def test_each_net_runs_once_a_period(fresh_database: str):
    engine = create_engine(fresh_database)
    factory = sessionmaker(engine)
    try:
        for tick in (*TICKS, *reactions.TICKS):
            later = NOW + timedelta(days=1)
            for now in (NOW, NOW, later, later):
                tick.run(factory, tick.key(now), now)
        with factory() as session:
            names = [row.name for row in session.scalars(select(TickRun))]
        assert sorted(names) == ["recruiting_due", "recruiting_due", "worker_documents", "worker_documents"]
    finally:
        engine.dispose()
