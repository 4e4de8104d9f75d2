"""The command line: solve, check, bound and schema for problem files. Bad input gives a sentence and exit code 2."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from matching import compiled, schema
from matching.check import check
from matching.deadline import within
from matching.engine import MODES, solve
from matching.errors import LATEST, ProblemError, require
from matching.explain import render, why_chosen, why_open
from matching.jsonio import problem_from_json, roster_from_json, roster_to_json
from matching.problem import UNITS_PER_MINUTE, Limits, Problem
from matching.roster import Progress, Roster

INTERRUPTED = 130
LONGEST = 300  # characters of a sentence
MOST_PAIRS = 2_000_000  # workers × visits for which a quick plan is put aside, so that whatever dies leaves a roster
EFFORT_PER_SECOND = 0.1  # effort 1 is meant for some ten seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 if all is well, 1 if a check failed, 2 if the input made no sense."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except ProblemError as error:
        sys.stderr.write(f"{_sentence(str(error))}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}.\n")
        return 2
    except UnicodeDecodeError:
        sys.stderr.write("The file is not UTF-8 text.\n")
        return 2
    except MemoryError:
        sys.stderr.write("There is not enough memory for this.\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        return INTERRUPTED
    return code


def _sentence(text: str) -> str:
    """On one line, whatever the file had in its names: nothing that moves the cursor, nothing endless."""
    plain = "".join(each if each.isprintable() else "?" for each in text)
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST // 2]} … {plain[-LONGEST // 2 :]}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m matching", description="Match visits with workers.")
    commands = parser.add_subparsers(required=True)
    solving = commands.add_parser("solve", help="find a roster for a problem")
    solving.add_argument("problem", type=Path)
    solving.add_argument("--mode", choices=MODES, default="round")
    solving.add_argument("--effort", type=float, help="budget (1); the same effort gives the same roster")
    solving.add_argument("--seconds", type=float, help="outer limit; a stopped solve may differ from run to run")
    solving.add_argument("--seed", type=int, default=0)
    solving.add_argument("--start", type=Path, help="the previous roster")
    solving.add_argument("--out", type=Path, help="where the roster goes (default: standard output)")
    solving.add_argument("--explain", action="store_true", help="say why, visit by visit")
    solving.add_argument("--language", choices=("en", "zh-CN"), default="en")
    solving.set_defaults(run=_solve)
    checking = commands.add_parser("check", help="verify a roster independently")
    checking.add_argument("problem", type=Path)
    checking.add_argument("roster", type=Path)
    checking.set_defaults(run=_check)
    bounding = commands.add_parser("bound", help="prove how good any roster could be")
    bounding.add_argument("problem", type=Path)
    bounding.add_argument("--effort", type=float, default=1.0)
    bounding.set_defaults(run=_bound)
    shaping = commands.add_parser("schema", help="print the JSON Schema of a problem or a roster")
    shaping.add_argument("kind", choices=("problem", "roster"))
    shaping.set_defaults(run=_schema)
    warming = commands.add_parser("warm", help="compile the kernels, once for every machine and version")
    warming.set_defaults(run=_warm)
    return parser


def _read_problem(path: Path) -> Problem:
    problem = problem_from_json(path.read_text(encoding="utf-8"))
    open_visits = {visit.code for visit in problem.visits}
    held = ((stop.visit, worker.code) for worker in problem.workers for stop in worker.committed)
    twice = next((each for each in held if each[0] in open_visits), ("", ""))
    require(not twice[0], f"Visit {twice[0]} is to be matched, but {twice[1]} is committed to it already.")
    return problem


def _solve(options: argparse.Namespace) -> int:
    problem = _read_problem(options.problem)
    before = roster_from_json(options.start.read_text(encoding="utf-8")) if options.start else None
    with _asked_to_stop() as asked:
        limits = _limits(problem, options, asked)
        if _is_file(options.out) and len(problem.workers) * len(problem.visits) <= MOST_PAIRS:
            quick = solve(problem, Limits(effort=0), options.seed, options.mode, before)
            _write(options.out, replace(quick, fallback="unfinished"))
        roster = solve(problem, limits, options.seed, options.mode, before, _listener())
    if options.out:
        _write(options.out, roster)
    else:
        sys.stdout.write(roster_to_json(roster) + "\n")
    sys.stderr.write(_summary(problem, roster))
    if options.explain:
        sys.stderr.write(_explained(problem, roster, options.language))
    return 0


def _write(path: Path, roster: Roster) -> None:
    """All of it or nothing: who is killed here leaves what there was before."""
    text = roster_to_json(roster) + "\n"
    if not _is_file(path):
        path.write_text(text, encoding="utf-8")
        return
    target = path.resolve()
    draft = target.with_name(f"{target.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)


def _is_file(path: Path | None) -> bool:
    """Whether this is, or would be, a file: not a pipe."""
    return path is not None and (path.is_file() or not path.exists())


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Ctrl-C or SIGTERM asks for the best so far; a second one ends at once."""
    asked = threading.Event()

    def take(number: int, _frame: FrameType | None) -> None:
        asked.set()
        signal.signal(number, usual[number])

    mine = threading.current_thread() is threading.main_thread()  # no other may mind signals
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if mine and signal.getsignal(n) is not signal.SIG_IGN]
    usual = {int(number): signal.signal(number, take) for number in numbers}
    try:
        yield asked.is_set
    finally:
        for number, before in usual.items():
            signal.signal(number, before)


def _limits(problem: Problem, options: argparse.Namespace, asked: Callable[[], bool]) -> Limits:
    """So much effort, or so many seconds and what fits into them; until somebody asks to stop."""
    if options.seconds is None:
        return Limits(effort=1.0 if options.effort is None else options.effort, stop=asked)
    require(0 <= options.seconds <= LATEST, "The seconds must be a number from 0 on.")
    effort = max(1.0, EFFORT_PER_SECOND * options.seconds) if options.effort is None else options.effort
    late = within(problem, options.seconds, time.monotonic)
    return Limits(effort=effort, stop=lambda: asked() or late())


def _listener() -> Callable[[Progress], None] | None:
    """A line that rewrites itself while the gap falls; nothing where nobody watches."""
    if not sys.stderr.isatty():
        return None

    def tell(progress: Progress) -> None:
        worth, bound = progress.objective / UNITS_PER_MINUTE, ""
        if progress.bound is not None:
            above = progress.bound / UNITS_PER_MINUTE
            bound = f"  bound {above:,.1f}  {(above - worth) / max(1.0, abs(above)):.2%} apart"
        sys.stderr.write(f"\r\x1b[K{progress.phase:8} objective {worth:,.1f}{bound}")

    return tell


def _summary(problem: Problem, roster: Roster) -> str:
    start = "\r\x1b[K" if sys.stderr.isatty() else ""
    worth, bound = roster.objective / UNITS_PER_MINUTE, roster.bound / UNITS_PER_MINUTE
    return (
        f"{start}{len(roster.choices)} of {len(problem.visits)} visits, objective {worth:,.1f} min, "
        f"bound {bound:,.1f} min, gap {roster.gap:.3%}, engine {roster.engine}{', stopped' if roster.stopped else ''}\n"
    )


def _explained(problem: Problem, roster: Roster, language: str) -> str:
    lines = []
    for visit in problem.visits:
        told = why_chosen(problem, roster, visit.code) or why_open(problem, roster, visit.code)
        lines.append(" ".join(render(sentence, language, problem.epoch) for sentence in told))
    return "".join(f"{line}\n" for line in lines)


def _check(options: argparse.Namespace) -> int:
    problem = _read_problem(options.problem)
    faults = check(problem, roster_from_json(options.roster.read_text(encoding="utf-8")))
    sys.stdout.write("".join(f"{fault}\n" for fault in faults) or "The roster is sound.\n")
    return 1 if faults else 0


def _bound(options: argparse.Namespace) -> int:
    problem = _read_problem(options.problem)
    with _asked_to_stop() as asked:
        roster = solve(problem, Limits(effort=options.effort, stop=asked), 0, "day", None, _listener())
    bound, worth = roster.bound / UNITS_PER_MINUTE, roster.objective / UNITS_PER_MINUTE
    sys.stdout.write(f"{bound:.3f} minutes; reached {worth:.3f}\n")
    return 0


def _warm(options: argparse.Namespace) -> int:
    del options
    ready = compiled.warm()
    sys.stdout.write("The kernels are ready.\n" if ready else "Without numba there is nothing to compile.\n")
    return 0


def _schema(options: argparse.Namespace) -> int:
    made = schema.problem_schema() if options.kind == "problem" else schema.roster_schema()
    sys.stdout.write(json.dumps(made, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
