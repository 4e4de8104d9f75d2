"""A dump taken with the commands of docs/operations.md, restored beside the original, is the same house."""

import re
import subprocess

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from app.database import create_database, drop_database
from app.database_programs import find_programs
from tests import factories as make
from tests.proofs.processes import broken_promises
from tests.worked import worked_visit

GUARDS = """select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace
    union all select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    order by 1, 2"""
CASTS = r"::(character varying|text)(\[\])?|[()]"  # a restored definition is written with other casts
TABLES = "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"


def print_of(url: str) -> tuple[set[str], dict[str, object]]:
    """Guards of the database, and a digest of every table."""
    engine = create_engine(url)
    with Session(engine) as session:
        assert broken_promises(session) == {}
        guards = {re.sub(CASTS, "", str(tuple(row))) for row in session.execute(text(GUARDS))}
        names = session.scalars(text(TABLES)).all()
        rows = {name: session.execute(text(f"select md5(string_agg(t::text, '|' order by t::text)) from {name} t")).scalar()
                for name in names}  # fmt: skip
    engine.dispose()
    return guards, rows


def test_a_restored_dump_is_the_same_house(fresh_database: str, tmp_path, told: dict) -> None:
    """Backup: what `pg_dump` wrote, `pg_restore` gives back: every row, every constraint, every trigger."""
    engine = create_engine(fresh_database)
    with Session(engine) as session, session.begin():
        make.make_house(session)
        ada, ben = make.make_customer(session), make.make_worker(session)
        worked_visit(session, ada, ben, make.TUESDAY_NINE, "settled")
        make.assign(session, make.make_visit(session, ada, make.TUESDAY_NINE), ben)
    engine.dispose()
    server, programs, file = make_url(fresh_database), find_programs(), tmp_path / "hourhand.dump"
    plain = server.set(drivername="postgresql")
    subprocess.run(
        [programs.path("pg_dump"), "-Fc", "-f", file, plain.render_as_string(hide_password=False)], check=True
    )
    restored = create_database(fresh_database, f"{server.database}_restored")
    try:
        target = make_url(restored).set(drivername="postgresql").render_as_string(hide_password=False)
        subprocess.run([programs.path("pg_restore"), "--exit-on-error", "--no-owner", "-d", target, file], check=True)
        guards, rows = print_of(fresh_database)
        same_guards, same_rows = print_of(restored)
        assert {name for name in rows if rows[name] != same_rows[name]} == set()
        assert guards ^ same_guards == set()
    finally:
        drop_database(fresh_database, f"{server.database}_restored")
    told |= {"tables": len(rows), "guards": len(guards)}
