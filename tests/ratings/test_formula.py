"""The score's arithmetic: the test vector, and the laws it keeps."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratings import formula
from ratings.formula import Leniency, Pair, Params, Source, Start, WorkerState
from ratings.replay import Entry, Running, replay, step

DAY0 = datetime(2026, 3, 1, 9, tzinfo=UTC)
FIXED = Start(0.875, 0.06)
PARAMS = Params()

VECTOR = [
    (0, "A", 5, 1, 0.895833, 0.050000, 0.736324, 1),
    (1, "B", 5, 1, 0.910374, 0.043021, 0.762416, 1.973404),
    (3, "A", 4, 0.508663, 0.898957, 0.040301, 0.755753, 2.444048),
    (10, "C", 2, 1, 0.820299, 0.156162, 0.684881, 3.324709),
    (40, "D", 5, 1, 0.844484, 0.131606, 0.713474, 3.894327),
    (41, "C", 1, 0.588587, 0.793573, 0.182869, 0.666241, 4.415547),
]


def entry(day: float, customer: str, stars: int, **more) -> Entry:
    return Entry(
        at=DAY0 + timedelta(days=day),
        params=1,
        start=more.pop("start", FIXED),
        rating=f"G-{day}-{customer}",
        customer=customer,
        stars=stars,
        **more,
    )


def run_all(entries: list[Entry], params: Params = PARAMS) -> Running:
    run, _ = replay([Entry(DAY0, 1, FIXED), *entries], lambda _: params)
    return run


def test_vector() -> None:
    run = Running(FIXED, 1)
    for day, customer, stars, weight, score, p_bad, lower, w_after in VECTOR:
        done = step(run, entry(day, customer, stars), PARAMS)
        figures = run.figures(PARAMS)
        assert done is not None
        assert round(done.weight, 6) == weight
        assert (figures.score, figures.p_bad, figures.lower) == (score, p_bad, lower)
        assert round(done.w_after, 6) == w_after
    assert round(done.leniency, 6) == -0.025583


LOGS = st.lists(
    st.tuples(
        st.floats(0, 30),
        st.sampled_from("ABCDEF"),
        st.integers(1, 5),
        st.sampled_from([1.0, 1.0, 1.0, 0.5, 0.0]),
    ),
    max_size=25,
)


def log(rows) -> list[Entry]:
    entries, day = [], 0.0
    for pause, customer, stars, share in rows:
        day += pause
        entries.append(entry(day, customer, stars, share=share))
    return entries


@settings(max_examples=150, deadline=None)
@given(LOGS)
def test_score_and_bounds_stay_in_order(rows) -> None:
    figures = run_all(log(rows)).figures(PARAMS)
    assert 0 <= figures.lower <= figures.score <= figures.upper <= 1
    assert 0 <= figures.p_bad <= 1


@settings(max_examples=100, deadline=None)
@given(LOGS, st.floats(0, 90))
def test_better_newest_rating_never_lowers_the_score(rows, pause) -> None:
    before = log(rows)
    day = sum(row[0] for row in rows) + pause
    scores = [run_all([*before, entry(day, "A", stars)]).figures(PARAMS).score for stars in range(1, 6)]
    assert all(worse <= better for worse, better in pairwise(scores))


@settings(max_examples=100, deadline=None)
@given(LOGS, st.integers(0, 24))
def test_an_excluded_rating_leaves_no_trace(rows, index) -> None:
    entries = log(rows)
    if not entries:
        return
    index %= len(entries)
    gone = entries[index]
    without = [*entries[:index], *entries[index + 1 :]]
    zeroed = [*entries[:index], Entry(**{**gone.__dict__, "share": 0.0}), *entries[index + 1 :]]
    assert run_all(zeroed) == run_all(without)


@settings(max_examples=60, deadline=None)
@given(LOGS, st.integers(0, 25))
def test_reading_on_equals_reading_again(rows, cut) -> None:
    entries = log(rows)
    running = run_all(entries[:cut])
    for one in entries[cut:]:
        step(running, one, PARAMS)
    assert running == run_all(entries)


def test_idle_time_changes_nothing_but_the_next_rating_fades() -> None:
    run = run_all([entry(day, "ABCD"[day], 3) for day in range(4)])
    soon = formula.apply_rating(
        PARAMS, FIXED, run.state, Leniency(), Pair(), formula.Given(5, DAY0 + timedelta(days=4))
    )
    late = formula.apply_rating(
        PARAMS, FIXED, run.state, Leniency(), Pair(), formula.Given(5, DAY0 + timedelta(days=400))
    )
    assert run.figures(PARAMS) == run_all([entry(day, "ABCD"[day], 3) for day in range(4)]).figures(PARAMS)
    assert late.worker.w < soon.worker.w
    assert late.worker.t_last == DAY0 + timedelta(days=400)


def test_quick_repeats_count_one_half_one_third() -> None:
    weights = []
    run = Running(FIXED, 1)
    for minute in range(3):
        done = step(run, entry(minute / 1440, "A", 5), PARAMS)
        weights.append(round(done.weight, 3))
    assert weights == [1.0, 0.5, 0.333]


def test_other_customers_are_not_damped() -> None:
    run = Running(FIXED, 1)
    weights = [step(run, entry(0, name, 5), PARAMS).weight for name in "ABC"]
    assert weights == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("known", "corrected"), [(Leniency(1000, 0, 1000), 0.0625), (Leniency(-1000, 0, 1000), -0.0625)]
)
def test_leniency_is_capped_at_a_quarter_star(known, corrected) -> None:
    done = formula.apply_rating(PARAMS, FIXED, WorkerState(), known, Pair(), formula.Given(4, DAY0))
    assert done.leniency == corrected


def test_unknown_customers_are_not_corrected_and_new_workers_teach_nothing() -> None:
    done = formula.apply_rating(PARAMS, FIXED, WorkerState(), Leniency(), Pair(), formula.Given(1, DAY0))
    assert done.leniency == 0
    assert done.learned == Leniency(0.0, 0.0, 0.0)


def test_one_rater_five_times_moves_a_settled_worker_a_quarter_star_at_most() -> None:
    """Settled: W above 30, about 60 visits."""
    settled = [entry(day, f"C{day}", 5 if day % 4 else 4) for day in range(60)]
    before = run_all(settled).figures(PARAMS).score
    assert run_all(settled).state.w > 30
    angry = [entry(60 + turn, "M", 1) for turn in range(5)]
    after = run_all([*settled, *angry]).figures(PARAMS).score
    assert 0 < formula.stars_of(before) - formula.stars_of(after) <= 0.25


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 3), st.floats(-1, 1))
def test_prior_moves_four_tenths_of_a_star_at_most(screening, mean, slope, offset) -> None:
    params = Params(slope=slope, sources={"R": Source(mean, offset)})
    start = formula.start_of(params, "R", screening)
    assert abs(start.prior - params.mu) <= 0.1 + 1e-12
    assert 0.002 <= start.pbad <= 0.95


def test_without_screening_the_start_is_the_mean() -> None:
    assert formula.start_of(Params()) == Start(0.875, 0.06)


def test_a_half_counts_half_and_still_counts_as_a_repeat() -> None:
    run = Running(FIXED, 1)
    half = step(run, entry(0, "A", 1, share=0.5), PARAMS)
    again = step(run, entry(0, "A", 1), PARAMS)
    assert (half.weight, again.weight) == (0.5, 0.5)


def test_aspects_follow_the_same_fading_and_stay_out_of_the_score() -> None:
    plain = run_all([entry(day, "ABC"[day], 5) for day in range(3)])
    told = run_all([entry(day, "ABC"[day], 5, aspects={"punctual": 1}) for day in range(3)])
    assert told.aspects["punctual"].w == plain.state.w
    assert told.state == plain.state
    assert "thorough" not in told.aspects


def test_maturing_happens_once_and_only_from_weight_six() -> None:
    young = run_all([entry(day, f"C{day}", 5) for day in range(6)])
    old = run_all([entry(day, f"C{day}", 5 if day < 8 else 1) for day in range(20)])
    just = run_all([entry(day, f"C{day}", 5) for day in range(8)])
    assert young.matured_y is None
    assert old.matured_y == just.matured_y == pytest.approx(0.125)


def test_a_rating_costs_the_same_however_many_came_before() -> None:
    def took(run: Running, first: int) -> float:
        began = perf_counter()
        for turn in range(100):
            step(run, entry(first + turn, f"C{turn % 7}", 5), PARAMS)
        return perf_counter() - began

    young = Running(FIXED, 1)
    took(young, 0)
    early = min(took(Running(FIXED, 1), 0) for _ in range(5))
    for turn in range(3000):
        step(young, entry(200 + turn, f"C{turn % 7}", 5), PARAMS)
    late = min(took(young, 4000 + 100 * turn) for turn in range(5))
    assert late < early * 3 + 0.002
