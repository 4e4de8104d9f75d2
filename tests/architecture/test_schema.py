"""The database is what the migrations say, and what nothing but the database can say is written down."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import migrations.tables  # noqa: F401  (every package's tables)
from core.db import Base
from tools.print_docs import FINGERPRINT, fingerprint

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


@pytest.fixture
def engine_of(fresh_database):
    engine = create_engine(fresh_database)
    yield engine
    engine.dispose()


def test_models_and_migrations_agree(engine_of):
    with engine_of.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_constraints_and_triggers_are_as_written_down(engine_of):
    with engine_of.connect() as connection:
        assert fingerprint(connection) == FINGERPRINT.read_text(), "See CONTRIBUTING: renew migrations/fingerprint.txt"


def test_there_is_one_head():
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_down_and_up_again(fresh_database, engine_of):
    command.downgrade(config(fresh_database), "base")
    with engine_of.connect() as connection:
        left = connection.scalar(text("select count(*) from pg_tables where schemaname = 'public'"))
        assert left == 1  # alembic's own
    command.upgrade(config(fresh_database), "head")
    with engine_of.connect() as connection:
        assert fingerprint(connection) == FINGERPRINT.read_text()
