"""Writes the next migration from what the models say now, to be read and corrected before it is committed.

python -m tools.new_migration "Give jobs a door colour"
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "migrations"
_INSTANT = re.compile(r"core\.db\.Instant\([^)]*\)")


def new_migration(words: str) -> Path:
    """Return the file: numbered after the last, everything in the models that no migration says yet."""
    from app.database import ensure_running, migrate, remove

    server = Path(tempfile.mkdtemp(prefix="hourhand-migration-"))
    try:
        url = ensure_running(server, scratch=True)
        migrate(url)
        return _written(words, url)
    finally:
        remove(server)


def _written(words: str, url: str) -> Path:
    number = f"{len(list((FOLDER / 'versions').glob('[0-9]*.py'))) + 1:04d}"
    slug = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:40]
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.set_main_option("file_template", f"{number}_{slug}")
    command.revision(config, message=words, autogenerate=True, rev_id=number)
    path = FOLDER / "versions" / f"{number}_{slug}.py"
    path.write_text(_INSTANT.sub("sa.DateTime(timezone=True)", path.read_text()))
    for work in (["format"], ["check", "--fix"]):
        subprocess.run([sys.executable, "-m", "ruff", *work, "-q", str(path)], check=False, cwd=ROOT)
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('Say what changes: python -m tools.new_migration "Give jobs a door colour"')
    print(new_migration(sys.argv[1]))
