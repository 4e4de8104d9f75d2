"""Errors of the domain: a stable code for machines and a safe sentence for people.

The door (``app/output.py``) translates the code once and answers as a page or as ``problem+json``.
Nothing here may carry personal data: the sentence and the params are shown to whoever asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """A refusal that the caller can understand and act on."""

    status = 400

    def __init__(self, code: str, sentence: str, **params: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.params = params


class Conflict(DomainError):  # noqa: N818  (named as the HTTP answer it becomes)
    """The world has moved on: somebody was faster, or the state forbids the move (409)."""

    status = 409


class NotAllowed(DomainError):  # noqa: N818
    """The actor is known and the object is theirs to see, yet this act is not theirs (403)."""

    status = 403


class NotFound(DomainError):  # noqa: N818
    """There is no such thing, or it is not for this actor to know (404, never telling which)."""

    status = 404

    def __init__(self, code: str = "not_found", sentence: str = "There is nothing here for you.") -> None:
        super().__init__(code, sentence)


class TooMany(DomainError):  # noqa: N818
    """A limit is reached; ``retry_after`` seconds later it may work (429)."""

    status = 429

    def __init__(self, code: str, sentence: str, retry_after: int) -> None:
        super().__init__(code, sentence, retry_after=retry_after)
        self.retry_after = retry_after


class InvalidInput(DomainError):  # noqa: N818
    """Input that cannot be used: field name → list of message codes (422)."""

    status = 422

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__("invalid_input", "Please check the marked fields.")
        self.fields = {name: list(messages) for name, messages in fields.items()}
