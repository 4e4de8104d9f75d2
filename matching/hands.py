"""An executor of separate processes that outlives the death of any of them.

Each thread minds one child, which is a plain `python -c`: nothing of the caller's main module is imported, nothing is
forked. A child that is killed or runs out of memory costs its task only (`HandLostError`); the next one has another.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

SERVE = "from matching.hands import serve; serve()"
LENGTH = 8


class HandLostError(RuntimeError):
    """The process that worked on a task is gone."""


class Hands(Executor):
    """So many processes, begun when they are first needed."""

    def __init__(self, many: int = 2) -> None:
        self._threads = ThreadPoolExecutor(many, thread_name_prefix="hands")
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._all: list[subprocess.Popen[bytes]] = []
        self._over = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a module-level function with arguments that can be pickled in one of the processes."""
        return self._threads.submit(self._work, pickle.dumps((fn, args, kwargs)))

    def pids(self) -> list[int]:
        """The processes alive."""
        with self._lock:
            return [process.pid for process in self._all if process.poll() is None]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes; without `wait` what they are doing is lost."""
        self._over = True
        self._threads.shutdown(wait=wait and not cancel_futures, cancel_futures=cancel_futures)
        with self._lock:
            for process in self._all:
                process.kill()
        self._threads.shutdown(wait=True)
        for process in self._all:
            _bury(process)

    def _work(self, order: bytes) -> Any:
        if self._over:
            raise HandLostError("The processes are being sent home.")
        process = self._child()
        try:
            if process.stdin is None or process.stdout is None:
                raise HandLostError("A process has no pipes.")
            send(process.stdin, order)
            good, result = pickle.loads(receive(process.stdout))  # noqa: S301 - our own child answers
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            self._forget(process)
            raise HandLostError("A process died at its task.") from error
        if not good:
            raise result
        return result

    def _child(self) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] | None = getattr(self._mine, "process", None)
        if process is None or process.poll() is not None:
            paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
            process = subprocess.Popen(  # noqa: S603 - this very Python, with words of ours
                [sys.executable, "-c", SERVE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": paths},
            )
            self._mine.process = process
            with self._lock:
                self._all.append(process)
        return process

    def _forget(self, process: subprocess.Popen[bytes]) -> None:
        self._mine.process = None
        process.kill()
        with self._lock:
            self._all.remove(process)
        _bury(process)


def _bury(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        try:
            if pipe is not None:
                pipe.close()
        except OSError:
            continue
    process.wait()


def send(pipe: IO[bytes], letter: bytes) -> None:
    """Write a letter with its length before it."""
    pipe.write(len(letter).to_bytes(LENGTH, "big"))
    pipe.write(letter)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes:
    """Read a letter; `EOFError` if nobody writes any more."""
    size = int.from_bytes(_exactly(pipe, LENGTH), "big")
    return _exactly(pipe, size)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    found = pipe.read(size)
    if len(found) < size:
        raise EOFError
    return found


def serve() -> None:
    """What a child does: read a call, answer with its result or its error, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer; it sends us home
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not get between the letters
    while True:
        try:
            function, given, named = pickle.loads(receive(sys.stdin.buffer))  # noqa: S301 - our own parent asks
        except EOFError:
            return
        try:
            answer = (True, function(*given, **named))
        except Exception as error:  # noqa: BLE001 - every error goes back to whoever asked
            answer = (False, error)
        send(out, pickle.dumps(answer))
