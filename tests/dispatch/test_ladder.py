"""The numbers of dispatch without a database: fees, deadlines, bands."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.cancelling import cancel_fee
from dispatch.filling import fill_times
from dispatch.jobs import in_share
from dispatch.offers import lead_band, lifetime
from dispatch.policy import CancelPolicy, FillPolicy, OfferPolicy

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
LADDER = CancelPolicy()


def visit(state: str = "assigned", hours: float = 10, fen: int = 9000, minutes: int = 120) -> SimpleNamespace:
    start = NOW + timedelta(hours=hours)
    return SimpleNamespace(
        state=state, starts_at=start, window_from=start, fee_clock=start, opened_at=NOW - timedelta(days=2),
        worker_fen=fen, minutes=minutes,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "fen", "step"),
    [
        (30, 0, "free"),
        (24.01, 0, "free"),
        (23.9, 2700, "far"),
        (4.1, 2700, "far"),
        (3.9, 4500, "near"),
        (0.1, 4500, "near"),
    ],
)
def test_each_step_of_the_ladder(hours, fen, step):
    fee = cancel_fee(visit(hours=hours), LADDER, NOW)
    assert (fee.fen, fee.step) == (fen, step)


def test_on_the_way_costs_the_near_fee_however_early():
    assert cancel_fee(visit("en_route", hours=30), LADDER, NOW).step == "near"


def test_regret_within_five_minutes_is_free():
    fresh = visit(hours=2)
    fresh.opened_at = NOW - timedelta(minutes=4)
    assert cancel_fee(fresh, LADDER, NOW).step == "regret"
    fresh.opened_at = NOW - timedelta(minutes=6)
    assert cancel_fee(fresh, LADDER, NOW).fen > 0


def test_nobody_assigned_nothing_to_pay():
    assert cancel_fee(visit("open", hours=1), LADDER, NOW).fen == 0


def test_moving_a_visit_away_first_saves_nothing():
    moved = visit(hours=100)
    moved.fee_clock = NOW + timedelta(hours=3)
    assert cancel_fee(moved, LADDER, NOW).step == "near"


def test_a_long_visit_pays_the_share_a_short_one_the_least_time():
    assert cancel_fee(visit(hours=3, minutes=60, fen=4500), LADDER, NOW).fen == 4500
    assert cancel_fee(visit(hours=3, minutes=480, fen=36000), LADDER, NOW).fen == 18000


@given(st.floats(0.05, 400), st.integers(60, 480), st.integers(1000, 90000))
def test_a_fee_is_never_more_than_the_visit_and_never_falls_as_the_visit_comes_nearer(hours, minutes, fen):
    early = cancel_fee(visit(hours=hours + 1, minutes=minutes, fen=fen), LADDER, NOW).fen
    late = cancel_fee(visit(hours=hours, minutes=minutes, fen=fen), LADDER, NOW).fen
    assert 0 <= early <= late <= fen


def test_deadlines_of_a_long_lead_are_hours_before_the_start():
    start = NOW + timedelta(hours=40)
    times = fill_times(start, NOW, FillPolicy())
    assert [start - at for at in (times.alert, times.choices, times.final)] == [timedelta(hours=h) for h in (12, 6, 2)]


def test_deadlines_of_a_short_lead_are_shares_of_the_time_left():
    times = fill_times(NOW + timedelta(hours=4), NOW, FillPolicy())
    assert [at - NOW for at in (times.alert, times.choices, times.final)] == [timedelta(hours=h) for h in (2, 3, 3.6)]


@pytest.mark.parametrize(
    ("hours", "alone", "band", "minutes"),
    [
        (60, True, "alone", 120),
        (60, False, "48h+", 60),
        (30, True, "48h", 30),
        (12, False, "24h", 10),
        (3, False, "4h", 6),
    ],
)
def test_an_offer_lives_by_its_lead_time(hours, alone, band, minutes):
    assert lead_band(timedelta(hours=hours), alone=alone) == band
    assert lifetime(band, OfferPolicy()) == timedelta(minutes=minutes)


def test_a_share_of_codes_is_that_share_and_always_the_same():
    codes = [f"J-{n:010d}" for n in range(4000)]
    inside = [code for code in codes if in_share(code, 0.05)]
    assert 140 < len(inside) < 260
    assert inside == [code for code in codes if in_share(code, 0.05)]
