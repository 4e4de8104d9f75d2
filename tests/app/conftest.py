"""An own folder for a database server, stopped and deleted after the test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import database


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder every user may enter (pytest's own tmp_path is closed to others), not made yet."""
    outer = Path(tempfile.mkdtemp(prefix="hourhand-place-"))
    outer.chmod(0o755)
    yield outer / "data"
    database.remove(outer / "data")
    shutil.rmtree(outer, ignore_errors=True)
