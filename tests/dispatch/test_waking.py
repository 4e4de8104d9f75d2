from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.waking import Quiet, after_waking, next_waking, waking_between

QUIET = Quiet()
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def test_an_hour_by_day_is_an_hour():
    assert after_waking(local(24, 10), timedelta(hours=1), QUIET) == local(24, 11)


def test_the_clock_stands_still_at_night():
    assert after_waking(local(24, 21), timedelta(hours=1), QUIET) == local(25, 8)


def test_an_offer_made_at_night_starts_in_the_morning():
    assert next_waking(local(24, 23), QUIET) == local(25, 7, 30)
    assert next_waking(local(25, 3), QUIET) == local(25, 7, 30)
    assert next_waking(local(25, 12), QUIET) == local(25, 12)


def test_no_quiet_hours_for_somebody_free_now():
    assert after_waking(local(24, 23), timedelta(minutes=6), Quiet(0, 0)) == local(24, 23, 6)


@given(INSTANTS, st.integers(1, 5000))
def test_waking_time_gone_by_is_the_time_waited_for(at, minutes):
    end = after_waking(at, timedelta(minutes=minutes), QUIET)
    assert waking_between(at, end, QUIET) == timedelta(minutes=minutes)


@given(INSTANTS, st.integers(1, 2000), st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Shanghai"]))
def test_clock_changes_neither_lose_nor_double_a_minute(at, minutes, zone):
    quiet = Quiet(zone=zone)
    end = after_waking(at, timedelta(minutes=minutes), quiet)
    assert end >= at + timedelta(minutes=minutes)
    assert waking_between(at, end, quiet) == timedelta(minutes=minutes)
