"""Weekly shifts on the wall's clock, both clock changes, free now, quiet hours, ends of the day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound
from places.models import Zone
from tests import factories as make
from tests.workers.path import NOW, Desk, apply
from workers import availability as hours
from workers.hours import DayEnds, QuietHours, ShiftRow, ShiftsSchema, WorkLimits
from workers.models import Shift, Worker
from workers.zones import local_minute

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


@pytest.fixture
def worker(session: Session) -> Worker:
    return apply(session)


def test_a_pattern_becomes_instants_of_the_local_day(session: Session, worker: Worker):
    hours.set_shifts(session, make.as_worker(worker), worker.code, [ShiftRow(1, 480, 720), ShiftRow(1, 780, 1080)], NOW)
    day = make.TUESDAY
    assert hours.shifts_on(session, [worker.id], day)[worker.id] == [
        (datetime(2026, 11, 24, 0, 0, tzinfo=UTC), datetime(2026, 11, 24, 4, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 5, 0, tzinfo=UTC), datetime(2026, 11, 24, 10, 0, tzinfo=UTC)),
    ]
    assert hours.shifts_on(session, [worker.id], day + timedelta(days=1))[worker.id] == []


def test_overlapping_rows_are_refused(session: Session, worker: Worker):
    with pytest.raises(InvalidInput) as error:
        hours.set_shifts(
            session, make.as_worker(worker), worker.code, [ShiftRow(1, 480, 720), ShiftRow(1, 705, 900)], NOW
        )
    assert error.value.fields == {"rows.1": ["overlaps"]}
    assert not session.scalars(select(Shift)).all()


def test_touching_rows_and_other_days_are_fine(session: Session, worker: Worker):
    rows = [ShiftRow(1, 480, 720), ShiftRow(1, 720, 900), ShiftRow(2, 480, 720)]
    assert len(hours.set_shifts(session, make.as_worker(worker), worker.code, rows, NOW)) == 3


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (ShiftRow(7, 480, 720), "range"),
        (ShiftRow(1, 720, 720), "range"),
        (ShiftRow(1, 0, 1455), "range"),
        (ShiftRow(1, 481, 720), "off_grid"),
    ],
)
def test_rows_outside_the_day_or_grid_are_refused(session: Session, worker: Worker, row, code):
    with pytest.raises(InvalidInput) as error:
        hours.set_shifts(session, make.as_worker(worker), worker.code, [row], NOW)
    assert error.value.fields == {"rows.0": [code]}


def test_the_database_refuses_a_shift_that_leaves_its_day(session: Session, worker: Worker):
    worker.shifts.append(Shift(weekday=1, starts=720, ends=600, valid_from=make.TUESDAY))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()


def test_a_new_pattern_replaces_the_old_from_today_and_keeps_the_past(session: Session, worker: Worker):
    me = make.as_worker(worker)
    hours.set_shifts(session, me, worker.code, [ShiftRow(1, 480, 720)], NOW - timedelta(days=14))
    hours.set_shifts(session, me, worker.code, [ShiftRow(1, 600, 720)], NOW)
    hours.set_shifts(session, me, worker.code, [ShiftRow(1, 660, 720)], NOW)  # the same day again
    assert len(hours.shifts_on(session, [worker.id], make.TUESDAY)[worker.id]) == 1
    assert hours.shifts_on(session, [worker.id], make.TUESDAY)[worker.id][0][0].hour == 3
    assert hours.shifts_on(session, [worker.id], make.TUESDAY - timedelta(days=7))[worker.id][0][0].hour == 0


def test_the_number_of_queries_does_not_grow(session: Session):
    people = [apply(session) for _ in range(4)]
    for worker in people:
        hours.set_shifts(session, make.as_worker(worker), worker.code, [ShiftRow(1, 480, 720)], NOW)
    session.flush()

    def count(ids: list[int]) -> int:
        seen: list[str] = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listener)
        hours.shifts_on(session, ids, make.TUESDAY)
        event.remove(session.get_bind(), "before_cursor_execute", listener)
        return len(seen)

    assert count([people[0].id]) == count([worker.id for worker in people]) == 2


def test_only_oneself_or_operations_set_hours(session: Session, worker: Worker, desk: Desk):
    mallory = make.make_customer(session, "Mallory")
    with pytest.raises(NotFound):
        hours.set_shifts(session, mallory, worker.code, [], NOW)
    hours.set_shifts(session, desk.agent, worker.code, [ShiftRow(1, 480, 720)], NOW)


def in_berlin(session: Session) -> Worker:
    session.add(
        Zone(
            slug="kreuzberg", names={}, district={}, stage="open", polygon=[], lat=52.5, lon=13.4, city="berlin",
            time_zone="Europe/Berlin",
        )
    )  # fmt: skip
    session.flush()
    return apply(session, zones=("kreuzberg",), lat=52.5, lon=13.4)


def test_each_worker_is_read_on_their_own_clock(session: Session, worker: Worker):
    other = in_berlin(session)
    for one in (worker, other):
        hours.set_shifts(session, make.as_worker(one), one.code, [ShiftRow(1, 480, 720)], NOW)
    found = hours.shifts_on(session, [worker.id, other.id], make.TUESDAY)
    assert [found[one.id][0][0].hour for one in (worker, other)] == [0, 7]


@pytest.mark.parametrize(("day", "lasts"), [(SPRING, 8.0), (AUTUMN, 10.0), (date(2026, 11, 1), 9.0)])
def test_a_night_shift_keeps_its_wall_times_on_both_clock_changes(session: Session, day, lasts):
    worker = in_berlin(session)
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    hours.set_shifts(session, make.as_worker(worker), worker.code, [ShiftRow(6, 0, 540)], start)
    begins, ends = hours.shifts_on(session, [worker.id], day)[worker.id][0]
    assert (ends - begins).total_seconds() / 3600 == lasts
    assert (begins.astimezone(BERLIN).hour, ends.astimezone(BERLIN).hour) == (0, 9)


def test_a_day_shift_keeps_its_length_on_both_clock_changes(session: Session):
    worker = in_berlin(session)
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    hours.set_shifts(session, make.as_worker(worker), worker.code, [ShiftRow(6, 480, 1080)], start)
    for day, hour in ((SPRING, 6), (AUTUMN, 7)):
        begins, ends = hours.shifts_on(session, [worker.id], day)[worker.id][0]
        assert (begins.hour, (ends - begins).total_seconds() / 3600) == (hour, 10.0)


def test_what_lies_wholly_in_the_missing_hour_is_left_out(session: Session):
    worker = in_berlin(session)
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    hours.set_shifts(session, make.as_worker(worker), worker.code, [ShiftRow(6, 120, 180)], start)
    assert hours.shifts_on(session, [worker.id], SPRING)[worker.id] == []
    begins, ends = hours.shifts_on(session, [worker.id], AUTUMN)[worker.id][0]
    assert (ends - begins).total_seconds() / 3600 == 2.0


def test_every_minute_of_a_change_day_is_in_order():
    for day in (SPRING, AUTUMN):
        instants = [local_minute(day, minute, BERLIN) for minute in range(0, 1441, 15)]
        assert instants == sorted(instants)
    assert local_minute(SPRING, 150, BERLIN) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert local_minute(SPRING, 1440, BERLIN) - local_minute(SPRING, 0, BERLIN) == timedelta(hours=23)
    assert local_minute(AUTUMN, 1440, BERLIN) - local_minute(AUTUMN, 0, BERLIN) == timedelta(hours=25)


def test_free_now_has_an_end_soon(session: Session, worker: Worker):
    me = make.as_worker(worker)
    until = NOW + timedelta(hours=3)
    worker.silent_offers = 2
    assert hours.set_free_now(session, me, worker.code, until, NOW).free_now_until == until
    assert worker.silent_offers == 0
    assert hours.set_free_now(session, me, worker.code, None, NOW).free_now_until is None
    for wrong in (NOW, NOW + timedelta(hours=13)):
        with pytest.raises(InvalidInput):
            hours.set_free_now(session, me, worker.code, wrong, NOW)


def test_quiet_hours_and_day_ends_are_kept(session: Session, worker: Worker):
    me = make.as_worker(worker)
    before = worker.version
    hours.set_quiet_hours(session, me, worker.code, QuietHours(1320, 420), NOW)
    hours.set_day_ends(session, me, worker.code, DayEnds(30.60, 114.31, 30.59, 114.30), NOW)
    assert (worker.quiet_from, worker.quiet_until, worker.end_lat) == (1320, 420, 30.59)
    assert worker.version == before + 2


def test_chinese_map_points_are_kept_as_wgs84(session: Session, worker: Worker):
    hours.set_day_ends(session, make.as_worker(worker), worker.code, DayEnds(30.60, 114.31, datum="gcj02"), NOW)
    assert (worker.home_lat, worker.home_lon) != (30.60, 114.31)
    assert abs(worker.home_lat - 30.60) < 0.01


def test_nobody_may_work_more_than_the_policy_allows(session: Session, worker: Worker):
    me = make.as_worker(worker)
    with pytest.raises(InvalidInput) as error:
        hours.set_work_limits(session, me, worker.code, WorkLimits("walk", 5000, 700, 3600), NOW)
    assert set(error.value.fields) == {"daily_minutes", "weekly_minutes"}
    assert hours.set_work_limits(session, me, worker.code, WorkLimits("walk", 5000, 480, 2400), NOW).radius_m == 5000


def test_the_schema_builds_rows_and_refuses_the_rest():
    built = ShiftsSchema().load({"rows": [{"weekday": 0, "starts": 480, "ends": 720}]})
    assert built.rows == (ShiftRow(0, 480, 720),)
    assert "rows" in ShiftsSchema().validate({"rows": [{"weekday": 9, "starts": 480, "ends": 720}]})
    assert "extra" in ShiftsSchema().validate({"rows": [], "extra": 1})
