"""The embedded server started in odd ways: each must end in one running server, or in one clear sentence."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from app import database
from app.database_account import LONGEST_SOCKET, SOCKET_NAME, server_account, socket_path
from app.database_programs import DatabaseError, Programs, check_digest, find_programs, machine_folders

ROOT = Path(__file__).resolve().parent.parent.parent
AS_ROOT = os.geteuid() == 0
"""Root starts the server as somebody else, everybody else as themselves: the same tests, each with its own outcome."""


def ask(url: str, question: str) -> object:
    target = make_url(url)
    with psycopg.connect(host=str(target.query["host"]), user=target.username, dbname=target.database) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def tell(url: str, *statements: str) -> None:
    target = make_url(url)
    with psycopg.connect(host=str(target.query["host"]), user=target.username, dbname=target.database) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def server_pid(place: Path) -> int:
    return int((place / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "app.database", *map(str, words)]


def test_a_second_start_finds_the_first_server(place: Path) -> None:
    url = database.ensure_running(place, scratch=True)
    pid = server_pid(place)
    assert database.ensure_running(place, scratch=True) == url
    assert server_pid(place) == pid
    database.stop(place)
    assert not database.is_running(place)


def test_the_server_is_made_as_promised(place: Path) -> None:
    url = database.ensure_running(place, scratch=True)
    assert ask(url, "show data_checksums") == "on"
    assert ask(url, "show listen_addresses") == ""
    provider = "select datlocprovider::text || datlocale from pg_database where datname = current_database()"
    assert ask(url, provider) == "bC.UTF-8"
    folder = place / "run"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert Path(f"/proc/{server_pid(place)}").stat().st_uid == folder.stat().st_uid


def test_whoever_starts_it_the_server_is_not_root(place: Path) -> None:
    place.parent.chmod(0o755)
    database.ensure_running(place, scratch=True)
    owner = Path(f"/proc/{server_pid(place)}").stat().st_uid
    assert owner == server_account(place / "postgres").uid != 0
    assert (owner != os.geteuid()) is AS_ROOT
    assert (place / "postgres").stat().st_mode & 0o777 == 0o700


def test_below_a_closed_home_the_data_go_where_the_server_may(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    place.parent.chmod(0o700)
    url = database.ensure_running(place, scratch=True)
    assert ask(url, "select 1") == 1
    assert (place / "elsewhere").exists() is AS_ROOT  # a home is not closed to the one whose it is
    if not AS_ROOT:
        return
    elsewhere = Path((place / "elsewhere").read_text().strip())
    assert str(elsewhere) in caplog.text
    assert place.parent.stat().st_mode & 0o777 == 0o700
    assert database.ensure_running(place, scratch=True) == url
    database.remove(place)
    assert not elsewhere.exists()


def test_data_that_were_closed_off_later_are_not_left_behind(place: Path) -> None:
    database.ensure_running(place, scratch=True)
    database.stop(place)
    place.parent.chmod(0o700)
    if not AS_ROOT:
        assert ask(database.ensure_running(place, scratch=True), "select 1") == 1
        return
    with pytest.raises(DatabaseError, match=r"may not enter .*; run: chmod"):
        database.ensure_running(place, scratch=True)


def test_a_living_stranger_with_the_old_number_is_left_alone(place: Path) -> None:
    database.ensure_running(place, scratch=True)
    database.stop(place)
    identity = server_account(place / "postgres").identity
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **identity) as stranger:
        old = f"{stranger.pid}\n{place}/postgres\n1700000000\n5432\n{place}/run\n\n"
        (place / "postgres" / "postmaster.pid").write_text(old)
        url = database.ensure_running(place, scratch=True)
        assert ask(url, "select 1") == 1
        assert stranger.poll() is None
        stranger.kill()


def test_a_lost_socket_folder_is_made_again(place: Path) -> None:
    url = database.ensure_running(place, scratch=True)
    tell(url, "create table kept (i int)", "insert into kept values (7)")
    (place / "run").rename(place / "lost")
    assert ask(database.ensure_running(place, scratch=True), "select i from kept") == 7


def test_what_was_committed_survives_kill_9(place: Path) -> None:
    url = database.ensure_running(place, scratch=True)
    tell(url, "create table kept (i int)", "insert into kept select generate_series(1, 1000)")
    os.kill(server_pid(place), signal.SIGKILL)
    assert ask(database.ensure_running(place, scratch=True), "select count(*) from kept") == 1000


def test_a_set_up_that_was_cut_short_is_done_again(place: Path) -> None:
    (place / "postgres.draft").mkdir(parents=True)
    (place / "postgres.draft" / "PG_VERSION").write_text("18\n")
    assert ask(database.ensure_running(place, scratch=True), "select 1") == 1


def test_eight_starts_at_once_give_one_server(place: Path) -> None:
    starts = [subprocess.Popen(command("start", place), cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    answers = {start.communicate(timeout=60)[0] for start in starts}
    assert [start.returncode for start in starts] == [0] * 8
    assert len(answers) == 1
    assert (place / "server.log").read_text().count("starting PostgreSQL") == 1


def test_a_folder_that_may_not_be_written_is_one_sentence() -> None:
    folder = Path("/sys/hourhand") if os.geteuid() == 0 else Path("/hourhand")
    answer = subprocess.run(command("start", folder), cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert f"needs to write in {folder}" in answer.stderr
    assert "run: sudo chown" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_long_path_gets_a_short_socket(place: Path) -> None:
    deep = place / ("很长的路径" * 8) / "data"
    try:
        url = database.ensure_running(deep, scratch=True)
        assert ask(url, "select 1") == 1
        folder = socket_path(deep)
        assert len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        database.remove(deep)
    assert not socket_path(deep).exists()


def test_a_path_with_odd_letters(place: Path) -> None:
    odd = place / """it's a "place", 时针 100%"""
    try:
        assert ask(database.ensure_running(odd, scratch=True), "select 1") == 1
        assert database.is_running(odd)
    finally:
        database.remove(odd)


def test_data_of_another_version_are_refused_with_the_command(place: Path) -> None:
    database.ensure_running(place, scratch=True)
    database.stop(place)
    (place / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(DatabaseError, match=r"written by PostgreSQL 14, .* run: mv '.*postgres' '.*postgres-14'"):
        database.ensure_running(place, scratch=True)


def test_a_server_that_cannot_start_says_why(place: Path) -> None:
    database.ensure_running(place, scratch=True)
    database.stop(place)
    (place / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(DatabaseError, match=r"did not start: .*contains errors \(more in .*server\.log\)"):
        database.ensure_running(place, scratch=True)


def test_the_supervisor_revives_its_server_and_stops_it_in_order(place: Path) -> None:
    with subprocess.Popen(command("supervise", place), cwd=ROOT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        url = supervisor.stdout.readline().removeprefix("ready ").strip()
        os.kill(server_pid(place), signal.SIGKILL)
        assert _comes_back(url, 10.0)
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(timeout=30) == 0
    assert not database.is_running(place)
    assert "database system is shut down" in (place / "server.log").read_text().splitlines()[-1]


def _comes_back(url: str, seconds: float) -> bool:
    """Whether the server answers again; the connection attempts are the waiting."""
    target = make_url(url)
    script = (
        "import sys, time, psycopg\nuntil = time.monotonic() + float(sys.argv[2])\n"
        "while time.monotonic() < until:\n    try:\n        psycopg.connect(host=sys.argv[1], user='hourhand',"
        " dbname='hourhand').close()\n        sys.exit(0)\n    except psycopg.Error:\n        time.sleep(0.1)\nsys.exit(1)"
    )
    arguments = [sys.executable, "-c", script, str(target.query["host"]), str(seconds)]
    return subprocess.run(arguments, check=False).returncode == 0


def test_a_changed_program_is_refused(place: Path) -> None:
    place.mkdir(parents=True)
    (place / "postgres").write_bytes(b"something else")
    with pytest.raises(DatabaseError, match="was changed after it was installed"):
        check_digest(Programs(place, "18.6", from_wheel=True))
    check_digest(Programs(place, "18.6", from_wheel=False))  # the machine's own are the machine's business


def test_the_programs_come_from_the_wheel() -> None:
    programs = find_programs()
    assert programs.from_wheel
    assert programs.major == 18
    check_digest(programs)


def test_without_the_wheel_the_machines_programs_serve_or_the_command_is_said() -> None:
    if any((folder / "initdb").exists() for folder in machine_folders()):
        programs = find_programs(wheel=False)
        assert programs.major >= 15
        assert not programs.from_wheel
    else:
        with pytest.raises(DatabaseError, match="run: apt-get install postgresql"):
            find_programs(wheel=False)
