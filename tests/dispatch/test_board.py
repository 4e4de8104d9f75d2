"""The board of a day: lanes with time off taken out, who will be late as things stand, what is open and why."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from dispatch.asking import ask_worker, who_could
from dispatch.board import board_day, board_tag
from dispatch.board_lanes import _without
from dispatch.board_rows import BoardDay, BoardWish
from dispatch.schemas import Happened
from dispatch.trip import start_trip
from tests import factories as make

KEY = b"k" * 32
WISH = BoardWish(make.TUESDAY)
NINE = make.TUESDAY_NINE


def board_at(session: Session, now=make.MONDAY_NOON, wish: BoardWish = WISH) -> BoardDay:
    session.flush()
    session.expire_all()
    return board_day(session, make.make_ops(session), wish, now, KEY)


def assigned(session: Session):
    make.make_house(session)
    worker = make.make_worker(session)
    visit = make.make_visit(session)
    make.assign(session, visit, worker)
    return visit, worker


def test_a_lane_has_shift_trip_and_bar(session: Session) -> None:
    visit, worker = assigned(session)
    lane = board_at(session).lanes[0]
    assert (lane.code, [bar.code for bar in lane.bars]) == (worker.code, [visit.code])
    assert (lane.work_minutes, lane.shift_minutes) == (120, 840)
    assert lane.trips[0].end == visit.starts_at
    assert lane.bars[0].kind == "set"


def test_nobody_late_before_the_time_to_leave(session: Session) -> None:
    assigned(session)
    assert board_at(session, NINE - timedelta(hours=1)).lanes[0].bars[0].late == 0


def test_whoever_has_not_left_will_be_late(session: Session) -> None:
    assigned(session)
    bar = board_at(session, NINE + timedelta(minutes=10)).lanes[0].bars[0]
    assert bar.kind == "care"
    assert bar.late >= 10


def test_whoever_is_on_the_way_in_time_is_not_late(session: Session) -> None:
    visit, worker = assigned(session)
    start_trip(session, make.as_worker(worker), visit.code, Happened(), NINE - timedelta(minutes=40))
    bar = board_at(session, NINE - timedelta(minutes=30)).lanes[0].bars[0]
    assert (bar.kind, bar.late) == ("move", 0)


def test_the_queue_holds_what_nobody_took(session: Session) -> None:
    make.make_house(session)
    make.make_worker(session)
    visit = make.make_visit(session)
    board = board_at(session)
    assert [one.code for one in board.queue] == [visit.code]
    assert board.counts["maybe"] == 1
    assert board_at(session, wish=BoardWish(make.TUESDAY, kind="live")).queue == []


def test_a_live_offer_stands_hollow_in_the_lane(session: Session) -> None:
    make.make_house(session)
    worker = make.make_worker(session)
    visit = make.make_visit(session)
    make.make_offer(session, visit, worker)
    board = board_at(session)
    assert [(bar.code, bar.asked) for bar in board.lanes[0].bars] == [(visit.code, True)]
    assert board.queue[0].asked == 1


def test_the_board_is_for_operations(session: Session) -> None:
    make.make_house(session)
    with pytest.raises(NotFound):
        board_day(session, make.make_customer(session), WISH, make.MONDAY_NOON, KEY)


def test_the_tag_moves_with_what_happens(session: Session) -> None:
    visit, worker = assigned(session)
    session.flush()
    before = board_tag(session, WISH, make.MONDAY_NOON)
    assert board_tag(session, WISH, make.MONDAY_NOON) == before
    start_trip(session, make.as_worker(worker), visit.code, Happened(), NINE - timedelta(minutes=40))
    session.flush()
    assert board_tag(session, WISH, make.MONDAY_NOON) != before


def test_time_off_is_taken_out_of_a_shift() -> None:
    hour = timedelta(hours=1)
    span = (NINE, NINE + 8 * hour)
    assert _without(span, NINE + hour, NINE + 2 * hour) == [(NINE, NINE + hour), (NINE + 2 * hour, NINE + 8 * hour)]
    assert _without(span, None, None) == []
    assert _without(span, NINE - 3 * hour, NINE - hour) == [span]


def test_asking_takes_who_can_and_refuses_who_cannot(session: Session) -> None:
    make.make_house(session)
    near, busy = make.make_worker(session), make.make_worker(session, "林美玲")
    other = make.make_visit(session)
    make.assign(session, other, busy)
    visit, desk = make.make_visit(session), make.make_ops(session)
    found = who_could(session, desk, visit.code, make.MONDAY_NOON)
    assert [one.code for one in found.able] == [near.code]
    assert found.reasons == {"busy": 1}
    with pytest.raises(Conflict):
        ask_worker(session, desk, visit.code, busy.code, NINE, make.MONDAY_NOON)
    offer = ask_worker(session, desk, visit.code, near.code, NINE, make.MONDAY_NOON)
    assert (offer.state, offer.starts_at) == ("live", NINE)
    assert who_could(session, desk, visit.code, make.MONDAY_NOON).able[0].asked


def test_only_open_visits_are_asked_about(session: Session) -> None:
    visit, _worker = assigned(session)
    with pytest.raises(Conflict):
        who_could(session, make.make_ops(session), visit.code, make.MONDAY_NOON)
    with pytest.raises(NotFound):
        who_could(session, make.make_customer(session), visit.code, make.MONDAY_NOON)
