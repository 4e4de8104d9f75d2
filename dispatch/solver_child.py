"""The process that solves: `python -m dispatch.solver_child`. A question a line on standard input, an answer a line.

It knows no database and no secret, is nice to everybody else, keeps to the memory it is given, ends when its parent is
gone and after a while without questions. It may be killed at any moment: whoever asked goes on without it.
"""

from __future__ import annotations

import json
import os
import select
import threading
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

NICE = 10
IDLE_SECONDS = 900
CHUNK = 1 << 20
HEARD = b"+\n"  # said before the work begins: whoever asked knows that the question has arrived


def main() -> None:
    """Answer until nobody asks any more."""
    answers = _own_output()
    parent = os.getppid()
    os.nice(NICE)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    for line in _questions():
        answers.write(HEARD)
        answers.flush()
        answers.write(json.dumps(answer(json.loads(line))).encode() + b"\n")
        answers.flush()


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Return ``{"roster", "prices"}``, or ``{"error"}`` with the name of what went wrong."""
    _bound_memory(int(question["memory_mb"]))
    try:
        return _solved(question)
    except MemoryError:
        return {"error": "out_of_memory"}
    except Exception as error:  # noqa: BLE001  the parent decides what to do without an answer
        return {"error": type(error).__name__}


def _solved(question: dict[str, Any]) -> dict[str, Any]:
    import matching
    from dispatch.prices import prices_of
    from matching.jsonio import problem_from_json, roster_from_json, roster_to_json

    problem = problem_from_json(question["problem"])
    before = roster_from_json(question["start"]) if question["start"] else None
    # The soft limit: the best so far comes back.
    stop = matching.within(problem, question["seconds"], time.monotonic)
    limits = matching.Limits(effort=question["effort"], stop=stop)
    roster = matching.solve(problem, limits, question["seed"], mode=question["mode"], start=before)
    priced = prices_of(problem, roster) if question["mode"] == "day" else {}
    return {"roster": roster_to_json(roster), "prices": priced}


def _bound_memory(megabytes: int) -> None:
    """Set what this process may hold; where that cannot be set nothing happens."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = megabytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))


def _own_output() -> BinaryIO:
    """Keep standard output for answers: whatever a library prints goes to standard error."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "wb")


def _questions() -> Iterator[bytes]:
    """Lines of standard input; ends with it, or when nothing came for a while."""
    held = b""
    while select.select([0], [], [], IDLE_SECONDS)[0]:
        read = os.read(0, CHUNK)
        if not read:
            return
        held += read
        if b"\n" in read:
            *lines, held = held.split(b"\n")
            yield from lines


def _watch(parent: int) -> None:
    """End at once when the parent has died: nobody would read the answer."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(3)


if __name__ == "__main__":
    main()
