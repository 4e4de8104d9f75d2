"""The report of the long proofs."""

from tools.torture import told_row, verdict

ROW = {
    "name": "test_x",
    "promise": "Nothing is lost.",
    "passed": True,
    "seconds": 1.5,
    "figures": {"kills": 3, "back": {"web": 2.0}},
}


def test_a_kept_promise_is_told_with_its_figures() -> None:
    assert told_row(ROW) == "pass  Nothing is lost.\n      test_x, 1.5 s\n         kills: 3\n         back: web 2.0"
    assert verdict([ROW], 0) == "\nok: 1 promises kept"


def test_a_broken_one_says_fail() -> None:
    assert told_row({**ROW, "passed": False}).startswith("FAIL  Nothing is lost.")
    assert verdict([{**ROW, "passed": False}], 1).startswith("\nFAILED: 1 of 1")
