"""Recruiters, stations, attributions, screenings, milestones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed, Ref
from core.sealing import Sealed


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


class Lead(Keyed, Base):
    """A person met at a station, with their consent to be called; it lapses when they do not apply in time.

    Only the recruiter who met them and operations may read it. ``phone`` is E.164.
    """

    __tablename__ = "lead"
    recruiter: Mapped[Ref]
    station: Mapped[str] = mapped_column(String(24))
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(String(20), index=True)
    skills: Mapped[list[str]]
    languages: Mapped[list[str]]
    hours: Mapped[list[str]]
    note: Mapped[str] = mapped_column(default="")
    consent_version: Mapped[str] = mapped_column(String(16))
    captured_at: Mapped[datetime]
    worker: Mapped[str] = mapped_column(String(24), default="", index=True)
    __table_args__ = (Index("uq_lead_once", "recruiter", "phone", unique=True),)


class Attribution(Keyed, Base):
    """Who brought whom; the first confirmed code within 30 days wins. ``recruiter`` may be a station's code."""

    __tablename__ = "attribution"
    worker: Mapped[str] = mapped_column(String(24), unique=True)
    recruiter: Mapped[Ref]
    state: Mapped[str] = mapped_column(String(12))
    captured_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    hold_reason: Mapped[str] = mapped_column(default="")


class ScreeningSheet(Keyed, Base):
    """A screening: ten anchored items 0..3, result 0..1, accepted or not.

    It is documented, and worth a fee, when it has photos (opaque references). ``milestone`` is what paid for it.
    ``recruiter`` is the R-code of who filled it in, or the account of operations.
    """

    __tablename__ = "screening_sheet"
    worker: Mapped[Ref]
    recruiter: Mapped[Ref]
    items: Mapped[dict[str, Any]]
    result: Mapped[float]
    accepted: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    photos: Mapped[list[str]] = mapped_column(default=list)
    milestone: Mapped[str] = mapped_column(String(24), default="", index=True)
    at: Mapped[datetime]


class ScreeningPhoto(Keyed, Base):
    """A photo taken at a screening, encoded anew without metadata. Its code is the reference on the sheet.

    ``by`` is the R-code or account of who took it. Shown to them and to operations, to nobody else.
    """

    __tablename__ = "screening_photo"
    worker: Mapped[Ref]
    by: Mapped[str] = mapped_column(String(24))
    mime: Mapped[str] = mapped_column(String(24))
    content: Mapped[bytes] = mapped_column(Sealed("screening_photo.content"), deferred=True)
    at: Mapped[datetime]


class Milestone(Keyed, Base):
    """One sum a recruiter may earn for one recruit, with how it was computed.

    ``kind`` is "advance", "screening", "visits_10", "visits_30" or "visits_80". ``computed`` holds every input
    of the amount: counted visits, those left out and why, the lower bound, g(L), policy version. ``fen`` is the
    whole sum, ``team_fen`` the part of it that goes to the team's pot.
    """

    __tablename__ = "milestone"
    recruiter: Mapped[Ref]
    worker: Mapped[Ref]
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12), index=True)
    fen: Mapped[int] = mapped_column(default=0)
    team_fen: Mapped[int] = mapped_column(default=0)
    evaluate_at: Mapped[datetime | None]
    computed: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    vested_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(String(24), default="")
    paid_at: Mapped[datetime | None]
    payout: Mapped[str] = mapped_column(String(24), default="", index=True)
    __table_args__ = (Index("uq_milestone_once", "worker", "kind", "recruiter", unique=True),)


class Clawback(Keyed, Base):
    """What a recruiter owes back for one milestone: netted against later pay, at most a part of a month's.

    ``takes`` is ``[{"month", "fen", "payout"}]``. What is left at ``write_off_at`` is written off.
    """

    __tablename__ = "clawback"
    recruiter: Mapped[Ref]
    worker: Mapped[str] = mapped_column(String(24))
    milestone: Mapped[str] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    fen: Mapped[int]
    taken_fen: Mapped[int] = mapped_column(default=0)
    takes: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(String(12), default="open")
    created_at: Mapped[datetime]
    write_off_at: Mapped[datetime]
