"""Living: gather what everybody would do by now, do it in order, again until nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from dispatch.slots import SlotBook
from simulation.acts import Act
from simulation.complaints import complaint_acts
from simulation.customers import Wish, customer_acts, look, request, wishes
from simulation.desk import desk_acts
from simulation.raters import rating_acts
from simulation.workers import worker_acts
from simulation.world import World

_PASSES = 40


class Life:
    """One run of a city; it remembers what the house refused, so that nobody insists."""

    def __init__(self, world: World, growth: float = 1.0) -> None:
        self.world = world
        self.growth = growth
        self.refused: set[tuple[Any, ...]] = set()

    def live(self, since: datetime, until: datetime) -> None:
        """Let everybody do what falls into (since, until], each at their own instant."""
        self._ask(wishes(self.world, since, until, self.growth))
        for _ in range(_PASSES):
            acts = [act for act in self._gather(until) if act.due <= until and act.key not in self.refused]
            if not acts:
                return
            for act in sorted(acts, key=lambda act: act.due):
                self._do(act, until)

    def _ask(self, made: list[Wish]) -> None:
        if not made:
            return
        with self.world.factory() as session:
            book = look(session, made[0].at)
        for wish in made:
            self.world.act(_asking(self.world, wish, book))

    def _gather(self, until: datetime) -> list[Act]:
        taken = self.world.taken()
        with self.world.factory() as session:
            acts = [
                *worker_acts(session, self.world, until),
                *customer_acts(session, self.world),
                *rating_acts(session, self.world),
                *complaint_acts(session, self.world),
                *desk_acts(session, self.world),
            ]
        return [act for act in acts if act.account not in taken]

    def _do(self, act: Act, until: datetime) -> None:
        at = max(act.due, until - timedelta(hours=12))
        if not self.world.act(lambda session: act.run(session, at)) or act.key[0] == "at":
            self.refused.add(act.key)


def _asking(world: World, wish: Wish, book: SlotBook) -> Callable[[Any], None]:
    return lambda session: request(session, world, wish, book)
