"""Lists as CSV that a spreadsheet opens without running anything: cells that look like formulas are quoted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import Response, make_response

from app.formats import local

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return the rows as a file to keep; UTF-8 with a mark, so that spreadsheets read Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    answer = make_response("\ufeff" + out.getvalue())
    answer.content_type = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def safe_cell(value: object) -> str:
    """Return a cell's text; numbers stay numbers, texts that begin like a formula get an apostrophe before them."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(_RISKY) else text
