"""What a worker sees of themselves: hours, money, score, the way in, cases."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code
from app.house import House
from app.session import db
from core.actors import Role
from disputes.disputes import decide_dispute, open_dispute, send_proposal
from disputes.schemas import DecisionInput, OpenInput
from tests import factories as make
from tests.app.pages.phones import EARLIER, HALF_PAST_TWELVE, TWO, Phone, offered, phone_of, promised
from tests.cast import Member, csrf, sign_in
from tests.worked import rated_visit, worked_visit
from tests.workers.path import make_desk, walk, worker_at
from workers.models import Shift
from workers.quiz import QUIZ


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
    assert "No recent rating counts yet." in page
    assert "The next customer gives 5 stars" in page
    assert "The next customer gives 1 star<" in page


def test_joining_from_the_public_page(house: House, world: Session) -> None:
    customer = make.make_customer(world, "Cleo")
    account_by_code(world, customer.code).locale = "en"
    nobody = house.test_client()
    assert nobody.get("/join?r=R-ABCDEF").status_code == 200
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


def test_a_problem_becomes_a_case(house: House, phone: Phone) -> None:
    customer = make.make_customer(phone.session)
    visit = worked_visit(phone.session, customer, phone.worker, HALF_PAST_TWELVE - timedelta(hours=5))
    phone.session.commit()
    assert f"/worker/visits/{visit.code}/problem" in phone.text("/worker/cases/new")
    path = f"/worker/visits/{visit.code}/problem"
    assert phone.text(path).index("tel:") < phone.text(path).index('name="topic"')
    assert phone.post(path, topic="hours").status_code == 422
    assert phone.post(path, topic="quality", words="no").status_code == 422
    opened = phone.post(path, topic="hours", words="It took half an hour more.")
    case = opened.headers["Location"]
    assert case.startswith("/worker/cases/D-")
    assert "half an hour more" in phone.text(case)
    assert case in phone.text("/worker/cases")
    other = phone_of(house, phone.session, make.make_worker(phone.session, "罗小兰"))
    assert other.get(case).status_code == 404
    assert other.post(f"{case}/say", words="hello").status_code == 404
    assert phone.post(f"{case}/say").status_code == 422
    assert phone.post(f"{case}/say", words="The kitchen was large.").status_code == 303
    assert phone.post(f"{case}/withdraw").status_code == 303
    assert "Taken back" in phone.text(case)


def test_the_worker_answers_a_case_and_appeals(phone: Phone) -> None:
    session, now = phone.session, HALF_PAST_TWELVE - timedelta(hours=1)
    customer, lead = make.make_customer(session), make.make_ops(session)
    visit = worked_visit(session, customer, phone.worker, HALF_PAST_TWELVE - timedelta(hours=5))
    dispute = open_dispute(session, customer, OpenInput(visit.code, "quality", "The kitchen was not done."), now)
    session.commit()
    path = f"/worker/cases/{dispute.code}"
    page = phone.text(path)
    assert "It is your turn" in page
    assert "is on hold" in page
    assert phone.post(f"{path}/say", words="It was done, see the list.").status_code == 303
    send_proposal(session, lead, dispute.code, DecisionInput("part_refund", "half each", 2000), HALF_PAST_TWELVE)
    session.commit()
    assert "I do not agree" in phone.text(path)
    assert phone.post(f"{path}/answer", agree="false").status_code == 303
    decide_dispute(
        session, lead, dispute.code, DecisionInput("part_refund", "the list says so", 2000), HALF_PAST_TWELVE
    )
    session.commit()
    assert "the list says so" in phone.text(path)
    assert phone.post(f"{path}/appeal").status_code == 422
    assert phone.post(f"{path}/appeal", words="Please look at the photos.").status_code == 303
    assert "I object" not in phone.text(path)


def test_contesting_a_rating(phone: Phone, at: Callable[[datetime], None]) -> None:
    ratings = [
        rated_visit(phone.session, phone.worker, stars, EARLIER + timedelta(hours=6 * n))
        for n, stars in enumerate((5, 4, 2))
    ]
    phone.session.commit()
    at(EARLIER + timedelta(days=9))
    page = phone.text("/worker/score")
    assert page.count("This is unfair") == 3
    assert phone.get("/worker/cases/new?rating=G-0000000000").status_code == 404
    assert "What was it really like?" in phone.text(f"/worker/cases/new?rating={ratings[2].code}")
    assert phone.post("/worker/cases/new", rating=ratings[2].code).status_code == 422
    opened = phone.post("/worker/cases/new", rating=ratings[2].code, words="The lift was broken.")
    assert opened.headers["Location"].startswith("/worker/cases/D-")
    assert "There is a case about this visit." in phone.text("/worker/score")


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
