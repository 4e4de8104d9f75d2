"""State machines: one frozen table each (state, move → next, who may), and the claim that settles races."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.actors import Actor, Role
from core.errors import Conflict, NotAllowed

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


@dataclass(frozen=True)
class Step(Generic[S]):
    """Where a move leads, and who may make it."""

    to: S
    who: frozenset[Role]


@dataclass(frozen=True)
class StateTable(Generic[S, M]):
    """All legal moves of one machine; ``docs/states.md`` is printed from it."""

    name: str
    initial: S
    steps: Mapping[tuple[S, M], Step[S]]

    def step(self, state: S, move: M, actor: Actor) -> Step[S]:
        """Return the step, or refuse: ``Conflict`` when the state forbids it, ``NotAllowed`` when the role does."""
        found = self.steps.get((state, move))
        if found is None:
            raise Conflict(
                f"{self.name}_{move}_not_now", f"This is not possible any more (it is {state}).", state=str(state)
            )
        if actor.role not in found.who:
            raise NotAllowed(f"{self.name}_{move}_not_yours", "This is not yours to do.")
        return found

    def moves(self, state: S, actor: Actor) -> list[M]:
        """Return the moves this actor may make now: what a page draws as buttons."""
        return [move for (at, move), step in self.steps.items() if at == state and actor.role in step.who]

    def terminal(self) -> set[S]:
        """Return the states that no move leaves."""
        left = {state for state, _ in self.steps}
        return {step.to for step in self.steps.values()} - left


def table(name: str, initial: S, rows: Iterable[tuple[Any, M, S, Iterable[Role]]]) -> StateTable[S, M]:
    """Build a table from rows ``(from, move, to, who)``; several ``from`` states may share a row."""
    steps: dict[tuple[S, M], Step[S]] = {}
    for origin, move, to, who in rows:
        origins: list[Any] = [origin] if isinstance(origin, StrEnum) else list(origin)
        for state in origins:
            if (state, move) in steps:
                raise ValueError(f"{name}: {state} has two answers to {move}.")
            steps[state, move] = Step(to, frozenset(who))
    return StateTable(name, initial, steps)


def claim(session: Session, row: Any, seen: StrEnum, new: StrEnum, **values: Any) -> None:
    """Move a row from the state we saw to a new one, or raise ``Conflict``: whoever claims first wins."""
    model = type(row)
    session.flush()
    changed = session.execute(
        update(model)
        .where(model.id == row.id, model.state == seen)
        .values(state=new, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a DML result always has it
        raise Conflict("somebody_was_faster", "Somebody was faster. Please look again.")
    _show(session, row, {"state": str(new), **values})


def _show(session: Session, row: Any, values: dict[str, Any]) -> None:
    """Let the object in hand show what was written, and load anew whatever hangs on a changed key."""
    mapper = inspect(type(row))
    for name, value in values.items():
        set_committed_value(row, name, value)
    changed = {mapper.columns[name] for name in values}
    stale = [each.key for each in mapper.relationships if changed & set(each.local_columns)]
    if stale:
        session.expire(row, stale)
