"""What does not count, by rule: reasons outside the worker's control, people who are too close, bursts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Interval, func, literal, or_, select
from sqlalchemy.orm import Session

from accounts.models import Account, AccountRole
from core.actors import SYSTEM
from core.policies import read_policy
from dispatch.models import Job
from notices.tasks import open_task
from ratings.models import Rating
from ratings.policy import FraudPolicy
from ratings.reasons import outside_control
from ratings.scores import reweigh
from ratings.states import RatingState
from workers.models import Worker


def exclusion_of(session: Session, rating: Rating) -> str:
    """Return why a rating of a worker counts nothing from the start, or an empty text."""
    if outside_control(rating.reason):
        return "outside_control"
    if _related(session, rating):
        return "related"
    return ""


def _related(session: Session, rating: Rating) -> bool:
    """True when the rater is the worker's own account, or the account of whoever recruited the worker."""
    return (
        session.scalar(
            select(Account.id)
            .join(AccountRole, AccountRole.account_id == Account.id)
            .join(Worker, Worker.code == rating.ratee)
            .where(
                Account.code == rating.rater,
                or_(
                    Worker.account_code == Account.code,
                    (AccountRole.person == Worker.recruiter_code) & (Worker.recruiter_code != ""),
                ),
            )
            .limit(1)
        )
        is not None
    )


def exclude_bursts(session: Session, rating: Rating, now: datetime) -> int:
    """Weigh a burst of five-star ratings from fresh accounts with nothing until a person has looked; return how many.

    While the house itself is new, everybody is fresh: then only a burst three times as large asks a person, and none
    is weighed with nothing.
    """
    policy = read_policy(session, FraudPolicy, now)
    if rating.stars != 5:
        return 0
    burst = _burst(_fresh(session, rating.ratee, policy, now), policy)
    if not burst:
        return 0
    launching = _launching(session, policy, now)
    if launching and len(burst) < policy.launch_factor * policy.burst_ratings:
        return 0
    due = now + timedelta(hours=policy.task_hours)
    open_task(session, "ops_agent", "rating_burst", rating.ratee, due, now, ratings=len(burst))
    if launching:
        return 0
    counted = [one for one in burst if one.weight is None or one.weight > 0]
    for one in counted:
        reweigh(session, one, 0.0, "burst", SYSTEM, now)
    return len(counted)


def _fresh(session: Session, worker: str, policy: FraudPolicy, now: datetime) -> list[Rating]:
    """Revealed five-star ratings of the last weeks by accounts that were young and had hardly ordered, oldest first."""
    jobs = select(func.count(Job.id)).where(Job.customer == Rating.rater).scalar_subquery()
    query = (
        select(Rating)
        .join(Account, Account.code == Rating.rater)
        .where(
            Rating.ratee == worker,
            Rating.side == "customer",
            Rating.stars == 5,
            Rating.state == RatingState.REVEALED,
            Rating.given_at > now - timedelta(days=policy.fresh_days + 7),
            Account.created_at > Rating.given_at - literal(timedelta(days=policy.fresh_days), Interval()),
            jobs <= policy.fresh_jobs,
        )
        .order_by(Rating.given_at, Rating.id)
    )
    return list(session.scalars(query))


def _burst(rows: Sequence[Rating], policy: FraudPolicy) -> list[Rating]:
    """Return the ratings that lie in any window of ``burst_hours`` holding at least ``burst_ratings`` of them."""
    window = timedelta(hours=policy.burst_hours)
    found: dict[str, Rating] = {}
    for first in rows:
        inside = [one for one in rows if first.given_at <= one.given_at <= first.given_at + window]
        if len(inside) >= policy.burst_ratings:
            found |= {one.code: one for one in inside}
    return list(found.values())


def _launching(session: Session, policy: FraudPolicy, now: datetime) -> bool:
    first = session.scalar(select(func.min(Rating.given_at)))
    return first is None or first > now - timedelta(days=policy.launch_days)
