"""An independent judge: every hard rule, every time and every sum of a roster, checked one by one.

Nothing here uses the engines, their rules or their arrays; it reads the problem as a person would. `check` returns a
list of sentences, empty if the roster is sound.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from matching import judge
from matching.jsonio import digest
from matching.judge import Day, Way
from matching.problem import OPEN_STATES, TIERS, Commitment, Hold, Problem, Visit, Worker
from matching.reasons import Reason
from matching.roster import Choice, Roster, Route

CODES = {reason.value for reason in Reason}


def check(problem: Problem, roster: Roster) -> list[str]:
    """What is wrong with this roster of this problem, in sentences."""
    unknown = list(_unknown(problem, roster))
    if unknown:
        return unknown
    found = [*_digest(problem, roster), *_once(problem, roster)]
    visits = {visit.code: visit for visit in problem.visits}
    workers = {worker.code: worker for worker in problem.workers}
    found.extend(_pins(problem, roster))
    for choice in roster.choices:
        if not _is_pinned(visits[choice.visit]):
            found.extend(_pair(problem, visits[choice.visit], workers[choice.worker], choice))
    by_worker = defaultdict(list)
    for choice in roster.choices:
        by_worker[choice.worker].append(choice)
    for code, choices in sorted(by_worker.items()):
        found.extend(_day(problem, visits, workers[code], choices))
    return [*found, *_routes(problem, roster), *judge.objective_faults(problem, roster)]


def _unknown(problem: Problem, roster: Roster) -> Iterator[str]:
    visits = {visit.code for visit in problem.visits}
    workers = {worker.code for worker in problem.workers}
    for choice in roster.choices:
        if choice.visit not in visits or choice.worker not in workers:
            yield f"The choice of {choice.worker} for {choice.visit} is about something that is not in the problem."
    for each in roster.unmatched:
        if each.visit not in visits:
            yield f"The open visit {each.visit} is not in the problem."
    for route in roster.routes:
        if route.worker not in workers:
            yield f"There is a route of {route.worker}, who is not in the problem."


def _digest(problem: Problem, roster: Roster) -> Iterator[str]:
    if roster.digest != digest(problem):
        yield "The roster was made for another problem: the digests differ."


def _once(problem: Problem, roster: Roster) -> Iterator[str]:
    seen = Counter([choice.visit for choice in roster.choices] + [each.visit for each in roster.unmatched])
    for visit in problem.visits:
        if seen[visit.code] != 1:
            yield f"Visit {visit.code} appears {seen[visit.code]} times among choices and open visits."
    for each in roster.unmatched:
        if not each.reasons or sum(reason.count for reason in each.reasons) != len(problem.workers):
            yield f"The reasons of open visit {each.visit} do not account for every worker."
        for reason in each.reasons:
            if reason.count < 0 or reason.code not in CODES:
                yield f"Open visit {each.visit} has a reason that cannot be: {reason.code}, {reason.count} times."


def _pins(problem: Problem, roster: Roster) -> Iterator[str]:
    """A pinned promise is a fact like a commitment: it is kept, whatever the rules would say of it."""
    for visit in problem.visits:
        choice, promise = roster.choice_of(visit.code), visit.promise
        if promise is None or not promise.pinned:
            continue
        if choice is None or (choice.worker, choice.start) != (promise.worker, promise.window.earliest):
            yield f"Visit {visit.code} is pinned to {promise.worker} but the pin was not kept."


def _pair(problem: Problem, visit: Visit, worker: Worker, choice: Choice) -> Iterator[str]:
    """Everything about one visit and one worker that does not depend on the rest of the day."""
    here = f"{worker.code} for {visit.code}"
    for wrong, sentence in _pair_rules(problem, visit, worker):
        if wrong:
            yield f"{here}: {sentence}"
    finish = choice.start + visit.minutes * 60
    if worker.documents_until is not None and finish > worker.documents_until:
        yield f"{here}: a document lapses before the work is over."
    if not _allowed_start(problem, visit, choice):
        yield f"{here}: the start {choice.start} is not allowed by the customer's windows."
    if choice.start < problem.now:
        yield f"{here}: the start lies in the past."


def _pair_rules(problem: Problem, visit: Visit, worker: Worker) -> list[tuple[bool, str]]:
    closed = problem.open_zones is not None and visit.zone not in problem.open_zones
    far = worker.radius_m is not None and judge.metres(problem, worker.start, visit.place) > worker.radius_m + 1e-6
    return [
        (visit.state not in OPEN_STATES, "the visit is not open."),
        (closed, "the zone is closed."),
        (visit.only is not None and worker.code not in visit.only, "the worker may not be asked."),
        (Hold.SAFETY in worker.holds, "the worker is on hold."),
        (Hold.DOCUMENT in worker.holds, "a document is missing."),
        (not visit.skills <= worker.skills, "a skill is missing."),
        (TIERS.index(worker.tier) < TIERS.index(visit.tier), "the tier is too low."),
        (worker.lower < visit.lower_at_least, "the bound of the score is too low."),
        (visit.language is not None and visit.language not in worker.languages, "the language is missing."),
        (visit.gender is not None and visit.gender != worker.gender, "the gender differs."),
        (worker.code in visit.blocked, "the pair is blocked."),
        (worker.code in visit.declined, "the worker declined this visit."),
        (worker.zones is not None and visit.zone not in worker.zones, "the worker does not serve the zone."),
        (far, "the visit is too far away."),
    ]


def _allowed_start(problem: Problem, visit: Visit, choice: Choice) -> bool:
    promise = visit.promise
    exact = promise is not None and promise.window.earliest == promise.window.latest == choice.start
    on_grid = choice.start % problem.grid_seconds == 0
    kept = exact and promise is not None and promise.worker == choice.worker
    return (on_grid or kept) and any(w.earliest <= choice.start <= w.latest for w in visit.windows)


def _day(problem: Problem, visits: dict[str, Visit], worker: Worker, choices: list[Choice]) -> Iterator[str]:
    """Shifts, ways, hours and rest of one worker. Commitments alone are never at fault."""
    pinned = {choice.visit for choice in choices if _is_pinned(visits[choice.visit])}
    stops = [Commitment(c.start, visits[c.visit].minutes, visits[c.visit].place, c.visit) for c in choices]
    fixed = [*worker.committed, *(stop for stop in stops if stop.visit in pinned)]
    new = [stop for stop in stops if stop.visit not in pinned]
    days = judge.days_of(problem, worker, fixed)
    for stop in new:
        day = next((d for d in days if d.low <= stop.start and stop.finish <= d.high), None)
        if day is None:
            yield f"{worker.code}: visit {stop.visit} lies outside every shift."
            return
        day.stops.append(stop)
        if judge.resting(worker, stop.start, stop.finish):
            yield f"{worker.code}: visit {stop.visit} runs into a break."
    names = {stop.visit for stop in new}
    for day in days:
        yield from _ways(problem, worker, day, names)
    yield from _hours(problem, worker, days, names)
    yield from _rest(worker, days, names)


def _is_pinned(visit: Visit) -> bool:
    return visit.promise is not None and visit.promise.pinned


def _ways(problem: Problem, worker: Worker, day: Day, new: set[str]) -> Iterator[str]:
    """Time enough on every way that touches a new visit."""
    for way in judge.ways_of(problem, worker, day):
        if not new & {way.before, way.after}:
            continue
        spare = way.end - way.begin - judge.resting(worker, way.begin, way.end)
        if spare < way.seconds:
            yield f"{worker.code}: {_way_name(way)} takes {way.seconds} s but there are only {spare} s."


def _way_name(way: Way) -> str:
    return f"the way from {way.before or 'home'} to {way.after or 'home'}"


def _hours(problem: Problem, worker: Worker, days: list[Day], new: set[str]) -> Iterator[str]:
    by_day: Counter[int] = Counter(dict(enumerate(worker.used_days)))
    by_week: Counter[int] = Counter(dict(enumerate(worker.used_weeks)))
    touched: set[int] = set()
    for day in days:
        minutes = sum(stop.minutes for stop in day.stops)
        by_day[day.day] += minutes
        by_week[problem.week_of(day.day)] += minutes
        if any(stop.visit in new for stop in day.stops):
            touched.add(day.day)
    for number in sorted(touched):
        if worker.daily_limit is not None and by_day[number] > worker.daily_limit:
            yield f"{worker.code}: {by_day[number]} minutes on day {number}, more than {worker.daily_limit}."
        week = problem.week_of(number)
        if worker.weekly_limit is not None and by_week[week] > worker.weekly_limit:
            yield f"{worker.code}: {by_week[week]} minutes in week {week}, more than {worker.weekly_limit}."


def _rest(worker: Worker, days: list[Day], new: set[str]) -> Iterator[str]:
    rest = worker.rest_minutes * 60
    for one in days:
        for other in days:
            for before in one.stops:
                for after in other.stops:
                    close = one.day < other.day and after.start < before.finish + rest
                    if rest and close and new & {before.visit, after.visit}:
                        yield f"{worker.code}: too little rest between {before.visit} and {after.visit}."


def _routes(problem: Problem, roster: Roster) -> Iterator[str]:
    """The routes say what the choices say, and their times follow from one another."""
    committed = {(w.code, stop.visit) for w in problem.workers for stop in w.committed}
    pinned = {visit.code for visit in problem.visits if _is_pinned(visit)}
    every = [
        (route.worker, stop.visit, stop.start)
        for route in roster.routes
        for stop in route.stops
        if (route.worker, stop.visit) not in committed
    ]
    told = set(every)
    if len(every) > len(told):
        yield "A stop appears twice in the routes."
    chosen = {(choice.worker, choice.visit, choice.start) for choice in roster.choices}
    if told != chosen:
        yield f"Routes and choices differ about {min(told ^ chosen)[1]}."
    workers = {worker.code: worker for worker in problem.workers}
    known = {(visit.code, visit.place, visit.seconds) for visit in problem.visits}
    for route in roster.routes:
        yield from _route_ways(problem, workers[route.worker], route, known)
        for stop in route.stops:
            new = (route.worker, stop.visit) not in committed and stop.visit not in pinned
            if new and not stop.leave + stop.travel <= stop.arrive <= stop.start <= stop.finish:
                yield f"{route.worker}: the times of {stop.visit} do not follow from one another."


def _route_ways(problem: Problem, worker: Worker, route: Route, known: set[tuple[str, int, int]]) -> Iterator[str]:
    """Places, ways and finishes of a route; a way a hair beside a whole second may be told as either."""
    mine = {(stop.visit, stop.place, stop.minutes * 60) for stop in worker.committed}
    here, total = worker.start, 0
    for stop in route.stops:
        told = (stop.visit, stop.place, stop.finish - stop.start)
        if told not in known and told not in mine:
            yield f"{route.worker}: {stop.visit} has another place or takes another time in the route."
            return
        if abs(stop.travel - judge.seconds(problem, worker, here, stop.place)) > 1:
            yield f"{route.worker}: the way to {stop.visit} is told as {stop.travel} s."
        here, total = stop.place, total + stop.travel
    home = judge.seconds(problem, worker, here, worker.end_place) if route.stops else 0
    if abs(route.travel - total - home) > 1:
        yield f"{route.worker}: the ways of the route do not add up to {route.travel} s."
