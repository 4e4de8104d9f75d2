"""Invitations, ratings, the score log and its running state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Key, Keyed, Ref


class Invitation(Keyed, Base):
    """One side's chance to rate one visit; open for 7 days."""

    __tablename__ = "rating_invitation"
    visit_code: Mapped[Ref]
    side: Mapped[str] = mapped_column(String(8))
    rater: Mapped[str] = mapped_column(String(24), index=True)
    ratee: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(12))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    sealed_by: Mapped[str] = mapped_column(String(24), default="")
    __table_args__ = (Index("uq_rating_invitation_side", "visit_code", "side", unique=True),)


class Rating(Keyed, Base):
    """What one side said of one visit. Hidden until both sides are in or the window has closed.

    ``side`` is the rater's: "customer" (rates the worker) or "worker" (rates the customer). ``aspects`` are three
    levels 1..3; ``private`` is "yes", "neutral" or "no". ``weight`` is what a decision set it to (null: by rule);
    ``excluded`` says why it does not count ("" if it does).
    """

    __tablename__ = "rating"
    visit_code: Mapped[Ref]
    side: Mapped[str] = mapped_column(String(8))
    rater: Mapped[str] = mapped_column(String(24), index=True)
    ratee: Mapped[str] = mapped_column(String(24), index=True)
    stars: Mapped[int]
    aspects: Mapped[dict[str, Any]]
    private: Mapped[str] = mapped_column(String(8), default="")
    reason: Mapped[str] = mapped_column(String(32), default="")
    comment: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(12))
    given_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    revealed_at: Mapped[datetime | None]
    weight: Mapped[float | None]
    excluded: Mapped[str] = mapped_column(String(32), default="")
    sealed_by: Mapped[str] = mapped_column(String(24), default="")
    __table_args__ = (Index("uq_rating_side", "visit_code", "side", unique=True),)


class ScoreEvent(Base):
    """The log scores are computed from, and can always be rebuilt from. ``id`` breaks ties of ``at``."""

    __tablename__ = "score_event"
    id: Mapped[Key]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(24))
    worker: Mapped[str] = mapped_column(String(24), index=True)
    customer: Mapped[str] = mapped_column(String(24), default="", index=True)
    rating: Mapped[str] = mapped_column(String(24), default="")
    payload: Mapped[dict[str, Any]]
    __table_args__ = (Index("ix_score_event_order", "at", "id"),)


class ScoreParams(Base):
    """One immutable, versioned set of constants and estimates; a change applies to later ratings only."""

    __tablename__ = "score_params"
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    value: Mapped[dict[str, Any]]
    published_by: Mapped[str] = mapped_column(String(24))


class WorkerScore(Base):
    """Running state of one worker: S, B, W, t_last and what is computed from them (0..1).

    ``tier_misses`` counts evaluations in a row below the tier's line; ``lost_tier``/``tier_lost_at`` remember the last
    tier lost, ``watched_at`` how many ratings there were when a person was last asked to look.
    """

    __tablename__ = "worker_score"
    worker: Mapped[str] = mapped_column(String(24), primary_key=True)
    s: Mapped[float] = mapped_column(default=0.0)
    b: Mapped[float] = mapped_column(default=0.0)
    w: Mapped[float] = mapped_column(default=0.0)
    t_last: Mapped[datetime | None]
    prior: Mapped[float]
    pbad_prior: Mapped[float]
    score: Mapped[float]
    p_bad: Mapped[float]
    lower: Mapped[float]
    upper: Mapped[float]
    aspects: Mapped[dict[str, Any]]
    ratings: Mapped[int] = mapped_column(default=0)
    matured_y: Mapped[float | None]
    params_version: Mapped[int] = mapped_column(default=1)
    tier_misses: Mapped[int] = mapped_column(default=0)
    lost_tier: Mapped[str] = mapped_column(String(12), default="")
    tier_lost_at: Mapped[datetime | None]
    watched_at: Mapped[int | None]
    weekly_score: Mapped[float | None]


class CustomerLeniency(Base):
    """Running leniency sums of one customer: E, e, N."""

    __tablename__ = "customer_leniency"
    customer: Mapped[str] = mapped_column(String(24), primary_key=True)
    e_score: Mapped[float] = mapped_column(default=0.0)
    e_bad: Mapped[float] = mapped_column(default=0.0)
    n: Mapped[float] = mapped_column(default=0.0)


class PairCount(Base):
    """How often, recently, this customer rated this worker: P and when it last grew.

    ``e_score``, ``e_bad``, ``n`` are the part of the customer's leniency sums that came from this worker.
    """

    __tablename__ = "pair_count"
    customer: Mapped[str] = mapped_column(String(24), primary_key=True)
    worker: Mapped[str] = mapped_column(String(24), primary_key=True)
    p: Mapped[float] = mapped_column(default=0.0)
    t_pair: Mapped[datetime | None]
    e_score: Mapped[float] = mapped_column(default=0.0)
    e_bad: Mapped[float] = mapped_column(default=0.0)
    n: Mapped[float] = mapped_column(default=0.0)


class ScoreStep(Base):
    """One change of a worker's score, kept so that it can be explained: before, after, with which weight."""

    __tablename__ = "score_step"
    id: Mapped[Key]
    worker: Mapped[str] = mapped_column(String(24), index=True)
    rating: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
    weight: Mapped[float]
    leniency: Mapped[float]
    before: Mapped[float]
    after: Mapped[float]
    w_after: Mapped[float]


class Screening(Base):
    """A screening result handed down, grouped by its opaque source (a recruiter's code)."""

    __tablename__ = "screening_prior"
    worker: Mapped[str] = mapped_column(String(24), primary_key=True)
    source: Mapped[str] = mapped_column(String(24), index=True)
    result: Mapped[float]
    at: Mapped[datetime]
