"""Who runs the database server, and where that user may go.

PostgreSQL refuses to run as root. Started by root, the server therefore runs as an unprivileged user that
exists already; nothing outside our own folders has its permissions changed.
"""

import hashlib
import os
import pwd
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from app.database_programs import DatabaseError

CANDIDATES = ("hourhand", "nobody", "postgres")
LONGEST_SOCKET = 107  # bytes of sun_path on Linux (108 with the closing zero)
SOCKET_NAME = ".s.PGSQL.5432"
SHARED_PLACES = ("/var/lib/hourhand", "/var/tmp/hourhand")  # noqa: S108 (checked to belong to root before use)


class Identity(TypedDict, total=False):
    """The part of subprocess.Popen's arguments that changes the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The user the server runs as; `switches` says that this is not the user we are."""

    name: str
    uid: int
    gid: int
    switches: bool

    @property
    def identity(self) -> Identity:
        """Arguments for subprocess that start a program as this user."""
        if not self.switches:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, path: Path) -> bool:
        """Whether this user may enter and read the folder `path`."""
        if not self.switches:
            return os.access(path, os.R_OK | os.X_OK)
        return _asks_shell(self, 'test -x "$1"', path)

    def can_run(self, program: Path) -> bool:
        """Whether this user may run `program` (parents, libraries and shared files included)."""
        try:
            answer = subprocess.run([program, "--version"], capture_output=True, check=False, cwd="/", **self.identity)  # noqa: S603 (our own programs)
        except OSError:
            return False
        return answer.returncode == 0


def _asks_shell(account: Account, test: str, path: Path) -> bool:
    command = ["/bin/sh", "-c", test, "sh", str(path)]
    answer = subprocess.run(command, capture_output=True, check=False, cwd="/", **account.identity)  # noqa: S603 (fixed text; the path is an argument)
    return answer.returncode == 0


def server_account(cluster: Path) -> Account:
    """The account for the data in `cluster`: its owner if it exists, else a suitable user of the machine."""
    uid = os.geteuid()
    owner = cluster.stat().st_uid if cluster.exists() else None
    if uid != 0:
        if owner not in {None, uid}:
            raise DatabaseError(
                f"The database in {cluster} belongs to the user {_name(owner)}; run this as root, "
                f"or hand it over: sudo chown -R {_name(uid)} '{cluster.parent}'"
            )
        return Account(_name(uid), uid, os.getegid(), switches=False)
    if owner:
        return Account(_name(owner), owner, cluster.stat().st_gid, switches=True)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, switches=True)
    raise DatabaseError("There is no unprivileged user to run the database as; run: useradd --system hourhand")


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return str(uid)


def own_folder(path: Path, account: Account, mode: int) -> Path:
    """Make `path` if it is missing, give it to `account` and set its mode; the folder is ours."""
    path.mkdir(parents=True, exist_ok=True)
    if account.switches and path.stat().st_uid != account.uid:
        os.chown(path, account.uid, account.gid)
    if path.stat().st_mode & 0o777 != mode:
        path.chmod(mode)
    return path


def reachable_place() -> Path:
    """A folder of root's that every user may enter, for data whose own folder nobody else may enter."""
    for name in SHARED_PLACES:
        place = Path(name)
        try:
            place.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        if not place.is_symlink() and place.stat().st_uid == 0:
            place.chmod(0o755)
            return place
    raise DatabaseError(f"No folder for the database could be made; run: mkdir -p {SHARED_PLACES[0]}")


def new_home(label: str) -> Path:
    """An empty folder below `reachable_place()`, with a name of its own."""
    home = reachable_place() / f"{label}-{secrets.token_hex(4)}"
    home.mkdir(mode=0o711)
    home.chmod(0o711)
    return home


def socket_folder(home: Path, account: Account) -> Path:
    """The server's private socket folder (0700), short enough for the system's limit; made if missing."""
    folder = socket_path(home)
    if folder.is_symlink() or (folder.exists() and folder.stat().st_uid not in {account.uid, os.geteuid()}):
        raise DatabaseError(f"The socket folder {folder} belongs to somebody else; run: sudo rm -r {folder}")
    return own_folder(folder, account, 0o700)


def socket_path(home: Path) -> Path:
    """Where the socket folder of a home is: inside it, or below /tmp when clients could not name it.

    Paths are limited in length, and clients take a comma for the end of one host in a list.
    """
    inside = home / "run"
    if len(os.fsencode(inside / SOCKET_NAME)) <= LONGEST_SOCKET and "," not in str(inside):
        return inside
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path("/tmp") / f"hourhand-{digest}"  # noqa: S108 (its owner is checked, its mode is 0700)
