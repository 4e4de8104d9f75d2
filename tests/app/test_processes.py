"""The real processes: pages and clock as children, killed with -9, back within seconds, nothing lost or doubled."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import create_engine, text

ROOT = Path(__file__).resolve().parents[2]
BACK_WITHIN = 10.0
Start = Callable[..., "subprocess.Popen[bytes]"]


def until(true: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait for something that other processes bring about."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {true}")


@pytest.fixture
def start(fresh_database: str, tmp_path: Path) -> Iterator[Start]:
    children = []
    environ = os.environ | {
        "DATABASE_URL": fresh_database, "HOURHAND_VAR": str(tmp_path), "HOURHAND_ENV": "test", "WEB_PROCESSES": "2",
        "HOURHAND_SECRETS": json.dumps({"secret_key": "s" * 40, "code_pepper": "p" * 40}),
    }  # fmt: skip

    def begin(*words: str) -> "subprocess.Popen[bytes]":
        log = (tmp_path / f"{words[0]}.log").open("ab")
        child = subprocess.Popen([sys.executable, "-m", "app", *words], cwd=ROOT, env=environ, stdout=log, stderr=log)
        log.close()
        children.append(child)
        return child

    yield begin
    for child in children:
        child.terminate()
    for child in children:
        child.wait(20)


def healthy(base: str) -> bool:
    try:
        return httpx.get(f"{base}/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def test_pages_and_clock_survive_kill_9(start: Start, fresh_database: str, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    web = start("serve", "--port", str(port))
    until(lambda: healthy(base))
    first, second = start("clock"), start("clock")

    workers = until(lambda: len(psutil.Process(web.pid).children()) == 2 and psutil.Process(web.pid).children())
    for worker in workers:
        worker.send_signal(signal.SIGKILL)
    until(lambda: healthy(base), BACK_WITHIN)

    first.send_signal(signal.SIGKILL)
    first.wait(5)
    with httpx.Client(base_url=base) as browser:
        for number in range(5):
            asked = browser.post("/api/v1/session/code", json={"phone": f"138001380{number:02d}"})
            assert asked.status_code == 202
    log = tmp_path / "messages.log"
    until(lambda: log.exists() and len(log.read_text().splitlines()) >= 5)
    second.send_signal(signal.SIGKILL)
    start("clock")
    start("clock")
    engine = create_engine(fresh_database)
    with engine.connect() as connection:
        until(lambda: connection.execute(text("select count(*) from notice where state = 'sent'")).scalar() == 5)
        query = text("select name, count(*) from tick_run where name = 'app_forget' group by 1")
        ticks = until(lambda: connection.execute(query).all())
    engine.dispose()
    assert ticks == [("app_forget", 1)]
    codes = re.findall(r"\d{6}", log.read_text())
    assert len(codes) >= 5
    assert "Traceback" not in (tmp_path / "serve.log").read_text()


def test_a_wrong_environment_is_one_sentence(tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("HOURHAND", "DATABASE"))}
    told = subprocess.run([sys.executable, "-m", "app", "clock"], cwd=ROOT, capture_output=True, text=True,
                          env=environ | {"HOURHAND_VAR": str(tmp_path)}, check=False, timeout=60)  # fmt: skip
    assert told.returncode == 1
    assert told.stderr.startswith("Error: HOURHAND_SECRETS")
    assert told.stderr.count("\n") == 1
