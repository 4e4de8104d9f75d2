"""Several programs as the children of one parent: started in order, restarted when they die, stopped in reverse."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tools.console import PYTHON, ROOT, TroubleError, environment, say

STOP_WAIT = 10.0  # seconds a child has for an orderly end
DATABASE_STOP_WAIT = 70.0  # the database may have to write a lot
SHORT_LIFE = 10.0  # seconds; a child that lives less is given a growing pause
LONGEST_PAUSE = 5.0
TICK = 0.2
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(BaseException):
    """Ctrl-C, or a signal that asks us to end. Not an Exception, so that nothing swallows it."""


def _raise_stopped(*_: object) -> None:
    raise StoppedError


def stop_on_signals() -> None:
    """From now on Ctrl-C, SIGTERM and a closed terminal raise StoppedError in the main thread."""
    for number in STOPPING:
        signal.signal(number, _raise_stopped)


@contextlib.contextmanager
def signals_ignored() -> Iterator[None]:
    """While stopping, further requests to stop change nothing."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class Child:
    """One program to keep running: its name, arguments to the project's Python, environment and log."""

    name: str
    arguments: list[str]
    extra: Mapping[str, str]
    log: Path
    patience: float = STOP_WAIT
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches only the parent."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [PYTHON, "-m", "tools.tethered", str(PYTHON), *self.arguments],
                cwd=ROOT, env=environment(self.extra), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.started = time.monotonic()
        self.due = 0.0

    def has_died(self) -> bool:
        """Whether it ran and has ended."""
        return self.process is not None and self.process.poll() is not None

    def revive(self) -> None:
        """Start a dead child again: at once, or after a pause that grows while it keeps dying young."""
        now = time.monotonic()
        if not self.due:
            self._signal(signal.SIGKILL)  # what is left of its group may hold its port
            young = now - self.started < SHORT_LIFE
            self.pause = min(LONGEST_PAUSE, self.pause * 2 or 0.5) if young else 0.0
            self.due = now + self.pause
            status = self.process.returncode if self.process else None
            say(f"{self.name} ended with status {status} and is started again (its words: {self.log})")
        if now >= self.due:
            self.start()

    def stop(self) -> None:
        """Ask it to end, and after a while insist; its own children go with it."""
        if self.process is None:
            return
        for number, patience in ((signal.SIGTERM, self.patience), (signal.SIGKILL, STOP_WAIT)):
            if self.process.poll() is None:
                self._signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=patience)
                break
        if self.patience != DATABASE_STOP_WAIT:
            self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


@dataclass
class Family:
    """The parent of all children, as a context: on leaving it, all are stopped, the last started first."""

    children: list[Child] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with signals_ignored():
            for child in reversed(self.children):
                child.stop()

    def add(self, child: Child) -> Child:
        """Start one more."""
        self.children.append(child)
        child.start()
        return child

    def watch_until(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait for `done`, and give up with the words of a child that ends meanwhile, or after `seconds`."""
        until = time.monotonic() + seconds
        while not done():
            dead = [child for child in self.children if child.has_died()]
            if dead:
                raise TroubleError(f"{dead[0].name} did not start:\n{dead[0].last_words()}")
            if time.monotonic() > until:
                words = "\n".join(f"--- {child.name} ({child.log}):\n{child.last_words()}" for child in self.children)
                raise TroubleError(f"{what} was not well within {seconds:.0f} s.\n{words}")
            time.sleep(TICK)

    def watch(self, every: float, beat: Callable[[], None]) -> None:
        """Keep all alive until StoppedError; call `beat` every so many seconds."""
        due = time.monotonic() + every
        while True:
            for child in self.children:
                if child.has_died():
                    child.revive()
            if time.monotonic() >= due:
                beat()
                due = time.monotonic() + every
            time.sleep(TICK)


def complain(trouble: TroubleError) -> int:
    """Say what is in the way; the exit status of a failed command."""
    print(trouble, file=sys.stderr, flush=True)
    return 1
