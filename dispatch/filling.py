"""Filling: when a visit nobody took is told to operations, asked about, and given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Actor
from core.policies import read_policy
from core.timers import Timer, cancel_timer, set_timer
from dispatch.events import VisitUnfilled
from dispatch.models import Visit
from dispatch.offers import withdraw_offers
from dispatch.policy import FillPolicy
from dispatch.states import UNMATCHED, OfferMove, VisitMove
from dispatch.visits import find_visit, get_visit, money_of, move_visit
from money import visit_money
from notices import notices, tasks

KINDS = ("fill_alert", "fill_choices", "fill_final")


@dataclass(frozen=True)
class FillTimes:
    """The three instants of a visit that is still open."""

    alert: datetime
    choices: datetime
    final: datetime


def fill_times(start: datetime, now: datetime, policy: FillPolicy) -> FillTimes:
    """Return T−12 h, T−6 h and T−2 h; for short lead 50, 75 and 90 % of the time left."""
    lead = start - now
    if lead > timedelta(hours=policy.alert_hours):
        hours = (policy.alert_hours, policy.choices_hours, policy.final_hours)
        return FillTimes(*(start - timedelta(hours=hour) for hour in hours))
    left = max(lead, timedelta(0))
    return FillTimes(*(now + left * share for share in (policy.short_alert, policy.short_choices, policy.short_final)))


def set_fill_timers(session: Session, visit: Visit, now: datetime) -> None:
    """Arm the three deadlines of an open visit."""
    times = fill_times(visit.window_from, now, read_policy(session, FillPolicy, now, visit.zone))
    visit.fill_by = times.final
    for kind, at in zip(KINDS, (times.alert, times.choices, times.final), strict=True):
        set_timer(session, kind, visit.code, at)


def on_fill_alert(session: Session, timer: Timer, now: datetime) -> None:
    """Still open: operations look."""
    visit = find_visit(session, timer.about, lock=True)
    if visit.state in UNMATCHED:
        tasks.open_task(session, "ops_agent", "fill_visit", visit.code, visit.fill_by, now)


def on_fill_choices(session: Session, timer: Timer, now: datetime) -> None:
    """Still open: the customer may choose another time, wait, or cancel for nothing."""
    visit = find_visit(session, timer.about, lock=True)
    if visit.state in UNMATCHED:
        notices.enqueue(session, to=visit.customer, kind="customer_choice_fill", about=visit.code, now=now)


def on_fill_final(session: Session, timer: Timer, now: datetime) -> None:
    """Nobody in time: give up honestly, give everything back, apologise."""
    visit = find_visit(session, timer.about, lock=True)
    if visit.state in UNMATCHED:
        _give_up(session, visit, SYSTEM, now)


def give_up_visit(session: Session, actor: Actor, visit_code: str, now: datetime) -> Visit:
    """Say that nobody can come (operations)."""
    visit = get_visit(session, actor, visit_code, lock=True)
    _give_up(session, visit, actor, now)
    return visit


def _give_up(session: Session, visit: Visit, actor: Actor, now: datetime) -> None:
    policy = read_policy(session, FillPolicy, now, visit.zone)
    rescued = visit.priority == "rescue"
    withdraw_offers(session, visit, OfferMove.WITHDRAW, actor, now)
    move_visit(session, visit, VisitMove.GIVE_UP, actor, now, ended_at=now, end_reason="unfilled")
    for kind in (*KINDS, "rescue_over"):
        cancel_timer(session, kind, visit.code)
    visit_money.give_back(session, money_of(visit), now)
    share = policy.rescue_credit_share if rescued else policy.credit_share
    cap = policy.rescue_credit_cap_fen if rescued else policy.credit_cap_fen
    visit_money.credit(session, visit.customer, min(cap, round(visit.total_fen * share)), visit.code, now)
    notices.enqueue(session, to=visit.customer, kind="visit_unfilled", about=visit.code, now=now)
    events.record(session, VisitUnfilled(visit.code, visit.customer), by=actor, at=now)
