"""Day plans told: how near the best, where hands are short by hour, what a re-plan would move and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from core.actors import Actor
from core.errors import NotFound
from dispatch.models import Job, PlanMove, Round, Visit
from dispatch.plan_moves import still_so
from dispatch.states import MoveState
from dispatch.waking import local_instant
from matching.explain import Sentence, say
from places.models import Place, Zone
from places.shown import NO_VISIT, PlaceShown, Viewer, place_for

OPEN_MOVES = (MoveState.PROPOSED.value, MoveState.ASKING.value)


@dataclass(frozen=True)
class PlanHead:
    """One day plan in a list. ``gap`` 0..1, None until it is done; ``moves`` is how many wait for a decision or answer.

    ``causes`` are (kind, about); ``fate`` what befell the solving process, "" when nothing did.
    """

    code: str
    name: str
    day: date
    zones: Sequence[str]
    state: str
    fate: str
    started_at: datetime
    finished_at: datetime | None
    visits: int
    workers: int
    offered: int
    gap: float | None
    causes: Sequence[tuple[str, str]]
    follows: str
    moves: int


@dataclass(frozen=True)
class MoveTold:
    """A move: from whom and when, to whom and when, what it costs and wins (travel minutes), why, and who said what.

    ``answers`` are (side, answer); ``current``: the visit is still as the move found it.
    """

    code: str
    plan: str
    visit: str
    service: str
    place: PlaceShown
    minutes: int
    state: str
    from_worker: tuple[str, str]
    to_worker: tuple[str, str]
    from_start: datetime
    to_start: datetime
    price: float
    gain: float
    why: Sequence[Sentence]
    answers: Sequence[tuple[str, str]]
    answer_by: datetime | None
    reason: str
    current: bool


@dataclass(frozen=True)
class PlanStory:
    """Everything a page about one plan says besides what any round says. ``epoch`` is what its sentences count from.

    ``prices`` are the most fen an hour of one worker more would earn, by zone and hour of the day; ``duals``: they come
    from the linear program, and not only from what was left open.
    """

    head: PlanHead
    epoch: str
    moves: Sequence[MoveTold]
    prices: Mapping[str, Mapping[str, int]]
    duals: bool


@dataclass(frozen=True)
class BoardPlan:
    """The last plans of a day, one per group of zones, as one: the widest gap, all prices, all open moves."""

    code: str
    finished_at: datetime
    gap: float
    visits: int
    fate: str
    prices: Mapping[str, Mapping[str, int]]
    moves: int


def list_plans(session: Session, actor: Actor, limit: int = 40) -> list[PlanHead]:
    """Return the latest plans, newest first; one query. Operations only."""
    _ops(actor)
    rows = session.execute(_heads().order_by(Round.id.desc()).limit(limit))
    return [_head(row) for row in rows]


def plan_story(session: Session, actor: Actor, code: str, now: datetime, key: bytes) -> PlanStory:
    """Return one plan with its moves; ``NotFound`` for outsiders and unknown codes."""
    _ops(actor)
    row = session.execute(_heads().add_columns(Round.prices, Round.zone).where(Round.code == code)).first()
    if row is None:
        raise NotFound
    *head, prices, zone = row
    time_zone = session.scalar(select(Zone.time_zone).where(Zone.slug == zone)) or "UTC"
    told = _head(head)
    moves = _moves(session, actor, Round.code == code, now, key)
    epoch = local_instant(told.day, 0, time_zone).isoformat()
    return PlanStory(told, epoch, moves, prices.get("zones", {}), prices.get("map") is not None)


def open_moves(session: Session, actor: Actor, now: datetime, key: bytes) -> list[MoveTold]:
    """Return every move that waits for a decision or an answer, oldest first."""
    _ops(actor)
    return _moves(session, actor, PlanMove.state.in_(OPEN_MOVES), now, key)


def board_plan(session: Session, day: date, zone: str = "") -> BoardPlan | None:
    """Return the last finished plans of a day (of the group a zone is in) as one; None when nobody planned it."""
    latest = select(func.max(Round.id)).where(Round.day == day, Round.state == "done").group_by(Round.zone)
    query = select(
        Round.code, Round.finished_at, Round.roster["gap"].as_float(), Round.visits, Round.fate, Round.prices,
        _open_moves_of(),
    ).where(Round.id.in_(latest))  # fmt: skip
    if zone:
        query = query.where(Round.zones.contains([zone]))
    rows = session.execute(query).all()
    if not rows:
        return None
    last = max(rows, key=lambda row: row[1])
    return BoardPlan(
        code=last[0],
        finished_at=last[1],
        gap=max(float(row[2] or 0) for row in rows),
        visits=sum(row[3] for row in rows),
        fate=next((row[4] for row in rows if row[4]), ""),
        prices={slug: cells for row in rows for slug, cells in row[5].get("zones", {}).items()},
        moves=sum(row[6] for row in rows),
    )


def _ops(actor: Actor) -> None:
    if not actor.is_ops:
        raise NotFound


def _open_moves_of() -> Any:
    return (
        select(func.count(PlanMove.id))
        .where(PlanMove.round_id == Round.id, PlanMove.state.in_(OPEN_MOVES))
        .correlate(Round)
        .scalar_subquery()
    )


def _heads() -> Any:
    return select(
        Round.code, Round.name, Round.day, Round.zones, Round.state, Round.fate, Round.started_at, Round.finished_at,
        Round.visits, Round.workers, Round.offered, Round.roster["gap"].as_float(), Round.causes, Round.follows,
        _open_moves_of(),
    ).where(Round.mode == "day")  # fmt: skip


def _head(row: Sequence[Any]) -> PlanHead:
    code, name, day, zones, state, fate, *times_and_counts = row
    since, until, visits, workers, offered, gap, causes, follows, moves = times_and_counts
    told = [(one["kind"], one["about"]) for one in causes]
    return PlanHead(
        code, name, day, zones, state, fate, since, until, visits, workers, offered, gap, told, follows, moves
    )


def _moves(session: Session, actor: Actor, which: ColumnElement[bool], now: datetime, key: bytes) -> list[MoveTold]:
    place = joinedload(PlanMove.visit).joinedload(Visit.job).joinedload(Job.place)
    rows = session.execute(
        select(PlanMove, Round.code)
        .join(Round, Round.id == PlanMove.round_id)
        .where(which)
        .options(
            place.joinedload(Place.zone), place.joinedload(Place.compound),
            joinedload(PlanMove.from_worker), joinedload(PlanMove.to_worker), selectinload(PlanMove.answers),
        )
        .order_by(PlanMove.id)
    )  # fmt: skip
    viewer = Viewer(actor, now)
    return [_told(move, plan, place_for(move.visit.job.place, viewer, NO_VISIT, key), now) for move, plan in rows]


def _told(move: PlanMove, plan: str, place: PlaceShown, now: datetime) -> MoveTold:
    return MoveTold(
        code=move.code,
        plan=plan,
        visit=move.visit.code,
        service=move.visit.service,
        place=place,
        minutes=move.visit.minutes,
        state=move.state,
        from_worker=(move.from_worker.code, move.from_worker.name),
        to_worker=(move.to_worker.code, move.to_worker.name),
        from_start=move.from_start,
        to_start=move.to_start,
        price=move.price,
        gain=move.gain,
        why=[_sentence(one) for one in move.why],
        answers=[(one.side, one.answer) for one in move.answers],
        answer_by=move.answer_by,
        reason=move.reason,
        current=still_so(move, now),
    )


def _sentence(kept: Mapping[str, Any]) -> Sentence:
    return say(kept["key"], **{name: tuple(v) if isinstance(v, list) else v for name, v in kept["params"].items()})
