"""Day plans in the desk's words: why, what befell the solver, how near the best, what would move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from app.formats import clock, local, short_day, when
from app.house import current_now
from app.pages.ops_words import codes_in, home, sentences
from app.words import gettext as _
from app.words import lazy_gettext
from dispatch.plan_story import BoardPlan, MoveTold, PlanHead

NAMES: Final = {"day_plan": lazy_gettext("Evening plan"), "replan": lazy_gettext("Planned again")}
CAUSES: Final = {
    "evening": lazy_gettext("tomorrow, as every evening"),
    "rescue": lazy_gettext("somebody will not come"),
    "given_back": lazy_gettext("a visit was given back"),
    "time_off": lazy_gettext("somebody took time off"),
    "overrun": lazy_gettext("a visit takes longer"),
    "late": lazy_gettext("somebody on the way will be late"),
    "again": lazy_gettext("the solver was lost the last time"),
    "asked": lazy_gettext("asked for at the desk"),
}
FATES: Final = {
    "killed": lazy_gettext("The process that solved was ended from outside."),
    "out_of_memory": lazy_gettext("The process that solved ran out of memory."),
    "too_slow": lazy_gettext("The process that solved did not answer in time."),
    "failed": lazy_gettext("The process that solved failed."),
    "lost": lazy_gettext("The clock that had this plan in hand died."),
    "too_late": lazy_gettext("The day was over before it could be planned."),
}
SIDES: Final = {
    "customer": lazy_gettext("the customer"),
    "from": lazy_gettext("who was promised"),
    "to": lazy_gettext("who would come instead"),
}
ANSWERS: Final = {"": lazy_gettext("no answer yet"), "yes": lazy_gettext("yes"), "no": lazy_gettext("no")}


def proven(gap: float) -> str:
    """Return how near the best a plan is, in plain words."""
    if gap <= 0.00005:
        return _("proven to be the best possible")
    return _("proven within %(p)s %% of the best possible", p=f"{gap * 100:.1f}" if gap >= 0.001 else "0.1")


def causes_text(causes: Iterable[tuple[str, str]]) -> str:
    """Return why a day was planned, each reason once."""
    return _(", ").join(str(CAUSES.get(kind, kind)) for kind in dict.fromkeys(kind for kind, _about in causes))


def state_text(head: PlanHead) -> str:
    """Return where a plan stands; empty when it is done and nothing befell it."""
    if head.state == "wanted":
        return _("Waiting for the clock; it looks every minute.")
    if head.state == "solving":
        return _("Being solved. If its process dies it is taken up again by itself.")
    fate = str(FATES.get(head.fate, "")) if head.fate else ""
    if head.state == "failed":
        return _("%(what)s Nothing was decided and nothing is half done; the rounds go on.", what=fate)
    return _("%(what)s The quick plan was taken instead, and a new one is made.", what=fate) if fate else ""


def move_row(move: MoveTold, epoch: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a move for the page: what changes, why, who says what, what may be decided."""
    return {
        "code": move.code,
        "visit": move.visit,
        "home": home(move.place),
        "minutes": move.minutes,
        "service": move.service,
        "state": move.state,
        "worker": move.from_worker != move.to_worker,
        "time": move.from_start != move.to_start,
        "from": (move.from_worker[1], move.from_start, f"/ops/workers/{move.from_worker[0]}"),
        "to": (move.to_worker[1], move.to_start, f"/ops/workers/{move.to_worker[0]}"),
        "effect": effect(move),
        "price": move.price,
        "gain": move.gain,
        "why": sentences(move.why, epoch, names),
        "answers": [(side, str(SIDES[side]), answer, str(ANSWERS[answer])) for side, answer in move.answers],
        "answer_by": move.answer_by,
        "reason": move.reason,
        "current": move.current,
        "open": move.state == "proposed" and move.current,
        "asking": move.state == "asking",
    }


def effect(move: MoveTold) -> str:
    """Return what approving does, before it is done."""
    if move.from_worker == move.to_worker:
        return _("The customer and %(who)s are asked whether %(time)s is all right. Nothing changes until both agree.",
                 who=move.to_worker[1], time=when(move.to_start))  # fmt: skip
    return _("The customer, %(one)s and %(other)s are asked. Nothing changes until all three agree.",
             one=move.from_worker[1], other=move.to_worker[1])  # fmt: skip


def codes_of(moves: Iterable[MoveTold]) -> set[str]:
    """Return the codes of people and visits the reasons of these moves name."""
    return {code for move in moves for code in codes_in(move.why)}


def age(plan: BoardPlan) -> str:
    """Return when a plan was made: the time, with the day unless that is today."""
    made = plan.finished_at
    return clock(made) if local(made).date() == local(current_now()).date() else f"{short_day(made)} {clock(made)}"
