"""A town for journeys: verbs in transactions of their own, and a clock that beats when the test says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reconciliation import differences
from app.wiring import in_zone, wiring
from core.actors import Actor
from core.db import SessionFactory, in_transaction
from core.events import DeliveryRow
from core.timers import Timer
from dispatch.accepting import accept_offer
from dispatch.finishing import confirm_visit, finish_work, tick_item
from dispatch.models import Offer, Visit
from dispatch.schemas import ArrivalProof, Happened
from dispatch.settling import say_cash_kept
from dispatch.trip import arrive, start_trip, start_work
from dispatch.visits import find_visit
from money.invariants import broken_rules
from money.ledger import global_sum, owed
from places.models import Zone
from simulation.world import World
from tests import factories as make
from workers.models import Worker

T = TypeVar("T")
NOTE = Happened()


@dataclass
class Town:
    """The tiny city. Every act commits; every beat is one of the clock's."""

    factory: SessionFactory
    zone: str = "Asia/Shanghai"
    workers: dict[str, Actor] = field(default_factory=dict)

    def found(self) -> None:
        self.act(make.make_house)

    def move_to(self, zone: str) -> None:
        """Lay the city into another time zone."""
        self.zone = zone

        def move(session: Session) -> None:
            for one in session.scalars(select(Zone)):
                one.time_zone = zone

        self.act(move)

    def act(self, work: Callable[[Session], T]) -> T:
        return in_transaction(self.factory, work)

    def customer(self, name: str = "Ada") -> Actor:
        return self.act(lambda session: make.make_customer(session, name))

    def worker(self, name: str = "周桂香", **more) -> Actor:
        made = self.act(lambda session: make.as_worker(make.make_worker(session, name, **more)))
        self.workers[made.person] = made
        return made

    def request(self, customer: Actor, start: datetime, now: datetime, **more) -> str:
        """Request a visit as a customer does; return its code."""
        return self.act(lambda session: make.make_job(session, customer, start, now, **more).visits[0].code)

    def beat(self, now: datetime) -> None:
        """One beat of the clock: timers, events, ticks, and what came of them."""
        wired = in_zone(wiring(), self.zone)
        World(self.factory, 1, self.zone, wired.handlers, wired.timers, wired.ticks).beat(now)

    def beats(self, since: datetime, until: datetime, step: timedelta) -> None:
        """Beat from one instant to another."""
        at = since
        while at < until:
            self.beat(at)
            at += step
        self.beat(until)

    def visit(self, code: str) -> Visit:
        with self.factory() as session:
            return find_visit(session, code)

    def asked(self, visit: str) -> list[tuple[str, Actor]]:
        """The live offers of a visit, each with whoever may answer it."""
        query = select(Offer.code, Worker).join(Offer.worker).join(Offer.visit)
        with self.factory() as session:
            rows = session.execute(query.where(Visit.code == visit, Offer.state == "live").order_by(Offer.id))
            return [(code, make.as_worker(worker)) for code, worker in rows]

    def take(self, visit: str, now: datetime) -> Actor:
        """Let the first who was asked accept."""
        offer, worker = self.asked(visit)[0]
        self.act(lambda session: accept_offer(session, worker, offer, now))
        return worker

    def do(self, visit: str, worker: Actor, late: int = 0) -> datetime:
        """Travel, work and finish a promised visit, ``late`` minutes after its start; return the end."""
        told = self.visit(visit)
        assert told.starts_at is not None
        start = told.starts_at + timedelta(minutes=late)
        end = start + timedelta(minutes=told.minutes)
        proof = ArrivalProof(code=told.start_code)
        self.act(lambda session: start_trip(session, worker, visit, NOTE, start - timedelta(minutes=30)))
        self.act(lambda session: arrive(session, worker, visit, proof, start - timedelta(minutes=2)))
        self.act(lambda session: start_work(session, worker, visit, told.start_code, NOTE, start))

        def finish(session: Session) -> None:
            for item in told.checklist:
                tick_item(session, worker, visit, item["code"], "done", end)
            finish_work(session, worker, visit, NOTE, end)

        self.act(finish)
        return end

    def close(self, visit: str, customer: Actor, end: datetime, cash: Actor | None = None) -> datetime:
        """Let the minute pass, confirm, and let the day pass after which it is settled; return that instant."""
        if cash is not None:
            self.act(lambda session: say_cash_kept(session, cash, visit, end))
        self.beat(end + timedelta(minutes=2))
        self.act(lambda session: confirm_visit(session, customer, visit, end + timedelta(minutes=10)))
        settled = end + timedelta(hours=24, minutes=10)
        self.beat(settled)
        return settled

    def owed(self, account: str, owner: str | None = None) -> int:
        with self.factory() as session:
            return owed(session, account, owner)

    def rows(self, query) -> Sequence:
        """All rows of a query of one column."""
        with self.factory() as session:
            return session.scalars(query).all()

    def troubles(self) -> list[str]:
        """What the clock failed at, and what is wrong with the books."""
        with self.factory() as session:
            failed = [*session.scalars(select(DeliveryRow.error).where(DeliveryRow.error != "")),
                      *session.scalars(select(Timer.error).where(Timer.error != ""))]  # fmt: skip
            wrong = [f"ledger sums to {global_sum(session)}"] if global_sum(session) else []
            return [*failed, *wrong, *map(str, broken_rules(session)), *map(str, differences(session))]
