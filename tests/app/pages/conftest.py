"""The business clock under the test's hand, and a worker with a phone."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from app.house import House
from core.clock import Clock, wall
from tests import factories as make
from tests.app.pages.phones import HALF_PAST_TWELVE, Phone, phone_of


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
