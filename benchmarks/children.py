"""Each contestant in a process of its own, with one clock for all and a hard kill.

The clock starts when the child has imported what it needs and built its tables (peers) or its `Problem` (we), and every
plan is stamped when it is handed over; what came in before the kill counts, even if the child never ends by itself.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import resource
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeAlias

GRACE = 1.25  # whoever is not done by this many times the allowed seconds (and two more) is killed
MEMORY = 14 << 30
START = 300.0  # seconds to import and build, before the clock

Share: TypeAlias = Callable[[Any], None]
Work: TypeAlias = Callable[[Any, Share, Callable[[], None]], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child handed over, each with its second; when it ended or was killed, what went wrong, peak bytes."""

    things: tuple[tuple[float, Any], ...]
    seconds: float
    trouble: str = ""
    memory: int = 0


def call(work: Work, given: Any, seconds: float) -> Answer:
    """Run `work(given, share, ready)` in a child; it calls `ready` when its clock may start, and `share` at will."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_live, args=(there, work, given))
    child.start()
    there.close()
    try:
        return _listen(here, seconds * GRACE + 2, child.pid or 0)
    finally:
        if child.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
        child.kill()
        child.join()
        here.close()


def _listen(pipe: Connection, allowed: float, group: int) -> Answer:
    things: list[tuple[float, Any]] = []
    began, deadline = 0.0, time.perf_counter() + START
    while True:
        if not pipe.poll(max(0.0, deadline - time.perf_counter())):
            return Answer(tuple(things), time.perf_counter() - began, "killed: not done in time", peak(group))
        try:
            kind, stamp, thing = pipe.recv()
        except EOFError:
            return Answer(tuple(things), time.perf_counter() - began, "died without a word (memory?)")
        if kind == "ready":
            began, deadline = stamp, stamp + allowed
        elif kind == "share":
            things.append((stamp - began, thing))
        else:
            return Answer(tuple(things), stamp - began, *thing)


def peak(group: int) -> int:
    """The most bytes each living process of a group ever had resident, added up; 0 where there is no /proc."""
    found = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            if os.getpgid(int(status.parent.name)) == group:
                found += sum(int(each) << 10 for each in re.findall(r"VmHWM:\s+(\d+) kB", status.read_text()))
    return found


def _live(pipe: Connection, work: Work, given: Any) -> None:
    """The child's life: a group of its own (so that its own children die with it), a limit of memory, no last words."""
    os.setpgrp()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    def say(kind: str, thing: Any) -> None:
        pipe.send((kind, time.perf_counter(), thing))

    try:
        work(given, lambda thing: say("share", thing), lambda: say("ready", None))
        say("done", ("", peak(os.getpgrp())))
    except MemoryError:
        say("done", ("out of memory", peak(os.getpgrp())))
    except Exception as error:  # noqa: BLE001 (whatever a peer throws is its result)
        trouble = f"{type(error).__name__}: {str(error)[:200]}\n{traceback.format_exc()[-600:]}"
        say("done", (trouble, peak(os.getpgrp())))
    os._exit(0)
