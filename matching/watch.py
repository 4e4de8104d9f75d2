"""Lets a solver that works for seconds without asking be stopped from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 0.05  # seconds between two questions


@contextmanager
def watching(stop: Callable[[], bool], halt: Callable[[], object]) -> Iterator[None]:
    """While the block runs, ask `stop` on a thread beside it and call `halt` (again) once it says so."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(EVERY):
            if stop():
                halt()

    thread = threading.Thread(target=look, name="watching", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
