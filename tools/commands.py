"""The commands of `tools/dev.py`."""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tools import assets, machine, packages
from tools.children import Family, StoppedError, complain, signals_ignored, stop_on_signals
from tools.city import (
    KEEP_EVERY,
    VAR,
    BusinessClock,
    City,
    await_health,
    database_child,
    ensure_secrets,
    free_port,
    given_database,
    in_environment,
    make_folder,
    only_one,
    open_port,
    show_sign_ins,
    start_database,
    stop_database,
)
from tools.console import PYTHON, ROOT, TroubleError, environment, run, say, show, step
from tools.torture import run_proofs

PACKAGES = (
    "core", "geo", "matching", "accounts", "catalogue", "money", "notices", "places", "workers", "dispatch",
    "ratings", "disputes", "recruiting", "simulation", "app", "tools", "benchmarks",
)  # fmt: skip
GENERATED = ("node_modules", "app/static/vendor", ".mypy_cache", ".ruff_cache", ".pytest_cache",
             ".hypothesis", ".import_linter_cache", ".venv")  # fmt: skip
CHECK_SPEED = 60.0
WARM: list[str | Path] = [PYTHON, "-m", "matching", "warm"]
PASSES_ON = {"test", "bench", "torture"}


def set_up(lock: str, development: bool = False) -> None:
    """Everything that does not need a database: packages and front-end files."""
    packages.ensure_packages(lock)
    assets.ensure_assets(development)


def compile_matcher() -> None:
    """Make the matcher's machine code; done once."""
    with step("machine code of the matcher"):
        run(WARM, "Compiling the matcher")


@contextlib.contextmanager
def _compiling() -> Iterator[None]:
    """The same beside other work and after it in line: until it is there, the matcher does without."""
    process = subprocess.Popen(
        ["nice", "-n", "19", *WARM], cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def prepare(folder: Path) -> str:
    """A data folder with secrets and a migrated database; returns the database's URL."""
    make_folder(folder)
    ensure_secrets(folder)
    with step("database server"):
        url = start_database(folder)
    with step("migrations"):
        in_environment("import sys; from app.database import migrate; migrate(sys.argv[1])", url)
    return url


def _begin_anew() -> None:
    """Forget the demo: its database and its time of day. A server that is not ours is left as it is."""
    if given_database():
        raise TroubleError("--fresh does not empty a database that is not ours; give an empty one in DATABASE_URL.")
    if (VAR / "database").exists():
        in_environment("import sys, pathlib; from app.database import remove; remove(pathlib.Path(sys.argv[1]))",
                       str(VAR / "database"))  # fmt: skip
    (VAR / "demo-clock.json").unlink(missing_ok=True)


def demo(options: argparse.Namespace) -> int:
    """Start the demo city and keep it running until Ctrl-C."""
    stop_on_signals()
    set_up(packages.DEMO)
    with only_one(make_folder(VAR)):
        if options.fresh:
            _begin_anew()
        try:
            url = prepare(VAR)
            with _compiling(), Family() as family:
                _live(family, url, options)
        except StoppedError:
            say("\nStopping …")
        finally:
            with signals_ignored():
                stop_database(VAR)
    say("Stopped.")
    return 0


def _live(family: Family, url: str, options: argparse.Namespace) -> None:
    if not given_database():
        family.add(database_child(VAR))
    clock = BusinessClock(VAR, options.speed)
    port = free_port(options.port, options.host)
    base_url = f"http://{'127.0.0.1' if options.host == '0.0.0.0' else options.host}:{port}"  # noqa: S104 (the person chose it)
    with step("demo city"):
        City(VAR, url, base_url, clock.text).seed(14)
    clock.begin()
    city = City(VAR, url, base_url, clock.text)
    host = [] if options.host == "127.0.0.1" else ["--host", options.host]
    try:
        with step("pages"):
            family.add(city.child("web", "serve", "--port", str(port), *host))
            family.add(city.child("clock", "clock"))
            await_health(family, base_url)
        family.add(city.child("city", "live", "--speed", f"{options.speed:g}"))
        say(f"\nHourhand runs at {base_url}   (API: {base_url}/api/v1; logs: {VAR / 'log'})")
        say(f"Business time {clock.now():%Y-%m-%d %H:%M}, {options.speed:g} times as fast as yours.\n")
        show_sign_ins(city)
        say("\nCtrl-C stops it.")
        family.watch(KEEP_EVERY, clock.keep_ahead)
    finally:
        clock.keep()


def demo_check(_: argparse.Namespace) -> int:
    """Play the main story over HTTP on a database of its own, made for this and deleted."""
    stop_on_signals()
    set_up(packages.DEMO)
    folder = Path(tempfile.mkdtemp(prefix="hourhand-check-"))
    folder.chmod(0o755)
    name = f"hourhand_check_{os.getpid()}"
    given = given_database()
    try:
        if given:
            create = "import sys; from app.database import create_database as c; print(c(sys.argv[1], sys.argv[2]))"
            os.environ["DATABASE_URL"] = in_environment(create, given, name)
        return _play(folder, prepare(folder))
    except StoppedError:
        return 130
    finally:
        with signals_ignored():
            _clean_up(folder, given, name)


def _play(folder: Path, url: str) -> int:
    clock = BusinessClock(folder, CHECK_SPEED)
    port = open_port()
    base_url = f"http://127.0.0.1:{port}"
    with step("demo city"):
        City(folder, url, base_url, clock.text).seed(3)
    clock.begin()
    city = City(folder, url, base_url, clock.text)
    with Family() as family:
        with step("pages"):
            family.add(city.child("web", "serve", "--port", str(port)))
            family.add(city.child("clock", "clock"))
            await_health(family, base_url)
        status = show(city.application("demo-check", "--base-url", base_url), city.environment)
        if status != 0:
            for child in family.children:
                say(f"\n--- the last words of {child.name}\n{child.last_words(30)}")
    return 1 if status else 0


def _clean_up(folder: Path, given: str, name: str) -> None:
    if given:
        drop = "import sys; from app.database import drop_database as d; d(sys.argv[1], sys.argv[2])"
        in_environment(drop, given, name)
    else:
        remove = "import sys, pathlib; from app.database import remove; remove(pathlib.Path(sys.argv[1]))"
        in_environment(remove, str(folder / "database"))
    shutil.rmtree(folder, ignore_errors=True)


def test(options: argparse.Namespace) -> int:
    """Run the tests, real PostgreSQL and real Chromium included."""
    set_up(packages.DEVELOPMENT, development=True)
    compile_matcher()
    machine.ensure_browser()
    # A worker that dies ends the run: with another in its place the tests it had would be waited for forever.
    spread = ("-n", "2", "--dist", "loadscope", "--max-worker-restart", "0")
    return show([PYTHON, "-m", "pytest", *spread, *options.rest])


def check(_: argparse.Namespace) -> int:
    """Run what needs no browser: ruff, mypy, the import contracts, the architecture tests."""
    set_up(packages.DEVELOPMENT, development=True)
    existing = [name for name in PACKAGES if (ROOT / name).is_dir()]
    contracts = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    checks: list[tuple[str, list[str]]] = [
        ("ruff", ["-m", "ruff", "check", "."]),
        ("mypy", ["-m", "mypy", "--strict", *[word for name in existing for word in ("-p", name)]]),
        ("imports", ["-c", contracts]),
        ("architecture", ["-m", "pytest", "tests/architecture", "-q"]),
    ]
    failed = []
    for name, arguments in checks:
        with step(name):
            if show([PYTHON, *arguments]) != 0:
                failed.append(name)
    say(f"\nFAILED {', '.join(failed)}" if failed else "\nok")
    return 1 if failed else 0


def doctor(_: argparse.Namespace) -> int:
    """Say what this machine has and what it lacks."""
    return machine.report(VAR)


def _with_database(work: Callable[[City], int]) -> int:
    """Do something with the demo's database; a server that was not running is stopped again."""
    set_up(packages.DEMO)
    make_folder(VAR)
    was_running = (VAR / "database" / "lock").exists() and "running" in in_environment(
        "import sys, pathlib; from app.database import is_running; "
        "print('running' if is_running(pathlib.Path(sys.argv[1])) else '')", str(VAR / "database"))  # fmt: skip
    url = prepare(VAR)
    clock = BusinessClock(VAR, 1.0)
    try:
        return work(City(VAR, url, "http://127.0.0.1:8700", clock.text))
    finally:
        if not was_running:
            stop_database(VAR)


def setup(_: argparse.Namespace) -> int:
    """Make everything ready for `demo` without starting it."""
    status = _with_database(lambda _: 0)
    say("Ready. Run: make demo")
    return status


def shell(_: argparse.Namespace) -> int:
    """A Python prompt with `session` open on the demo's database."""
    start = (
        "import os; from sqlalchemy import create_engine, select; from sqlalchemy.orm import Session; "
        "session = Session(create_engine(os.environ['DATABASE_URL'])); "
        "print('session is open on the database; nothing is kept unless you call session.commit()')"
    )
    return _with_database(lambda city: show([PYTHON, "-i", "-c", start], city.environment))


def db(_: argparse.Namespace) -> int:
    """PostgreSQL's own prompt on the demo's database."""
    program = in_environment("from app.database_programs import find_programs as f; print(f().path('psql'))")
    return _with_database(lambda city: show([program, city.database_url.replace("+psycopg", "")], city.environment))


def bench(options: argparse.Namespace) -> int:
    """Measure the matcher beside its peers (G1–G12); `bench pages` times the pages of a running demo."""
    packages.ensure_packages(packages.BENCH)
    return show([PYTHON, "-m", "benchmarks", *options.rest])


def torture(options: argparse.Namespace) -> int:
    """Prove the promises the long way: storms, kills, canaries; prints a report."""
    set_up(packages.DEVELOPMENT, development=True)
    compile_matcher()
    return run_proofs(options.rest)


def clean(options: argparse.Namespace) -> int:
    """Delete what is made by the tools; the data under var/ stay unless --data is given."""
    if options.data and (VAR / "database").exists() and PYTHON.exists():
        _begin_anew()
    for name in (*GENERATED, *(["var"] if options.data else [])):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "demo": demo, "demo-check": demo_check, "test": test, "check": check, "doctor": doctor,
    "setup": setup, "shell": shell, "db": db, "bench": bench, "torture": torture, "clean": clean,
}  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools/dev.py", description="Run, test and look after Hourhand.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in COMMANDS.items():
        line = (function.__doc__ or "").split("\n", maxsplit=1)[0]
        one = commands.add_parser(name, help=line, description=line)
        if name == "demo":
            one.add_argument("--speed", type=float, default=float(os.environ.get("SPEED") or 6))
            one.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8700))
            one.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
            one.add_argument("--fresh", action="store_true", help="forget the demo's data and begin anew")
        elif name == "clean":
            one.add_argument("--data", action="store_true", help="delete the data under var/ too")
    return parser


def main(arguments: list[str]) -> int:
    """Run one command; words after `test`, `torture` and `bench` go to pytest and the benchmarks."""
    passes_on = arguments[:1] and arguments[0] in PASSES_ON and not {"-h", "--help"} & set(arguments)
    options = _parser().parse_args(arguments[:1] if passes_on else arguments)
    options.rest = arguments[1:] if passes_on else []
    try:
        return COMMANDS[options.command](options)
    except TroubleError as trouble:
        return complain(trouble)
    except (KeyboardInterrupt, StoppedError):
        print(file=sys.stderr)
        return 130
