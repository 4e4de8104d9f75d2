"""Runs pure functions on any executor and survives the death of those who work there.

Results come back in the order of the tasks, whoever finished first. What failed is tried once more; what still fails,
or is called off, comes back as None and the caller keeps what it had.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from typing import Self, TypeVar

from matching.hands import Hands

T = TypeVar("T")
R = TypeVar("R")
LOOK = 0.2  # seconds between two looks whether to stop
HANDS = 2
FAILURES = (RuntimeError, MemoryError, OSError, ArithmeticError, LookupError, ValueError, ImportError)


class Crew:
    """Hands for tasks: the executor given, or two processes of our own, or (with one processor) nobody else."""

    def __init__(self, executor: Executor | None, stop: Callable[[], bool], *, alone: bool = False) -> None:
        self.executor, self.stop = executor, stop
        self.alone = executor is None and (alone or (os.cpu_count() or 1) < HANDS)
        self.own: Hands | None = None
        self.lost = 0

    def __enter__(self) -> Self:
        if self.executor is None and not self.alone:
            self.executor = self.own = Hands(HANDS)
        return self

    def __exit__(self, *_: object) -> None:
        if self.own is not None:
            self.own.shutdown(wait=False, cancel_futures=True)

    def run(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R | None]:
        """The results in order; None for a task that failed twice or was not done when it was time to stop."""
        if self.executor is None:
            yield from (None if self.stop() else _attempt(function, task) for task in tasks)
            return
        futures = [self._submit(function, task) for task in tasks]
        for number, task in enumerate(tasks):
            result = self._result(futures[number])
            if result is None and not self.stop():
                self.lost += 1
                result = self._result(self._submit(function, task))
            yield result

    def _submit(self, function: Callable[[T], R], task: T) -> Future[R] | None:
        try:
            return self.executor.submit(function, task) if self.executor else None
        except RuntimeError:  # a broken pool takes nothing more
            return None

    def _result(self, future: Future[R] | None) -> R | None:
        """Wait for one; None once it is time to stop, or if it failed."""
        while future is not None and not future.done():
            if self.stop():
                future.cancel()
                return None
            wait([future], timeout=LOOK)
        return None if future is None or future.cancelled() else _attempt(Future.result, future)


def _attempt(function: Callable[[T], R], task: T) -> R | None:
    try:
        return function(task)
    except FAILURES:
        return None
