"""Why this worker, why not that one, what would have to change: sentences made from terms and codes only.

A sentence is a key and its parameters; `render` turns it into zh-CN or en. What a customer reads names no other worker
and no number about one but the public score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from matching.errors import require
from matching.problem import UNITS_PER_MINUTE, Problem, Visit, Worker
from matching.roster import Candidate, Choice, Roster, Term
from matching.slots import SlotFinder, with_choices
from matching.texts import LANGUAGES, TERM_NAMES

Value: TypeAlias = str | int | float | tuple[str, ...]
AUDIENCES = ("worker", "customer", "ops")
MOST_STARS = 5.0
NEAR_MINUTES = 15
COSTS = frozenset({"travel", "idle", "refusal", "unreliability", "change", "distance", "opportunity"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message key with its parameters, sorted by name; instants are seconds from the problem's epoch."""

    key: str
    params: tuple[tuple[str, Value], ...] = ()


def say(key: str, **params: Value) -> Sentence:
    """A sentence from a key and named parameters."""
    return Sentence(key, tuple(sorted(params.items())))


def why_chosen(problem: Problem, roster: Roster, visit: str, audience: str = "ops") -> tuple[Sentence, ...]:
    """Why this visit went to this worker, for a worker, a customer or operations; empty if the visit is open."""
    require(audience in AUDIENCES, f"There is no audience {audience}; use one of {', '.join(AUDIENCES)}.")
    choice = roster.choice_of(visit)
    if choice is None:
        return ()
    worker = worker_of(problem, choice.worker)
    if audience == "ops":
        return (say("chosen", worker=choice.worker, visit=visit, start=choice.start), *_all_terms(worker, choice.terms))
    head = say("chosen.customer", start=choice.start)
    if audience == "worker":
        head = say("chosen.worker", start=choice.start, leave_by=choice.leave_by)
    return (head, *_kind_terms(worker, choice, audience))


def _all_terms(worker: Worker, terms: Iterable[Term]) -> list[Sentence]:
    """Every term with its minutes, the largest first."""
    told = []
    for term in sorted(terms, key=lambda term: (-abs(term.amount), term.name)):
        minutes, known = round(term.minutes, 1), f"because.{term.name}" in LANGUAGES["en"]
        if term.name == "quality":
            told.append(say("because.quality", stars=round(worker.stars, 2), minutes=minutes))
        elif term.name in COSTS:
            saved = ".saved" if minutes > 0 and f"because.{term.name}.saved" in LANGUAGES["en"] else ""
            told.append(say(f"because.{term.name}{saved}", minutes=abs(minutes)))
        elif known:
            told.append(say(f"because.{term.name}", minutes=minutes))
        else:
            told.append(say("because.other", name=term.name, minutes=minutes))
    return told


def _kind_terms(worker: Worker, choice: Choice, audience: str) -> list[Sentence]:
    """The good reasons, in words meant for the person concerned."""
    good = {term.name for term in choice.terms if term.amount > 0}
    told = [say(f"{audience}.{name}") for name in ("favourite", "same_home") if name in good]
    travel = round(choice.added_travel / 60)
    if travel <= NEAR_MINUTES:
        told.append(say("worker.near", travel=travel) if audience == "worker" else say("customer.near"))
    if audience == "worker":
        told.extend(say(f"worker.{name}") for name in ("fairness", "newcomer") if name in good)
    return [*told, say(f"{audience}.quality", stars=round(worker.stars, 2))]


def why_open(problem: Problem, roster: Roster, visit: str) -> tuple[Sentence, ...]:
    """Why nobody has this visit, with counts, and what would change that; empty if somebody has it."""
    found = next((each for each in roster.unmatched if each.visit == visit), None)
    if found is None:
        return ()
    counts = tuple(f"{reason.code}:{reason.count}" for reason in found.reasons)
    wish = visit_of(problem, visit)
    return (say("open", visit=visit, reasons=counts), *(_change(wish, "", r.code) for r in found.reasons[:2]))


def why_not(problem: Problem, roster: Roster, visit: str, worker: str) -> tuple[Sentence, ...]:
    """Why this worker does not have this visit in this roster, and what would have to change.

    A `ProblemError` if there is no such visit or worker.
    """
    wish, worker = visit_of(problem, visit), worker_of(problem, worker).code
    choice = roster.choice_of(visit)
    if choice is not None and choice.worker == worker:
        return ()
    others = [each for each in roster.choices if each.visit != visit]
    finder = SlotFinder(with_choices(problem, others))
    code = finder.reasons(wish).get(worker)
    if code is not None:
        told = [_refused(wish, worker, code)]
        if code == "busy":
            told.extend(_busy_with(wish, worker, others))
        return (*told, _change(wish, worker, code))
    every = finder.best_workers(wish, top=len(problem.workers))
    rival = next(candidate for candidate in every if candidate.worker == worker)
    if choice is None:
        return (say("not.not_worth_it", worker=worker), _change(wish, worker, "not_worth_it"))
    return tuple(_compared(problem, rival, choice))


def _refused(visit: Visit, worker: str, code: str) -> Sentence:
    return say(f"not.{code}", worker=worker, **_details(visit, code))


def _change(visit: Visit, worker: str, code: str) -> Sentence:
    return say(f"change.{code}", worker=worker, **_details(visit, code))


def _details(visit: Visit, code: str) -> dict[str, Value]:
    """What the sentence about this code names besides the worker."""
    table: dict[str, dict[str, Value]] = {
        "lacks_skill": {"skills": tuple(sorted(visit.skills))},
        "tier_too_low": {"tier": visit.tier},
        "score_bound_too_low": {"lower": visit.lower_at_least},
        "language": {"language": visit.language or ""},
    }
    return table.get(code, {})


def _busy_with(visit: Visit, worker: str, others: list[Choice]) -> list[Sentence]:
    """The visits of this roster that the worker has around the wished time."""
    first = visit.windows[0].earliest - visit.seconds
    last = visit.windows[-1].latest + visit.seconds
    mine = tuple(each.visit for each in others if each.worker == worker and first <= each.start <= last)
    return [say("busy.with", worker=worker, visits=mine)] if mine else []


def _compared(problem: Problem, rival: Candidate, choice: Choice) -> list[Sentence]:
    """How far a worker who could do it falls short of the one who does, and by what."""
    short = choice.value - rival.value
    minutes = round(abs(short) / UNITS_PER_MINUTE, 1)
    if short < 0:
        return [say("whole.better", worker=rival.worker, minutes=minutes)]
    told = [say("less.value", worker=rival.worker, chosen=choice.worker, start=rival.start, minutes=minutes)]
    mine = {term.name: term.amount for term in rival.terms}
    theirs = {term.name: term.amount for term in choice.terms}
    lost = {name: theirs.get(name, 0) - mine.get(name, 0) for name in sorted(set(mine) | set(theirs))}
    name = max(lost, key=lambda each: lost[each], default="")
    if name and lost[name] > 0:
        told.append(say("less.term", name=name, minutes=round(lost[name] / UNITS_PER_MINUTE, 1)))
    return [*told, *_would_decide(problem, rival, minutes)]


def _would_decide(problem: Problem, rival: Candidate, minutes: float) -> list[Sentence]:
    """What alone would make up for so many minutes: a score that exists, a way that is there to be saved."""
    told, weights = [], problem.weights
    stars = round(minutes / weights.star, 2) if weights.star else math.inf
    if worker_of(problem, rival.worker).stars + stars <= MOST_STARS:
        told.append(say("change.stars", worker=rival.worker, stars=stars))
    closer = round(minutes / weights.travel, 1) if weights.travel else math.inf
    if closer * 60 <= rival.added_travel:
        told.append(say("change.closer", worker=rival.worker, minutes=closer))
    return told or [say("change.no_one_thing", worker=rival.worker)]


def worker_of(problem: Problem, code: str) -> Worker:
    """The worker with this code."""
    found = next((worker for worker in problem.workers if worker.code == code), None)
    require(found is not None, f"There is no worker {code}.")
    return found or problem.workers[0]


def visit_of(problem: Problem, code: str) -> Visit:
    """The visit with this code."""
    found = next((visit for visit in problem.visits if visit.code == code), None)
    require(found is not None, f"There is no visit {code}.")
    return found or problem.visits[0]


def render(sentence: Sentence, language: str, epoch: str) -> str:
    """The sentence in zh-CN or en; instants become the local time of the epoch's offset."""
    require(language in LANGUAGES, f"There is no language {language}; use one of {', '.join(LANGUAGES)}.")
    texts = LANGUAGES[language]
    shown = {name: _shown(name, value, language, epoch) for name, value in sentence.params}
    return texts[sentence.key].format(**shown)


def _shown(name: str, value: Value, language: str, epoch: str) -> str:
    texts = LANGUAGES[language]
    if name in {"start", "leave_by"} and isinstance(value, int):
        return (datetime.fromisoformat(epoch) + timedelta(seconds=value)).strftime("%m-%d %H:%M")
    if name == "reasons" and isinstance(value, tuple):
        pairs = [each.rsplit(":", 1) for each in value]
        return texts["list.comma"].join(texts[f"count.{code}"].format(count=count) for code, count in pairs)
    if name == "name":
        return TERM_NAMES[language].get(str(value), str(value))
    if isinstance(value, tuple):
        return texts["list.comma"].join(value)
    return str(value)
