"""Jobs, visits, offers, assignments, rounds, slot holds, pair blocks, positions, visit holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, func, literal_column, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Key, Keyed
from places.models import Place
from workers.models import Worker


class Job(Keyed, Base):
    """What a customer orders. ``recurrence`` is an RFC 5545 rule or empty; ``terms`` the policy versions promised."""

    __tablename__ = "job"
    customer: Mapped[str] = mapped_column(String(24), index=True)
    service: Mapped[str] = mapped_column(String(32))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    payment_method: Mapped[str] = mapped_column(String(12), default="cash")
    recurrence: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(12), default="active")
    quote_code: Mapped[str] = mapped_column(String(24), default="")
    preferred_worker: Mapped[str] = mapped_column(String(24), default="")
    newcomer_ok: Mapped[bool] = mapped_column(default=True)
    terms: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    place: Mapped[Place] = relationship()
    visits: Mapped[list[Visit]] = relationship(back_populates="job")


class Visit(Keyed, Base):
    """One occurrence of a job: the unit that is matched, worked, rated, paid, disputed.

    ``window_from``/``window_until`` bound the *start*; ``starts_at`` is fixed by an acceptance. ``lines`` are the
    frozen quote lines; ``total_fen`` what the customer pays, ``worker_fen`` what reaches the worker. ``checklist`` is
    ``[{"code", "zh", "en", "done", "reason"}]``. ``open_reasons`` is why the last round left it open
    (``[{"code", "count"}]``). Stamps are instants of the main line; ``method`` fields say how they were proved.
    """

    __tablename__ = "visit"
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    customer: Mapped[str] = mapped_column(String(24), index=True)
    occurrence: Mapped[date]
    state: Mapped[str] = mapped_column(String(20), index=True)
    state_since: Mapped[datetime]
    service: Mapped[str] = mapped_column(String(32))
    zone: Mapped[str] = mapped_column(String(24), index=True)
    window_from: Mapped[datetime]
    window_until: Mapped[datetime]
    minutes: Mapped[int]
    starts_at: Mapped[datetime | None]
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"), index=True)
    priority: Mapped[str] = mapped_column(String(12), default="one_off")
    trusted: Mapped[bool] = mapped_column(default=False)
    newcomer_slot: Mapped[bool] = mapped_column(default=False)
    fee_clock: Mapped[datetime]
    opened_at: Mapped[datetime]
    fill_by: Mapped[datetime]
    total_fen: Mapped[int]
    worker_fen: Mapped[int]
    lines: Mapped[list[Any]]
    start_code: Mapped[str] = mapped_column(String(4))
    checklist: Mapped[list[Any]]
    open_reasons: Mapped[list[Any]]
    trip_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    arrived_method: Mapped[str] = mapped_column(String(12), default="")
    started_at: Mapped[datetime | None]
    start_method: Mapped[str] = mapped_column(String(12), default="")
    finished_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    cash_kept_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(String(40), default="")
    review: Mapped[str] = mapped_column(String(12), default="none")
    job: Mapped[Job] = relationship(back_populates="visits")
    worker: Mapped[Worker | None] = relationship()
    __table_args__ = (
        Index("uq_visit_occurrence", "job_id", "occurrence", unique=True),
        Index("ix_visit_board", "window_from"),
        CheckConstraint("window_from <= window_until", name="window_order"),
        CheckConstraint("total_fen >= 0 and worker_fen >= total_fen", name="money_whole"),
    )


class Offer(Keyed, Base):
    """A proposal of a visit to a worker at an exact start, with a lifetime.

    ``blocked`` is travel from the stop before plus the visit; ``why`` the explanation as ``[{"key", "params"}]``.
    """

    __tablename__ = "offer"
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    state: Mapped[str] = mapped_column(String(12), index=True)
    band: Mapped[str] = mapped_column(String(12), default="")
    starts_at: Mapped[datetime]
    travel_seconds: Mapped[int]
    travel_m: Mapped[int] = mapped_column(default=0)
    net_fen: Mapped[int]
    why: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    declined_because: Mapped[str] = mapped_column(String(32), default="")
    visit: Mapped[Visit] = relationship()
    worker: Mapped[Worker] = relationship()
    __table_args__ = (
        Index("uq_offer_accepted", "visit_id", unique=True, postgresql_where=text("state = 'accepted'")),
        Index("uq_offer_live_pair", "visit_id", "worker_id", unique=True, postgresql_where=text("state = 'live'")),
        Index("ix_offer_expiry", "expires_at", postgresql_where=text("state = 'live'")),
    )


class Assignment(Base):
    """The accepted bond between a visit and a worker, or time off. The database refuses any overlap of one worker."""

    __tablename__ = "assignment"
    id: Mapped[Key]
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    blocked: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    status: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    visit: Mapped[Visit | None] = relationship()
    worker: Mapped[Worker] = relationship()
    __table_args__ = (
        CheckConstraint("not isempty(during) and lower_inc(during) and not upper_inc(during)", name="during_whole"),
        CheckConstraint("blocked @> during", name="blocked_holds_during"),
        CheckConstraint("status in ('assigned','started','finished','cancelled','time_off')", name="status_known"),
        CheckConstraint("status = 'cancelled' or (status = 'time_off') = (visit_id is null)", name="time_off_no_visit"),
        ExcludeConstraint(
            (func.int8range(literal_column("worker_id"), literal_column("worker_id"), text("'[]'")), "&&"),
            (literal_column("blocked"), "&&"),
            using="gist",
            where=text("status in ('assigned','started','time_off')"),
            name="assignment_no_overlap",
        ),
        Index(
            "uq_assignment_visit",
            "visit_id",
            unique=True,
            postgresql_where=text("status in ('assigned','started','finished')"),
        ),
        Index("ix_assignment_worker", "worker_id"),
    )


class Round(Keyed, Base):
    """One run of the matcher: everything needed to replay it and to say why.

    ``mode`` "day" is a day plan: of the local ``day`` and of ``zones``, because of ``causes`` (``[{"kind",
    "about"}]``); ``prices`` is what time was worth in it (``dispatch.prices``). ``state`` is "wanted" (nobody solves
    it yet), "solving", "done" or "failed"; ``fate`` says what befell the solving process ("" when nothing did).
    ``weights`` holds the weights, the versions of the solvers and what was asked of them.
    """

    __tablename__ = "round"
    name: Mapped[str] = mapped_column(String(24))
    tick: Mapped[str] = mapped_column(String(40))
    mode: Mapped[str] = mapped_column(String(12))
    zone: Mapped[str] = mapped_column(String(24), default="")
    state: Mapped[str] = mapped_column(String(12), default="solving")
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(String(64), default="")
    seed: Mapped[int] = mapped_column(default=0)
    engine: Mapped[str] = mapped_column(String(48), default="")
    weights: Mapped[dict[str, Any]]
    problem: Mapped[bytes | None] = mapped_column(LargeBinary)
    roster: Mapped[dict[str, Any]]
    objective: Mapped[float | None]
    bound: Mapped[float | None]
    visits: Mapped[int] = mapped_column(default=0)
    workers: Mapped[int] = mapped_column(default=0)
    offered: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    solve_ms: Mapped[int] = mapped_column(default=0)
    day: Mapped[date | None]
    zones: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    causes: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    prices: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    fate: Mapped[str] = mapped_column(String(40), default="", server_default="")
    follows: Mapped[str] = mapped_column(String(24), default="", server_default="")
    __table_args__ = (
        Index("uq_round_tick", "name", "tick", unique=True),
        Index("ix_round_recent", "started_at"),
        Index("ix_round_day", "day", postgresql_where=text("day is not null")),
        Index("uq_round_wanted", "day", "zone", unique=True, postgresql_where=text("state = 'wanted'")),
    )


class PlanMove(Keyed, Base):
    """A plan's wish to move a confirmed visit: to another worker, another start, or both.

    A wish and no more: operations decide, then everybody concerned is asked, and only when all agree is anything moved.

    ``price`` is what the matcher counts for breaking the promise, ``gain`` what the plan wins all the same, both in
    travel minutes; ``why`` are sentences of ``matching.explain`` as ``[{"key", "params"}]``.
    """

    __tablename__ = "plan_move"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    from_worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"))
    to_worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"))
    from_start: Mapped[datetime]
    to_start: Mapped[datetime]
    travel_seconds: Mapped[int]
    price: Mapped[float]
    gain: Mapped[float]
    why: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(12), index=True)
    state_since: Mapped[datetime]
    created_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(24), default="")
    reason: Mapped[str] = mapped_column(default="")
    visit: Mapped[Visit] = relationship()
    from_worker: Mapped[Worker] = relationship(foreign_keys=[from_worker_id])
    to_worker: Mapped[Worker] = relationship(foreign_keys=[to_worker_id])
    answers: Mapped[list[MoveAnswer]] = relationship(back_populates="move", order_by="MoveAnswer.side")
    __table_args__ = (
        Index("uq_plan_move_open", "visit_id", unique=True, postgresql_where=text("state in ('proposed','asking')")),
        CheckConstraint("from_worker_id <> to_worker_id or from_start <> to_start", name="moves_something"),
        CheckConstraint("price >= 0", name="price_known"),
    )


class MoveAnswer(Base):
    """What one person says to a move: ``side`` "customer", "from" or "to", ``answer`` "", "yes" or "no"."""

    __tablename__ = "move_answer"
    move_id: Mapped[int] = mapped_column(ForeignKey("plan_move.id"), primary_key=True)
    side: Mapped[str] = mapped_column(String(12), primary_key=True)
    account: Mapped[str] = mapped_column(String(24), index=True)
    answer: Mapped[str] = mapped_column(String(4), default="")
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    move: Mapped[PlanMove] = relationship(back_populates="answers")
    __table_args__ = (
        CheckConstraint("side in ('customer','from','to')", name="side_known"),
        CheckConstraint("answer in ('','yes','no')", name="answer_known"),
    )


class SlotHold(Keyed, Base):
    """A slot kept for a quote for a few minutes; outside the exclusion constraint."""

    __tablename__ = "slot_hold"
    quote_code: Mapped[str] = mapped_column(String(24), unique=True)
    place_lat: Mapped[float]
    place_lon: Mapped[float]
    service: Mapped[str] = mapped_column(String(32))
    zone: Mapped[str] = mapped_column(String(24))
    window_from: Mapped[datetime]
    window_until: Mapped[datetime]
    minutes: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PairBlock(Base):
    """Never again, from either side."""

    __tablename__ = "pair_block"
    customer: Mapped[str] = mapped_column(String(24), primary_key=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), primary_key=True)
    by: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(24), default="")
    at: Mapped[datetime]


class Position(Base):
    """A worker's position on the way to one visit; deleted 24 h after the visit unless a dispute is open."""

    __tablename__ = "position"
    id: Mapped[Key]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"))
    at: Mapped[datetime]
    lat: Mapped[float]
    lon: Mapped[float]
    accuracy_m: Mapped[int]


class VisitHold(Base):
    """A contested amount of one visit, kept out of settlement; placed from above (disputes)."""

    __tablename__ = "visit_hold"
    id: Mapped[Key]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    source: Mapped[str] = mapped_column(String(24), unique=True)
    fen: Mapped[int]
    placed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    positions_kept: Mapped[bool] = mapped_column(default=True)


class ReliabilityMark(Base):
    """One reliability event of a worker or a customer; points fade after 60 days."""

    __tablename__ = "reliability_mark"
    id: Mapped[Key]
    person: Mapped[str] = mapped_column(String(24), index=True)
    visit_code: Mapped[str] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(24))
    points: Mapped[int]
    at: Mapped[datetime]
    excused: Mapped[str] = mapped_column(default="")
    __table_args__ = (Index("uq_reliability_mark_once", "person", "visit_code", "kind", unique=True),)
