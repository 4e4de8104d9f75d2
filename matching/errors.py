"""What goes wrong here, each said in a sentence a person can act on."""

from __future__ import annotations


class ProblemError(ValueError):
    """The problem makes no sense as given; the text is one safe English sentence."""


class SolveError(RuntimeError):
    """An engine could not go on; `solve` answers with the greedy roster instead."""


LATEST = 1 << 34  # seconds from the epoch: some five hundred years


def require(condition: bool, sentence: str) -> None:
    """Raise `ProblemError` with this sentence unless the condition holds."""
    if not condition:
        raise ProblemError(sentence)
