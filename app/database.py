"""The database: an embedded PostgreSQL server of our own on a private Unix socket, and databases on any server.

`ensure_running(folder)` is safe to call at any time and from any number of processes: it connects if the server
runs, and else starts one. From the command line:

    python -m app.database start|stop|supervise|status|remove FOLDER
"""

import argparse
import contextlib
import fcntl
import logging
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import pq, sql
from sqlalchemy import URL, make_url

from app import database_server as servers
from app.database_account import Account, new_home, own_folder, server_account, socket_path
from app.database_programs import DatabaseError, Programs, check_digest, copy_programs, find_programs

LOG = logging.getLogger("hourhand.database")
NAME = "hourhand"
ROOT = Path(__file__).resolve().parent.parent
LOCK_WAIT = 960.0  # seconds: longer than the longest start
MIGRATION_LOCK = 7_405_417_223  # any number that nobody else uses, as the key of an advisory lock

__all__ = ["DatabaseError", "create_database", "drop_database", "ensure_running", "migrate", "remove", "stop"]


def ensure_running(data_folder: Path, *, scratch: bool = False) -> str:
    """Have the embedded server of `data_folder` running and return the SQLAlchemy URL of its database.

    `scratch` is for data that may be lost with the machine (tests): no waiting for the disk.
    DatabaseError, with one sentence that says what to do, if it cannot be had.
    """
    folder = data_folder.absolute()
    with _locked(folder):
        server = _server(folder, scratch=scratch)
        if not server.cluster.exists():
            servers.initialise(server)
        servers.check_version(server)
        servers.bring_up(server)
        url = _url(server)
        with _connect(url.set(database="postgres")) as connection:
            row = connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone()
            if row is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(NAME)))
    return _text(url)


def stop(data_folder: Path) -> None:
    """Stop the embedded server of `data_folder`, if it runs, in good order."""
    folder = data_folder.absolute()
    if not (folder / "lock").exists():
        return
    with _locked(folder):
        home = _home(folder)
        if (home / "postgres").exists():
            account = server_account(home / "postgres")
            servers.halt(servers.Server(home, Programs(home, "0", from_wheel=False), account))


def remove(data_folder: Path) -> None:
    """Stop the embedded server of `data_folder` and delete all of it."""
    folder = data_folder.absolute()
    if not folder.exists():
        return
    stop(folder)
    home = _home(folder)
    for place in {socket_path(home), home, folder}:
        shutil.rmtree(place, ignore_errors=True)


def create_database(url: str, name: str, template: str = "") -> str:
    """Make the database `name` on the server of `url`, as a copy of `template` if given; return its URL."""
    target = make_url(url)
    command = sql.SQL("create database {}").format(sql.Identifier(name))
    if template:
        command += sql.SQL(" template {}").format(sql.Identifier(template))
    with _connect(target) as connection:
        connection.execute(command)
    return _text(target.set(database=name))


def drop_database(url: str, name: str) -> None:
    """Delete the database `name` on the server of `url`, whoever is connected to it. Gone already is fine."""
    with _connect(make_url(url)) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def migrate(url: str) -> None:
    """Bring the tables of the database at `url` to the newest migration. Two at once do the work once."""
    from alembic import command
    from alembic.config import Config

    folder = ROOT / "migrations"
    file = folder / "alembic.ini"
    config = Config(str(file)) if file.exists() else Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.attributes["sqlalchemy.url"] = url
    with _connect(make_url(url)) as connection:
        connection.execute("select pg_advisory_lock(%s)", [MIGRATION_LOCK])
        command.upgrade(config, "head")


def _connect(url: URL) -> psycopg.Connection[Any]:
    """A plain connection in autocommit (databases are not made inside a transaction)."""
    host = url.query.get("host", url.host)
    return psycopg.connect(
        host=host if isinstance(host, str) else None, port=url.port, user=url.username,
        password=url.password, dbname=url.database, autocommit=True, connect_timeout=10,
    )  # fmt: skip


def _url(server: servers.Server) -> URL:
    query = {"host": str(server.sockets)}
    return URL.create("postgresql+psycopg", username=servers.ROLE, database=NAME, query=query)


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the start lock of a data folder, so that any number of starts at once give one server."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0 and folder.stat().st_uid == 0:
            folder.chmod(0o711)  # the server's user passes through; what is inside has modes of its own
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise DatabaseError(
            f"The database needs to write in {folder} and may not ({error.strerror}); "
            f"run: sudo chown -R $(id -un) '{folder}' (or choose another folder)"
        ) from error
    with lock:
        until = time.monotonic() + LOCK_WAIT
        while not _try_lock(lock.fileno()):
            if time.monotonic() > until:
                raise DatabaseError(f"Another start of the database in {folder} does not end; stop that one first.")
            time.sleep(servers.PAUSE)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _home(folder: Path) -> Path:
    """Where the data of a folder are: in it, or where its file `elsewhere` says."""
    note = folder / "elsewhere"
    return Path(note.read_text().strip()) if note.exists() else folder


def _server(folder: Path, *, scratch: bool) -> servers.Server:
    """Decide the home, the user and the programs, and make the folders; the sentences say what was unusual."""
    home = _home(folder)
    account = server_account(home / "postgres")
    programs = find_programs()
    check_digest(programs)
    if not account.can_enter(home):
        home = _move_out(folder, account)
    if account.switches and not account.can_run(Path(programs.path("postgres"))):
        programs = copy_programs(programs, home.parent if home != folder else folder)
        LOG.warning("The user %s may not enter the installation: its programs are in %s", account.name, programs.folder)
    if not account.switches:
        own_folder(home, account, 0o700)
    return servers.Server(home, programs, account, scratch=scratch)


def _move_out(folder: Path, account: Account) -> Path:
    """A home outside a folder the server's user may not enter; remembered in the file `elsewhere`."""
    if (folder / "postgres").exists() or (folder / "elsewhere").exists():
        raise DatabaseError(
            f"The user {account.name}, who runs the database, may not enter {folder}; run: "
            f"chmod o+x on the folder above it that keeps others out"
        )
    home = new_home("database")
    (folder / "elsewhere").write_text(f"{home}\n")
    LOG.warning("Nobody else may enter %s, so the database of user %s is kept in %s", folder, account.name, home)
    return home


def supervise(data_folder: Path) -> None:
    """Keep the server running until SIGTERM or SIGINT; then stop it in good order. For the main thread."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    print("ready", ensure_running(data_folder), flush=True)  # noqa: T201 (the sign the parent waits for)
    try:
        while not ended.wait(1.0):
            if not is_running(data_folder):
                LOG.warning("The database is gone; it is started again.")
                ensure_running(data_folder)
    finally:
        stop(data_folder)


def is_running(data_folder: Path) -> bool:
    """Whether the server of `data_folder` takes connections now."""
    home = _home(data_folder.absolute())
    account = Account("", os.geteuid(), os.getegid(), switches=False)
    return servers.ping(servers.Server(home, Programs(home, "0", from_wheel=False), account)) == pq.Ping.OK


def main(arguments: list[str]) -> int:
    """The command line; 1 with one sentence on stderr when something is in the way."""
    parser = argparse.ArgumentParser(prog="python -m app.database", description="The embedded database server.")
    parser.add_argument("command", choices=["start", "stop", "supervise", "status", "remove"])
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if options.command == "start":
            print(ensure_running(options.folder))  # noqa: T201 (a command's answer)
        elif options.command == "status":
            print("running" if is_running(options.folder) else "stopped")  # noqa: T201 (a command's answer)
        else:
            {"stop": stop, "supervise": supervise, "remove": remove}[options.command](options.folder)
    except DatabaseError as error:
        print(error, file=sys.stderr)  # noqa: T201 (a command's answer)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
