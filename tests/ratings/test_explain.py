"""What a worker sees of the score, and when."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actors import SYSTEM
from core.errors import NotFound
from ratings.explain import score_story
from ratings.prior import hand_down_screening
from ratings.queries import recent_reviews, score_lines, scores_by_worker
from ratings.scores import set_weight
from ratings.shown import shown
from tests import factories as make
from tests.ratings.test_scores import DAY, give
from tests.worked import rated_visit, score_of

HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Row:
    revealed_at: datetime | None


def rows(*days: float) -> list[Row]:
    return [Row(make.TUESDAY_NINE + day * DAY) for day in days]


def at(day: float) -> datetime:
    return make.TUESDAY_NINE + day * DAY


def test_two_are_never_shown_three_are_the_next_day():
    assert shown(rows(0, 0), at(30), 3, HERE) == []
    assert shown(rows(0, 0, 0), at(0.1), 3, HERE) == []
    assert len(shown(rows(0, 0, 0), at(1), 3, HERE)) == 3


def test_a_fourth_waits_for_its_own_batch():
    assert len(shown(rows(0, 0, 0, 2), at(9), 3, HERE)) == 3
    assert len(shown(rows(0, 0, 0, 2, 3, 4), at(4.1), 3, HERE)) == 3
    assert len(shown(rows(0, 0, 0, 2, 3, 4), at(5), 3, HERE)) == 6


def test_midnight_is_the_workers_own():
    three = [Row(datetime(2026, 3, 3, 20, tzinfo=UTC))] * 3  # already the fourth in Shanghai, still the third in Lisbon
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert shown(three, noon, 3, HERE) == []
    assert shown(three, noon, 3, ZoneInfo("Europe/Lisbon")) == three


@given(st.lists(st.floats(0, 20), max_size=30), st.floats(0, 25))
def test_what_is_shown_grows_by_batches_and_once_a_day(days, now):
    all_rows = rows(*sorted(days))
    seen = shown(all_rows, at(now), 3, HERE)
    assert seen == all_rows[: len(seen)]
    assert len(shown(all_rows, at(now + 1), 3, HERE)) - len(seen) not in {1, 2}
    assert len(seen) == 0 or len(seen) >= 3


@pytest.fixture
def house(session):
    make.make_house(session)
    return session


@pytest.fixture
def ben(house):
    return make.make_worker(house)


def test_a_newcomer_is_told_so(house, ben):
    story = score_story(house, make.as_worker(ben), ben.code, make.MONDAY_NOON)
    assert (story.new, story.lines, story.start_share) == (True, [], 1.0)
    assert story.stars == 4.5


def test_the_story_adds_up_to_the_score(house, ben):
    for day, stars in enumerate((5, 4, 5, 2, 5, 4)):
        give(house, ben, stars, day, f"A-{day}", aspects={"punctual": 2, "attitude": 3})
    story = score_story(house, make.as_worker(ben), ben.code, at(30))
    row = score_of(house, ben)
    assert (story.stars, story.weight) == (1 + 4 * row.score, row.w)
    assert [one.name for one in story.aspects] == ["attitude", "punctual"]
    assert story.aspects[0].value > story.aspects[1].value
    assert story.lines[0].after == story.stars
    assert all(newer.before == older.after for newer, older in zip(story.lines, story.lines[1:], strict=False))
    assert [one.change > 0 for one in story.what_if] == [True, False, False]


def test_the_worker_sees_a_batch_later_what_operations_see_now(house, ben):
    for day in range(3):
        give(house, ben, 5, day, f"A-{day}")
    give(house, ben, 1, 3, "A-bad")
    mine = score_story(house, make.as_worker(ben), ben.code, at(9))
    desk = score_story(house, make.make_ops(house), ben.code, at(9))
    assert (len(mine.lines), len(desk.lines)) == (3, 4)
    assert mine.stars > desk.stars == 1 + 4 * score_of(house, ben).score


def test_excluded_ratings_are_shown_with_their_reason(house, ben):
    for day in range(2):
        give(house, ben, 5, day, f"A-{day}")
    rating = give(house, ben, 1, 2, "A-bad")
    set_weight(house, rating.code, 0.0, "dispute", SYSTEM, at(3))
    line = score_story(house, make.as_worker(ben), ben.code, at(9)).lines[0]
    assert (line.excluded, line.after, line.contest_until) == ("dispute", None, None)


def test_a_rating_may_be_contested_for_seven_days(house, ben):
    for day in range(3):
        give(house, ben, 3, day, f"A-{day}")
    lines = score_story(house, make.as_worker(ben), ben.code, at(8.5)).lines
    assert [one.contest_until is not None for one in lines] == [True, False, False]


def test_the_way_to_the_next_tier(house, ben):
    for day in range(12):
        give(house, ben, 5, day, f"A-{day}")
    ahead = score_story(house, make.as_worker(ben), ben.code, at(30)).next_tier
    assert (ahead.tier, ahead.line) == ("gold", 4.35)
    assert ahead.visits in range(1, 8)


def test_a_recruit_sees_where_the_start_comes_from(house, ben):
    hand_down_screening(house, ben.code, "R-1", 0.9, make.MONDAY_NOON)
    assert score_story(house, make.as_worker(ben), ben.code, make.MONDAY_NOON).screened is True


def test_nobody_else_reads_a_score(house, ben):
    for actor in (make.make_customer(house), make.as_worker(make.make_worker(house, "马洛里"))):
        with pytest.raises(NotFound):
            score_story(house, actor, ben.code, make.MONDAY_NOON)
        with pytest.raises(NotFound):
            score_lines(house, actor, ben.code)


def test_public_reviews_carry_words_only_and_no_excluded_ones(house, ben):
    rated_visit(house, ben, 5, comment="spotless")
    rated_visit(house, ben, 1, make.TUESDAY_NINE + DAY, comment="too dear", reason="price")
    rated_visit(house, ben, 4, make.TUESDAY_NINE + 2 * DAY)
    assert [one.comment for one in recent_reviews(house, "liuan")] == ["spotless"]
    assert recent_reviews(house, "elsewhere") == []


def test_operations_read_the_steps(house, ben):
    give(house, ben, 5, 0, "A-1")
    assert [round(one.w_after) for one in score_lines(house, make.make_ops(house), ben.code)] == [1]
    assert score_lines(house, make.as_worker(ben), ben.code) == []
    assert scores_by_worker(house)[ben.code][2] == 1.0


def test_a_worker_is_shown_the_day_not_the_visit(house, ben):
    for day in range(3):
        rated_visit(house, ben, 5, make.TUESDAY_NINE + day * DAY)
    story = repr(score_story(house, make.as_worker(ben), ben.code, make.TUESDAY_NINE + timedelta(days=40)))
    assert "V-" not in story
    assert "A-" not in story
