"""The figure: share of the bound over time, as plain SVG, one file per day."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from benchmarks.runs import OURS, Run
from benchmarks.table import lowest_bound

WIDE, HIGH, LEFT, TOP, BOTTOM, RIGHT = 720, 400, 56, 24, 44, 110
LOWEST = 0.70
COLOURS = {OURS: "#0b6e4f", "pyvrp": "#c1666b", "vroom": "#4a6fa5", "ortools": "#b08900", "nearest": "#777777",
           "broadcast": "#b5b5b5"}  # fmt: skip
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="12">'
    '<rect width="{wide}" height="{high}" fill="#ffffff"/><text x="{left}" y="16">{title}</text>'
)


def draw_all(runs: Iterable[Run], folder: Path) -> list[Path]:
    """A figure for the first day of each size and flavour that has a bound and more than one contestant."""
    every, drawn = list(runs), dict[str, Path]()
    for day in sorted({run.day for run in every}):
        kind = "-".join(day.replace("-core", "").split("-")[:-1])
        mine = _longest(run for run in every if run.day == day)
        bound = lowest_bound(mine[0], every)
        if kind in drawn or len(mine) < 2 or not bound:
            continue
        drawn[kind] = folder / f"quality-{kind}.svg"
        drawn[kind].write_text(draw(mine, bound), encoding="utf-8")
    return list(drawn.values())


def _longest(runs: Iterable[Run]) -> list[Run]:
    """For each contestant the run with the most time."""
    best: dict[str, Run] = {}
    for run in runs:
        if run.trail and (run.name not in best or run.allowed > best[run.name].allowed):
            best[run.name] = run
    return list(best.values())


def draw(runs: list[Run], bound: float) -> str:
    """The picture: time on a logarithmic axis, one step line per contestant."""
    last = max(run.allowed for run in runs)
    title = f"Day {runs[0].day}: share of the proven bound over seconds (logarithmic)"
    parts = [HEAD.format(wide=WIDE, high=HIGH, left=LEFT, title=title)]
    parts += [_level(share) for share in (0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)]
    parts += [_tick(second, last) for second in (0.1, 0.3, 1, 3, 10, 30, 100) if second <= last]
    for run in runs:
        parts.append(_line(run, bound, last))
    return "".join([*parts, *_names(runs, bound), "</svg>\n"])


def _x(second: float, last: float) -> float:
    low = math.log(0.05)
    part = (math.log(max(second, 0.05)) - low) / (math.log(last) - low)
    return round(LEFT + min(1.0, part) * (WIDE - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    part = (min(1.0, max(LOWEST, share)) - LOWEST) / (1 - LOWEST)
    return round(HIGH - BOTTOM - part * (HIGH - BOTTOM - TOP), 1)


def _level(share: float) -> str:
    y = _y(share)
    return (f'<line x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y}" y2="{y}" stroke="#dddddd"/>'
            f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{share:.2f}</text>')  # fmt: skip


def _tick(second: float, last: float) -> str:
    return f'<text x="{_x(second, last)}" y="{HIGH - BOTTOM + 18}" text-anchor="middle">{second:g} s</text>'


def _line(run: Run, bound: float, last: float) -> str:
    best = 0.0
    points: list[str] = []
    for second, worth in run.trail:
        if worth >= best:
            points += [f"{_x(second, last)},{_y(best / bound)}"] if points else []
            best = worth
            points.append(f"{_x(second, last)},{_y(best / bound)}")
    points.append(f"{_x(last, last)},{_y(best / bound)}")
    colour = COLOURS.get(run.name, "#000000")
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _names(runs: list[Run], bound: float) -> list[str]:
    """The names at the right ends, pushed apart where they would touch."""
    ends = [(_y(max(worth for _, worth in run.trail) / bound), run) for run in runs]
    ends.sort(key=lambda end: end[0])
    texts, free = [], 0.0
    for y, run in ends:
        free = max(y + 4, free + 14)
        colour = COLOURS.get(run.name, "#000000")
        share = max(worth for _, worth in run.trail) / bound
        texts.append(f'<text x="{WIDE - RIGHT + 6}" y="{free}" fill="{colour}">{run.name} {share:.3f}</text>')
    return texts
