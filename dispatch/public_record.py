"""What a neighbourhood may know before it asks: how many visits, how many on time, and who comes. No customer in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVarTuple

from sqlalchemy import Interval, Select, func, literal, select
from sqlalchemy.orm import Session

from dispatch.models import Job, Visit
from dispatch.policy import SlotPolicy
from dispatch.states import WORKED
from places.models import Compound, Place
from workers.models import Standing, Worker

RECORD_DAYS = 30
SEALS = 7
_NEW_WEIGHT = 5.0
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True)
class Regular:
    """Somebody who comes here: the family name only, and whether they are new."""

    family_name: str
    new: bool


@dataclass(frozen=True)
class Record:
    """The last thirty days of a zone or a compound. ``on_time`` of ``visits`` began within the promise."""

    visits: int
    on_time: int
    regulars: tuple[Regular, ...]

    @property
    def seals(self) -> list[dict[str, str]]:
        """The regulars as seals: name and kind."""
        return [{"name": one.family_name, "kind": "new" if one.new else "verified"} for one in self.regulars]


def record_of(session: Session, now: datetime, zone: str = "", compound: str = "") -> Record:
    """Return the record of a compound, a zone, or everywhere. Two queries."""
    since = now - timedelta(days=RECORD_DAYS)
    late = literal(timedelta(minutes=SlotPolicy().promise_minutes), Interval)
    kept = func.count().filter(Visit.arrived_at - Visit.starts_at <= late)
    row = session.execute(_here(select(func.count(), kept), since, zone, compound)).one()
    return Record(row[0], row[1], _regulars(session, since, zone, compound))


def _regulars(session: Session, since: datetime, zone: str, compound: str) -> tuple[Regular, ...]:
    query = select(Worker.family_name, func.max(func.coalesce(Standing.weight, 0.0)), func.count().label("times"))
    query = query.select_from(Visit).join(Worker, Worker.id == Visit.worker_id)
    query = _here(query.outerjoin(Standing, Standing.worker_id == Worker.id), since, zone, compound)
    rows = session.execute(
        query.group_by(Worker.id, Worker.family_name).order_by(func.count().desc(), Worker.id).limit(SEALS)
    )
    return tuple(Regular(family, weight < _NEW_WEIGHT) for family, weight, _times in rows)


def _here(query: Select[*Ts], since: datetime, zone: str, compound: str) -> Select[*Ts]:
    query = query.where(Visit.state.in_([state.value for state in WORKED]), Visit.starts_at >= since)
    if compound:
        query = query.join(Job, Job.id == Visit.job_id).join(Place, Place.id == Job.place_id)
        return query.join(Compound, Compound.id == Place.compound_id).where(Compound.slug == compound)
    return query.where(Visit.zone == zone) if zone else query
