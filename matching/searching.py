"""What is asked of pricing and what it answers, whoever does it."""

from __future__ import annotations

from typing import NamedTuple

from matching.travel import FloatArray, IntArray


class Priced(NamedTuple):
    """Sequences found (padded with -1), their worth without waiting, the bound of each opening, the work it took."""

    opening: IntArray
    options: IntArray
    worth: FloatArray
    upper: FloatArray
    exact: bool
    work: int


class Search(NamedTuple):
    """How to look: only above `floor` (per opening), so many labels and columns per opening.

    With `slack` above 0 everything above the floor is wanted, not only the best; visits may then cost up to that much.
    With a `cap` only so many visits of each opening are looked at, and `upper` is no bound. Rounds end
    once the linear optimum rises by less than the share `slow`.
    """

    floor: FloatArray
    beam: int
    keep: int
    slack: float = 0.0
    slots: int = 48
    cap: int = 0
    slow: float = 2e-4
