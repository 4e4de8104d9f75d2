"""Moves of confirmed visits: a plan proposes, operations decide, everybody concerned is asked, only then it happens.

What was promised is never moved silently. A move that all agreed to is an offer like any other, accepted in the same
moment; if it does not fit by itself it waits for the others of its plan and is carried out together with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

import matching
from core import events
from core.actors import SYSTEM, Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import Conflict, NotFound
from core.policies import read_policy
from core.states import claim
from core.timers import Timer, cancel_timer, set_timer
from dispatch.accepting import accept_offer
from dispatch.cancelling import release
from dispatch.events import VisitMoved
from dispatch.models import Job, MoveAnswer, PlanMove, Round, Visit
from dispatch.offers import Pick, make_offers
from dispatch.policy import PlanPolicy
from dispatch.snapshot import Snapshot
from dispatch.states import PLAN_MOVES, MoveMove, MoveState, VisitMove, VisitState
from dispatch.visits import find_visit
from dispatch.waking import Quiet, after_waking
from matching.explain import Sentence, why_chosen, why_not
from matching.problem import UNITS_PER_MINUTE
from notices import notices
from places.models import Place
from workers.models import Worker

UNANSWERED = "move_unanswered"
_NEAR = timedelta(minutes=30)
_ASKS = {"customer": "move_asked_customer", "from": "move_asked_from", "to": "move_asked_to"}


@dataclass(frozen=True)
class _Found:
    """What proposals are made from: the plan's row, its problem and roster, and what its moves win in minutes."""

    row: Round
    snapshot: Snapshot
    roster: matching.Roster
    gain: float


def propose_moves(
    session: Session, row: Round, snapshot: Snapshot, roster: matching.Roster, gain: int | None, now: datetime
) -> int:
    """Propose what a plan would move, and forget what an earlier one proposed; return how many moves.

    ``gain`` (units) is what the moves win; too little proposes nothing. None: promises cannot be kept anyway.
    """
    _forget(session, row, now)
    least = read_policy(session, PlanPolicy, now).worth_minutes * UNITS_PER_MINUTE
    if gain is not None and gain < least:
        return 0
    found = _Found(row, snapshot, roster, round((gain or 0) / UNITS_PER_MINUTE, 1))
    made = [_propose(session, found, move, now) for move in roster.moved if move.to_worker and move.from_worker]
    return sum(made)


def _forget(session: Session, row: Round, now: datetime) -> None:
    earlier = session.scalars(
        select(PlanMove)
        .join(Round, Round.id == PlanMove.round_id)
        .where(Round.day == row.day, Round.zone == row.zone, PlanMove.state == MoveState.PROPOSED)
    )
    for move in earlier.all():
        _step(session, move, MoveMove.LAPSE, SYSTEM, now)


def _propose(session: Session, found: _Found, move: matching.Move, now: datetime) -> int:
    visit = find_visit(session, move.visit, lock=True)
    people = {one.code: one for one in _workers(session, [move.from_worker or "", move.to_worker or ""])}
    choice = found.roster.choice_of(move.visit)
    if choice is None or visit.state != VisitState.ASSIGNED or len(people) != len({move.from_worker, move.to_worker}):
        return 0
    if session.scalars(_open_moves().where(PlanMove.visit_id == visit.id)).first() is not None:
        return 0
    row = PlanMove(
        code=new_code("Y"),
        round_id=found.row.id,
        visit_id=visit.id,
        from_worker_id=people[move.from_worker or ""].id,
        to_worker_id=people[move.to_worker or ""].id,
        from_start=visit.starts_at,
        to_start=found.snapshot.span.instant(choice.start),
        travel_seconds=max(0, choice.start - choice.leave_by),
        price=round(move.price / UNITS_PER_MINUTE, 1),
        gain=found.gain,
        why=[_plain(one) for one in _why(found, move)],
        state=MoveState.PROPOSED.value,
        state_since=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return 1


def _open_moves() -> Any:
    return select(PlanMove).where(PlanMove.state.in_([MoveState.PROPOSED.value, MoveState.ASKING.value]))


def _why(found: _Found, move: matching.Move) -> list[Sentence]:
    problem, roster = found.snapshot.problem, found.roster
    told = list(why_chosen(problem, roster, move.visit))
    if move.from_worker != move.to_worker:
        told.extend(why_not(problem, roster, move.visit, move.from_worker or ""))
    return told


def _plain(sentence: Sentence) -> dict[str, Any]:
    params = {name: list(value) if isinstance(value, tuple) else value for name, value in sentence.params}
    return {"key": sentence.key, "params": params}


def _workers(session: Session, codes: Sequence[str]) -> Sequence[Worker]:
    return session.scalars(select(Worker).where(Worker.code.in_(codes))).all()


def get_move(session: Session, actor: Actor, code: str, *, lock: bool = False) -> PlanMove:
    """Return a move to operations, and to whoever is asked about it; else ``NotFound``."""
    if lock:
        session.execute(select(PlanMove.id).where(PlanMove.code == code).with_for_update()).first()
    move = session.scalars(
        select(PlanMove)
        .where(PlanMove.code == code)
        .options(
            joinedload(PlanMove.visit).joinedload(Visit.job).joinedload(Job.place).joinedload(Place.zone),
            joinedload(PlanMove.from_worker), joinedload(PlanMove.to_worker), selectinload(PlanMove.answers),
        )
        .execution_options(populate_existing=lock)
    ).first()  # fmt: skip
    if move is None or not (actor.is_ops or actor.is_system or _mine(move, actor) is not None):
        raise NotFound
    return move


def account_of_side(session: Session, actor: Actor, code: str, side: str) -> str:
    """Return whose answer a side of a move is, for operations who write it down; ``NotFound`` if nobody was asked."""
    answers = get_move(session, _ops(actor), code).answers
    found = next((one.account for one in answers if one.side == side), None)
    if found is None:
        raise NotFound
    return found


def _mine(move: PlanMove, actor: Actor) -> MoveAnswer | None:
    """The answer this actor may give: a customer's, a worker's, or theirs whom operations act for."""
    account = actor.on_behalf_of if actor.is_ops else actor.code
    sides = {Role.CUSTOMER: {"customer"}, Role.WORKER: {"from", "to"}}.get(actor.role, {"customer", "from", "to"})
    return next((one for one in move.answers if account and one.account == account and one.side in sides), None)


def approve_move(session: Session, actor: Actor, code: str, now: datetime) -> PlanMove:
    """Approve a proposed move: everybody concerned is asked. ``Conflict`` when the visit is not as it was any more."""
    move = get_move(session, _ops(actor), code, lock=True)
    if not still_so(move, now):
        raise Conflict("move_outdated", "This visit has changed since. The next plan looks at it again.")
    until = _answer_by(session, move, now)
    _step(session, move, MoveMove.APPROVE, actor, now, answer_by=until, decided_by=actor.code, reason=actor.reason)
    for side, account in _concerned(move).items():
        move.answers.append(MoveAnswer(side=side, account=account, asked_at=now))
        notices.enqueue(session, to=account, kind=_ASKS[side], about=move.visit.code, now=now, move=move.code)
    set_timer(session, UNANSWERED, move.code, until)
    _audit(session, actor, "approve_move", move, now)
    return move


def decline_move(session: Session, actor: Actor, code: str, now: datetime) -> PlanMove:
    """Say no to a proposed move: everything stays as promised, nobody is asked."""
    move = get_move(session, _ops(actor), code, lock=True)
    _step(session, move, MoveMove.DECLINE, actor, now, decided_by=actor.code, reason=actor.reason)
    _audit(session, actor, "decline_move", move, now)
    return move


def answer_move(session: Session, actor: Actor, code: str, *, agreed: bool, now: datetime) -> PlanMove:
    """Say yes or no for oneself (operations: for whom they act for). One no ends it; the last yes carries it out.

    A visit that has changed since is not moved: the question lapses, whatever the answer.
    """
    move = get_move(session, actor, code, lock=True)
    mine = _mine(move, actor)
    if mine is None:
        raise NotFound
    PLAN_MOVES.step(MoveState(move.state), MoveMove.REFUSE, actor)
    if mine.answer:
        raise Conflict("already_answered", "You have answered this already.")
    if not still_so(move, now):
        _end(session, move, MoveMove.LAPSE, actor, now)
        return move
    mine.answer, mine.answered_at = "yes" if agreed else "no", now
    if actor.is_ops:
        _audit(session, actor, "answer_move", move, now)
    if not agreed:
        _end(session, move, MoveMove.REFUSE, actor, now)
    elif _all_agree(move):
        _carry_out(session, actor, move, now)
    return move


def on_unanswered(session: Session, timer: Timer, now: datetime) -> None:
    """Not everybody agreed in time: it stays as it was."""
    move = get_move(session, SYSTEM, timer.about, lock=True)
    if move.state == MoveState.ASKING:
        _end(session, move, MoveMove.LAPSE, SYSTEM, now)


def still_so(move: PlanMove, now: datetime) -> bool:
    """Tell whether the visit is still as the move found it, and far enough ahead."""
    visit = move.visit
    same = visit.worker_id == move.from_worker_id and visit.starts_at == move.from_start
    return same and visit.state == VisitState.ASSIGNED and min(move.from_start, move.to_start) > now


def _ops(actor: Actor) -> Actor:
    if not actor.is_ops:
        raise NotFound
    return actor


def _step(session: Session, move: PlanMove, what: MoveMove, actor: Actor, now: datetime, **values: Any) -> None:
    step = PLAN_MOVES.step(MoveState(move.state), what, actor)
    claim(session, move, MoveState(move.state), step.to, state_since=now, **values)


def _concerned(move: PlanMove) -> dict[str, str]:
    """Who has to agree: the customer, whoever was promised, and whoever is to come instead."""
    asked = {"customer": move.visit.customer, "to": move.to_worker.account_code}
    if move.from_worker_id != move.to_worker_id:
        asked["from"] = move.from_worker.account_code
    return asked


def _answer_by(session: Session, move: PlanMove, now: datetime) -> datetime:
    minutes = read_policy(session, PlanPolicy, now, move.visit.zone).answer_minutes
    quiet = Quiet(zone=move.visit.job.place.zone.time_zone)
    latest = min(move.from_start, move.to_start) - _NEAR
    return max(now + timedelta(minutes=1), min(after_waking(now, timedelta(minutes=minutes), quiet), latest))


def _audit(session: Session, actor: Actor, act: str, move: PlanMove, now: datetime) -> None:
    before = {"worker": move.from_worker.code, "start": move.from_start.isoformat()}
    after = {"worker": move.to_worker.code, "start": move.to_start.isoformat(), "move": move.code, "state": move.state}
    audit(session, actor, act, move.visit.code, now, Change(before=before, after=after))


def _all_agree(move: PlanMove) -> bool:
    return bool(move.answers) and all(one.answer == "yes" for one in move.answers)


def _end(session: Session, move: PlanMove, what: MoveMove, actor: Actor, now: datetime) -> None:
    """It stays as it was; whoever was asked is told."""
    _step(session, move, what, actor, now)
    cancel_timer(session, UNANSWERED, move.code)
    for one in move.answers:
        notices.enqueue(session, to=one.account, kind="move_off", about=move.visit.code, now=now)


def _carry_out(session: Session, actor: Actor, move: PlanMove, now: datetime) -> None:
    """Do it by itself, or else together with all agreed moves of the same plan; what does not fit yet waits."""
    plan = session.scalars(
        select(PlanMove)
        .where(PlanMove.round_id == move.round_id, PlanMove.state == MoveState.ASKING)
        .order_by(PlanMove.id)
        .with_for_update()
    ).all()
    agreed = [one for one in plan if _all_agree(one)]
    for group in [[move], agreed]:
        if _try(session, group, now):
            for one in group:
                _finish(session, actor, one, now)
            return


def _try(session: Session, group: Sequence[PlanMove], now: datetime) -> bool:
    try:
        with session.begin_nested():
            _shift(session, group, now)
    except Conflict:
        session.expire_all()
        return False
    return True


def _shift(session: Session, group: Sequence[PlanMove], now: datetime) -> None:
    """Let go of what was promised, then promise anew: an offer, accepted in the name of whoever approved the move."""
    for move in group:
        visit = find_visit(session, move.visit.code, lock=True)
        if not still_so(move, now):
            raise Conflict("move_outdated", "This visit has changed since. The next plan looks at it again.")
        release(session, _approver(move), visit, VisitMove.RESCHEDULE, now, state_reason="rescheduled")
    for move in group:
        visit = find_visit(session, move.visit.code)
        why = [{"key": "plan_move", "minutes": move.gain}]
        pick = Pick(move.to_worker, move.to_start, move.travel_seconds, why=why)
        offer = make_offers(session, visit, [pick], _approver(move), now, move.round_id)[0]
        session.flush()
        accept_offer(session, _approver(move), offer.code, now)


def _approver(move: PlanMove) -> Actor:
    return Actor(Role.OPS_AGENT, move.decided_by, channel="desk", reason=move.reason or "move agreed")


def _finish(session: Session, actor: Actor, move: PlanMove, now: datetime) -> None:
    _step(session, move, MoveMove.AGREE, actor, now)
    cancel_timer(session, UNANSWERED, move.code)
    if move.from_worker_id != move.to_worker_id:
        to = move.from_worker.account_code
        notices.enqueue(session, to=to, kind="move_done", about=move.visit.code, now=now)
    fact = VisitMoved(move.visit.code, move.code, move.from_worker.code, move.to_worker.code)
    events.record(session, fact, by=actor, at=now)
