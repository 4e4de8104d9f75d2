from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from tests.journeys.town import Town


@pytest.fixture
def town(fresh_database: str) -> Iterator[Town]:
    """The tiny city with a clock that beats when told to; what the clock failed at fails the test."""
    engine = create_engine(fresh_database, pool_size=8)
    made = Town(sessionmaker(engine, expire_on_commit=False))
    try:
        made.found()
        yield made
        assert made.troubles() == []
    finally:
        engine.dispose()
