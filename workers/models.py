"""Workers, their vetting case, skills, documents, shifts and standing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Account
from core.db import Base, Key, Keyed


class Worker(Keyed, Base):
    """A person who does visits. ``state`` follows ``workers/states.py``.

    ``home``/``end`` points are WGS-84 and never leave the house except to the worker and operations.
    ``zones`` are slugs. Minutes are limits per local day and ISO week. ``version`` grows with every change of
    the committed day, so that two requests cannot take the same gap.
    """

    __tablename__ = "worker"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    account_code: Mapped[str] = mapped_column(String(24), index=True)
    name: Mapped[str]
    family_name: Mapped[str] = mapped_column(String(8))
    gender: Mapped[str] = mapped_column(String(1), default="")
    languages: Mapped[list[str]]
    state: Mapped[str] = mapped_column(String(20), index=True)
    state_since: Mapped[datetime]
    home_lat: Mapped[float]
    home_lon: Mapped[float]
    end_lat: Mapped[float | None]
    end_lon: Mapped[float | None]
    travel_mode: Mapped[str] = mapped_column(String(8), default="ebike")
    radius_m: Mapped[int] = mapped_column(default=12000)
    zones: Mapped[list[str]]
    daily_minutes: Mapped[int] = mapped_column(default=600)
    weekly_minutes: Mapped[int] = mapped_column(default=2880)
    quiet_from: Mapped[int] = mapped_column(default=1290)
    quiet_until: Mapped[int] = mapped_column(default=450)
    free_now_until: Mapped[datetime | None]
    silent_offers: Mapped[int] = mapped_column(default=0)
    recruiter_code: Mapped[str] = mapped_column(String(24), default="", index=True)
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    account: Mapped[Account] = relationship()
    case: Mapped[VettingCase] = relationship(back_populates="worker", uselist=False)
    skills: Mapped[list[WorkerSkill]] = relationship(back_populates="worker")
    shifts: Mapped[list[Shift]] = relationship(back_populates="worker")
    documents: Mapped[list[WorkerDocument]] = relationship(back_populates="worker")
    standing: Mapped[Standing | None] = relationship(back_populates="worker", uselist=False)


class VettingCase(Keyed, Base):
    """What is known on the way from application to active. ``answers`` hold the application as given.

    ``screening_sheet`` is ``{"items", "note", "account"}``; ``trial_log`` is ``[{"visit", "on_time"}]`` in order.
    """

    __tablename__ = "vetting_case"
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), unique=True)
    consent_version: Mapped[str] = mapped_column(String(16))
    answers: Mapped[dict[str, Any]]
    identity_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    screening: Mapped[float | None]
    screening_sheet: Mapped[dict[str, Any] | None]
    screened_by: Mapped[str] = mapped_column(String(24), default="")
    practice_signed_by: Mapped[str] = mapped_column(String(24), default="")
    quiz_score: Mapped[float | None]
    quiz_at: Mapped[datetime | None]
    trial_visits: Mapped[int] = mapped_column(default=0)
    trial_on_time: Mapped[int] = mapped_column(default=0)
    trial_log: Mapped[list[Any]] = mapped_column(default=list)
    reason_code: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(default="")
    reapply_on: Mapped[date | None]
    opened_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    worker: Mapped[Worker] = relationship(back_populates="case")


class WorkerDecision(Keyed, Base):
    """What a named member of staff decided about a worker: suspend, reinstate, dismiss, restrict, reject, clear.

    ``evidence`` are codes (visits, disputes). ``until`` ends a restriction, which keeps what it took away in
    ``withheld`` (``{"skills": [{"skill", "since", "checked_by"}], "zones": […]}``). ``appeal`` are the worker's
    words, and ``settled_by`` the account of whoever heard them; never the one who decided.
    """

    __tablename__ = "worker_decision"
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(24))
    reason_code: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str]
    evidence: Mapped[list[str]]
    withheld: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    until: Mapped[datetime | None]
    appeal: Mapped[str] = mapped_column(default="")
    appealed_at: Mapped[datetime | None]
    settled_by: Mapped[str] = mapped_column(String(24), default="")
    settled_at: Mapped[datetime | None]
    worker: Mapped[Worker] = relationship()


class WorkerSkill(Base):
    """A skill somebody has been checked for."""

    __tablename__ = "worker_skill"
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(32), primary_key=True)
    since: Mapped[datetime]
    checked_by: Mapped[str] = mapped_column(String(24), default="")
    worker: Mapped[Worker] = relationship(back_populates="skills")


class WorkerDocument(Keyed, Base):
    """A paper: kind, dates, never the number itself (only a keyed hash).

    ``state`` is "handed_in" (nobody has looked yet), "valid", "expired" or "replaced". ``expires_on`` is the last
    good day.
    """

    __tablename__ = "worker_document"
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    number_hash: Mapped[str] = mapped_column(String(64), default="")
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(12), default="valid")
    checked_by: Mapped[str] = mapped_column(String(24), default="")
    checked_at: Mapped[datetime | None]
    warned_at_days: Mapped[int | None]
    worker: Mapped[Worker] = relationship(back_populates="documents")


class Shift(Base):
    """Declared weekly availability: weekday 0 = Monday, minutes of the local day."""

    __tablename__ = "shift"
    id: Mapped[Key]
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    weekday: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    worker: Mapped[Worker] = relationship(back_populates="shifts")
    __table_args__ = (
        CheckConstraint("weekday between 0 and 6", name="weekday_known"),
        CheckConstraint("0 <= starts and starts < ends and ends <= 1440", name="within_one_day"),
    )


class Standing(Base):
    """What the matcher may know of a worker: published by ratings, read by the snapshot.

    ``score``, ``lower``, ``upper``, ``p_bad`` in 0..1; ``weight`` is W. ``holds`` are codes ("safety",
    "documents", "review"). ``fairness_gap`` as in the ratings rules, −1..1. Reliability points are separate.
    """

    __tablename__ = "standing"
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), primary_key=True)
    score: Mapped[float]
    lower: Mapped[float]
    upper: Mapped[float]
    p_bad: Mapped[float]
    weight: Mapped[float]
    prior: Mapped[float]
    tier: Mapped[str] = mapped_column(String(12), default="newcomer")
    holds: Mapped[list[str]]
    fairness_gap: Mapped[float] = mapped_column(default=0.0)
    reliability_points: Mapped[int] = mapped_column(default=0)
    params_version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]
    worker: Mapped[Worker] = relationship(back_populates="standing")
    __table_args__ = (Index("ix_standing_watch", "score", postgresql_where=text("weight >= 5")),)
