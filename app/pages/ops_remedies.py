"""One suggested remedy per open task: what to do, what it costs, what it does; and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from app.case_words import topic_word
from app.formats import clock, money, named, when
from app.pages.ops_words import home, reasons_text
from app.words import gettext as _
from app.words import lazy_gettext
from core.actors import Actor
from core.errors import Conflict
from dispatch.asking import Able, Asking, ask_worker, who_could
from dispatch.models import Visit
from dispatch.rescue import confirm_rescue
from dispatch.states import UNMATCHED, VisitState
from disputes.queries import CaseRow
from notices.models import StaffTask
from notices.tasks import close_tasks, finish_task
from places.shown import NO_VISIT, Viewer, place_for
from workers.applications import activate_worker, confirm_interview, start_trial

THINK = 4  # so many visits without anybody get a suggestion at once; the rest when they are opened

_TITLES = {
    "confirm_rescue": lazy_gettext("Has not come"),
    "call_worker": lazy_gettext("Has not set out"),
    "fill_visit": lazy_gettext("Nobody yet"),
    "no_show_talk": lazy_gettext("Did not come: talk"),
    "dispute": lazy_gettext("A case to propose"),
    "dispute_late": lazy_gettext("A case we are late with"),
    "dispute_appeal": lazy_gettext("An appeal to hear"),
    "safety_contact": lazy_gettext("Safety: call at once"),
    "check_identity": lazy_gettext("Papers to look at"),
    "confirm_interview": lazy_gettext("A screening to confirm"),
    "start_trial": lazy_gettext("Ready for the trial"),
    "activate_worker": lazy_gettext("Trial done"),
    "coach_worker": lazy_gettext("To be coached"),
    "settle_suspension": lazy_gettext("A suspension to settle"),
    "hear_appeal": lazy_gettext("An appeal to hear"),
    "decide_safety_hold": lazy_gettext("On hold for safety"),
    "refund_pattern": lazy_gettext("Refunded again and again"),
    "rating_burst": lazy_gettext("Many ratings at once"),
    "review_attribution": lazy_gettext("Two claim one recruit"),
    "confirm_reversal": lazy_gettext("A reversal to confirm"),
    "incentive_case": lazy_gettext("A recruiter contests a sum"),
    "incentive_overdrawn": lazy_gettext("Recruiting budget overdrawn"),
    "score_differs": lazy_gettext("A score differs"),
    "emergency_review": lazy_gettext("A role taken in an emergency"),
    "audit_broken": lazy_gettext("The audit is broken"),
    "number_detached": lazy_gettext("A number has a new owner"),
    "books_differ": lazy_gettext("The books differ"),
}
_OPEN_WORDS = {
    "E": (lazy_gettext("See what they did"), lazy_gettext("Everything opened or done under it, in order.")),
    "ledger": (lazy_gettext("Look at the ledger"), lazy_gettext("It says which sum differs, and by how much.")),
    "budget": (lazy_gettext("Look at the ledger"), lazy_gettext("Everything kept ready and earned from this budget.")),
    "audit": (lazy_gettext("Look at the health page"), lazy_gettext("It names the row and what is wrong with it.")),
    "D": (
        lazy_gettext("Open the case"),
        lazy_gettext("The record, the rule and the proposal stand beside each other."),
    ),
    "W": (lazy_gettext("Look at the person"), lazy_gettext("Papers, score, holds and what may be decided.")),
    "V": (lazy_gettext("Open the visit"), lazy_gettext("Everything about it, and what may be done for either side.")),
}


_HREFS = {"V": "/ops/visits/", "W": "/ops/workers/", "D": "/ops/disputes/", "E": "/ops/audit?q="}


@dataclass(frozen=True)
class Known:
    """What the tasks are about, loaded at once."""

    visits: Mapping[str, Visit]
    workers: Mapping[str, str]
    people: Mapping[str, str]
    cases: Mapping[str, CaseRow]
    owners: Mapping[str, str]
    services: Mapping[str, Mapping[str, Any]]
    viewer: Viewer
    key: bytes


@dataclass(frozen=True)
class Remedy:
    """``act`` names what :func:`carry_out` does; empty when it only leads to ``href``. ``able``: whom to ask."""

    label: str
    cost: str
    act: str = ""
    key: str = ""
    href: str = ""
    able: Able | None = None


@dataclass(frozen=True)
class Row:
    """One task in the inbox."""

    task: StaffTask
    title: str
    about: str
    evidence: str
    remedy: Remedy
    href: str
    asking: Asking | None = field(default=None)


def row_of(session: Session, task: StaffTask, known: Known, *, think: bool) -> Row:
    """Return a task with its suggestion; ``think`` lets it look for people who could come."""
    prefix = task.about.split("-")[0]
    title = str(_TITLES.get(task.kind, task.kind))
    href = f"{_HREFS.get(prefix, '/ops/people?q=')}{task.about}" if prefix != "audit" else "/ops/health"
    href = f"/ops/people/{task.about}/access" if task.kind == "number_detached" else href
    href = {"books_differ": "/ops/ledger", "incentive_case": "/ops/incentives"}.get(task.kind, href)
    visit = known.visits.get(task.about)
    if visit is not None:
        return _visit_row(session, task, visit, (title, href), known, think)
    if task.about in known.cases:
        case = known.cases[task.about]
        return Row(task, title, topic_word(case.topic), case.words, _opens("D", href), href)
    if task.kind == "incentive_overdrawn":
        return _budget(task, title, known)
    if prefix in ("D", "E", "audit", "ledger"):
        return Row(task, title, "", "", _opens(prefix, href), href)
    name = known.workers.get(task.about, task.about)
    if not known.viewer.actor.is_ops:
        href = f"/ops/people?q={task.about}"
    return Row(
        task,
        _("%(name)s: %(what)s", name=name, what=title),
        "",
        str(task.params.get("reason", "")),
        _person(task, href),
        href,
    )


def _budget(task: StaffTask, title: str, known: Known) -> Row:
    budget = str(task.params.get("budget", task.about))
    href = f"/ops/ledger?q={quote(budget, safe='')}"
    return Row(task, title, known.owners.get(budget, budget), "", _opens("budget", href), href)


def _visit_row(
    session: Session, task: StaffTask, visit: Visit, head: tuple[str, str], known: Known, think: bool
) -> Row:
    (title, href), now = head, known.viewer.now
    place = place_for(visit.job.place, known.viewer, NO_VISIT, known.key)
    start = visit.starts_at or visit.window_from
    about = _(
        "%(home)s, %(who)s, %(time)s %(what)s",
        home=home(place),
        who=known.people.get(visit.customer, ""),
        time=when(start),
        what=named(known.services.get(visit.service)),
    )
    who = visit.worker.name if visit.worker else ""
    if task.kind == "fill_visit":
        asking = _who(session, known.viewer.actor, visit, now) if think else None
        evidence = reasons_text(_reasons(visit, asking))
        return Row(task, title, about, evidence, _fill(visit, asking), href, asking)
    title = _("%(name)s: %(what)s", name=who, what=title) if who else title
    remedy = {"confirm_rescue": _rescue, "call_worker": _call, "no_show_talk": _talk}.get(task.kind)
    return Row(task, title, about, _trip(visit, now), remedy(task, visit) if remedy else _opens("V", href), href)


def _who(session: Session, actor: Actor, visit: Visit, now: datetime) -> Asking | None:
    if visit.state not in UNMATCHED:
        return None
    try:
        return who_could(session, actor, visit.code, now, top=4)
    except Conflict:
        return None


def _reasons(visit: Visit, asking: Asking | None) -> list[tuple[str, int]]:
    if asking is not None:
        return sorted(asking.reasons.items(), key=lambda one: -one[1])[:3]
    return [(str(one["code"]), int(one["count"])) for one in visit.open_reasons]


def _trip(visit: Visit, now: datetime) -> str:
    if visit.trip_at is None and visit.starts_at is not None and visit.starts_at < now:
        return _("no sign of setting out; the start was %(time)s", time=when(visit.starts_at))
    return _("no sign of setting out") if visit.trip_at is None else _("set out %(time)s", time=when(visit.trip_at))


def _fill(visit: Visit, asking: Asking | None) -> Remedy:
    if visit.state not in UNMATCHED:
        return Remedy(_("Nothing to do any more"), _("Somebody has it, or it is over."), "done", "t")
    free = [one for one in asking.able if not one.asked] if asking else []
    if free:
        best = free[0]
        label = _("Ask %(name)s, %(time)s", name=best.name, time=clock(best.start))
        cost = _(
            "%(n)s min more on the way, nobody else moves; nothing changes before they agree",
            n=max(0, best.added_minutes),
        )
        return Remedy(label, cost, "ask", "a", able=best)
    if asking is not None and asking.able:
        return Remedy(
            _("Wait for the answer"),
            _("Everybody who could come is being asked."),
            "",
            "",
            f"/ops/board?visit={visit.code}",
        )
    if asking is None:
        return Remedy(_("See who could come"), _("The best people with way and chance stand beside it."), "", "", "")
    cost = _("%(sum)s is given back, with a credit on top", sum=money(visit.total_fen))
    return Remedy(_("Offer another time, or say that nobody can come"), cost, "", "", f"/ops/visits/{visit.code}")


def _rescue(task: StaffTask, visit: Visit) -> Remedy:
    if visit.state not in (VisitState.ASSIGNED, VisitState.EN_ROUTE):
        return Remedy(_("Nothing to do any more"), _("They came, or somebody else is looked for."), "done", "t")
    cost = _(
        "five points for %(name)s, %(who)s is told, the next best are asked at once; it happens by itself at %(time)s",
        name=visit.worker.name if visit.worker else "",
        who=_("the customer"),
        time=clock(task.due_at),
    )
    return Remedy(_("Find a stand-in"), cost, "rescue", "r")


def _call(task: StaffTask, visit: Visit) -> Remedy:
    name = visit.worker.name if visit.worker else ""
    if visit.state != VisitState.ASSIGNED:
        return Remedy(_("Nothing to do any more"), _("They came, or somebody else is looked for."), "done", "t")
    late = clock((visit.starts_at or task.due_at) + timedelta(minutes=10))
    cost = _("costs nothing; a stand-in is proposed at %(time)s", time=late)
    return Remedy(_("Call %(name)s", name=name), cost, "done", "c", f"/ops/visits/{visit.code}")


def _talk(task: StaffTask, visit: Visit) -> Remedy:  # noqa: ARG001  one signature for all
    return Remedy(_("Ask what happened, and note it"), _("The points stay until the reason is heard."), "done", "t")


def _person(task: StaffTask, href: str) -> Remedy:
    table = {
        "confirm_interview": (_("Confirm the sheet"), _("They go on to training."), "confirm_interview", "f"),
        "start_trial": (
            _("Begin the trial"),
            _("Three paid visits; from here the matcher sees them."),
            "start_trial",
            "t",
        ),
        "activate_worker": (
            _("Accept"),
            _("Full member; the recruiter’s first milestone opens."),
            "activate_worker",
            "y",
        ),
    }
    found = table.get(task.kind)
    return Remedy(*found, href=href) if found else _opens("W", href)


def _opens(prefix: str, href: str) -> Remedy:
    label, cost = _OPEN_WORDS.get(prefix, _OPEN_WORDS["V"])
    return Remedy(str(label), str(cost), "", "", href)


@dataclass(frozen=True)
class Chosen:
    """The suggestion somebody saw and agreed to: never another one that is better by now."""

    act: str
    worker: str = ""
    start: datetime | None = None


def carry_out(session: Session, actor: Actor, task: StaffTask, chosen: Chosen, now: datetime) -> None:
    """Do what was suggested and close the task. ``Conflict`` when it no longer fits."""
    gone = Conflict("remedy_gone", "This suggestion no longer fits. Please look again.")
    if _ACT_OF.get(task.kind, {"done"}).isdisjoint({chosen.act}):
        raise gone
    if chosen.act == "ask":
        if chosen.start is None:
            raise gone
        ask_worker(session, actor, task.about, chosen.worker, chosen.start, now)
    elif chosen.act == "rescue":
        confirm_rescue(session, actor, task.about, now)
        close_tasks(session, "call_worker", task.about, "stand-in", now)
    elif chosen.act in _PEOPLE:
        _PEOPLE[chosen.act](session, actor, task.about, actor.reason, now)
    finish_task(session, actor, task.code, actor.reason, now)


_ACT_OF = {
    "fill_visit": {"ask", "done"},
    "confirm_rescue": {"rescue", "done"},
    "confirm_interview": {"confirm_interview"},
    "start_trial": {"start_trial"},
    "activate_worker": {"activate_worker"},
}
_PEOPLE = {"confirm_interview": confirm_interview, "start_trial": start_trial, "activate_worker": activate_worker}
