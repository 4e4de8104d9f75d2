"""What the played story has to look up in the database: who could be asked, whose offer it is, what came of it.

Only reads. Everything that happens in the story happens over HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import Select

from accounts.models import Account, AccountRole
from core.actors import Role
from core.db import SessionFactory
from dispatch.models import Assignment, Offer, Round, Visit
from dispatch.states import OfferState, VisitState
from disputes.models import Dispute
from geo.points import Point, metres_between
from money.accounts import REVENUE_BASIC
from money.ledger import balance, global_sum
from money.models import Posting
from places.models import Compound
from ratings.models import WorkerScore
from recruiting.models import Milestone, Recruiter
from workers.models import Shift, Worker, WorkerSkill
from workers.states import MATCHABLE


@dataclass(frozen=True)
class Someone:
    """A worker of the story: code, account, name, and who brought them."""

    code: str
    account: str
    name: str
    recruiter: str = ""


@dataclass(frozen=True)
class Asked:
    """A live offer of the visit and who may answer it."""

    offer: str
    round: str
    worker: Someone


@dataclass(frozen=True)
class Finished:
    """An earlier visit somebody may still complain about."""

    visit: str
    customer: str
    worker: Someone


@dataclass(frozen=True)
class Score:
    """A worker's score 0..1 and the weight of ratings behind it."""

    score: float
    weight: float
    ratings: int


class Facts:
    """The database as the story reads it. ``zone`` is the house's time zone."""

    def __init__(self, factory: SessionFactory, zone: str) -> None:
        self.factory, self.zone = factory, ZoneInfo(zone)

    def idle_workers(self, now: datetime, hours: int = 3, most: int = 8) -> list[tuple[Someone, Point]]:
        """Return workers on shift for the next hours without anything promised in them, and where they live."""
        local, until = now.astimezone(self.zone), now + timedelta(hours=hours)
        minute = local.hour * 60 + local.minute
        busy = select(Assignment.worker_id).where(
            Assignment.status.in_(("assigned", "started", "time_off")),
            func.lower(Assignment.blocked) < until,
            func.upper(Assignment.blocked) > now,
        )
        query = (
            select(Worker)
            .join(Shift, Shift.worker_id == Worker.id)
            .join(WorkerSkill, WorkerSkill.worker_id == Worker.id)
            .where(Worker.state.in_([state.value for state in MATCHABLE]), WorkerSkill.skill == "cleaning")
            .where(Shift.weekday == local.weekday(), Shift.valid_from <= local.date())
            .where(Shift.starts <= minute, Shift.ends >= minute + 60 * hours, Worker.id.not_in(busy))
            .order_by(Worker.id)
            .distinct()
            .limit(most)
        )
        with self.factory() as session:
            found = session.scalars(query).all()
            return [(_someone(one), Point(one.home_lat, one.home_lon)) for one in found]

    def compounds_near(self, points: Sequence[Point], most: int = 8) -> list[str]:
        """Return the compounds of open neighbourhoods that lie nearest to any of the points."""
        with self.factory() as session:
            homes = [home for home in session.scalars(select(Compound)) if home.zone.stage != "closed"]
            near = sorted(homes, key=lambda one: min(metres_between(Point(one.lat, one.lon), at) for at in points))
            return [one.slug for one in near if one.kind != "urban_village"][:most]

    def live_offers(self, visit: str) -> list[Asked]:
        """Return the live offers of a visit that a round of the clock has made."""
        query = (
            select(Offer, Round.code, Worker)
            .join(Visit, Visit.id == Offer.visit_id)
            .join(Worker, Worker.id == Offer.worker_id)
            .join(Round, Round.id == Offer.round_id)
            .where(Visit.code == visit, Offer.state == OfferState.LIVE)
            .order_by(Offer.id)
        )
        with self.factory() as session:
            return [Asked(offer.code, code, _someone(worker)) for offer, code, worker in session.execute(query)]

    def visit(self, code: str) -> Visit:
        """Return a visit's columns as they are now."""
        with self.factory() as session:
            return session.scalars(select(Visit).where(Visit.code == code)).one()

    def score(self, worker: str) -> Score:
        """Return a worker's score; somebody nobody has rated yet has weight 0."""
        with self.factory() as session:
            row = session.get(WorkerScore, worker)
            return Score(row.score, row.w, row.ratings) if row else Score(0.0, 0.0, 0)

    def recruiter_account(self, recruiter: str) -> str:
        """Return the account of a recruiter."""
        return str(self._one(select(Recruiter.account_code).where(Recruiter.code == recruiter))[0])

    def milestones(self, recruiter: str) -> dict[str, str]:
        """Return what a recruiter's recruits have earned them: the sum's code, and whose it is."""
        query = select(Milestone.code, Milestone.worker).where(Milestone.recruiter == recruiter).order_by(Milestone.id)
        with self.factory() as session:
            return {row.code: row.worker for row in session.execute(query)}

    def finished_visit(self, now: datetime, but_not: Sequence[str]) -> Finished:
        """Return the latest finished visit of other people that nobody has complained about, within two days."""
        names = select(AccountRole.account_id).where(AccountRole.role == Role.CUSTOMER.value)
        query = (
            select(Visit.code, Visit.customer, Worker)
            .join(Worker, Worker.id == Visit.worker_id)
            .join(Account, Account.code == Visit.customer)
            .where(Visit.state.in_((VisitState.COMPLETED.value, VisitState.SETTLED.value)), Account.id.in_(names))
            .where(Visit.finished_at > now - timedelta(hours=60), Visit.finished_at < now)
            .where(Visit.code.not_in(but_not), Visit.code.not_in(select(Dispute.visit_code)))
            .order_by(Visit.finished_at.desc())
            .limit(1)
        )
        row = self._one(query)
        return Finished(row[0], row[1], _someone(row[2]))

    def account_with(self, role: Role) -> str:
        """Return an account that has the role."""
        query = select(Account.code).join(AccountRole, AccountRole.account_id == Account.id)
        return str(self._one(query.where(AccountRole.role == role.value).order_by(Account.id).limit(1))[0])

    def dispute_state(self, code: str) -> str:
        """Return where a case stands."""
        return str(self._one(select(Dispute.state).where(Dispute.code == code))[0])

    def books(self) -> tuple[int, int, int]:
        """Return the sum over the whole ledger, what was earned on plain visits, and the number of postings."""
        with self.factory() as session:
            rows = session.scalar(select(func.count()).select_from(Posting)) or 0
            return global_sum(session), balance(session, REVENUE_BASIC), rows

    def _one(self, query: Select[*tuple[Any, ...]]) -> Any:
        with self.factory() as session:
            return _first(session, query)


def _first(session: Session, query: Select[*tuple[Any, ...]]) -> Any:
    row = session.execute(query).first()
    if row is None:
        raise LookupError("the demo city has nobody for this part of the story")
    return row


def _someone(worker: Worker) -> Someone:
    return Someone(worker.code, worker.account_code, worker.name, worker.recruiter_code)
