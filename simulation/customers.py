"""Customers as agents: they ask for visits, confirm, rate, sometimes call off, sometimes complain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.accounts import create_account
from accounts.models import Account
from core.actors import Actor, Role
from core.policies import read_policy
from dispatch.cancelling import cancel_visit
from dispatch.finishing import confirm_visit
from dispatch.jobs import request_job
from dispatch.models import Visit
from dispatch.policy import SlotPolicy
from dispatch.quoting import ask_quote
from dispatch.schemas import JobRequest, QuoteAsk
from dispatch.slots import SlotAsk, SlotBook, open_book, slots_in
from dispatch.states import VisitState
from dispatch.travel import Spot
from dispatch.waking import local_instant
from places.homes import units_of
from places.models import Compound, Zone
from simulation.acts import Act, Run
from simulation.chance import between, chance, pick
from simulation.people import customer_name, customer_soul, phone
from simulation.world import World

SERVICES = (
    ("standard", (120, 120, 150, 180)),
    ("deep", (240, 300)),
    ("window", (180,)),
    ("cooking", (120,)),
    ("ironing", (120,)),
)
AHEAD = (0, 1, 1, 2, 3)
_SHARES = (0.6, 0.75, 0.85, 0.94, 1.0)
SESSION = "demo city".ljust(64, ".")


@dataclass(frozen=True)
class Wish:
    """One request somebody will make: who, when they ask, and what about."""

    household: int
    at: datetime
    number: int


def wishes(world: World, since: datetime, until: datetime, growth: float = 1.0) -> list[Wish]:
    """Return the requests made in (since, until]: a number per day, spread over the waking hours."""
    tz = ZoneInfo(world.zone)
    found = []
    day = since.astimezone(tz).date()
    while day <= until.astimezone(tz).date():
        weekend = 1.25 if day.weekday() >= 5 else 1.0
        for number in range(round(world.demand_per_day * growth * weekend)):
            minute = int(between(450, 1290, world.seed, "minute", day, number))
            at = local_instant(day, minute, world.zone) + timedelta(
                seconds=int(between(0, 60, world.seed, "s", day, number))
            )
            if since < at <= until:
                found.append(Wish(int(chance(world.seed, "who", day, number) ** 1.4 * world.pool), at, number))
        day += timedelta(days=1)
    return sorted(found, key=lambda wish: wish.at)


def look(session: Session, now: datetime) -> SlotBook:
    """Look at the next days' slots, as somebody does who opens the page."""
    zone = session.scalars(select(Zone).order_by(Zone.id).limit(1)).one()
    policy = read_policy(session, SlotPolicy, now, zone.slug)
    today = now.astimezone(ZoneInfo(zone.time_zone)).date()
    return open_book(session, zone, policy, now, (today, today + timedelta(days=max(AHEAD))))


def request(session: Session, world: World, wish: Wish, book: SlotBook) -> None:
    """Ask for a visit the way the pages do: slots, quote, yes."""
    seed = world.seed
    account = create_account(
        session, phone("customer", wish.household), customer_name(seed, wish.household), "zh", wish.at
    )
    if account.code in world.taken():
        return
    home = _home(session, seed, wish.household)
    building = pick(home.buildings, seed, "building", wish.household)["name"]
    units = units_of(home, building)
    service, lengths = SERVICES[next(n for n, top in enumerate(_SHARES) if chance(seed, "service", wish) <= top)]
    facts = tuple(
        fact for fact, share in (("pets", 0.25), ("own_tools", 0.5)) if chance(seed, fact, wish.household) < share
    )
    ask = QuoteAsk(
        service=service,
        minutes=pick(lengths, seed, "minutes", wish),
        compound=home.slug,
        building=building,
        unit=pick(units, seed, "unit", wish.household) if units else "",
        facts=facts,
        start=_start(world, home, service, wish, book),
    )
    customer = Actor(Role.CUSTOMER, account.code)
    quote = ask_quote(session, customer, ask, SESSION, wish.at)
    request_job(session, customer, JobRequest(quote.code), SESSION, wish.at)


def _home(session: Session, seed: int, household: int) -> Compound:
    homes = session.scalars(select(Compound).join(Zone).where(Zone.stage != "closed").order_by(Compound.id)).all()
    estates = [home for home in homes if home.kind != "urban_village"]
    return pick(estates, seed, "estate", household)


def _start(world: World, home: Compound, service: str, wish: Wish, book: SlotBook) -> datetime:
    """Choose a slot of one of the next days; somebody who finds none asks for a time that cannot be kept."""
    day = wish.at.astimezone(ZoneInfo(world.zone)).date() + timedelta(days=pick(AHEAD, world.seed, "ahead", wish))
    ask = SlotAsk(service, 240, Spot(round(home.lat, 5), round(home.lon, 5)), home.zone.slug)
    hours = [slot.start for slot in slots_in(book, ask, [day])]
    return pick(hours, world.seed, "slot", wish) if hours else wish.at + timedelta(hours=1)


def customer_acts(session: Session, world: World) -> list[Act]:
    """Return what customers would do about visits they have."""
    return list(_after_and_before(session, world))


def _after_and_before(session: Session, world: World) -> Iterable[Act]:
    rows = session.execute(
        select(Visit, Account.id)
        .join(Account, Account.code == Visit.customer)
        .where(Visit.state.in_([VisitState.WORK_DONE.value, VisitState.ASSIGNED.value]))
        .order_by(Visit.id)
    ).all()
    for visit, account_id in rows:
        soul = customer_soul(world.seed, account_id)
        actor = Actor(Role.CUSTOMER, visit.customer)
        if visit.state == VisitState.WORK_DONE and chance(world.seed, "confirms", visit.id) < 0.75:
            wait = timedelta(minutes=between(4, 240, world.seed, "confirm", visit.id))
            yield Act(("confirm", visit.id), visit.state_since + wait, visit.customer, _confirming(actor, visit.code))
        elif visit.state == VisitState.ASSIGNED and chance(world.seed, "calls-off", visit.id) < soul.calls_off:
            wait = timedelta(minutes=between(10, 600, world.seed, "off-after", visit.id))
            yield Act(("cancel", visit.id), visit.state_since + wait, visit.customer, _cancelling(actor, visit.code))


def _confirming(actor: Actor, code: str) -> Run:
    return lambda session, at: confirm_visit(session, actor, code, at)


def _cancelling(actor: Actor, code: str) -> Run:
    return lambda session, at: cancel_visit(session, actor, code, "plans_changed", at)
