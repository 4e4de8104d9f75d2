"""The worker's pages as a worker uses them: through forms, at a fixed hour, in English."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.accounts import account_by_code
from app.house import House
from app.session import db
from core.actors import Actor, Role
from core.clock import Clock, wall
from dispatch.models import Offer, ReliabilityMark, Visit
from dispatch.visits import find_visit
from ratings.models import Rating
from tests import factories as make
from tests.cast import Member, csrf, sign_in
from tests.worked import worked_visit
from tests.workers.path import make_desk, walk, worker_at
from workers.models import Shift, Worker
from workers.quiz import QUIZ

HALF_PAST_TWELVE = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)  # Thursday in Wuhan
TWO = HALF_PAST_TWELVE.replace(hour=6, minute=0)
EARLIER = make.MONDAY_NOON


@dataclass
class Phone:
    """A worker's browser."""

    client: FlaskClient
    session: Session
    worker: Worker
    token: str

    @property
    def actor(self) -> Actor:
        return make.as_worker(self.worker)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, **fields: object) -> TestResponse:
        answer = self.client.post(path, data={"csrf_token": self.token, **fields})
        self.session.expire_all()
        self.session.rollback()
        return answer

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def at(house: House) -> Iterator[Callable[[datetime], None]]:
    """Set the business clock."""
    before = house.clock

    def put(instant: datetime) -> None:
        house.clock = Clock(1.0, wall(), instant)

    put(HALF_PAST_TWELVE)
    yield put
    house.clock = before


@pytest.fixture
def world(house_session: Session, at: Callable[[datetime], None]) -> Session:
    make.make_house(house_session)
    return house_session


@pytest.fixture
def phone(house: House, world: Session) -> Phone:
    return phone_of(house, world, make.make_worker(world))


def phone_of(house: House, session: Session, worker: Worker) -> Phone:
    account_by_code(session, worker.account_code).locale = "en"
    member = Member(worker.name, worker.account_code, Role.WORKER, worker.code)
    client = sign_in(house.test_client(), session, member)
    return Phone(client, session, worker, csrf(client))


def promised(phone: Phone, start: datetime = TWO, **more: object) -> Visit:
    visit = make.make_visit(phone.session, start=start, now=EARLIER, **more)
    make.assign(phone.session, visit, phone.worker, EARLIER)
    phone.session.commit()
    return visit


def offered(phone: Phone, start: datetime = TWO, made: datetime = HALF_PAST_TWELVE, **more: object) -> Offer:
    visit = make.make_visit(phone.session, start=start, now=EARLIER, **more)
    offer = make.make_offer(phone.session, visit, phone.worker, made - timedelta(seconds=30))
    phone.session.commit()
    return offer


def state(phone: Phone, visit: Visit) -> str:
    return find_visit(phone.session, visit.code).state


def test_today_has_the_next_stop_and_one_button(phone: Phone) -> None:
    visit = promised(phone)
    page = phone.text("/worker")
    assert page.count("btn-act") == 1
    assert f"/worker/visits/{visit.code}/trip" in page
    assert "1 visit to go" in page
    assert "door 101" in page


def test_an_empty_day_says_so(phone: Phone) -> None:
    assert "Nothing is planned for today" in phone.text("/worker")


def test_the_door_is_told_one_day_before_and_not_earlier(phone: Phone, at: Callable[[datetime], None]) -> None:
    visit = promised(phone)
    at(TWO - timedelta(hours=25))
    early = phone.text(f"/worker/visits/{visit.code}")
    assert "Around" in early
    assert "door 101" not in early
    assert "areas" in early
    at(TWO - timedelta(hours=23))
    assert "door 101" in phone.text(f"/worker/visits/{visit.code}")


def test_other_workers_find_nothing(house: House, phone: Phone) -> None:
    visit, offer = promised(phone), offered(phone, TWO + timedelta(days=1))
    other = phone_of(house, phone.session, make.make_worker(phone.session, "罗小兰"))
    for path in (f"visits/{visit.code}", f"visits/{visit.code}/cancel", f"offers/{offer.code}"):
        assert other.get(f"/worker/{path}").status_code == 404
    for path in (f"visits/{visit.code}/trip", f"visits/{visit.code}/cash", f"offers/{offer.code}/accept"):
        assert other.post(f"/worker/{path}").status_code == 404
    assert other.post(f"/worker/visits/{visit.code}/abort", reason="safety").status_code == 404
    assert state(phone, visit) == "assigned"


def test_from_setting_out_to_cash(phone: Phone) -> None:
    visit = promised(phone)
    at = f"/worker/visits/{visit.code}"
    assert phone.post(f"{at}/trip", happened_at="2026-11-26T12:40:00+08:00").status_code == 303
    assert phone.post(f"{at}/arrive").status_code == 422
    assert phone.post(f"{at}/arrive", lat="30.0", lon="114.0", accuracy_m="20").status_code == 409
    assert (
        phone.post(f"{at}/arrive", lat=visit.job.place.lat, lon=visit.job.place.lon, accuracy_m="20").status_code == 303
    )
    wrong = phone.post(f"{at}/start", code="0000" if visit.start_code != "0000" else "1111")
    assert wrong.status_code == 422
    assert "not the start code" in wrong.text
    assert phone.post(f"{at}/start", code=" ".join(visit.start_code)).status_code == 303
    codes = [row["code"] for row in visit.checklist]
    missing = phone.post(f"{at}/finish", done=codes[:-1])
    assert missing.status_code == 422
    assert "Please tick every line" in missing.text
    assert phone.post(f"{at}/item", done=codes[:2]).status_code == 303
    assert [row["done"] for row in find_visit(phone.session, visit.code).checklist[:3]] == [True, True, False]
    assert phone.post(f"{at}/finish", done=codes[:-1], left=["", f"{codes[-1]}:no_access"]).status_code == 303
    assert find_visit(phone.session, visit.code).checklist[-1]["reason"] == "no_access"
    assert "data-toast" in phone.text("/worker")
    assert phone.post(f"{at}/undo").status_code == 303
    assert state(phone, visit) == "in_progress"
    phone.post(f"{at}/finish", done=codes[:-1], left=[f"{codes[-1]}:no_access"])
    assert "I was given" in phone.text(at)
    assert phone.post(f"{at}/cash").status_code == 303
    assert find_visit(phone.session, visit.code).cash_kept_at is not None


def test_the_same_act_sent_twice_is_done_once(phone: Phone) -> None:
    visit = promised(phone)
    for _time in range(2):
        assert phone.post(f"/worker/visits/{visit.code}/trip", _key="one-key").status_code == 303
    assert phone.post(f"/worker/visits/{visit.code}/trip", _key="two-key").status_code == 409


def test_too_early_to_set_out(phone: Phone, at: Callable[[datetime], None]) -> None:
    visit = promised(phone)
    at(TWO - timedelta(hours=3))
    assert "From 12:30" in phone.text("/worker")
    early = phone.post(f"/worker/visits/{visit.code}/trip")
    assert early.status_code == 409
    assert "too early" in early.text


def test_a_position_is_kept_on_the_way_only(phone: Phone) -> None:
    visit = promised(phone)
    where = {"lat": "30.6", "lon": "114.3", "accuracy_m": "30"}
    assert phone.post(f"/worker/visits/{visit.code}/position", **where).status_code == 409
    phone.post(f"/worker/visits/{visit.code}/trip")
    assert phone.post(f"/worker/visits/{visit.code}/position", **where).status_code == 204


def test_an_offer_is_an_area_and_becomes_a_visit(phone: Phone) -> None:
    offer = offered(phone, TWO + timedelta(days=2), facts=["pets"])
    page = phone.text(f"/worker/offers/{offer.code}")
    assert "You get" in page
    assert "There are pets" in page
    assert "door 101" not in page
    assert "Saying no costs nothing" in page
    assert phone.post(f"/worker/offers/{offer.code}/accept").headers["Location"].startswith("/worker/visits/V-")
    over = phone.post(f"/worker/offers/{offer.code}/accept")
    assert over.status_code == 409
    assert "To the visit" in over.text


def test_an_expired_offer_says_what_to_do_next(phone: Phone, at: Callable[[datetime], None]) -> None:
    offer = offered(phone, TWO + timedelta(days=2))
    at(HALF_PAST_TWELVE + timedelta(hours=5))
    assert "See other new work" in phone.text(f"/worker/offers/{offer.code}")
    assert phone.post(f"/worker/offers/{offer.code}/accept").status_code == 409
    assert "No new work at the moment" in phone.text("/worker/offers")


def test_declining_one_or_the_day(phone: Phone) -> None:
    day = TWO + timedelta(days=2)
    one, two, three = (offered(phone, day + timedelta(hours=h)) for h in (0, 3, 24))
    assert phone.text("/worker/offers").count("data-ring") == 3
    assert phone.post(f"/worker/offers/{one.code}/decline").status_code == 422
    assert phone.post(f"/worker/offers/{three.code}/decline", reason="too_far").status_code == 303
    assert phone.post(f"/worker/offers/{one.code}/decline", reason="not_today").status_code == 303
    codes = [one.code, two.code, three.code]
    states = phone.session.scalars(select(Offer.state).where(Offer.code.in_(codes))).all()
    assert set(states) == {"declined"}


def test_giving_back_says_the_consequence_first(phone: Phone) -> None:
    near, far = promised(phone), promised(phone, TWO + timedelta(days=3))
    page = phone.text(f"/worker/visits/{near.code}/cancel")
    assert "3 points" in page
    assert "costs you no points" in phone.text(f"/worker/visits/{far.code}/cancel")
    assert phone.post(f"/worker/visits/{near.code}/cancel").status_code == 422
    assert phone.post(f"/worker/visits/{far.code}/cancel", reason="family").status_code == 303
    assert phone.post(f"/worker/visits/{near.code}/cancel", reason="transport").status_code == 303
    assert state(phone, far) == "open"
    assert state(phone, near) == "rescue"
    assert "Called off late" in phone.text("/worker/score")
    marks = phone.session.scalars(select(ReliabilityMark).where(ReliabilityMark.person == phone.worker.code)).all()
    assert [row.points for row in marks] == [3]


def test_a_door_nobody_opens(phone: Phone, at: Callable[[datetime], None]) -> None:
    visit = promised(phone)
    path = f"/worker/visits/{visit.code}"
    assert phone.get(f"{path}/lockout").status_code == 404
    phone.post(f"{path}/trip")
    phone.post(f"{path}/arrive", code=visit.start_code)
    assert phone.post(f"{path}/lockout").status_code == 409
    for minutes in (0, 6, 12):
        at(HALF_PAST_TWELVE + timedelta(minutes=minutes))
        assert phone.post(f"{path}/contact").status_code == 303
    assert "Please wait until" in phone.text(f"{path}/lockout")
    at(HALF_PAST_TWELVE + timedelta(minutes=26))
    assert phone.post(f"{path}/lockout").status_code == 303
    assert state(phone, visit) == "lockout"


def test_stopping_has_a_number_on_top(phone: Phone) -> None:
    visit = promised(phone)
    path = f"/worker/visits/{visit.code}"
    phone.post(f"{path}/trip")
    phone.post(f"{path}/arrive", code=visit.start_code)
    phone.post(f"{path}/start", code=visit.start_code)
    page = phone.text(f"{path}/abort")
    assert page.index("tel:") < page.index('value="safety"')
    assert phone.post(f"{path}/abort").status_code == 422
    assert phone.post(f"{path}/abort", reason="scope").status_code == 303
    assert state(phone, visit) == "aborted"


def test_rating_the_customer(phone: Phone) -> None:
    visit = worked_visit(
        phone.session, make.make_customer(phone.session), phone.worker, HALF_PAST_TWELVE - timedelta(hours=5)
    )
    phone.session.commit()
    path = f"/worker/visits/{visit.code}/rate"
    assert "Would you go there again?" in phone.text(path)
    low = phone.post(path, stars="2")
    assert low.status_code == 422
    assert phone.post(path, stars="4", aspect_payment="3", private="yes", comment="friendly").status_code == 303
    assert phone.post(path, stars="5", private="yes").status_code == 303
    found = phone.session.scalars(select(Rating).where(Rating.visit_code == visit.code)).one()
    assert (found.stars, found.side) == (5, "worker")


def test_the_week_is_kept_and_half_a_day_refused(phone: Phone) -> None:
    assert phone.text("/worker/hours").count('value="07:00"') == 7
    assert phone.post("/worker/hours/week", d0a_from="08:00").status_code == 422
    good = {"d0a_from": "08:00", "d0a_until": "12:00", "d0b_from": "14:00", "d0b_until": "00:00"}
    assert phone.post("/worker/hours/week", **good).status_code == 303
    page = phone.text("/worker/hours")
    assert 'value="08:00"' in page
    assert 'value="07:00"' not in page
    rows = phone.session.scalars(select(Shift).where(Shift.worker_id == phone.worker.id, Shift.valid_until.is_(None)))
    assert [(row.starts, row.ends) for row in rows] == [(480, 720), (840, 1440)]


def test_time_off_never_over_a_promise(phone: Phone) -> None:
    promised(phone)
    busy = phone.post("/worker/hours/off", from_day="2026-11-26", until_day="2026-11-26")
    assert busy.status_code == 409
    assert "promised a visit" in busy.text
    assert phone.post("/worker/hours/off", from_day="2026-12-02").status_code == 422
    assert phone.post("/worker/hours/off", from_day="2026-12-02", until_day="2026-12-03").status_code == 303
    page = phone.text("/worker/hours")
    number = page.split("/worker/hours/off/")[1].split("/")[0]
    assert phone.post(f"/worker/hours/off/{number}/end").status_code == 303
    assert "None is noted." in phone.text("/worker/hours")


def test_free_now_quiet_hours_place_limits_and_a_break(phone: Phone) -> None:
    assert phone.post("/worker/hours/free", hours="2").status_code == 303
    assert "until 14:30" in phone.text("/worker/hours")
    assert phone.post("/worker/hours/free", hours="0").status_code == 303
    assert phone.post("/worker/hours/quiet", starts="21:00", ends="07:00").status_code == 303
    assert phone.post("/worker/hours/quiet", starts="late").status_code == 422
    assert phone.post("/worker/hours/place", home_lat="30.55", home_lon="114.31").status_code == 303
    assert phone.post("/worker/hours/place", home_lat="99", home_lon="114.31").status_code == 422
    fine = {"travel_mode": "bus", "km": "5", "day_hours": "6", "week_hours": "30"}
    assert phone.post("/worker/hours/limits", **fine).status_code == 303
    assert phone.post("/worker/hours/limits", **{**fine, "day_hours": "12"}).status_code == 422
    phone.session.refresh(phone.worker)
    assert (phone.worker.quiet_from, phone.worker.radius_m, phone.worker.daily_minutes) == (1260, 5000, 360)
    assert phone.post("/worker/hours/pause").status_code == 303
    assert "I am back" in phone.text("/worker/join")
    assert phone.post("/worker/hours/resume").status_code == 303


def test_money_in_three_views_and_on_paper(phone: Phone) -> None:
    customer = make.make_customer(phone.session)
    worked_visit(phone.session, customer, phone.worker, HALF_PAST_TWELVE - timedelta(days=2), "settled")
    worked_visit(phone.session, customer, phone.worker, HALF_PAST_TWELVE - timedelta(hours=5), "completed")
    phone.session.commit()
    week = phone.text("/worker/money")
    assert "You get ¥135" in week
    assert "We keep ¥0" in week
    assert "On its way ¥135" in week
    assert "Worked today" in phone.text("/worker/money?view=today")
    assert "¥135" in phone.text("/worker/money?view=paid")
    slip = phone.text("/worker/money/payslip?week=2026-11-26")
    assert "Nothing is taken off" in slip
    assert "door 101" not in slip + week
    assert phone.get("/worker/money?view=other").status_code == 422


def test_the_score_explains_itself(phone: Phone) -> None:
    page = phone.text("/worker/score")
    assert "plus five starting ratings" in page
    assert "not enough ratings yet" in page
    assert "The next customer gives 5 stars" in page


def test_joining_from_the_public_page(house: House, world: Session) -> None:
    customer = make.make_customer(world, "Cleo")
    account_by_code(world, customer.code).locale = "en"
    nobody = house.test_client()
    assert nobody.get("/join?code=R-ABCDEF").status_code == 200
    assert nobody.get("/join/apply").status_code == 303
    client = sign_in(house.test_client(), world, Member("Cleo", customer.code, Role.CUSTOMER))
    token = csrf(client)
    form = {"csrf_token": token, "name": "Cleo", "near": "liuan-2", "zones": ["liuan"], "consent": "2026-11"}
    assert client.get("/join/apply").status_code == 200
    refused = client.post("/join/apply", data={**form, "recruiter_code": "nobody", "name": ""})
    assert refused.status_code == 422
    assert 'value="nobody"' in refused.text
    assert client.post("/join/apply", data=form).headers["Location"] == "/worker/join"
    page = client.get("/worker/join").text
    assert "Hand in your papers" in page
    token = csrf(client)
    assert client.get("/worker").headers["Location"] == "/worker/join"
    assert client.post("/worker/join/papers", data={"csrf_token": token, "identity": "1"}).status_code == 422
    papers = {"csrf_token": token, "identity": "1", "health": "1", "health_until": "2027-10-01"}
    assert client.post("/worker/join/papers", data=papers).status_code == 303
    assert "We look at your papers" in client.get("/worker/join").text


def test_the_quiz_explains_what_was_wrong(house: House, world: Session, at: Callable[[datetime], None]) -> None:
    desk = make_desk(world)
    worker = worker_at(world, "training", desk, now=HALF_PAST_TWELVE - timedelta(days=1))
    learner = phone_of(house, world, worker)
    assert learner.text("/worker/join/quiz").count("<fieldset") == len(QUIZ)
    half = learner.post("/worker/join/quiz", **{one.code: one.right for one in QUIZ[:5]})
    assert half.status_code == 200
    assert QUIZ[9].why.en in half.text.replace("&#39;", "'")
    assert learner.get("/worker/join/quiz").status_code == 303
    at(HALF_PAST_TWELVE + timedelta(hours=25))
    assert "Passed!" in learner.post("/worker/join/quiz", **{one.code: one.right for one in QUIZ}).text
    assert learner.post("/worker/join/withdraw").status_code == 303
    assert "Apply again" in learner.text("/worker/join")


def test_the_trial_says_what_is_missing(house: House, world: Session) -> None:
    desk = make_desk(world)
    worker = walk(world, worker_at(world, "quiz_passed", desk, now=EARLIER), "trial", desk, EARLIER)
    assert "0 of 3 trial visits done" in phone_of(house, world, worker).text("/worker/join")


@pytest.mark.parametrize(
    ("path", "most"), [("/worker", 16), ("/worker/offers", 10), ("/worker/money", 20), ("/worker/score", 20)]
)
def test_pages_ask_the_database_a_fixed_number_of_times(house: House, phone: Phone, path: str, most: int) -> None:
    for days in (0, 1, 2):
        promised(phone, TWO + timedelta(days=days))
        offered(phone, TWO + timedelta(days=days, hours=4))
        worked_visit(
            phone.session,
            make.make_customer(phone.session),
            phone.worker,
            HALF_PAST_TWELVE - timedelta(days=days, hours=5),
        )
    phone.session.commit()
    asked: list[str] = []
    with house.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        phone.text(path)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(asked) <= most, "\n".join(asked)
