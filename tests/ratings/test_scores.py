"""Scores in the database: counted at the reveal, rebuilt from the log, weights set by decisions."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.actors import SYSTEM, Role
from core.audit import AuditRow
from core.errors import InvalidInput, NotAllowed, NotFound
from core.events import EventRow
from ratings import formula
from ratings.models import CustomerLeniency, PairCount, Rating, ScoreEvent, ScoreParams, ScoreStep
from ratings.params import current_params, publish_params, seed_params
from ratings.prior import hand_down_screening
from ratings.scores import count_rating, differs, rebuild, set_weight, start_score
from tests import factories as make
from tests.worked import rated_visit, score_of, worked_visit
from workers.standing import standing_of

DAY = timedelta(days=1)


@pytest.fixture
def house(session):
    make.make_house(session)
    return session


@pytest.fixture
def ben(house):
    return make.make_worker(house)


def give(session, worker, stars, day, customer, **more) -> Rating:
    """A revealed rating without its visit: enough for arithmetic."""
    at = make.TUESDAY_NINE + day * DAY
    values = {"aspects": {}, "private": "", "reason": "", "comment": "", "excluded": "", "sealed_by": ""} | more
    rating = Rating(
        code=f"G-{worker.id}-{day}-{customer[-4:]}"[:24], visit_code=f"V-{worker.id}-{day}-{customer[-4:]}"[:24], side="customer", rater=customer,
        ratee=worker.code, stars=stars, state="revealed", given_at=at, revealed_at=at, **values,
    )  # fmt: skip
    session.add(rating)
    session.flush()
    count_rating(session, rating, at)
    return rating


def test_the_test_vector_through_the_database(house, ben):
    expected = [0.895833, 0.910374, 0.898957, 0.820299, 0.844484, 0.793573]
    for (day, customer, stars), score in zip(
        [(0, "A-a", 5), (1, "A-b", 5), (3, "A-a", 4), (10, "A-c", 2), (40, "A-d", 5), (41, "A-c", 1)],
        expected,
        strict=True,
    ):
        give(house, ben, stars, day, customer)
        assert score_of(house, ben).score == score
    row = score_of(house, ben)
    assert (row.p_bad, row.lower, round(row.w, 6)) == (0.182869, 0.666241, 4.415547)
    standing = standing_of(house, ben.code)
    assert (standing.score, standing.lower, standing.weight) == (row.score, row.lower, round(row.w, 6))
    assert not differs(house, ben.code)


def test_rebuild_equals_running_state_also_with_shared_customers(house, ben):
    cleo = make.make_worker(house, "陈玉珍")
    for day in range(12):
        give(house, ben if day % 3 else cleo, 1 + day % 5, day, f"A-c{day % 4}", aspects={"punctual": 1 + day % 3})
    before = {worker.code: vars(score_of(house, worker)).copy() for worker in (ben, cleo)}
    for worker in (ben, cleo):
        assert not differs(house, worker.code)
        rebuild(house, worker.code)
        now = vars(score_of(house, worker))
        assert {k: v for k, v in now.items() if k[0] != "_"} == {
            k: v for k, v in before[worker.code].items() if k[0] != "_"
        }


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_log_says_the_same_as_the_running_state(house, ben, seed):
    chance = random.Random(seed)
    workers = [ben, make.make_worker(house, "陈玉珍")]
    ratings = []
    for turn in range(40):
        now = make.TUESDAY_NINE + turn * DAY
        if ratings and chance.random() < 0.3:
            set_weight(house, chance.choice(ratings).code, chance.choice([0.0, 0.5, 1.0]), "case", SYSTEM, now)
        elif turn == 20:
            publish_params(house, formula.Params(mu=0.85, sigma2=0.06), "nightly", now)
        else:
            worker = chance.choice(workers)
            ratings.append(give(house, worker, chance.randint(1, 5), turn, f"A-c{chance.randrange(5)}"))
    assert [differs(house, worker.code) for worker in workers] == [False, False]
    for row in house.scalars(select(CustomerLeniency)):
        pairs = house.scalars(select(PairCount).where(PairCount.customer == row.customer)).all()
        sums = [sum(getattr(pair, name) for pair in pairs) for name in ("e_score", "e_bad", "n")]
        assert [row.e_score, row.e_bad, row.n] == pytest.approx(sums, abs=1e-9)


def test_a_rating_that_comes_late_is_put_in_its_place(house, ben):
    other = make.make_worker(house, "陈玉珍")
    for worker, order in ((ben, (0, 1, 2)), (other, (0, 2, 1))):
        for day in order:
            give(house, worker, 5 - day, day, f"A-{worker.id}{day}")
    assert score_of(house, ben).score == score_of(house, other).score
    assert not differs(house, other.code)


def test_an_excluded_rating_leaves_no_trace(house, ben):
    twin = make.make_worker(house, "陈玉珍")
    for day, stars in enumerate((5, 4, 1, 5)):
        rating = give(house, ben, stars, day, f"A-b{day}")
        if stars == 1:
            bad = rating
        else:
            give(house, twin, stars, day, f"A-t{day}")
    set_weight(house, bad.code, 0.0, "dispute", SYSTEM, make.TUESDAY_NINE + 9 * DAY)
    one, two = score_of(house, ben), score_of(house, twin)
    assert (one.s, one.b, one.w, one.score, one.lower, one.t_last) == (
        two.s,
        two.b,
        two.w,
        two.score,
        two.lower,
        two.t_last,
    )
    pair = house.get(PairCount, ("A-b2", ben.code))
    assert (pair.p, pair.e_score, pair.e_bad, pair.n) == (0, 0, 0, 0)
    leniency = house.get(CustomerLeniency, "A-b2")
    assert (leniency.e_score, leniency.e_bad, leniency.n) == pytest.approx((0, 0, 0), abs=1e-12)
    assert not differs(house, ben.code)


def test_taking_an_exclusion_back_restores_the_score(house, ben):
    ratings = [give(house, ben, stars, day, f"A-{day}") for day, stars in enumerate((5, 2, 5))]
    before = score_of(house, ben).score
    moved = set_weight(house, ratings[1].code, 0.0, "dispute", SYSTEM, make.TUESDAY_NINE + 5 * DAY)
    assert moved.after > moved.before == before
    again = set_weight(house, ratings[1].code, 1.0, "appeal", SYSTEM, make.TUESDAY_NINE + 6 * DAY)
    assert again.after == before


def test_a_half_counts_less_than_a_whole(house, ben):
    rating = give(house, ben, 1, 0, "A-x")
    whole = score_of(house, ben).score
    half = set_weight(house, rating.code, 0.5, "both", SYSTEM, make.TUESDAY_NINE + DAY)
    none = set_weight(house, rating.code, 0.0, "none", SYSTEM, make.TUESDAY_NINE + DAY)
    assert whole < half.after < none.after == 0.875


def test_other_workers_past_scores_are_not_recomputed(house, ben):
    other = make.make_worker(house, "陈玉珍")
    for day in range(5):
        give(house, ben, 5, day, f"A-{day}")
    strict = give(house, ben, 1, 6, "A-strict")
    for day in range(7, 10):
        give(house, other, 4, day, "A-strict")
    before = score_of(house, other).score
    set_weight(house, strict.code, 0.0, "dispute", SYSTEM, make.TUESDAY_NINE + 20 * DAY)
    assert score_of(house, other).score == before
    assert not differs(house, other.code)


def test_decisions_are_facts_and_steps_are_kept(house, ben):
    rating = give(house, ben, 1, 0, "A-x")
    assert [one.rating for one in house.scalars(select(ScoreStep).where(ScoreStep.worker == ben.code))] == [rating.code]
    set_weight(house, rating.code, 0.0, "dispute", SYSTEM, make.TUESDAY_NINE + DAY)
    assert house.scalars(select(ScoreStep).where(ScoreStep.worker == ben.code)).all() == []
    kinds = {row.kind for row in house.scalars(select(EventRow).where(EventRow.about.in_([ben.code, rating.code])))}
    assert {"ScorePublished", "RatingWeightSet", "ScoreRecomputed"} <= kinds
    log = [
        row.kind
        for row in house.scalars(select(ScoreEvent).where(ScoreEvent.worker == ben.code).order_by(ScoreEvent.id))
    ]
    assert log == ["prior", "rating", "weight", "recomputed"]


def test_staff_need_a_reason_and_it_is_audited(house, ben):
    rating = give(house, ben, 1, 0, "A-x")
    olu = make.make_ops(house)
    set_weight(house, rating.code, 0.0, "access", olu, make.TUESDAY_NINE + DAY)
    row = house.scalars(select(AuditRow).where(AuditRow.about == rating.code)).one()
    assert (row.act, row.actor_code, row.reason) == ("rating_weight_set", olu.code, "test desk")
    with pytest.raises(InvalidInput):
        set_weight(house, rating.code, 1.0, "", olu, make.TUESDAY_NINE + DAY)


def test_weights_are_not_for_everyone(house, ben):
    rating = give(house, ben, 1, 0, "A-x")
    with pytest.raises(NotFound):
        set_weight(house, rating.code, 0.0, "mine", make.as_worker(ben), make.TUESDAY_NINE + DAY)
    with pytest.raises(InvalidInput):
        set_weight(house, rating.code, 0.7, "odd", SYSTEM, make.TUESDAY_NINE + DAY)


def test_more_than_five_weights_a_week_need_a_second_person(house, ben):
    ratings = [give(house, ben, 4, day, f"A-{day}") for day in range(6)]
    olu, second = make.make_ops(house), make.make_ops(house, "Shen")
    for rating in ratings[:5]:
        set_weight(house, rating.code, 0.0, "case", olu, make.TUESDAY_NINE + 7 * DAY)
    with pytest.raises(NotAllowed, match="second person"):
        set_weight(house, ratings[5].code, 0.0, "case", olu, make.TUESDAY_NINE + 7 * DAY)
    set_weight(house, ratings[5].code, 0.0, "case", second, make.TUESDAY_NINE + 7 * DAY)


def test_nobody_sets_weights_about_their_own_recruits(house, ben):
    rating = give(house, ben, 1, 0, "A-x")
    olu = make.make_ops(house)
    ben.account_code = olu.code
    house.flush()
    with pytest.raises(NotAllowed):
        set_weight(house, rating.code, 0.0, "mine", olu, make.TUESDAY_NINE + DAY)


@pytest.mark.parametrize(
    "sql", ["update score_event set kind = 'x'", "delete from score_event", "update score_params set at = now()"]
)
def test_the_log_is_append_only(house, ben, sql):
    give(house, ben, 5, 0, "A-x")
    with pytest.raises(DBAPIError, match="never changed"):
        house.execute(text(sql))


def test_reasons_outside_control_count_nothing(house, ben):
    rating = rated_visit(house, ben, 1, reason="building_access")
    assert (rating.excluded, rating.weight) == ("outside_control", 0.0)
    assert score_of(house, ben).ratings == 0
    assert house.scalars(select(CustomerLeniency.n)).one() == 0


def test_reasons_within_control_count(house, ben):
    rating = rated_visit(house, ben, 1, reason="late")
    assert rating.excluded == ""
    assert score_of(house, ben).ratings == 1


def test_ratings_by_the_workers_own_account_or_recruiter_count_nothing(house, ben):
    rita = make.make_customer(house, "Rita")
    account = house.scalars(select(make.Account).where(make.Account.code == rita.code)).one()
    make.grant_role(house, account, Role.RECRUITER, "R-rita", make.MONDAY_NOON, SYSTEM)
    ben.recruiter_code = "R-rita"
    own = make.Actor(Role.CUSTOMER, ben.account_code)
    assert rated_visit(house, ben, 5, customer=rita).excluded == "related"
    assert rated_visit(house, ben, 5, customer=own, start=make.TUESDAY_NINE + DAY).excluded == "related"
    assert rated_visit(house, ben, 5, start=make.TUESDAY_NINE + 2 * DAY).excluded == ""


def burst(house, ben, count=10, hours=4):
    return [
        rated_visit(house, ben, 5, make.TUESDAY_NINE + timedelta(hours=hours * turn), customer=make.make_customer(house, f"S{turn}", make.TUESDAY_NINE))
        for turn in range(count)
    ]  # fmt: skip


def test_ten_sock_puppets_weigh_nothing(house, ben):
    old = rated_visit(house, make.make_worker(house, "陈玉珍"), 5, make.TUESDAY_NINE - 40 * DAY)
    made = burst(house, ben)
    for rating in made:
        house.refresh(rating)
    assert {(one.weight, one.excluded) for one in made} == {(0.0, "burst")}
    assert (score_of(house, ben).w, old.excluded) == (0.0, "")
    tasks = house.execute(text("select about from staff_task where kind = 'rating_burst'")).scalars().all()
    assert tasks == [ben.code]


@pytest.mark.parametrize(("count", "tasks"), [(5, 0), (15, 1)])
def test_while_the_house_is_new_only_a_large_burst_asks_a_person(house, ben, count, tasks):
    made = burst(house, ben, count, hours=3)
    assert {one.excluded for one in made} == {""}
    assert len(house.execute(text("select 1 from staff_task where kind = 'rating_burst'")).all()) == tasks


def test_four_are_no_burst_and_old_customers_are_none(house, ben):
    rated_visit(house, make.make_worker(house, "陈玉珍"), 5, make.TUESDAY_NINE - 40 * DAY)
    made = burst(house, ben, 4)
    made += [rated_visit(house, ben, 5, make.TUESDAY_NINE + timedelta(hours=20 + turn), customer=make.make_customer(house, f"O{turn}", make.TUESDAY_NINE - 60 * DAY)) for turn in range(4)]  # fmt: skip
    assert {one.excluded for one in made} == {""}
    assert score_of(house, ben).ratings == 8


def test_new_parameters_apply_to_later_ratings_only(house, ben):
    give(house, ben, 5, 0, "A-a")
    before = score_of(house, ben).score
    publish_params(house, formula.Params(mu=0.8, k=4.0), "A-olu", make.TUESDAY_NINE + DAY)
    assert score_of(house, ben).score == before
    give(house, ben, 5, 2, "A-b")
    row = score_of(house, ben)
    assert (row.params_version, row.prior) == (2, 0.8)
    assert not differs(house, ben.code)


def test_parameters_are_seeded_once(house):
    seed_params(house)
    assert [row.version for row in house.scalars(select(ScoreParams))] == [1]
    params = current_params(house)
    assert (params.mu, params.mu_bad, params.sigma2, params.version) == (0.875, 0.06, 0.055, 1)


def test_a_newcomer_starts_at_the_mean_and_is_published(house):
    cleo = make.make_worker(house, "陈玉珍")
    row = start_score(house, cleo.code, make.MONDAY_NOON)
    assert (row.score, row.w) == (0.875, 0.0)
    assert standing_of(house, cleo.code).score == 0.875


def test_a_screening_moves_the_start_when_screenings_are_worth_something(house, ben):
    sources = {"R-1": formula.Source(0.6, 0.02)}
    publish_params(house, formula.Params(slope=0.2, screening_mean=0.6, sources=sources), "nightly", make.MONDAY_NOON)
    row = hand_down_screening(house, ben.code, "R-1", 0.9, make.MONDAY_NOON)
    assert row.prior == pytest.approx(0.875 + 0.02 + 0.2 * 0.3)
    assert standing_of(house, ben.code).prior == row.prior
    give(house, ben, 5, 0, "A-a")
    assert not differs(house, ben.code)


def test_after_the_first_rating_a_screening_changes_nothing(house, ben):
    give(house, ben, 5, 0, "A-a")
    before = score_of(house, ben).score
    hand_down_screening(house, ben.code, "R-1", 0.1, make.TUESDAY_NINE + DAY)
    assert score_of(house, ben).score == before


def test_idle_time_changes_nothing(house, ben):
    give(house, ben, 3, 0, "A-a")
    before = score_of(house, ben).score
    rebuild(house, ben.code)
    start_score(house, ben.code, make.TUESDAY_NINE + 500 * DAY)
    assert score_of(house, ben).score == before


def test_visits_are_counted_with_their_own_instant(house, ben):
    ada = make.make_customer(house)
    worked_visit(house, ada, ben)
    with pytest.raises(NotFound):
        rebuild(house, ben.code)
