"""Standing: what the matcher may know of a worker. Ratings publish it down, the snapshot reads it.

Holds live here too, because they answer the same question: may this person be matched now?
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.actors import SYSTEM, Actor
from core.events import record
from core.policies import read_policy
from workers.events import WorkerFreed, WorkerHeld
from workers.models import Standing, Worker
from workers.policy import StartingStanding
from workers.workers import worker_by_code

HOLDS = frozenset({"safety", "documents", "review", "dispute"})


@dataclass(frozen=True)
class StandingUpdate:
    """What a publisher knows; None leaves a field as it is. Scores 0..1, ``weight`` is W, gap −1..1."""

    score: float | None = None
    lower: float | None = None
    upper: float | None = None
    p_bad: float | None = None
    weight: float | None = None
    prior: float | None = None
    tier: str | None = None
    fairness_gap: float | None = None
    reliability_points: int | None = None
    params_version: int | None = None


def publish_standing(session: Session, worker_code: str, update: StandingUpdate, now: datetime) -> Standing:
    """Write what has changed; holds stay as they are. ``NotFound`` for a code nobody has."""
    standing = _locked(session, worker_by_code(session, worker_code), now)
    for name, value in asdict(update).items():
        if value is not None:
            setattr(standing, name, value)
    standing.updated_at = now
    session.flush()
    return standing


def standing_of(session: Session, worker_code: str) -> Standing | None:
    """Return the published standing, or None while nothing has been published."""
    return session.scalars(select(Standing).join(Worker).where(Worker.code == worker_code)).first()


def start_standing(session: Session, worker: Worker, now: datetime) -> Standing:
    """Give a newcomer the starting standing, unless there is one already."""
    return _locked(session, worker, now)


def add_hold(session: Session, worker_code: str, hold: str, now: datetime, source: str = "") -> bool:
    """Keep the worker out of new matches; False when the hold was there already."""
    if hold not in HOLDS:
        raise ValueError(f"There is no hold called {hold!r}.")
    standing = _locked(session, worker_by_code(session, worker_code), now)
    if hold in standing.holds:
        return False
    standing.holds = sorted([*standing.holds, hold])
    record(session, WorkerHeld(worker_code, hold, source), by=SYSTEM, at=now)
    session.flush()
    return True


def remove_hold(session: Session, worker_code: str, hold: str, now: datetime, by: Actor = SYSTEM) -> bool:
    """Take the hold away; False when there was none."""
    standing = standing_of(session, worker_code)
    if standing is None or hold not in standing.holds:
        return False
    standing = _locked(session, standing.worker, now)
    standing.holds = [one for one in standing.holds if one != hold]
    record(session, WorkerFreed(worker_code, hold), by=by, at=now)
    session.flush()
    return True


def _locked(session: Session, worker: Worker, now: datetime) -> Standing:
    """Return the row under a lock, made with the starting values when there is none."""
    start = read_policy(session, StartingStanding, now)
    session.execute(
        insert(Standing)
        .values(
            worker_id=worker.id,
            score=start.score,
            lower=start.lower,
            upper=start.upper,
            p_bad=start.p_bad,
            weight=0.0,
            prior=start.score,
            tier="newcomer",
            holds=[],
            fairness_gap=0.0,
            reliability_points=0,
            params_version=1,
            updated_at=now,
        )
        .on_conflict_do_nothing()
    )
    query = select(Standing).where(Standing.worker_id == worker.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()
