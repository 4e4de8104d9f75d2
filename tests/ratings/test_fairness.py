"""The fairness gap."""

from datetime import timedelta

import pytest
from sqlalchemy.dialects.postgresql import Range

from dispatch.models import Assignment
from ratings.fairness import Offered, gaps, renew_gaps
from ratings.policy import FairnessPolicy
from tests import factories as make
from tests.worked import count_queries, worked_visit
from workers.standing import standing_of

POLICY = FairnessPolicy()


def test_who_got_less_for_the_same_hours_has_a_gap():
    found = gaps({"W-1": Offered(20, 20, 4.5), "W-2": Offered(10, 20, 4.5)}, 4.5, POLICY)
    assert found == {"W-1": -0.25, "W-2": 0.25}


def test_the_gap_ramps_in_and_stays_within_one():
    facts = {"W-1": Offered(0, 4, 4.5), "W-2": Offered(0, 6, 4.5), "W-3": Offered(200, 20, 4.5)}
    found = gaps(facts, 4.5, POLICY)
    assert (found["W-1"], found["W-2"], found["W-3"]) == (0.0, 0.5, -1.0)


def test_workers_well_below_the_mean_have_none():
    found = gaps({"W-1": Offered(20, 20, 4.5), "W-2": Offered(0, 20, 3.8)}, 4.5, POLICY)
    assert found["W-2"] == 0.0
    assert gaps({"W-9": Offered(0, 0, 4.5)}, 4.5, POLICY) == {"W-9": 0.0}


@pytest.fixture
def house(session):
    make.make_house(session)
    return session


def test_measured_and_published(house):
    ben, cleo = make.make_worker(house), make.make_worker(house, "陈玉珍")
    for day in range(20):
        worked_visit(house, make.make_customer(house), ben, make.TUESDAY_NINE + timedelta(days=day))
    found = renew_gaps(house, make.TUESDAY_NINE + timedelta(days=21))
    assert found[cleo.code] > 0 > found[ben.code]
    assert standing_of(house, cleo.code).fairness_gap == found[cleo.code]


def test_time_off_is_not_offered(house):
    ben, cleo = make.make_worker(house), make.make_worker(house, "陈玉珍")
    worked_visit(house, make.make_customer(house), ben, make.TUESDAY_NINE)
    worked_visit(house, make.make_customer(house), cleo, make.TUESDAY_NINE)
    away = Range(make.TUESDAY_NINE + timedelta(days=1), make.TUESDAY_NINE + timedelta(days=15), bounds="[)")
    house.add(Assignment(worker_id=ben.id, status="time_off", during=away, blocked=away, created_at=make.TUESDAY_NINE))
    house.flush()
    found = renew_gaps(house, make.TUESDAY_NINE + timedelta(days=20))
    assert found[ben.code] < found[cleo.code]


def test_measuring_takes_six_queries_whatever_the_number(house):
    renew_gaps(house, make.MONDAY_NOON)
    counts = []
    for _ in range(2):
        make.make_worker(house)
        house.flush()
        house.expire_all()
        counts.append(count_queries(house, lambda: renew_gaps(house, make.MONDAY_NOON)))
    assert counts[0] == counts[1] == 6
