"""When something was not right: some customers say so, workers answer, and people at the desk decide most of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from accounts.models import Account
from core.actors import Actor, Role
from dispatch.models import Visit
from dispatch.states import VisitState
from disputes.disputes import add_statement, decide_dispute, open_dispute
from disputes.models import Dispute
from disputes.schemas import DecisionInput, OpenInput, StatementInput
from simulation.acts import Act, Run
from simulation.chance import between, chance, pick
from simulation.founding import staff
from simulation.people import customer_soul
from simulation.world import World
from workers.models import Worker

COMPLAINTS = (
    ("quality", "灶台边上还是油的，我又擦了一遍，拍了照。", "refund"),
    ("incomplete", "说好擦窗，阳台那两扇没擦。", "redo"),
    ("hours", "约了三小时，两个半小时就走了。", "refund"),
)
ANSWERS = (
    "我按清单做的，灶台做了两遍，老油要泡，当时跟她说过。",
    "阳台的窗锁着打不开，我在清单里写了原因。",
    "她让我早点走的，说剩下的自己来。",
)


def complaint_acts(session: Session, world: World) -> Iterable[Act]:
    """Return who would complain, answer or decide by now."""
    yield from _complaints(session, world)
    rows = session.scalars(
        select(Dispute)
        .where(Dispute.state.in_(["triaged", "awaiting_reply", "proposed", "contested"]))
        .options(selectinload(Dispute.statements))
    ).all()
    for case in rows:
        yield from _answer(session, world, case)
        yield from _decision(world, case)


def _complaints(session: Session, world: World) -> Iterable[Act]:
    rows = session.execute(
        select(Visit, Account.id)
        .join(Account, Account.code == Visit.customer)
        .where(Visit.state.in_([VisitState.WORK_DONE.value, VisitState.COMPLETED.value]))
        .order_by(Visit.id)
    ).all()
    for visit, account_id in rows:
        if chance(world.seed, "complains", visit.id) >= customer_soul(world.seed, account_id).complains:
            continue
        topic, words, wish = pick(COMPLAINTS, world.seed, "complaint", visit.id)
        due = (visit.finished_at or visit.state_since) + timedelta(
            minutes=between(30, 400, world.seed, "after", visit.id)
        )
        given = OpenInput(visit.code, topic, words, wish)
        yield Act(
            ("complain", visit.id), due, visit.customer, _complaining(Actor(Role.CUSTOMER, visit.customer), given)
        )


def _complaining(actor: Actor, given: OpenInput) -> Run:
    return lambda session, at: open_dispute(session, actor, given, at)


def _answer(session: Session, world: World, case: Dispute) -> Iterable[Act]:
    worker = session.scalars(select(Worker).where(Worker.code == case.worker)).first()
    if worker is None or len(case.statements) > 1 or chance(world.seed, "answers-case", case.id) > 0.8:
        return
    actor = Actor(Role.WORKER, worker.account_code, worker.code)
    words = StatementInput(pick(ANSWERS, world.seed, "answer", case.id))
    due = case.opened_at + timedelta(hours=between(1, 9, world.seed, "answer-at", case.id))
    code = case.code
    yield Act(("answer", case.id), due, worker.account_code, lambda s, at: add_statement(s, actor, code, words, at))


def _decision(world: World, case: Dispute) -> Iterable[Act]:
    """Two in three are decided within a day; the others wait for whoever looks at the demo."""
    if chance(world.seed, "decided", case.id) > 0.66:
        return
    due = case.opened_at + timedelta(hours=between(12, 26, world.seed, "decide", case.id))
    fen = case.contested_fen // 3
    remedy = "part_refund" if fen and chance(world.seed, "refund", case.id) < 0.6 else "reject"
    given = DecisionInput(
        remedy=remedy,
        reason="清单和照片对得上一部分" if remedy == "part_refund" else "清单写明了原因，照片也看得出做过",
        fen=fen if remedy == "part_refund" else 0,
        rating_effect="counts",
    )
    code = case.code
    yield Act(("decide", case.id), due, "", lambda s, at: decide_dispute(s, staff(s, Role.OPS_AGENT), code, given, at))
