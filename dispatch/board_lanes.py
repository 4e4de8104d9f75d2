"""One lane of the board: shifts without time off, trips, bars, and who will be late as things stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.board_rows import KIND_OF, Bar, Lane, Span, Spot, Trip
from dispatch.lateness import expect, minutes_late, way_of
from dispatch.models import Assignment, Offer, Visit
from dispatch.states import WORKED, VisitState
from dispatch.waking import local_instant
from geo.areas import area_cell, cell_centre
from geo.points import Point
from places.shown import NO_VISIT, Viewer, place_for
from workers.models import Worker
from workers.pattern import pattern_on


@dataclass(frozen=True)
class Day:
    """The day of a board, and who looks at it when."""

    begin: datetime
    end: datetime
    now: datetime
    viewer: Viewer
    key: bytes
    zone: str


def make_lane(
    day: Day,
    worker: Worker,
    visits: Sequence[Visit],
    asked: Sequence[tuple[Offer, Visit]],
    held: Sequence[Assignment],
) -> Lane:
    """Return one worker's lane from the rows of the day."""
    ways = {row.visit_id: row for row in held if row.visit_id is not None}
    ordered = sorted(visits, key=lambda visit: visit.starts_at or visit.window_from)
    bars = _bars(day, ordered, ways)
    trips = [trip for visit in ordered if (trip := _trip(visit, ways.get(visit.id))) is not None]
    shifts = _shifts(day, worker, [row for row in held if row.status == "time_off"])
    return Lane(
        code=worker.code,
        name=worker.name,
        family_name=worker.family_name,
        trial=worker.activated_at is None,
        shifts=shifts,
        trips=trips,
        bars=[*bars, *(_asked(day, offer, visit) for offer, visit in asked)],
        work_minutes=sum(visit.minutes for visit in ordered),
        shift_minutes=sum(int((end - start).total_seconds() // 60) for start, end in shifts),
        spot=_spot(worker, bars, trips, day.now),
    )


def _shifts(day: Day, worker: Worker, off: Sequence[Assignment]) -> list[Span]:
    local = (day.begin + timedelta(hours=12)).astimezone(ZoneInfo(day.zone)).date()
    stretches = pattern_on(worker, local)[local.weekday()]
    spans = [(local_instant(local, a, day.zone), local_instant(local, b, day.zone)) for a, b in stretches]
    for row in off:
        spans = [part for span in spans for part in _without(span, row.during.lower, row.during.upper)]
    return spans


def _without(span: Span, begin: datetime | None, end: datetime | None) -> list[Span]:
    """What is left of a stretch when time off is taken out of it."""
    start, stop = span
    begin, end = begin or start, end or stop
    parts = [(start, min(stop, begin)), (max(start, end), stop)]
    return [part for part in parts if part[0] < part[1]]


def _bars(day: Day, visits: Sequence[Visit], ways: Mapping[int, Assignment]) -> list[Bar]:
    """Bars in order; whoever overruns makes the next one late."""
    bars: list[Bar] = []
    free = day.begin
    for visit in visits:
        expected = expect(visit, ways.get(visit.id), max(free, day.begin), day.now)
        free = expected.free
        bars.append(_bar(day, visit, minutes_late(visit, expected)))
    return bars


def _bar(day: Day, visit: Visit, late: int) -> Bar:
    start = visit.started_at or visit.arrived_at or visit.starts_at or visit.window_from
    end = visit.finished_at or visit.ended_at or start + timedelta(minutes=visit.minutes)
    return Bar(
        code=visit.code,
        state=visit.state,
        kind="care" if late else KIND_OF[visit.state],
        service=visit.service,
        place=place_for(visit.job.place, day.viewer, NO_VISIT, day.key),
        start=start,
        end=max(end, start + timedelta(minutes=15)),
        late=late,
    )


def _asked(day: Day, offer: Offer, visit: Visit) -> Bar:
    """Somebody is being asked: the same visit may stand hollow in several lanes."""
    return Bar(
        code=visit.code,
        state="offering",
        kind=KIND_OF[visit.state],
        service=visit.service,
        place=place_for(visit.job.place, day.viewer, NO_VISIT, day.key),
        start=offer.starts_at,
        end=offer.starts_at + timedelta(minutes=visit.minutes),
        asked=True,
    )


def _trip(visit: Visit, row: Assignment | None) -> Trip | None:
    way = way_of(row)
    if not way:
        return None
    moving = visit.state == VisitState.EN_ROUTE
    arrived = visit.arrived_at or visit.starts_at or visit.window_from
    begin = visit.trip_at or arrived - way
    return Trip(begin, max(arrived, begin + timedelta(minutes=5)), moving)


def _spot(worker: Worker, bars: Sequence[Bar], trips: Sequence[Trip], now: datetime) -> Spot:
    """Where the plan has somebody: on the line to the next home by the clock, at the home they work in or left last.

    Homes are compounds here, and whoever has not been anywhere yet stands in the middle of a wide cell.
    """
    kind = "care" if any(bar.late for bar in bars) else ""
    begun = [bar for bar in bars if bar.state in _BEGUN]
    left = _point(begun[-1]) if begun else _roughly(worker)
    going = next((bar for bar in bars if bar.state == VisitState.EN_ROUTE), None)
    if going is None:
        working = bool(begun) and begun[-1].state in _BUSY
        return Spot(left.lat, left.lon, kind or ("live" if working else "set"))
    way = next((trip for trip in trips if trip.moving), None)
    share = min(1.0, max(0.0, (now - way.start) / (way.end - way.start))) if way else 0.5
    to = _point(going)
    lat, lon = left.lat + share * (to.lat - left.lat), left.lon + share * (to.lon - left.lon)
    return Spot(round(lat, 4), round(lon, 4), kind or "move")


_BUSY = frozenset({VisitState.ARRIVED, VisitState.IN_PROGRESS})
_BEGUN = _BUSY | WORKED


def _point(bar: Bar) -> Point:
    return Point(bar.place.lat, bar.place.lon)


def _roughly(worker: Worker) -> Point:
    return cell_centre(area_cell(Point(worker.home_lat, worker.home_lon)))
