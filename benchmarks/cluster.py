"""``python -m benchmarks dask``: shards on a local cluster of several processes, beside the process pool.

The shards are pure functions, so any executor runs them: Dask's, whose scheduler and workers talk over TCP and may as
well be on other machines, must give the very roster of the process pool.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import Executor
from importlib import import_module
from typing import Any

from benchmarks.generator import make_day_of
from benchmarks.judge import judge
from benchmarks.ours import plan_of, problem_of
from benchmarks.runs import pool, set_up
from matching import Limits, Problem, Roster, solve
from matching.jsonio import roster_to_json


def main(words: list[str]) -> int:
    """Solve one day twice; 1 if the rosters differ or are not allowed."""
    parser = argparse.ArgumentParser(prog="benchmarks dask", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--workers", type=int, default=600, help="three visits each; up to 400 make no pieces")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--effort", type=float, default=0.5)
    options = parser.parse_args(words)
    print(set_up())
    day = make_day_of(options.workers, 3 * options.workers, 9001)
    problem = problem_of(day)
    with pool(options.processes) as executor:
        mine = _solved("process pool", problem, options.effort, executor)
    distributed: Any = import_module("distributed")
    with (
        distributed.LocalCluster(
            n_workers=options.processes, threads_per_worker=1, processes=True, dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):  # fmt: skip
        people = client.scheduler_info()["workers"]
        print(f"cluster: {len(people)} worker processes at {', '.join(sorted(people))}")
        theirs = _solved("Dask cluster", problem, options.effort, client.get_executor())
        done = client.run(lambda dask_worker: len(dask_worker.state.story("executing")), on_error="return")
        tasks = [count for count in done.values() if isinstance(count, int)]
        print(f"tasks run by each process: {', '.join(map(str, tasks))}")
    same = roster_to_json(mine) == roster_to_json(theirs)
    faults = judge(day, plan_of(day, theirs)).faults
    print("the same roster, byte for byte" if same else "THE ROSTERS DIFFER", *faults[:3])
    return 0 if same and not faults and tasks and all(tasks) else 1


def _solved(name: str, problem: Problem, effort: float, executor: Executor) -> Roster:
    begin = time.perf_counter()
    roster = solve(problem, Limits(effort=effort, executor=executor), 7, "day")
    took = time.perf_counter() - begin
    print(f"{name}: {len(roster.choices)} visits, worth {roster.objective / 1e6:,.1f} ks, "
          f"gap {roster.gap:.3%}, {took:.1f} s")  # fmt: skip
    return roster
