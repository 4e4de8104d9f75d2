"""Real PostgreSQL for tests: one server per run, one migrated template, one database per worker.

With TEST_DATABASE_URL set, that server is used; otherwise a scratch server of our own is started by the first test
that wants it and deleted with the run.

* `session`: a Session inside one outer transaction that is rolled back; a commit releases a savepoint only.
  Deferred constraints therefore never fire by themselves: `check_constraints(session)` fires them.
* `fresh_database`: the URL of a database of its own, for tests that need several connections; dropped afterwards.
"""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from app import database
from core.sealing import derived_key, use_keys

use_keys(derived_key("s" * 40))  # what a process of the house gets from its settings

FOLDER = "HOURHAND_TEST_FOLDER"
PREFIX = "hourhand-tests-"
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations" / "env.py"


def choose_folder() -> None:
    """Make the run's folder; clear away those of runs that were killed."""
    base = Path(tempfile.gettempdir())
    for left in base.glob(f"{PREFIX}*"):
        pid = left.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not _lives(int(pid)):
            _delete(left)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o755)
    os.environ[FOLDER] = str(folder)


def discard_folder() -> None:
    """Drop what the run made: its server, or its databases on the server of TEST_DATABASE_URL."""
    folder = Path(os.environ.pop(FOLDER))
    url = os.environ.get("TEST_DATABASE_URL")
    if url and (folder / "names").exists():
        for name in (folder / "names").read_text().split():
            database.drop_database(url, name)
    _delete(folder)


def _delete(folder: Path) -> None:
    database.remove(folder / "server")
    shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _server_and_template() -> tuple[str, str]:
    """The server's URL and the name of the migrated template; the first to come makes them, the others wait."""
    folder = Path(os.environ[FOLDER])
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        url = os.environ.get("TEST_DATABASE_URL") or database.ensure_running(folder / "server", scratch=True)
        template = f"hourhand_test_{os.environ[FOLDER].rsplit('-', 1)[-1].lower()}"
        if not (folder / "ready").exists():
            database.drop_database(url, template)  # what a failed attempt of another worker left
            made = _make(url, template)
            if MIGRATIONS.exists():
                database.migrate(made)
            (folder / "ready").touch()
    return url, template


def _make(url: str, name: str, template: str = "") -> str:
    with (Path(os.environ[FOLDER]) / "names").open("a") as names:
        names.write(f"{name}\n")
    return database.create_database(url, name, template)


def _clone() -> Iterator[str]:
    url, template = _server_and_template()
    name = f"{template}_{secrets.token_hex(4)}"
    yield _make(url, name, template)
    database.drop_database(url, name)


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The URL of this worker's database. Leave nothing behind in it: use `session`."""
    yield from _clone()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """The engine of this worker's database."""
    made = create_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is undone at the end, commits included."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(bind=connection, join_transaction_mode="create_savepoint") as made:
            yield made
        if outer.is_active:
            outer.rollback()


@pytest.fixture
def fresh_database() -> Iterator[str]:
    """The URL of an own database, migrated, for tests with several connections; dropped afterwards."""
    yield from _clone()


def check_constraints(session: Session) -> None:
    """Fire the deferred constraints and triggers now, as a real commit would."""
    session.flush()
    session.execute(text("set constraints all immediate"))
    session.execute(text("set constraints all deferred"))
