"""Recruiters, stations, attributions, screenings, milestones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed, Ref


class Station(Keyed, Base):
    """Where recruiters stand (据点), in an urban village."""

    __tablename__ = "station"
    names: Mapped[dict[str, Any]]
    zone: Mapped[str] = mapped_column(String(24))
    lat: Mapped[float]
    lon: Mapped[float]


class Recruiter(Keyed, Base):
    """A field recruiter (地推)."""

    __tablename__ = "recruiter"
    account_code: Mapped[str] = mapped_column(String(24), unique=True)
    name: Mapped[str]
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    joined_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="active")
    station: Mapped[Station] = relationship()


class Attribution(Keyed, Base):
    """Who brought whom; the first confirmed code within 30 days wins."""

    __tablename__ = "attribution"
    worker: Mapped[str] = mapped_column(String(24), unique=True)
    recruiter: Mapped[Ref]
    state: Mapped[str] = mapped_column(String(12))
    captured_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    hold_reason: Mapped[str] = mapped_column(default="")


class ScreeningSheet(Keyed, Base):
    """A documented screening: ten anchored items 0..3, result 0..1, accepted or not."""

    __tablename__ = "screening_sheet"
    worker: Mapped[Ref]
    recruiter: Mapped[Ref]
    items: Mapped[dict[str, Any]]
    result: Mapped[float]
    accepted: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class Milestone(Keyed, Base):
    """One sum a recruiter may earn for one recruit, with how it was computed.

    ``kind`` is "advance", "screening", "visits_10", "visits_30" or "visits_80". ``computed`` holds every input
    of the amount: counted visits, those left out and why, the lower bound, g(L), policy version.
    """

    __tablename__ = "milestone"
    recruiter: Mapped[Ref]
    worker: Mapped[Ref]
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12), index=True)
    fen: Mapped[int] = mapped_column(default=0)
    evaluate_at: Mapped[datetime | None]
    computed: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    vested_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(String(24), default="")
    paid_at: Mapped[datetime | None]
    __table_args__ = (Index("uq_milestone_once", "worker", "kind", "recruiter", unique=True),)
