"""Applying, and applying again: how somebody becomes a worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code, grant_role
from accounts.models import Account
from core.actors import Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import Conflict, InvalidInput, NotAllowed
from core.events import record
from core.policies import read_policy
from geo.points import Datum, GeoError, Point, parse_point
from places.models import Zone
from workers.cases import move_worker, touch
from workers.events import WorkerApplied
from workers.models import VettingCase, Worker
from workers.policy import VettingPolicy
from workers.schemas import Application
from workers.states import WORKER_MOVES, WorkerMove, WorkerState
from workers.zones import today_of


def apply_as_worker(session: Session, actor: Actor, form: Application, now: datetime) -> Worker:
    """Open a vetting case for the account that acts (signed in by one-time code), or for whom operations act.

    The consent text must be the current one; its version is kept, and so is the recruiter's code that was named.
    Somebody who left, withdrew, lapsed or was rejected comes back to the same worker: one identity, one worker.
    """
    account = _applicant(session, actor)
    home = _check(session, form, now)
    worker = session.scalars(select(Worker).where(Worker.account_id == account.id)).first()
    if worker is None:
        worker = _open(session, account, form, home, now)
        if actor.is_staff:
            audit(session, actor, "worker_applied", worker.code, now, Change())
        touch(session, worker, now)
    else:
        _reopen(session, actor, worker, form, home, now)
    grant_role(session, account, Role.WORKER, worker.code, now, by=actor)
    record(session, WorkerApplied(worker.code, form.recruiter_code), by=actor, at=now)
    return worker


def _applicant(session: Session, actor: Actor) -> Account:
    code = actor.on_behalf_of if actor.is_ops else actor.code
    if not code or (actor.is_staff and not actor.is_ops):
        raise NotAllowed("apply_not_yours", "Please sign in with your own phone to apply.")
    account = account_by_code(session, code)
    if account.state != "active":
        raise NotAllowed("account_blocked", "This account cannot apply.")
    return account


def _check(session: Session, form: Application, now: datetime) -> Point:
    wrong: dict[str, list[str]] = {}
    if form.consent_version != read_policy(session, VettingPolicy, now).consent_version:
        wrong["consent_version"] = ["not_current"]
    known = set(session.scalars(select(Zone.slug).where(Zone.slug.in_(form.zones))))
    if not form.zones or set(form.zones) - known:
        wrong["zones"] = ["unknown"]
    try:
        home = parse_point(form.lat, form.lon, Datum(form.datum))
    except GeoError as error:
        raise InvalidInput({**wrong, "lat": [error.code]}) from error
    if wrong:
        raise InvalidInput(wrong)
    return home


def _open(session: Session, account: Account, form: Application, home: Point, now: datetime) -> Worker:
    worker = Worker(
        code=new_code("W"),
        account_id=account.id,
        account_code=account.code,
        languages=[],
        zones=[],
        state=WORKER_MOVES.initial,
        state_since=now,
        created_at=now,
        activated_at=None,
        free_now_until=None,
        **_described(form, home),
    )
    worker.case = VettingCase(code=new_code("B"), opened_at=now, touched_at=now, **_told(form))
    _fill(worker, form)
    try:
        with session.begin_nested():
            session.add(worker)
            session.flush()
    except IntegrityError as error:
        raise Conflict("already_applied", "There is an application already.") from error
    return worker


def _reopen(session: Session, actor: Actor, worker: Worker, form: Application, home: Point, now: datetime) -> None:
    gone = (WorkerState(worker.state), WorkerMove.REAPPLY) in WORKER_MOVES.steps
    if not gone:
        raise Conflict("already_applied", "There is an application already.")
    day = worker.case.reapply_on
    if day is not None and today_of(session, worker, now) < day:
        raise Conflict("too_early_to_reapply", "It is too early to apply again.", reapply_on=day.isoformat())
    move_worker(session, actor, worker, WorkerMove.REAPPLY, now)
    case = worker.case
    case.opened_at = now
    for name, value in _described(form, home).items():
        setattr(worker, name, value)
    for name, value in _told(form).items():
        setattr(case, name, value)
    case.screening, case.screening_sheet, case.screened_by = None, None, ""
    case.practice_signed_by, case.quiz_score, case.quiz_at = "", None, None
    case.trial_visits, case.trial_on_time, case.trial_log = 0, 0, []
    case.reason_code, case.reason, case.reapply_on = "", "", None
    _fill(worker, form)
    session.flush()


def _fill(worker: Worker, form: Application) -> None:
    worker.languages, worker.zones = list(form.languages), list(form.zones)
    if form.recruiter_code and not worker.activated_at:
        worker.recruiter_code = form.recruiter_code


def _described(form: Application, home: Point) -> dict[str, object]:
    return {
        "name": form.name,
        "family_name": form.family_name or _family_name(form.name),
        "gender": form.gender,
        "home_lat": home.lat,
        "home_lon": home.lon,
        "travel_mode": form.travel_mode,
    }


def _told(form: Application) -> dict[str, object]:
    answers = {"skills": list(form.skills), "about": form.about, "zones": list(form.zones)}
    return {"consent_version": form.consent_version, "answers": answers}


def _family_name(name: str) -> str:
    """The first character of a Chinese name, the last word of any other."""
    if "\u4e00" <= name[:1] <= "\u9fff":
        return name[0]
    return name.rsplit(maxsplit=1)[-1][:8] if name.split() else name[:8]
