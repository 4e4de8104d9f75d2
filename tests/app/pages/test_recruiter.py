"""The recruiter at the station: today, noting down, people, screening, statement, how a sum was computed."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.accounts import account_by_code
from app.house import House
from app.session import db
from core.actors import Role
from core.events import EventRow
from disputes.models import Dispute
from recruiting.leads import capture_lead
from recruiting.models import Lead, ScreeningPhoto, ScreeningSheet
from recruiting.rubric import RUBRIC
from recruiting.schemas import LeadInput
from tests import factories as make
from tests.cast import Member, csrf, fresh_phone, sign_in
from tests.desk import desk_of
from tests.recruiting.world import DAY, World, make_world, new_recruiter
from tests.workers.path import NOW, walk
from workers.models import Worker

CONSENT = "2026-11"
ZEROS = {item.code: "2" for item in RUBRIC}


@dataclass
class Stand:
    """A recruiter's browser and the world around it."""

    client: FlaskClient
    world: World
    token: str

    def post(self, path: str, **fields: object) -> TestResponse:
        answer = self.client.post(path, data={"csrf_token": self.token, **fields}, content_type="multipart/form-data")
        self.world.session.rollback()
        self.world.session.expire_all()
        return answer

    def text(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def stand_of(house: House, world: World, actor) -> Stand:
    account_by_code(world.session, actor.code).locale = "en"
    client = sign_in(house.test_client(), world.session, Member("Rita", actor.code, Role.RECRUITER, actor.person))
    return Stand(client, world, csrf(client))


@pytest.fixture
def stand(house: House, house_session: Session, at: Callable[[datetime], None]) -> Stand:
    world = make_world(house_session)
    world.heard = set(house_session.scalars(select(EventRow.id)))
    at(NOW)
    return stand_of(house, world, world.actor)


@pytest.fixture
def statements(house: House) -> Iterator[list[str]]:
    """Every statement sent to the application's database."""
    seen: list[str] = []

    def listen(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    with house.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    yield seen
    event.remove(engine, "before_cursor_execute", listen)


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), 120).save(out, "JPEG")
    out.seek(0)
    return out


def screened(stand: Stand) -> Worker:
    worker = walk(stand.world.session, stand.world.applicant(), "identity_checked", stand.world.desk)
    stand.world.session.commit()
    return worker


def earned(stand: Stand) -> tuple[Worker, str]:
    """A recruit with a priced tenth visit; returns the milestone's code."""
    world = stand.world
    worker = world.recruit(now=NOW - 40 * DAY)
    world.work(worker, 12, start=NOW - 39 * DAY)
    world.rate(worker, 4.31)
    world.fire(NOW)
    world.session.commit()
    return worker, world.milestones(worker)["visits_10"].code


def test_today_names_the_need_the_leads_and_whose_turn_it_is(stand: Stand) -> None:
    capture_lead(stand.world.session, stand.world.actor, LeadInput("Pan Cuiying", "13871009901", CONSENT), NOW)
    worker = screened(stand)
    page = stand.client.get("/recruiter").text
    assert 'href="tel:+8613871009901"' in page
    assert f'href="/recruiter/screening/{worker.code}"' in page
    assert "works-offline" in page
    assert "Where hands are missing" in stand.text("/recruiter")


def test_noting_down_hands_over_the_code(stand: Stand) -> None:
    phone = fresh_phone()
    fields = {"name": "Yu Chunlan", "phone": phone, "skills": ["windows", "cleaning"], "hours": ["morning"]}
    answer = stand.post("/recruiter/capture", consent_version=CONSENT, **fields)
    assert answer.status_code == 303
    page = stand.client.get(answer.location).text
    assert f"/join?r={stand.world.rita.code}" in page
    assert "<svg" in page.split('class="qr"')[1][:200]
    lead = stand.world.session.scalars(select(Lead).where(Lead.phone == phone)).one()
    assert (lead.name, lead.skills, lead.hours) == ("Yu Chunlan", ["windows", "cleaning"], ["morning"])
    again = stand.post("/recruiter/capture", consent_version=CONSENT, **fields)
    assert "You had this number already" in stand.text(again.location)


def test_a_number_somebody_else_noted_is_said_plainly(stand: Stand) -> None:
    _, rolf = new_recruiter(stand.world.session, stand.world.desk.lead, stand.world.station, "Rolf")
    phone = fresh_phone()
    capture_lead(stand.world.session, rolf, LeadInput("Yu", phone, CONSENT), NOW)
    stand.world.session.commit()
    answer = stand.post("/recruiter/capture", name="Yu", phone=phone, consent_version=CONSENT)
    page = stand.text(answer.location)
    assert "1 other recruiter noted this number" in page
    assert "Rolf" not in page


def test_without_consent_or_with_a_bad_number_nothing_is_kept(stand: Stand) -> None:
    answer = stand.post("/recruiter/capture", name="Yu", phone="123", skills=["windows"], consent_version=CONSENT)
    assert answer.status_code == 422
    assert "This is no phone number" in answer.text
    assert 'value="windows" checked' in answer.text
    phone = fresh_phone()
    answer = stand.post("/recruiter/capture", name="Yu", phone=phone)
    assert (answer.status_code, "Please fill this in." in answer.text) == (422, True)
    assert stand.world.session.scalars(select(Lead).where(Lead.phone == phone)).first() is None


def test_the_same_act_sent_twice_is_kept_once(stand: Stand) -> None:
    phone = fresh_phone()
    fields = {"name": "Yu", "phone": phone, "consent_version": CONSENT, "_key": f"key-{phone}", "happened_at": "x"}
    first, second = stand.post("/recruiter/capture", **fields), stand.post("/recruiter/capture", **fields)
    assert (first.location, second.headers["Idempotency-Replayed"]) == (second.location, "true")


def test_recruits_show_hours_and_risk_but_nothing_private(stand: Stand) -> None:
    worker, _ = earned(stand)
    account = account_by_code(stand.world.session, worker.account_code)
    worker.home_lat = 30.512345
    stand.world.session.commit()
    for path in ("/recruiter/recruits", "/recruiter/recruits?show=risk", "/recruiter/statement", "/recruiter"):
        page = stand.client.get(path).text
        assert str(account.phone) not in page
        assert str(account.phone)[3:] not in page
        assert "30.5123" not in page
    assert "No visit for two weeks" in stand.text("/recruiter/recruits?show=risk")
    assert "12 visits so far" in stand.text("/recruiter/recruits?show=work")
    assert worker.name not in stand.text("/recruiter/recruits?show=way")


def test_a_sheet_with_a_photo_is_kept_and_shown(stand: Stand) -> None:
    worker = screened(stand)
    at = f"/recruiter/screening/{worker.code}"
    page = stand.client.get(at).text
    assert page.count('type="radio" name="kitchen"') == 4
    assert "Stove and hood" in page
    assert "灶台和油烟机" in page
    answer = stand.post(at, **ZEROS, accepted="true", note="quick", photos=(picture(), "before.jpg"))
    assert answer.status_code == 303
    sheet = stand.world.session.scalars(select(ScreeningSheet).where(ScreeningSheet.worker == worker.code)).one()
    assert (sheet.accepted, len(sheet.photos)) == (True, 1)
    said = stand.text(at)
    assert "20 of 30 points" in said
    assert "Enough, and you would take them." in said
    photo = stand.client.get(f"{at}/photos/{sheet.photos[0]}")
    assert (photo.status_code, photo.content_type) == (200, "image/jpeg")


def test_an_incomplete_sheet_says_which_point(stand: Stand) -> None:
    worker = screened(stand)
    given = {code: mark for code, mark in ZEROS.items() if code != "honesty"}
    answer = stand.post(f"/recruiter/screening/{worker.code}", **given, accepted="true")
    assert answer.status_code == 422
    assert 'href="#f-honesty"' in answer.text
    assert stand.world.session.scalars(select(ScreeningSheet).where(ScreeningSheet.worker == worker.code)).all() == []


def test_a_zero_is_not_made_up_for_and_photos_may_follow(stand: Stand) -> None:
    worker = screened(stand)
    at = f"/recruiter/screening/{worker.code}"
    stand.post(at, **{**ZEROS, "honesty": "0"}, accepted="true")
    page = stand.text(at)
    assert "a point at 0 cannot be made up for" in page
    assert "At least one photo" in page
    assert worker.name in stand.text("/recruiter/statement")
    assert stand.post(f"{at}/photos").status_code == 422
    assert stand.post(f"{at}/photos", photos=(io.BytesIO(b"no photo"), "x.jpg")).status_code == 422
    assert stand.world.session.scalars(select(ScreeningPhoto).where(ScreeningPhoto.worker == worker.code)).all() == []
    assert stand.post(f"{at}/photos", photos=(picture(), "x.jpg")).status_code == 303
    assert "Still missing" not in stand.text(at)
    assert stand.post(at, **ZEROS, accepted="true").status_code == 409


def test_the_statement_adds_up_and_links_to_every_sum(stand: Stand) -> None:
    _, code = earned(stand)
    page = stand.text("/recruiter/statement")
    assert "Yours this month" in page
    assert "¥62.40" in page
    assert f'href="/recruiter/milestones/{code}"' in stand.client.get("/recruiter/statement").text


def test_every_input_of_a_sum_is_shown(stand: Stand) -> None:
    _, code = earned(stand)
    page = stand.text(f"/recruiter/milestones/{code}")
    for said in ("10 counted visits", "4.31 ★", "(4.31 − 4.05) ÷ 0.20 = 1.3", "¥60 × 1.3", "¥78", "−¥15.60", "¥62.40",
                 "for 6 different customers", "as released", "No visit was left out."):  # fmt: skip
        assert said in page


def test_a_sum_is_contested_decided_and_appealed_on_the_pages(stand: Stand, house: House) -> None:
    _, code = earned(stand)
    sums = f"/recruiter/milestones/{code}"
    assert stand.post(f"{sums}/case", words=" ").status_code == 422
    answer = stand.post(f"{sums}/case", words="It was thirty.")
    assert "Your case is open. Finance decides by" in stand.text(answer.location)
    assert "I do not agree with this sum" not in stand.text(sums)
    assert stand.post(f"{sums}/case", words="again").status_code == 409
    case = stand.world.session.scalars(select(Dispute).where(Dispute.visit_code == code)).one().code
    finance, lead = (desk_of(house, stand.world.session, role, NOW) for role in (Role.FINANCE, Role.OPS_LEAD))
    agent = desk_of(house, stand.world.session, Role.OPS_AGENT, NOW)
    assert agent.client.get("/ops/incentives").status_code == 403
    assert "It was thirty." in finance.text("/ops/incentives")
    decide = f"/ops/incentives/{case}/decide"
    assert lead.post(decide, yuan="30", reason="not mine").status_code == 403
    assert finance.post(decide, yuan="30", reason="").status_code == 422
    assert finance.post(decide, yuan="lots", reason="x").status_code == 422
    assert finance.post(decide, yuan="30.50", reason="one visit more").status_code == 303
    assert "¥30.50 are added" in stand.text(sums)
    assert stand.post(f"/recruiter/cases/{case}/appeal", words="Two more.").status_code == 303
    assert "Another person looks at it." in stand.text(sums)
    assert finance.post(decide, yuan="40", reason="again").status_code == 403
    assert lead.post(decide, yuan="40", reason="two more").status_code == 303
    assert "on appeal, for good" in stand.text(sums)
    assert "I do not agree with this sum" in stand.text(sums)


def test_a_case_is_taken_back_by_its_recruiter_only(stand: Stand, house: House) -> None:
    _, code = earned(stand)
    stand.post(f"/recruiter/milestones/{code}/case", words="It was thirty.")
    case = stand.world.session.scalars(select(Dispute).where(Dispute.visit_code == code)).one().code
    _, rolf = new_recruiter(stand.world.session, stand.world.desk.lead, stand.world.station, "Rolf")
    other = stand_of(house, stand.world, rolf)
    assert other.post(f"/recruiter/cases/{case}/withdraw").status_code == 404
    assert other.post(f"/recruiter/cases/{case}/appeal", words="mine").status_code == 404
    assert stand.post(f"/recruiter/cases/{case}/withdraw").status_code == 303
    assert "Nothing is held against you" in stand.text(f"/recruiter/milestones/{code}")


def test_outsiders_find_nothing(stand: Stand, house: House) -> None:
    worker, code = earned(stand)
    lead = capture_lead(stand.world.session, stand.world.actor, LeadInput("Yu", fresh_phone(), CONSENT), NOW).lead
    _, rolf = new_recruiter(stand.world.session, stand.world.desk.lead, stand.world.station, "Rolf")
    other = stand_of(house, stand.world, rolf)
    for path in (f"/recruiter/milestones/{code}", f"/recruiter/screening/{worker.code}", f"/recruiter/capture?lead={lead.code}",
                 f"/recruiter/screening/{worker.code}/photos/PH-000000"):  # fmt: skip
        assert other.client.get(path).status_code == 404, path
    assert other.post(f"/recruiter/milestones/{code}/case", words="mine").status_code == 404
    assert other.post(f"/recruiter/screening/{worker.code}", **ZEROS, accepted="true").status_code == 404
    customer = make.make_customer(stand.world.session)
    member = Member("Ada", customer.code, Role.CUSTOMER)
    stranger = sign_in(house.test_client(), stand.world.session, member)
    assert stranger.get("/recruiter").status_code == 403
    assert stranger.get(f"/recruiter/milestones/{code}").status_code == 404


def test_pages_take_a_fixed_number_of_queries(stand: Stand, statements: list[str]) -> None:
    def counts() -> list[int]:
        found = []
        for path in ("/recruiter", "/recruiter/recruits", "/recruiter/statement"):
            statements.clear()
            assert stand.client.get(path).status_code == 200
            found.append(len(statements))
        return found

    stand.world.recruit(now=NOW - DAY)
    capture_lead(stand.world.session, stand.world.actor, LeadInput("Yu", fresh_phone(), CONSENT), NOW)
    stand.world.session.commit()
    few = counts()
    for _ in range(3):
        stand.world.recruit(now=NOW - DAY)
        capture_lead(stand.world.session, stand.world.actor, LeadInput("Yu", fresh_phone(), CONSENT), NOW)
    stand.world.session.commit()
    assert counts() == few
    assert max(few) <= 28
