"""The milestone table, pure: g clipped and monotone, counting, the clock that stands still, clawback limits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruiting.counting import SettledVisit, clock_days, reached, tally, why_not
from recruiting.policy import IncentivePolicy
from recruiting.prices import (
    advance_price,
    clawback_now,
    factor,
    milestone_price,
    screenings_to_pay,
)
from recruiting.rubric import CODES, RUBRIC

P = IncentivePolicy()
T0 = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
STARS = st.floats(1.0, 5.0)
COUNTS = st.sampled_from(P.visit_counts)


def visit(number: int = 0, **more) -> SettledVisit:
    base = {
        "code": f"V-{number}", "customer": f"A-{number % 6}", "settled_at": T0 + number * DAY, "start_method": "code",
        "arrived_method": "position", "site_minutes": 120.0, "total_fen": 9000, "refunded_fen": 0,
    }  # fmt: skip
    return SettledVisit(**{**base, **more})


@pytest.mark.parametrize(
    ("stars", "g"), [(4.05, 0.0), (4.25, 1.0), (4.31, 1.3), (4.35, 1.5), (5.0, 1.5), (3.0, 0.0), (4.15, 0.5)]
)
def test_g_is_the_rule(stars, g):
    assert factor(stars, P) == pytest.approx(g)


@pytest.mark.parametrize(
    ("count", "stars", "fen", "team"),
    [(10, 4.25, 6000, 1200), (30, 4.31, 13000, 2600), (80, 4.35, 21000, 4200), (30, 4.0, 0, 0), (10, 4.9, 9000, 1800)],
)
def test_the_milestone_table(count, stars, fen, team):
    price = milestone_price(count, stars, P)
    assert (price.fen, price.team_fen, price.own_fen) == (fen, team, fen - team)


@given(STARS, COUNTS)
def test_a_sum_lies_between_nothing_and_one_and_a_half(stars, count):
    price = milestone_price(count, stars, P)
    assert 0 <= price.fen <= 1.5 * P.amount_fen(count)
    assert 0 <= price.team_fen <= 0.2 * price.fen
    assert price.fen + P.most_fen <= 2 * P.most_fen


@given(STARS, STARS, COUNTS)
def test_a_better_bound_never_earns_less(a, b, count):
    low, high = sorted((a, b))
    assert milestone_price(count, low, P).fen <= milestone_price(count, high, P).fen
    assert milestone_price(count, low, P).own_fen <= milestone_price(count, high, P).own_fen


def test_the_most_is_what_the_reserve_holds():
    whole = sum(milestone_price(count, 5.0, P).fen for count in P.visit_counts)
    assert P.most_fen == whole + P.advance_fen + 10 * P.screening_fen == 59_000


def test_the_first_ten_recruits_bring_half_the_advance():
    assert [advance_price(number, P).fen for number in (1, 10, 11)] == [2000, 2000, 4000]


@pytest.mark.parametrize(
    ("documented", "paid", "recruits", "due"),
    [(14, 0, 1, 10), (14, 10, 2, 4), (25, 14, 2, 6), (3, 3, 1, 0), (9, 0, 0, 0)],
)
def test_ten_screenings_for_each_accepted(documented, paid, recruits, due):
    assert screenings_to_pay(documented, paid, recruits, P) == due


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 30))
def test_fees_never_exceed_ten_per_recruit(documented, paid, recruits):
    paid = min(paid, documented, 10 * recruits)
    due = screenings_to_pay(documented, paid, recruits, P)
    assert 0 <= due <= documented - paid
    assert paid + due <= 10 * recruits


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, ""),
        ({"related": "device"}, "related"),
        ({"start_method": "ops", "arrived_method": "ops"}, "no_proof"),
        ({"start_method": "ops", "arrived_method": "position"}, ""),
        ({"start_method": "code", "arrived_method": "ops"}, ""),
        ({"site_minutes": 19.9}, "too_short"),
        ({"site_minutes": 20.0}, ""),
        ({"refunded_fen": 4501}, "refunded"),
        ({"refunded_fen": 4500}, ""),
    ],
)
def test_which_visits_count(more, reason):
    assert why_not(visit(**more), P) == reason


def test_the_tenth_counted_visit_is_the_one():
    visits = [visit(n) for n in range(5)] + [visit(5, site_minutes=5.0)] + [visit(n) for n in range(6, 12)]
    tallied = tally(visits, P)
    assert tallied.left_out == (("V-5", "too_short"),)
    found = reached(tallied, 10, T0 - 60 * DAY, P)
    assert found is not None
    assert found.visit.code == "V-10"
    assert found.evaluate_at == found.visit.settled_at + 8 * DAY


def test_four_customers_are_not_five():
    visits = [visit(n, customer=f"A-{n % 4}") for n in range(20)]
    assert reached(tally(visits, P), 10, T0 - 60 * DAY, P) is None
    fifth = [*visits, visit(20, customer="A-5")]
    found = reached(tally(fifth, P), 10, T0 - 60 * DAY, P)
    assert found is not None
    assert found.visit.code == "V-20"


def test_not_before_fourteen_days_after_activation():
    fast = [visit(n, settled_at=T0 + n * timedelta(hours=4)) for n in range(10)]
    found = reached(tally(fast, P), 10, T0, P)
    assert found is not None
    assert found.evaluate_at == T0 + 14 * DAY
    slow = reached(tally([visit(n) for n in range(10)], P), 10, T0, P)
    assert slow is not None
    assert slow.evaluate_at == T0 + 17 * DAY


@given(st.lists(st.integers(0, 8), max_size=40), COUNTS)
def test_one_more_visit_never_delays(customers, count):
    visits = [visit(n, customer=f"A-{who}") for n, who in enumerate(customers)]
    before = reached(tally(visits, P), count, T0, P)
    after = reached(tally([*visits, visit(len(visits) + 1)], P), count, T0, P)
    assert before is None or after == before


def test_weeks_with_too_little_on_offer_stand_still():
    assert clock_days(T0, T0 + 28 * DAY, [8.0, 7.9, 20.0, 9.0], P) == 21
    assert clock_days(T0, T0 + 28 * DAY, [8.0, 8.0, 20.0, 9.0], P) == 28
    assert clock_days(T0, T0 + 10 * DAY, [8.0, 8.0], P) == 10
    assert clock_days(T0, T0 + 10 * DAY, [], P) == 0


@pytest.mark.parametrize(
    ("owed", "month", "taken", "now"),
    [(4000, 10000, 0, 3000), (4000, 20000, 0, 4000), (4000, 10000, 3000, 0), (4000, 0, 0, 0)],
)
def test_at_most_thirty_percent_of_a_month(owed, month, taken, now):
    assert clawback_now(owed, month, taken, P) == now


def test_the_rubric_has_ten_items_with_four_anchors_in_both_languages():
    assert len(RUBRIC) == len(CODES) == 10
    for item in RUBRIC:
        assert len({words.zh for words in item.anchors}) == len({words.en for words in item.anchors}) == 4
        assert item.title.zh
        assert item.title.en
