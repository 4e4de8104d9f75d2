"""Results for people: the part of docs/matching.md between two marks, written by the measurement itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from benchmarks.goals import Finding
from benchmarks.runs import Run
from benchmarks.table import COLUMNS, rows

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "matching.md"
PICTURES = ROOT / "docs" / "pictures"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SHOWN = {"quality-M": "one core day of M", "quality-M-full": "one day of M as a marketplace has it"}
WORDS = {True: "reached", False: "**falls short**", None: "not measured"}


def as_markdown(findings: Iterable[Finding], runs: Iterable[Run], about: str) -> str:
    """Both tables, goals first."""
    lines = [about, "", "| goal | wanted | | measured |", "|---|---|---|---|"]
    lines += [f"| {each.goal} | {each.wanted} | {WORDS[each.passed]} | {each.figures} |" for each in findings]
    lines += ["", f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows(runs)]
    return "\n".join(lines) + "\n"


def publish(text: str, figures: Iterable[Path]) -> None:
    """Put the text between the marks of the page, and the figures of M beside it."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    picture = ""
    for path in figures:
        if path.stem in SHOWN:
            shutil.copy(path, PICTURES / path.name)
            picture += f"\n![Share of the bound over time, {SHOWN[path.stem]}](pictures/{path.name})\n"
    PAGE.write_text(f"{before}{BEGIN}\n{text}{picture}{END}{after}", encoding="utf-8")
