"""What the machine itself must have: a browser with Chinese letters for the tests; and what it has (doctor)."""

import os
import platform
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from tools import assets, packages
from tools.console import PYTHON, ROOT, TroubleError, run, say, step

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = ("apt-get", "install", "-y", "--no-install-recommends")
NEEDED_SPACE = 3_000_000_000  # bytes: environment, front-end files, database


def browser() -> str:
    """The path of a Chromium, or nothing."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), "")


def has_chinese_letters() -> bool:
    """Whether a font with Chinese letters is installed."""
    lister = shutil.which("fc-list")
    if lister is None:
        return any(Path("/usr/share/fonts").rglob("*CJK*"))
    answer = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return bool(answer.stdout.strip())


def ensure_browser() -> None:
    """Have Chromium and Chinese letters: installed by root on Debian, else the command is said."""
    missing = [] if browser() else ["chromium"]
    missing += [] if has_chinese_letters() else ["fonts-noto-cjk"]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise TroubleError(f"The tests need {' and '.join(missing)}; run: sudo {' '.join(INSTALL)} {' '.join(missing)}")
    with step(f"installing {' and '.join(missing)}"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update"], "apt-get update", quiet)
        run([*INSTALL, *missing], "apt-get install", quiet)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def report(var: Path) -> int:
    """Print one line per thing; 1 if something needed is missing."""
    lacking = packages.missing_modules()
    node = assets.node_version()
    space = shutil.disk_usage(ROOT).free
    locks = [lock for lock in (packages.DEMO, packages.DEVELOPMENT) if packages.is_installed(lock)]
    system = f"{platform.system()} {platform.machine()}"
    lines = [
        (True, f"Python {platform.python_version()} on {system} ({sys.executable})"),
        (not lacking, f"venv: {'there' if not lacking else 'missing; run: apt-get install python3-venv'}"),
        (True, f"packages: {', '.join(locks) or 'not installed yet'}{'' if PYTHON.exists() else ' (no .venv)'}"),
        (True, f"Node.js: {node or 'none'}{'' if node >= assets.OLDEST_NODE else ' (a wheel will be used)'}"),
        (True, f"Chromium: {browser() or 'none; only the tests need it: apt-get install chromium fonts-noto-cjk'}"),
        (True, f"Chinese letters: {'there' if has_chinese_letters() else 'none: apt-get install fonts-noto-cjk'}"),
        (space > NEEDED_SPACE, f"free space: {space / 1e9:.0f} GB"),
        (True, f"database: {'DATABASE_URL' if os.environ.get('DATABASE_URL') else _own_database(var)}"),
        (True, f"port 8700: {'free' if _is_free(8700) else 'in use; the next free one will be taken'}"),
    ]
    for good, text in lines:
        say(f"{'ok     ' if good else 'MISSING'} {text}")
    return 0 if all(good for good, _ in lines) else 1


def _own_database(var: Path) -> str:
    if not PYTHON.exists() or not (var / "database").exists():
        return "our own, not made yet"
    state = run([PYTHON, "-m", "app.database", "status", var / "database"], "The database's state").strip()
    return f"our own in {var / 'database'}, {state}"
