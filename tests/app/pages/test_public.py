"""The pages nobody signs in for: what neighbours say, when somebody can come, what it costs; nothing personal."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.house import House
from core.actors import Actor, Role
from places.models import Zone
from places.zones import get_zone
from ratings.invitations import invite, rate_visit
from ratings.revealing import close_visit
from ratings.schemas import RatingInput
from tests import factories as make
from tests.customers import THURSDAY_NOON, Browser, Put, clock_of, counted, stranger
from tests.worked import worked_visit


@pytest.fixture
def at(house: House) -> Iterator[Put]:
    yield from clock_of(house)


@pytest.fixture
def visitor(house: House, house_session: Session, at: Put) -> Browser:
    make.make_house(house_session)
    return stranger(house, house_session)


def said(session: Session, words: str, stars: int, days: int = 3) -> str:
    """Let a customer say something about a visit that many days ago, revealed a day later."""
    ada = make.make_customer(session, "Theodora")
    visit = worked_visit(session, ada, make.make_worker(session), THURSDAY_NOON - timedelta(days=days), "settled")
    invite(session, visit.code, visit.finished_at)
    reason = "late" if stars <= 3 else ""
    given = RatingInput(visit.code, stars, reason=reason, comment=words)
    rate_visit(session, Actor(Role.CUSTOMER, ada.code), given, visit.finished_at)
    close_visit(session, visit.code, visit.finished_at + timedelta(days=8))
    session.commit()
    return visit.code


@pytest.mark.parametrize("path", ["/", "/z/liuan", "/c/liuan-2", "/privacy", "/request"])
def test_everybody_may_look(visitor: Browser, path: str) -> None:
    assert 'lang="en"' in visitor.text(path)


@pytest.mark.parametrize("path", ["/", "/z/liuan", "/c/liuan-2", "/privacy", "/request"])
def test_chinese_pages_say_nothing_in_english(house: House, visitor: Browser, path: str) -> None:
    page = stranger(house, visitor.session, "zh").text(path)
    assert 'lang="zh-CN"' in page
    assert not {"The worker gets", "Where?", "How it goes", "What we keep"} & {
        words for words in ("The worker gets", "Where?", "How it goes", "What we keep") if words in page
    }


def test_nothing_is_where_we_do_not_work(visitor: Browser) -> None:
    assert visitor.get("/z/atlantis").status_code == 404
    assert visitor.get("/c/atlantis").status_code == 404
    closed = get_zone(visitor.session, "mohuwan")
    before, closed.stage = closed.stage, "closed"
    visitor.session.commit()
    try:
        assert visitor.get("/z/mohuwan").status_code == 404
        assert visitor.get("/c/mohuwan-2").status_code == 404
        assert "/z/mohuwan" not in visitor.text("/")
    finally:
        visitor.session.get(Zone, closed.id).stage = before
        visitor.session.commit()


def test_a_day_shows_its_times_and_the_dock_leads_to_them(visitor: Browser) -> None:
    make.make_worker(visitor.session)
    visitor.session.commit()
    page = visitor.text("/c/liuan-2?day=2026-11-27&time=08:00")
    assert 'value="08:00" checked' in page
    assert "/request?" in page
    assert "time=08:00" in page
    assert "day=2026-11-27" in page
    assert page.count("btn-act") == 1


def test_a_bad_word_stands_among_the_good(visitor: Browser) -> None:
    said(visitor.session, "Came late and left early.", 2, days=20)
    for day in range(4):
        said(visitor.session, f"Lovely, number {day}.", 5, days=3 + day)
    page = visitor.text("/z/liuan")
    assert "Came late and left early." in page
    assert "Lovely, number 0." in page
    assert "bad one" in page
    assert "Lovely, number 3." in visitor.text("/z/liuan?reviews=all")


def test_no_customer_can_be_found_on_a_public_page(visitor: Browser) -> None:
    code = said(visitor.session, "Very thorough work.", 5)
    for path in ("/", "/z/liuan", "/c/liuan-2", "/z/liuan?reviews=all"):
        page = visitor.text(path)
        assert "Theodora" not in page
        assert code not in page
        assert "1-101" not in page


def test_the_price_goes_to_the_worker_whole(visitor: Browser) -> None:
    page = visitor.text("/c/liuan-2")
    assert "The worker gets ¥45" in page
    assert "The platform ¥0" in page


def test_the_code_leads_to_the_compound(visitor: Browser) -> None:
    answer = visitor.get("/c/liuan-2/qr.svg")
    assert answer.content_type.startswith("image/svg+xml")
    assert "<svg" in answer.text
    assert visitor.get("/c/atlantis/qr.svg").status_code == 404


def test_the_map_is_sent_once(visitor: Browser) -> None:
    first = visitor.get("/map/basemap.bin")
    assert first.status_code == 200
    assert first.data.startswith(b"HHB1")
    again = visitor.client.get("/map/basemap.bin", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_same_number_of_questions_whatever_there_is(house: House, visitor: Browser) -> None:
    house.config["SLOT_BOOK_SECONDS"] = 600
    for day in range(3):  # with fewer words of its own a compound shows those of its zone, which is one question more
        said(visitor.session, f"In the beginning, {day}.", 5, days=2 + day)
    visitor.text("/c/liuan-2")
    with counted(house) as before:
        visitor.text("/c/liuan-2")
    for day in range(3):
        said(visitor.session, f"Once more, {day}.", 5, days=2 + day)
    with counted(house) as after:
        visitor.text("/c/liuan-2")
    assert len(after) == len(before) <= 14
