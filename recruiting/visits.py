"""Reading a recruit's settled visits: a fixed number of queries, whatever the number of visits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.models import Offer, Visit, VisitHold
from dispatch.states import VisitState
from money.accounts import CREDIT_CUSTOMER
from money.models import LedgerEntry, Posting
from recruiting.counting import SettledVisit, Tally, tally
from recruiting.policy import IncentivePolicy
from recruiting.relations import related_accounts
from workers.models import Worker


def tally_of(session: Session, worker: Worker, recruiter_account: str, policy: IncentivePolicy) -> Tally:
    """Return which of the worker's settled visits count for this recruiter's milestones."""
    rows = session.scalars(
        select(Visit).where(Visit.worker_id == worker.id, Visit.state == VisitState.SETTLED).order_by(Visit.settled_at)
    ).all()
    refunds = refunded(session, {row.code for row in rows})
    customers = {row.customer for row in rows}
    ties = {
        **related_accounts(session, worker.account_code, customers),
        **related_accounts(session, recruiter_account, customers),
    }
    return tally([_facts(row, refunds.get(row.code, 0), ties.get(row.customer, "")) for row in rows], policy)


def refunded(session: Session, visit_codes: Collection[str]) -> dict[str, int]:
    """Return what went back to the customers of these visits, in fen."""
    if not visit_codes:
        return {}
    rows = session.execute(
        select(LedgerEntry.source_id, -func.sum(Posting.fen))
        .join(Posting, Posting.entry_id == LedgerEntry.id)
        .where(LedgerEntry.source_id.in_(visit_codes), LedgerEntry.kind.op("~")("^(refund|release_hold)"))
        .where(Posting.account == CREDIT_CUSTOMER)
        .group_by(LedgerEntry.source_id)
    )
    return {code: int(fen) for code, fen in rows}


def has_open_hold(session: Session, worker: Worker) -> bool:
    """Return whether a dispute holds (part of) any visit of this worker."""
    query = select(VisitHold.id).join(Visit, Visit.id == VisitHold.visit_id)
    query = query.where(Visit.worker_id == worker.id, VisitHold.released_at.is_(None)).limit(1)
    return session.scalar(query) is not None


def offered_hours(session: Session, worker: Worker, since: datetime, until: datetime) -> list[float]:
    """Return the hours of visits offered in each week since an instant; a visit offered twice counts once."""
    rows = session.execute(
        select(func.min(Offer.created_at), Visit.minutes)
        .join(Visit, Visit.id == Offer.visit_id)
        .where(Offer.worker_id == worker.id, Offer.created_at >= since, Offer.created_at < until)
        .group_by(Visit.id, Visit.minutes)
    ).all()
    weeks = [0.0] * ((until - since) // timedelta(days=7) + 1 if until > since else 0)
    for at, minutes in rows:
        weeks[(at - since) // timedelta(days=7)] += minutes / 60
    return weeks


def _facts(row: Visit, refunded_fen: int, related: str) -> SettledVisit:
    began = row.started_at or row.arrived_at
    ended = row.finished_at
    minutes = (ended - began).total_seconds() / 60 if began and ended else 0.0
    return SettledVisit(
        code=row.code,
        customer=row.customer,
        settled_at=row.settled_at or row.state_since,
        start_method=row.start_method,
        arrived_method=row.arrived_method,
        site_minutes=minutes,
        total_fen=row.total_fen,
        refunded_fen=refunded_fen,
        related=related,
    )
