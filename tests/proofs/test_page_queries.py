"""Pages take a fixed number of queries: with twice as many rows of everything they ask the database no more often.

`MOST` pins each page of the story. In the long form the times of the pages are told as well (not judged: they are the
machine's); the world then is one of forty workers and forty visits.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from app.session import db
from core.actors import SYSTEM
from dispatch.accepting import accept_offer
from dispatch.offers import Pick, make_offers
from disputes.disputes import open_dispute
from disputes.schemas import OpenInput
from ratings.invitations import invite
from tests import factories as make
from tests.proofs.test_accept_storm import open_visit
from tests.proofs.worlds import World
from tests.worked import after, say, worked_visit

NOW = make.TUESDAY_NINE + timedelta(minutes=30)
PAGES = {
    "mallory": ("/", "/visits", "/cases", "/me", "/request"),
    "ben": ("/worker", "/worker/offers", "/worker/money", "/worker/money/payslip", "/worker/score", "/worker/hours"),
    "olu": ("/ops/board", "/ops/visits", "/ops/people", "/ops/exceptions", "/ops/disputes", "/ops/vetting", "/ops/ledger",
            "/ops/health"),
}  # fmt: skip
MOST = 40


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*told: object) -> None:
        seen.append(str(told[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def fill(world: World, days: range, hands: int) -> None:
    """Past visits with ratings and cases, today's visits, open ones, offers, workers: some of each for every day."""
    session, ben = world.session, world.ben.worker
    ada = next(one for one in world.members if one.name == "Mallory").actor
    for day in days:
        start = make.TUESDAY_NINE - timedelta(days=day)
        visit = worked_visit(session, ada, ben, start, "settled")
        invite(session, visit.code, after(visit))
        say(session, ada, visit, 4 + day % 2, comment=f"day {day}")
        open_dispute(session, ada, OpenInput(visit.code, "quality", "dust"), after(visit, hours=30))
        ahead = promised(session, ada, make.make_worker(session, f"W{day}"), days=0)
        assert ahead
        promised(session, ada, ben, days=day)
        waiting = open_visit(session, ada)
        pick = Pick(ben, waiting.window_from + timedelta(days=10), 600)
        make_offers(session, waiting, [pick], SYSTEM, make.MONDAY_NOON)
        open_visit(session, ada)
    for number in range(hands):
        make.make_worker(session, f"H{number}")
    session.commit()


def promised(session: Session, customer: object, worker: object, days: int) -> str:
    """A visit promised by this worker so many days from tomorrow."""
    visit = open_visit(session, customer)
    visit.window_from = visit.window_until = visit.fee_clock = visit.fill_by = make.TUESDAY_NINE + timedelta(days=days)
    offer = make_offers(session, visit, [Pick(worker, visit.window_from, 600)], SYSTEM, make.MONDAY_NOON)[0]
    session.flush()
    accept_offer(session, make.as_worker(worker), offer.code, make.MONDAY_NOON)
    return visit.code


def measure(world: World, engine: Engine) -> dict[str, tuple[int, float]]:
    """Queries and milliseconds of every page, asked the second time."""
    found = {}
    for name, paths in PAGES.items():
        client: FlaskClient = next(one.client for one in world.people if one.name == name and not one.headers)
        for path in paths:
            client.get(path)
            with counted(engine) as seen:
                begun = time.perf_counter()
                answer = client.get(path)
                spent = (time.perf_counter() - begun) * 1000
            assert answer.status_code == 200, (path, answer.status_code, answer.location)
            found[path] = (len(seen), round(spent))
    return found


def test_twice_the_rows_cost_no_more_queries(world: World, torture: bool, told: dict) -> None:
    """Pages: a fixed number of queries each, whatever the number of rows; times are told in the long form."""
    size, hands = (10, 20) if torture else (3, 2)
    world.at(NOW)
    with world.house.app_context():
        engine = db.engine
    fill(world, range(1, size + 1), hands)
    once = measure(world, engine)
    fill(world, range(size + 1, 2 * size + 1), hands)
    twice = measure(world, engine)
    grown = {path: (once[path][0], twice[path][0]) for path in once if twice[path][0] > once[path][0]}
    told |= {
        path: f"{queries} queries" + (f", {spent} ms" if torture else "") for path, (queries, spent) in twice.items()
    }
    assert grown == {}
    assert {path: queries for path, (queries, _) in twice.items() if queries > MOST} == {}
