"""Solving apart: every solve of the house runs in a child process, so that nothing it does can stop anything else.

A solve may take all the processor, run out of memory, crash in a library or be killed: the child goes, its ``fate`` is
told, and a quick plan (greedy, no solver) is asked of a fresh child. A child that answered well is kept for the next
question, so that nobody waits for imports. ortools and its like are never loaded by whoever asks.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import matching
from dispatch.solver_child import CHUNK, HEARD
from matching.jsonio import problem_to_json, roster_from_json, roster_to_json

ROOT = Path(__file__).resolve().parent.parent
GRACE = 20.0  # seconds beyond the soft limit after which a child is killed
START = 60.0  # seconds a child may need to begin
KEPT = 1  # children kept warm
GONE = "gone"  # a waiting child had ended before it was asked: that is no fate, another one is asked
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "NUMBA_CACHE_DIR")


@dataclass(frozen=True)
class Question:
    """What is to be solved, how hard, in how many seconds and with how much memory."""

    problem: matching.Problem
    mode: str = "round"
    effort: float = 1.0
    seed: int = 0
    start: matching.Roster | None = None
    seconds: float = 60.0
    memory_mb: int = 4096


@dataclass(frozen=True)
class Solved:
    """The roster (None if not even the quick plan came), prices of a day plan, and what befell the process.

    ``fate`` is "" or "killed", "out_of_memory", "too_slow", "failed": then the roster is the quick one.
    """

    roster: matching.Roster | None
    prices: dict[str, Any] = field(default_factory=dict)
    fate: str = ""
    milliseconds: int = 0


FATES = frozenset({"killed", "out_of_memory", "too_slow", "failed"})
Solve = Callable[[Question], Solved]


def solve_apart(question: Question, watch: Callable[[int], None] | None = None) -> Solved:
    """Solve in a child; ``watch`` is told the child's process id once it is at work."""
    began = time.perf_counter()
    told = _ask(question, watch)
    fate = str(told.get("error", ""))
    if fate:
        fate = fate if fate in FATES else "failed"
        quick = _ask(replace(question, effort=0.0, seconds=min(question.seconds, 30.0)), None)
        told = quick if "roster" in quick else {}
    roster = roster_from_json(told["roster"]) if "roster" in told else None
    if not fate and roster is not None and roster.fallback:
        fate = "out_of_memory" if roster.fallback == "MemoryError" else "failed"
    return Solved(roster, told.get("prices", {}), fate, round((time.perf_counter() - began) * 1000))


class _Child:
    """One solving process."""

    def __init__(self) -> None:
        passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
        alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
        self._held = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dispatch.solver_child"], cwd=ROOT, env={**passed, **alone},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True, bufsize=0,
        )  # fmt: skip

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self.process.poll() is None

    def ask(self, line: bytes, seconds: float, watch: Callable[[int], None] | None) -> dict[str, Any]:
        """Return its answer; ``{"error"}`` when it died or was too slow, and then it is gone."""
        if not self._write(line) or self._read(time.monotonic() + START) != HEARD:
            self.close()
            return {"error": GONE}
        if watch is not None:
            watch(self.process.pid)
        text = self._read(time.monotonic() + seconds)
        self._held = b""
        if text is not None and text.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(text)
            return answer
        self.close()
        return {"error": "too_slow" if text is None else "killed"}

    def _write(self, line: bytes) -> bool:
        left = memoryview(line)
        try:
            while left:
                left = left[self._stdin().write(left) :]
        except OSError:
            return False
        return True

    def _stdin(self) -> Any:
        return self.process.stdin

    def _read(self, until: float) -> bytes | None:
        """The next line, or what there is of it when the process has ended; None when time is over."""
        out, parts = self.process.stdout, [self._held]
        if out is None:
            return b""
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while b"\n" not in parts[-1]:
                if not selector.select(max(0.0, until - time.monotonic())):
                    return None
                parts.append(os.read(out.fileno(), CHUNK))
                if not parts[-1]:
                    break
        line, end, self._held = b"".join(parts).partition(b"\n")
        return line + end

    def close(self) -> None:
        """End it, whatever it is doing."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


_idle: list[_Child] = []
_lock = threading.Lock()


def _ask(question: Question, watch: Callable[[int], None] | None) -> dict[str, Any]:
    line = _line(question)
    child = _take()
    answer = child.ask(line, question.seconds + GRACE, watch)
    if answer.get("error") == GONE:
        child = _Child()
        answer = child.ask(line, question.seconds + GRACE, watch)
    if "error" in answer:
        child.close()
    else:
        _give_back(child)
    return answer


def _line(question: Question) -> bytes:
    asked = {
        "problem": problem_to_json(question.problem),
        "start": roster_to_json(question.start) if question.start is not None else "",
        "mode": question.mode,
        "effort": question.effort,
        "seed": question.seed,
        "seconds": question.seconds,
        "memory_mb": question.memory_mb,
    }
    return json.dumps(asked).encode() + b"\n"


def _take() -> _Child:
    while True:
        with _lock:
            child = _idle.pop() if _idle else None
        if child is None:
            return _Child()
        if child.alive:
            return child
        child.close()


def _give_back(child: _Child) -> None:
    with _lock:
        keep = len(_idle) < KEPT
        if keep:
            _idle.append(child)
    if not keep:
        child.close()


def close_all() -> None:
    """End the children that wait: at the end of the process, and before it forks."""
    while _idle:
        _idle.pop().close()


atexit.register(close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=close_all)
