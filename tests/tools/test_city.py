"""What a demo keeps: its keys, its time of day, its port."""

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import Clock
from tools.city import (
    BusinessClock,
    City,
    ensure_secrets,
    free_port,
    given_database,
    make_folder,
    only_one,
)
from tools.console import TroubleError


def test_the_keys_are_made_once_and_are_private(tmp_path: Path) -> None:
    ensure_secrets(tmp_path)
    first = (tmp_path / "secrets.json").read_text()
    ensure_secrets(tmp_path)
    assert (tmp_path / "secrets.json").read_text() == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    keys = json.loads(first)
    assert [len(one) for one in keys.pop("file_keys")] == [64]
    assert {name: len(value) for name, value in keys.items()} == {"secret_key": 64, "code_pepper": 64}


def test_a_new_demo_begins_in_the_morning(tmp_path: Path) -> None:
    clock = BusinessClock(tmp_path, 6)
    assert clock.start.strftime("%H:%M %z") == "09:40 +0800"
    assert clock.start.date() == datetime.now(clock.start.tzinfo).date()


def test_the_next_start_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    first = BusinessClock(tmp_path, 3600)
    first.real_start = datetime.now(UTC) - timedelta(seconds=2)
    first.keep()
    gone = BusinessClock(tmp_path, 6).start - first.start
    assert timedelta(hours=2) <= gone < timedelta(hours=3)


def test_after_a_crash_the_time_does_not_run_backwards(tmp_path: Path) -> None:
    crashed = BusinessClock(tmp_path, 60)
    crashed.begin()
    last_seen = crashed.now() + timedelta(seconds=10) * 60  # just before the next note
    assert BusinessClock(tmp_path, 60).start >= last_seen


def test_a_broken_note_of_the_time_is_a_new_morning(tmp_path: Path) -> None:
    (tmp_path / "demo-clock.json").write_text("{")
    assert BusinessClock(tmp_path, 6).start.strftime("%H:%M") == "09:40"


def test_the_application_reads_the_same_time(tmp_path: Path) -> None:
    clock = BusinessClock(tmp_path, 60)
    clock.begin()
    read = Clock.parse(clock.text)
    assert read.speed == 60
    assert abs(read.now() - clock.now()) < timedelta(minutes=2)


def test_a_taken_port_gives_the_next() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < free_port(port, "127.0.0.1") < port + 100


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("postgres://me@there/db", "postgresql+psycopg://me@there/db"),
        ("postgresql://me@there/db", "postgresql+psycopg://me@there/db"),
        ("postgresql+psycopg://me@there/db", "postgresql+psycopg://me@there/db"),
        ("", ""),
    ],
)
def test_a_given_database_is_used_with_our_driver(given: str, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert given_database() == wanted


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(TroubleError, match="A demo runs already"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TroubleError, match=r"may not write there \(.*\); run: "):
        make_folder(tmp_path / "file" / "var")


def test_a_failing_command_of_the_application_is_reported(tmp_path: Path) -> None:
    city = City(tmp_path, "postgresql+psycopg://nobody@/nothing", "http://127.0.0.1:1", "")
    with pytest.raises(TroubleError, match="python -m app no-such-command failed"):
        city.run("no-such-command")
