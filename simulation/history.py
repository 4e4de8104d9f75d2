"""History: some weeks lived in seconds, by the same verbs, timers and rounds as any other day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dispatch.waking import local_instant
from geo.cities import City
from simulation.day import Life
from simulation.founding import found
from simulation.hiring import half_way, hire
from simulation.world import World

LIVELY = 4  # the last days, lived in small steps
Tell = Callable[[str, float], None]


def begin(world: World, city: City, now: datetime, workers: int) -> None:
    """Found the house and hire the first people: recruiters have been busy for a week."""
    world.act(lambda session: found(session, city, now))
    for number in range(workers):
        at = now + timedelta(minutes=7 * number)
        world.act(_hiring(world.seed, number, at))
    world.beat(now + timedelta(hours=8))


def _hiring(seed: int, number: int, at: datetime) -> Callable[[Session], object]:
    return lambda session: hire(session, seed, number, at)


def applicants(session: Session, seed: int, first: int, now: datetime) -> None:
    """Leave a few people in the middle of their way in, so that the vetting desk has something to look at."""
    for number in range(first, first + 6):
        half_way(session, seed, number, now - timedelta(hours=30 - 4 * (number - first)), number - first)


def live_through(world: World, first: date, until: datetime, early: int, tell: Tell) -> None:
    """Live from the morning of ``first``; the first ``early`` days with hardly any demand."""
    tz = ZoneInfo(world.zone)
    days = (until.astimezone(tz).date() - first).days + 1
    life = Life(world)
    for number in range(days):
        day = first + timedelta(days=number)
        life.growth = growth_of(days - 1 - number, quiet=number < early)
        step = timedelta(minutes=150 if days - 1 - number >= LIVELY else 60)
        live_day(life, day, min(until, local_instant(day, 1440, world.zone)), step)
        tell(day.isoformat(), (number + 1) / days)


def growth_of(days_left: int, *, quiet: bool) -> float:
    """Return the share of the usual demand: a trickle, then a young neighbourhood, then a lively end of the week."""
    if quiet:
        return 0.15
    return (2.0, 2.2, 1.4, 0.9)[days_left] if days_left < 4 else 0.3


def live_day(life: Life, day: date, until: datetime, step: timedelta) -> None:
    """Live one local day: one look at night for what runs daily, then step by step from seven."""
    zone = life.world.zone
    night = local_instant(day, 4 * 60 + 10, zone)
    if night <= until:
        life.world.beat(night)
    since = local_instant(day, 7 * 60, zone)
    while since < until:
        now = min(since + step, until)
        if now > local_instant(day, 22 * 60 + 30, zone):
            now = until
        life.live(since, now)
        life.world.beat(now)
        since = now
