"""The fairness gap: who got less work for the hours offered than others did; measured nightly, published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.policies import read_policy
from dispatch.models import Assignment, Visit
from dispatch.states import WORKED
from places.zones import city_clock
from ratings.formula import clip, stars_of
from ratings.params import current_params
from ratings.policy import FairnessPolicy
from workers.models import Shift, Standing, Worker
from workers.standing import StandingUpdate, publish_standing
from workers.states import MATCHABLE


@dataclass(frozen=True)
class Offered:
    """One worker's last 28 days: paid visits, half-day shifts offered, and the score in stars."""

    visits: int
    shifts: float
    stars: float


def renew_gaps(session: Session, now: datetime) -> dict[str, float]:
    """Measure every matchable worker's gap (−1..1) and publish what changed; six queries whatever their number."""
    policy = read_policy(session, FairnessPolicy, now)
    rows = session.execute(
        select(Worker.id, Worker.code, Standing.score, Standing.fairness_gap)
        .outerjoin(Standing, Standing.worker_id == Worker.id)
        .where(Worker.state.in_(MATCHABLE))
        .order_by(Worker.id)
    ).all()
    mu = current_params(session).mu
    since = now - timedelta(days=policy.days)
    done, shifts = _visits(session, since, now), _half_days(session, policy, since, now)
    facts = {
        code: Offered(done.get(key, 0), shifts.get(key, 0.0), stars_of(mu if score is None else score))
        for key, code, score, _ in rows
    }
    found = gaps(facts, stars_of(mu), policy)
    for _, code, _, before in rows:
        if found[code] != (before or 0.0):
            publish_standing(session, code, StandingUpdate(fairness_gap=found[code]), now)
    return found


def gaps(facts: Mapping[str, Offered], mean_stars: float, policy: FairnessPolicy) -> dict[str, float]:
    """Return clip(mean of h − h, −1, 1) per worker, h = paid visits per half-day shift offered.

    It ramps in after the first few shifts and is 0 for workers well below the mean.
    """
    rates = {code: one.visits / one.shifts for code, one in facts.items() if one.shifts >= 1}
    if not rates:
        return dict.fromkeys(facts, 0.0)
    mean = sum(rates.values()) / len(rates)
    return {code: _gap(one, rates.get(code, mean), mean, mean_stars, policy) for code, one in facts.items()}


def _gap(one: Offered, rate: float, mean: float, mean_stars: float, policy: FairnessPolicy) -> float:
    if one.stars < mean_stars - policy.below_mean_stars:
        return 0.0
    ramp = clip((one.shifts - policy.ramp_shifts) / policy.ramp_shifts, 0.0, 1.0)
    return round(ramp * clip(mean - rate, -1.0, 1.0), 4)


def _visits(session: Session, since: datetime, now: datetime) -> dict[int, int]:
    rows = session.execute(
        select(Visit.worker_id, func.count())
        .where(Visit.worker_id.is_not(None), Visit.state.in_(WORKED), Visit.finished_at.between(since, now))
        .group_by(Visit.worker_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _half_days(session: Session, policy: FairnessPolicy, since: datetime, now: datetime) -> dict[int, float]:
    """Declared weekly hours over the period less time off, in half days; declined hours count as offered."""
    clock = city_clock(session)
    first = since.astimezone(clock).date() + timedelta(days=1)
    days = [first + timedelta(days=turn) for turn in range(policy.days)]
    shifts: dict[int, list[Shift]] = defaultdict(list)
    for shift in session.scalars(select(Shift).where(Shift.valid_from <= days[-1])):
        shifts[shift.worker_id].append(shift)
    minutes = {
        worker_id: float(sum(one.ends - one.starts for one in many for day in days if _valid(one, day)))
        for worker_id, many in shifts.items()
    }
    off = select(Assignment.worker_id, Assignment.during).where(
        Assignment.status == "time_off", func.upper(Assignment.during) > since, func.lower(Assignment.during) < now
    )
    for worker_id, during in session.execute(off):
        away = (during.lower or since, during.upper or now)
        minutes[worker_id] = minutes.get(worker_id, 0.0) - _overlap(shifts.get(worker_id, []), days, away, clock)
    return {worker_id: max(0.0, many) / policy.half_day_minutes for worker_id, many in minutes.items()}


def _overlap(shifts: list[Shift], days: list[date], away: tuple[datetime, datetime], clock: ZoneInfo) -> float:
    """Return the declared minutes that fall into a time off."""
    total = 0.0
    for day in days:
        midnight = datetime.combine(day, time(), clock)
        for one in shifts:
            if _valid(one, day):
                begin = max(midnight + timedelta(minutes=one.starts), away[0])
                end = min(midnight + timedelta(minutes=one.ends), away[1])
                total += max(0.0, (end - begin).total_seconds() / 60)
    return total


def _valid(shift: Shift, day: date) -> bool:
    return (
        shift.weekday == day.weekday()
        and shift.valid_from <= day
        and (shift.valid_until is None or day <= shift.valid_until)
    )
