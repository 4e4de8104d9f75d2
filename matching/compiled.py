"""Compiled kernels: made once in the set-up step, kept on disk, used only where they are ready.

A solve never waits for a compile. `warm` makes everything and leaves a stamp in a folder that is named after the
sources, so that code and cache cannot disagree; `is_ready` says whether the stamp is there for this machine. Without
numba, or before `warm` has run, the engines use numpy: slower, the same laws.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
KERNELS = Path(__file__).parent / "kernels"
STAMP = "ready"


@cache
def has_numba() -> bool:
    """Whether numba is installed; it is not imported for that."""
    return importlib.util.find_spec("numba") is not None


def compiled(function: F) -> F:
    """The function as machine code that lets other threads run; without numba as it stands (slow, for tests only)."""
    if not has_numba():
        return function
    numba = _numba()
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def lean(function: F) -> F:
    """Like `compiled`, for inner loops: no memory is asked for inside and no references are counted.

    Counting is atomic, so two threads at one array would spend most of their time waiting for one another.
    """
    if not has_numba():
        return function
    return cast("F", _numba().njit(_nrt=False, nogil=True, error_model="numpy", forceinline=True)(function))


@cache
def _numba() -> Any:
    numba: Any = importlib.import_module("numba")
    numba.config.CACHE_DIR = str(folder())
    return numba


@cache
def folder() -> Path:
    """Where the machine code of these very sources is kept: beside them, or else with the user's caches."""
    name = f"compiled-{_fingerprint()}"
    beside = Path(__file__).parent / "__pycache__"
    if (beside / name).is_dir() or _can_write(beside):
        return beside / name
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    if _can_write(Path(home) / "hourhand"):
        return Path(home) / "hourhand" / name
    return Path(tempfile.gettempdir()) / "hourhand" / name


def _can_write(path: Path) -> bool:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(path, os.W_OK)


def _fingerprint() -> str:
    """Of the kernels' sources and of this Python."""
    whole = hashlib.sha256(sys.version.encode())
    for path in sorted(KERNELS.glob("*.py")):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


@cache
def _machine() -> str:
    """What machine code depends on besides the sources: the compiler's version and the processor."""
    import llvmlite
    import llvmlite.binding

    return f"{llvmlite.__version__} {llvmlite.binding.get_host_cpu_name()}"


def is_ready() -> bool:
    """Whether all kernels can be loaded at once, without compiling anything."""
    if os.environ.get("HOURHAND_PLAIN"):
        return False
    stamp = folder() / STAMP
    return has_numba() and stamp.is_file() and stamp.read_text() == _machine()


def warm() -> bool:
    """Compile what is not compiled yet (up to a minute, once) and say so on disk; False without numba."""
    if not has_numba():
        return False
    if not is_ready():
        from matching.kernels.rehearsal import rehearse

        rehearse()
        folder().mkdir(parents=True, exist_ok=True)
        (folder() / STAMP).write_text(_machine())
    return True
