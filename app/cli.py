"""The command line: ``python -m app COMMAND``."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from app.settings import SettingsError, read_settings


@click.group(help="Hourhand: pages, clock, and what belongs to them.")
def main() -> None:
    """Say what is wrong with the environment in one sentence instead of a traceback."""


@main.command()
def migrate() -> None:
    """Bring the database to the newest migration."""
    from app.database import migrate as bring_up

    bring_up(_settings().database_url)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8700, show_default=True)
def serve(host: str, port: int) -> None:
    """Answer requests."""
    from app.serving import serve as answer

    answer(_settings(), host, port)


@main.command()
def clock() -> None:
    """Beat: deliver events, fire timers, run rounds. Any number of clocks may run."""
    from app.scheduler import run_clock
    from app.session import make_factory

    settings = _settings()
    run_clock(settings, make_factory(settings, "hourhand-clock"))


@main.command()
def routes() -> None:
    """Print every route with its policy."""
    from app import create_app
    from app.registry import describe

    for line in describe(create_app(_settings())):
        roles = "everybody" if line.declared.policy.public else ", ".join(sorted(line.roles))
        click.echo(f"{'/'.join(line.methods):<7} {line.rule:<46} {roles} · {line.objects}")


@main.command("missing-words")
def missing_words_() -> None:
    """Print the texts that have no Chinese yet; exit 1 when there are some."""
    from app.missing_words import missing_words

    missing = missing_words()
    for text, files in sorted(missing.items(), key=lambda one: sorted(one[1])):
        click.echo(f"{', '.join(sorted(files))}: {text}")
    sys.exit(1 if missing else 0)


@main.command("lay-ground")
def lay_ground_() -> None:
    """Write the city's zones, compounds, services and score parameters; nothing is done twice."""
    from app.beginning import lay_ground
    from app.session import make_factory
    from core.clock import wall

    settings = _settings()
    with make_factory(settings, "hourhand-command").begin() as session:
        lay_ground(session, settings.city, wall())


@main.group("audit")
def audit_() -> None:
    """What staff did."""


@audit_.command("verify")
@click.option("--head", "heads", multiple=True, help="A head printed or logged earlier (12:ab…): it must still hold.")
def verify_audit(heads: tuple[str, ...]) -> None:
    """Walk the chain of the audit; print its head, or what is wrong and exit 1."""
    from app.session import make_factory
    from core.audit_chain import Head, verify_chain

    try:
        known = tuple(Head.read(one) for one in heads)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    with make_factory(_settings(), "hourhand-command")() as session:
        found = verify_chain(session, known)
    click.echo(f"{found.head}" if found.whole else f"{found.fault} at {found.at}; whole up to {found.head}")
    sys.exit(0 if found.whole else 1)


@main.command("seal-photos")
def seal_photos_() -> None:
    """Seal every photo with the newest key of the secrets file; after that the older keys may go."""
    from app.resealing import reseal_all
    from app.session import make_factory

    click.echo(f"{reseal_all(make_factory(_settings(), 'hourhand-command'))} photos sealed anew")


@main.command("add-staff")
@click.option("--name", prompt=True)
@click.option("--role", prompt=True, type=click.Choice(["ops_agent", "ops_lead", "finance", "admin"]))
@click.option("--login", prompt=True)
@click.password_option()
def add_staff_(name: str, role: str, login: str, password: str) -> None:
    """Make an account of the desk; prints what the authenticator has to read, once."""
    from app.beginning import add_staff
    from app.session import make_factory
    from core.actors import Role
    from core.clock import wall
    from core.errors import InvalidInput

    try:
        with make_factory(_settings(), "hourhand-command").begin() as session:
            click.echo(add_staff(session, name, Role(role), login, password, wall()))
    except InvalidInput as error:
        raise click.ClickException("The password needs twelve signs or more.") from error


@main.command("demo-seed")
@click.option("--days", default=14, show_default=True, help="How many days of history.")
def demo_seed(days: int) -> None:
    """Fill the database with the demo city; nothing is done twice."""
    _demo().seed(_settings(), days)


@main.command()
@click.option("--speed", default=6.0, show_default=True, help="Told by the clock already; kept for the log.")
def live(speed: float) -> None:
    """Let the demo city's people act until told to stop."""
    _demo().live(_settings(), speed)


@main.command("demo-sign-ins")
def demo_sign_ins() -> None:
    """Print one sign-in per role."""
    _demo().sign_ins(_settings())


@main.command("demo-check")
@click.option("--base-url", default="http://127.0.0.1:8700", show_default=True)
def demo_check(base_url: str) -> None:
    """Play the main story over HTTP; one line per step, exit 0 or 1."""
    sys.exit(_demo().check(_settings(), base_url))


def _demo() -> Any:
    return import_module("app.demo")


def _settings() -> Any:
    try:
        return read_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
