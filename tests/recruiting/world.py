"""A recruiter's world: station, Rita, her recruits, and their visits, all through the verbs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.events import EventRow
from core.timers import Timer
from geo.cities import load_city
from recruiting.models import Attribution, Milestone, Recruiter, Station
from recruiting.reactions import HANDLERS, TIMERS
from recruiting.recruiters import add_recruiter
from recruiting.rubric import RUBRIC
from recruiting.schemas import RecruiterInput, SheetInput
from recruiting.screening import record_screening
from recruiting.stations import seed_stations
from tests import factories as make
from tests.worked import worked_visit
from tests.workers.path import NOW, Desk, apply, make_desk, walk
from workers.models import Worker
from workers.standing import StandingUpdate, publish_standing

DAY = timedelta(days=1)
SHEET = {item.code: 2 for item in RUBRIC}


def lower(stars: float) -> float:
    """Stars as a lower bound of 0..1."""
    return (stars - 1) / 4


@dataclass
class World:
    session: Session
    desk: Desk
    finance: Actor
    second: Actor
    station: Station
    rita: Recruiter
    actor: Actor
    heard: set[int] = field(default_factory=set)
    customers: list[Actor] = field(default_factory=list)

    def react(self, now: datetime) -> None:
        """Deliver every new fact to recruiting's handlers, and what they record in turn."""
        while True:
            self.session.flush()
            rows = self.session.scalars(select(EventRow).order_by(EventRow.id)).all()
            new = [row for row in rows if row.id not in self.heard]
            if not new:
                return
            for row in new:
                self.heard.add(row.id)
                for handler in HANDLERS.get(type(row.fact()), ()):
                    handler(self.session, row.fact(), now)

    def fire(self, now: datetime) -> int:
        """Fire recruiting's timers that are due."""
        self.session.flush()
        due = self.session.scalars(
            select(Timer)
            .where(Timer.kind.in_(TIMERS), Timer.state == "waiting", Timer.due_at <= now)
            .order_by(Timer.due_at)
            .execution_options(populate_existing=True)
        ).all()
        for timer in due:
            timer.state = "fired"
            self.session.flush()
            TIMERS[timer.kind](self.session, timer, now)
        self.react(now)
        return len(due)

    def applicant(self, code: str | None = None, now: datetime = NOW) -> Worker:
        worker = apply(self.session, now=now, recruiter_code=self.rita.code if code is None else code)
        self.react(now)
        return worker

    def screen(self, worker: Worker, photos: tuple[str, ...] = ("photo-1",), now: datetime = NOW, **more):
        """Rita fills in the sheet; operations confirm it."""
        walk(self.session, worker, "identity_checked", self.desk, now)
        return record_screening(
            self.session, self.actor, SheetInput(worker.code, {**SHEET, **more}, photos=photos), now
        )

    def recruit(self, code: str | None = None, now: datetime = NOW) -> Worker:
        """Somebody accepted; the facts have been heard."""
        worker = walk(self.session, self.applicant(code, now), "active", self.desk, now)
        worker.activated_at = now
        self.react(now)
        return worker

    def customer(self, number: int) -> Actor:
        while len(self.customers) <= number:
            self.customers.append(make.make_customer(self.session, f"Ada {len(self.customers)}"))
        return self.customers[number]

    def work(self, worker: Worker, visits: int, of: int = 6, start: datetime | None = None, **more) -> datetime:
        """Let the worker do settled visits, one a day, for ``of`` customers in turn; return the last settling."""
        first = start or NOW + DAY
        for number in range(visits):
            at = first + number * DAY
            visit = worked_visit(self.session, self.customer(number % of), worker, at, state="settled", **more)
            assert visit.settled_at is not None
            self.react(visit.settled_at)
        assert visit.settled_at is not None
        return visit.settled_at

    def rate(self, worker: Worker, stars: float) -> None:
        publish_standing(self.session, worker.code, StandingUpdate(lower=lower(stars), weight=12.0), NOW)

    def milestones(self, worker: Worker) -> dict[str, Milestone]:
        rows = self.session.scalars(
            select(Milestone).where(Milestone.worker == worker.code).execution_options(populate_existing=True)
        )
        return {row.kind: row for row in rows}

    def attribution(self, worker: Worker) -> Attribution | None:
        return self.session.scalars(
            select(Attribution).where(Attribution.worker == worker.code).execution_options(populate_existing=True)
        ).first()


def new_recruiter(session: Session, lead: Actor, station: Station, name: str = "Rita") -> tuple[Recruiter, Actor]:
    account = make.make_account(session, name)
    row = add_recruiter(session, lead, RecruiterInput(account.code, name, station.code, "hired"), NOW)
    return row, Actor(Role.RECRUITER, account.code, row.code)


def make_world(session: Session) -> World:
    make.make_house(session)
    desk = make_desk(session)
    station = seed_stations(session, load_city("tiny"))[0]
    rita, actor = new_recruiter(session, desk.lead, station)
    finance = make.make_ops(session, "Fin", Role.FINANCE)
    second = make.make_ops(session, "Fay", Role.FINANCE)
    return World(session, desk, finance, second, station, rita, actor)
