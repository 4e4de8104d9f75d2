"""The snapshot: what the database says, as a problem for the matcher.

One moment, one city, some local days: matchable workers with shifts, committed days and standings; live offers count
as committed (several may be held at once, so they must all be doable together); travel comes from the road graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

import matching
from dispatch import snapshot_rows as rows
from dispatch.models import Assignment, Offer, Visit
from dispatch.policy import SlotPolicy
from dispatch.travel import Spot, travel_table
from dispatch.waking import local_instant
from workers.models import Worker

GRID = 900


@dataclass(frozen=True)
class Span:
    """Some local days of one city. ``first`` is the day seconds are counted from."""

    city: str
    zone: str
    first: date
    last: date

    @property
    def epoch(self) -> datetime:
        """The instant second 0 stands for."""
        return local_instant(self.first, 0, self.zone)

    @property
    def end(self) -> datetime:
        """The instant the last day ends."""
        return local_instant(self.last + timedelta(days=1), 0, self.zone)

    @property
    def days(self) -> list[date]:
        """All days, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def second(self, at: datetime) -> int:
        """Return an instant as seconds of the problem, never before its beginning."""
        return max(0, int((at - self.epoch).total_seconds()))

    def instant(self, second: int) -> datetime:
        """Return a second of the problem as an instant."""
        return self.epoch + timedelta(seconds=second)


@dataclass
class Places:
    """Spots numbered as they are met."""

    spots: list[Spot] = field(default_factory=list)
    index: dict[Spot, int] = field(default_factory=dict)

    def of(self, lat: float, lon: float) -> int:
        """Return the number of a spot."""
        spot = Spot(round(lat, 5), round(lon, 5))
        if spot not in self.index:
            self.index[spot] = len(self.spots)
            self.spots.append(spot)
        return self.index[spot]


@dataclass(frozen=True)
class Snapshot:
    """A problem, the days its seconds stand for, and the spots its places stand for. No rows: it outlives sessions."""

    problem: matching.Problem
    span: Span
    places: Places


def span_of(days: Iterable[date], city: str, zone: str) -> Span:
    """Return the span that holds all these days."""
    wanted = sorted(days)
    return Span(city, zone, wanted[0], wanted[-1])


def build(facts: rows.Facts, visits: Sequence[Visit], span: Span, policy: SlotPolicy, now: datetime) -> Snapshot:
    """Make the problem of these visits from loaded rows. Visits without any start left are not in it."""
    places = Places()
    wanted = [(visit, window) for visit in visits if (window := _window(visit, span, now)) is not None]
    asked = [_visit(facts, visit, window, places) for visit, window in wanted]
    people = [_worker(facts, worker, span, places) for worker in facts.workers]
    problem = matching.Problem(
        epoch=span.epoch.isoformat(),
        places=tuple(matching.Point(*spot) for spot in places.spots),
        visits=tuple(asked),
        workers=tuple(people),
        travel=travel_of(span.city, places, {worker.mode for worker in people}),
        now=span.second(now),
        grid_seconds=policy.grid_minutes * 60,
        buffer_minutes=policy.buffer_minutes,
        day_starts=tuple(span.second(local_instant(day, 0, span.zone)) for day in span.days),
        first_weekday=span.first.weekday(),
    )
    return Snapshot(problem, span, places)


def travel_of(city: str, places: Places, modes: Iterable[str]) -> matching.Travel:
    """Return travel between all places as the matcher wants it: a table per mode, from the road graph."""
    if not places.spots:
        return matching.Haversine(fixed_seconds=120, detour=1.35)
    return matching.Matrix(
        {mode: travel_table(city, places.spots, mode).astype(np.int64) for mode in sorted(set(modes) or {"ebike"})}
    )


def _window(visit: Visit, span: Span, now: datetime) -> matching.Window | None:
    earliest, latest = span.second(max(visit.window_from, now)), span.second(visit.window_until)
    first = -(-earliest // GRID) * GRID
    return matching.Window(first, latest) if first <= latest else None


def _visit(facts: rows.Facts, visit: Visit, window: matching.Window, places: Places) -> matching.Visit:
    place = visit.job.place
    known = facts.known.get(visit.customer, frozenset())
    preferred = frozenset({visit.job.preferred_worker} - {""})
    return matching.Visit(
        code=visit.code,
        place=places.of(place.lat, place.lon),
        windows=(window,),
        minutes=visit.minutes,
        skills=frozenset(facts.skills.get(visit.service, ())),
        value=visit.worker_fen,
        priority=matching.Priority(visit.priority),
        zone=visit.zone,
        preferred=preferred,
        known=known,
        blocked=facts.blocked.get(visit.customer, frozenset()),
        declined=facts.declined.get(visit.id, frozenset()),
        tier="gold" if visit.trusted else "newcomer",
        newcomer_slot=visit.newcomer_slot,
        flags=len({"no_lift", "pets"} & set(place.facts)),
    )


def _worker(facts: rows.Facts, worker: Worker, span: Span, places: Places) -> matching.Worker:
    held = facts.assignments.get(worker.id, [])
    offers = facts.offers.get(worker.id, [])
    ends = worker.end_lat is not None and worker.end_lon is not None
    stand = worker.standing
    used_days, used_weeks = _used(held, span)
    return matching.Worker(
        code=worker.code,
        start=places.of(worker.home_lat, worker.home_lon),
        end=places.of(worker.end_lat or 0, worker.end_lon or 0) if ends else None,
        shifts=_shifts(worker, span),
        breaks=tuple(_breaks(held, span)),
        committed=(*_stops(held, span, places), *_tentative(offers, span, places)),
        skills=frozenset(skill.skill for skill in worker.skills),
        mode=worker.travel_mode,
        radius_m=float(worker.radius_m),
        zones=frozenset(worker.zones) or None,
        languages=frozenset(worker.languages),
        gender=worker.gender or None,
        daily_limit=worker.daily_minutes,
        weekly_limit=worker.weekly_minutes,
        used_days=used_days,
        used_weeks=used_weeks,
        tier=stand.tier if stand and stand.tier in ("newcomer", "standard", "gold", "star") else "newcomer",
        stars=1 + 4 * stand.score if stand else 4.5,
        lower=1 + 4 * stand.lower if stand else 1.0,
        is_newcomer=stand is None or stand.weight < 8,
        fairness_gap=stand.fairness_gap if stand else 0.0,
        unreliability=min(1.0, (stand.reliability_points if stand else 0) / 10),
        holds=rows.holds_of(worker),
        documents_until=rows.documents_until(worker, span.epoch, span.zone),
    )


def _shifts(worker: Worker, span: Span) -> tuple[matching.Shift, ...]:
    found: list[matching.Shift] = []
    for day in span.days:
        today = sorted(
            (shift.starts, shift.ends)
            for shift in worker.shifts
            if shift.weekday == day.weekday()
            and shift.valid_from <= day
            and (shift.valid_until is None or day <= shift.valid_until)
        )
        for number, (starts, ends) in enumerate(today):
            before = today[number - 1][1] if number else starts - 180
            after = today[number + 1][0] if number + 1 < len(today) else ends + 180
            found.append(
                _shift(span, day, (starts, ends), (min(90, (starts - before) // 2), min(90, (after - ends) // 2)))
            )
    return tuple(found)


def _shift(span: Span, day: date, hours: tuple[int, int], margins: tuple[int, int]) -> matching.Shift:
    starts, ends = (span.second(local_instant(day, minute, span.zone)) for minute in hours)
    return matching.Shift(starts, ends, leave_from=max(0, starts - margins[0] * 60), back_by=ends + margins[1] * 60)


def _stops(held: Sequence[Assignment], span: Span, places: Places) -> list[matching.Commitment]:
    stops = []
    for row in held:
        visit, lower = row.visit, row.during.lower
        if visit is None or lower is None or row.status == "finished" or not span.epoch <= lower < span.end:
            continue
        place = visit.job.place
        stops.append(
            matching.Commitment(span.second(lower), visit.minutes, places.of(place.lat, place.lon), visit.code)
        )
    return stops


def _tentative(offers: Sequence[Offer], span: Span, places: Places) -> list[matching.Commitment]:
    stops = []
    for offer in offers:
        if not span.epoch <= offer.starts_at < span.end:
            continue
        place = offer.visit.job.place
        start = span.second(offer.starts_at)
        stops.append(matching.Commitment(start, offer.visit.minutes, places.of(place.lat, place.lon), offer.visit.code))
    return stops


def _breaks(held: Sequence[Assignment], span: Span) -> list[matching.Break]:
    found = []
    for row in held:
        lower, upper = row.during.lower, row.during.upper
        if row.status == "time_off" and lower is not None and upper is not None and upper > span.epoch:
            found.append(matching.Break(span.second(lower), span.second(upper)))
    return found


def _used(held: Sequence[Assignment], span: Span) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Minutes worked or promised besides the commitments: finished today, and other days of the same weeks."""
    days: dict[int, int] = defaultdict(int)
    weeks: dict[int, int] = defaultdict(int)
    monday = span.first - timedelta(days=span.first.weekday())
    for row in held:
        lower, visit = row.during.lower, row.visit
        if visit is None or lower is None or (row.status != "finished" and span.epoch <= lower < span.end):
            continue
        day = lower.astimezone(ZoneInfo(span.zone)).date()
        weeks[(day - monday).days // 7] += visit.minutes
        if span.first <= day <= span.last:
            days[(day - span.first).days] += visit.minutes
    length, weeks_long = len(span.days), (span.last - monday).days // 7 + 1
    return tuple(days[n] for n in range(length)), tuple(weeks[n] for n in range(weeks_long))
