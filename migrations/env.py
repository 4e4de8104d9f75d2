"""Runs migrations: every package's tables are one metadata."""

from alembic import context
from sqlalchemy import create_engine, pool, text

import migrations.tables
from core.db import Base


def run_online() -> None:
    """Migrate the database named by ``sqlalchemy.url`` in one transaction, never waiting long for a lock."""
    engine = create_engine(context.config.get_main_option("sqlalchemy.url", ""), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("set local lock_timeout = '1s'"))
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run_online()
