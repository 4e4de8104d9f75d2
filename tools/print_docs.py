"""Prints what documentation can be printed: `docs/states.md` from the state tables, the schema's fingerprint.

python -m tools.print_docs            writes docs/states.md
python -m tools.print_docs --schema   also writes migrations/fingerprint.txt (needs the embedded database)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text

from core.states import StateTable
from dispatch.states import OFFER_MOVES, PLAN_MOVES, VISIT_MOVES
from disputes.states import DISPUTE_MOVES
from ratings.states import INVITATION_MOVES, RATING_MOVES
from recruiting.states import ATTRIBUTION_MOVES, MILESTONE_MOVES
from workers.states import WORKER_MOVES

ROOT = Path(__file__).resolve().parent.parent
FINGERPRINT = ROOT / "migrations" / "fingerprint.txt"
TABLES: tuple[StateTable[Any, Any], ...] = (
    VISIT_MOVES,
    OFFER_MOVES,
    PLAN_MOVES,
    WORKER_MOVES,
    INVITATION_MOVES,
    RATING_MOVES,
    DISPUTE_MOVES,
    ATTRIBUTION_MOVES,
    MILESTONE_MOVES,
)
_HEAD = """# States

Printed from the state tables by `python -m tools.print_docs`; a test fails when this page is stale.
A move is refused with 409 when the state forbids it and with 403 when the role may not make it.
"""


def states_page() -> str:
    """Return the whole page."""
    return _HEAD + "".join(_section(table) for table in TABLES)


def _section(table: StateTable[Any, Any]) -> str:
    ends = ", ".join(sorted(table.terminal()))
    head = [f"\n## {table.name}\n", f"Begins at *{table.initial}*. Ends: {ends}.\n", "| from | move | to | who |"]
    rows = [
        f"| {state} | {move} | {step.to} | {', '.join(sorted(step.who))} |"
        for (state, move), step in table.steps.items()
    ]
    return "\n".join([*head, "|---|---|---|---|", *rows]) + "\n"


def fingerprint(connection: Connection) -> str:
    """Return constraints and triggers as the server tells them: autogenerate sees neither exclusions nor triggers."""
    constraints = connection.execute(
        text(
            "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint"
            " where connamespace = 'public'::regnamespace and contype in ('c','x') and conrelid <> 0 order by 1, 2"
        )
    )
    triggers = connection.execute(
        text(
            "select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger"
            " where not tgisinternal order by 1, 2"
        )
    )
    return "".join(" | ".join(row) + "\n" for row in [*constraints, *triggers])


def write_fingerprint() -> None:
    """Write the schema's fingerprint from a fresh migrated database."""
    from app.database import ensure_running, migrate, remove

    folder = Path(tempfile.mkdtemp(prefix="hourhand-schema-"))
    url = ensure_running(folder, scratch=True)
    migrate(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        FINGERPRINT.write_text(fingerprint(connection))
    engine.dispose()
    remove(folder)


if __name__ == "__main__":
    (ROOT / "docs" / "states.md").write_text(states_page())
    if "--schema" in sys.argv:
        write_fingerprint()
