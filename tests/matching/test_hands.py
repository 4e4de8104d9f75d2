"""Processes that die cost their task only; a solve goes on and ends with a valid roster."""

import os
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import distributed
import pytest

from matching import Limits, city, engine, solve
from matching import crew as crew_module
from matching.check import check
from matching.crew import Crew
from matching.hands import HandLostError, Hands
from matching.jsonio import roster_to_json
from tests.matching.test_shards import town


def die(_task):
    os.kill(os.getpid(), signal.SIGKILL)


def double(task):
    return 2 * task


def trip(task):
    raise LookupError(task)


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(city, "SIZE", 6)
    monkeypatch.setattr(city, "PLAIN_SIZE", 6)
    monkeypatch.setattr(engine, "WHOLE", 10)
    monkeypatch.setattr(engine, "PLAIN_WHOLE", 10)


def test_a_death_costs_one_task_only():
    with Hands(1) as hands:
        assert hands.submit(abs, -3).result() == 3
        with pytest.raises(HandLostError):
            hands.submit(die, 1).result()
        assert hands.submit(abs, -4).result() == 4


def test_an_error_comes_back_as_it_was():
    with Hands(1) as hands, pytest.raises(LookupError):
        hands.submit(trip, "x").result()


def test_a_crew_answers_in_order_and_gives_up_on_what_kills():
    with Crew(None, lambda: False) as crew:
        assert list(crew.run(double, [1, 2, 3])) == [2, 4, 6]
        assert list(crew.run(die, [1])) == [None]
        assert list(crew.run(double, [5])) == [10]


def test_a_crew_stops_when_it_is_told():
    with Crew(None, lambda: True) as crew:
        assert list(crew.run(double, [1, 2])) in ([None, None], [2, None], [2, 4])


class _Idle(ThreadPoolExecutor):
    """Takes everything and does nothing."""

    def submit(self, _fn, /, *_args, **_kwargs):
        return Future()


def test_a_crew_that_is_told_to_stop_waits_for_nobody(monkeypatch):
    monkeypatch.setattr(crew_module, "LOOK", 3600)  # were it to wait for one of them, it would be for an hour
    with _Idle(1) as idle, Crew(idle, lambda: True) as crew:
        assert list(crew.run(double, range(50))) == [None] * 50


class _Deadly(Hands):
    """Kills whoever works after every third task."""

    def __init__(self):
        super().__init__(1)
        self.number = 0

    def submit(self, fn, /, *args, **kwargs):
        self.number += 1
        if self.number % 3 == 0:
            return super().submit(die, 0)
        return super().submit(fn, *args, **kwargs)


def test_workers_killed_in_the_middle_do_not_lose_the_solve(small_pieces):
    problem = town()
    with _Deadly() as deadly:
        roster = solve(problem, Limits(effort=0.3, executor=deadly), mode="day")
    assert check(problem, roster) == []
    assert len(roster.choices) > 10


def test_nobody_left_to_work_still_gives_a_roster(small_pieces):
    problem, gone = town(), Hands(1)
    gone.shutdown()
    roster = solve(problem, Limits(effort=0.3, executor=gone), mode="day")
    assert check(problem, roster) == []
    assert roster.choices


def test_own_processes_give_the_roster_of_one(small_pieces, monkeypatch):
    problem, limits = town(), Limits(effort=0.3)
    with Hands(2) as hands:
        two = roster_to_json(solve(problem, replace(limits, executor=hands), mode="day"))
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert roster_to_json(solve(problem, limits, mode="day")) == two


def test_a_cluster_of_several_processes_gives_the_same(small_pieces):
    problem, limits = town(), Limits(effort=0.02)
    alone = roster_to_json(solve(problem, limits, mode="day"))
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        assert roster_to_json(solve(problem, replace(limits, executor=client.get_executor()), mode="day")) == alone
