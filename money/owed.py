"""What is owed to people and what is on its way to them: for finance to pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Actor
from core.errors import NotFound
from money import accounts as acc
from money.ledger import balances
from money.models import Payout


@dataclass(frozen=True)
class OwedLine:
    """What is owed to somebody, of one account, in fen; ``made`` is the code of a payout that waits, if any."""

    owner: str
    account: str
    fen: int
    made: str


@dataclass(frozen=True)
class PayoutLine:
    """One payout."""

    code: str
    owner: str
    account: str
    fen: int
    state: str
    created_at: datetime
    made_by: str
    paid_at: datetime | None


def owed_to_people(session: Session, actor: Actor) -> list[OwedLine]:
    """Return what is owed to workers, the largest first. Recruiters are paid by milestones. Staff only."""
    if not actor.is_staff:
        raise NotFound
    waiting = {(row.owner, row.account): row.code for row in _payouts(session, "made")}
    found = [
        OwedLine(owner, account, -fen, waiting.get((owner, account), ""))
        for account in (acc.PAYABLE_WORKER, acc.TIPS_WORKER)
        for owner, fen in balances(session, account).items()
        if fen < 0
    ]
    return sorted(found, key=lambda one: (-one.fen, one.owner))


def payouts(session: Session, actor: Actor, state: str, limit: int = 100) -> list[PayoutLine]:
    """Return payouts of a state ("made", "paid", "void"), latest first. Staff only."""
    if not actor.is_staff:
        raise NotFound
    return [
        PayoutLine(row.code, row.owner, row.account, row.fen, row.state, row.created_at, row.made_by, row.paid_at)
        for row in _payouts(session, state, limit)
    ]


def _payouts(session: Session, state: str, limit: int = 1000) -> Sequence[Payout]:
    return session.scalars(select(Payout).where(Payout.state == state).order_by(Payout.id.desc()).limit(limit)).all()
