"""What dispatch does when something has happened, comes due, or the clock ticks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.db import SessionFactory, in_transaction
from core.events import Handlers
from core.policies import read_policy
from core.ticks import Tick, claim_tick
from core.timers import TimerHandler
from dispatch import (
    accepting,
    day_plans,
    filling,
    finishing,
    jobs,
    lateness,
    offers,
    plan_moves,
    plan_wishes,
    rescue,
    rounds,
    settling,
)
from dispatch.events import RescueCalled, TimeOffTaken, VisitAssigned, VisitGivenBack, WorkStarted
from dispatch.models import Position, SlotHold, Visit, VisitHold
from dispatch.policy import TripPolicy

HANDLERS: Handlers = {
    VisitAssigned: [accepting.on_assigned_withdraw_unfit],
    RescueCalled: [plan_wishes.on_rescue],
    VisitGivenBack: [plan_wishes.on_given_back],
    TimeOffTaken: [plan_wishes.on_time_off],
    WorkStarted: [plan_wishes.on_work_started],
}

TIMERS: dict[str, TimerHandler] = {
    "offer_expires": offers.on_offer_expires,
    "payment_lapses": jobs.on_payment_lapses,
    "fill_alert": filling.on_fill_alert,
    "fill_choices": filling.on_fill_choices,
    "fill_final": filling.on_fill_final,
    "trip_reminder": rescue.on_trip_reminder,
    "trip_call": rescue.on_trip_call,
    "no_show": rescue.on_no_show,
    "no_show_auto": rescue.on_no_show_auto,
    "rescue_over": rescue.on_rescue_over,
    "work_done": finishing.on_work_done,
    "confirm_silently": finishing.on_confirm_silently,
    "settle": settling.on_settle,
    "overrun_look": plan_wishes.on_overrun_look,
    plan_moves.UNANSWERED: plan_moves.on_unanswered,
}


def _round(name: str) -> Callable[[SessionFactory, str, datetime], object]:
    def run(factory: SessionFactory, tick: str, now: datetime) -> object:
        return rounds.run_round(factory, name, tick, now)

    return run


def sweep(factory: SessionFactory, tick: str, now: datetime) -> None:
    """Forget what may not be kept: positions a day after the visit (unless contested), lapsed slot holds."""

    def work(session: Session) -> None:
        if not claim_tick(session, "dispatch_sweep", tick, now):
            return
        hours = read_policy(session, TripPolicy, now).position_hours
        contested = select(VisitHold.visit_id).where(VisitHold.released_at.is_(None), VisitHold.positions_kept)
        over = select(Visit.id).where(Visit.state_since < now - timedelta(hours=hours), Visit.id.not_in(contested))
        session.execute(delete(Position).where(Position.visit_id.in_(over), Position.at < now - timedelta(hours=hours)))
        session.execute(delete(SlotHold).where(SlotHold.expires_at < now))

    in_transaction(factory, work)


TICKS: list[Tick] = [
    Tick(rounds.URGENT, _round(rounds.URGENT), period=timedelta(seconds=60)),
    Tick(rounds.NEAR, _round(rounds.NEAR), period=timedelta(minutes=5)),
    Tick(rounds.LATER, _round(rounds.LATER), period=timedelta(minutes=30)),
    Tick(rounds.EVENING, _round(rounds.EVENING), at_minute=18 * 60),
    Tick(day_plans.EVENING, day_plans.evening, period=timedelta(minutes=5)),
    Tick(day_plans.SOLVE, day_plans.solve_tick, period=timedelta(seconds=60)),
    Tick(lateness.LOOK, lateness.look, period=timedelta(minutes=5)),
    Tick("dispatch_sweep", sweep, period=timedelta(minutes=15)),
]
