"""The matcher: problem in, roster out. A pure library without Flask, database or clock.

`Problem` goes in, `solve` gives a `Roster`, `matching.slots` answers a customer's screen, `matching.check` verifies,
`matching.explain` says why. See docs/matching.md.
"""

from matching.engine import solve
from matching.errors import ProblemError, SolveError
from matching.problem import (
    Acceptance,
    Break,
    Commitment,
    Haversine,
    Hold,
    Limits,
    Matrix,
    PairTerm,
    Point,
    Priority,
    Problem,
    Promise,
    Shift,
    Travel,
    Visit,
    Weights,
    Window,
    Worker,
    rating_weights,
)
from matching.roster import (
    Candidate,
    Choice,
    Move,
    Progress,
    ReasonCount,
    Roster,
    Route,
    Slot,
    Stop,
    Term,
    Unmatched,
)

__all__ = [
    "Acceptance", "Break", "Candidate", "Choice", "Commitment", "Haversine", "Hold", "Limits", "Matrix", "Move",
    "PairTerm", "Point", "Priority", "Problem", "ProblemError", "Progress", "Promise", "ReasonCount", "Roster",
    "Route", "Shift", "Slot", "SolveError", "Stop", "Term", "Travel", "Unmatched", "Visit", "Weights", "Window",
    "Worker", "rating_weights", "solve",
]
