"""The whole-number master: the best set of known columns, by CP-SAT, the same on every machine for the same effort."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from matching.board import Board
from matching.columns import Column
from matching.limits import HourRow
from matching.timeline import FAR
from matching.watch import watching


@dataclass(frozen=True, slots=True)
class Packed:
    """Columns chosen and whether no better choice of these columns exists."""

    columns: list[Column]
    best: bool


class Effort(NamedTuple):
    """CP-SAT's deterministic time and seed; `stop` is asked while it works, and then it gives the best so far."""

    seconds: float
    seed: int
    stop: Callable[[], bool]


def pack(
    board: Board,
    rows: tuple[HourRow, ...],
    columns: list[Column],
    hint: Iterable[Column],
    effort: Effort,
) -> Packed:
    """Choose columns so that their value is greatest."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in columns]
    _once(model, chosen, (column.visits for column in columns))
    _once(model, chosen, ((column.opening,) for column in columns))
    _hours(model, rows, columns, chosen)
    _rest(model, board, columns, chosen)
    hinted = {(column.opening, column.options) for column in hint}
    for variable, column in zip(chosen, columns, strict=True):
        model.add_hint(variable, (column.opening, column.options) in hinted)
    model.maximize(sum(column.value * variable for column, variable in zip(columns, chosen, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = effort.seed % (1 << 31)
    solver.parameters.max_deterministic_time = effort.seconds
    with watching(effort.stop, solver.stop_search):
        status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Packed([], best=False)
    picked = [column for column, variable in zip(columns, chosen, strict=True) if solver.boolean_value(variable)]
    return Packed(picked, status == cp_model.OPTIMAL)


def _once(model: Any, chosen: list[Any], groups: Iterable[tuple[int, ...]]) -> None:
    """Whatever the columns have in common may be taken once."""
    members: dict[int, list[Any]] = defaultdict(list)
    for variable, group in zip(chosen, groups, strict=True):
        for member in group:
            members[member].append(variable)
    for variables in members.values():
        if len(variables) > 1:
            model.add_at_most_one(variables)


def _hours(model: Any, rows: tuple[HourRow, ...], columns: list[Column], chosen: list[Any]) -> None:
    of_opening: dict[int, list[int]] = defaultdict(list)
    for number, column in enumerate(columns):
        of_opening[column.opening].append(number)
    for row in rows:
        inside = [number for opening in row.openings for number in of_opening[opening]]
        model.add(sum(columns[number].minutes * chosen[number] for number in inside) <= row.minutes)


def _rest(model: Any, board: Board, columns: list[Column], chosen: list[Any]) -> None:
    """Finish of one day + rest <= start of another day, whenever both openings of a worker are used."""
    table, fleet = board.fleet.openings, board.fleet
    of_worker: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, column in enumerate(columns):
        of_worker[int(table.worker[column.opening])][column.opening].append(number)
    for worker, openings in of_worker.items():
        rest = int(fleet.rest[worker])
        for one, other in combinations(sorted(openings, key=lambda o: int(table.day[o])), 2):
            if rest and table.day[one] != table.day[other]:
                late = max(columns[n].finish for n in openings[one]) + rest
                if late > min(columns[n].starts[0] for n in openings[other]):
                    ends = sum((columns[n].finish + rest) * chosen[n] for n in openings[one])
                    begins = sum((FAR - columns[n].starts[0]) * chosen[n] for n in openings[other])
                    model.add(ends + begins <= FAR)
