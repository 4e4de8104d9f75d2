"""Nightly estimates: mean level, share of bad ratings, spread, what screenings are worth. Published as a version."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM
from core.policies import read_policy
from ratings.events import EstimatesRenewed
from ratings.formula import Params, Source
from ratings.models import Rating, Screening, WorkerScore
from ratings.params import current_params, publish_params
from ratings.policy import EstimatePolicy
from ratings.states import RatingState


@dataclass(frozen=True)
class Recruit:
    """One screened worker: who screened, the result 0..1, and y once matured (W ≥ 6), else None."""

    source: str
    result: float
    y: float | None


def renew_estimates(session: Session, now: datetime) -> Params:
    """Publish new parameters when the data of the last 180 days say so; return what is in force."""
    policy = read_policy(session, EstimatePolicy, now)
    counted = _counted(session, now - timedelta(days=policy.days))
    recruits = _recruits(session)
    current = current_params(session)
    found = estimate(current, counted, recruits, policy)
    if found == current:
        return current
    published = publish_params(session, found, "nightly", now)
    matured = sum(one.y is not None for one in recruits)
    told = EstimatesRenewed(str(published.version), sum(map(len, counted.values())), matured)
    events.record(session, told, by=SYSTEM, at=now)
    return published


def _counted(session: Session, since: datetime) -> dict[str, list[int]]:
    rows = session.execute(
        select(Rating.ratee, Rating.stars).where(
            Rating.side == "customer",
            Rating.state == RatingState.REVEALED,
            Rating.excluded == "",
            or_(Rating.weight.is_(None), Rating.weight > 0),
            Rating.revealed_at > since,
        )
    )
    stars: dict[str, list[int]] = defaultdict(list)
    for worker, given in rows:
        stars[worker].append(given)
    return dict(stars)


def _recruits(session: Session) -> list[Recruit]:
    rows = session.execute(
        select(Screening.source, Screening.result, WorkerScore.matured_y)
        .outerjoin(WorkerScore, WorkerScore.worker == Screening.worker)
        .order_by(Screening.worker)
    )
    return [Recruit(source, result, y) for source, result, y in rows]


def estimate(
    current: Params, counted: Mapping[str, Sequence[int]], recruits: Sequence[Recruit], policy: EstimatePolicy
) -> Params:
    """Return ``current`` with its estimates renewed (six decimals); what has too little data stays as it is."""
    found = current
    if sum(map(len, counted.values())) >= policy.ratings_needed:
        found = _with_levels(found, counted)
    overall, means = _screening_means(recruits, policy)
    sources = {
        name: Source(_tidy(mean), _tidy(_offset(name, recruits, policy))) for name, mean in sorted(means.items())
    }
    matured = [(one.result - means[one.source], one.y) for one in recruits if one.y is not None]
    slope = _slope(matured) if len(matured) >= policy.recruits_needed else 0.0
    return replace(found, slope=_tidy(slope), screening_mean=_tidy(overall), sources=sources)


def _tidy(value: float) -> float:
    return round(value, 6)


def _with_levels(params: Params, counted: Mapping[str, Sequence[int]]) -> Params:
    """Mean, share of bad ones, and the variance within workers, pooled over workers."""
    stars = [one for many in counted.values() for one in many]
    values = [[(one - 1) / 4 for one in many] for many in counted.values()]
    squares = sum(sum((one - sum(many) / len(many)) ** 2 for one in many) for many in values)
    free = sum(len(many) - 1 for many in values)
    mu = _tidy(sum((one - 1) / 4 for one in stars) / len(stars))
    mu_bad = _tidy(sum(one <= 2 for one in stars) / len(stars))
    sigma2 = _tidy(squares / free) if free > 0 and squares > 0 else params.sigma2
    return replace(params, mu=mu, mu_bad=mu_bad, sigma2=sigma2)


def _screening_means(recruits: Sequence[Recruit], policy: EstimatePolicy) -> tuple[float, dict[str, float]]:
    """The mean of all screenings, and each source's own, shrunk by a few virtual candidates at the overall mean."""
    if not recruits:
        return 0.0, {}
    overall = sum(one.result for one in recruits) / len(recruits)
    by_source: dict[str, list[float]] = defaultdict(list)
    for one in recruits:
        by_source[one.source].append(one.result)
    virtual = policy.virtual_candidates
    means = {name: (sum(many) + virtual * overall) / (len(many) + virtual) for name, many in by_source.items()}
    return overall, means


def _offset(source: str, recruits: Sequence[Recruit], policy: EstimatePolicy) -> float:
    """How much better or worse than the mean a source's matured recruits are, shrunk to zero."""
    known = [one.y for one in recruits if one.source == source and one.y is not None]
    return sum(known) / (len(known) + policy.virtual_recruits)


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """Regression of later quality on screening, less one standard error; weak screening counts nothing."""
    n = len(points)
    mean_z, mean_y = sum(z for z, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((z - mean_z) ** 2 for z, _ in points)
    if n < 3 or spread <= 1e-9:
        return 0.0
    b = sum((z - mean_z) * (y - mean_y) for z, y in points) / spread
    rest = sum((y - mean_y - b * (z - mean_z)) ** 2 for z, y in points)
    return max(0.0, b - math.sqrt(rest / (n - 2) / spread))
