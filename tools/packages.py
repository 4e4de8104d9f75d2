"""The virtual environment and its locked packages."""

import hashlib
import importlib.util
import json
import sys

from tools.console import PYTHON, ROOT, TroubleError, run, say, step

VENV = ROOT / ".venv"
STAMPS = VENV / "hourhand-locks.json"
INSTALLER = "tools/installer.lock"
NODE = "tools/node.lock"
DEMO = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"  # holds everything of the other one
BENCH = "requirements-bench.lock"  # the demo's packages, and the peers the matcher is measured against


def missing_modules() -> list[str]:
    """Modules of the standard library that Debian packs apart and that are not there."""
    return [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]


def ensure_environment() -> None:
    """Make `.venv` if it is missing, or was made by another Python or at another place."""
    if missing_modules():
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise TroubleError(
            f"Python's venv module is missing; run: apt-get install python{version}-venv (or python3-venv)"
        )
    if _is_ours():
        return
    with step("Python environment in .venv"):
        run([sys.executable, "-m", "venv", "--clear", VENV], "Making the Python environment")
        STAMPS.write_text(json.dumps({"python": str(PYTHON.resolve())}))


def _is_ours() -> bool:
    """Whether the environment works, and by the same Python as when its packages came."""
    return PYTHON.exists() and _stamps().get("python", str(PYTHON.resolve())) == str(PYTHON.resolve())


def ensure_packages(lock: str) -> None:
    """Install the packages of a lock, hashes checked; nothing is done if they are there already."""
    ensure_environment()
    if lock == DEMO and is_installed(DEVELOPMENT):
        return
    if is_installed(lock):
        return
    if not is_installed(INSTALLER):
        with step("uv, which installs the others"):
            _pip(INSTALLER)
            _stamp(INSTALLER)
    with step(f"packages of {lock}"):
        _install(lock)
        _stamp(lock)


def _install(lock: str) -> None:
    """With uv; by pip, which is slower but knows pip's own settings for mirrors, if uv cannot."""
    try:
        run([PYTHON, "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "--python", PYTHON, "-r", lock], "uv")
    except TroubleError as trouble:
        say(f"{trouble}\nTrying with pip instead, which takes longer.")
        _pip(lock)


def _pip(lock: str) -> None:
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    run([PYTHON, "-m", "pip", "install", *options, "-r", lock], f"Installing {lock}")


def _digest(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def _stamps() -> dict[str, str]:
    try:
        stamps: dict[str, str] = json.loads(STAMPS.read_text())
    except (OSError, ValueError):
        return {}
    return stamps


def is_installed(lock: str) -> bool:
    """Whether the packages of this very lock are in the environment."""
    return _stamps().get(lock) == _digest(lock)


def _stamp(lock: str) -> None:
    STAMPS.write_text(json.dumps(_stamps() | {lock: _digest(lock)}, indent=1))
