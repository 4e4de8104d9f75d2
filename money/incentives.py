"""Recruiters' money: a zone's monthly budget, reserved when a recruit is accepted, paid out by milestones.

Reserving may fail for want of budget; what has been earned never does: it overdraws the budget and raises an alert.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict
from money import accounts as acc
from money.ledger import Leg, find_entry, lock_name, owed, post
from money.models import LedgerEntry

RESERVE = "recruit"


@dataclass(frozen=True)
class Incentive:
    """One sum earned by a rule: ``source`` is what it is for (a milestone's code), ``kind`` the rule's name.

    ``recruit`` is the worker's code, ``zone`` and ``month`` ("2026-11") name the budget of the acceptance.
    """

    source: str
    kind: str
    recruiter: str
    recruit: str
    zone: str
    month: str
    fen: int

    @property
    def budget(self) -> str:
        """The budget's owner in the ledger."""
        return budget_of(self.zone, self.month)


def budget_of(zone: str, month: str) -> str:
    """Return the owner under which a zone's monthly budget is kept."""
    return f"{zone}/{month}"


def reserve_incentive(session: Session, zone: str, month: str, recruit: str, fen: int, at: datetime) -> LedgerEntry:
    """Set aside the most a recruit can earn their recruiter, once per recruit.

    ``Conflict`` (``incentive_budget_empty``) when the month's budget does not hold that much.
    """
    budget = budget_of(zone, month)
    lock_name(session, acc.INCENTIVE_BUDGET, budget)
    known = find_entry(session, RESERVE, recruit, "reserve_incentive")
    if known is not None:
        return known
    if owed(session, acc.INCENTIVE_BUDGET, budget) < fen:
        raise Conflict("incentive_budget_empty", "This month's budget for incentives is used up.")
    legs = [Leg(acc.INCENTIVE_BUDGET, budget, fen), Leg(acc.INCENTIVE_BUDGET, recruit, -fen)]
    return post(session, RESERVE, recruit, "reserve_incentive", legs, at, budget=budget)


def owe_incentive(session: Session, due: Incentive, at: datetime) -> LedgerEntry:
    """Owe a recruiter a sum, once per source and kind: from the recruit's reserve first, then from the budget."""
    lock_name(session, acc.INCENTIVE_BUDGET, due.recruit)
    reserved = max(0, min(due.fen, owed(session, acc.INCENTIVE_BUDGET, due.recruit)))
    legs = [
        Leg(acc.INCENTIVE_BUDGET, due.recruit, reserved),
        Leg(acc.INCENTIVE_BUDGET, due.budget, due.fen - reserved),
        Leg(acc.PAYABLE_RECRUITER, due.recruiter, -due.fen),
    ]
    note = {"recruit": due.recruit, "recruiter": due.recruiter}
    return post(session, due.source, due.recruit, due.kind, legs, at, **note)


def claw_back(session: Session, taken: Incentive, at: datetime) -> LedgerEntry:
    """Net a sum against a recruiter's future pay, once per source and kind; the recruit's reserve gets it back."""
    legs = [
        Leg(acc.PAYABLE_RECRUITER, taken.recruiter, taken.fen),
        Leg(acc.INCENTIVE_BUDGET, taken.recruit, -taken.fen),
    ]
    note = {"recruit": taken.recruit, "recruiter": taken.recruiter}
    return post(session, taken.source, taken.recruit, taken.kind, legs, at, **note)


def release_reserve(session: Session, zone: str, month: str, recruit: str, at: datetime) -> LedgerEntry | None:
    """Give what is left of a recruit's reserve back to its budget when nothing more can be earned."""
    lock_name(session, acc.INCENTIVE_BUDGET, recruit)
    left = owed(session, acc.INCENTIVE_BUDGET, recruit)
    if left <= 0:
        return None
    legs = [Leg(acc.INCENTIVE_BUDGET, recruit, left), Leg(acc.INCENTIVE_BUDGET, budget_of(zone, month), -left)]
    return post(session, RESERVE, recruit, f"release_reserve_{at:%Y%m%dT%H%M%S}", legs, at)
