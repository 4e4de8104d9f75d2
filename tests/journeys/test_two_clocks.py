"""Two clocks beat at once, in threads with connections of their own: everything happens once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker

from app.scheduler import Beat
from app.wiring import wiring
from core.clock import Clock, wall
from core.events import DeliveryRow
from core.ticks import TickRun
from dispatch.models import Offer, Round
from dispatch.visits import find_visit
from tests import factories as make
from tests.journeys.town import Town
from workers.workers import worker_by_code

NOON, NINE = make.MONDAY_NOON, make.TUESDAY_NINE
MINUTES = 9  # an offer for tomorrow lives ten


def test_two_clocks_run_every_round_once(town: Town, fresh_database: str) -> None:
    ada = town.customer()
    ben, *_others = (town.worker(name) for name in ("周桂香", "陈玉珍", "王春梅"))
    visits = [town.request(ada, NINE + timedelta(hours=hour), NOON) for hour in (0, 3, 6)]
    town.act(lambda session: make.assign(session, find_visit(session, visits[0]), worker_by_code(session, ben.person)))
    barrier = Barrier(2)

    def clock(_number: int) -> None:
        engine = create_engine(fresh_database)
        for minute in range(MINUTES):
            at = Clock(1e-6, wall(), NOON + timedelta(minutes=minute))
            barrier.wait(60)
            Beat(sessionmaker(engine), at, replace(wiring(), pumps=[])).all_once()
        engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(clock, range(2)))
    rounds = town.rows(select(Round))
    assert rounds
    assert Counter((row.name, row.tick) for row in rounds).most_common(1)[0][1] == 1
    assert {row.state for row in rounds} == {"done"}
    near = town.rows(select(TickRun.tick).where(TickRun.name == "round_near"))
    assert len(near) == len(set(near)) == len({int(NOON.timestamp() + 60 * n) // 300 for n in range(MINUTES)})
    assert [len(town.asked(visit)) for visit in visits] == [0, 1, 1]
    assert len(town.rows(select(Offer))) == 3
    turns = town.rows(select(DeliveryRow))
    assert {turn.state for turn in turns} == {"done"}
    assert len(turns) == len({(turn.event_id, turn.handler) for turn in turns})
