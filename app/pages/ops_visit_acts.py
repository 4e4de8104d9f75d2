"""What the desk may do to a visit on somebody's behalf: one table of acts, each with its consequence and its verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.pages.ops_event_words import ended_word
from app.words import gettext as _
from app.words import lazy_gettext
from core.actors import Actor
from dispatch.cancelling import cancel_visit, worker_cancels
from dispatch.filling import give_up_visit
from dispatch.finishing import abort_visit, confirm_visit, finish_work, undo_finish
from dispatch.jobs import record_payment
from dispatch.models import Visit
from dispatch.rescue import confirm_rescue
from dispatch.schemas import ABORT_REASONS, CANCEL_REASONS, WORKER_CANCEL_REASONS, ArrivalProof, Happened
from dispatch.settling import say_cash_kept
from dispatch.states import COMMITTED, VISIT_MOVES, VisitMove, VisitState
from dispatch.trip import arrive, lock_out, start_trip, start_work

Do = Callable[[Session, Actor, str, str, datetime], object]


@dataclass(frozen=True)
class Act:
    """One act: the move it makes, for whom ("worker", "customer" or nobody), its words, its choices if it has some."""

    name: str
    move: VisitMove | None
    behalf: str
    label: Any
    effect: Any
    do: Do
    choices: tuple[str, ...] = ()
    kind: str = ""


ACTS = (
    Act(
        "trip",
        VisitMove.START_TRIP,
        "worker",
        lazy_gettext("Has set out"),
        lazy_gettext("The customer is told that somebody is coming."),
        lambda s, a, v, _w, now: start_trip(s, a, v, Happened(), now),
    ),
    Act(
        "arrive",
        VisitMove.ARRIVE,
        "worker",
        lazy_gettext("Is at the door"),
        lazy_gettext("Arrival is noted as told by phone."),
        lambda s, a, v, _w, now: arrive(s, a, v, ArrivalProof(), now),
    ),
    Act(
        "start",
        VisitMove.START,
        "worker",
        lazy_gettext("Begin without the code"),
        lazy_gettext("The clock of the work starts now."),
        lambda s, a, v, _w, now: start_work(s, a, v, "", Happened(), now),
    ),
    Act(
        "finish",
        VisitMove.FINISH,
        "worker",
        lazy_gettext("Is done"),
        lazy_gettext("The customer is asked to confirm; for a minute it can be taken back."),
        lambda s, a, v, _w, now: finish_work(s, a, v, Happened(), now),
    ),
    Act(
        "undo",
        VisitMove.UNDO_FINISH,
        "worker",
        lazy_gettext("Take “done” back"),
        lazy_gettext("The work goes on."),
        lambda s, a, v, _w, now: undo_finish(s, a, v, now),
    ),
    Act(
        "confirm",
        VisitMove.CONFIRM,
        "customer",
        lazy_gettext("Confirm for the customer"),
        lazy_gettext("A day later the money is the worker’s."),
        lambda s, a, v, _w, now: confirm_visit(s, a, v, now),
    ),
    Act(
        "pay",
        VisitMove.PAY,
        "customer",
        lazy_gettext("Payment has come in"),
        lazy_gettext("The visit opens, the sum is kept for it."),
        lambda s, a, v, _w, now: record_payment(s, a, v, now),
    ),
    Act(
        "rescue",
        VisitMove.CALL_RESCUE,
        "",
        lazy_gettext("Is not coming: find a stand-in"),
        lazy_gettext("The worker is let go with five points, the customer is told, others are asked at once."),
        lambda s, a, v, _w, now: confirm_rescue(s, a, v, now),
        kind="stop",
    ),
    Act(
        "release",
        VisitMove.RELEASE,
        "worker",
        lazy_gettext("The worker cannot come"),
        lazy_gettext("Somebody else is looked for; what it costs the worker depends on the hour."),
        worker_cancels,
        WORKER_CANCEL_REASONS,
        "stop",
    ),
    Act(
        "lockout",
        VisitMove.LOCK_OUT,
        "worker",
        lazy_gettext("Nobody opens"),
        lazy_gettext("The worker is paid for the booked time, at most two hours."),
        lambda s, a, v, _w, now: lock_out(s, a, v, now),
        kind="stop",
    ),
    Act(
        "abort",
        VisitMove.ABORT,
        "worker",
        lazy_gettext("Stop the work"),
        lazy_gettext("Paid by the minute so far; for safety a case opens by itself."),
        abort_visit,
        ABORT_REASONS,
        "stop",
    ),
    Act(
        "cancel",
        VisitMove.CANCEL,
        "customer",
        lazy_gettext("Call off"),
        lazy_gettext("Free of charge when the desk does it; everything is given back."),
        cancel_visit,
        CANCEL_REASONS,
        "stop",
    ),
    Act(
        "give-up",
        VisitMove.GIVE_UP,
        "",
        lazy_gettext("Say that nobody can come"),
        lazy_gettext("Everything is given back, with a credit as apology."),
        lambda s, a, v, _w, now: give_up_visit(s, a, v, now),
        kind="stop",
    ),
    Act(
        "cash",
        None,
        "worker",
        lazy_gettext("Was paid in cash"),
        lazy_gettext("Counted against the worker’s money when it is settled; the customer may object."),
        lambda s, a, v, _w, now: say_cash_kept(s, a, v, now),
    ),
)
BY_NAME = {act.name: act for act in ACTS}


def open_acts(visit: Visit, actor: Actor) -> list[Act]:
    """Return what may be done now."""
    moves = VISIT_MOVES.moves(VisitState(visit.state), actor)
    return [act for act in ACTS if (act.move in moves if act.move else _cash_open(visit))]


def _cash_open(visit: Visit) -> bool:
    begun = visit.started_at is not None and visit.cash_kept_at is None and visit.settled_at is None
    return begun and visit.job.payment_method == "cash" and visit.state in {*COMMITTED, "work_done", "completed"}


def behalf_of(act: Act, visit: Visit) -> str:
    """Return the account the desk acts for."""
    if act.behalf == "worker" and visit.worker is not None:
        return visit.worker.account_code
    return visit.customer if act.behalf == "customer" else ""


def act_row(act: Act) -> dict[str, Any]:
    """Return an act for the template."""
    return {
        "name": act.name,
        "label": str(act.label),
        "effect": str(act.effect),
        "kind": act.kind,
        "choices": [(choice, ended_word(choice)) for choice in act.choices],
        "for": {"worker": _("for the worker"), "customer": _("for the customer")}.get(act.behalf, ""),
    }
