"""A worker's score from its log: pure, so that the running state and a rebuild are the same lines of code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ratings import formula
from ratings.formula import Figures, Given, Leniency, Pair, Params, Start, WorkerState

ASPECTS = ("punctual", "thorough", "attitude")


@dataclass(frozen=True)
class Entry:
    """One line of the log. Without a ``rating`` it only sets the starting level.

    ``elsewhere`` is what was known of the customer from ratings of other workers when it was counted: fixed then,
    so that replaying one worker needs nobody else's log. ``share`` 0 leaves the rating out altogether.
    """

    at: datetime
    params: int
    start: Start
    rating: str = ""
    customer: str = ""
    stars: int = 0
    aspects: dict[str, int] = field(default_factory=dict)
    elsewhere: Leniency = field(default_factory=Leniency)
    share: float = 1.0


@dataclass(frozen=True)
class Stepped:
    """What one rating did to the score."""

    rating: str
    at: datetime
    weight: float
    leniency: float
    before: float
    after: float
    w_after: float


@dataclass
class Running:
    """The state of one worker while its log is read."""

    start: Start
    params: int
    state: WorkerState = field(default_factory=WorkerState)
    aspects: dict[str, WorkerState] = field(default_factory=dict)
    pairs: dict[str, Pair] = field(default_factory=dict)
    learned: dict[str, Leniency] = field(default_factory=dict)
    matured_y: float | None = None
    ratings: int = 0

    def figures(self, params: Params) -> Figures:
        """Return what is published of this state."""
        return formula.figures(params, self.start, self.state)


def step(run: Running, entry: Entry, params: Params) -> Stepped | None:
    """Read one line of the log into ``run``; return what it did, or None when it counts nothing."""
    if not entry.rating:
        run.start, run.params = entry.start, entry.params
        return None
    if entry.share <= 0:
        return None
    run.start, run.params = entry.start, entry.params
    before = run.figures(params).score
    own = run.learned.get(entry.customer, Leniency())
    applied = formula.apply_rating(
        params,
        entry.start,
        run.state,
        entry.elsewhere + own,
        run.pairs.get(entry.customer, Pair()),
        Given(entry.stars, entry.at, entry.share),
    )
    run.state = applied.worker
    run.pairs[entry.customer] = applied.pair
    run.learned[entry.customer] = own + applied.learned
    _count_aspects(run, entry, params, (applied.weight, applied.leniency))
    run.ratings += 1
    if run.matured_y is None and run.state.w >= params.mature:
        run.matured_y = run.state.s / run.state.w - params.mu
    after = run.figures(params).score
    return Stepped(entry.rating, entry.at, applied.weight, applied.leniency, before, after, run.state.w)


def _count_aspects(run: Running, entry: Entry, params: Params, counted: tuple[float, float]) -> None:
    weight, leniency = counted
    for name in ASPECTS:
        level = entry.aspects.get(name)
        if level is None:
            continue
        value = formula.clip(formula.aspect_value(level) - leniency, 0.0, 1.0)
        state = run.aspects.get(name, WorkerState())
        run.aspects[name] = formula.add(params, state, (value, 0.0), weight, entry.at)


def replay(entries: Iterable[Entry], params_of: Callable[[int], Params]) -> tuple[Running, list[Stepped]]:
    """Read a whole log, oldest first; its first line sets the starting level."""
    ordered = iter(entries)
    first = next(ordered)
    run = Running(first.start, first.params)
    steps = [step(run, first, params_of(first.params)), *(step(run, one, params_of(one.params)) for one in ordered)]
    return run, [one for one in steps if one is not None]
