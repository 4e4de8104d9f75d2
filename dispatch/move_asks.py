"""Moves as those see them who are asked: their own side of it, and nobody's reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from core.actors import Actor, Role
from core.errors import NotFound
from dispatch.models import Job, MoveAnswer, PlanMove, Visit
from dispatch.states import MoveState
from places.models import Place
from places.shown import NO_VISIT, PlaceShown, Viewer, place_for

_SIDES = {Role.CUSTOMER: ("customer",), Role.WORKER: ("from", "to")}


@dataclass(frozen=True)
class MoveAsked:
    """A question to one person. Only the customer is told names.

    ``worker_fen`` is told to workers, ``travel_minutes`` to whoever would come; ``answer`` is what one has said, ""
    before. ``asked_at`` and ``answer_by`` are how long there is to answer.
    """

    code: str
    side: str
    state: str
    answer: str
    service: str
    minutes: int
    place: PlaceShown
    from_start: datetime
    to_start: datetime
    other_worker: bool
    from_name: str
    to_name: str
    worker_fen: int
    travel_minutes: int
    asked_at: datetime
    answer_by: datetime | None


def my_moves(session: Session, actor: Actor, now: datetime, key: bytes) -> list[MoveAsked]:
    """Return the questions that wait for this person's answer, the most urgent first."""
    rows = session.execute(
        _asked(actor).where(PlanMove.state == MoveState.ASKING, MoveAnswer.answer == "").order_by(PlanMove.answer_by)
    )
    return [_told(move, mine, Viewer(actor, now), key) for move, mine in rows]


def count_moves(session: Session, actor: Actor) -> int:
    """Return how many questions wait for this person's answer."""
    sides = _SIDES.get(actor.role, ())
    found = session.scalar(
        select(func.count())
        .select_from(MoveAnswer)
        .join(PlanMove, PlanMove.id == MoveAnswer.move_id)
        .where(
            MoveAnswer.account == actor.code, MoveAnswer.side.in_(sides), MoveAnswer.answer == "",
            PlanMove.state == MoveState.ASKING,
        )
    )  # fmt: skip
    return int(found or 0)


def asked_of(session: Session, actor: Actor, code: str, now: datetime, key: bytes) -> MoveAsked:
    """Return one question put to this person; ``NotFound`` to everybody else."""
    row = session.execute(_asked(actor).where(PlanMove.code == code)).first()
    if row is None:
        raise NotFound
    return _told(row[0], row[1], Viewer(actor, now), key)


def _asked(actor: Actor) -> Any:
    place = joinedload(PlanMove.visit).joinedload(Visit.job).joinedload(Job.place)
    return (
        select(PlanMove, MoveAnswer)
        .join(MoveAnswer, MoveAnswer.move_id == PlanMove.id)
        .where(MoveAnswer.account == actor.code, MoveAnswer.side.in_(_SIDES.get(actor.role, ())))
        .options(
            place.joinedload(Place.zone), place.joinedload(Place.compound),
            joinedload(PlanMove.from_worker), joinedload(PlanMove.to_worker), selectinload(PlanMove.answers),
        )
    )  # fmt: skip


def _told(move: PlanMove, mine: MoveAnswer, viewer: Viewer, key: bytes) -> MoveAsked:
    customer, worker = mine.side == "customer", viewer.actor.role is Role.WORKER
    same = move.from_worker_id == move.to_worker_id
    return MoveAsked(
        code=move.code,
        side="same" if same and worker else mine.side,
        state=move.state,
        answer=mine.answer,
        service=move.visit.service,
        minutes=move.visit.minutes,
        place=place_for(move.visit.job.place, viewer, NO_VISIT, key),
        from_start=move.from_start,
        to_start=move.to_start,
        other_worker=not same,
        from_name=move.from_worker.name if customer else "",
        to_name=move.to_worker.name if customer else "",
        worker_fen=move.visit.worker_fen if worker else 0,
        travel_minutes=round(move.travel_seconds / 60) if mine.side == "to" else 0,
        asked_at=mine.asked_at,
        answer_by=move.answer_by,
    )
