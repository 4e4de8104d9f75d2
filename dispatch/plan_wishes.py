"""Wishes for a plan: what happened that makes a day worth planning again.

A wish is a row; the clock's plan tick solves it. The wish is written in the transaction of what happened, so it is
neither lost nor made twice; several wishes about one day become one plan.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import cast, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM
from core.codes import new_code
from core.policies import read_policy
from core.ticks import local_day
from core.timers import Timer, set_timer
from dispatch.events import RescueCalled, TimeOffTaken, VisitGivenBack, VisitOverran, WorkStarted
from dispatch.models import Round, Visit
from dispatch.plan_scope import Scope, scope_of, scopes_on, tomorrow
from dispatch.policy import PlanPolicy
from dispatch.states import VisitState
from dispatch.visits import find_visit
from places.models import Zone
from workers.models import Worker

DAY_PLAN, REPLAN = "day_plan", "replan"
WANTED = "wanted"


def want_plan(session: Session, name: str, scope: Scope, cause: dict[str, str], now: datetime) -> None:
    """Wish for a plan of this scope; when one waits already, the cause is added to it."""
    code = new_code("N")
    row = insert(Round).values(
        code=code, name=name, tick=f"{scope.day}/{code}", mode="day", zone=scope.key, state=WANTED, fence=0, digest="",
        seed=0, engine="", weights={}, roster={}, visits=0, workers=0, offered=0, solve_ms=0, started_at=now,
        day=scope.day, zones=list(scope.zones), causes=[cause], prices={}, fate="", follows="",
    )  # fmt: skip
    made = session.execute(row.on_conflict_do_nothing().returning(Round.id)).first()
    if made is None:
        session.execute(
            update(Round)
            .where(Round.day == scope.day, Round.zone == scope.key, Round.state == WANTED)
            .values(causes=Round.causes.op("||")(cast([cause], JSONB)))
            .execution_options(synchronize_session=False)
        )


def want_replan(session: Session, zone: str, at: datetime, cause: dict[str, str], now: datetime) -> None:
    """Wish for the day of an instant to be planned again; later days than tomorrow are left to the rounds."""
    scope = scope_of(session, zone, at)
    if scope is not None and local_day(now, scope.time_zone) <= scope.day <= tomorrow(now, scope.time_zone):
        want_plan(session, REPLAN, scope, cause, now)


def on_rescue(session: Session, event: RescueCalled, now: datetime) -> None:
    """Somebody will not come: perhaps a move elsewhere lets somebody else come."""
    visit = find_visit(session, event.visit_code)
    want_replan(session, visit.zone, visit.window_from, {"kind": "rescue", "about": visit.code}, now)


def on_given_back(session: Session, event: VisitGivenBack, now: datetime) -> None:
    """A visit of a planned day is open again."""
    visit = find_visit(session, event.visit_code)
    want_replan(session, visit.zone, visit.window_from, {"kind": "given_back", "about": visit.code}, now)


def on_time_off(session: Session, event: TimeOffTaken, now: datetime) -> None:
    """Somebody the plan counted on has taken the day, or hours of it, off."""
    since, until = datetime.fromisoformat(event.since), datetime.fromisoformat(event.until)
    zones = session.scalars(select(Worker.zones).where(Worker.code == event.worker_code)).first()
    time_zone = session.scalar(select(Zone.time_zone).order_by(Zone.id).limit(1))
    if zones is None or time_zone is None:
        return
    first = session.scalar(select(Zone.slug).order_by(Zone.id).limit(1)) or ""
    at = max(since, now)
    while at < until and at < now + timedelta(days=2):
        want_replan(session, zones[0] if zones else first, at, {"kind": "time_off", "about": event.worker_code}, now)
        at += timedelta(days=1)


def on_work_started(session: Session, event: WorkStarted, now: datetime) -> None:
    """Look again a little after the work should be over."""
    visit = find_visit(session, event.visit_code)
    minutes = visit.minutes + read_policy(session, PlanPolicy, now, visit.zone).overrun_minutes
    set_timer(session, "overrun_look", visit.code, (visit.started_at or now) + timedelta(minutes=minutes))


def on_overrun_look(session: Session, timer: Timer, now: datetime) -> None:
    """Still at work after its time: whoever comes next may be waiting in vain."""
    visit = find_visit(session, timer.about)
    if visit.state != VisitState.IN_PROGRESS or visit.worker is None:
        return
    over = (visit.started_at or now) + timedelta(minutes=visit.minutes)
    minutes = int((now - over).total_seconds() // 60)
    events.record(session, VisitOverran(visit.code, visit.worker.code, minutes), by=SYSTEM, at=now)
    if _next_today(session, visit, now):
        want_replan(session, visit.zone, now, {"kind": "overrun", "about": visit.code}, now)


def _next_today(session: Session, visit: Visit, now: datetime) -> bool:
    ahead = select(Visit.id).where(
        Visit.worker_id == visit.worker_id,
        Visit.state == VisitState.ASSIGNED,
        Visit.starts_at > now,
        Visit.starts_at < now + timedelta(hours=6),
    )
    return session.scalar(ahead.limit(1)) is not None


def want_evening(session: Session, now: datetime) -> int:
    """Wish for tomorrow's plans, one per group of zones; return how many."""
    time_zone = session.scalar(select(Zone.time_zone).order_by(Zone.id).limit(1))
    if time_zone is None:
        return 0
    scopes = scopes_on(session, tomorrow(now, time_zone))
    for scope in scopes:
        want_plan(session, DAY_PLAN, scope, {"kind": "evening", "about": ""}, now)
    return len(scopes)
