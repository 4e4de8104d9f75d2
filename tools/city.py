"""The demo city: its folder, secrets, database, business clock, and the programs that make it live."""

import contextlib
import fcntl
import json
import os
import secrets
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from tools.children import DATABASE_STOP_WAIT, Child, Family
from tools.console import PYTHON, ROOT, TroubleError, run, say, show

VAR = ROOT / "var"
WUHAN_TIME = timezone(timedelta(hours=8))  # China keeps one zone without summer time
DAY_START = (9, 40)  # local business time at which a new demo begins
HEALTH_WAIT = 60.0  # seconds
KEEP_EVERY = 10.0  # seconds between two notes of the business time


@dataclass(frozen=True)
class City:
    """Where a running Hourhand keeps its things and how it is reached."""

    folder: Path
    database_url: str
    base_url: str
    clock: str

    @property
    def environment(self) -> dict[str, str]:
        """What the application's programs are told."""
        return {
            "DATABASE_URL": self.database_url,
            "HOURHAND_VAR": str(self.folder),
            "HOURHAND_SECRETS": str(self.folder / "secrets.json"),
            "HOURHAND_CLOCK": self.clock,
            "HOURHAND_BASE_URL": self.base_url,
            "HOURHAND_ENV": "demo",
        }

    def application(self, *arguments: str) -> list[str]:
        """The command line of one of the application's commands."""
        return [str(PYTHON), "-m", "app", *arguments]

    def run(self, *arguments: str) -> str:
        """Run one of the application's commands and return what it printed."""
        return run(self.application(*arguments), f"python -m app {arguments[0]}", self.environment)

    def seed(self, days: int) -> None:
        """Fill the database with the city and its last days, progress shown; nothing is done twice."""
        command = self.application("demo-seed", "--days", str(days))
        if show(command, self.environment) != 0:
            raise TroubleError("The demo city could not be made (its words are above).")

    def child(self, name: str, *arguments: str) -> Child:
        """One of the application's commands as a program that is kept running."""
        log = self.folder / "log" / f"{name}.log"
        return Child(name, ["-m", "app", *arguments], self.environment, log)


def make_folder(folder: Path) -> Path:
    """The data folder; others may pass through it, since the database's user must."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0 and folder.stat().st_uid == 0:
            folder.chmod(0o755)
        (folder / "log").mkdir(exist_ok=True)
    except OSError as error:
        raise TroubleError(
            f"Hourhand keeps its data in {folder} and may not write there ({error.strerror}); "
            f"run: sudo chown -R $(id -un) '{folder}'"
        ) from error
    return folder


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keep a second demo out of the same folder: the two would stop each other's database."""
    with (folder / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TroubleError(f"A demo runs already on {folder}; stop it with Ctrl-C where it was started.") from None
        yield


def ensure_secrets(folder: Path) -> None:
    """Make the keys once; only their owner may read them."""
    path = folder / "secrets.json"
    if path.exists():
        return
    key = secrets.token_hex
    keys = {"secret_key": key(32), "code_pepper": key(32), "file_keys": [key(32)]}
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(keys, file)
    draft.rename(path)


def given_database() -> str:
    """DATABASE_URL in the form the application wants; empty when our own server is to be used."""
    url = os.environ.get("DATABASE_URL", "")
    scheme, mark, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if mark and scheme in {"postgres", "postgresql"} else url


def start_database(folder: Path) -> str:
    """The URL of a running database: DATABASE_URL, or our own server in `folder`."""
    given = given_database()
    if given:
        return given
    return run([PYTHON, "-m", "app.database", "start", folder / "database"], "The database").strip()


def stop_database(folder: Path) -> None:
    """Stop our own server of `folder`, if there is one."""
    if (folder / "database" / "lock").exists():
        run([PYTHON, "-m", "app.database", "stop", folder / "database"], "Stopping the database")


def database_child(folder: Path) -> Child:
    """Our own server's supervisor as a child."""
    arguments = ["-m", "app.database", "supervise", str(folder / "database")]
    return Child("database", arguments, {}, folder / "log" / "database.log", patience=DATABASE_STOP_WAIT)


def free_port(wanted: int, host: str) -> int:
    """The wanted port, or the next one that nobody uses."""
    for port in range(wanted, min(wanted + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise TroubleError(f"No port from {wanted} on is free on {host}; run: make demo PORT=9000")


def open_port() -> int:
    """Any free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_healthy(base_url: str) -> bool:
    """Whether the pages answer and say that all is well."""
    try:
        with urllib.request.urlopen(f"{base_url}/health", timeout=5) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def await_health(family: Family, base_url: str) -> None:
    """Wait until the pages answer that all is well; what they find wrong is said."""
    try:
        family.watch_until(lambda: is_healthy(base_url), HEALTH_WAIT, f"{base_url}/health")
    except TroubleError as trouble:
        raise TroubleError(f"{trouble}\n--- {base_url}/health says: {what_health_says(base_url)}") from trouble


def what_health_says(base_url: str) -> str:
    """The report of the health page, or why there is none."""
    try:
        with urllib.request.urlopen(f"{base_url}/health", timeout=5) as answer:  # noqa: S310 (our own address)
            return str(answer.read(2000).decode())
    except urllib.error.HTTPError as error:
        return error.read(2000).decode()
    except OSError as error:
        return str(error)


class BusinessClock:
    """The demo's time of day: it runs at its own speed and goes on where it stopped."""

    def __init__(self, folder: Path, speed: float) -> None:
        self._file = folder / "demo-clock.json"
        self.speed = speed
        self.real_start = datetime.now(UTC)
        self.start = self._stored() or self._morning()

    def _stored(self) -> datetime | None:
        try:
            return datetime.fromisoformat(json.loads(self._file.read_text())["business"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _morning(self) -> datetime:
        hour, minute = DAY_START
        local = self.real_start.astimezone(WUHAN_TIME)
        return local.replace(hour=hour, minute=minute, second=0, microsecond=0)

    @property
    def text(self) -> str:
        """The clock as the application reads it; it starts to run when this object was made."""
        return f"{self.speed:g}@{self.real_start.isoformat()}@{self.start.isoformat()}"

    def begin(self) -> None:
        """Let the time start to run now (set-up took a while), and remember it."""
        self.real_start = datetime.now(UTC)
        self.keep_ahead()

    def now(self) -> datetime:
        """The business time at this moment."""
        return self.start + (datetime.now(UTC) - self.real_start) * self.speed

    def keep(self) -> None:
        """Write the business time down: the next start goes on from here."""
        self._write(self.now())

    def keep_ahead(self) -> None:
        """Write down the time of the next note: after a crash the business time may not run backwards."""
        self._write(self.now() + timedelta(seconds=2 * KEEP_EVERY) * self.speed)

    def _write(self, business: datetime) -> None:
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps({"business": business.isoformat()}) + "\n")
        draft.replace(self._file)


def show_sign_ins(city: City) -> None:
    """One sign-in per role."""
    say(city.run("demo-sign-ins").rstrip())


def in_environment(code: str, *arguments: str, extra: Mapping[str, str] | None = None) -> str:
    """Run a few lines of Python inside the project's environment."""
    return run([PYTHON, "-c", code, *arguments], "A step of the set-up", extra).strip()
