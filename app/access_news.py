"""What follows when a number or an authenticator changes: people are told, the desk looks, holds end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.events import (
    NumberDetached,
    PhoneChangeAsked,
    PhoneChanged,
    PhoneChangeStopped,
    SecondFactorDropped,
    SecondFactorSet,
)
from accounts.models import PhoneChange
from accounts.numbers import apply_phone_changes
from core.clock import wall
from core.db import SessionFactory, in_transaction
from core.events import Handlers
from core.ticks import Tick, claim_tick
from notices.notices import enqueue
from notices.tasks import open_task


def change_numbers(factory: SessionFactory, tick: str, now: datetime) -> None:
    """Let changes of telephone numbers whose hold is over come true. The hold is wall time."""

    def work(session: Session) -> None:
        if claim_tick(session, "app_numbers", tick, now):
            apply_phone_changes(session, wall())

    in_transaction(factory, work)


def tell_of_wish(session: Session, event: PhoneChangeAsked, now: datetime) -> None:
    """Tell the old contact that another number was asked for, while it can still be stopped."""
    enqueue(session, event.account_code, "phone_change_asked", event.change_code, now)


def tell_of_change(session: Session, event: PhoneChanged, now: datetime) -> None:
    """Tell both numbers that the account has another one."""
    enqueue(session, event.account_code, "phone_changed", event.change_code, now)
    change = session.scalars(select(PhoneChange).where(PhoneChange.code == event.change_code)).one()
    if change.old_phone:
        enqueue(session, change.old_phone, "phone_changed", event.change_code, now)


def tell_of_stop(session: Session, event: PhoneChangeStopped, now: datetime) -> None:
    """Tell that the number stays."""
    enqueue(session, event.account_code, "phone_change_stopped", event.change_code, now)


def tell_of_factor(session: Session, event: SecondFactorSet, now: datetime) -> None:
    """Tell that an authenticator is asked from now on."""
    enqueue(session, event.account_code, "second_factor_set", event.account_code, now)


def tell_of_no_factor(session: Session, event: SecondFactorDropped, now: datetime) -> None:
    """Tell that no authenticator is asked any more."""
    enqueue(session, event.account_code, "second_factor_dropped", event.account_code, now)


def look_at_detached(session: Session, event: NumberDetached, now: datetime) -> None:
    """Have the desk look at an account that lost its number to somebody who began anew."""
    due = now + timedelta(days=2)
    open_task(session, "ops_agent", "number_detached", event.account_code, due, now, new_account=event.new_account)


NEWS: Handlers = {
    PhoneChangeAsked: [tell_of_wish],
    PhoneChanged: [tell_of_change],
    PhoneChangeStopped: [tell_of_stop],
    SecondFactorSet: [tell_of_factor],
    SecondFactorDropped: [tell_of_no_factor],
    NumberDetached: [look_at_detached],
}
NUMBERS_TICK = Tick("app_numbers", change_numbers, period=timedelta(minutes=10))
