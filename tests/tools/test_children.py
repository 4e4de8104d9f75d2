"""The programs of a demo: kept alive, and all stopped with their parent."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.children import Child, Family, StoppedError
from tools.console import ROOT, TroubleError

WAITING = "import signal; print('here', flush=True); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); signal.pause()"


def child(folder: Path, code: str = WAITING, name: str = "one", **more: float) -> Child:
    return Child(name, ["-c", code], {}, folder / f"{name}.log", **more)  # type: ignore[arg-type]  # only `patience`


def is_here(one: Child) -> Callable[[], bool]:
    return lambda: "here" in one.last_words()


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_leaving_the_family_stops_all(tmp_path: Path) -> None:
    with Family() as family:
        children = [family.add(child(tmp_path, name=name)) for name in ("one", "two")]
        for one in children:
            family.watch_until(is_here(one), 20, one.name)
    assert [one.process.returncode for one in children if one.process] == [-signal.SIGTERM] * 2


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    with Family() as family:
        deaf = family.add(child(tmp_path, DEAF, patience=0.2))
        family.watch_until(is_here(deaf), 20, "deaf")
    assert deaf.process is not None
    assert deaf.process.returncode == -signal.SIGKILL


def test_one_that_died_is_started_again(tmp_path: Path) -> None:
    with Family() as family:
        one = family.add(child(tmp_path))
        family.watch_until(is_here(one), 20, "one")
        assert one.process is not None
        first = one.process
        first.kill()
        first.wait()

        def beat() -> None:
            if one.process is not first and one.last_words().count("here") == 2:
                raise StoppedError

        with pytest.raises(StoppedError):
            family.watch(0.1, beat)


def test_one_that_ends_while_starting_is_reported_with_its_words(tmp_path: Path) -> None:
    with Family() as family:
        family.add(child(tmp_path, "raise SystemExit('no such port')", name="web"))
        with pytest.raises(TroubleError, match=r"(?s)web did not start.*no such port"):
            family.watch_until(lambda: False, 20, "web")


def test_one_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with Family() as family:
        family.add(child(tmp_path, name="web"))
        with pytest.raises(TroubleError, match=r"web was not well within 0 s"):
            family.watch_until(lambda: False, 0.1, "web")


# No other system has the signal of a dying parent (prctl): there is nothing to test there, and the README says Linux.
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a program to its parent")
def test_a_child_ends_with_a_parent_that_was_killed() -> None:
    script = (
        "import subprocess, sys, signal\n"
        "one = subprocess.Popen([sys.executable, '-m', 'tools.tethered', sys.executable, '-c', sys.argv[1]],"
        " stdout=subprocess.PIPE)\n"
        "one.stdout.readline()\nprint(one.pid, flush=True)\nsignal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, WAITING], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert lives(pid)
        parent.kill()
    wait_for_end = f"while [ -d /proc/{pid} ] && ! grep -q ') Z' /proc/{pid}/stat; do :; done"
    subprocess.run(["timeout", "10", "/bin/sh", "-c", wait_for_end], check=False, stderr=subprocess.DEVNULL)
    assert not lives(pid)
