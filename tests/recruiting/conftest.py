import pytest
from sqlalchemy.orm import Session

from tests.recruiting.world import World, make_world


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)
