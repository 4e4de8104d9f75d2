"""What the recruiter's pages and the desk read."""

import pytest
from sqlalchemy import event

from core.errors import NotFound
from core.policies import PolicyRow
from recruiting.cohort import my_recruits, screening_ratios, station_day
from recruiting.leads import capture_lead
from recruiting.payouts import approve_all, pay
from recruiting.queries import how_computed, payables, statement
from recruiting.schemas import LeadInput
from tests import factories as make
from tests.recruiting.test_milestones import eighty
from tests.recruiting.world import DAY, World, new_recruiter
from tests.workers.path import NOW
from workers.standing import StandingUpdate, publish_standing


def priced(world: World):
    worker = world.recruit()
    last = world.work(worker, 10)
    world.rate(worker, 4.31)
    world.fire(last + 8 * DAY)
    return worker, last + 8 * DAY


def test_every_input_of_a_sum_is_shown(world: World):
    worker, _ = priced(world)
    code = world.milestones(worker)["visits_10"].code
    told = how_computed(world.session, world.actor, code)
    assert (told.fen, told.team_fen, told.own_fen, told.formula) == (7800, 1560, 6240, "lower_bound")
    inputs = told.inputs
    assert inputs["base_fen"] * inputs["g"] == told.fen
    assert min(
        inputs["g_most"], (inputs["lower_stars"] - inputs["floor_stars"]) / inputs["span_stars"]
    ) == pytest.approx(inputs["g"])
    assert {"counted", "customers", "left_out", "reached_by", "reached_at", "activated_at", "policy_version"} <= set(
        inputs
    )
    assert how_computed(world.session, world.finance, code).moves == ("approve", "reverse")


def test_nobody_else_sees_how(world: World):
    worker, _ = priced(world)
    code = world.milestones(worker)["visits_10"].code
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    for stranger in (rolf, make.as_worker(worker), make.make_customer(world.session)):
        with pytest.raises(NotFound):
            how_computed(world.session, stranger, code)


def test_the_statement_adds_up(world: World):
    _, now = priced(world)
    told = statement(world.session, world.actor, now)
    track = told.tracks[0]
    assert [(line.kind, line.state) for line in track.lines] == [
        ("advance", "vested"), ("visits_10", "vested"), ("visits_30", "ahead"), ("visits_80", "ahead"),
    ]  # fmt: skip
    assert told.month == "2026-12"
    assert told.earned_fen == track.this_month_fen == 6240
    assert told.payable_fen == 2000 + 6240
    assert told.forecast_low_fen == 10_400 + 14_560
    assert told.forecast_high_fen >= told.forecast_low_fen
    approve_all(world.session, world.desk.lead, world.rita.code, "month", now)
    pay(world.session, world.finance, world.rita.code, "month", now)
    assert statement(world.session, world.actor, now).payable_fen == 0
    assert statement(world.session, world.finance, now, world.rita.code).earned_fen == 6240


def test_a_statement_is_its_owners(world: World):
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    with pytest.raises(NotFound):
        statement(world.session, rolf, NOW, world.rita.code)
    assert statement(world.session, rolf, NOW).tracks == ()


def count_queries(world: World, read) -> int:
    seen: list[str] = []

    def listen(*args):
        seen.append(args[2])

    world.session.flush()
    world.session.expire_all()
    event.listen(world.session.get_bind(), "before_cursor_execute", listen)
    read()
    event.remove(world.session.get_bind(), "before_cursor_execute", listen)
    return len(seen)


def test_lists_take_a_fixed_number_of_queries(world: World):
    def reads() -> tuple[int, ...]:
        return (
            count_queries(world, lambda: statement(world.session, world.actor, NOW)),
            count_queries(world, lambda: my_recruits(world.session, world.actor, NOW)),
            count_queries(world, lambda: payables(world.session, world.finance)),
        )

    world.recruit()
    few = reads()
    for _ in range(3):
        world.recruit()
    assert reads() == few


def test_the_cohort_tells_quality_hours_and_risk_but_no_address(world: World):
    worker, now = priced(world)
    publish_standing(world.session, worker.code, StandingUpdate(score=0.7), NOW)
    row = my_recruits(world.session, world.actor, now)[0]
    assert (row.band, row.at_risk, row.visits_28d, row.hours_28d) == ("watch", ("quality",), 10, 30.0)
    assert not {"home_lat", "phone", "identity_hash"} & set(vars(row))
    quiet = my_recruits(world.session, world.actor, now + 60 * DAY)[0]
    assert quiet.at_risk == ("quality", "quiet")


def test_the_station_day_lists_leads_and_people_under_way(world: World):
    world.applicant()
    capture_lead(world.session, world.actor, LeadInput("潘翠英", "13871000001", "2026-11"), NOW - 25 * DAY)
    capture_lead(world.session, world.actor, LeadInput("孟小兰", "13871000002", "2026-11"), NOW)
    day = station_day(world.session, world.actor, NOW)
    assert [(lead.name, lead.state) for lead in day.leads] == [("孟小兰", "new"), ("潘翠英", "lapsing")]
    assert (day.captured_today, len(day.in_vetting)) == (1, 1)
    with pytest.raises(NotFound):
        station_day(world.session, world.finance, NOW)


def test_the_ratio_is_a_band(world: World):
    for _ in range(6):
        world.screen(world.applicant(), honesty=0)
    world.screen(world.applicant())
    row = screening_ratios(world.session, world.desk.agent)[0]
    assert (row.screened, row.accepted, row.ratio, row.healthy) == (7, 1, 7.0, True)
    with pytest.raises(NotFound):
        screening_ratios(world.session, world.actor)


def test_payables_are_for_leads_and_finance(world: World):
    world.recruit()
    assert [row.kind for row in payables(world.session, world.desk.lead)] == ["advance"]
    with pytest.raises(NotFound):
        payables(world.session, world.desk.agent)


def test_the_eightieth_too_late_is_forfeited_under_the_promised_policy(world: World):
    rule = PolicyRow(
        name="incentive",
        zone="",
        effective_from=NOW - DAY,
        value={"last_within_days": -1},
        proposed_by="",
        approved_by="",
    )
    world.session.add(rule)
    world.session.flush()
    worker = world.recruit()
    eighty(world, worker)
    last = world.work(worker, 1, start=NOW + 40 * DAY)
    world.fire(last + 8 * DAY)
    row = world.milestones(worker)["visits_80"]
    assert (row.state, row.reason) == ("forfeited", "too_late")


def test_a_later_policy_does_not_touch_what_was_promised(world: World):
    worker = world.recruit()
    world.session.add(
        PolicyRow(
            name="incentive",
            zone="",
            effective_from=NOW + DAY,
            value={"floor_stars": 4.9},
            proposed_by="",
            approved_by="",
        )
    )
    last = world.work(worker, 10)
    world.rate(worker, 4.25)
    world.fire(last + 8 * DAY)
    assert world.milestones(worker)["visits_10"].fen == 6000
