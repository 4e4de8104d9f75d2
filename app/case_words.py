"""Cases in words: the five kinds of problems, what follows and by when, the record, decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import url_for

from app.formats import clock, money, named, short_day
from app.words import gettext as _
from app.words import lazy_gettext, ngettext
from disputes.evidence import Item
from disputes.policy import DisputePolicy

KINDS: dict[str, tuple[str, ...]] = {
    "work": ("quality", "incomplete"),
    "late": ("late",),
    "sum": ("hours", "billing"),
    "harm": ("damage", "theft", "injury"),
    "safety": ("unsafe", "harassment"),
}
_TOPICS = {
    "quality": lazy_gettext("Not done well"),
    "incomplete": lazy_gettext("Something was left out"),
    "late": lazy_gettext("Came too late"),
    "hours": lazy_gettext("The hours are wrong"),
    "billing": lazy_gettext("The sum is wrong"),
    "damage": lazy_gettext("Something broke"),
    "theft": lazy_gettext("Something is missing"),
    "injury": lazy_gettext("Somebody was hurt"),
    "unsafe": lazy_gettext("I felt unsafe"),
    "harassment": lazy_gettext("Rude or harassing"),
    "review": lazy_gettext("The rating"),
    "deduction": lazy_gettext("A deduction"),
}
_WISHES = {
    "redo": lazy_gettext("Do it again for free"),
    "refund": lazy_gettext("Part of the money back"),
    "apart": lazy_gettext("Not the same worker again"),
    "listen": lazy_gettext("Only that you know"),
}
_WISHES_OF = {
    "work": ("redo", "refund", "listen"),
    "late": ("refund", "listen"),
    "sum": ("refund", "listen"),
    "harm": ("refund", "apart", "listen"),
    "safety": ("apart", "listen"),
}
_REMEDIES = {
    "part_refund": lazy_gettext("Part of the money back"),
    "redo": lazy_gettext("Done again for free"),
    "void_rating": lazy_gettext("The rating does not count"),
    "adjust_pay": lazy_gettext("The pay is corrected"),
    "separate": lazy_gettext("The two of you are not matched again"),
    "reject": lazy_gettext("No change"),
}
_RECORD = {
    "promised_start": lazy_gettext("Promised start"),
    "trip_started": lazy_gettext("Set out"),
    "arrived": lazy_gettext("Arrived"),
    "started": lazy_gettext("Work began"),
    "finished": lazy_gettext("Work ended"),
    "confirmed": lazy_gettext("Confirmed"),
    "settled": lazy_gettext("Settled"),
    "ended": lazy_gettext("Ended"),
    "contact_tried": lazy_gettext("Tried to reach the customer"),
    "opened": lazy_gettext("Case opened"),
    "photo": lazy_gettext("Photo"),
    "statement": lazy_gettext("Statement"),
    "decided_first": lazy_gettext("Decided"),
    "decided_appeal": lazy_gettext("Decided on appeal"),
}


def kind_of(kind: str, topic: str) -> str:
    """Return the kind asked for by name, or the one a topic belongs to, or an empty text."""
    if kind in KINDS:
        return kind
    return next((name for name, topics in KINDS.items() if topic in topics), "")


def topic_word(topic: str) -> str:
    """Return a topic in words."""
    return str(_TOPICS.get(topic, topic))


def wish_words(kind: str) -> list[tuple[str, str]]:
    """Return what somebody may ask for in a case of this kind."""
    return [(wish, str(_WISHES[wish])) for wish in _WISHES_OF[kind]]


def next_words(severity: str, policy: DisputePolicy, total_fen: int, person: str) -> list[str]:
    """Return what happens after the report, step by step, with its deadlines."""
    if severity == "S0":
        told = [_("Somebody calls you within %(n)s minutes.", n=policy.safety_contact_minutes)]
        return [
            *told,
            _("Until it is clear the two of you do not meet, and the worker gets no new visits for 24 hours."),
        ]
    if severity == "S4":
        return [_("The records decide at once; what you are due comes as credit.")]
    held = total_fen * int(policy.contested_percent.get(severity, 0)) // 100
    told = []
    if held:
        told.append(_("%(sum)s is held until it is decided; the rest goes to the worker as usual.", sum=money(held)))
    hours = policy.reply_hours.get(severity)
    if hours:
        told.append(_("%(who)s has %(n)s hours to tell the other side.", who=person, n=hours))
    told.append(_("Within %(n)s hours after that we propose what to do, with the rule it comes from.",
                  n=policy.proposal_hours))  # fmt: skip
    late = money(policy.late_refund_cap_fen)
    return [*told, _("If we are late ourselves, you get the contested sum up to %(sum)s at once.", sum=late)]


def item_rows(items: Sequence[Item], case: str, since: datetime | None = None) -> list[dict[str, Any]]:
    """Return the record for ``ui.spine``: the customer left, the worker right, the records in the middle.

    With ``since`` a day is said only when it is another than that of ``since`` or of the item before.
    """
    sides = {"customer": "left", "worker": "right"}
    shown = [item for item in items if item.kind not in ("checklist_item", "opened", "decided_first", "decided_appeal")]
    days = [short_day(one) for one in (since, *(item.at for item in shown)) if one]
    known = days[:-1] if since else [""] * len(days)
    return [
        {
            "time": clock(item.at) if day == before else f"{day} {clock(item.at)}",
            "side": sides.get(item.lane, "record"),
            "text": _item_words(item),
            "glyph": "camera" if item.kind == "photo" else "chat",
            "photos": [url_for("cases.show_photo", code=case, photo=photo) for photo in item.photos],
        }
        for item, day, before in zip(shown, days[len(days) - len(shown) :], known, strict=True)
    ]


def _item_words(item: Item) -> str:
    if item.words:
        return item.words
    if item.kind == "checklist":
        undone = item.params["undone"]
        if not undone:
            return _("All %(n)s on the list ticked", n=item.params["items"])
        return _("%(n)s of %(all)s on the list not done: %(what)s", n=len(undone), all=item.params["items"],
                 what=_(", ").join(named(one) for one in undone))  # fmt: skip
    word = str(_RECORD.get(item.kind, item.kind))
    if item.kind == "finished":
        return word + ngettext(" (%(num)s minute)", " (%(num)s minutes)", item.params["minutes"])
    return word + _(" by the four digits") if item.params.get("code_used") else word


class Remedied(Protocol):
    """A proposal or a decision."""

    @property
    def remedy(self) -> str:
        """The remedy's code."""

    @property
    def fen(self) -> int:
        """Its sum."""

    @property
    def rule(self) -> str:
        """The rule it comes from."""

    @property
    def reason(self) -> str:
        """Why, in words."""


@dataclass(frozen=True)
class Said:
    """A remedy in words."""

    what: str
    fen: int
    rule: str
    reason: str


def decision_words(one: Remedied) -> Said:
    """Return a proposal or a decision in words."""
    return Said(str(_REMEDIES.get(one.remedy, one.remedy)), one.fen, one.rule, one.reason)
