"""The demo city, as commands: fill it, let it live, say who may sign in. Not part of a production house."""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from zoneinfo import ZoneInfo

import click
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from accounts.accounts import account_by_code
from accounts.models import Account, StaffCredential, WebSession
from accounts.second_factor import begin_second_factor, confirm_second_factor
from accounts.staff import set_staff_password
from accounts.totp import totp_now
from app.demo_check import play
from app.logs import configure_logs
from app.session import engine_options, make_factory
from app.settings import Settings
from app.wiring import wiring
from core.clock import wall
from core.db import SessionFactory, in_transaction
from core.sealing import use_keys
from core.ticks import TickRun, claim_tick
from dispatch.models import Visit
from dispatch.waking import local_instant
from geo.cities import load_city
from recruiting.models import Recruiter
from simulation.day import Life
from simulation.founding import STAFF
from simulation.history import applicants, begin, live_through
from simulation.people import phone
from simulation.world import World
from workers.models import Worker

SEED = 20261121
WORKERS = 28
LEAD_DAYS = 2
STAFF_PASSWORD = "one-hand-clock"  # noqa: S105  (of the demo city, printed on its first page)
TAKEN_FOR = timedelta(minutes=10)
BEFORE = timedelta(minutes=5)  # the code that set an authenticator up cannot be the first one typed


def seed(settings: Settings, days: int) -> None:
    """Write the city and live through its last days; a second call finds it done."""
    configure_logs(settings, quiet=True)
    factory = _seeding_factory(settings)
    with factory() as session:
        if session.get(TickRun, ("demo_seed", "done")) is not None:
            return
    until = settings.clock.sim_start or settings.clock.now()
    world = replace(_world(settings, factory), taken=frozenset)
    first = until.astimezone(ZoneInfo(settings.zone)).date() - timedelta(days=days)
    began = time.monotonic()
    begin(
        world, load_city(settings.city), local_instant(first - timedelta(days=LEAD_DAYS), 540, settings.zone), WORKERS
    )
    live_through(world, first, until, 0, lambda day, share: _tell(day, share, began))
    in_transaction(factory, lambda session: _finish(session, until))


def _tell(day: str, share: float, began: float) -> None:
    click.echo(f"  lived {day}  {share:4.0%}  {time.monotonic() - began:5.1f} s")


def _finish(session: Session, now: datetime) -> None:
    applicants(session, SEED, WORKERS, now)
    for post in STAFF:
        account = session.scalars(select(Account).where(Account.phone == phone("staff", post.number))).one()
        set_staff_password(session, account, post.login, STAFF_PASSWORD)
    for recruiter in session.scalars(select(Recruiter)):
        account = account_by_code(session, recruiter.account_code)
        secret = begin_second_factor(session, account, wall())
        confirm_second_factor(session, account, totp_now(secret, wall() - BEFORE), "", wall() - BEFORE)
    claim_tick(session, "demo_seed", "done", now)


def live(settings: Settings, speed: float) -> None:
    """Let everybody act as business time goes by, except whom a real person has taken over."""
    factory = make_factory(settings, "hourhand-city")
    life = Life(_world(settings, factory), growth=1.6)
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    since = settings.clock.now()
    click.echo(f"The city lives, {speed:g} times as fast as the wall clock.")
    while not stop.wait(1.0):
        now = settings.clock.now()
        life.live(since, now)
        since = now


def sign_ins(settings: Settings) -> None:
    """Print one sign-in per role."""
    factory = make_factory(settings, "hourhand-demo")
    with factory() as session:
        click.echo(f"Step into anybody's shoes: {settings.base_url}/demo/people")
        for role, name, number in _people(session):
            codes = "the code is shown on the page" + (", and the authenticator's" if role == "recruiter" else "")
            click.echo(f"  {role:<10} {name}   {settings.base_url}/sign-in   {number}   ({codes})")
        for post in STAFF:
            door = f"{settings.base_url}/staff/sign-in"
            secrets = f"{post.login} / {STAFF_PASSWORD} / code {_totp(session, post.number)}"
            click.echo(f"  {post.role.value:<10} {post.name}   {door}   {secrets}")


def _people(session: Session) -> list[tuple[str, str, str]]:
    visit = session.scalars(select(Visit).where(Visit.state == "assigned").order_by(Visit.starts_at).limit(1)).first()
    found: list[tuple[str, str, str]] = []
    if visit is not None:
        customer = session.scalars(select(Account).where(Account.code == visit.customer)).one()
        found.append(("customer", customer.name, customer.phone or ""))
    worker = session.get(Worker, visit.worker_id) if visit and visit.worker_id else None
    if worker is not None:
        found.append(("worker", worker.name, worker.account.phone or ""))
    recruiter = session.scalars(select(Recruiter).order_by(Recruiter.id).limit(1)).first()
    if recruiter is not None:
        account = session.scalars(select(Account).where(Account.code == recruiter.account_code)).one()
        found.append(("recruiter", recruiter.name, account.phone or ""))
    return found


def _totp(session: Session, number: int) -> str:
    account = session.scalars(select(Account).where(Account.phone == phone("staff", number))).one()
    credential = session.get(StaffCredential, account.id)
    return totp_now(credential.totp_secret, wall()) if credential else "-"


def check(settings: Settings, base_url: str) -> int:
    """Play the main story over HTTP; 0 when every step went well."""
    return play(settings, base_url)


def _world(settings: Settings, factory: SessionFactory) -> World:
    wired = wiring()
    return World(
        factory=factory,
        seed=SEED,
        zone=settings.zone,
        handlers=wired.handlers,
        timers=wired.timers,
        ticks=wired.ticks,
        taken=lambda: _taken(factory),
    )


def _taken(factory: SessionFactory) -> frozenset[str]:
    """Return the accounts a browser has used in the last minutes: their agents stand still."""
    with factory() as session:
        recent = session.scalars(
            select(Account.code)
            .join(WebSession, WebSession.account_id == Account.id)
            .where(WebSession.seen_at > wall() - TAKEN_FOR, WebSession.ended_at.is_(None))
        )
        return frozenset(recent)


def _seeding_factory(settings: Settings) -> SessionFactory:
    """Return a factory that waits for no disk and tests no connection: if one fails, the city is made again."""
    use_keys(*settings.all_file_keys)
    options = {**engine_options(settings, "hourhand-seed"), "pool_pre_ping": False}
    arguments = options["connect_args"]
    options["connect_args"] = {**arguments, "options": arguments["options"] + " -c synchronous_commit=off"}
    return sessionmaker(create_engine(settings.database_url, **options))
