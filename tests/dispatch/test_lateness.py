"""Late on the way: seen from where people are, told once, planned again; nobody who can still be in time is told of."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import sessionmaker

from core.events import EventRow
from dispatch import solver
from dispatch.day_plans import solve_wanted
from dispatch.lateness import look
from dispatch.models import PlanMove, Round, Visit
from dispatch.schemas import ArrivalProof, Happened
from dispatch.trip import Fix, arrive, report_position, start_trip
from notices.models import Notice
from tests import factories as make

NINE = make.TUESDAY_NINE
FAR, NEAR = Fix(30.75, 114.55, 30), Fix(30.5916, 114.304, 30)


@pytest.fixture
def factory(fresh_database):
    engine = create_engine(fresh_database)
    yield sessionmaker(engine)
    engine.dispose()
    solver.close_all()


@pytest.fixture
def going(factory):
    """Zhou sets out for nine and is promised again at half past eleven; Chen is free."""
    with factory.begin() as session:
        make.make_house(session)
        zhou = make.make_worker(session)
        make.make_worker(session, "陈玉珍")
        first, later = make.make_visit(session), make.make_visit(session, start=NINE + timedelta(hours=2, minutes=30))
        for visit in (first, later):
            make.assign(session, visit, zhou)
        start_trip(session, make.as_worker(zhou), first.code, Happened(), NINE - timedelta(minutes=30))
        return first.code, later.code, make.as_worker(zhou)


def seen(factory, going, fix: Fix, at: datetime) -> None:
    with factory.begin() as session:
        report_position(session, going[2], going[0], fix, at)


def told(factory) -> list[tuple[str, str]]:
    """The facts of lateness, and to whom "running late" was said."""
    with factory() as session:
        facts = session.scalars(select(EventRow.about).where(EventRow.kind == "VisitRunsLate").order_by(EventRow.id))
        notes = session.scalars(select(Notice.about).where(Notice.kind == "visit_late").order_by(Notice.id))
        return [*(("fact", about) for about in facts), *(("notice", about) for about in notes)]


def causes(factory) -> list[list[dict[str, str]]]:
    with factory() as session:
        return list(session.scalars(select(Round.causes).order_by(Round.id)))


def test_far_away_shortly_before_the_start_is_told_once_and_makes_one_wish(factory, going):
    first, _later, _zhou = going
    for number in range(4):
        at = NINE - timedelta(minutes=10 - 5 * number)
        seen(factory, going, FAR, at)
        assert look(factory, str(number), at) == (1 if number == 0 else 0)
    assert told(factory) == [("fact", first), ("notice", first)]
    assert causes(factory) == [[{"kind": "late", "about": first}]]


def test_the_same_tick_looks_once(factory, going):
    seen(factory, going, FAR, NINE)
    assert [look(factory, "1", NINE), look(factory, "1", NINE)] == [1, 0]


def test_what_cannot_be_kept_any_more_is_proposed_to_somebody_else(factory, going):
    first, later, zhou = going
    seen(factory, going, FAR, NINE)
    look(factory, "1", NINE)
    solve_wanted(factory, NINE)
    with factory() as session:
        move = session.scalars(select(PlanMove)).one()
        assert (move.visit.code, move.from_worker.code, move.state) == (later, zhou.person, "proposed")
        assert move.to_worker.code != zhou.person
        assert session.scalars(select(Visit.state).where(Visit.code == first)).one() == "en_route"


@pytest.mark.parametrize("minutes", [-20, 0, 8])
def test_who_is_nearly_there_is_not_late(factory, going, minutes):
    at = NINE + timedelta(minutes=minutes)
    seen(factory, going, NEAR, at)
    assert look(factory, "1", at) == 0
    assert told(factory) == causes(factory) == []


def test_without_a_position_the_usual_way_counts(factory, going):
    assert look(factory, "1", NINE - timedelta(minutes=5)) == 0
    assert look(factory, "2", NINE + timedelta(minutes=14)) == 0
    assert look(factory, "3", NINE + timedelta(minutes=20)) == 1


def test_late_for_the_later_one_only_plans_again_and_frightens_nobody(factory, going):
    """Ten minutes are no lateness for this customer, but the next visit begins right after and cannot wait."""
    first, later, _zhou = going
    with factory.begin() as session:
        session.scalars(select(Visit).where(Visit.code == first)).one().minutes = 180
    seen(factory, going, NEAR, NINE + timedelta(minutes=10))
    assert look(factory, "1", NINE + timedelta(minutes=10)) == 1
    assert told(factory) == [("fact", first)]
    assert later


def test_whoever_has_arrived_is_not_late_any_more(factory, going):
    first, _later, _zhou = going
    with factory.begin() as session:
        arrive(session, make.make_ops(session), first, ArrivalProof(), NINE + timedelta(minutes=30))
    assert look(factory, "1", NINE + timedelta(minutes=30)) == 0
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(Round)) == 0
