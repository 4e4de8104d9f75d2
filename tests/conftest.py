"""What every test may ask for. The database fixtures live in `fixtures_db.py`."""

import pytest

from tests import fixtures_db
from tests.fixtures_app import client, house, house_session, house_url
from tests.fixtures_db import (
    database_url,
    engine,
    fresh_database,
    session,
)

__all__ = [
    "client",
    "database_url",
    "engine",
    "fresh_database",
    "house",
    "house_session",
    "house_url",
    "session",
]


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder of this run's database server before any worker starts."""
    if not hasattr(config, "workerinput"):
        fixtures_db.choose_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop this run's server and delete it, once the last worker is done."""
    if not hasattr(config, "workerinput"):
        fixtures_db.discard_folder()
