"""Facts about workers, in the past tense. The first field is the worker."""

from __future__ import annotations

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class WorkerApplied(Event):
    """Somebody confirmed an application; ``recruiter_code`` is the code they named (R-… or S-…), or empty."""

    worker_code: str
    recruiter_code: str


@dataclass(frozen=True)
class WorkerMoved(Event):
    """The case took a step: ``move`` and the ``state`` it led to."""

    worker_code: str
    move: str
    state: str


@dataclass(frozen=True)
class WorkerActivated(Event):
    """Vetting is done, the papers are complete: the worker is accepted."""

    worker_code: str
    recruiter_code: str


@dataclass(frozen=True)
class WorkerStopped(Event):
    """The work together has ended; ``cause`` is "own_choice", "quality", "safety", "identity" or "conduct"."""

    worker_code: str
    recruiter_code: str
    cause: str


@dataclass(frozen=True)
class WorkerHeld(Event):
    """A hold was set on a worker; ``hold`` is "safety", "documents" or "review", ``source`` the case behind it."""

    worker_code: str
    hold: str
    source: str


@dataclass(frozen=True)
class WorkerFreed(Event):
    """A hold is gone."""

    worker_code: str
    hold: str
