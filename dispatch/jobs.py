"""Jobs: a quote said yes to becomes a job and its visit, in one commit or not at all."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from catalogue.models import Service
from catalogue.services import get_service
from core import events
from core.actors import SYSTEM, Actor, Role
from core.codes import new_code
from core.errors import Conflict, NotAllowed, NotFound
from core.policies import read_policy
from core.timers import Timer, set_timer
from dispatch.events import VisitOpened
from dispatch.filling import fill_times, set_fill_timers
from dispatch.models import Job, SlotHold, Visit
from dispatch.policy import FillPolicy, RoundPolicy, SlotPolicy
from dispatch.quoting import check_time, is_first, place_input
from dispatch.schemas import JobRequest, QuoteAsk
from dispatch.states import VisitMove, VisitState
from dispatch.visits import find_visit, get_visit, money_of, move_visit
from money.funds import debt_of
from money.models import Quote
from money.pricing import Priced, at_full_price
from money.quotes import get_quote, priced_of, use_quote
from money.visit_money import charge, reserve_subsidy
from notices import notices
from places.models import Place
from places.places import add_place, locate

SUBSIDY = "subsidy"


def request_job(session: Session, actor: Actor, wish: JobRequest, session_hash: str, now: datetime) -> Job:
    """Make the job and its visit from a quote. The same quote twice gives the same job.

    ``Conflict`` when the quote has expired, ``InvalidInput`` when its start can no longer be kept.
    """
    customer = _customer(actor)
    quote = get_quote(session, wish.quote_code, session_hash, now)
    if quote.job_code:
        return get_job(session, actor, quote.job_code)
    if debt_of(session, customer) > 0:
        raise Conflict("debt_first", "A cancellation fee is still open. Please settle it first.")
    ask = _ask_of(quote)
    located = locate(session, place_input(ask))
    check_time(session, ask, located, customer, now)
    place = add_place(session, customer, place_input(ask, wish.access_notes), now)
    job = _write_job(session, customer, quote, wish, place, now)
    use_quote(session, quote, job.code)
    visit = _write_visit(session, job, quote, now)
    _open_or_wait(session, actor, visit, now)
    notices.enqueue(session, to=customer, kind="visit_requested", about=visit.code, now=now)
    return job


def _customer(actor: Actor) -> str:
    if actor.role is Role.CUSTOMER and actor.code:
        return actor.code
    if actor.is_ops and actor.on_behalf_of:
        return actor.on_behalf_of
    raise NotAllowed("customers_only", "Please sign in as a customer.")


def _ask_of(quote: Quote) -> QuoteAsk:
    asked: dict[str, Any] = {k: v for k, v in quote.asked.items() if k in QuoteAsk.__dataclass_fields__}
    start = asked.get("start")
    return QuoteAsk(
        **{**asked, "facts": tuple(asked["facts"]), "start": datetime.fromisoformat(start) if start else None}
    )


def _write_job(session: Session, customer: str, quote: Quote, wish: JobRequest, place: Place, now: datetime) -> Job:
    job = Job(
        code=new_code("J"),
        customer=customer,
        service=quote.asked["service"],
        place=place,
        minutes=quote.asked["minutes"],
        note=wish.note,
        payment_method=wish.payment_method,
        quote_code=quote.code,
        preferred_worker=wish.preferred_worker,
        newcomer_ok=wish.newcomer_ok,
        terms={"prices": quote.policy_version},
        created_at=now,
    )
    session.add(job)
    return job


def _write_visit(session: Session, job: Job, quote: Quote, now: datetime) -> Visit:
    service = get_service(session, job.service)
    first = is_first(session, job.customer)
    priced = priced_of(quote)
    if priced.subsidy_fen and not first:
        priced = at_full_price(priced)
    visit = new_visit(job, service, priced, (_instant(quote, "from"), _instant(quote, "until")), now)
    session.add(visit)
    policy = read_policy(session, FillPolicy, now, visit.zone)
    visit.fill_by = fill_times(visit.window_from, now, policy).final
    share = read_policy(session, RoundPolicy, now, visit.zone).newcomer_share
    visit.newcomer_slot = job.newcomer_ok and not first and not service.trusted and in_share(job.code, share)
    session.flush()
    _reserve(session, visit, now)
    return visit


def _reserve(session: Session, visit: Visit, now: datetime) -> None:
    """Set the subsidy aside; an empty pool means the full price, never a lost job."""
    try:
        with session.begin_nested():
            reserve_subsidy(session, money_of(visit), now)
    except Conflict:
        visit.total_fen = visit.worker_fen
        visit.lines = [line for line in visit.lines if line["kind"] != SUBSIDY]


def new_visit(job: Job, service: Service, priced: Priced, window: tuple[datetime, datetime], now: datetime) -> Visit:
    """Return a fresh visit of a job with its price frozen; the caller adds it."""
    zone = job.place.zone
    return Visit(
        code=new_code("V"),
        job=job,
        customer=job.customer,
        occurrence=window[0].astimezone(ZoneInfo(zone.time_zone)).date(),
        state=VisitState.OPEN.value,
        state_since=now,
        service=job.service,
        zone=zone.slug,
        window_from=window[0],
        window_until=window[1],
        minutes=job.minutes,
        priority="recurring" if job.recurrence else "one_off",
        trusted=service.trusted or "nobody_home" in job.place.facts,
        fee_clock=window[0],
        opened_at=now,
        fill_by=window[0],
        total_fen=priced.total_fen,
        worker_fen=priced.worker_fen,
        lines=[line.as_json() for line in priced.lines],
        start_code=f"{secrets.randbelow(10000):04d}",
        checklist=[{**item, "done": False, "reason": ""} for item in service.checklist],
        open_reasons=[],
    )


def in_share(code: str, share: float) -> bool:
    """Tell whether a code falls into a share of all codes, the same way every time."""
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:4], "big") < share * 2**32


def _instant(quote: Quote, name: str) -> datetime:
    return datetime.fromisoformat(quote.asked[name])


def _open_or_wait(session: Session, actor: Actor, visit: Visit, now: datetime) -> None:
    if visit.job.payment_method == "cash":
        set_fill_timers(session, visit, now)
        events.record(session, VisitOpened(visit.code), by=actor, at=now)
        return
    policy = read_policy(session, SlotPolicy, now, visit.zone)
    until = now + timedelta(minutes=policy.hold_minutes)
    visit.state = VisitState.AWAITING_PAYMENT.value
    place = visit.job.place
    session.add(
        SlotHold(
            code=new_code("H"),
            quote_code=visit.job.quote_code,
            place_lat=place.lat,
            place_lon=place.lon,
            service=visit.service,
            zone=visit.zone,
            window_from=visit.window_from,
            window_until=visit.window_until,
            minutes=visit.minutes,
            expires_at=until,
        )
    )
    set_timer(session, "payment_lapses", visit.code, until)


def record_payment(session: Session, actor: Actor, visit_code: str, now: datetime) -> Visit:
    """The money is in: the visit opens, the sum lies in escrow."""
    visit = get_visit(session, actor, visit_code, lock=True)
    move_visit(session, visit, VisitMove.PAY, actor, now)
    charge(session, money_of(visit), now)
    set_fill_timers(session, visit, now)
    events.record(session, VisitOpened(visit.code), by=actor, at=now)
    return visit


def on_payment_lapses(session: Session, timer: Timer, now: datetime) -> None:
    """Nobody paid within the quarter of an hour: the slot is free again."""
    visit = find_visit(session, timer.about, lock=True)
    if visit.state == VisitState.AWAITING_PAYMENT:
        move_visit(session, visit, VisitMove.LAPSE, SYSTEM, now, ended_at=now, end_reason="payment_lapsed")


def get_job(session: Session, actor: Actor, code: str) -> Job:
    """Return a job to its customer or to operations; else ``NotFound``."""
    job = session.scalars(
        select(Job)
        .where(Job.code == code)
        .options(joinedload(Job.place).joinedload(Place.zone), joinedload(Job.visits))
    ).first()
    if job is None or not (actor.is_ops or actor.is_system or (actor.code and job.customer == actor.code)):
        raise NotFound
    return job


def redo_visit(session: Session, visit_code: str, window: tuple[datetime, datetime], now: datetime) -> Visit:
    """Book a free second visit for the same home (a remedy): the customer pays nothing, the worker is paid in full."""
    visit = find_visit(session, visit_code)
    service = get_service(session, visit.service)
    priced = Priced((), 0, visit.worker_fen, 0)
    again = new_visit(visit.job, service, priced, window, now)
    again.lines = [{"kind": "base", "fen": visit.worker_fen, "params": {"minutes": visit.minutes, "redo": visit.code}}]
    again.lines.append({"kind": "redo", "fen": -visit.worker_fen, "params": {"redo": visit.code}})
    again.priority = "recurring"
    session.add(again)
    session.flush()
    set_fill_timers(session, again, now)
    events.record(session, VisitOpened(again.code), by=SYSTEM, at=now)
    return again
