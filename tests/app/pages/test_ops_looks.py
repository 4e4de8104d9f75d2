"""What the desk sees of a home, a number and a position: nothing, until it says why; then once, and written down."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.house import House
from core.actors import Role
from core.audit import AuditRow
from dispatch.models import Visit
from dispatch.schemas import Happened
from dispatch.trip import Fix, report_position, start_trip
from notices.models import Notice
from tests import factories as make
from tests.cast import bearer, make_member
from tests.customers import Put, clock_of
from tests.desk import Desk, desk_of

NUMBER = "+86"
NOTES = "canary keybox 7"
SOON = make.TUESDAY_NINE - timedelta(minutes=30)


@pytest.fixture
def at(house: House) -> Iterator[Put]:
    for put in clock_of(house):
        put(make.MONDAY_NOON)
        yield put


@pytest.fixture
def desk(house: House, house_session, at: Put) -> Desk:
    make.make_house(house_session)
    return desk_of(house, house_session)


@pytest.fixture
def visit(desk: Desk) -> Visit:
    worker = make.make_worker(desk.session)
    visit = make.make_visit(desk.session)
    make.assign(desk.session, visit, worker)
    place = visit.job.place
    place.access_notes, place.unit, place.address, visit.job.note = NOTES, "canaryunit", "canaryroad 5", "canarynote"
    desk.session.commit()
    return visit


def on_the_way(desk: Desk, visit: Visit, at: Put) -> None:
    at(SOON)
    me = make.as_worker(visit.worker)
    start_trip(desk.session, me, visit.code, Happened(), SOON)
    report_position(desk.session, me, visit.code, Fix(visit.job.place.lat + 0.0091234, visit.job.place.lon, 20), SOON)
    desk.session.commit()


def rows(desk: Desk, about: str) -> list[AuditRow]:
    return list(desk.session.scalars(select(AuditRow).where(AuditRow.about == about).order_by(AuditRow.id)))


def test_nothing_personal_is_on_the_page_before(desk: Desk, visit: Visit) -> None:
    page = desk.text(f"/ops/visits/{visit.code}")
    assert "canary" not in page
    assert NUMBER not in page
    assert rows(desk, visit.code) == []


def test_a_home_is_shown_once_with_its_reason(desk: Desk, visit: Visit) -> None:
    path = f"/ops/visits/{visit.code}/show/home"
    assert desk.post(path, why="other", reason="").status_code == 422
    assert desk.post(path, why="because").status_code == 422
    shown = desk.post(path, why="customer_asks", reason="wants it read back", ticket="T-17")
    assert [word in shown.text for word in (NOTES, "canaryunit", "canaryroad 5", "canarynote")] == [True] * 4
    assert NUMBER not in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    row = rows(desk, visit.code)[-1]
    assert (row.act, row.reason, row.after["ticket"]) == ("home_shown", "customer_asks: wants it read back", "T-17")
    page = desk.text(f"/ops/visits/{visit.code}")
    assert "canary" not in page
    assert "the customer asks: wants it read back" in page
    assert "Looked at an exact address" in page


def test_numbers_are_shown_one_at_a_time(desk: Desk, visit: Visit) -> None:
    shown = desk.post(f"/ops/visits/{visit.code}/show/customer", why="late")
    assert shown.text.count(NUMBER) == 1
    assert [row.act for row in rows(desk, visit.customer)] == ["phone_shown"]
    assert rows(desk, visit.worker.account_code) == []
    assert NUMBER in desk.post(f"/ops/visits/{visit.code}/show/worker", why="safety").text
    assert NUMBER in desk.post(f"/ops/people/{visit.customer}/phone", reason="asked for").text


def test_in_a_hurry_one_press_is_enough(desk: Desk, visit: Visit, at: Put) -> None:
    calm = desk.text(f"/ops/visits/{visit.code}")
    on_the_way(desk, visit, at)
    urgent = desk.text(f"/ops/visits/{visit.code}")
    assert ("looknow" in calm, "looknow" in urgent) == (False, True)
    assert desk.post(f"/ops/visits/{visit.code}/show/home", why="late").status_code == 200


def test_a_position_is_rough_written_down_and_the_worker_is_told(desk: Desk, visit: Visit, at: Put) -> None:
    assert desk.post(f"/ops/visits/{visit.code}/show/position", why="late").status_code == 409
    on_the_way(desk, visit, at)
    shown = desk.post(f"/ops/visits/{visit.code}/show/position", why="late")
    assert "About 1000 m from the home" in shown.text
    assert rows(desk, visit.code)[-1].act == "position_shown"
    told = desk.session.scalars(select(Notice).where(Notice.kind == "position_seen", Notice.about == visit.code))
    assert [one.to for one in told] == [visit.worker.account_code]


def test_without_a_position_nobody_is_told(desk: Desk, visit: Visit, at: Put) -> None:
    at(SOON)
    start_trip(desk.session, make.as_worker(visit.worker), visit.code, Happened(), SOON)
    desk.session.commit()
    assert "No position was sent" in desk.post(f"/ops/visits/{visit.code}/show/position", why="late").text
    query = select(Notice).where(Notice.kind == "position_seen", Notice.about == visit.code)
    assert desk.session.scalars(query).all() == []


def test_others_cannot_look(house: House, desk: Desk, visit: Visit) -> None:
    for role in (Role.FINANCE, Role.ADMIN):
        other = desk_of(house, desk.session, role)
        assert other.post(f"/ops/visits/{visit.code}/show/home", why="late").status_code == 404
    assert desk.post(f"/ops/visits/{visit.code}/show/everything", why="late").status_code == 404


def test_the_api_shows_the_same_by_the_same_rule(house: House, desk: Desk, visit: Visit, at: Put) -> None:
    head = bearer(desk.session, make_member(desk.session, "Olu", Role.OPS_AGENT))
    client, base = house.test_client(), f"/api/v1/ops/visits/{visit.code}"
    assert "canary" not in client.get(base, headers=head).text
    seen = client.post(f"{base}/home", json={"reason": "asked on the phone", "ticket": "T-9"}, headers=head)
    assert (seen.status_code, seen.json["place"]["access_notes"], seen.json["note"]) == (200, NOTES, "canarynote")
    assert client.post(f"{base}/home", json={}, headers=head).status_code == 422
    on_the_way(desk, visit, at)
    place = client.post(f"{base}/position", json={"reason": "late", "why": "late"}, headers=head).json
    assert (place["metres"], place["lat"]) == (1000, round(visit.job.place.lat + 0.0091234, 3))


def test_the_map_knows_no_position(desk: Desk, visit: Visit, at: Put) -> None:
    on_the_way(desk, visit, at)
    before = desk.client.get(f"/ops/board/map.json?day={make.TUESDAY}").text
    report_position(
        desk.session, make.as_worker(visit.worker), visit.code, Fix(30.5111, 114.3111, 20), SOON
    )  # fmt: skip
    desk.session.commit()
    after = desk.client.get(f"/ops/board/map.json?day={make.TUESDAY}").text
    assert after == before
    assert "planned" in after
