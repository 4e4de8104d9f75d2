"""Vetting and one worker: applications by stage, papers, standing with its reasons, hours, decisions, acts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, render_template
from marshmallow import Schema, fields, validate

from accounts.people import names_of, show_phone
from app import auth
from app.formats import local, named
from app.house import current_now
from app.input import read, read_query
from app.output import UNTRIED, refused, see_other
from app.pages.ops_audit_words import audit_rows, why_words
from app.pages.ops_event_words import fact_steps
from app.pages.ops_people import next_page
from app.pages.ops_words import DESK, LookSchema, actor_because, language
from app.pages.ops_worker_acts import BY_NAME, REASON_WORDS, WorkerActSchema, open_acts
from app.pages.ops_worker_words import MODES, missing_words, paper_word, stage_word, tier_word
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from catalogue.services import list_skills
from core.audit import Look, trail
from core.errors import DomainError, InvalidInput, NotFound
from core.events import timeline
from notices.tasks import tasks_about
from places.zones import list_zones
from ratings.explain import score_story
from recruiting.cohort import screening_ratios
from recruiting.recruiters import recruiter_by_code
from recruiting.rubric import RUBRIC
from workers.desk import decisions_about
from workers.queries import STAGES, ending_papers, join_progress, my_hours, stage_counts, vetting_list
from workers.workers import get_worker

bp = Blueprint("ops_workers", __name__)


class VettingSchema(Schema):
    """Which stage to list."""

    stage = fields.String(load_default="", validate=validate.OneOf(["", *STAGES]))
    after = fields.String(load_default="", validate=validate.Length(max=20))


@route(bp, "/ops/vetting", policy=DESK)
def show_vetting() -> Any:
    """List applications by stage, papers that end soon, and how strict each recruiter is."""
    asked, now = read_query(VettingSchema), current_now()
    session, actor = current_session(), auth.current_actor()
    page = vetting_list(session, actor, now, asked["stage"], asked["after"])
    counts = stage_counts(session, actor)
    return render_template(
        "ops/vetting.html",
        page=page,
        asked=asked,
        stages=[(stage, stage_word(stage), counts.get(stage, 0)) for stage in STAGES],
        total=sum(counts.get(stage, 0) for stage in STAGES[:7]),
        ending=ending_papers(session, actor, local(now).date()),
        ratios=screening_ratios(session, actor),
        zones={zone.slug: named(zone.names) for zone in list_zones(session)},
        paper_word=paper_word,
        next=next_page(page.after),
    )


@route(bp, "/ops/workers/<code>", policy=DESK)
def show_worker(code: str) -> Any:
    """Show everything about one worker."""
    return render_template("ops/worker.html", **_worker_page(code))


@route(bp, "/ops/workers/<code>/<act>", policy=DESK, methods=["POST"], audit=True)
def do(code: str, act: str) -> Any:
    """Decide or note something about a worker; a refusal shows the page again."""
    chosen = BY_NAME.get(act)
    if chosen is None:
        raise NotFound
    try:
        said = read(WorkerActSchema)
        chosen.do(current_session(), actor_because(said["reason"]), code, said, current_now())
    except DomainError as error:
        return _again(code, act, error)
    flash(_("Noted: %(what)s.", what=chosen.label), "done")
    return see_other("ops_workers.show_worker", code=code)


@route(bp, "/ops/workers/<code>/phone", policy=DESK, methods=["POST"], audit=True, idempotent="none")
def show_number(code: str) -> Any:
    """Show the number once, with the reason written down."""
    try:
        look: Look = read(LookSchema)
        worker = get_worker(current_session(), auth.current_actor(), code)
        number = show_phone(current_session(), auth.current_actor(), worker.account_code, look, current_now())
    except InvalidInput as error:
        return _again(code, "phone", error)
    answer = make_response(render_template("ops/worker.html", **{**_worker_page(code), "number": number}))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _again(code: str, act: str, error: DomainError) -> Any:
    return refused("ops/worker.html", error, lambda: _worker_page(code), act)


def _worker_page(code: str) -> dict[str, Any]:
    session, actor, now = current_session(), auth.current_actor(), current_now()
    worker = get_worker(session, actor, code)
    facts, audits = timeline(session, code), trail(session, code)
    decisions = decisions_about(session, actor, code)
    staff = {row.actor_code for row in facts} | {row.actor_code for row in audits} | {one.by for one in decisions}
    names = names_of(session, staff - {""})
    progress = join_progress(session, actor, code, now)
    skills, mine = list_skills(session), {one.skill for one in worker.skills}
    recruiter = recruiter_by_code(session, worker.recruiter_code)
    return {
        "worker": worker,
        "progress": progress,
        "missing": missing_words(progress.missing),
        "hours": my_hours(session, actor, code, now),
        "score": score_story(session, actor, code, now) if worker.standing else None,
        "decisions": decisions,
        "names": names,
        "steps": fact_steps(facts[-12:], names),
        "audits": audit_rows(audits, names),
        "tasks": [task for task in tasks_about(session, code) if task.done_at is None],
        "zones": {zone.slug: named(zone.names) for zone in list_zones(session)},
        "mode": str(MODES.get(worker.travel_mode, worker.travel_mode)),
        "acts": open_acts(worker, actor),
        "reason_codes": [(one, str(word)) for one, word in REASON_WORDS.items()],
        "skills": skills,
        "skill_names": _(", ").join(named(one.names) for one in skills if one.slug in mine),
        "recruiter": recruiter.name if recruiter else worker.recruiter_code,
        "tier_word": tier_word,
        "rubric": [(item.title.zh if language() == "zh-CN" else item.title.en) for item in RUBRIC],
        "stage_word": stage_word, "paper_word": paper_word, "number": None, "whys": why_words(),
        **UNTRIED,
    }  # fmt: skip
