"""Prices in words: every line has its reason, every step of calling off its sum and its time."""

from datetime import timedelta

import pytest

from app.house import House
from app.price_words import ladder, price_rows
from dispatch.policy import CancelPolicy
from tests.customers import THURSDAY_NOON

SERVICE = {"zh": "日常保洁", "en": "Standard clean"}
PETS = {"fact": "pets", "zh": "有猫狗，多吸一遍毛", "en": "Pets: the hair is hoovered twice"}
LINES = [
    {"kind": "base", "fen": 9000, "params": {"minutes": 120, "fen_per_hour": 4500, "service": "standard"}},
    {"kind": "extra", "fen": 500, "params": PETS},
    {"kind": "subsidy", "fen": -1000, "params": {"why": "first_order", "zone": "liuan"}},
]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["Standard clean 2 h", "Pets", "A neighbour's first visit"]),
        ("zh", ["日常保洁 2\u00a0小时", "有猫狗", "邻居首单"]),
    ],
)
def test_every_line_has_its_reason(house: House, language: str, told: list[str]) -> None:
    with house.test_request_context(headers={"Accept-Language": language}):
        rows = price_rows(LINES, SERVICE, {"zh": "柳岸", "en": "Liu'an"})
        assert [row["label"] for row in rows] == told
        assert all(row["why"] for row in rows)
        assert sum(row["amount"] for row in rows) == 8500


def test_calling_off_gets_dearer_step_by_step() -> None:
    start = THURSDAY_NOON + timedelta(days=3)
    free, far, near = ladder(9000, 120, start, THURSDAY_NOON, CancelPolicy())
    assert (free.until, free.fen) == (start - timedelta(hours=24), 0)
    assert (far.until, far.fen) == (start - timedelta(hours=4), 2700)
    assert (near.until, near.fen) == (None, 4500)


def test_so_short_before_only_the_regret_is_free() -> None:
    start = THURSDAY_NOON + timedelta(hours=3)
    free, near = ladder(9000, 120, start, THURSDAY_NOON, CancelPolicy())
    assert (free.until, free.fen) == (THURSDAY_NOON + timedelta(minutes=5), 0)
    assert near.fen == 4500
