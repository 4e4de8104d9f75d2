"""The application with the town in it, on a database of its own; the clock stands at noon."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import sessionmaker

from app import create_app
from app.session import db
from geo.cities import load_city
from recruiting.stations import seed_stations
from tests.app.api.town import HandClock, Town, build
from tests.factories import make_house
from tests.fixtures_app import settings_for
from tests.fixtures_db import _clone


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two of everybody, each with what is theirs: for tests that leave things as they are, or only add to them."""
    yield from _town(tmp_path_factory)


@pytest.fixture(scope="module")
def wild_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town of one's own, where anything may happen."""
    yield from _town(tmp_path_factory)


def _town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    clone = _clone()
    house = create_app(settings_for(next(clone), tmp_path_factory.mktemp("var"), city="tiny"))
    house.config["RATE_LIMITS"] = False
    house.clock = HandClock()
    with house.app_context():
        factory = sessionmaker(db.engine)
    with factory() as session:
        make_house(session)
        seed_stations(session, load_city("tiny"))
        session.commit()
        made = build(house, session, factory)
    yield made
    with house.app_context():
        db.engine.dispose()
    next(clone, None)
