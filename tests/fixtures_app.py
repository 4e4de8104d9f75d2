"""The application on a database of its own: requests commit for real, so it is not the one of `session`."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app import create_app
from app.house import House
from app.session import db
from app.settings import Env, Settings
from tests.factories import make_house
from tests.fixtures_db import _clone

PEPPER = "p" * 40


def settings_for(url: str, var: object, **changes: object) -> Settings:
    """Settings as a test wants them."""
    given = {"database_url": url, "var": var, "env": Env.TEST, "secret_key": "s" * 40, "code_pepper": PEPPER}
    return Settings(**(given | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def house_url() -> Iterator[str]:
    """The URL of the application's database of this test worker."""
    yield from _clone()


@pytest.fixture(scope="session")
def house(house_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The application in the tiny city. Rate limits are off; their own test turns them on."""
    made = create_app(settings_for(house_url, tmp_path_factory.mktemp("var")))
    made.config["RATE_LIMITS"] = False
    with made.app_context(), Session(db.engine) as session, session.begin():
        make_house(session)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def client(house: House) -> FlaskClient:
    """A browser nobody has signed in with."""
    return house.test_client()


@pytest.fixture
def house_session(house: House) -> Iterator[Session]:
    """A session on the application's database that commits when the test says so."""
    with house.app_context():
        factory = sessionmaker(db.engine)
    with factory() as made:
        yield made


__all__ = ["client", "house", "house_session", "house_url", "settings_for"]
