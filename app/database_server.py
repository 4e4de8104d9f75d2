"""One PostgreSQL server on one folder: make its data, start it, wait for it, stop it.

Whether it runs is decided by connecting. Its PID file is read only to tell *our* living process from a stranger
that has inherited the number.
"""

import atexit
import logging
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import pq

from app.database_account import SOCKET_NAME, Account, own_folder, socket_folder, socket_path
from app.database_programs import DatabaseError, Programs

LOG = logging.getLogger("hourhand.database")
ROLE = "hourhand"
STALLED_AFTER = 60.0  # seconds without any sign of progress
LONGEST_WAIT = 900.0  # seconds, however much progress there is
STOP_WAIT = 30.0
NO_SOCKET_WAIT = 3.0
PAUSE = 0.05
BIGGEST_LOG = 10_000_000  # bytes; at the next start the log is set aside
_CHILDREN: dict[Path, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Server:
    """A server that may or may not run: its home folder, programs, user and extra settings."""

    home: Path
    programs: Programs
    account: Account
    scratch: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def cluster(self) -> Path:
        """The data folder proper (PGDATA)."""
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        """What the server has to say."""
        return self.home / "server.log"

    @property
    def sockets(self) -> Path:
        """The folder of the Unix socket, which is the host to connect to."""
        return socket_path(self.home)


def ping(server: Server) -> pq.Ping:
    """OK: takes connections. REJECT: alive, but starting, recovering or stopping. NO_RESPONSE: not there."""
    target = str(server.sockets).replace("\\", "\\\\").replace("'", "\\'")
    answer = pq.PGconn.ping(f"host='{target}' dbname=postgres user={ROLE} connect_timeout=5".encode())
    return pq.Ping(answer)


def initialise(server: Server) -> None:
    """Make an empty cluster: checksums, UTF-8 and a collation that does not depend on the machine."""
    stale = server.home / "postgres.draft"
    shutil.rmtree(stale, ignore_errors=True)
    own_folder(stale, server.account, 0o700)
    locale = ["--locale=C"]
    if server.programs.major > 16:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [server.programs.path("initdb"), "-D", str(stale), "-U", ROLE, "--auth=trust", "--encoding=UTF8",
               "--data-checksums", *locale, *(["--no-sync"] if server.scratch else [])]  # fmt: skip
    answer = subprocess.run(  # noqa: S603 (our own programs)
        command, capture_output=True, text=True, check=False, cwd="/", env=_environment(), **server.account.identity
    )
    if answer.returncode != 0:
        last = (answer.stderr.strip() or answer.stdout.strip()).splitlines()[-1:]
        raise DatabaseError(f"The database could not be made in {server.home}: {' '.join(last)}")
    stale.rename(server.cluster)


def check_version(server: Server) -> None:
    """Refuse data written by another major version, with the command that carries it over."""
    data = (server.cluster / "PG_VERSION").read_text().strip()
    if data != str(server.programs.major):
        raise DatabaseError(
            f"The database in {server.home} was written by PostgreSQL {data}, and PostgreSQL "
            f"{server.programs.major} is installed here; to keep that one aside and begin with an empty one, run: "
            f"mv '{server.cluster}' '{server.cluster}-{data}' (dump it with PostgreSQL {data} first to carry it over)"
        )


def our_process(server: Server) -> int | None:
    """The number of our living server process, or None. A stranger with the same number does not count."""
    try:
        pid = int((server.cluster / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
    except PermissionError:
        return None  # alive, but of another user: ours always runs as a user we may signal
    except (OSError, ValueError, IndexError):
        return None
    process = Path("/proc") / str(pid)
    if Path("/proc/self/cwd").exists():
        try:
            at_home = (process / "cwd").resolve(strict=True) == server.cluster.resolve()
            return pid if at_home and (process / "comm").read_text().startswith("postgres") else None
        except OSError:
            return None
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607 (where there is no /proc)
    return pid if str(server.cluster) in listing.stdout else None


@atexit.register
def _leave_running() -> None:
    """The server outlives whoever started it: that is meant, and no reason for a warning at our end."""
    for child in _CHILDREN.values():
        child.returncode = child.poll() or 0


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _quoted(path: Path) -> str:
    return '"' + str(path).replace('"', '""') + '"'


def _options(server: Server) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": _quoted(server.sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_startup_progress_interval": "2s",
    }
    if server.scratch:
        settings |= {"fsync": "off", "full_page_writes": "off", "max_wal_size": "2GB"}
    pairs = settings | server.settings
    return [word for name, value in pairs.items() for word in ("-c", f"{name}={value}")]


def _forget_the_dead(server: Server) -> None:
    """Remove the lock files of a server that is gone: PostgreSQL takes a stranger with its number for it.

    The stranger may be any process, or what is left of the server itself until its parent has taken notice.
    Should children of the old server live on, the new one still finds their shared memory and refuses.
    """
    child = _CHILDREN.get(server.cluster)
    if child is not None:
        child.poll()
    for file in (server.cluster / "postmaster.pid", server.sockets / f"{SOCKET_NAME}.lock"):
        file.unlink(missing_ok=True)


def launch(server: Server) -> None:
    """Start the server process, detached from our terminal. The caller holds the start lock."""
    if our_process(server) is None:
        _forget_the_dead(server)
    if server.log.exists() and server.log.stat().st_size > BIGGEST_LOG:
        server.log.rename(server.log.with_suffix(".log.1"))
    socket_folder(server.home, server.account)
    command = [server.programs.path("postgres"), "-D", str(server.cluster), *_options(server)]
    with server.log.open("ab") as log:
        _CHILDREN[server.cluster] = subprocess.Popen(  # noqa: S603 (our own programs)
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_environment(),
            start_new_session=True, **server.account.identity,
        )  # fmt: skip


class Patience:
    """How long a start may take: as long as its log shows progress, within a bound."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._begun = self._moved = time.monotonic()
        self._size = -1

    def use(self) -> None:
        """Wait one moment; DatabaseError once nothing has moved for too long."""
        now = time.monotonic()
        log = self._server.log
        size = log.stat().st_size if log.exists() else 0
        if size != self._size:
            self._size, self._moved = size, now
        if now - self._moved > STALLED_AFTER or now - self._begun > LONGEST_WAIT:
            raise DatabaseError(f"The database did not come up: {_last_words(self._server)} (more in {log})")
        time.sleep(PAUSE)


def await_ready(server: Server) -> None:
    """Return when the server just launched takes connections; recovery is waited for while it gets on."""
    patience = Patience(server)
    launches = 1
    while ping(server) != pq.Ping.OK:
        if our_process(server) is None and _has_ended(server):
            _relaunch(server, launches)
            launches += 1
        patience.use()


def _has_ended(server: Server) -> bool:
    child = _CHILDREN.get(server.cluster)
    return child is None or child.poll() is not None


def _relaunch(server: Server, launches: int) -> None:
    """After kill -9 the old server's children need a moment to notice; then a new start succeeds."""
    words = _last_words(server)
    if launches > 40 or "still in use" not in words + _tail(server, 5):
        raise DatabaseError(f"The database did not start: {words} (more in {server.log})")
    time.sleep(0.25)
    launch(server)


def _tail(server: Server, lines: int) -> str:
    try:
        return "\n".join(server.log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _last_words(server: Server) -> str:
    lines = _tail(server, 12).splitlines()
    grave = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return (grave or lines or ["it said nothing"])[-1].strip()


def await_or_replace(server: Server) -> None:
    """Our process lives, but we cannot connect: it is starting, or stopping, or has lost its socket.

    Returns when it takes connections or when it is gone; one that has lost its socket is stopped here.
    """
    patience = Patience(server)
    silent_since = time.monotonic()
    while our_process(server) is not None:
        answer = ping(server)
        if answer == pq.Ping.OK:
            return
        if answer == pq.Ping.REJECT:
            silent_since = time.monotonic()
        elif time.monotonic() - silent_since > NO_SOCKET_WAIT:
            LOG.warning("The socket of the database is gone; the server is started again.")
            halt(server)
        patience.use()


def bring_up(server: Server) -> None:
    """Make the server take connections, starting it if need be. The caller holds the start lock."""
    if ping(server) == pq.Ping.OK:
        return
    if our_process(server) is not None:
        await_or_replace(server)
    if ping(server) != pq.Ping.OK:
        launch(server)
        await_ready(server)


def halt(server: Server) -> None:
    """Stop the server: an orderly shutdown first, after 30 seconds a forced one. Nothing committed is lost."""
    for number, patience in ((signal.SIGINT, STOP_WAIT), (signal.SIGQUIT, STOP_WAIT)):
        pid = our_process(server)
        if pid is None:
            break
        os.kill(pid, number)
        until = time.monotonic() + patience
        while our_process(server) is not None and time.monotonic() < until:
            time.sleep(PAUSE)
    child = _CHILDREN.pop(server.cluster, None)
    if child is not None:
        child.wait(timeout=STOP_WAIT)
