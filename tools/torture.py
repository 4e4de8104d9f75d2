"""The long proofs: `make torture`. Runs `tests/proofs` in their long form and prints what was promised and measured.

Each proof leaves one line with its figures; the report is printed at the end and kept in `var/torture.txt`. The exit
status is 1 when a promise was broken. A quiet machine is needed for the times (recovery within 10 s).
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.console import PYTHON, ROOT, environment, say

WIDTH = 100


def run_proofs(words: list[str]) -> int:
    """Run the long proofs (``words`` go to pytest); returns the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "lines.jsonl"
        told = environment({"HOURHAND_TORTURE": "1", "HOURHAND_TORTURE_REPORT": str(lines)})
        command = [str(PYTHON), "-m", "pytest", "tests/proofs", "-q", *words]
        status = subprocess.run(command, cwd=ROOT, env=told, check=False).returncode
        rows = [json.loads(line) for line in lines.read_text().splitlines()] if lines.exists() else []
    text = "\n".join([*(told_row(row) for row in rows), verdict(rows, status)])
    say(f"\n{text}")
    keep(text)
    return 1 if status else 0


def told_row(row: Mapping[str, Any]) -> str:
    """One proof as text: pass or FAIL, the promise, seconds, figures."""
    mark = "pass" if row["passed"] else "FAIL"
    figures = "\n".join(f"         {name}: {shown(value)}" for name, value in row["figures"].items())
    return f"{mark}  {row['promise'][:WIDTH]}\n      {row['name']}, {row['seconds']} s\n{figures}".rstrip()


def shown(value: object) -> str:
    """One figure; a table of them as name and value."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items())
    return str(value)


def verdict(rows: list[dict[str, Any]], status: int) -> str:
    """The last line."""
    failed = sum(not row["passed"] for row in rows)
    if status == 0:
        return f"\nok: {len(rows)} promises kept"
    return f"\nFAILED: {failed} of {len(rows)} promises broken (pytest ended with {status})"


def keep(text: str) -> None:
    """Keep the report beside the data."""
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    (folder / "torture.txt").write_text(f"{text}\n{os.cpu_count()} processors\n", encoding="utf-8")
