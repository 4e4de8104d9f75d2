"""Requesting a job as a person does: the form, what follows from a choice, the phone code last, all or nothing."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from accounts.codes import digits
from accounts.models import GuessLog, SignInChallenge
from app.house import House
from app.request_wish import ask_of, query_of, read_wish
from core.errors import InvalidInput
from dispatch.models import Job, Visit
from money.funds import owner_funds
from tests import factories as make
from tests.cast import csrf, fresh_phone
from tests.customers import Browser, Put, clock_of, counted, customer, stranger
from tests.fixtures_app import PEPPER

WISH = {"service": "standard", "minutes": "120", "compound": "liuan-2", "home": "1-1", "door": "101",
        "day": "2026-11-27", "time": "14:00"}  # fmt: skip


@pytest.fixture
def at(house: House) -> Iterator[Put]:
    yield from clock_of(house)


@pytest.fixture
def world(house_session: Session, at: Put) -> Session:
    make.make_house(house_session)
    for _ in range(2):
        make.make_worker(house_session)
    house_session.commit()
    return house_session


@pytest.fixture
def visitor(house: House, world: Session) -> Browser:
    return stranger(house, world)


@pytest.fixture
def ada(house: House, world: Session) -> Browser:
    return customer(house, world)


def sent(session: Session, phone: str) -> str:
    session.rollback()
    query = select(SignInChallenge).where(SignInChallenge.phone == phone).order_by(SignInChallenge.id.desc())
    return digits(session.scalars(query).all()[0], PEPPER)


def jobs(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Job)) or 0


def agreed(answer) -> str:
    """The code of the visit an agreement leads to."""
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"/visits/(V-\w+)", answer.location)
    assert found, answer.location
    return found[1]


def test_a_stranger_gets_a_visit_with_the_phone_code_last(visitor: Browser) -> None:
    phone = fresh_phone()
    page = visitor.post("/request/code", **WISH, phone=phone, name="Ada", note="The hob, please", facts=["pets"])
    assert page.status_code == 200
    assert f"ending in {phone[-4:]}" in page.text
    assert "The hob, please" in page.text
    answer = visitor.post("/request", **WISH, phone=phone, name="Ada", note="The hob, please", facts=["pets"],
                          code=sent(visitor.session, phone))  # fmt: skip
    code = agreed(answer)
    visit = visitor.session.scalars(select(Visit).where(Visit.code == code)).one()
    assert (visit.state, visit.minutes, visit.job.note) == ("open", 120, "The hob, please")
    assert visit.job.place.unit == "1-101"
    assert visit.worker_fen == 9500
    assert "We are asking" in visitor.text(f"/visits/{code}")


def test_a_wrong_code_is_counted_and_nothing_is_booked(visitor: Browser) -> None:
    phone, before = fresh_phone(), jobs(visitor.session)
    visitor.post("/request/code", **WISH, phone=phone)
    wrong = f"{(int(sent(visitor.session, phone)) + 1) % 10**6:06d}"
    answer = visitor.post("/request", **WISH, phone=phone, code=wrong)
    assert answer.status_code == 422
    assert "This code does not fit" in answer.text
    assert 'name="code"' in answer.text
    guesses = visitor.session.scalar(select(func.count()).select_from(GuessLog).where(GuessLog.phone == phone))
    assert guesses == 1
    assert jobs(visitor.session) == before
    agreed(visitor.post("/request", **WISH, phone=phone, code=sent(visitor.session, phone)))


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"compound": ""}, "compound", "Please say where"),
        ({"home": ""}, "home", "Please fill this in"),
        ({"door": "999"}, "door", "unknown"),
        ({"time": ""}, "time", "Please choose a time"),
        ({"day": "2026-11-20"}, "time", "This time is over"),
        ({"day": "2027-11-20"}, "time", "too far ahead"),
    ],
)
def test_what_is_missing_is_said_beside_the_field(ada: Browser, changes: dict, field: str, said: str) -> None:
    before = jobs(ada.session)
    answer = ada.post("/request", **{**WISH, **changes})
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert said in answer.text or field in {"compound", "door"}
    assert jobs(ada.session) == before


def test_errors_are_said_in_chinese_too(house: House, world: Session) -> None:
    reader = stranger(house, world, "zh")
    answer = reader.post("/request/code", **{**WISH, "time": ""}, phone=fresh_phone())
    assert answer.status_code == 422
    assert "请选一个时间" in answer.text or "时间" in answer.text
    assert "Please choose a time" not in answer.text


def test_a_bad_phone_number_is_said_beside_it(visitor: Browser) -> None:
    answer = visitor.post("/request/code", **WISH, phone="12")
    assert answer.status_code == 422
    assert 'id="f-phone-error"' in answer.text
    assert 'name="code"' not in answer.text


def test_a_known_customer_needs_no_code_and_begins_at_home(ada: Browser) -> None:
    assert 'name="phone"' not in ada.text("/request")
    code = agreed(ada.post("/request", **WISH))
    page = ada.text("/request")
    assert 'value="liuan-2" selected' in page
    assert 'value="1-1" selected' in page
    assert code in ada.text("/visits")


def test_the_same_form_sent_twice_makes_one_job(ada: Browser) -> None:
    before = jobs(ada.session)
    first = ada.post("/request", **WISH, _key="the-same-key")
    second = ada.post("/request", **WISH, _key="the-same-key")
    assert agreed(first) == agreed(second)
    assert jobs(ada.session) == before + 1


def test_a_taken_time_is_refused_and_the_form_stays(ada: Browser, world: Session) -> None:
    answer = ada.post("/request", **{**WISH, "time": "20:45"})
    assert answer.status_code == 422
    assert "liuan-2" in answer.text


def test_a_change_brings_only_what_follows_from_it(visitor: Browser) -> None:
    headers = {"HX-Request": "true"}
    data = {"csrf_token": csrf(visitor.client), **WISH, "where_shown": "list", "facts": ["pets"]}
    answer = visitor.client.post("/request/quote", data=data, headers=headers)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    for part in ("rq-dial", "rq-length", "rq-home", "rq-facts", "rq-when", "rq-bill", "rq-sum"):
        assert f'id="{part}" hx-swap-oob="morph"' in answer.text
    assert "¥95" in answer.text
    assert "time=14:00" in answer.headers["HX-Replace-Url"]


def test_without_scripts_a_change_is_a_new_address(visitor: Browser) -> None:
    answer = visitor.post("/request/quote", **WISH)
    assert answer.status_code == 303
    assert "compound=liuan-2" in answer.location
    assert 'value="14:00" checked' in visitor.text(answer.location)


def test_changing_how_the_place_is_given_loads_the_page_anew(visitor: Browser) -> None:
    data = {"csrf_token": csrf(visitor.client), **WISH, "where": "pin", "where_shown": "list"}
    answer = visitor.client.post("/request/quote", data=data, headers={"HX-Request": "true"})
    assert "where=pin" in answer.headers["HX-Redirect"]
    assert 'data-pick="lat lon"' in visitor.text(answer.headers["HX-Redirect"])


def test_a_pin_needs_an_address_and_then_is_a_place(ada: Browser, world: Session) -> None:
    home = world.scalars(select(make.Compound).where(make.Compound.slug == "liuan-2")).one()
    pin = {"service": "standard", "minutes": "120", "where": "pin", "lat": home.lat, "lon": home.lon,
           "day": "2026-11-27", "time": "10:00"}  # fmt: skip
    assert 'href="#f-address"' in ada.post("/request", **pin).text
    code = agreed(ada.post("/request", **pin, address="Heping Road 3, door 5"))
    assert "Heping Road 3" in ada.text(f"/visits/{code}")
    far = ada.post("/request", **{**pin, "lat": "10", "lon": "10"}, address="Nowhere 1")
    assert far.status_code == 422
    assert 'id="f-pin"' in far.text
    assert "outside the neighbourhoods we serve" in far.text


def test_the_opening_offer_is_said_again_to_somebody_who_has_been_here(visitor: Browser, at: Put) -> None:
    owner_funds(visitor.session, "subsidy:pool", 100_000, f"pool-{fresh_phone()}", make.MONDAY_NOON, owner="liuan")
    visitor.session.commit()
    phone = fresh_phone()
    visitor.post("/request/code", **WISH, phone=phone)
    first = agreed(visitor.post("/request", **WISH, phone=phone, code=sent(visitor.session, phone)))
    visit = visitor.session.scalars(select(Visit).where(Visit.code == first)).one()
    assert visit.total_fen < visit.worker_fen
    visitor.post("/sign-out")
    later = {**WISH, "day": "2026-11-28"}
    before = jobs(visitor.session)
    visitor.post("/request/code", **later, phone=phone)
    answer = visitor.post("/request", **later, phone=phone, code=sent(visitor.session, phone))
    assert answer.status_code == 303
    assert answer.location.startswith("/request?")
    assert jobs(visitor.session) == before
    assert "The opening offer is for a first visit" in visitor.text(answer.location)
    second = agreed(visitor.post("/request", **later))
    visit = visitor.session.scalars(select(Visit).where(Visit.code == second)).one()
    assert visit.total_fen == visit.worker_fen


def test_only_workers_who_have_been_here_can_be_asked_for(ada: Browser, world: Session) -> None:
    unknown = make.make_worker(world, "罗小兰")
    world.commit()
    code = agreed(ada.post("/request", **WISH, worker=unknown.code))
    assert world.scalars(select(Visit).where(Visit.code == code)).one().job.preferred_worker == ""


def test_the_page_asks_a_fixed_number_of_questions(house: House, ada: Browser) -> None:
    house.config["SLOT_BOOK_SECONDS"] = 600
    agreed(ada.post("/request", **WISH))
    ada.text("/request")
    with counted(house) as sent_now:
        ada.text("/request")
    assert len(sent_now) <= 14


def test_a_wish_survives_its_address(house: House) -> None:
    wish = read_wish(MultiDict([*WISH.items(), ("facts", "pets"), ("facts", "no_lift"), ("lat", "nan.")]))
    address = "/request?" + urlencode(query_of(wish), doseq=True)
    assert read_wish(Request.from_values(address).args) == wish
    assert wish.facts == ("pets", "no_lift")
    with house.app_context():
        assert ask_of(wish).start == make.TUESDAY_NINE + timedelta(days=3, hours=5)


def test_rubbish_is_left_out_and_refused_only_when_asked(house: House) -> None:
    wish = read_wish(
        MultiDict({"minutes": "-3", "lat": "north", "day": "someday", "time": "25:99", "service": "x" * 500})
    )
    assert (wish.minutes, wish.lat, wish.on, wish.minute) == (0, None, None, None)
    with house.app_context(), pytest.raises(InvalidInput) as refused:
        ask_of(wish)
    assert {"minutes", "service"} <= set(refused.value.fields)
