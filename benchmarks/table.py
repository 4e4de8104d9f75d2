"""The table: every contestant on every day size, medians over seeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import median

from benchmarks.peers import SOLVERS
from benchmarks.runs import OURS, Run

COLUMNS = (
    "day", "who", "seconds", "share", "× best peer", "served", "way/visit", "Gini", "first plan", "to .995", "GB",
)  # fmt: skip
WIDTHS = (8, 10, 8, 8, 12, 7, 10, 6, 11, 8, 6)


def results(runs: Iterable[Run]) -> str:
    """The table as text."""
    return "\n".join(_row(cells) for cells in (COLUMNS, *rows(runs)))


def rows(runs: Iterable[Run]) -> list[tuple[str, ...]]:
    """The cells: share of the proven bound, ratio to the best solver among the peers, and the rest."""
    every = [run for run in runs if run.trail or run.trouble]
    groups: dict[tuple[str, float, str], list[Run]] = defaultdict(list)
    for run in every:
        groups[run.day.rsplit("-", 1)[0].replace("-core", "").replace("-", " "), run.allowed, run.name].append(run)
    order = {"XS": -1, "S": 0, "S full": 1, "M": 2, "M full": 3, "L": 4, "XL": 5}
    ordered = sorted(groups.items(), key=lambda item: (order[item[0][0]], *item[0][1:]))
    return [(size, name, f"{allowed:.0f}", *_figures(mine, every)) for (size, allowed, name), mine in ordered]


def _row(cells: tuple[str, ...]) -> str:
    return "".join(cell.rjust(width) for cell, width in zip(cells, WIDTHS, strict=True))


def _figures(mine: list[Run], every: list[Run]) -> tuple[str, ...]:
    shares = [run.objective / bound for run in mine if (bound := lowest_bound(run, every))]
    ratios = [run.objective / best for run in mine if (best := _best_peer(run, every))]
    first = [run.first for run in mine if run.first is not None]
    near = [run.when(0.995 * bound) for run in mine if (bound := lowest_bound(run, every))]
    reached = [second for second in near if second is not None]
    return (
        f"{median(shares):.4f}" if shares else "–", f"{median(ratios):.3f}" if ratios else "–",
        f"{median(run.verdict.served for run in mine):.0f}",
        f"{median(run.verdict.travel_per_visit for run in mine):.0f}",
        f"{median(run.verdict.gini for run in mine):.3f}",
        f"{median(first):.2f}" if first else "none", f"{median(reached):.1f}" if len(reached) * 2 > len(mine) else "–",
        f"{most / 1e9:.1f}" if (most := max(run.memory for run in mine)) else "–",
    )  # fmt: skip


def lowest_bound(run: Run, every: list[Run]) -> float | None:
    """The lowest bound proven for the day of this run."""
    return min((each.bound for each in every if each.day == run.day and each.bound), default=None)


def _best_peer(run: Run, every: list[Run]) -> float | None:
    peers = [each for each in every if each.day == run.day and each.allowed >= run.allowed and each.name in SOLVERS]
    worth = [each.objective if each.allowed == run.allowed else each.at(run.allowed) for each in peers]
    return max(worth, default=None) if run.name == OURS else None
