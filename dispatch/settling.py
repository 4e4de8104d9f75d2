"""Where the life of a visit meets the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Actor, Role
from core.errors import Conflict, NotAllowed
from core.timers import Timer
from dispatch.events import VisitSettled
from dispatch.holds import held_fen
from dispatch.models import Visit
from dispatch.states import VisitMove, VisitState
from dispatch.visits import find_visit, get_visit, money_of, move_visit
from money import visit_money
from notices import notices


def charge_visit(session: Session, visit: Visit, now: datetime) -> None:
    """Work done: the customer owes, the sum lies in escrow."""
    visit_money.charge(session, money_of(visit), now)


def on_settle(session: Session, timer: Timer, now: datetime) -> None:
    """The window is over: the worker's money is the worker's, less what is contested."""
    visit = find_visit(session, timer.about, lock=True)
    if visit.state != VisitState.COMPLETED:
        return
    settle_visit(session, visit, now)


def settle_visit(session: Session, visit: Visit, now: datetime) -> None:
    """Move escrow to the worker; a held part waits for its dispute. Cash that the worker kept is netted."""
    held = min(held_fen(session, visit), visit.worker_fen)
    money = money_of(visit)
    visit_money.settle(session, money, now, held_fen=held)
    if visit.cash_kept_at is not None:
        visit_money.kept_cash(session, money, now)
    move_visit(session, visit, VisitMove.SETTLE, SYSTEM, now, settled_at=now)
    worker = visit.worker
    if worker is not None:
        notices.enqueue(session, to=worker.account_code, kind="settled", about=visit.code, now=now)
        events.record(session, VisitSettled(visit.code, worker.code, visit.customer), by=SYSTEM, at=now)


def say_cash_kept(session: Session, actor: Actor, visit_code: str, now: datetime) -> Visit:
    """The worker says the customer paid in cash at the door; it is netted at settlement, the customer may object."""
    visit = get_visit(session, actor, visit_code, lock=True)
    if visit.job.payment_method != "cash" or visit.started_at is None:
        raise Conflict("no_cash_here", "This visit is not paid in cash, or has not started.")
    if actor.role is Role.CUSTOMER:
        raise NotAllowed("cash_not_yours", "The worker says this.")
    visit.cash_kept_at = visit.cash_kept_at or now
    return visit


def pay_lockout(session: Session, visit: Visit, paid_minutes: int, now: datetime) -> None:
    """Nobody opened: the worker gets the booked time, at most two hours; the rest is given back."""
    pay_part(session, visit, min(visit.minutes, paid_minutes), now)


def pay_aborted(session: Session, visit: Visit, worked: timedelta, now: datetime) -> None:
    """Stopped early: paid by the minute, at most what was booked."""
    pay_part(session, visit, min(visit.minutes, int(worked.total_seconds() // 60)), now)


def pay_part(session: Session, visit: Visit, minutes: int, now: datetime) -> None:
    """Charge and settle a part of the visit at once."""
    whole = money_of(visit)
    total, worker = (fen * minutes // visit.minutes for fen in (whole.total_fen, whole.worker_fen))
    if worker <= 0:
        visit_money.give_back(session, whole, now)
        return
    part = replace(whole, total_fen=total, worker_fen=worker, subsidy_fen=worker - total)
    visit_money.charge(session, part, now)
    visit_money.settle(session, part, now, held_fen=0)
