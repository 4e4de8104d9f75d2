"""What comes in, as frozen dataclasses built by one schema for forms and JSON alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import RAISE, Schema, fields, post_load, validate

SEVERITY: Final = {
    "unsafe": "S0",
    "harassment": "S0",
    "theft": "S1",
    "injury": "S1",
    "damage": "S1",
    "quality": "S2",
    "incomplete": "S2",
    "billing": "S3",
    "hours": "S3",
    "late": "S4",
    "review": "S5",
    "deduction": "S5",
}
INCENTIVE: Final = "incentive"
"""The topic of a recruiter's case about a sum of their own; it is about no visit (``disputes/incentives.py``)."""
TOPICS_OF: Final = {
    "customer": (
        "quality",
        "incomplete",
        "late",
        "hours",
        "billing",
        "damage",
        "theft",
        "injury",
        "unsafe",
        "harassment",
    ),
    "worker": ("review", "hours", "billing", "deduction", "injury", "damage", "unsafe", "harassment"),
}
WISHES: Final = ("redo", "refund", "void_rating", "pay", "apart", "listen")
REMEDIES: Final = ("part_refund", "redo", "void_rating", "adjust_pay", "separate", "reject")
RATING_EFFECTS: Final = ("none", "counts", "half", "excluded")


@dataclass(frozen=True)
class Upload:
    """A photo as it came: raw bytes, not looked at yet."""

    content: bytes
    caption: str = ""


@dataclass(frozen=True)
class OpenInput:
    """A problem with a visit. ``contested_fen`` None leaves the sum to the rule; photos are handed in with it."""

    visit_code: str
    topic: str
    words: str
    wish: str = "listen"
    contested_fen: int | None = None
    never_again: bool = False
    photos: tuple[Upload, ...] = ()


@dataclass(frozen=True)
class StatementInput:
    """Words in a case."""

    words: str


@dataclass(frozen=True)
class DecisionInput:
    """A remedy, proposed or decided. ``fen`` belongs to refunds and pay, ``redo_start`` to a redo."""

    remedy: str
    reason: str
    fen: int = 0
    rating_effect: str = "none"
    redo_start: datetime | None = None


@dataclass(frozen=True)
class AnswerInput:
    """Yes or no to a proposal."""

    agree: bool
    words: str = ""


class Input(Schema):
    """The base of every input here."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE


class OpenSchema(Input):
    """Opening a case. Photos come as files and are added at the door."""

    visit_code = fields.String(required=True, validate=validate.Length(1, 24))
    topic = fields.String(required=True, validate=validate.OneOf(list(SEVERITY)))
    words = fields.String(required=True, validate=validate.Length(1, 2000))
    wish = fields.String(load_default="listen", validate=validate.OneOf(WISHES))
    contested_fen = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 10_000_000))
    never_again = fields.Boolean(load_default=False)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> OpenInput:
        """Return the frozen input."""
        return OpenInput(**{**data, "words": data["words"].strip()})


class StatementSchema(Input):
    """Words in a case."""

    words = fields.String(required=True, validate=validate.Length(1, 2000))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> StatementInput:
        """Return the frozen input."""
        return StatementInput(data["words"].strip())


class DecisionSchema(Input):
    """A remedy with its reason in words."""

    remedy = fields.String(required=True, validate=validate.OneOf(REMEDIES))
    reason = fields.String(required=True, validate=validate.Length(1, 1000))
    fen = fields.Integer(load_default=0, validate=validate.Range(0, 10_000_000))
    rating_effect = fields.String(load_default="none", validate=validate.OneOf(RATING_EFFECTS))
    redo_start = fields.AwareDateTime(load_default=None, allow_none=True, default_timezone=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> DecisionInput:
        """Return the frozen input."""
        start = data.pop("redo_start")
        return DecisionInput(**data, redo_start=start and start.astimezone(UTC))


class AnswerSchema(Input):
    """Yes or no to a proposal."""

    agree = fields.Boolean(required=True)
    words = fields.String(load_default="", validate=validate.Length(max=2000))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> AnswerInput:
        """Return the frozen input."""
        return AnswerInput(data["agree"], data["words"].strip())


class CaseFilterSchema(Input):
    """Which cases to list."""

    state = fields.String(
        load_default="running", validate=validate.OneOf(["running", "mine", "appealed", "over", "all"])
    )
    severity = fields.String(load_default="", validate=validate.OneOf(["", "S0", "S1", "S2", "S3", "S4", "S5"]))
    after = fields.String(load_default="", validate=validate.Length(max=20))
