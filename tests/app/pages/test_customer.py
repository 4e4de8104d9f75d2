"""The customer's pages through all states of a visit: what is shown, what may be done, what it costs, and who may."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.house import House
from core.actors import SYSTEM
from dispatch import finishing, trip
from dispatch.filling import give_up_visit
from dispatch.models import PairBlock, Visit
from dispatch.schemas import ArrivalProof, Happened
from dispatch.visits import find_visit
from disputes.models import Dispute
from money.ledger import balance
from ratings.models import Rating
from tests import factories as make
from tests.customers import EARLIER, THURSDAY_NOON, Browser, Put, clock_of, counted, customer
from tests.worked import worked_visit
from workers.models import Worker

TWO = THURSDAY_NOON + timedelta(hours=2)
NEXT_WEEK = "2026-12-01"


@pytest.fixture
def at(house: House) -> Iterator[Put]:
    yield from clock_of(house)


@pytest.fixture
def ada(house: House, house_session: Session, at: Put) -> Browser:
    make.make_house(house_session)
    return customer(house, house_session)


@pytest.fixture
def ben(ada: Browser) -> Worker:
    worker = make.make_worker(ada.session)
    ada.session.commit()
    return worker


def booked(ada: Browser, ben: Worker | None = None, start=TWO, **more) -> Visit:
    visit = make.make_visit(ada.session, ada.actor, start, now=EARLIER, **more)
    if ben is not None:
        make.assign(ada.session, visit, ben, EARLIER)
    ada.session.commit()
    return visit


def on_the_way(ada: Browser, ben: Worker) -> Visit:
    visit = booked(ada, ben)
    trip.start_trip(ada.session, make.as_worker(ben), visit.code, Happened(), TWO - timedelta(minutes=30))
    ada.session.commit()
    return visit


def worked(ada: Browser, ben: Worker, state: str = "work_done") -> Visit:
    visit = worked_visit(ada.session, ada.actor, ben, THURSDAY_NOON - timedelta(hours=4), state)
    ada.session.commit()
    return visit


def finished(ada: Browser, ben: Worker) -> Visit:
    """A visit that has been through everything: set out, at the door, the list, done."""
    visit, actor = on_the_way(ada, ben), make.as_worker(ben)
    trip.arrive(ada.session, actor, visit.code, ArrivalProof(code=visit.start_code), TWO)
    trip.start_work(ada.session, actor, visit.code, visit.start_code, Happened(), TWO)
    for item in list(visit.checklist):
        finishing.tick_item(ada.session, actor, visit.code, item["code"], "done", TWO)
    finishing.finish_work(ada.session, actor, visit.code, Happened(), TWO + timedelta(hours=2))
    ada.session.commit()
    return visit


def fresh(ada: Browser, visit: Visit) -> Visit:
    ada.session.rollback()
    ada.session.expire_all()
    return find_visit(ada.session, visit.code)


def test_an_empty_list_has_one_act(ada: Browser) -> None:
    page = ada.text("/visits")
    assert "No visit yet" in page
    assert page.count("btn-act") == 1


def test_what_comes_stands_before_what_was(ada: Browser, ben: Worker) -> None:
    done, ahead = worked(ada, ben, "settled"), booked(ada, ben)
    page = ada.text("/visits")
    assert page.index(ahead.code) < page.index("What was") < page.index(done.code)


def test_looking_for_somebody_is_told_honestly(ada: Browser, ben: Worker) -> None:
    visit = booked(ada)
    visit.open_reasons = [{"code": "busy", "count": 9}, {"code": "too_far", "count": 2}]
    ada.session.commit()
    page = ada.text(f"/visits/{visit.code}")
    assert "9 are busy at that time." in page
    assert "2 live too far away." in page
    assert "You will know by" in page
    assert "Nothing to pay" in page


def test_who_comes_and_why(ada: Browser, ben: Worker) -> None:
    worked(ada, ben, "settled")
    page = ada.text(f"/visits/{booked(ada, ben).code}")
    assert ben.name in page
    assert "Has been here 1 time" in page
    assert "The worker knows your home already." in page
    assert "Why 周桂香?" in page


def test_the_start_code_is_shown_on_the_day_only(ada: Browser, ben: Worker, at: Put) -> None:
    visit = booked(ada, ben, TWO + timedelta(days=1))
    label = f'Start code {" ".join(visit.start_code)}"'
    assert label not in ada.text(f"/visits/{visit.code}")
    at(TWO + timedelta(days=1, hours=-6))
    assert label in ada.text(f"/visits/{visit.code}")


def test_the_worker_is_on_the_map_only_on_the_way(ada: Browser, ben: Worker, at: Put) -> None:
    visit = on_the_way(ada, ben)
    trip.report_position(
        ada.session, make.as_worker(ben), visit.code, trip.Fix(30.6, 114.3, 20), TWO - timedelta(minutes=20)
    )
    ada.session.commit()
    at(TWO - timedelta(minutes=20))
    data = ada.get(f"/visits/{visit.code}/map.json").get_json()
    assert [point["kind"] for point in data["points"]] == ["worker", "home"]
    assert data["routes"][0]["points"]
    assert "/map.json" in ada.text(f"/visits/{visit.code}")
    trip.arrive(ada.session, make.as_worker(ben), visit.code, ArrivalProof(code=visit.start_code), TWO)
    ada.session.commit()
    assert [p["kind"] for p in ada.get(f"/visits/{visit.code}/map.json").get_json()["points"]] == ["home"]
    assert "/map.json" not in ada.text(f"/visits/{visit.code}")


def test_polling_answers_nothing_new_or_loads_anew(ada: Browser, ben: Worker) -> None:
    visit = booked(ada, ben)
    path = f"/visits/{visit.code}/live?state=assigned"
    first = ada.get(path)
    assert "comes" in first.text
    again = ada.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    trip.start_trip(ada.session, make.as_worker(ben), visit.code, Happened(), TWO - timedelta(minutes=30))
    ada.session.commit()
    assert ada.get(path).headers["HX-Refresh"] == "true"


def test_work_shows_the_list_as_it_is_ticked(ada: Browser, ben: Worker) -> None:
    visit = on_the_way(ada, ben)
    actor = make.as_worker(ben)
    trip.arrive(ada.session, actor, visit.code, ArrivalProof(code=visit.start_code), TWO)
    trip.start_work(ada.session, actor, visit.code, visit.start_code, Happened(), TWO)
    first = find_visit(ada.session, visit.code).checklist[0]
    finishing.tick_item(ada.session, actor, visit.code, first["code"], "done", TWO)
    ada.session.commit()
    page = ada.text(f"/visits/{visit.code}")
    assert first["en"] in page
    assert f"1 of {len(visit.checklist)} on the list are ticked" in page


def test_the_fee_is_shown_before_calling_off(ada: Browser, ben: Worker) -> None:
    visit = booked(ada, ben)
    page = ada.text(f"/visits/{visit.code}/cancel")
    assert "Call off and pay ¥45" in page
    assert "周桂香 gets ¥45" in page
    assert fresh(ada, visit).state == "assigned"
    assert ada.post(f"/visits/{visit.code}/cancel", reason="plans_changed").status_code == 303
    assert fresh(ada, visit).state == "cancelled"
    assert balance(ada.session, "payable:worker", ben.code) == -4500
    after = ada.text(f"/visits/{visit.code}")
    assert "Called off" in after
    assert "¥45" in after


def test_calling_off_early_costs_nothing(ada: Browser, ben: Worker) -> None:
    visit = booked(ada, ben, TWO + timedelta(days=3))
    assert "Call off, nothing to pay" in ada.text(f"/visits/{visit.code}/cancel")
    ada.post(f"/visits/{visit.code}/cancel", reason="plans_changed")
    assert balance(ada.session, "payable:worker", ben.code) == 0
    assert ada.get(f"/visits/{visit.code}/cancel").status_code == 303


def test_a_visit_moves_to_a_time_that_can_be_kept(ada: Browser, ben: Worker) -> None:
    visit = booked(ada, ben, TWO + timedelta(days=3))
    page = ada.text(f"/visits/{visit.code}/reschedule?day={NEXT_WEEK}")
    assert 'value="10:00"' in page
    refused = ada.post(f"/visits/{visit.code}/reschedule", day=NEXT_WEEK, time="")
    assert refused.status_code == 422
    assert "Please choose a time" in refused.text
    assert ada.post(f"/visits/{visit.code}/reschedule", day=NEXT_WEEK, time="10:00").status_code == 303
    moved = fresh(ada, visit)
    assert (moved.state, moved.window_from.isoformat()) == ("open", "2026-12-01T02:00:00+00:00")
    assert moved.job.preferred_worker == ben.code


def test_so_short_before_it_takes_a_call(ada: Browser, ben: Worker) -> None:
    visit = booked(ada, ben)
    assert "moving needs the worker" in ada.text(f"/visits/{visit.code}/reschedule")
    assert ada.post(f"/visits/{visit.code}/reschedule", day=NEXT_WEEK, time="10:00").status_code == 409
    assert fresh(ada, visit).state == "assigned"


def test_nobody_could_come_costs_nothing(ada: Browser) -> None:
    visit = booked(ada, make.make_worker(ada.session) and None)
    give_up_visit(ada.session, SYSTEM, visit.code, THURSDAY_NOON)
    ada.session.commit()
    page = ada.text(f"/visits/{visit.code}")
    assert "could come" in page
    assert "Request again" in page
    assert "¥0" in page


def test_rating_confirms_and_stays_hidden(ada: Browser, ben: Worker, at: Put) -> None:
    visit = finished(ada, ben)
    at(TWO + timedelta(hours=3))
    answer = ada.post(f"/visits/{visit.code}/rate", stars="5", aspect_punctual="3", private="yes", comment="Lovely.")
    assert answer.status_code == 303
    assert fresh(ada, visit).state == "completed"
    rating = ada.session.scalars(select(Rating).where(Rating.visit_code == visit.code)).one()
    assert (rating.stars, rating.aspects, rating.private, rating.state) == (5, {"punctual": 3}, "yes", "hidden")
    assert "Lovely." in ada.text(f"/visits/{visit.code}")
    changed = ada.post(f"/visits/{visit.code}/rate", stars="4", private="neutral", comment="Good.")
    assert changed.status_code == 303
    ada.session.expire_all()
    assert ada.session.scalars(select(Rating).where(Rating.visit_code == visit.code)).one().stars == 4


def test_a_low_rating_says_why_and_nothing_is_half_done(ada: Browser, ben: Worker, at: Put) -> None:
    visit = finished(ada, ben)
    at(TWO + timedelta(hours=3))
    answer = ada.post(f"/visits/{visit.code}/rate", stars="2", comment="Hm.")
    assert answer.status_code == 422
    assert 'href="#f-reason"' in answer.text
    assert "Hm." in answer.text
    assert fresh(ada, visit).state == "work_done"
    assert ada.post(f"/visits/{visit.code}/rate", stars="2", reason="late").status_code == 303


def test_confirming_alone_leaves_the_rating_open(ada: Browser, ben: Worker, at: Put) -> None:
    visit = finished(ada, ben)
    at(TWO + timedelta(hours=3))
    assert ada.post(f"/visits/{visit.code}/confirm").status_code == 303
    assert fresh(ada, visit).state == "completed"
    assert 'name="stars"' in ada.text(f"/visits/{visit.code}")


def test_a_problem_becomes_a_case_with_photos_and_deadlines(ada: Browser, ben: Worker) -> None:
    visit = worked(ada, ben)
    kinds = ada.text(f"/visits/{visit.code}/problem")
    assert kinds.count("kind=") == 5
    assert "027-8877-0110" in kinds
    form = ada.text(f"/visits/{visit.code}/problem?kind=work")
    assert "has 24 hours to tell the other side" in form
    empty = ada.post(f"/visits/{visit.code}/problem", topic="incomplete", words="")
    assert empty.status_code == 422
    assert "Please fill this in" in empty.text
    photo = io.BytesIO()
    Image.new("RGB", (8, 8)).save(photo, "JPEG")
    photo.seek(0)
    answer = ada.post(f"/visits/{visit.code}/problem", topic="incomplete", words="The bath was left out.", wish="redo",
                      photos=(photo, "bath.jpg"))  # fmt: skip
    assert answer.status_code == 303, answer.text
    page = ada.text(answer.location)
    assert "The bath was left out." in page
    assert "Only this is held" in page
    case = ada.session.scalars(select(Dispute).where(Dispute.visit_code == visit.code)).one()
    shown = ada.get(f"/cases/{case.code}/photos/{case.evidence[0].code}")
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
    assert case.code in ada.text("/cases")
    assert case.code in ada.text(f"/visits/{visit.code}")


def test_a_case_takes_more_words_and_can_be_taken_back(ada: Browser, ben: Worker) -> None:
    visit = worked(ada, ben)
    case = ada.post(f"/visits/{visit.code}/problem", topic="quality", words="Dust.").location
    assert ada.post(f"{case}/say", words="Also on the lamp.").status_code == 303
    assert ada.post(f"{case}/say", words="").status_code == 422
    assert "Also on the lamp." in ada.text(case)
    assert ada.post(f"{case}/withdraw").status_code == 303
    assert "Taken back" in ada.text(case)


def test_before_anybody_came_there_is_only_the_telephone(ada: Browser, ben: Worker) -> None:
    page = ada.text(f"/visits/{booked(ada, ben).code}/problem")
    assert "kind=" not in page
    assert "tel:" in page


def test_never_again_and_again(ada: Browser, ben: Worker) -> None:
    worked(ada, ben, "settled")
    stranger = make.make_worker(ada.session, "罗小兰")
    ada.session.commit()
    assert ben.name in ada.text("/me")
    assert ada.post(f"/me/people/{stranger.code}/never").status_code == 404
    assert ada.post(f"/me/people/{ben.code}/never").status_code == 303
    blocks = select(PairBlock).where(PairBlock.customer == ada.actor.code)
    assert len(ada.session.scalars(blocks).all()) == 1
    assert "Will not be sent to you" in ada.text("/me")
    assert ada.post(f"/me/people/{ben.code}/again").status_code == 303
    assert not ada.session.scalars(blocks).all()


def test_others_find_nothing(house: House, ada: Browser, ben: Worker) -> None:
    visit = worked(ada, ben)
    case = ada.post(f"/visits/{visit.code}/problem", topic="quality", words="Dust.").location
    mallory = customer(house, ada.session, "Mallory")
    for path in ("", "/live", "/map.json", "/cancel", "/reschedule", "/problem"):
        assert mallory.get(f"/visits/{visit.code}{path}").status_code == 404
    for path in ("/cancel", "/confirm", "/rate", "/problem"):
        fields = {"stars": "5", "topic": "quality", "words": "x", "reason": "other"}
        wanted = {"/cancel": ("reason",), "/rate": ("stars",), "/problem": ("topic", "words")}.get(path, ())
        answer = mallory.post(f"/visits/{visit.code}{path}", **{name: fields[name] for name in wanted})
        assert answer.status_code == 404, path
    assert mallory.get(case).status_code == 404
    assert mallory.post(f"{case}/say", words="x").status_code == 404
    assert mallory.post(f"{case}/withdraw").status_code == 404
    assert fresh(ada, visit).state == "work_done"


@pytest.mark.parametrize(
    ("path", "most"), [("/visits", 8), ("/visits/{}", 18), ("/me", 12), ("/visits/{}/problem", 18)]
)
def test_the_pages_ask_a_fixed_number_of_questions(
    house: House, ada: Browser, ben: Worker, path: str, most: int
) -> None:
    visit = worked(ada, ben, "settled")
    with counted(house) as before:
        ada.text(path.format(visit.code))
    for day in range(3):
        worked_visit(ada.session, ada.actor, ben, THURSDAY_NOON - timedelta(days=2 + day), "settled")
    ada.session.commit()
    with counted(house) as after:
        ada.text(path.format(visit.code))
    assert len(after) == len(before) <= most
