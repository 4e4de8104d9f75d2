"""A worker's own view of the score: the parts, what counted, what would change it. Never more than may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actors import Actor
from core.policies import read_policy
from dispatch.models import ReliabilityMark
from ratings import formula, replay, scorelog
from ratings.formula import Figures, Given, Leniency, Pair, Params, Start, WorkerState, stars_of
from ratings.models import Rating, Screening, WorkerScore
from ratings.params import current_params, params_reader
from ratings.policy import RatingPolicy, TierPolicy
from ratings.replay import Entry, Running, Stepped
from ratings.shown import shown
from ratings.states import RatingState
from workers.models import Worker
from workers.standing import standing_of
from workers.workers import get_worker
from workers.zones import clock_of

_ANY = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class AspectPart:
    """One of three aspects, 0..1, and how many ratings' worth it rests on. It is not part of the score."""

    name: str
    value: float
    weight: float


@dataclass(frozen=True)
class RatingLine:
    """One rating as its worker sees it: without the visit, dated by the day. ``excluded`` says why it does not count.

    ``before``/``after`` are stars on the score's scale (None when it does not count); ``sealed`` while disputed.
    """

    code: str
    day: datetime
    stars: int
    comment: str
    reason: str
    excluded: str
    sealed: bool
    weight: float
    before: float | None
    after: float | None
    contest_until: datetime | None


@dataclass(frozen=True)
class NextTier:
    """The way to the next tier: its line in stars, ratings still missing, and five-star visits it would take."""

    tier: str
    line: float
    weight_missing: float
    visits: int | None


@dataclass(frozen=True)
class WhatIf:
    """What one more rating by a new customer would do, in stars."""

    stars: int
    change: float


@dataclass(frozen=True)
class ScoreStory:
    """Everything a worker's score page shows. Stars are 1..5; ``new`` until there is enough to say a number.

    ``start`` is the level of the five starting ratings, ``start_share`` the part of the score they still make up.
    """

    worker: str
    new: bool
    stars: float
    lower: float
    upper: float
    weight: float
    start: float
    start_share: float
    screened: bool
    tier: str
    next_tier: NextTier | None
    aspects: list[AspectPart]
    lines: list[RatingLine]
    what_if: list[WhatIf]
    reliability_points: int
    streak_days: int


def score_story(session: Session, actor: Actor, worker_code: str, now: datetime) -> ScoreStory:
    """Tell a worker (or operations) how the score came about. ``NotFound`` to everyone else."""
    worker = get_worker(session, actor, worker_code)
    policy = read_policy(session, RatingPolicy, now)
    rows = ratings_about(session, worker_code)
    seen = rows if actor.is_ops else shown(rows, now, policy.shown_batch, clock_of(session, worker))
    params, run, steps = _replayed(session, worker_code, {one.code for one in seen})
    figures = run.figures(params)
    standing = standing_of(session, worker_code)
    tier = standing.tier if standing else "newcomer"
    return ScoreStory(
        worker=worker_code,
        new=run.state.w < policy.new_below_weight,
        stars=stars_of(figures.score),
        lower=stars_of(figures.lower),
        upper=stars_of(figures.upper),
        weight=run.state.w,
        start=stars_of(run.start.prior),
        start_share=params.k / (params.k + run.state.w),
        screened=session.get(Screening, worker_code) is not None,
        tier=tier,
        next_tier=next_tier(tier, params, run, read_policy(session, TierPolicy, now)),
        aspects=_aspects(params, run),
        lines=_lines(seen, steps, policy, now),
        what_if=[_what_if(params, run, figures, stars) for stars in (5, 3, 1)],
        reliability_points=standing.reliability_points if standing else 0,
        streak_days=_streak_days(session, worker, now),
    )


def ratings_about(session: Session, worker_code: str) -> list[Rating]:
    """Return the revealed ratings of a worker, oldest reveal first: for verbs and for the batches."""
    return list(
        session.scalars(
            select(Rating)
            .where(Rating.ratee == worker_code, Rating.side == "customer", Rating.state == RatingState.REVEALED)
            .order_by(Rating.revealed_at, Rating.id)
        )
    )


def _replayed(session: Session, worker_code: str, seen: set[str]) -> tuple[Params, Running, dict[str, Stepped]]:
    """Replay the log as far as it may be seen."""
    entries: Sequence[Entry] = [
        one for one in scorelog.entries_of(session, worker_code) if not one.rating or one.rating in seen
    ]
    if not entries or entries[0].rating:
        current = current_params(session)
        first = scorelog.start_for(session, worker_code, current)
        row = session.get(WorkerScore, worker_code)
        start = Start(row.prior, row.pbad_prior) if row is not None and not entries else first
        return current, Running(start, current.version), {}
    params_of = params_reader(session)
    run, steps = replay.replay(entries, params_of)
    return params_of(run.params), run, {one.rating: one for one in steps}


def _aspects(params: Params, run: Running) -> list[AspectPart]:
    return [
        AspectPart(name, formula.figures(params, run.start, state).score, state.w)
        for name, state in sorted(run.aspects.items())
    ]


def _lines(rows: Sequence[Rating], steps: dict[str, Stepped], policy: RatingPolicy, now: datetime) -> list[RatingLine]:
    lines = [_line(one, steps.get(one.code), policy, now) for one in rows]
    return lines[::-1]


def _line(rating: Rating, step: Stepped | None, policy: RatingPolicy, now: datetime) -> RatingLine:
    revealed = rating.revealed_at or rating.given_at
    until = revealed + timedelta(days=policy.contest_days)
    sealed = bool(rating.sealed_by)
    return RatingLine(
        code=rating.code,
        day=revealed,
        stars=rating.stars,
        comment=rating.comment,
        reason=rating.reason,
        excluded=rating.excluded,
        sealed=sealed,
        weight=step.weight if step else 0.0,
        before=stars_of(step.before) if step else None,
        after=stars_of(step.after) if step else None,
        contest_until=until if until > now and not sealed and not rating.excluded else None,
    )


def _what_if(params: Params, run: Running, figures: Figures, stars: int) -> WhatIf:
    state = _one_more(params, run.start, run.state, stars)
    after = formula.figures(params, run.start, state).score
    return WhatIf(stars, round(4 * (after - figures.score), 3))


def _one_more(params: Params, start: Start, state: WorkerState, stars: int) -> WorkerState:
    """One more rating by an unknown customer, right after the last one."""
    at = state.t_last or _ANY
    return formula.apply_rating(params, start, state, Leniency(), Pair(), Given(stars, at)).worker


def next_tier(tier: str, params: Params, run: Running, policy: TierPolicy, most: int = 60) -> NextTier | None:
    """Return how far the next tier is, None at the top; ``visits`` is None when even ``most`` would not do."""
    lines = {
        "newcomer": ("standard", 1.0, policy.standard_weight),
        "standard": ("gold", policy.gold_lower, policy.gold_weight),
        "gold": ("star", policy.star_lower, policy.star_weight),
    }
    if tier not in lines:
        return None
    name, line, weight = lines[tier]
    state = replace(run.state)
    for visits in range(most + 1):
        reached = stars_of(formula.figures(params, run.start, state).lower) >= line and state.w >= weight
        if reached:
            return NextTier(name, line, max(0.0, weight - run.state.w), visits)
        state = _one_more(params, run.start, state, 5)
    return NextTier(name, line, max(0.0, weight - run.state.w), None)


def _streak_days(session: Session, worker: Worker, now: datetime) -> int:
    lapse = session.scalar(
        select(func.max(ReliabilityMark.at)).where(
            ReliabilityMark.person == worker.code, ReliabilityMark.excused == "", ReliabilityMark.points >= 2
        )
    )
    since = lapse or worker.activated_at
    return max(0, (now - since).days) if since else 0
