"""The slot book is kept for a moment and never longer, by either clock."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.house import House
from app.slot_books import book_for
from places.zones import get_zone
from tests import factories as make
from tests.customers import THURSDAY_NOON


@pytest.fixture
def world(house: House, house_session: Session) -> Session:
    make.make_house(house_session)
    house_session.commit()
    house.extensions.pop("slot_books", None)
    return house_session


def test_neighbouring_looks_share_one_book(house: House, world: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.config, "SLOT_BOOK_SECONDS", 600)
    with house.app_context():
        first = book_for(world, get_zone(world, "liuan"), THURSDAY_NOON)
        assert book_for(world, get_zone(world, "yunhe"), THURSDAY_NOON + timedelta(minutes=1)) is first


def test_a_book_grows_old_on_the_wall(house: House, world: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.config, "SLOT_BOOK_SECONDS", 0)
    with house.app_context():
        first = book_for(world, get_zone(world, "liuan"), THURSDAY_NOON)
        assert book_for(world, get_zone(world, "liuan"), THURSDAY_NOON) is not first


def test_a_book_grows_old_in_business_time(house: House, world: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.config, "SLOT_BOOK_SECONDS", 600)
    with house.app_context():
        first = book_for(world, get_zone(world, "liuan"), THURSDAY_NOON)
        later = THURSDAY_NOON + timedelta(minutes=6)
        assert book_for(world, get_zone(world, "liuan"), later) is not first


def test_a_book_holds_no_rows(house: House, world: Session) -> None:
    with house.app_context():
        book = book_for(world, get_zone(world, "liuan"), THURSDAY_NOON)
        world.close()
        assert book.snapshot.span.days
