"""A roster wanted within so many seconds is stopped before they are over, and not long before."""

from __future__ import annotations

from matching import within
from tests.matching.instances import make_problem, make_visit

FIFTY = make_problem([make_visit(f"V-{number}") for number in range(50)])


class Clock:
    """Shows what it is set to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_there_is_time_left_to_put_the_roster_together() -> None:
    clock = Clock()
    stop = within(FIFTY, 10.0, clock)
    clock.now = 109.99
    assert stop()


def test_it_does_not_stop_long_before() -> None:
    clock = Clock()
    stop = within(FIFTY, 10.0, clock)
    clock.now = 109.9
    assert not stop()


def test_a_large_problem_has_at_least_half_of_a_short_time() -> None:
    clock = Clock()
    stop = within(FIFTY, 0.01, clock)
    assert not stop()
    clock.now = 100.006
    assert stop()
