"""The real processes of a house on a database of its own, and questions to the database they leave behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.clock import wall
from money.invariants import broken_rules

ROOT = Path(__file__).resolve().parents[2]
OVERLAPS = """select count(*) from assignment a join assignment b on a.worker_id = b.worker_id and a.id < b.id
    and a.blocked && b.blocked and a.status in ('assigned', 'started', 'time_off')
    and b.status in ('assigned', 'started', 'time_off')"""
TWICE_ASSIGNED = """select count(*) from (select visit_id from assignment
    where status in ('assigned', 'started', 'finished') group by visit_id having count(*) > 1) twice"""
TWICE_ACCEPTED = """select count(*) from (select visit_id from offer where state = 'accepted'
    group by visit_id having count(*) > 1) twice"""
ROUND_TWICE = "select count(*) from (select name, tick from round group by name, tick having count(*) > 1) twice"
TICK_TWICE = "select count(*) from (select name, tick from tick_run group by name, tick having count(*) > 1) twice"


def until(true: Callable[[], Any], seconds: float = 30.0, pause: float = 0.1) -> Any:
    """Wait for something that other processes bring about."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s: {true}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def healthy(base: str) -> bool:
    try:
        return httpx.get(f"{base}/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def environment(url: str, var: Path, at: datetime | None = None, **more: str) -> dict[str, str]:
    """What the house's programs are told; business time stands at `at` if given."""
    clock = f"0.000001@{wall().isoformat()}@{at.isoformat()}" if at else ""
    return os.environ | {
        "DATABASE_URL": url, "HOURHAND_VAR": str(var), "HOURHAND_ENV": "test", "HOURHAND_CLOCK": clock,
        "HOURHAND_SECRETS": json.dumps({"secret_key": "s" * 40, "code_pepper": "p" * 40}), **more,
    }  # fmt: skip


@contextmanager
def serving(told: dict[str, str], log: Path) -> Iterator[str]:
    """gunicorn on a free port of this machine; yields its address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with log.open("ab") as words:
        child = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", str(port)], cwd=ROOT, env=told, stdout=words, stderr=words
        )
    try:
        until(lambda: healthy(base), 90)
        yield base
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(20)


def count(session: Session, query: str) -> int:
    return int(session.execute(text(query)).scalar_one())


def broken_promises(session: Session) -> dict[str, int]:
    """Everything that may never be, counted; empty when all is well."""
    found = {
        "overlaps of a worker": count(session, OVERLAPS),
        "visits with two workers": count(session, TWICE_ASSIGNED),
        "visits accepted twice": count(session, TWICE_ACCEPTED),
        "rounds run twice": count(session, ROUND_TWICE),
        "ticks run twice": count(session, TICK_TWICE),
        "broken ledger rules": len(broken_rules(session)),
    }
    return {name: number for name, number in found.items() if number}
