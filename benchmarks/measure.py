"""``make bench``: every goal of the matcher, measured beside its peers, with pass or fall-short and the figures."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import traceback
from pathlib import Path

from benchmarks import figure, publish, table
from benchmarks.goals import Bench, Finding, Goal, all_goals
from benchmarks.runs import Runs, set_up

OUT = Path(__file__).resolve().parent.parent / "var" / "bench"


def main(words: list[str]) -> int:
    """Measure; 1 if a goal falls short."""
    options = _parser().parse_args(words)
    sys.warnoptions.append("ignore::UserWarning:multiprocessing.resource_tracker")  # killed peers leave semaphores
    _say(f"{_machine()}; {set_up()}")
    if options.public:
        from benchmarks.public import report

        return report.main(Path(options.public), options.seconds, options.limit)
    OUT.mkdir(parents=True, exist_ok=True)
    goals = all_goals()
    chosen = {name: goals[name] for name in goals if not options.goal or name in options.goal}
    bench = Bench(Runs(_say), 2 if options.quick else options.seeds, options.quick, _say)
    load = os.getloadavg()[0]
    _say(f"load average {load:.1f} at the start")
    begin = time.perf_counter()
    findings = [_measured(name, goal, bench) for name, goal in chosen.items()]
    findings.sort(key=lambda finding: int(finding.goal.split()[0][1:]))
    took = time.perf_counter() - begin
    _write(findings, bench, f"load average {load:.1f} at the start, {took:.0f} s in all", words)
    return 1 if any(finding.passed is False for finding in findings) else 0


def _write(findings: list[Finding], bench: Bench, when: str, words: list[str]) -> None:
    """On the screen, into var/bench, and into the documentation if asked for."""
    runs = list(bench.runs.done.values())
    text = f"{table.results(runs)}\n{_verdicts(findings)}\n{when}"
    _say("\n" + text)
    (OUT / "results.txt").write_text(f"{_machine()}\n{text}\n", encoding="utf-8")
    figures = figure.draw_all(runs, OUT)
    command = " ".join(["python -m benchmarks", *(word for word in words if word != "--publish")])
    about = f"`{command}` on {_machine()}, two processes; {when}."
    page = publish.as_markdown(findings, runs, about)
    (OUT / "results.md").write_text(page, encoding="utf-8")
    _say("\n".join(f"figure: {path}" for path in figures))
    if "--publish" in words:
        publish.publish(page, figures)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="at most five minutes: fewer seeds, no L and XL")
    parser.add_argument("--goal", action="append", metavar="G3", help="only this goal (may be given again)")
    parser.add_argument("--seeds", type=int, default=5, help="days of S; three fifths as many of M")
    parser.add_argument("--publish", action="store_true", help="write the results into docs/matching.md")
    parser.add_argument("--public", metavar="PATH", help="instead: the public instances in this folder")
    parser.add_argument("--seconds", type=float, default=30.0, help="seconds for each public instance")
    parser.add_argument("--limit", type=int, default=3, help="instances of each public family")
    return parser


def _measured(name: str, goal: Goal, bench: Bench) -> Finding:
    """One goal; whatever goes wrong in it is its finding, and the others go on."""
    _say(f"{name} …   (load average {os.getloadavg()[0]:.1f})")
    try:
        found = goal(bench)
    except Exception as error:  # noqa: BLE001 (one goal must not take the others with it)
        _say(traceback.format_exc())
        found = Finding(name, (goal.__doc__ or "").strip(), False, f"crashed: {type(error).__name__}: {error}")
    _say(f"  {_line(found)}")
    return found


def _line(finding: Finding) -> str:
    word = {True: "pass", False: "FALLS SHORT", None: "not measured"}[finding.passed]
    return f"{finding.goal:7} {word:12} {finding.wanted}\n{'':20} → {finding.figures}"


def _verdicts(findings: list[Finding]) -> str:
    passed = sum(finding.passed is True for finding in findings)
    lines = [_line(finding) for finding in findings]
    return "\n".join([*lines, f"{passed} of {len(findings)} goals reached"])


def _machine() -> str:
    names = [line.split(":", 1)[1].strip() for line in _cpu_lines() if line.startswith("model name")]
    return f"{os.cpu_count()} × {names[0] if names else platform.processor()}, Python {platform.python_version()}"


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def _say(text: str) -> None:
    print(text, flush=True)
