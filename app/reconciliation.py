"""The books against the world, once a day: what visits, milestones and payouts say must lie in the ledger, lies there.

The ledger's own laws (``money/invariants.py``) hold entry by entry; here its sums are compared with rows that other
packages keep for their own reasons, so that a forgotten or doubled posting cannot hide behind a balanced one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.actors import Role
from core.db import SessionFactory, in_transaction
from core.ticks import Tick, TickRun, claim_tick
from dispatch.models import Job, Visit, VisitHold
from dispatch.states import VisitState
from money import accounts as acc
from money.invariants import broken_rules
from money.ledger import balances
from money.models import LedgerEntry, Payout, Posting
from notices.tasks import close_tasks, open_task
from recruiting.models import Milestone
from recruiting.states import MilestoneState

TICK: Final = "app_reconcile"
TASK: Final = "books_differ"
TOLD = 200  # so many differences are kept by name; more than that is one disaster, not many findings
_IN_PART = frozenset({VisitState.LOCKOUT, VisitState.ABORTED})
_OVER = _IN_PART | {VisitState.SETTLED, VisitState.UNFILLED, VisitState.CANCELLED, VisitState.EXPIRED}
_CHARGED = frozenset({VisitState.WORK_DONE, VisitState.COMPLETED})
_OWED = frozenset({MilestoneState.VESTED, MilestoneState.APPROVED, MilestoneState.PAID})
_NOT_OWED = frozenset({MilestoneState.FORFEITED, MilestoneState.REVERSED})


@dataclass(frozen=True)
class Difference:
    """One sum that is not what it should be: which rule, about what, in the ledger, by the other rows (fen)."""

    code: str
    about: str
    ledger_fen: int
    expected_fen: int


def differences(session: Session) -> list[Difference]:
    """Compare everything; an empty list is good news."""
    found = [Difference(f"law_{one.code}", one.owner, one.fen, 0) for one in broken_rules(session)]
    for rule in (_escrow, _holds, _settled, _payouts, _milestones, _recruiter_pay, _reserves):
        found += rule(session)
    return found


def reconcile(session: Session, tick: str, now: datetime) -> list[Difference] | None:
    """Compare once per day, keep the outcome for the desk, and give finance a task; None when it was done before."""
    if not claim_tick(session, TICK, tick, now):
        return None
    found = differences(session)
    run = session.get(TickRun, (TICK, tick))
    if run is not None:
        run.outcome = {"count": len(found), "differences": [asdict(one) for one in found[:TOLD]]}
    if found:
        open_task(session, Role.FINANCE, TASK, "ledger", now + timedelta(days=1), now, count=len(found))
    else:
        close_tasks(session, TASK, "ledger", "even", now)
    return found


@dataclass(frozen=True)
class LastReckoning:
    """The last daily comparison: when, and what differed then. ``at`` is None when there was none yet."""

    at: datetime | None
    count: int
    found: tuple[Difference, ...]


def last_reckoning(session: Session) -> LastReckoning:
    """Return the last comparison, for the desk."""
    run = session.scalars(select(TickRun).where(TickRun.name == TICK).order_by(TickRun.at.desc()).limit(1)).first()
    if run is None:
        return LastReckoning(None, 0, ())
    rows = run.outcome.get("differences", [])
    return LastReckoning(run.at, int(run.outcome.get("count", 0)), tuple(Difference(**row) for row in rows))


def run_daily(factory: SessionFactory, tick: str, now: datetime) -> None:
    """Compare in a transaction of its own."""
    in_transaction(factory, lambda session: reconcile(session, tick, now))


RECONCILE_TICK = Tick(TICK, run_daily, at_minute=4 * 60 + 20)


def _escrow(session: Session) -> list[Difference]:
    """Escrow of a visit: the promised subsidy before it is done, the worker's whole price after, nothing at its end."""
    lying = {code: -fen for code, fen in balances(session, acc.ESCROW_VISIT).items()}
    rows = session.execute(
        select(Visit.code, Visit.state, Visit.total_fen, Visit.worker_fen, Job.payment_method)
        .join(Job, Job.id == Visit.job_id)
        .where(Visit.state.not_in([state.value for state in _OVER]) | Visit.code.in_(list(lying)))
    )
    expected = {code: _in_escrow(VisitState(state), total, worker, method)
                for code, state, total, worker, method in rows}  # fmt: skip
    return _differing("escrow", lying, expected)


def _in_escrow(state: VisitState, total: int, worker: int, method: str) -> int:
    if state in _OVER:
        return 0
    paid = state in _CHARGED or (method != "cash" and state is not VisitState.AWAITING_PAYMENT)
    return worker if paid else worker - total


def _holds(session: Session) -> list[Difference]:
    """Contested money: what was held when its visit was settled, as long as anybody holds anything of it."""
    lying = {code: -fen for code, fen in balances(session, acc.HOLD_DISPUTE).items()}
    rows = session.execute(
        select(Visit.code, func.least(func.sum(VisitHold.fen), Visit.worker_fen))
        .join(VisitHold, VisitHold.visit_id == Visit.id)
        .where(Visit.state == VisitState.SETTLED.value, VisitHold.placed_at <= Visit.settled_at)
        .where(VisitHold.released_at.is_(None) | (VisitHold.released_at > Visit.settled_at))
        .group_by(Visit.id)
        .having(func.bool_or(VisitHold.released_at.is_(None)))
    )
    return _differing("hold", lying, {code: int(fen) for code, fen in rows})


def _settled(session: Session) -> list[Difference]:
    """Every settled visit has given its worker's price away, to the worker or into the hold, once."""
    paid = _net(
        session, "visit", (acc.PAYABLE_WORKER, acc.HOLD_DISPUTE), LedgerEntry.kind.op("~")("^settle(_[0-9]+)?$")
    )
    rows = session.execute(select(Visit.code, Visit.worker_fen).where(Visit.state == VisitState.SETTLED.value))
    for code in session.scalars(select(Visit.code).where(Visit.state.in_([state.value for state in _IN_PART]))):
        paid.pop(code, None)  # worked in part: how much is known to its entry alone
    return _differing("settled", paid, dict(_pairs(rows)))


def _payouts(session: Session) -> list[Difference]:
    """Every payout stated as paid has left what is owed, and nothing else has."""
    left = _net(session, "payout", (acc.PAYABLE_WORKER, acc.TIPS_WORKER, acc.PAYABLE_RECRUITER),
                LedgerEntry.kind == "paid_out")  # fmt: skip
    rows = session.execute(select(Payout.code, Payout.fen).where(Payout.state == "paid", Payout.account != ""))
    return _differing("payout", {code: -fen for code, fen in left.items()}, dict(_pairs(rows)))


def _milestones(session: Session) -> list[Difference]:
    """What a milestone's state says is owed to recruiter and team, is written down; what was taken back, is not."""
    owed = _net(session, "milestone", (acc.PAYABLE_RECRUITER,))
    expected: dict[str, int] = {}
    for code, state, fen, paid_at in session.execute(
        select(Milestone.code, Milestone.state, Milestone.fen, Milestone.paid_at)
    ):
        if state in _OWED or (state == MilestoneState.REVERSED and paid_at is not None):
            expected[code] = fen
        elif state not in _NOT_OWED:
            owed.pop(code, None)  # being looked at: owed or not yet, either is right
    return _differing("milestone", owed, expected)


def _recruiter_pay(session: Session) -> list[Difference]:
    """A recruiter's payout is the sum of its milestones, what is kept back included."""
    left = _net(session, "payout", (acc.PAYABLE_RECRUITER,), LedgerEntry.kind == "recruiter_pay")
    rows = session.execute(
        select(Milestone.payout, func.sum(Milestone.fen - Milestone.team_fen))
        .where(Milestone.payout != "")
        .group_by(Milestone.payout)
    )
    return _differing("recruiter_pay", {code: -fen for code, fen in left.items()}, dict(_pairs(rows)))


def _reserves(session: Session) -> list[Difference]:
    """The reserve of a recruit is never spent twice."""
    return [
        Difference("reserve", owner, -fen, 0)
        for owner, fen in balances(session, acc.INCENTIVE_BUDGET).items()
        if owner.startswith("W-") and fen > 0
    ]


def _net(session: Session, source: str, accounts: Iterable[str], *where: ColumnElement[bool]) -> dict[str, int]:
    """Return what entries of a source have credited to accounts, by what they are about; reversals count against it."""
    undone = select(LedgerEntry.reverses_id).where(LedgerEntry.reverses_id.is_not(None))
    rows = session.execute(
        select(LedgerEntry.source_id, -func.sum(Posting.fen))
        .join(Posting, Posting.entry_id == LedgerEntry.id)
        .where(LedgerEntry.source == source, Posting.account.in_(list(accounts)), LedgerEntry.id.not_in(undone), *where)
        .group_by(LedgerEntry.source_id)
    )
    return dict(_pairs(rows))


def _pairs(rows: Iterable[Any]) -> Iterator[tuple[str, int]]:
    for code, fen in rows:
        yield str(code), int(fen)


def _differing(code: str, ledger: Mapping[str, int], expected: Mapping[str, int]) -> list[Difference]:
    return [
        Difference(code, about, ledger.get(about, 0), expected.get(about, 0))
        for about in sorted({*ledger, *expected})
        if ledger.get(about, 0) != expected.get(about, 0)
    ]
