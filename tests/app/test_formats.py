"""How numbers and times are shown."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask_babel import force_locale

from app import formats
from app.house import House
from core.clock import Clock, wall

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # 12:00 in Wuhan


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "¥0"), (4500, "¥45"), (4550, "¥45.50"), (-100, "−¥1"), (123456789, "¥1,234,567.89")]
)
def test_money(fen: int, shown: str) -> None:
    assert formats.money(fen) == shown
    assert formats.money(abs(fen) + 1, sign=True).startswith("+")


def test_yuan() -> None:
    assert (formats.yuan(4505), formats.yuan(-5)) == ("45.05", "-0.05")


@pytest.mark.parametrize(("number", "shown"), [(-4, "−4"), (-0.5, "−0.5"), ("-1.20", "−1.20"), (7, "7"), ("+3", "+3")])
def test_what_is_below_nothing_has_a_minus_and_not_a_hyphen(number: float | str, shown: str) -> None:
    assert formats.minus(number) == shown


@pytest.mark.parametrize(("locale", "shown"), [
    ("zh", ["12:00", "11月21日 周六", "25\u00a0分钟后", "10\u00a0分钟前", "今天 15:00", "明天 12:00", "11月24日 周二 12:00", "3\u00a0小时 30\u00a0分", "800\u00a0米", "1.2\u00a0公里",
            "2026年11月21日", "2\u00a0小时前"]),
    ("en", ["12:00", "Sat 21 Nov", "in 25 min", "10 min ago", "today 15:00", "tomorrow 12:00", "Tue 24 Nov 12:00", "3 h 30 min", "800 m", "1.2 km",
            "21 Nov 2026", "2 hours ago"]),
])  # fmt: skip
def test_times_and_lengths(house: House, locale: str, shown: list[str]) -> None:
    house.clock = Clock(1e-9, wall(), NOON)
    try:
        with house.test_request_context("/"), force_locale(locale):
            said = [
                formats.clock(NOON), formats.day(NOON), formats.when(NOON + timedelta(minutes=25)),
                formats.when(NOON - timedelta(minutes=10)), formats.when(NOON + timedelta(hours=3)),
                formats.when(NOON + timedelta(days=1)), formats.when(NOON + timedelta(days=3)), formats.minutes(210),
                formats.km(812), formats.km(1234), formats.date_text(date(2026, 11, 21)), formats.ago(NOON - timedelta(hours=2)),
            ]  # fmt: skip
    finally:
        house.clock = Clock()
    assert said == shown


def test_numbers_are_grouped_only_where_we_know_how() -> None:
    assert formats.phone("+8613127000024") == "131 2700 0024"
    assert formats.phone("+4915112345678") == "+4915112345678"


def test_the_rest() -> None:
    assert (formats.hours(210), formats.hours(180), formats.stars(4.75), formats.percent(0.834)) == (
        "3.5",
        "3",
        "4.8",
        "83%",
    )
