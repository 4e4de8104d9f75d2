"""What people do about moves a plan proposes: the desk asks about most, those who are asked mostly say yes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from core.actors import Actor, Role
from dispatch.models import MoveAnswer, PlanMove
from dispatch.plan_moves import answer_move, approve_move, decline_move
from dispatch.states import MoveState
from simulation.acts import Act, Run
from simulation.chance import between, chance
from simulation.founding import staff
from simulation.hiring import as_actor
from simulation.world import World


def move_acts(session: Session, world: World) -> Iterable[Act]:
    """Return who would decide about a move, or answer, by now; a few never do."""
    rows = session.scalars(
        select(PlanMove)
        .where(PlanMove.state.in_([MoveState.PROPOSED.value, MoveState.ASKING.value]))
        .options(joinedload(PlanMove.from_worker), joinedload(PlanMove.to_worker), selectinload(PlanMove.answers))
        .order_by(PlanMove.id)
    ).all()
    for move in rows:
        if move.state == MoveState.PROPOSED:
            if chance(world.seed, "move-left", move.id) >= world.moves.left:
                yield _decision(world, move)
            continue
        for one in move.answers:
            if not one.answer and chance(world.seed, "move-silent", move.id, one.side) >= world.moves.silent:
                yield _answer(world, move, one)


def _decision(world: World, move: PlanMove) -> Act:
    due = move.created_at + timedelta(minutes=between(3, 15, world.seed, "move-decide", move.id))
    declined = chance(world.seed, "move-declined", move.id) < world.moves.declined
    return Act(("move", move.id), due, "", _leaving(move.code) if declined else _asking(move.code))


def _asking(code: str) -> Run:
    return lambda session, at: approve_move(session, _desk(session, "问问大家愿不愿意"), code, at)


def _leaving(code: str) -> Run:
    return lambda session, at: decline_move(session, _desk(session, "还是按原来的"), code, at)


def _desk(session: Session, reason: str) -> Actor:
    return replace(staff(session, Role.OPS_AGENT), reason=reason)


def _answer(world: World, move: PlanMove, one: MoveAnswer) -> Act:
    workers = {"from": move.from_worker, "to": move.to_worker}
    actor = as_actor(workers[one.side]) if one.side in workers else Actor(Role.CUSTOMER, one.account)
    agreed = chance(world.seed, "move-agreed", move.id, one.side) < world.moves.agrees
    due = one.asked_at + timedelta(minutes=between(2, 25, world.seed, "move-answer", move.id, one.side))
    return Act(("move", move.id, one.side), due, one.account, _answering(actor, move.code, agreed=agreed))


def _answering(actor: Actor, code: str, *, agreed: bool) -> Run:
    return lambda session, at: answer_move(session, actor, code, agreed=agreed, now=at)
