"""Living: gather what everybody would do by now, do it in order, again until nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from dispatch.slots import SlotBook
from simulation.acts import Act
from simulation.complaints import complaint_acts
from simulation.customers import Wish, customer_acts, look, request, wishes
from simulation.desk import desk_acts
from simulation.moves import move_acts
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
            ahead = [(act.due, number, act) for number, act in enumerate(self._gather(until))]
            if not self._play(ahead, until):
                return

    def _play(self, ahead: list[tuple[datetime, int, Act]], until: datetime) -> int:
        """Do what is due in its order, and what follows from it; return how much was tried."""
        heapify(ahead)
        done, numbers = 0, count(len(ahead))
        while ahead and ahead[0][0] <= until:
            act = heappop(ahead)[2]
            if act.key in self.refused:
                continue
            done += 1
            following = self._do(act, until)
            if following is not None:
                heappush(ahead, (following.due, next(numbers), following))
        return done

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
                *move_acts(session, self.world),
            ]
        return [act for act in acts if act.account not in taken]

    def _do(self, act: Act, until: datetime) -> Act | None:
        at, following = max(act.due, until - timedelta(hours=12)), list[Act]()

        def run(session: Session) -> None:
            following.clear()
            act.run(session, at)
            then = act.then(session) if act.then else None
            if then is not None:
                following.append(then)

        if not self.world.act(run):
            self.refused.add(act.key)
            return None
        if act.key[0] == "at":
            self.refused.add(act.key)
        return following[0] if following else None


def _asking(world: World, wish: Wish, book: SlotBook) -> Callable[[Any], None]:
    return lambda session: request(session, world, wish, book)
