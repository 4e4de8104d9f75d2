"""The score, exactly: pure arithmetic on doubles, in a fixed order of operations, without clock or database.

A score is five imaginary ratings at the worker's starting level plus the real ones: newer ones count more, strict and
generous customers are corrected by at most a quarter star, quick repeats of one pair fade. Values are 0..1
(``stars = 1 + 4·score``). One rating costs the same however many came before. ``docs/ratings.md`` explains the terms.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

DAY = 86400.0


@dataclass(frozen=True)
class Source:
    """What is known of one source of screenings (a recruiter): its own mean, shrunk, and its recruits' offset."""

    mean: float
    offset: float


@dataclass(frozen=True)
class Params:
    """One immutable version of constants and estimates. Half-lives are in ratings (``half_n``) and days."""

    version: int = 1
    k: float = 5.0
    kr: float = 8.0
    cap: float = 0.0625
    half_n: float = 30.0
    half_d: float = 180.0
    half_pair_d: float = 60.0
    c: float = 1.3
    z: float = 1.281552
    pcap: float = 0.1
    mature: float = 6.0
    mu: float = 0.875
    mu_bad: float = 0.06
    sigma2: float = 0.055
    slope: float = 0.0
    screening_mean: float = 0.0
    sources: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """Where a worker begins: the level of the imaginary ratings, and of their share of bad ones."""

    prior: float
    pbad: float


@dataclass(frozen=True)
class WorkerState:
    """Faded sums of one worker: of ratings, of bad flags, of weights; and when they were last touched."""

    s: float = 0.0
    b: float = 0.0
    w: float = 0.0
    t_last: datetime | None = None


@dataclass(frozen=True)
class Leniency:
    """Sums that tell how generous a customer is: for the score, for the bad flag, and their weight."""

    score: float = 0.0
    bad: float = 0.0
    n: float = 0.0

    def __add__(self, other: Leniency) -> Leniency:
        return Leniency(self.score + other.score, self.bad + other.bad, self.n + other.n)

    def __sub__(self, other: Leniency) -> Leniency:
        return Leniency(self.score - other.score, self.bad - other.bad, self.n - other.n)


@dataclass(frozen=True)
class Pair:
    """How often, recently, one customer rated one worker."""

    p: float = 0.0
    t: datetime | None = None


@dataclass(frozen=True)
class Given:
    """One rating as the formula sees it; ``share`` < 1 when a decision lets it count in part."""

    stars: int
    at: datetime
    share: float = 1.0


@dataclass(frozen=True)
class Applied:
    """What one rating changed: new states, what was learnt about the customer, its weight and correction."""

    worker: WorkerState
    learned: Leniency
    pair: Pair
    weight: float
    leniency: float


@dataclass(frozen=True)
class Figures:
    """What is published: 0..1, rounded half-even to six decimals."""

    score: float
    p_bad: float
    lower: float
    upper: float


def clip(value: float, low: float, high: float) -> float:
    """Return ``value`` kept within the bounds."""
    return min(max(value, low), high)


def stars_of(score: float) -> float:
    """Return a 0..1 figure on the scale people see."""
    return 1.0 + 4.0 * score


def score_of(stars: float) -> float:
    """Return a star figure on the 0..1 scale."""
    return (stars - 1.0) / 4.0


def days_between(earlier: datetime | None, later: datetime) -> float:
    """Return days, 0 when there was nothing earlier; never negative."""
    return 0.0 if earlier is None else max(0.0, (later - earlier).total_seconds() / DAY)


def apply_rating(
    params: Params, start: Start, worker: WorkerState, customer: Leniency, pair: Pair, given: Given
) -> Applied:
    """Count one rating. ``customer`` is everything known of the rater so far; what is learnt now is returned apart."""
    y = (given.stars - 1) / 4
    bad = 1.0 if given.stars <= 2 else 0.0
    p = pair.p * 2 ** (-days_between(pair.t, given.at) / params.half_pair_d)
    weight = 1 / (1 + p) * given.share
    m = (params.k * start.prior + worker.s) / (params.k + worker.w)
    q = (params.k * start.pbad + worker.b) / (params.k + worker.w)
    u = worker.w / (params.k + worker.w)
    b = clip(customer.score / (customer.n + params.kr), -params.cap, params.cap)
    bb = clip(customer.bad / (customer.n + params.kr), -params.cap, params.cap)
    return Applied(
        worker=add(params, worker, (clip(y - b, 0.0, 1.0), bad - bb), weight, given.at),
        learned=Leniency(u * (y - m), u * (bad - q), u),
        pair=Pair(p + 1, given.at),
        weight=weight,
        leniency=b,
    )


def add(params: Params, state: WorkerState, values: tuple[float, float], weight: float, at: datetime) -> WorkerState:
    """Fade what is there and add ``values`` (rating, bad flag) with ``weight``; nothing fades without a new rating."""
    f = 2 ** (-weight / params.half_n) * 2 ** (-days_between(state.t_last, at) / params.half_d)
    value, bad = values
    return WorkerState(f * state.s + weight * value, f * state.b + weight * bad, f * state.w + weight, at)


def figures(params: Params, start: Start, state: WorkerState) -> Figures:
    """Return score, share of bad ratings and the bounds."""
    total = params.k + state.w
    score = (params.k * start.prior + state.s) / total
    p_bad = (params.k * start.pbad + state.b) / total
    half = params.z * params.c * math.sqrt(params.sigma2 / total)
    return Figures(*(round(clip(one, 0.0, 1.0), 6) for one in (score, p_bad, score - half, score + half)))


def start_of(params: Params, source: str = "", screening: float | None = None) -> Start:
    """Return a worker's starting level: the mean, moved by the screening by at most ``pcap`` (0.4 star)."""
    moved = 0.0
    known = params.sources.get(source)
    if known is not None:
        moved += known.offset
    if screening is not None:
        moved += params.slope * (screening - (known.mean if known else params.screening_mean))
    prior = clip(params.mu + clip(moved, -params.pcap, params.pcap), 0.0, 1.0)
    pbad = clip(params.mu_bad * math.exp(6 * (params.mu - prior)), 0.002, 0.95)
    return Start(prior, pbad)


def aspect_value(level: int) -> float:
    """Return one of three levels (1..3) as 0..1."""
    return (level - 1) / 2
