"""The goals of the matcher, G1–G12, each measured by a function that says with figures whether it is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from benchmarks.runs import Runs


@dataclass(frozen=True, slots=True)
class Finding:
    """What was measured for one goal. `passed` None: not measured (the figures say why)."""

    goal: str
    wanted: str
    passed: bool | None
    figures: str


@dataclass(frozen=True, slots=True)
class Bench:
    """One measurement: the runs shared by all goals, how many seeds, and whether it must be quick."""

    runs: Runs
    seeds: int
    quick: bool
    say: Callable[[str], None]

    @property
    def small(self) -> range:
        """Seeds of the S days; they are used nowhere else."""
        return range(1001, 1001 + self.seeds)

    @property
    def middle(self) -> range:
        """Seeds of the M days."""
        return range(2001, 2001 + max(1, self.seeds * 3 // 5))


Goal: TypeAlias = Callable[[Bench], Finding]


def all_goals() -> dict[str, Goal]:
    """Every goal by name, in the order in which they are measured."""
    from benchmarks.goals import changes, instants, quality, rounds, scale, weeks

    return {
        "G1": quality.small_days, "G2": quality.middle_days, "G3": quality.beside_peers,
        "G3 core": quality.beside_peers_on_core_days, "G6": quality.served_and_ways,
        "G12": quality.first_answer, "G7": rounds.big_rounds, "G8": instants.in_the_instant,
        "G9": changes.drop_outs, "G10": weeks.fair_weeks, "G4": scale.large_day, "G5": scale.huge_day,
        "G11": quality.bounds_and_reasons,
    }  # fmt: skip
