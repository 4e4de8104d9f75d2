"""What staff did, in words: acts of the audit, and why somebody looked at something personal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.pages.ops_event_words import role_word
from app.words import gettext as _
from app.words import lazy_gettext
from core.audit import LOOKS, AuditRow

_ACTS = {
    "account_blocked": lazy_gettext("Closed an account"),
    "account_unblocked": lazy_gettext("Opened an account again"),
    "role_taken": lazy_gettext("Took a role away"),
    "phone_shown": lazy_gettext("Looked at a phone number"),
    "home_shown": lazy_gettext("Looked at an exact address"),
    "position_shown": lazy_gettext("Looked at a position"),
    "emergency_taken": lazy_gettext("Took another role in an emergency"),
    "emergency_ended": lazy_gettext("Gave the other role back"),
    "second_factor_reset": lazy_gettext("Reset an authenticator"),
    "number_joined": lazy_gettext("Joined a number to an account"),
    "plan_again": lazy_gettext("Had a day planned again"),
    "approve_move": lazy_gettext("Let a promised visit be moved"),
    "decline_move": lazy_gettext("Left a promised visit as it is"),
    "answer_move": lazy_gettext("Answered for somebody"),
    "audit_checked": lazy_gettext("Checked the audit"),
    "make_payout": lazy_gettext("Made a payout"),
    "pay_payout": lazy_gettext("Paid a payout"),
    "void_payout": lazy_gettext("Tore a payout up"),
    "retry_parked": lazy_gettext("Tried something parked again"),
    "solve_now": lazy_gettext("Started a round"),
    "finish_task": lazy_gettext("Finished a task"),
    "dispute_opened": lazy_gettext("Opened a case"),
    "dispute_asked": lazy_gettext("Asked in a case"),
    "dispute_proposed": lazy_gettext("Proposed a remedy"),
    "dispute_decided_first": lazy_gettext("Decided a case"),
    "dispute_decided_appeal": lazy_gettext("Decided an appeal"),
    "rating_weight_set": lazy_gettext("Changed how a rating counts"),
    "recruiter_added": lazy_gettext("Added a recruiter"),
    "recruiter_state_set": lazy_gettext("Changed a recruiter’s state"),
    "recruiter_paid": lazy_gettext("Paid a recruiter"),
    "attribution_decided": lazy_gettext("Decided who brought somebody"),
    "milestone_reversal_asked": lazy_gettext("Asked to take a sum back"),
    "milestone_reach": lazy_gettext("Counted a milestone"),
    "milestone_vest": lazy_gettext("Vested a milestone"),
    "milestone_hold": lazy_gettext("Held a milestone"),
    "milestone_release": lazy_gettext("Let a milestone go on"),
    "milestone_approve": lazy_gettext("Approved a milestone"),
    "milestone_pay": lazy_gettext("Paid a milestone"),
    "milestone_forfeit": lazy_gettext("Declined a milestone"),
    "milestone_reverse": lazy_gettext("Took a milestone back"),
    "milestone_postpone": lazy_gettext("Put a milestone off"),
    "incentive_adjusted": lazy_gettext("Added to an incentive"),
    "safety_hold_cleared": lazy_gettext("Lifted a safety hold"),
    "worker_document_seen": lazy_gettext("Looked at a paper"),
    "worker_screened": lazy_gettext("Screened somebody"),
    "worker_skill_added": lazy_gettext("Added a skill"),
    "worker_applied": lazy_gettext("Applied for somebody"),
    "worker_hours_set": lazy_gettext("Set somebody’s hours"),
    "worker_hand_in": lazy_gettext("Took papers in"),
    "worker_check_identity": lazy_gettext("Checked the identity"),
    "worker_interview": lazy_gettext("Confirmed a screening"),
    "worker_train": lazy_gettext("Signed the practice"),
    "worker_quiz": lazy_gettext("Noted the quiz"),
    "worker_start_trial": lazy_gettext("Began a trial"),
    "worker_activate": lazy_gettext("Accepted somebody"),
    "worker_pause": lazy_gettext("Paused somebody"),
    "worker_resume": lazy_gettext("Ended a pause"),
    "worker_improve": lazy_gettext("Began coaching"),
    "worker_restrict": lazy_gettext("Restricted somebody"),
    "worker_suspend": lazy_gettext("Suspended somebody"),
    "worker_reinstate": lazy_gettext("Took somebody back"),
    "worker_lapse": lazy_gettext("A paper lapsed"),
    "worker_renew": lazy_gettext("A paper was renewed"),
    "worker_leave": lazy_gettext("Let somebody leave"),
    "worker_dismiss": lazy_gettext("Dismissed somebody"),
    "worker_retry": lazy_gettext("Let somebody try again"),
    "worker_reapply": lazy_gettext("Let somebody apply again"),
    "worker_reject": lazy_gettext("Rejected an application"),
    "worker_withdraw": lazy_gettext("Withdrew an application"),
    "worker_expire": lazy_gettext("An application expired"),
}
_AREAS = {
    "ops_board": lazy_gettext("the board"), "ops_visits": lazy_gettext("a visit"),
    "ops_people": lazy_gettext("people"), "ops_exceptions": lazy_gettext("exceptions"),
    "ops_disputes": lazy_gettext("cases"), "ops_workers": lazy_gettext("vetting"),
    "ops_money": lazy_gettext("money"), "ops_payouts": lazy_gettext("payouts"),
    "ops_health": lazy_gettext("health"), "ops_audit": lazy_gettext("the audit"),
    "ops_incentives": lazy_gettext("incentives"), "Desk": lazy_gettext("a visit"), "People": lazy_gettext("people"),
    "Deciding": lazy_gettext("cases"), "Vetting": lazy_gettext("vetting"), "Books": lazy_gettext("money"),
    "Incentives": lazy_gettext("incentives"),
}  # fmt: skip
_WHYS = {
    "late": lazy_gettext("somebody is late"),
    "rescue": lazy_gettext("a stand-in is needed"),
    "customer_asks": lazy_gettext("the customer asks"),
    "worker_asks": lazy_gettext("the worker asks"),
    "safety": lazy_gettext("safety"),
    "case": lazy_gettext("a case"),
    "other": lazy_gettext("another reason"),
}


_FAULTS = {
    "row_changed": lazy_gettext("a row was changed"),
    "row_missing": lazy_gettext("a row is gone"),
    "link_missing": lazy_gettext("a link is gone"),
    "link_moved": lazy_gettext("rows were moved"),
    "row_unlinked": lazy_gettext("a row was put in from outside"),
    "shortened": lazy_gettext("rows at the end are gone"),
}


def fault_word(fault: str) -> str:
    """Return what is wrong with the audit's chain."""
    return str(_FAULTS.get(fault, fault))


def act_word(act: str) -> str:
    """Return an act of the audit in words; of what only the door wrote down, where it was."""
    known = _ACTS.get(act)
    if known is not None:
        return str(known)
    area, _dot, name = act.partition(".")
    where = str(_AREAS.get(area, "")) or _("another page")
    looked = name.startswith(("show", "get", "start", "search", "download"))
    return _("Looked at: %(where)s", where=where) if looked else _("Acted on: %(where)s", where=where)


def acts_in_words() -> frozenset[str]:
    """Return the acts that have words of their own."""
    return frozenset(_ACTS)


def why_words() -> list[tuple[str, str]]:
    """Return the reasons for looking at something personal, for a choice."""
    return [(code, str(_WHYS[code])) for code in LOOKS]


def why_text(reason: str) -> str:
    """Return a reason as it was written down, with its code in words."""
    code, _colon, words = reason.partition(": ")
    if code not in _WHYS:
        return reason
    if code == "other" and words:
        return words
    said = str(_WHYS[code])
    return _("%(why)s: %(words)s", why=said, words=words) if words else said


def audit_rows(rows: Sequence[AuditRow], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what staff did, for a table."""
    return [
        {
            "at": row.at,
            "act": act_word(row.act),
            "about": row.about,
            "who": names.get(row.actor_code, "") or role_word(row.actor_role),
            "role": role_word(row.actor_role),
            "code": row.actor_code,
            "why": why_text(row.reason),
            "ticket": str(row.after.get("ticket", "")),
            "emergency": str(row.after.get("emergency", "")),
        }
        for row in rows
    ]
