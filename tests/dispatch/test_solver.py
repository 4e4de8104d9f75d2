"""Solving apart: the answer is the same as at home; a child that is killed, starved or too slow is told and survived."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import matching
from dispatch import solver
from dispatch.solver import Question, solve_apart
from matching.jsonio import roster_to_json

HOUR = 3600


@pytest.fixture(autouse=True)
def _nobody_left():
    yield
    solver.close_all()


def problem(visits: int = 6, workers: int = 3) -> matching.Problem:
    return matching.Problem(
        epoch="2026-11-23T00:00:00+08:00",
        places=tuple(matching.Point(30.5 + 0.01 * n, 114.3) for n in range(visits + 1)),
        visits=tuple(
            matching.Visit(f"V-{n}", n + 1, (matching.Window(8 * HOUR, 16 * HOUR),), 120) for n in range(visits)
        ),
        workers=tuple(
            matching.Worker(f"W-{n}", 0, shifts=(matching.Shift(8 * HOUR, 18 * HOUR),)) for n in range(workers)
        ),
    )


def test_a_child_answers_as_we_would():
    solved = solve_apart(Question(problem(), "day"))
    assert solved.fate == ""
    assert solved.roster is not None
    assert roster_to_json(solved.roster) == roster_to_json(matching.solve(problem(), matching.Limits(), mode="day"))


def test_the_child_is_kept_for_the_next_question():
    seen: list[int] = []
    for _ in range(2):
        assert solve_apart(Question(problem()), seen.append).fate == ""
    assert seen[0] == seen[1]


def test_a_killed_child_leaves_a_quick_plan():
    solved = solve_apart(Question(problem(), "day"), lambda pid: os.kill(pid, signal.SIGKILL))
    assert (solved.fate, solved.roster and solved.roster.engine) == ("killed", "greedy")
    assert solve_apart(Question(problem(), "day")).fate == ""


def test_a_child_that_had_ended_before_is_no_fate():
    seen: list[int] = []
    solve_apart(Question(problem()), seen.append)
    os.kill(seen[0], signal.SIGKILL)
    assert solve_apart(Question(problem())).fate == ""


def test_too_little_memory_is_told(monkeypatch):
    solved = solve_apart(Question(problem(), "day", memory_mb=60))
    assert solved.fate in {"out_of_memory", "killed", "failed"}
    assert solved.roster is None


def test_a_child_that_does_not_answer_is_ended(monkeypatch):
    monkeypatch.setattr(solver, "GRACE", 0.0)
    solved = solve_apart(Question(problem(), "day", seconds=0.0), lambda pid: os.kill(pid, signal.SIGSTOP))
    assert solved.fate == "too_slow"


def test_the_child_knows_no_secrets(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    seen: list[bytes] = []

    def look(pid: int) -> None:
        seen.append(Path(f"/proc/{pid}/environ").read_bytes())

    solve_apart(Question(problem()), look)
    assert b"DATABASE_URL" not in seen[0]


def test_whoever_asks_loads_no_solver():
    code = "import sys, dispatch.rounds, dispatch.day_plans; print([n for n in ('ortools', 'scipy', 'numba') if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
