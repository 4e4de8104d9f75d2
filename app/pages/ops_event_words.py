"""Facts, money and reasons in the desk's words: what happened, which account, why somebody said no."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.formats import clock, day, money
from app.pages.ops_worker_words import stage_word
from app.words import gettext as _
from app.words import lazy_gettext
from core.events import EventRow
from money.book import EntryLine

_FACTS = {
    "VisitOpened": lazy_gettext("Somebody is looked for"),
    "OffersMade": lazy_gettext("Asked"),
    "OfferDeclined": lazy_gettext("Said no"),
    "VisitAssigned": lazy_gettext("Said yes"),
    "TripStarted": lazy_gettext("Set out"),
    "WorkerArrived": lazy_gettext("At the door"),
    "WorkStarted": lazy_gettext("Began"),
    "WorkDone": lazy_gettext("Done"),
    "VisitConfirmed": lazy_gettext("Confirmed"),
    "VisitSettled": lazy_gettext("Settled"),
    "VisitCancelled": lazy_gettext("Called off"),
    "VisitUnfilled": lazy_gettext("Nobody could come"),
    "VisitAborted": lazy_gettext("Stopped early"),
    "VisitLockedOut": lazy_gettext("Nobody opened"),
    "RescueCalled": lazy_gettext("A stand-in is looked for"),
    "NoShow": lazy_gettext("Did not come"),
    "ContactTried": lazy_gettext("Tried to reach the customer"),
    "FinishUndone": lazy_gettext("“Done” taken back"),
    "VisitRescheduled": lazy_gettext("Moved to another time"),
    "VisitGivenBack": lazy_gettext("Given back"),
    "VisitOverran": lazy_gettext("Takes longer"),
    "VisitRunsLate": lazy_gettext("Will be late"),
    "VisitMoved": lazy_gettext("Moved, all agreed"),
    "TimeOffTaken": lazy_gettext("Took time off"),
    "RatingsAsked": lazy_gettext("Asked for ratings"),
    "RatingsRevealed": lazy_gettext("Ratings opened"),
    "RatingGiven": lazy_gettext("Rated"),
    "DisputeOpened": lazy_gettext("Case opened"),
    "WorkerApplied": lazy_gettext("Applied"),
    "WorkerMoved": lazy_gettext("Went on"),
    "WorkerActivated": lazy_gettext("Accepted"),
    "WorkerStopped": lazy_gettext("Stopped"),
    "WorkerHeld": lazy_gettext("On hold"),
    "WorkerFreed": lazy_gettext("Hold lifted"),
    "ScorePublished": lazy_gettext("Score worked out"),
    "WorkerAttributed": lazy_gettext("Who brought them"),
    "ScreeningRecorded": lazy_gettext("Screened"),
    "DisputeReplied": lazy_gettext("The other side answered"),
    "DisputeProposed": lazy_gettext("A way out proposed"),
    "DisputeOverdue": lazy_gettext("We were late: the fund paid first"),
    "DisputeDecided": lazy_gettext("Decided"),
    "DisputeAppealed": lazy_gettext("Appealed"),
    "DisputeClosed": lazy_gettext("Case closed"),
    "RatingEdited": lazy_gettext("Rating changed"),
    "RatingWeightSet": lazy_gettext("A rating’s weight set"),
    "ScoreRecomputed": lazy_gettext("Score worked out anew"),
    "TierChanged": lazy_gettext("Another tier"),
    "EstimatesRenewed": lazy_gettext("Estimates renewed"),
    "LeadCaptured": lazy_gettext("Noted by a recruiter"),
    "MilestoneMoved": lazy_gettext("A recruiter’s sum went on"),
    "ClawbackOpened": lazy_gettext("A sum to be paid back"),
    "RecruiterPaid": lazy_gettext("Recruiter paid"),
    "CodeRequested": lazy_gettext("A sign-in code sent"),
    "AccountCreated": lazy_gettext("Account opened"),
    "AccountBlocked": lazy_gettext("Account closed"),
    "RoleGranted": lazy_gettext("A role given"),
    "EmergencyTaken": lazy_gettext("A role taken in an emergency"),
    "SecondFactorSet": lazy_gettext("Authenticator set up"),
    "SecondFactorDropped": lazy_gettext("Authenticator taken away"),
    "PhoneChangeAsked": lazy_gettext("Another number asked for"),
    "PhoneChanged": lazy_gettext("Another number counts"),
    "PhoneChangeStopped": lazy_gettext("The change of number stopped"),
    "NumberDetached": lazy_gettext("The number went to somebody else"),
}
_DECLINED = {
    "too_far": lazy_gettext("too far"),
    "time": lazy_gettext("the time"),
    "too_long": lazy_gettext("too long"),
    "home": lazy_gettext("the home"),
    "pets": lazy_gettext("pets"),
    "stairs": lazy_gettext("stairs"),
    "unwell": lazy_gettext("unwell"),
    "customer": lazy_gettext("this customer"),
    "not_today": lazy_gettext("not today"),
    "other": lazy_gettext("another reason"),
}
_ENDED = {
    "plans_changed": lazy_gettext("plans changed"),
    "found_other": lazy_gettext("found somebody else"),
    "too_late": lazy_gettext("too late"),
    "price": lazy_gettext("the price"),
    "illness": lazy_gettext("illness"),
    "mistake": lazy_gettext("a mistake"),
    "accident": lazy_gettext("an accident"),
    "family": lazy_gettext("family"),
    "transport": lazy_gettext("transport"),
    "clash": lazy_gettext("a clash"),
    "safety": lazy_gettext("safety"),
    "scope": lazy_gettext("more work than booked"),
    "property": lazy_gettext("damage to the home"),
    "other": lazy_gettext("another reason"),
    "no_show": lazy_gettext("did not come"),
}
_ROLES = {
    "customer": lazy_gettext("customer"),
    "worker": lazy_gettext("worker"),
    "recruiter": lazy_gettext("recruiter"),
    "ops_agent": lazy_gettext("desk"),
    "ops_lead": lazy_gettext("lead"),
    "finance": lazy_gettext("finance"),
    "admin": lazy_gettext("administration"),
    "system": lazy_gettext("the clock"),
    "anonymous": lazy_gettext("somebody"),
}
_ACCOUNTS = {
    "receivable:customer": lazy_gettext("owed by the customer"),
    "payable:worker": lazy_gettext("the worker’s"),
    "escrow:visit": lazy_gettext("kept for the visit"),
    "clearing:cash": lazy_gettext("cash"),
    "subsidy:pool": lazy_gettext("opening offers"),
    "guarantee_fund": lazy_gettext("guarantee fund"),
    "processing_cost": lazy_gettext("processing"),
    "credit:customer": lazy_gettext("credit of the customer"),
    "funding:owner": lazy_gettext("put in by the owner"),
    "hold:dispute": lazy_gettext("held for a case"),
    "tips:worker": lazy_gettext("tips"),
    "clearing:provider": lazy_gettext("payment provider"),
    "payable:recruiter": lazy_gettext("the recruiter’s"),
    "revenue:basic": lazy_gettext("revenue of basic work"),
    "revenue:premium": lazy_gettext("revenue of premium work"),
    "deferred:placement": lazy_gettext("placements ahead"),
    "incentive_budget:zone-month": lazy_gettext("budget for recruiting"),
}
_KINDS = {
    "reserve": lazy_gettext("Subsidy kept ready"),
    "charge": lazy_gettext("Visit charged"),
    "settle": lazy_gettext("Settled"),
    "kept_cash": lazy_gettext("Cash kept at the door"),
    "cancellation_fee": lazy_gettext("Fee for calling off"),
    "credit": lazy_gettext("Credit"),
    "refund": lazy_gettext("Paid back"),
    "release_hold": lazy_gettext("Hold let go"),
    "bonus": lazy_gettext("Bonus"),
    "paid_out": lazy_gettext("Paid out"),
    "credit_paid_out": lazy_gettext("Credit paid out"),
    "debt_paid": lazy_gettext("Debt paid"),
    "debt_waived": lazy_gettext("Debt waived"),
    "vest": lazy_gettext("Recruiter’s sum earned"),
    "recruiter_pay": lazy_gettext("Recruiter paid"),
}


_HOME = {
    "pets": lazy_gettext("pets"), "no_lift": lazy_gettext("no lift"), "nobody_home": lazy_gettext("nobody at home"),
    "own_tools": lazy_gettext("own tools to be brought"),
}  # fmt: skip


_AGAIN = re.compile(r"_\d+$")


def home_words(facts: Sequence[str]) -> str:
    """Return what is known of a home, in one line."""
    return _(", ").join(str(_HOME.get(fact, fact)) for fact in facts)


def fact_word(kind: str) -> str:
    """Return a fact's kind in words."""
    return str(_FACTS.get(kind, kind))


def declined_word(code: str) -> str:
    """Return why somebody said no."""
    return str(_DECLINED.get(code, code))


def ended_word(code: str) -> str:
    """Return why a visit was called off or stopped."""
    return str(_ENDED.get(code.removeprefix("cancelled_").removeprefix("aborted_"), code))


def role_word(role: str) -> str:
    """Return a role as the desk says it."""
    return str(_ROLES.get(role, role))


def account_word(account: str) -> str:
    """Return a ledger account in words."""
    return str(_ACCOUNTS.get(account, account))


def kind_word(kind: str) -> str:
    """Return a kind of entry in words."""
    if kind.startswith("reversed_"):
        return _("Taken back: %(what)s", what=kind_word(kind.removeprefix("reversed_")))
    if kind.startswith("fund_"):
        return _("Money put in: %(what)s", what=account_word(kind.removeprefix("fund_")))
    plain = _AGAIN.sub("", kind)  # the second of its kind about one thing carries a number
    return str(_KINDS.get(kind) or _KINDS.get(plain, kind))


def fact_steps(rows: Sequence[EventRow], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a timeline for ``ui.timeline``, oldest first: what, when, by whom and why."""
    return [
        {
            "at": "stop" if row.kind in ("VisitCancelled", "VisitUnfilled", "NoShow", "VisitAborted") else "past",
            "title": fact_word(row.kind),
            "time": f"{day(row.at)} {clock(row.at)}",
            "text": _fact_text(row, names),
        }
        for row in rows
    ]


def _fact_text(row: EventRow, names: Mapping[str, str]) -> str:
    told = [names.get(str(row.payload.get("worker_code", "")), ""), _said(row), _by(row, names)]
    return _(", ").join(one for one in told if one)


def _said(row: EventRow) -> str:
    payload = row.payload
    if row.kind == "OffersMade":
        return _("%(n)s asked", n=len(payload.get("offer_codes", ())))
    if row.kind == "WorkerMoved":
        return stage_word(str(payload.get("state", "")))
    if row.kind == "OfferDeclined":
        return declined_word(str(payload.get("reason", "")))
    if row.kind == "VisitCancelled" and payload.get("fee_fen"):
        return _("fee %(sum)s, all of it for the worker", sum=money(int(payload["fee_fen"])))
    if row.kind in ("VisitAborted", "RescueCalled"):
        return ended_word(str(payload.get("reason", "")))
    return ""


def _by(row: EventRow, names: Mapping[str, str]) -> str:
    if row.actor_role in ("system", "worker", "customer") and not row.reason:
        return ""
    who = names.get(row.actor_code, "") or role_word(row.actor_role)
    behalf = _("(for %(name)s)", name=names.get(row.on_behalf_of, _("somebody"))) if row.on_behalf_of else ""
    return _("by %(who)s%(behalf)s: %(why)s", who=who, behalf=behalf, why=row.reason) if row.reason else who


def money_rows(entries: Sequence[EntryLine]) -> list[dict[str, Any]]:
    """Return entries for ``ui.lines``: what moved, from where to where, how much."""
    return [
        {
            "label": kind_word(one.kind),
            "why": _(
                "%(time)s: from %(a)s to %(b)s",
                time=f"{day(one.at)} {clock(one.at)}",
                a=_side(one, 1),  # a debit of somebody's money is where it comes from
                b=_side(one, -1),
            ),
            "amount": one.fen,
            "void": one.reverses,
        }
        for one in entries
    ]


def _side(entry: EntryLine, sign: int) -> str:
    found = dict.fromkeys(account_word(leg.account) for leg in entry.legs if leg.fen * sign > 0)
    return _(", ").join(found)
