"""The snapshot: what the database says, as a problem for the matcher.

One moment, one city, some local days: matchable workers with shifts, committed days and standings; live offers count
as committed (several may be held at once, so they must all be doable together); travel comes from the road graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

import matching
from dispatch import snapshot_rows as rows
from dispatch.models import Visit
from dispatch.policy import SlotPolicy
from dispatch.travel import Spot, travel_table
from dispatch.waking import local_instant
from matching.demand import TIERS

GRID = 900


@dataclass(frozen=True)
class Span:
    """Some local days of one city. ``first`` is the day seconds are counted from."""

    city: str
    zone: str
    first: date
    last: date

    @cached_property
    def epoch(self) -> datetime:
        """The instant second 0 stands for."""
        return local_instant(self.first, 0, self.zone)

    @cached_property
    def end(self) -> datetime:
        """The instant the last day ends."""
        return local_instant(self.last + timedelta(days=1), 0, self.zone)

    @cached_property
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


def _worker(facts: rows.Facts, worker: rows.WorkerRow, span: Span, places: Places) -> matching.Worker:
    held = facts.held.get(worker.id, [])
    stops = [*_stops(held, span, places), *_stops(facts.tentative.get(worker.id, []), span, places)]
    ends = worker.end_lat is not None and worker.end_lon is not None
    known = worker.score is not None
    used_days, used_weeks = _used(held, span)
    return matching.Worker(
        code=worker.code,
        start=places.of(worker.home_lat, worker.home_lon),
        end=places.of(worker.end_lat or 0, worker.end_lon or 0) if ends else None,
        shifts=_shifts(facts.shifts.get(worker.id, []), span),
        breaks=tuple(_breaks(held, span)),
        committed=tuple(stops),
        skills=facts.worker_skills.get(worker.id, frozenset()),
        mode=worker.mode,
        radius_m=float(worker.radius_m),
        zones=frozenset(worker.zones) or None,
        languages=frozenset(worker.languages),
        gender=worker.gender or None,
        daily_limit=worker.daily_minutes,
        weekly_limit=worker.weekly_minutes,
        used_days=used_days,
        used_weeks=used_weeks,
        tier=worker.tier if worker.tier in TIERS else "newcomer",
        stars=1 + 4 * worker.score if worker.score is not None else 4.5,
        lower=1 + 4 * worker.lower if worker.lower is not None else 1.0,
        is_newcomer=not known or (worker.weight or 0) < 8,
        fairness_gap=worker.fairness_gap or 0.0,
        unreliability=min(1.0, (worker.reliability_points or 0) / 10),
        holds=_holds(worker.holds or []),
        documents_until=_papers(facts.papers_until.get(worker.id), span),
    )


def _holds(codes: Sequence[str]) -> frozenset[matching.Hold]:
    """Return the holds the matcher knows, from the codes of the standing."""
    safety = {matching.Hold.SAFETY} if {"safety", "review", "new_offers"} & set(codes) else set()
    return frozenset(safety | ({matching.Hold.DOCUMENT} if "documents" in codes else set()))


def _papers(last_day: date | None, span: Span) -> int | None:
    return None if last_day is None else span.second(local_instant(last_day, 1440, span.zone))


def _shifts(declared: Sequence[rows.ShiftRow], span: Span) -> tuple[matching.Shift, ...]:
    found: list[matching.Shift] = []
    for day in span.days:
        today = sorted(
            (shift.starts, shift.ends)
            for shift in declared
            if shift.weekday == day.weekday()
            and shift.valid_from <= day
            and (shift.valid_until is None or day <= shift.valid_until)
        )
        midnight = span.second(local_instant(day, 0, span.zone))
        plain = local_instant(day, 1440, span.zone) - local_instant(day, 0, span.zone) == timedelta(days=1)
        for number, (starts, ends) in enumerate(today):
            before = today[number - 1][1] if number else starts - 180
            after = today[number + 1][0] if number + 1 < len(today) else ends + 180
            margins = min(90, (starts - before) // 2), min(90, (after - ends) // 2)
            hours = (midnight + starts * 60, midnight + ends * 60) if plain else _hours(span, day, starts, ends)
            found.append(_shift(hours, margins))
    return tuple(found)


def _hours(span: Span, day: date, starts: int, ends: int) -> tuple[int, int]:
    """A day on which the clocks change: every minute is looked up."""
    first, last = (span.second(local_instant(day, minute, span.zone)) for minute in (starts, ends))
    return first, last


def _shift(hours: tuple[int, int], margins: tuple[int, int]) -> matching.Shift:
    starts, ends = hours
    return matching.Shift(starts, ends, leave_from=max(0, starts - margins[0] * 60), back_by=ends + margins[1] * 60)


def _stops(held: Sequence[rows.HeldRow], span: Span, places: Places) -> list[matching.Commitment]:
    stops = []
    for row in held:
        if row.visit is None or row.status == "finished" or not span.epoch <= row.start < span.end:
            continue
        place = places.of(row.lat or 0.0, row.lon or 0.0)
        stops.append(matching.Commitment(span.second(row.start), row.minutes or 1, place, row.visit))
    return stops


def _breaks(held: Sequence[rows.HeldRow], span: Span) -> list[matching.Break]:
    return [
        matching.Break(span.second(row.start), span.second(row.end))
        for row in held
        if row.status == "time_off" and row.end > span.epoch
    ]


def _used(held: Sequence[rows.HeldRow], span: Span) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Minutes worked or promised besides the commitments: finished today, and other days of the same weeks."""
    days: dict[int, int] = defaultdict(int)
    weeks: dict[int, int] = defaultdict(int)
    monday = span.first - timedelta(days=span.first.weekday())
    zone = ZoneInfo(span.zone)
    for row in held:
        if row.visit is None or (row.status != "finished" and span.epoch <= row.start < span.end):
            continue
        day = row.start.astimezone(zone).date()
        weeks[(day - monday).days // 7] += row.minutes or 0
        if span.first <= day <= span.last:
            days[(day - span.first).days] += row.minutes or 0
    length, weeks_long = len(span.days), (span.last - monday).days // 7 + 1
    return tuple(days[n] for n in range(length)), tuple(weeks[n] for n in range(weeks_long))
