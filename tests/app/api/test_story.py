"""The main story over the API alone, in the browser session of a customer and with tokens; the clock does its part.

slots → quote → code → job → round → offer → accept → trip → arrive → start → checklist → finish → cash → confirm →
rate → score → case → decision → milestone → approved → paid.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from accounts.codes import digits
from accounts.models import SignInChallenge
from app import create_app
from app.house import House
from app.scheduler import Beat
from app.session import db
from app.wiring import in_zone, wiring
from core.actors import Role
from geo.cities import load_city
from recruiting.recruiters import add_recruiter
from recruiting.rubric import CODES
from recruiting.schemas import RecruiterInput, SheetInput
from recruiting.screening import record_screening
from recruiting.stations import list_stations, seed_stations
from tests import factories as make
from tests.app.api.town import HandClock
from tests.cast import Member, bearer
from tests.fixtures_app import PEPPER, settings_for
from tests.fixtures_db import _clone
from tests.workers.path import Desk, apply, walk
from workers.availability import set_shifts
from workers.hours import ShiftRow

MONDAY = make.MONDAY_NOON
API = "/api/v1"


@dataclass
class Stage:
    """The house, its clock, and a token for everybody but the customer, who comes by browser."""

    house: House
    clock: HandClock
    beat: Beat
    tokens: dict[str, dict[str, str]]
    worker: str
    recruiter: str

    def beats(self, times: int = 4) -> None:
        for _ in range(times):
            self.beat.all_once()

    def turn(self, at: datetime) -> None:
        """Turn the clock on and let everything due happen."""
        self.clock.turn(at)
        self.beats()

    def ask(self, who: str, method: str, path: str, expect: int = 200, **body: Any) -> Any:
        given = {"json": body} if method != "GET" else {}
        answer = self.house.test_client().open(API + path, method=method, headers=self.tokens[who], **given)
        assert answer.status_code == expect, (path, answer.text)
        return answer.json if answer.data else None


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    clone, clock = _clone(), HandClock()
    house = create_app(settings_for(next(clone), tmp_path_factory.mktemp("var"), city="tiny"))
    house.config["RATE_LIMITS"] = False
    house.clock = clock
    with house.app_context():
        factory = sessionmaker(db.engine)
    with factory() as session:
        make.make_house(session)
        seed_stations(session, load_city("tiny"))
        members = _people(session)
        tokens = {name: bearer(session, member) for name, member in members.items()}
    wired = replace(in_zone(wiring(), "Asia/Shanghai"), pumps=[])
    made = Stage(house, clock, Beat(factory, clock, wired), tokens, members["ben"].person, members["rita"].person)
    made.beats()
    yield made
    with house.app_context():
        db.engine.dispose()
    next(clone, None)


def _people(session: Session) -> dict[str, Member]:
    """The desk, Rita, and Ben whom she brought and who has just been accepted."""
    desk = Desk(make.make_ops(session, "An", Role.OPS_AGENT), make.make_ops(session), make.make_ops(session, "Pat"))
    account = make.make_account(session, "Rita")
    wanted = RecruiterInput(account.code, "Rita", list_stations(session)[0].code, "hired")
    rita = add_recruiter(session, desk.lead, wanted, MONDAY)
    worker = walk(session, apply(session, recruiter_code=rita.code), "identity_checked", desk)
    by = Member("rita", account.code, Role.RECRUITER, rita.code)
    record_screening(session, by.actor, SheetInput(worker.code, dict.fromkeys(CODES, 3), photos=("photo-1",)), MONDAY)
    walk(session, worker, "trial", desk)
    rows = [ShiftRow(weekday, 420, 1260) for weekday in range(7)]
    set_shifts(session, make.as_worker(worker), worker.code, rows, MONDAY - timedelta(days=1))
    for shift in worker.shifts:
        shift.valid_from = MONDAY.date() - timedelta(days=1)
    return {
        "ben": Member("ben", worker.account_code, Role.WORKER, worker.code),
        "rita": by,
        "olu": Member("olu", desk.lead.code, Role.OPS_LEAD),
        "fin": Member("fin", make.make_ops(session, "Fin", Role.FINANCE).code, Role.FINANCE),
    }


class Ada:
    """A customer with a browser and a phone, and no account yet."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.browser, self.token = stage, stage.house.test_client(), ""

    def ask(self, method: str, path: str, expect: int = 200, **body: Any) -> Any:
        headers = {"X-CSRFToken": self.token} if self.token else {}
        given = {"json": body} if method != "GET" else {}
        answer = self.browser.open(API + path, method=method, headers=headers, **given)
        assert answer.status_code == expect, (path, answer.text)
        return answer.json if answer.data else None

    def read_code(self, challenge: str) -> str:
        with self.stage.house.app_context(), Session(db.engine) as session:
            query = select(SignInChallenge).where(SignInChallenge.code == challenge)
            return digits(session.scalars(query).one(), PEPPER)

    def sign_in(self) -> None:
        sent = self.ask("POST", "/session/code", 202, phone="138 7777 0001")
        typed = self.read_code(sent["challenge"])
        self.token = self.ask("POST", "/session", challenge=sent["challenge"], code=typed)["csrf_token"]


def book(ada: Ada, day: str) -> str:
    """Slots → quote → (code) → job: the visit's code."""
    slots = ada.ask("GET", f"/slots?service=standard&minutes=120&compound=liuan-2&day={day}")
    start = slots[len(slots) // 2]["start"]
    home = {"compound": "liuan-2", "building": "1", "unit": "1-101"}
    quote = ada.ask("POST", "/quotes", 201, service="standard", minutes=120, start=start, **home)
    assert sum(line["fen"] for line in quote["lines"]) == quote["total_fen"]
    if not ada.token:
        ada.sign_in()
    job = ada.ask("POST", "/jobs", 201, quote_code=quote["code"], name="Ada", access_notes="Ring twice.")
    return job["visits"][0]


def match(stage: Stage, ada: Ada, visit: str) -> datetime:
    """Round by the clock → offer → accept: the promised start."""
    offers: list[dict[str, Any]] = []
    for _ in range(24):
        stage.turn(stage.clock.now() + timedelta(minutes=5))
        offers = [one for one in stage.ask("ben", "GET", "/worker/offers") if one["visit_code"] == visit]
        if offers:
            break
    offer = offers[0]
    assert not offer["place"]["exact"]
    assert offer["place"]["address"] is None
    sheet = stage.ask("ben", "GET", f"/worker/offers/{offer['code']}")
    assert sheet["why"]
    assert stage.ask("ben", "POST", f"/worker/offers/{offer['code']}/accept")["state"] == "assigned"
    stage.ask("ben", "POST", f"/worker/offers/{offer['code']}/accept", 409)
    told = ada.ask("GET", f"/visits/{visit}")
    assert told["comer"]["code"] == stage.worker
    return datetime.fromisoformat(told["starts_at"])


def work(stage: Stage, ada: Ada, visit: str, start: datetime, skip: str = "") -> None:
    """Trip → arrive → start → checklist → finish → cash."""
    path, minutes = f"/worker/visits/{visit}", lambda count: stage.turn(start + timedelta(minutes=count))
    minutes(-30)
    stop = stage.ask("ben", "POST", f"{path}/trip")
    stage.ask("ben", "POST", f"{path}/position", 204, lat=30.58, lon=114.31)
    assert ada.ask("GET", f"/visits/{visit}")["way"]["lat"] == pytest.approx(30.58)
    minutes(-2)
    here = {"lat": stop["place"]["lat"], "lon": stop["place"]["lon"], "accuracy_m": 20}
    assert stage.ask("ben", "POST", f"{path}/arrive", **here)["state"] == "arrived"
    code = ada.ask("GET", f"/visits/{visit}")["start_code"]
    stage.ask("ben", "POST", f"{path}/start", 422, code="x")
    minutes(0)
    stop = stage.ask("ben", "POST", f"{path}/start", code=code)
    for number, item in enumerate(stop["checklist"]):
        state = skip if skip and number == 0 else "done"
        stage.ask("ben", "PUT", f"{path}/checklist/{item['code']}", state=state)
    minutes(120)
    assert stage.ask("ben", "POST", f"{path}/finish")["undo_until"]
    assert stage.ask("ben", "POST", f"{path}/undo")["state"] == "in_progress"
    stage.ask("ben", "POST", f"{path}/finish")
    assert stage.ask("ben", "POST", f"{path}/cash")["cash_kept"]
    minutes(125)


def test_first_visit_is_done_paid_and_rated(stage: Stage) -> None:
    ada = Ada(stage)
    visit = book(ada, "2026-11-24")
    start = match(stage, ada, visit)
    work(stage, ada, visit, start)
    assert ada.ask("POST", f"/visits/{visit}/confirm")["state"] == "completed"
    ada.ask("POST", f"/visits/{visit}/confirm", 409)
    stage.beats()
    ada.ask("POST", f"/visits/{visit}/rating", 201, stars=5, comment="Shining.", aspects={"thorough": 3})
    stage.ask("ben", "POST", f"/visits/{visit}/rating", 201, stars=5)
    stage.turn(start + timedelta(hours=30))
    stage.turn(start + timedelta(hours=31))
    assert ada.ask("GET", f"/visits/{visit}")["state"] == "settled"
    slip = stage.ask("ben", "GET", "/worker/payslip")
    assert slip["commission_fen"] == 0
    assert slip["total_fen"] > 0
    assert [one["stars"] for one in ada.ask("GET", f"/visits/{visit}/ratings")] == [5]
    assert [one["comment"] for one in ada.ask("GET", "/reviews")["reviews"]] == ["Shining."]
    score = stage.ask("olu", "GET", f"/ops/workers/{stage.worker}/score")
    assert score["weight"] > 0
    assert score["lines"][0]["after"] > score["lines"][0]["before"]
    ada.ask("POST", "/me/tokens", 201, name="for the next story")


def test_second_visit_is_disputed_and_decided(stage: Stage) -> None:
    ada = Ada(stage)
    ada.sign_in()
    visit = book(ada, f"{stage.clock.now() + timedelta(days=1):%Y-%m-%d}")
    start = match(stage, ada, visit)
    work(stage, ada, visit, start, skip="no_access")
    options = {one["topic"] for one in ada.ask("GET", f"/visits/{visit}/report-options")}
    assert "quality" in options
    case = ada.ask("POST", "/cases", 201, visit_code=visit, topic="quality", words="The kitchen is not done.",
                   wish="refund")["row"]  # fmt: skip
    ada.ask("POST", "/cases", 409, visit_code=visit, topic="quality", words="Again.")
    said = stage.ask("ben", "POST", f"/cases/{case['code']}/statements", 201, words="The kitchen was locked.")
    assert said["worker"]["words"] == "The kitchen was locked."
    desk = stage.ask("olu", "GET", f"/ops/cases/{case['code']}")
    assert desk["desk"]["draft"]["rule"]
    verdict = {"remedy": "part_refund", "fen": 1000, "rating_effect": "counts", "reason": "An item was left."}
    stage.ask("fin", "POST", f"/ops/cases/{case['code']}/decision", 404, **verdict)
    decided = stage.ask("olu", "POST", f"/ops/cases/{case['code']}/decision", **verdict)
    assert decided["row"]["refunded_fen"] == 1000
    told = ada.ask("GET", f"/cases/{case['code']}")
    assert [(one["remedy"], one["by"]) for one in told["decisions"]] == [("part_refund", "")]
    stage.beats()
    books = stage.ask("fin", "GET", "/ops/ledger")
    assert (books["global_sum_fen"], books["broken"]) == (0, [])


def test_the_recruiter_is_paid_by_two_people(stage: Stage) -> None:
    ada = Ada(stage)
    ada.sign_in()
    visit = book(ada, f"{stage.clock.now() + timedelta(days=1):%Y-%m-%d}")
    work(stage, ada, visit, match(stage, ada, visit))
    ada.ask("POST", f"/visits/{visit}/confirm")
    stage.turn(stage.clock.now() + timedelta(hours=1))
    stage.ask("olu", "POST", f"/ops/workers/{stage.worker}/activate", reason="Three good visits.")
    stage.turn(stage.clock.now() + timedelta(days=1))
    statement = stage.ask("rita", "GET", "/recruiter/statement")
    line = next(one for one in statement["tracks"][0]["lines"] if one["kind"] == "advance")
    assert line["state"] == "vested"
    assert stage.ask("rita", "GET", f"/milestones/{line['code']}")["inputs"]
    stage.ask("rita", "POST", f"/ops/milestones/{line['code']}/approve", 404, reason="mine")
    approved = stage.ask("olu", "POST", f"/ops/milestones/{line['code']}/approve", reason="As computed.")
    assert approved["state"] == "approved"
    paid = stage.ask("fin", "POST", f"/ops/recruiters/{stage.recruiter}/pay", reason="Payday.")
    assert paid["fen"] == line["own_fen"]
    stage.ask("fin", "POST", f"/ops/recruiters/{stage.recruiter}/pay", 409, reason="Twice?")
    assert stage.ask("fin", "GET", "/ops/ledger")["broken"] == []
