"""Solvers that work for long can be stopped from outside, and are left alone otherwise."""

from __future__ import annotations

import threading

from matching.watch import watching


def test_a_stop_asked_for_from_outside_halts_the_work() -> None:
    halted = threading.Event()
    with watching(lambda: True, halted.set):
        assert halted.wait(10)


def test_work_nobody_wants_stopped_is_left_alone() -> None:
    asked, halted = threading.Event(), threading.Event()

    def stop() -> bool:
        asked.set()
        return False

    with watching(stop, halted.set):
        assert asked.wait(10)
    assert not halted.is_set()


def test_nobody_asks_any_more_when_the_work_is_done() -> None:
    with watching(lambda: False, lambda: None):
        assert any(thread.name == "watching" for thread in threading.enumerate())
    assert not any(thread.name == "watching" for thread in threading.enumerate())
