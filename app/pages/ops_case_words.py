"""Cases in the desk's words: the rules of the remedy table, what a remedy does to whose money, what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.formats import clock, day, money, named, short_day
from app.pages.ops_words import signed, terms_of
from app.words import gettext as _
from app.words import lazy_gettext, ngettext
from disputes.queries import CaseView, Desk

RULES = {
    "S0-1": lazy_gettext(
        "Safety: the two are kept apart for good; what happened is decided by a lead, never by a table."
    ),
    "S1-1": lazy_gettext("Damage shown in photos: the guarantee fund pays, up to its cap."),
    "S1-2": lazy_gettext("Nothing is shown yet: without a photo there is nothing to pay."),
    "S1-3": lazy_gettext("The worker reports harm: the two are kept apart."),
    "S2-1": lazy_gettext("Something was left undone, and a redo is wished for: it is done again."),
    "S2-2": lazy_gettext("Something was left undone: its share of the price is paid back."),
    "S2-3": lazy_gettext("Shown in photos, and the list says done: both are partly right; it is done again."),
    "S2-4": lazy_gettext("Everything left out was excused on the spot: done again, nobody’s fault."),
    "S2-5": lazy_gettext("The records show nothing that is missing."),
    "S3-1": lazy_gettext("Fewer minutes on site than booked: paid back by the minute."),
    "S3-2": lazy_gettext("The stamps agree with the bill."),
    "S4-1": lazy_gettext("Late beyond the promise: a small credit."),
    "S4-2": lazy_gettext("Very late: the larger credit."),
    "S4-3": lazy_gettext("Within what was promised."),
    "S5-1": lazy_gettext("The records speak against the rating’s reason: it does not count."),
    "S5-2": lazy_gettext("The list speaks against it in part: it counts half."),
    "S5-3": lazy_gettext("The rating stands."),
    "S5-4": lazy_gettext("A person has to look at the ledger."),
    "by_hand": lazy_gettext("Decided by hand, not by the table."),
    "appeal": lazy_gettext("Decided on appeal."),
}
REMEDIES = {
    "part_refund": lazy_gettext("Part of the money back"),
    "redo": lazy_gettext("Done again for free"),
    "void_rating": lazy_gettext("The rating does not count"),
    "adjust_pay": lazy_gettext("The pay is corrected"),
    "separate": lazy_gettext("The two are kept apart"),
    "reject": lazy_gettext("No change"),
}
EFFECTS = {
    "none": lazy_gettext("says nothing of the rating"),
    "counts": lazy_gettext("the rating counts"),
    "half": lazy_gettext("the rating counts half"),
    "excluded": lazy_gettext("the rating does not count"),
}
SEVERITIES = {
    "S0": lazy_gettext("safety"),
    "S1": lazy_gettext("harm"),
    "S2": lazy_gettext("quality"),
    "S3": lazy_gettext("hours and sums"),
    "S4": lazy_gettext("lateness"),
    "S5": lazy_gettext("a rating or a deduction"),
}


def remedy_title(remedy: str, fen: int) -> str:
    """Return a remedy as a heading: ``Part of the money back, ¥22.50``."""
    word = str(REMEDIES.get(remedy, remedy))
    return _("%(what)s, %(sum)s", what=word, sum=money(fen)) if fen else word


def rule_text(rule: str) -> str:
    """Return a rule with its words."""
    return _("Rule %(code)s: %(words)s", code=rule, words=RULES[rule]) if rule in RULES else rule


def money_lines(view: CaseView, remedy: str, fen: int) -> list[dict[str, Any]]:
    """Return what a remedy would do to the money of each side; what the fund pays never comes from the worker."""
    held = view.row.contested_fen
    worker = _("what is held is let go") if held else _("keeps the pay")
    taken = remedy == "adjust_pay"
    redo = remedy == "redo"
    return [
        {
            "label": view.customer.name or _("Customer"),
            "amount": fen,
            "why": _("comes once more, free of charge")
            if redo
            else _("gets this back")
            if fen
            else _("nothing changes"),
        },
        {
            "label": view.worker.name or _("Worker"),
            "amount": -fen if taken else held,
            "why": _("the pay is corrected when the case is over") if taken else worker,
            "tone": "" if taken else "better",
        },
        {
            "label": _("Guarantee fund"),
            "amount": 0 if taken else -fen,
            "why": _("pays the second visit when it is done") if redo else _("pays what is given back") if fen else "",
        },
    ]


def precedent_text(desk: Desk) -> str:
    """Return how cases under the same rule were decided lately."""
    if not desk.precedents:
        return _("Nothing like it was decided in the last 90 days.")
    total = sum(count for _remedy, count in desk.precedents)
    told = _(", ").join(f"{REMEDIES.get(remedy, remedy)} {count}" for remedy, count in desk.precedents)
    return ngettext(
        "The same rule was used %(num)s time in 90 days: %(how)s.",
        "The same rule was used %(num)s times in 90 days: %(how)s.",
        total,
        how=told,
    )


def sent_lines(desk: Desk) -> list[tuple[str, str]]:
    """Return why this worker was sent, as (term, minutes)."""
    return [] if desk.sent is None else [(name, signed(amount)) for name, amount in terms_of(desk.sent.why)]


def next_steps(view: CaseView, now: datetime, me: str) -> list[dict[str, Any]]:
    """Return the story of the case itself: what was, whose turn it is, what comes."""
    row = view.row
    opened = {"at": "past", "title": _("Opened"), "time": _at(row.opened_at), "text": _side(view, row.opener_role)}
    decided = [
        {"at": "past", "title": remedy_title(one.remedy, one.fen), "time": _at(one.at), "text": one.reason}
        for one in view.decisions
    ]
    turn = [{"at": "now", "title": _("Your turn"), "time": me}] if view.moves else []
    return [opened, *_reply(view), *decided, *turn, *_ahead(view, now)]


def _reply(view: CaseView) -> list[dict[str, Any]]:
    if view.reply_due is None:
        return []
    at = "now" if view.row.state == "awaiting_reply" else "past"
    return [{"at": at, "title": _("The other side’s words"), "time": _("by %(time)s", time=_at(view.reply_due))}]


def _ahead(view: CaseView, now: datetime) -> list[dict[str, Any]]:
    answer = {"at": "next", "title": _("Both say yes or no within 48 hours")}
    another = _("heard by another lead")
    if view.appeal_until is not None and view.appeal_until > now:
        return [{"at": "next", "title": _("Appeal until %(time)s", time=_at(view.appeal_until)), "text": another}]
    if view.decisions:
        return []
    if view.row.state == "proposed":
        answer = {**answer, "at": "now", "text": _answers(view)}
    return [answer, {"at": "next", "title": _("Seven days for an appeal"), "text": another}]


def _answers(view: CaseView) -> str:
    told = view.proposal.answers if view.proposal else {}
    words = {"yes": _("yes"), "no": _("no")}
    return _(", ").join(f"{_side(view, role)}: {words.get(answer, answer)}" for role, answer in told.items())


def _side(view: CaseView, role: str) -> str:
    return {"customer": view.customer.name, "worker": view.worker.name}.get(role, role)


def _at(at: datetime) -> str:
    return f"{short_day(at)} {clock(at)}"


def about_visit(service: Any, start: datetime, end: datetime) -> str:
    """Return the line above the record: what was promised when."""
    return _(
        "%(what)s, %(day)s %(a)s to %(b)s. The line in the middle is the record; nobody said it.",
        what=named(service),
        day=day(start),
        a=clock(start),
        b=clock(end),
    )
