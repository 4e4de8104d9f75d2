"""Moves of confirmed visits: proposed, decided, asked about, carried out when all agree; never silently."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import SYSTEM
from core.audit import AuditRow
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.events import EventRow
from core.timers import Timer
from dispatch.cancelling import cancel_visit
from dispatch.models import Assignment, PlanMove, Round
from dispatch.plan_moves import answer_move, approve_move, decline_move, get_move, on_unanswered
from notices.models import Notice
from tests import factories as make

NOON = make.MONDAY_NOON
NINE = make.TUESDAY_NINE


def plan_of(session: Session) -> Round:
    row = Round(
        code="N-PLAN", name="replan", tick="1", mode="day", state="done", weights={}, roster={}, started_at=NOON,
        finished_at=NOON, day=make.TUESDAY, zones=[], causes=[], prices={},
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def move_of(session: Session, plan: Round, visit, to, code="Y-1", start=None) -> PlanMove:
    move = PlanMove(
        code=code, round_id=plan.id, visit=visit, from_worker=visit.worker, to_worker=to, from_start=visit.starts_at,
        to_start=start or visit.starts_at, travel_seconds=600, price=30.0, gain=120.0, why=[], state="proposed",
        state_since=NOON, created_at=NOON,
    )  # fmt: skip
    session.add(move)
    session.flush()
    return move


@pytest.fixture
def town(session: Session):
    make.make_house(session)
    zhou, chen = make.make_worker(session), make.make_worker(session, "陈玉珍")
    ada = make.make_customer(session)
    visit = make.make_visit(session, ada)
    make.assign(session, visit, zhou)
    session.flush()
    return session, visit, zhou, chen, ada


def agree(session, move, *actors):
    for actor in actors:
        answer_move(session, actor, move.code, agreed=True, now=NOON)


def test_a_proposal_alone_moves_nothing_and_asks_nobody(town):
    session, visit, zhou, chen, _ada = town
    before = session.scalars(select(Notice.id)).all()
    move_of(session, plan_of(session), visit, chen)
    assert visit.worker is zhou
    assert session.scalars(select(Notice.id)).all() == before


def test_approving_asks_everybody_concerned_and_moves_nothing(town):
    session, visit, zhou, chen, ada = town
    move = move_of(session, plan_of(session), visit, chen)
    approve_move(session, make.make_ops(session), move.code, NOON)
    asked = {one.side: one.account for one in move.answers}
    assert asked == {"customer": ada.code, "from": zhou.account_code, "to": chen.account_code}
    assert (move.state, visit.worker) == ("asking", zhou)
    kinds = set(session.scalars(select(Notice.kind)))
    assert {"move_asked_customer", "move_asked_from", "move_asked_to"} <= kinds
    assert session.scalars(select(AuditRow.act).where(AuditRow.about == visit.code)).all() == ["approve_move"]


def test_only_operations_decide_and_they_say_why(town):
    session, visit, _zhou, chen, ada = town
    move = move_of(session, plan_of(session), visit, chen)
    for decide in (approve_move, decline_move):
        with pytest.raises(NotFound):
            decide(session, ada, move.code, NOON)
    with pytest.raises(InvalidInput), session.begin_nested():
        decline_move(session, make.make_ops(session).__class__(make.Role.OPS_LEAD, "A-1"), move.code, NOON)


def test_declining_leaves_everything(town):
    session, visit, zhou, chen, _ada = town
    move = move_of(session, plan_of(session), visit, chen)
    decline_move(session, make.make_ops(session), move.code, NOON)
    assert (move.state, visit.worker, visit.state) == ("declined", zhou, "assigned")
    with pytest.raises(Conflict):
        approve_move(session, make.make_ops(session), move.code, NOON)


def test_the_last_yes_carries_it_out(town):
    session, visit, zhou, chen, ada = town
    move = move_of(session, plan_of(session), visit, chen)
    approve_move(session, make.make_ops(session), move.code, NOON)
    agree(session, move, ada, make.as_worker(zhou))
    assert visit.worker is zhou
    agree(session, move, make.as_worker(chen))
    session.refresh(visit)
    assert (move.state, visit.state, visit.worker.code, visit.starts_at) == ("done", "assigned", chen.code, NINE)
    live = session.scalars(select(Assignment).where(Assignment.status == "assigned")).all()
    assert [row.worker_id for row in live] == [chen.id]
    session.flush()
    assert "VisitMoved" in set(session.scalars(select(EventRow.kind).where(EventRow.about == visit.code)))
    assert "move_done" in set(session.scalars(select(Notice.kind).where(Notice.to == zhou.account_code)))


def test_one_no_ends_it(town):
    session, visit, zhou, chen, ada = town
    move = move_of(session, plan_of(session), visit, chen)
    approve_move(session, make.make_ops(session), move.code, NOON)
    answer_move(session, ada, move.code, agreed=False, now=NOON)
    assert (move.state, visit.worker) == ("refused", zhou)
    with pytest.raises(Conflict):
        answer_move(session, make.as_worker(chen), move.code, agreed=True, now=NOON)


def test_nobody_answers_twice_or_for_others(town):
    session, visit, _zhou, chen, ada = town
    move = move_of(session, plan_of(session), visit, chen)
    approve_move(session, make.make_ops(session), move.code, NOON)
    agree(session, move, ada)
    with pytest.raises(Conflict):
        agree(session, move, ada)
    for stranger in (make.make_customer(session, "Mallory"), make.as_worker(make.make_worker(session, "王春梅"))):
        with pytest.raises(NotFound):
            agree(session, move, stranger)
        with pytest.raises(NotFound):
            get_move(session, stranger, move.code)


def test_another_start_of_the_same_worker_asks_two(town):
    session, visit, zhou, _chen, ada = town
    move = move_of(session, plan_of(session), visit, zhou, start=NINE + timedelta(hours=1))
    approve_move(session, make.make_ops(session), move.code, NOON)
    agree(session, move, ada, make.as_worker(zhou))
    session.refresh(visit)
    assert (move.state, visit.starts_at, visit.worker.code) == ("done", NINE + timedelta(hours=1), zhou.code)


def test_silence_leaves_everything(town):
    session, visit, zhou, chen, ada = town
    move = move_of(session, plan_of(session), visit, chen)
    approve_move(session, make.make_ops(session), move.code, NOON)
    agree(session, move, ada)
    timer = session.scalars(select(Timer).where(Timer.kind == "move_unanswered")).one()
    on_unanswered(session, timer, timer.due_at)
    assert (move.state, visit.worker) == ("lapsed", zhou)
    on_unanswered(session, timer, timer.due_at)
    with pytest.raises(Conflict):
        agree(session, move, make.as_worker(chen))


def test_a_visit_that_changed_since_is_not_moved(town):
    session, visit, _zhou, chen, _ada = town
    move = move_of(session, plan_of(session), visit, chen, start=NINE + timedelta(hours=1))
    visit.starts_at = NINE + timedelta(minutes=15)
    session.flush()
    with pytest.raises(Conflict):
        approve_move(session, make.make_ops(session), move.code, NOON)


def test_a_question_about_a_visit_that_changed_lapses(town):
    session, visit, _zhou, chen, ada = town
    move = move_of(session, plan_of(session), visit, chen)
    approve_move(session, make.make_ops(session), move.code, NOON)
    cancel_visit(session, ada, visit.code, "plans_changed", NOON)
    agree(session, move, make.as_worker(chen))
    assert (move.state, visit.state) == ("lapsed", "cancelled")


def test_two_that_change_places_are_carried_out_together(town):
    session, visit, zhou, chen, ada = town
    other = make.make_visit(session, ada, unit="1-102")
    make.assign(session, other, chen)
    plan, desk = plan_of(session), make.make_ops(session)
    moves = [move_of(session, plan, visit, chen), move_of(session, plan, other, zhou, code="Y-2")]
    for move in moves:
        approve_move(session, desk, move.code, NOON)
    agree(session, moves[0], ada, make.as_worker(zhou), make.as_worker(chen))
    assert moves[0].state == "asking"
    agree(session, moves[1], ada, make.as_worker(zhou), make.as_worker(chen))
    session.expire_all()
    assert [move.state for move in moves] == ["done", "done"]
    assert (visit.worker.code, other.worker.code) == (chen.code, zhou.code)


def test_the_clock_decides_nothing(town):
    session, visit, _zhou, chen, _ada = town
    move = move_of(session, plan_of(session), visit, chen)
    with pytest.raises((NotAllowed, NotFound)):
        approve_move(session, SYSTEM, move.code, NOON)
