"""The worker's day, offers and visits, through forms, at a fixed hour, in English."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from app.house import House
from dispatch.models import Offer, ReliabilityMark
from dispatch.visits import find_visit
from ratings.models import Rating
from tests import factories as make
from tests.app.pages.phones import HALF_PAST_TWELVE, TWO, Phone, offered, phone_of, promised, state
from tests.worked import worked_visit


def test_today_has_the_next_stop_and_one_button(phone: Phone) -> None:
    visit = promised(phone)
    page = phone.text("/worker")
    shown, _mark, later = page.partition("<template data-after")
    assert shown.count("btn-act") == 1
    assert f"/worker/visits/{visit.code}/trip" in shown
    for act in ("arrive", "start"):  # lie in wait for a phone without signal
        assert f"/worker/visits/{visit.code}/{act}" not in shown
        assert f"/worker/visits/{visit.code}/{act}" in later
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


def test_a_poll_of_unchanged_offers_costs_nothing(phone: Phone) -> None:
    offered(phone, TWO + timedelta(days=2))
    first = phone.client.get("/worker/offers", headers={"HX-Request": "true"})
    same = {"HX-Request": "true", "If-None-Match": first.headers["ETag"]}
    assert phone.client.get("/worker/offers", headers=same).status_code == 304
    offered(phone, TWO + timedelta(days=3))
    assert phone.client.get("/worker/offers", headers=same).status_code == 200


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
