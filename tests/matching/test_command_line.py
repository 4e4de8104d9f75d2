"""The command line: solve, check, bound, schema; bad input gives a sentence and 2."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from matching import Commitment
from matching.__main__ import _asked_to_stop, main
from matching.jsonio import problem_to_json, roster_from_json
from tests.matching.instances import full_day, small_problem
from tests.proofs.processes import until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def files(tmp_path):
    problem, roster = tmp_path / "problem.json", tmp_path / "roster.json"
    problem.write_text(problem_to_json(full_day()), encoding="utf-8")
    return problem, roster


def test_solve_writes_a_roster_and_says_why(files, capsys):
    problem, roster = files
    arguments = ["solve", str(problem), "--mode", "round", "--effort", "1", "--seed", "7", "--out", str(roster)]
    assert main([*arguments, "--explain", "--language", "zh-CN"]) == 0
    told = capsys.readouterr().err
    assert "2 of 3 visits" in told
    assert "还没有派出" in told
    assert roster_from_json(roster.read_text(encoding="utf-8")).seed == 7


def test_solve_within_seconds_prints_the_roster(files, capsys):
    assert main(["solve", str(files[0]), "--seconds", "30"]) == 0
    assert json.loads(capsys.readouterr().out)["engine"] == "columns"


def test_check_is_content_with_a_sound_roster(files, capsys):
    problem, roster = files
    main(["solve", str(problem), "--out", str(roster)])
    assert main(["check", str(problem), str(roster)]) == 0
    assert capsys.readouterr().out == "The roster is sound.\n"


def test_check_fails_a_falsified_roster(files, capsys):
    problem, roster = files
    main(["solve", str(problem), "--out", str(roster)])
    plain = json.loads(roster.read_text(encoding="utf-8"))
    plain["objective"] += 5
    roster.write_text(json.dumps(plain), encoding="utf-8")
    assert main(["check", str(problem), str(roster)]) == 1
    assert "not the sum" in capsys.readouterr().out


def test_bound_prints_what_can_be_reached_at_most(files, capsys):
    assert main(["bound", str(files[0])]) == 0
    assert "minutes; reached" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["problem", "roster"])
def test_the_schema_can_be_printed(kind, capsys):
    assert main(["schema", kind]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("text", ["", "nonsense", '{"epoch": 1}', "[[[["])
def test_bad_problems_give_a_sentence_and_two(tmp_path, capsys, text):
    bad = tmp_path / "bad.json"
    bad.write_text(text, encoding="utf-8")
    assert main(["solve", str(bad)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "Traceback" not in told


def test_missing_and_binary_files_give_a_sentence_and_two(tmp_path, capsys):
    assert main(["solve", str(tmp_path / "none.json")]) == 2
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    assert main(["solve", str(binary)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_sentence_stays_one_line_of_reasonable_length(tmp_path, capsys):
    bad = tmp_path / "bad.json"
    bad.write_text('{"colour\\n\\u001b[2J": 1}', encoding="utf-8")
    assert main(["check", str(bad), str(bad)]) == 2
    assert capsys.readouterr().err == "At problem: there is no field colour??[2J.\n"
    bad.write_text(json.dumps({"c" * 10**6: 1}), encoding="utf-8")
    assert main(["check", str(bad), str(bad)]) == 2
    assert len(capsys.readouterr().err) < 400


@pytest.mark.parametrize("seconds", ["nan", "-1", "inf"])
def test_seconds_that_make_no_sense_are_refused(files, capsys, seconds):
    assert main(["solve", str(files[0]), f"--seconds={seconds}"]) == 2
    assert "seconds must be" in capsys.readouterr().err


def test_a_visit_somebody_is_committed_to_cannot_be_matched(files, capsys):
    problem = full_day()
    stop = Commitment(9 * 3600, 60, 1, "V-1")
    busy = replace(problem, workers=(replace(problem.workers[0], committed=(stop,)),))
    files[0].write_text(problem_to_json(busy), encoding="utf-8")
    assert main(["solve", str(files[0])]) == 2
    assert "committed to it already" in capsys.readouterr().err


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def number(request):
    """A signal that is minded; who runs tests in the background of a shell inherits one that is ignored."""
    inherited = signal.signal(request.param, signal.default_int_handler)
    yield request.param
    signal.signal(request.param, inherited)


def test_a_signal_that_is_ignored_stays_ignored(number):
    signal.signal(number, signal.SIG_IGN)
    with _asked_to_stop() as asked:
        signal.raise_signal(number)
        assert not asked()
        assert signal.getsignal(number) is signal.SIG_IGN


def test_a_signal_asks_for_the_best_so_far(files, capsys, number):
    usual = signal.getsignal(number)
    with _asked_to_stop() as asked:
        assert not asked()
        signal.raise_signal(number)
        assert asked()
        assert signal.getsignal(number) is usual
    assert signal.getsignal(number) is usual
    assert main(["solve", str(files[0])]) == 0
    assert "stopped" not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["morning", "table"])
def test_the_examples_of_the_docs_are_solved_to_the_optimum(tmp_path, capsys, name):
    problem, roster = str(ROOT / "docs" / "examples" / f"{name}.json"), str(tmp_path / "roster.json")
    for mode in ("round", "day"):
        assert main(["solve", problem, "--mode", mode, "--out", roster, "--explain"]) == 0
        assert "gap 0.000%" in capsys.readouterr().err
        assert main(["check", problem, roster]) == 0


@pytest.mark.parametrize("kind", ["problem", "roster"])
def test_the_schemas_of_the_docs_are_those_of_the_types(kind, capsys):
    main(["schema", kind])
    assert (ROOT / "docs" / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8") == capsys.readouterr().out


def test_a_search_that_is_killed_leaves_a_quick_plan(files, tmp_path):
    problem, roster = files
    problem.write_text(problem_to_json(small_problem(5, 40, 120)), encoding="utf-8")
    words = [sys.executable, "-m", "matching", "solve", str(problem), "--mode", "day", "--effort", "500"]
    with subprocess.Popen([*words, "--out", str(roster)], cwd=ROOT) as search:
        until(roster.exists)
        search.kill()
    assert main(["check", str(problem), str(roster)]) == 0
    left = roster_from_json(roster.read_text(encoding="utf-8"))
    assert (left.engine, left.fallback) == ("greedy", "unfinished")
    assert left.choices


def test_a_finished_search_is_no_fallback(files):
    problem, roster = files
    assert main(["solve", str(problem), "--out", str(roster)]) == 0
    assert roster_from_json(roster.read_text(encoding="utf-8")).fallback == ""
    assert [each.name for each in roster.parent.iterdir() if each.name.startswith("roster")] == ["roster.json"]


def test_a_pipe_gets_the_roster_only(files):
    problem = files[0]
    words = [sys.executable, "-m", "matching", "solve", str(problem), "--out", "/dev/stdout"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert roster_from_json(told).fallback == ""
