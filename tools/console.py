"""What the tools say: steps with their seconds, and trouble in one sentence."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"


class TroubleError(Exception):
    """Something is missing or failed; the message is one sentence with the command that mends it."""


def say(text: str = "") -> None:
    """One line for the person at the terminal."""
    print(text, flush=True)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """A step of a set-up: its name and how many seconds it took."""
    begun = time.monotonic()
    if sys.stdout.isatty():
        print(f"      …    {name}", end="\r", flush=True)
    yield
    say(f"{time.monotonic() - begun:7.1f} s  {name}")


FOREIGN = {"PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"}  # without compiled files a start takes twice as long


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for programs in the project: ours, whatever else is active."""
    own = {key: value for key, value in os.environ.items() if key not in FOREIGN}
    return own | {"PYTHONUNBUFFERED": "1"} | dict(extra or {})


def run(command: Sequence[str | Path], why: str, extra: Mapping[str, str] | None = None) -> str:
    """Run a program quietly and return what it printed; TroubleError with its last words if it fails."""
    try:
        answer = subprocess.run(command, cwd=ROOT, env=environment(extra), capture_output=True, text=True, check=False)
    except OSError as error:
        raise TroubleError(f"{why}: {error}") from error
    if answer.returncode != 0:
        words = (answer.stderr.strip() or answer.stdout.strip()).splitlines()[-12:]
        raise TroubleError("\n".join([f"{why} failed:", *words]))
    if answer.stderr.strip() and str(command[0]) == str(PYTHON):
        print(answer.stderr.strip(), file=sys.stderr, flush=True)
    return answer.stdout


def show(command: Sequence[str | Path], extra: Mapping[str, str] | None = None) -> int:
    """Run a program with its output on the terminal; returns its exit status."""
    say()
    return subprocess.run(command, cwd=ROOT, env=environment(extra), check=False).returncode
