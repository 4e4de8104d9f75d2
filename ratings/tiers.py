"""Tiers, evaluated weekly; up at once, down only after two evaluations in a row. Nobody is punished by a rule alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Role
from core.policies import read_policy
from dispatch.models import ReliabilityMark
from notices.notices import enqueue
from notices.tasks import open_task
from ratings.events import ScoreRecomputed, TierChanged
from ratings.formula import stars_of
from ratings.models import Rating, WorkerScore
from ratings.params import current_params
from ratings.policy import TierPolicy
from workers.models import Standing, Worker
from workers.standing import StandingUpdate, publish_standing
from workers.states import MATCHABLE
from workers.workers import worker_by_code

TIERS = ("newcomer", "standard", "gold", "star")


@dataclass(frozen=True)
class Facts:
    """What a tier is judged by: stars, weight of counted ratings, reliability points, days since the last lapse."""

    score: float
    lower: float
    upper: float
    weight: float
    points: int
    streak_days: int


@dataclass(frozen=True)
class Verdict:
    """The tier from now on, and how many evaluations in a row its line has been missed."""

    tier: str
    misses: int


def meets(tier: str, facts: Facts, policy: TierPolicy) -> bool:
    """Tell whether the facts earn the tier today."""
    if tier == "star":
        enough = facts.weight >= policy.star_weight and facts.streak_days >= policy.streak_days
        return enough and facts.lower >= policy.star_lower and facts.points <= policy.star_points
    if tier == "gold":
        enough = facts.weight >= policy.gold_weight
        return enough and facts.lower >= policy.gold_lower and facts.points <= policy.gold_points
    return tier == "newcomer" or facts.weight >= policy.standard_weight


def keeps(tier: str, facts: Facts, policy: TierPolicy) -> bool:
    """Tell whether a tier once earned is still held: its line less a tenth of a star, and its points."""
    if tier == "star":
        return facts.lower >= policy.star_lower - policy.grace_stars and facts.points <= policy.star_points
    if tier == "gold":
        return facts.lower >= policy.gold_lower - policy.grace_stars and facts.points <= policy.gold_points
    return True


def earned(facts: Facts, policy: TierPolicy) -> str:
    """Return the highest tier the facts earn."""
    return next(tier for tier in reversed(TIERS) if meets(tier, facts, policy))


def judge(current: str, misses: int, facts: Facts, policy: TierPolicy) -> Verdict:
    """Return the verdict of one evaluation."""
    found = earned(facts, policy)
    if TIERS.index(found) >= TIERS.index(current):
        return Verdict(found, 0)
    if keeps(current, facts, policy):
        return Verdict(current, 0)
    if misses + 1 < 2:
        return Verdict(current, misses + 1)
    return Verdict(found if found != "newcomer" else "standard", 0)


def watched(facts: Facts, p_bad: float, mu_bad: float, policy: TierPolicy) -> str:
    """Return "stop", "watch" or "": whether a person should look. The lines are absolute."""
    if facts.upper < policy.stop_upper and facts.weight >= policy.stop_weight:
        return "stop"
    low = facts.score < policy.watch_score and facts.weight >= policy.watch_weight
    bad = p_bad > policy.watch_bad_factor * mu_bad and facts.weight >= policy.watch_bad_weight
    return "watch" if low or bad else ""


def evaluate_tiers(session: Session, now: datetime) -> int:
    """Evaluate everybody who is matchable; return how many tiers moved. The weekly private message goes with it."""
    policy = read_policy(session, TierPolicy, now)
    mu_bad = current_params(session).mu_bad
    rows = session.execute(
        select(WorkerScore, Worker, Standing)
        .join(Worker, Worker.code == WorkerScore.worker)
        .join(Standing, Standing.worker_id == Worker.id)
        .where(Worker.state.in_(MATCHABLE))
        .order_by(Worker.id)
    ).all()
    points, lapses = _points(session, policy, now), _lapses(session, policy, now)
    moved = 0
    for score, worker, standing in rows:
        facts = _facts(score, points.get(worker.code, 0), _streak(worker, lapses.get(worker.code), now))
        publish_standing(session, worker.code, StandingUpdate(reliability_points=facts.points), now)
        verdict = judge(standing.tier, score.tier_misses, facts, policy)
        score.tier_misses = verdict.misses
        if verdict.tier != standing.tier:
            moved += 1
            _move(session, score, worker, (standing.tier, verdict.tier), now)
        _ask_a_person(session, score, watched(facts, score.p_bad, mu_bad, policy), policy, now)
    session.flush()
    return moved


def _facts(score: WorkerScore, points: int, streak_days: int) -> Facts:
    return Facts(stars_of(score.score), stars_of(score.lower), stars_of(score.upper), score.w, points, streak_days)


def _points(session: Session, policy: TierPolicy, now: datetime) -> dict[str, int]:
    rows = session.execute(
        select(ReliabilityMark.person, func.sum(ReliabilityMark.points))
        .where(ReliabilityMark.at > now - timedelta(days=policy.streak_days), ReliabilityMark.excused == "")
        .group_by(ReliabilityMark.person)
    )
    return {row[0]: int(row[1]) for row in rows}


def _lapses(session: Session, policy: TierPolicy, now: datetime) -> dict[str, datetime]:
    """When each worker last cancelled late or did not come (two points or more), within the streak's length."""
    rows = session.execute(
        select(ReliabilityMark.person, func.max(ReliabilityMark.at))
        .where(
            ReliabilityMark.at > now - timedelta(days=policy.streak_days),
            ReliabilityMark.excused == "",
            ReliabilityMark.points >= 2,
        )
        .group_by(ReliabilityMark.person)
    )
    return {row[0]: row[1] for row in rows}


def _streak(worker: Worker, lapse: datetime | None, now: datetime) -> int:
    since = lapse or worker.activated_at
    return 0 if since is None else (now - since).days


def _move(session: Session, score: WorkerScore, worker: Worker, change: tuple[str, str], now: datetime) -> None:
    before, after = change
    publish_standing(session, worker.code, StandingUpdate(tier=after), now)
    lost = TIERS.index(after) < TIERS.index(before)
    score.lost_tier, score.tier_lost_at = (before, now) if lost else ("", None)
    events.record(session, TierChanged(worker.code, before, after), by=SYSTEM, at=now)
    enqueue(session, worker.account_code, "tier_changed", worker.code, now, before=before, after=after)


def _ask_a_person(session: Session, score: WorkerScore, what: str, policy: TierPolicy, now: datetime) -> None:
    """Open a task; the same worker again only after some more ratings."""
    again = score.watched_at is None or score.ratings >= score.watched_at + policy.watch_again_ratings
    if not what or not again:
        return
    score.watched_at = score.ratings
    role, kind = (Role.OPS_LEAD, "score_stop") if what == "stop" else (Role.OPS_AGENT, "score_watch")
    facts = {"score": round(stars_of(score.score), 2), "weight": round(score.w, 1)}
    open_task(session, role, kind, score.worker, now + timedelta(hours=policy.task_hours), now, **facts)


def on_score_recomputed(session: Session, event: ScoreRecomputed, now: datetime) -> None:
    """Give a tier back that was lost only because of a rating that does not count any more."""
    score = session.get(WorkerScore, event.worker_code)
    rating = session.scalars(select(Rating).where(Rating.code == event.rating_code)).first()
    if score is None or rating is None or event.lower_after <= event.lower_before or score.tier_lost_at is None:
        return
    if rating.revealed_at is None or rating.revealed_at > score.tier_lost_at:
        return
    policy = read_policy(session, TierPolicy, now)
    worker = worker_by_code(session, event.worker_code)
    points = _points(session, policy, now).get(worker.code, 0)
    lapse = _lapses(session, policy, now).get(worker.code)
    facts = _facts(score, points, _streak(worker, lapse, now))
    standing = worker.standing
    if standing is not None and score.lost_tier and keeps(score.lost_tier, facts, policy):
        _move(session, score, worker, (standing.tier, score.lost_tier), now)
        score.tier_misses = 0
