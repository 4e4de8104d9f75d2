"""A tiny city with two of everybody: what belongs to Ada, Ben and Rita, and the same again for three others."""

import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.house import House
from app.wiring import wiring
from core.actors import Role
from core.clock import Clock
from core.events import deliver_pending
from dispatch.absences import take_time_off
from dispatch.jobs import request_job
from dispatch.models import PlanMove, Round, Visit
from dispatch.offers import decline_offer
from dispatch.plan_moves import approve_move
from dispatch.quoting import ask_quote
from dispatch.rounds import EVENING, run_round
from dispatch.schemas import JobRequest, QuoteAsk
from disputes.disputes import add_evidence, open_dispute
from disputes.schemas import OpenInput, Upload
from money.accounts import PAYABLE_WORKER
from money.payouts import make_payout
from notices.models import Notice, StaffTask
from recruiting.leads import capture_lead
from recruiting.models import Milestone, ScreeningSheet
from recruiting.recruiters import add_recruiter
from recruiting.rubric import CODES
from recruiting.schemas import LeadInput, RecruiterInput, SheetInput
from recruiting.screening import record_screening
from recruiting.stations import list_stations
from tests import factories as make
from tests.cast import Member, bearer
from tests.dispatch.test_plan_moves import move_of
from tests.worked import rated_visit, worked_visit
from tests.workers.path import Desk, apply, walk

NOW = make.MONDAY_NOON
DAY = timedelta(days=1)
WEDNESDAY = make.TUESDAY_NINE + DAY
GUESSED = "V-0000000000"
NOTE, DOOR = "CANARY-NOTE-4711", "CANARY-DOOR-4712"


class HandClock(Clock):
    """A clock turned by hand."""

    speed = 1.0

    def __init__(self, at: datetime = NOW) -> None:
        object.__setattr__(self, "at", at)

    def now(self) -> datetime:
        return self.at  # type: ignore[attr-defined]

    def turn(self, at: datetime) -> None:
        object.__setattr__(self, "at", at)


@dataclass
class Side:
    """Three people and what is theirs, by the name of the address's part."""

    customer: Member
    worker: Member
    recruiter: Member
    of: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Town:
    """Everybody, with their tokens."""

    house: House
    one: Side
    two: Side
    staff: dict[str, Member]
    headers: dict[str, dict[str, str]]
    desk: dict[str, str]

    def program(self) -> FlaskClient:
        return self.house.test_client()

    def members(self) -> dict[str, Member]:
        sides = {m.name: m for s in (self.one, self.two) for m in (s.customer, s.worker, s.recruiter)}
        return sides | self.staff

    def codes_for(self, name: str) -> dict[str, str]:
        """What to put into addresses for this person: their own things, the desk's for staff."""
        for side in (self.one, self.two):
            if name in side.of:
                return PLAIN | side.of[name]
        return PLAIN | self.desk


PLAIN = {"service": "standard", "zone": "liuan", "compound": "liuan-2", "act": "trip", "item": "floors"}


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "JPEG")
    return out.getvalue()


def build(house: House, session: Session, factory: sessionmaker[Session]) -> Town:
    """Make the town through the verbs, and let the facts be heard."""
    desk = Desk(
        make.make_ops(session, "An", Role.OPS_AGENT), make.make_ops(session, "Olu"), make.make_ops(session, "Pat")
    )
    staff = {
        "agent": Member("agent", desk.agent.code, Role.OPS_AGENT),
        "olu": Member("olu", desk.lead.code, Role.OPS_LEAD),
        "pat": Member("pat", desk.other.code, Role.OPS_LEAD),
        "fin": Member("fin", make.make_ops(session, "Fin", Role.FINANCE).code, Role.FINANCE),
        "adam": Member("adam", make.make_ops(session, "Adam", Role.ADMIN).code, Role.ADMIN),
    }
    one = make_side(session, desk, ("ada", "ben", "rita"), "liuan-1")
    two = make_side(session, desk, ("mallory", "bea", "rob"), "liuan-3")
    session.commit()
    listen(factory)
    for side in (one, two):
        late_things(session, side)
    session.commit()
    run = run_round(factory, EVENING, "town", NOW)
    town = Town(house, one, two, staff, {}, desk_things(session, one, staff["fin"], run or ""))
    town.headers = {name: bearer(session, member) for name, member in town.members().items()}
    session.commit()
    return town


def listen(factory: sessionmaker[Session]) -> None:
    for _ in range(4):
        deliver_pending(factory, wiring().handlers, NOW)


def make_side(session: Session, desk: Desk, names: tuple[str, str, str], at: str) -> Side:
    customer, worker = make.make_customer(session, names[0].title()), make.make_worker(session, at=at)
    account = make.make_account(session, names[2].title())
    wanted = RecruiterInput(account.code, names[2].title(), list_stations(session)[0].code, "hired")
    recruiter = add_recruiter(session, desk.lead, wanted, NOW)
    side = Side(
        Member(names[0], customer.code, Role.CUSTOMER),
        Member(names[1], worker.account_code, Role.WORKER, worker.code),
        Member(names[2], account.code, Role.RECRUITER, recruiter.code),
    )
    side.of = {name: {} for name in names}
    _visits(session, side, customer, worker, names)
    _recruits(session, desk, side, names)
    span = (NOW + 8 * DAY, NOW + 9 * DAY)
    off = take_time_off(session, make.as_worker(worker), worker.code, span, NOW)
    side.of[names[1]]["absence"] = str(off.id)
    return side


def _visits(session, side, customer, worker, names) -> None:
    ask = QuoteAsk("standard", 120, "liuan-2", "1", "1-101", start=WEDNESDAY)
    quote = ask_quote(session, customer, ask, make.SESSION, NOW)
    job = request_job(
        session,
        customer,
        JobRequest(quote.code, note=f"{NOTE}-{names[0]}", access_notes=f"{DOOR}-{names[0]}"),
        make.SESSION,
        NOW,
    )
    session.flush()
    session.refresh(job, ["visits"])
    ahead = make.find_visit(session, job.visits[0].code)
    make.assign(session, ahead, worker)
    open_visit = make.make_visit(session, customer, make.TUESDAY_NINE + timedelta(hours=4))
    offer = make.make_offer(session, open_visit, worker)
    other = make.make_visit(session, customer, WEDNESDAY + DAY)
    refused = make.make_offer(session, other, worker)
    decline_offer(session, make.as_worker(worker), refused.code, "time", NOW)
    move = _asked_move(session, ahead, names[0])
    rated = rated_visit(session, worker, 4, NOW - 14 * DAY, customer=customer)
    worked_visit(session, customer, worker, NOW - 5 * DAY, state="settled")
    done = worked_visit(session, customer, worker, NOW - DAY)
    case = open_dispute(session, customer, OpenInput(done.code, "quality", "The floor is not done."), NOW)
    shown = add_evidence(session, customer, case.code, Upload(photo()), NOW)
    both = {"visit": ahead.code, "case": case.code, "photo": shown.code, "move": move.code}
    side.of[names[0]] = {**both, "job": job.code, "worker": worker.code, "quote": quote.code}
    side.of[names[1]] = {**both, "offer": offer.code, "rating": rated.code, "done": done.code,
                         "other": other.code}  # fmt: skip


def _asked_move(session: Session, visit: Visit, name: str) -> PlanMove:
    """A plan that would rather have the visit an hour later, and has been allowed to ask."""
    plan = Round(
        code=f"N-{name.upper()}", name="replan", tick=name, mode="day", state="done", weights={}, started_at=NOW,
        finished_at=NOW, day=make.TUESDAY + DAY, zone=visit.zone, zones=[visit.zone], causes=[], roster={"gap": 0.0},
    )  # fmt: skip
    session.add(plan)
    session.flush()
    move = move_of(session, plan, visit, visit.worker, f"Y-{name.upper()}", visit.starts_at + timedelta(hours=1))
    approve_move(session, make.make_ops(session, "Uma"), move.code, NOW)
    return move


def _recruits(session, desk, side, names) -> None:
    actor = side.recruiter.actor
    met = LeadInput(name="周桂香", phone=make.make_account(session, "x").phone or "", consent_version="2026-11")
    lead = capture_lead(session, actor, met, NOW).lead
    recruit = apply(session, recruiter_code=side.recruiter.person)
    walk(session, recruit, "identity_checked", desk, NOW)
    record_screening(session, actor, SheetInput(recruit.code, dict.fromkeys(CODES, 2)), NOW)
    side.of[names[2]] = {"lead": lead.code, "worker": recruit.code}


def late_things(session: Session, side: Side) -> None:
    """What only exists once the facts have been heard: messages, sheets, sums."""
    recruiter = side.recruiter.person
    mine = side.of[side.recruiter.name]
    mine["sheet"] = session.scalars(select(ScreeningSheet.code).where(ScreeningSheet.recruiter == recruiter)).one()
    row = Milestone(code=f"M-{recruiter[2:]}", recruiter=recruiter, worker=mine["worker"], kind="advance",
                    state="vested", fen=20000, computed={"fen": 20000}, created_at=NOW, vested_at=NOW)  # fmt: skip
    session.add(row)
    mine["milestone"] = row.code
    for member in (side.customer, side.worker):
        notice = session.scalars(select(Notice).where(Notice.to == member.account).limit(1)).first()
        assert notice is not None
        side.of[member.name]["notice"] = notice.code


def desk_things(session: Session, side: Side, fin: Member, run: str) -> dict[str, str]:
    worker = side.worker.person
    task = session.scalars(select(StaffTask.code).where(StaffTask.role == Role.OPS_AGENT).limit(1)).first()
    payout = make_payout(session, fin.actor, PAYABLE_WORKER, worker, NOW)
    waiting = session.scalars(select(Visit.code).where(Visit.state.in_(("open", "offering"))).limit(1)).first()
    return {
        **side.of[side.customer.name], "worker": worker, "recruiter": side.recruiter.person, "run": run,
        "task": task or "", "payout": payout.code, "rating": side.of[side.worker.name]["rating"],
        "milestone": side.of[side.recruiter.name]["milestone"], "open": waiting or "",
        "plan": f"N-{side.customer.name.upper()}",
    }  # fmt: skip
