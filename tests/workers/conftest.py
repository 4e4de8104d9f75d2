import pytest
from sqlalchemy.orm import Session

from tests import factories as make
from tests.workers.path import Desk, make_desk


@pytest.fixture(autouse=True)
def house(session: Session) -> None:
    """Zones, skills, funds."""
    make.make_house(session)


@pytest.fixture
def desk(session: Session) -> Desk:
    return make_desk(session)
