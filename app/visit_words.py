"""A visit in words for its customer: the answer in the largest type, the story, honest reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import get_locale

from app.formats import ago, clock, local, minutes, money, short_day, when
from app.price_words import Rung
from app.words import gettext as _
from app.words import ngettext
from dispatch.customer_story import Comer, VisitStory
from dispatch.states import VisitState

S = VisitState
PROMISE = 15
_LATE_AFTER = timedelta(minutes=15)
_SILENT = timedelta(minutes=10)  # without a position for so long, no minutes are promised


@dataclass(frozen=True)
class Head:
    """The head of the page: two lines of title, the line under it, another word on the pill if one is wanted."""

    title: str
    second: str = ""
    lead: str = ""
    word: str = ""


def who(comer: Comer | None) -> str:
    """Return what a customer calls the worker: the family name with a title in Chinese, the name in English."""
    if comer is None:
        return _("Somebody")
    chinese = str(get_locale()).startswith("zh")
    return _("%(name)s", name=comer.family_name if chinese else comer.name)


def head_of(story: VisitStory) -> Head:
    """Return the head for the state the visit is in."""
    if story.state in _ENDINGS:
        return _ENDINGS[story.state]()
    return _HEADS.get(story.state, _plain)(story)


def _span(story: VisitStory) -> str:
    if story.visit.starts_at is None and story.visit.window_from != story.visit.window_until:
        first, last = story.visit.window_from, story.visit.window_until
        text = _("%(day)s, start between %(a)s and %(b)s", day=short_day(first), a=clock(first), b=clock(last))
    else:
        text = _("%(day)s %(a)s to %(b)s", day=short_day(story.starts), a=clock(story.starts), b=clock(story.ends))
    return text[:1].upper() + text[1:]


def _searching(story: VisitStory) -> Head:
    by = when(story.visit.fill_by)
    lead = _("%(span)s. You will know by %(time)s at the latest.", span=_span(story), time=by)
    return Head(_("We are asking"), _("who can come"), lead, _("Asking"))


def _rescue(story: VisitStory) -> Head:
    lead = _("The worker cannot come. You will know by %(time)s; you pay nothing if nobody comes.",
             time=when(story.visit.fill_by))  # fmt: skip
    return Head(_("We are finding"), _("a stand-in"), lead)


def _assigned(story: VisitStory) -> Head:
    lead = _("%(span)s. The start is kept to %(n)s minutes.", span=_span(story), n=PROMISE)
    if story.now > story.starts + _LATE_AFTER:
        late = _("It is past the time. We are calling, and look for a stand-in.")
        return Head(who(story.comer), _("is late"), late, _("Running late"))
    return Head(who(story.comer), _("comes %(time)s", time=f"{short_day(story.starts)} {clock(story.starts)}"), lead)


def _on_the_way(story: VisitStory) -> Head:
    eta = story.way.eta if story.way else story.starts
    left = max(1, round((eta - story.now).total_seconds() / 60))
    if story.way and story.way.at and story.now - story.way.at > _SILENT:
        quiet = _("Agreed for %(time)s. Last heard from %(ago)s.", time=clock(story.starts), ago=ago(story.way.at))
        return Head(who(story.comer), _("is on the way"), quiet)
    lead = _("Agreed for %(time)s, at your door about %(eta)s.", time=clock(story.starts), eta=clock(eta))
    return Head(who(story.comer), ngettext("is there in %(num)s minute", "is there in %(num)s minutes", left), lead)


def _at_the_door(story: VisitStory) -> Head:
    lead = _("Please open, and say the four digits. Time counts from then.")
    return Head(who(story.comer), _("is at the door"), lead)


def _at_work(story: VisitStory) -> Head:
    begun, done = story.visit.started_at or story.starts, len(story.visit.checklist)
    lead = _("Began %(a)s, done about %(b)s. %(n)s of %(all)s on the list are ticked.",
             a=clock(begun), b=clock(story.ends), n=story.ticked, all=done)  # fmt: skip
    return Head(who(story.comer), _("is at work"), lead)


def _done(story: VisitStory) -> Head:
    return Head(_("Are you"), _("content?"), _ticked(story))


def _over(story: VisitStory) -> Head:
    return Head(
        _("Thank you,"), _("until next time"), _("%(day)s. %(what)s", day=short_day(story.starts), what=_ticked(story))
    )


def _ticked(story: VisitStory) -> str:
    left, whole = clock(story.ends), len(story.visit.checklist)
    if story.ticked == whole:
        return _("All %(n)s on the list are ticked, left at %(time)s.", n=whole, time=left)
    return _("%(n)s of %(all)s on the list are ticked, left at %(time)s.", n=story.ticked, all=whole, time=left)


def _cancelled(story: VisitStory) -> Head:
    return Head(_("Called off"), "", _span(story))


def _plain(story: VisitStory) -> Head:
    return Head(_("Your visit"), "", _span(story))


_HEADS: dict[VisitState, Callable[[VisitStory], Head]] = {
    S.OPEN: _searching, S.WAITLISTED: _searching, S.OFFERING: _searching, S.RESCUE: _rescue, S.ASSIGNED: _assigned,
    S.EN_ROUTE: _on_the_way, S.ARRIVED: _at_the_door, S.IN_PROGRESS: _at_work, S.WORK_DONE: _done, S.COMPLETED: _over,
    S.SETTLED: _over, S.CANCELLED: _cancelled,
}  # fmt: skip
_ENDINGS: dict[VisitState, Callable[[], Head]] = {
    S.UNFILLED: lambda: Head(_("Nobody"), _("could come"), _(
        "We could not keep it. You pay nothing, and 10% of the price is yours as credit.")),
    S.LOCKOUT: lambda: Head(_("Nobody opened"), "", _(
        "The worker waited and called. The booked time, at most two hours, is paid to the worker.")),
    S.ABORTED: lambda: Head(_("Stopped early"), "", _("You pay by the minute, only for what was done.")),
}  # fmt: skip


def search_words(story: VisitStory) -> list[str]:
    """Return how the search stands, honestly: who has been asked, and why others cannot come."""
    told = []
    asked = story.asked
    if asked.live and asked.answer_by:
        text = ngettext("%(num)s worker has been asked and answers by %(time)s.",
                        "%(num)s workers have been asked and answer by %(time)s.",
                        asked.live, time=when(asked.answer_by))  # fmt: skip
        told.append(text)
    elif not asked.declined and not story.visit.open_reasons:
        told.append(_("The next round of asking is about to begin."))
    if asked.declined:
        told.append(ngettext("%(num)s has said no.", "%(num)s have said no.", asked.declined))
    told += [_reason(row["code"], int(row["count"])) for row in story.visit.open_reasons[:3]]
    return told


def _reason(code: str, n: int) -> str:
    words = {
        "busy": ngettext("%(num)s is busy at that time.", "%(num)s are busy at that time.", n),
        "too_far": ngettext("%(num)s lives too far away.", "%(num)s live too far away.", n),
        "not_on_shift": ngettext("%(num)s does not work at that time.", "%(num)s do not work at that time.", n),
        "already_declined": ngettext("%(num)s could not this time.", "%(num)s could not this time.", n),
        "lacks_skill": ngettext("%(num)s does not do this kind of work.", "%(num)s do not do this kind of work.", n),
        "daily_hours": ngettext("%(num)s has worked enough that day.", "%(num)s have worked enough that day.", n),
    }
    return words.get(code) or ngettext(
        "%(num)s cannot come for another reason.", "%(num)s cannot come for other reasons.", n
    )


def comer_facts(comer: Comer) -> list[str]:
    """Return what one should know of the worker: been here, visits done, languages."""
    told = []
    if comer.here_before:
        told.append(ngettext("Has been here %(num)s time", "Has been here %(num)s times", comer.here_before))
    told.append(
        ngettext("%(num)s visit done", "%(num)s visits done", comer.visits) if comer.visits else _("New with us")
    )
    names = {"zh": _("speaks Mandarin"), "wuhan": _("speaks Wuhan dialect"), "en": _("speaks English")}
    extra = [names[tongue] for tongue in comer.languages if tongue in names and tongue != "zh"]
    return [*told, *(extra or [names["zh"]])]


def comer_reasons(comer: Comer) -> list[str]:
    """Return why this worker, in sentences made from the matcher's own terms."""
    words = {
        "favourite": _("You asked for this worker."),
        "same_home": _("The worker knows your home already."),
        "near": _("The way to you is short: about %(time)s.", time=minutes(max(1, comer.travel_minutes))),
    }
    told = [words[key] for key in comer.reasons]
    if comer.stars is not None:
        told.append(_("Customers rate this worker %(stars)s of 5.", stars=f"{comer.stars:.1f}"))
    else:
        told.append(_("New: papers checked, trial visits passed or under way."))
    return told


def story_steps(story: VisitStory) -> list[dict[str, Any]]:
    """Return the timeline: what was, what is now, what comes."""
    visit = story.visit
    person = who(story.comer)
    stamps: list[tuple[str, datetime | None, datetime | None, str]] = [
        (_("Requested"), visit.opened_at, None, ""),
        (_("%(who)s said yes", who=person) if story.comer else _("Somebody says yes"),
         story.comer.accepted_at if story.comer else None, visit.fill_by, ""),
        (_("At the door") if visit.arrived_at else _("On the way"), visit.arrived_at or visit.trip_at, _before(story),
         "" if visit.arrived_at else _("From then on you see where the worker is; apart from you only our desk does.")),
        (_("Four digits match, work starts"), visit.started_at, story.starts, ""),
        (_("Done, one look at the list together"), visit.finished_at, story.ends, ""),
        (_("Pay %(sum)s, rate in a word", sum=money(visit.total_fen)), visit.confirmed_at,
         story.ends + timedelta(days=1), ""),
    ]  # fmt: skip
    if story.state in _ENDED:
        past = [_step("past", title, at) for title, at, _then, _text in stamps if at is not None]
        return [*past, _step("stop", _ENDED[story.state](), visit.ended_at)]
    here = next((n for n, stamp in enumerate(stamps) if stamp[1] is None), len(stamps) + 1) - 1
    return [_at(stamp, n, here, local(story.starts).date()) for n, stamp in enumerate(stamps)]


def _at(stamp: tuple[str, datetime | None, datetime | None, str], n: int, here: int, day: date) -> dict[str, Any]:
    title, at, then, text = stamp
    if n <= here and at is not None:
        return _step("now" if n == here else "past", title, at, text if n == here else "")
    about = _("about %(time)s", time=clock(then) if local(then).date() == day else _moment(then)) if then else ""
    return {"at": "next", "title": title, "time": about, "text": ""}


def _step(at: str, title: str, instant: datetime | None, text: str = "") -> dict[str, Any]:
    return {"at": at, "title": title, "time": _moment(instant) if instant else "", "text": text}


def _moment(at: datetime) -> str:
    return f"{short_day(at)} {clock(at)}"


def _before(story: VisitStory) -> datetime:
    minutes_ahead = story.comer.travel_minutes if story.comer else 20
    return story.starts - timedelta(minutes=max(10, minutes_ahead))


_ENDED: dict[VisitState, Callable[[], str]] = {
    S.UNFILLED: lambda: _("Nobody could come"),
    S.CANCELLED: lambda: _("Called off"),
    S.LOCKOUT: lambda: _("Nobody opened"),
    S.ABORTED: lambda: _("Stopped early"),
    S.EXPIRED: lambda: _("Not paid in time"),
}


def fee_words(step: str, fen: int, person: str) -> str:
    """Return why calling off costs what it costs now."""
    words = {
        "free": _("Nothing to pay: it is early enough."),
        "regret": _("Nothing to pay within five minutes of requesting."),
        "far": _("Less than a day before: %(fee)s, all of it for %(who)s.", fee=money(fen), who=person),
        "near": _("So short before: %(fee)s, all of it for %(who)s.", fee=money(fen), who=person),
    }
    return words[step]


def rung_rows(rungs: list[Rung], now: datetime) -> list[dict[str, Any]]:
    """Return the ladder as rows of a bill; steps that are over are left out."""
    rows = []
    for rung in rungs:
        if rung.until is None:
            rows.append({"label": _("Later, or once the worker is on the way"), "amount": rung.fen})
        elif rung.until > now:
            rows.append({"label": _("Until %(time)s", time=_moment(rung.until)), "amount": rung.fen})
    return rows


def day_has_come(story: VisitStory) -> bool:
    """True from the first minute of the visit's day: then the start code is shown."""
    return local(story.starts).date() <= local(story.now).date()
