"""Visits that have been worked, and what people say of them: the beginning of every story of ratings and disputes."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from catalogue.services import get_service
from core.actors import Actor
from core.codes import new_code
from dispatch.jobs import new_visit
from dispatch.models import Job, Visit
from dispatch.settling import charge_visit, settle_visit
from money.pricing import Priced
from places.places import PlaceInput, add_place
from ratings.invitations import invite, rate_visit
from ratings.models import Rating, WorkerScore
from ratings.revealing import close_visit
from ratings.schemas import RatingInput
from tests import factories as make
from workers.models import Worker

CAME_IN = {"work_done": 0, "completed": 1, "settled": 2}
PRICE = 13_500


def worked_visit(
    session: Session,
    customer: Actor,
    worker: Worker,
    start: datetime = make.TUESDAY_NINE,
    state: str = "completed",
    **more,
) -> Visit:
    """A visit of three hours that was worked to its end, charged, and confirmed or settled if ``state`` says so."""
    home = PlaceInput(compound="liuan-2", building="1", unit="1-101")
    place = add_place(session, customer.code, home, start - timedelta(days=1))
    job = Job(
        code=new_code("J"), customer=customer.code, service="standard", place=place, minutes=180, terms={},
        created_at=start - timedelta(days=1),
    )  # fmt: skip
    session.add(job)
    priced = Priced((), PRICE, PRICE, 0)
    session.flush()
    service, worker_id = get_service(session, "standard"), worker.id
    with session.no_autoflush:
        visit = new_visit(job, service, priced, (start, start), start - timedelta(days=1))
    end = start + timedelta(minutes=180)
    visit.starts_at, visit.worker_id, visit.state = start, worker_id, state
    visit.arrived_at, visit.arrived_method = start, "position"
    visit.started_at, visit.start_method, visit.finished_at = start, "code", end
    visit.confirmed_at = end if state != "work_done" else None
    for name, value in more.items():
        setattr(visit, name, value)
    session.add(visit)
    session.flush()
    charge_visit(session, visit, end)
    if state == "settled":
        visit.state = "completed"
        session.flush()
        settle_visit(session, visit, end + timedelta(hours=24))
    session.refresh(visit)
    return visit


def say(session: Session, actor: Actor, visit: Visit, stars: int = 5, at: datetime | None = None, **more) -> Rating:
    """Somebody rates a visit, an hour after its end unless said otherwise."""
    if stars <= 3:
        more.setdefault("reason", "other")
    return rate_visit(session, actor, RatingInput(visit.code, stars, **more), at or after(visit, hours=1))


def after(visit: Visit, **delta) -> datetime:
    """An instant after the end of the work."""
    assert visit.finished_at is not None
    return visit.finished_at + timedelta(**delta)


def rated_visit(
    session: Session,
    worker: Worker,
    stars: int = 5,
    start: datetime = make.TUESDAY_NINE,
    *,
    customer: Actor | None = None,
    **more,
) -> Rating:
    """A visit whose customer's rating has been revealed, a week later."""
    customer = customer or make.make_customer(session)
    visit = worked_visit(session, customer, worker, start)
    invite(session, visit.code, after(visit))
    rating = say(session, customer, visit, stars, **more)
    close_visit(session, visit.code, after(visit, days=7))
    session.refresh(rating)
    return rating


def score_of(session: Session, worker: Worker) -> WorkerScore:
    """The worker's running state, fresh from the database."""
    query = select(WorkerScore).where(WorkerScore.worker == worker.code)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def count_queries(session: Session, work: Callable[[], object]) -> int:
    """How many SELECTs ``work`` sends."""
    seen: list[str] = []

    def note(*told) -> None:
        if told[2].lstrip().lower().startswith("select"):
            seen.append(told[2])

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    work()
    event.remove(connection, "before_cursor_execute", note)
    assert seen
    return len(seen)
