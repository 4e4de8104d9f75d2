"""Facts of recruiting, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class LeadCaptured(Event):
    """A person left their number at a station."""

    lead_code: str
    recruiter: str


@dataclass(frozen=True)
class WorkerAttributed(Event):
    """It is known who brought a worker; ``state`` is confirmed, contested, reassigned or locked."""

    worker_code: str
    recruiter: str
    state: str


@dataclass(frozen=True)
class ScreeningRecorded(Event):
    """A screening sheet was filled in."""

    sheet_code: str
    worker_code: str
    recruiter: str
    accepted: bool


@dataclass(frozen=True)
class MilestoneMoved(Event):
    """A milestone took a step: ``move`` and the ``state`` it led to."""

    milestone_code: str
    recruiter: str
    move: str
    state: str


@dataclass(frozen=True)
class ClawbackOpened(Event):
    """A recruiter owes (part of) a sum back."""

    milestone_code: str
    recruiter: str
    fen: int


@dataclass(frozen=True)
class RecruiterPaid(Event):
    """Money went to a recruiter."""

    recruiter: str
    payout_code: str
    fen: int
    kept_back_fen: int
