"""The desk's board, visits, people and inbox: what is shown, what may be done, with which reason, and who may."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.csv_out import safe_cell
from app.house import House
from app.pages.ops_words import sentences
from core.actors import Role
from core.audit import AuditRow
from core.events import EventRow
from dispatch.models import Offer, Round, Visit
from matching.explain import Sentence
from notices.models import StaffTask
from notices.tasks import open_task
from tests import factories as make
from tests.cast import make_member, sign_in
from tests.customers import Put, clock_of, counted
from tests.desk import Desk, desk_of

DAY = f"day={make.TUESDAY}"


@pytest.fixture
def at(house: House) -> Iterator[Put]:
    for put in clock_of(house):
        put(make.MONDAY_NOON)
        yield put


@pytest.fixture
def desk(house: House, house_session, at: Put) -> Desk:
    make.make_house(house_session)
    return desk_of(house, house_session)


def opened(desk: Desk, hours: int = 0, **more) -> Visit:
    """A visit nobody has taken, on a day of its own worker."""
    make.make_worker(desk.session)
    visit = make.make_visit(desk.session, start=make.TUESDAY_NINE + timedelta(hours=hours), **more)
    desk.session.commit()
    return visit


def promised(desk: Desk) -> Visit:
    visit = opened(desk)
    make.assign(desk.session, visit, make.make_worker(desk.session, "林美玲"))
    desk.session.commit()
    return visit


def acts_about(desk: Desk, about: str) -> list[str]:
    return [row.act for row in desk.session.scalars(select(AuditRow).where(AuditRow.about == about))]


def test_the_board_shows_lanes_and_queue(desk: Desk) -> None:
    taken, waiting = promised(desk), opened(desk, 3)
    page = desk.text(f"/ops/board?{DAY}")
    assert f'data-visit="{taken.code}"' in page
    assert f"visit={waiting.code}" in page
    assert "林美玲" in page


def test_the_board_is_for_operations(house: House, house_session, at: Put) -> None:
    ada = sign_in(house.test_client(), house_session, make_member(house_session, "Ada", Role.CUSTOMER))
    assert ada.get("/ops/board").status_code == 403
    assert ada.get("/ops/visits/V-0000000000").status_code == 404


def test_filters_narrow_the_board(desk: Desk) -> None:
    visit = opened(desk)
    assert f"visit={visit.code}" in desk.text(f"/ops/board?{DAY}&kind=maybe&zone={visit.zone}&skill=cleaning")
    assert f"visit={visit.code}" not in desk.text(f"/ops/board?{DAY}&kind=live")
    assert desk.client.get("/ops/board?kind=nonsense").status_code == 422


def test_the_live_part_is_not_sent_twice(desk: Desk) -> None:
    opened(desk)
    for path in ("live", "map.json"):
        first = desk.client.get(f"/ops/board/{path}?{DAY}")
        again = desk.client.get(f"/ops/board/{path}?{DAY}", headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)
    promised(desk)
    moved = desk.client.get(f"/ops/board/live?{DAY}", headers={"If-None-Match": first.headers["ETag"]})
    assert moved.status_code == 200


def test_the_map_names_people_and_visits(desk: Desk) -> None:
    visit = opened(desk)
    found = desk.client.get(f"/ops/board/map.json?{DAY}").json
    assert any(point.get("code") == visit.code and point["s"] == "maybe" for point in found["points"])
    assert found["zones"]


def test_more_visits_cost_no_more_queries(house: House, desk: Desk) -> None:
    promised(desk)
    with counted(house) as few:
        desk.text(f"/ops/board?{DAY}")
    for hours in (3, 6):
        opened(desk, hours)
        promised(desk)
    with counted(house) as many:
        desk.text(f"/ops/board?{DAY}")
    assert len(many) == len(few) <= 30


def test_somebody_is_asked_by_hand(desk: Desk) -> None:
    visit = opened(desk)
    page = desk.text(f"/ops/board?{DAY}&visit={visit.code}")
    assert "Nothing changes before they agree" in page
    worker, start = (page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("worker", "start"))
    answer = desk.post(f"/ops/board/visits/{visit.code}/ask", worker=worker, start=start, reason="best", back="//evil")
    assert (answer.status_code, answer.location) == (303, "/ops/board")
    offer = desk.session.scalars(select(Offer).join(Visit).where(Visit.code == visit.code)).one()
    assert (offer.state, offer.worker.code) == ("live", worker)
    assert acts_about(desk, visit.code)


def test_asking_needs_a_reason_and_a_time_that_fits(desk: Desk) -> None:
    visit = opened(desk)
    worker = make.make_worker(desk.session)
    desk.session.commit()
    path = f"/ops/board/visits/{visit.code}/ask"
    start = visit.window_from.isoformat()
    assert desk.post(path, worker=worker.code, start=start).status_code == 422
    midnight = (visit.window_from + timedelta(hours=14)).isoformat()
    assert desk.post(path, worker=worker.code, start=midnight, reason="late").status_code == 409


def test_a_taken_visit_says_why(desk: Desk) -> None:
    visit = promised(desk)
    assert "why 林美玲" in desk.text(f"/ops/board?{DAY}&visit={visit.code}")
    assert desk.text(f"/ops/board?{DAY}&visit=V-0000000000")


def test_solving_now_runs_a_round(desk: Desk) -> None:
    opened(desk)
    answer = desk.post("/ops/board/solve", reason="look", back=f"/ops/board?{DAY}&visit=V-1")
    assert answer.location == f"/ops/board?{DAY}"
    found = desk.session.scalars(select(Round).order_by(Round.id.desc()).limit(1)).one()
    assert found.tick.startswith("manual-")
    assert "solve_now" in acts_about(desk, "round")


def test_a_round_can_be_solved_again(desk: Desk) -> None:
    visit = opened(desk)
    desk.post("/ops/board/solve", reason="look")
    code = desk.session.scalars(select(Round.code).order_by(Round.id.desc()).limit(1)).one()
    assert "Who was to be asked" in desk.text(f"/ops/rounds/{code}?visit={visit.code}")
    assert "byte for byte" in desk.post(f"/ops/rounds/{code}/replay").text
    assert desk.client.get("/ops/rounds/N-0000000000").status_code == 404


def test_a_round_of_a_plan_claims_to_have_asked_nobody(desk: Desk) -> None:
    opened(desk)
    desk.post("/ops/board/solve", reason="look")
    row = desk.session.scalars(select(Round).order_by(Round.id.desc()).limit(1)).one()
    row.name = "replan"
    desk.session.commit()
    page = desk.text(f"/ops/rounds/{row.code}")
    assert "Who goes where in this plan" in page
    assert "Who was to be asked" not in page
    row.finished_at = None
    desk.session.commit()
    assert "0 workers" not in desk.text(f"/ops/rounds/{row.code}")


def test_an_open_visit_says_when_it_starts(desk: Desk) -> None:
    visit = opened(desk)
    for spare, words in ((60, "starts between 09:00 and 10:00"), (0, "starts at 09:00")):
        visit.window_until = visit.window_from + timedelta(minutes=spare)
        desk.session.commit()
        assert words in desk.text(f"/ops/visits/{visit.code}")
        assert ("or later" in desk.text(f"/ops/visits?q={visit.code}")) == bool(spare)


def test_the_matchers_sentences_are_written_like_the_desks(house: House) -> None:
    told = [
        Sentence("less.term", (("minutes", -0.5), ("name", "fairness"))),
        Sentence("chosen", (("start", 3600), ("visit", "V-1"), ("worker", "W-1"))),
        Sentence("not.lacks_skill", (("skills", ("deep_cleaning", "ironing")), ("worker", "W-1"))),
        Sentence("not.language", (("language", "hubei"),)),
        Sentence("not.tier_too_low", (("tier", "gold"),)),
    ]
    with house.test_request_context(headers={"Accept-Language": "en"}):
        lines = sentences(told, "2026-11-22T04:00:00+00:00", {})
    assert "−0.5 min" in lines[0]
    assert "at 13:00 on Sun 22 Nov" in lines[1]
    assert "deep cleaning, ironing" in lines[2]
    assert "Hubei dialect" in lines[3]
    assert "gold" in lines[4]


def test_a_visit_tells_everything(desk: Desk) -> None:
    visit = promised(desk)
    page = desk.text(f"/ops/visits/{visit.code}")
    for words in ("Said yes", visit.start_code, "Has set out", "asked by hand", "¥90"):
        assert words in page, words
    assert desk.client.get("/ops/visits/V-0000000000").status_code == 404


def test_acting_for_somebody_needs_a_reason(desk: Desk) -> None:
    visit = promised(desk)
    answer = desk.post(f"/ops/visits/{visit.code}/arrive", reason="")
    assert (answer.status_code, "Please fill this in" in answer.text) == (422, True)
    assert desk.session.scalars(select(Visit.state).where(Visit.code == visit.code)).one() == "assigned"


def test_acting_for_somebody_is_kept_with_their_name(desk: Desk) -> None:
    visit = promised(desk)
    assert desk.post(f"/ops/visits/{visit.code}/arrive", reason="she called").status_code == 303
    row = desk.session.scalars(
        select(EventRow).where(EventRow.about == visit.code, EventRow.kind == "WorkerArrived")
    ).one()
    assert (row.on_behalf_of[:2], row.channel, row.reason) == ("A-", "phone", "she called")
    assert acts_about(desk, visit.code) == ["ops_visits.do"]
    assert desk.post(f"/ops/visits/{visit.code}/start", reason="no code at hand").status_code == 303
    assert desk.post(f"/ops/visits/{visit.code}/cancel", reason="too late", choice="mistake").status_code == 409
    assert desk.post(f"/ops/visits/{visit.code}/dance", reason="why not").status_code == 404


def test_lists_are_searched_and_kept_as_files(desk: Desk) -> None:
    visit = promised(desk)
    assert visit.code in desk.text(f"/ops/visits?q={visit.code}&{DAY}&state=assigned")
    assert visit.code not in desk.text("/ops/visits?q=nobody-like-this")
    kept = desk.client.get(f"/ops/visits.csv?q={visit.code}")
    assert kept.headers["Content-Disposition"].endswith('"visits.csv"')
    assert visit.code in kept.text
    assert visit.customer in desk.text(f"/ops/people?q={visit.customer}")
    assert "+86" not in desk.client.get("/ops/people.csv").text
    assert desk.client.get("/ops/visits?after=x").status_code == 422


def test_cells_run_nothing() -> None:
    assert [safe_cell(one) for one in ("=1+1", "+86", "-x", "@a", "plain", 7, None)] == [
        "'=1+1", "'+86", "'-x", "'@a", "plain", "7", "",
    ]  # fmt: skip


def test_the_box_finds_by_code_and_by_name(desk: Desk) -> None:
    visit = promised(desk)
    assert desk.client.get(f"/ops/search?q={visit.code.lower()}").location == f"/ops/visits/{visit.code}"
    page = desk.text("/ops/search?q=林美玲")
    assert "林美玲" in page
    assert desk.text("/ops/search")


def test_the_inbox_suggests_and_does(desk: Desk) -> None:
    visit = promised(desk)
    now = make.MONDAY_NOON
    task = open_task(desk.session, "ops_agent", "confirm_rescue", visit.code, now + timedelta(minutes=8), now)
    desk.session.commit()
    assert "Find a stand-in" in desk.text(f"/ops/exceptions?task={task.code}")
    path = f"/ops/exceptions/{task.code}/do"
    assert desk.post(path, act="activate_worker", reason="x").status_code == 409
    assert desk.post(path, act="rescue", reason="Find a stand-in").status_code == 303
    assert desk.session.scalars(select(Visit.state).where(Visit.code == visit.code)).one() == "rescue"
    assert desk.session.scalars(select(StaffTask.done_at).where(StaffTask.code == task.code)).one() is not None
    assert desk.post(path, act="rescue", reason="again").status_code == 409


def test_a_gap_is_filled_from_the_inbox(desk: Desk) -> None:
    visit = opened(desk)
    now = make.MONDAY_NOON
    task = open_task(desk.session, "ops_agent", "fill_visit", visit.code, now + timedelta(hours=2), now)
    desk.session.commit()
    page = desk.text(f"/ops/exceptions?task={task.code}")
    row = page.split(f"/ops/exceptions/{task.code}/do")[1]
    worker, start = (row.split(f'name="{name}" value="')[1].split('"')[0] for name in ("worker", "start"))
    answer = desk.post(f"/ops/exceptions/{task.code}/do", act="ask", worker=worker, start=start, reason="ask")
    assert answer.status_code == 303
    assert desk.session.scalars(select(Offer.state).join(Visit).where(Visit.code == visit.code)).one() == "live"


def test_a_task_is_finished_another_way(desk: Desk) -> None:
    now = make.MONDAY_NOON
    task = open_task(desk.session, "ops_agent", "coach_worker", make.make_worker(desk.session).code, now, now)
    desk.session.commit()
    path = f"/ops/exceptions/{task.code}/close"
    assert desk.post(path, reason="").status_code == 422
    assert desk.post(path, reason="talked, all fine").status_code == 303
    assert (
        desk.session.scalars(select(StaffTask.outcome).where(StaffTask.code == task.code)).one() == "talked, all fine"
    )
    assert desk.post("/ops/exceptions/K-0000000000/close", reason="x").status_code == 404


@pytest.mark.parametrize("role", [Role.OPS_AGENT, Role.OPS_LEAD])
def test_both_desks_see_all_pages_in_both_languages(house: House, desk: Desk, role: Role) -> None:
    mine = desk_of(house, desk.session, role)
    for locale in ("en", "zh"):
        with mine.client.session_transaction() as cookie:
            cookie["locale"] = locale
        for path in ("board", "exceptions", "disputes", "vetting", "people", "visits", "ledger", "milestones", "health",
                     "search?q=a"):  # fmt: skip
            mine.text(f"/ops/{path}")
    assert mine.client.get("/ops").location == "/ops/board"
