"""Facts of dispatch, in the past tense. The first field is what the fact is about."""

from __future__ import annotations

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class VisitOpened(Event):
    """A visit waits for a worker."""

    visit_code: str


@dataclass(frozen=True)
class OffersMade(Event):
    """A round or a person proposed the visit to workers."""

    visit_code: str
    offer_codes: list[str]


@dataclass(frozen=True)
class OfferDeclined(Event):
    """A worker said: not this one."""

    offer_code: str
    visit_code: str
    worker_code: str
    reason: str


@dataclass(frozen=True)
class VisitAssigned(Event):
    """A worker accepted; the start is fixed."""

    visit_code: str
    worker_code: str
    customer: str


@dataclass(frozen=True)
class TripStarted(Event):
    """The worker is on the way."""

    visit_code: str
    worker_code: str


@dataclass(frozen=True)
class VisitRunsLate(Event):
    """Whoever is on the way will begin this visit so many minutes late, or cannot be in time for a later one."""

    visit_code: str
    worker_code: str
    minutes: int


@dataclass(frozen=True)
class WorkerArrived(Event):
    """The worker is at the door; ``method`` is "position", "code" or "ops"."""

    visit_code: str
    worker_code: str
    method: str


@dataclass(frozen=True)
class WorkStarted(Event):
    """The clock runs."""

    visit_code: str
    worker_code: str


@dataclass(frozen=True)
class WorkDone(Event):
    """The worker has finished, and the minute of undoing is over."""

    visit_code: str
    worker_code: str
    customer: str


@dataclass(frozen=True)
class VisitConfirmed(Event):
    """The customer (or 24 h of silence) confirmed the work."""

    visit_code: str
    worker_code: str
    customer: str


@dataclass(frozen=True)
class VisitSettled(Event):
    """The money has reached the worker's account."""

    visit_code: str
    worker_code: str
    customer: str


@dataclass(frozen=True)
class VisitCancelled(Event):
    """The visit will not take place; ``fee_fen`` goes to the worker."""

    visit_code: str
    by: str
    fee_fen: int


@dataclass(frozen=True)
class VisitUnfilled(Event):
    """Nobody could be found in time."""

    visit_code: str
    customer: str


@dataclass(frozen=True)
class VisitAborted(Event):
    """Work stopped before its end."""

    visit_code: str
    by: str
    reason: str


@dataclass(frozen=True)
class VisitLockedOut(Event):
    """Nobody opened the door."""

    visit_code: str
    worker_code: str
    customer: str


@dataclass(frozen=True)
class RescueCalled(Event):
    """The assigned worker will not come; somebody else is sought at once."""

    visit_code: str
    worker_code: str
    reason: str


@dataclass(frozen=True)
class NoShow(Event):
    """The worker neither came nor answered."""

    visit_code: str
    worker_code: str


@dataclass(frozen=True)
class ContactTried(Event):
    """The worker tried to reach somebody at a closed door."""

    visit_code: str
    worker_code: str


@dataclass(frozen=True)
class FinishUndone(Event):
    """The worker took "done" back within the minute."""

    visit_code: str
    worker_code: str


@dataclass(frozen=True)
class VisitRescheduled(Event):
    """The visit has another time window."""

    visit_code: str
    by: str


@dataclass(frozen=True)
class VisitGivenBack(Event):
    """The worker gave a promised visit back, well before its time."""

    visit_code: str
    worker_code: str
    reason: str


@dataclass(frozen=True)
class TimeOffTaken(Event):
    """A worker will not work between two instants (ISO text)."""

    worker_code: str
    since: str
    until: str


@dataclass(frozen=True)
class VisitOverran(Event):
    """The work goes on although its time is over; ``minutes`` beyond it."""

    visit_code: str
    worker_code: str
    minutes: int


@dataclass(frozen=True)
class VisitMoved(Event):
    """A confirmed visit has another worker or start: operations and everybody concerned agreed."""

    visit_code: str
    move_code: str
    from_worker: str
    to_worker: str
