"""Input of the workers' verbs: a frozen dataclass and its schema side by side; unknown fields are refused.

Messages are codes; the door translates them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, fields, post_load, validate

SLUG = validate.Regexp(r"[a-z0-9][a-z0-9_-]{0,31}\Z", error="not_a_slug")
HASH = validate.Regexp(r"[0-9a-f]{64}\Z", error="not_a_hash")
CODE = validate.Regexp(r"(?:[RS]-[0-9A-HJKMNP-TV-Z]{4,20})?\Z", error="not_a_code")
PLAIN = validate.Regexp(r"[^\x00]*\Z", error="control_character")  # the database cannot keep a NUL
SAID = validate.Regexp(r"\s*[^\s\x00]", error="required")
REFERENCE = validate.Regexp(r"[A-Za-z0-9_-]{1,24}\Z", error="not_a_code")
KINDS = ("identity", "health", "insurance", "cooking", "police")
REASON_CODES = (
    "not_suited", "screening_failed", "trial_failed", "papers_missing", "papers_false", "no_show",
    "quality", "safety", "conduct", "other",
)  # fmt: skip


class InputSchema(Schema):
    """Builds the dataclass named in ``makes``; lists become tuples, texts are trimmed."""

    makes: ClassVar[type[Any]]

    class Meta:
        """Refuse what nobody asked for."""

        unknown = RAISE

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Any:
        """Return the frozen input."""
        return self.makes(**{name: _settle(value) for name, value in data.items()})


def _settle(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return value.strip() if isinstance(value, str) else value


class Whole(fields.Integer):
    """A whole number, from JSON or as the digits of a form; never a fraction cut short, never true or false."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise self.make_error("invalid", input=value)
        return int(super()._validated(value))


def words(*, required: bool = True, most: int = 2000) -> fields.String:
    """A text field for a person's words."""
    if required:
        return fields.String(required=True, validate=[validate.Length(1, most, error="length"), SAID, PLAIN])
    return fields.String(load_default="", validate=[validate.Length(max=most, error="length"), PLAIN])


def codes(check: validate.Validator, *, least: int = 0, most: int = 20) -> fields.List[Any]:
    """A list of codes or slugs, each checked."""
    size = validate.Length(min=least, max=most, error="length")
    if least:
        return fields.List(fields.String(validate=check), required=True, validate=size)
    return fields.List(fields.String(validate=check), load_default=list, validate=size)


@dataclass(frozen=True)
class Application:
    """What somebody says of themselves. The point is where they live; ``skills`` are what they would like to do."""

    name: str
    zones: tuple[str, ...]
    lat: float
    lon: float
    consent_version: str
    family_name: str = ""
    gender: str = ""
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    datum: str = "wgs84"
    travel_mode: str = "ebike"
    recruiter_code: str = ""
    about: str = ""


class ApplicationSchema(InputSchema):
    """Input of ``apply_as_worker``."""

    makes = Application
    name = words(most=40)
    family_name = words(required=False, most=8)
    gender = fields.String(load_default="", validate=validate.OneOf(["", "f", "m"], error="not_a_choice"))
    languages = codes(SLUG, most=8)
    skills = codes(SLUG)
    zones = codes(SLUG, least=1)
    lat = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90, error="range"))
    lon = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180, error="range"))
    datum = fields.String(load_default="wgs84", validate=validate.OneOf(["wgs84", "gcj02"], error="not_a_choice"))
    travel_mode = fields.String(
        load_default="ebike", validate=validate.OneOf(["ebike", "bus", "walk"], error="not_a_choice")
    )
    consent_version = words(most=16)
    recruiter_code = fields.String(load_default="", validate=CODE)
    about = words(required=False, most=500)


@dataclass(frozen=True)
class Paper:
    """One paper: its kind and dates. ``number_hash`` is a keyed hash of its number, never the number."""

    kind: str
    issued_on: date | None = None
    expires_on: date | None = None
    number_hash: str = ""
    reason: str = ""


class PaperSchema(InputSchema):
    """Input of ``add_document``, and one row of ``hand_in_documents``."""

    makes = Paper
    kind = fields.String(required=True, validate=validate.OneOf(KINDS, error="not_a_choice"))
    issued_on = fields.Date(load_default=None, allow_none=True)
    expires_on = fields.Date(load_default=None, allow_none=True)
    number_hash = fields.String(load_default="", validate=validate.Regexp(r"(?:[0-9a-f]{64})?\Z", error="not_a_hash"))
    reason = words(required=False)


@dataclass(frozen=True)
class HandIn:
    """The papers somebody has brought."""

    papers: tuple[Paper, ...]


class HandInSchema(InputSchema):
    """Input of ``hand_in_documents``."""

    makes = HandIn
    papers = fields.List(
        fields.Nested(PaperSchema), required=True, validate=validate.Length(min=1, max=8, error="length")
    )


@dataclass(frozen=True)
class IdentityCheck:
    """What operations saw: the keyed hash of the ID number, and the last good days of health check and insurance."""

    identity_hash: str
    health_until: date
    insured_until: date
    reason: str


class IdentityCheckSchema(InputSchema):
    """Input of ``check_identity``."""

    makes = IdentityCheck
    identity_hash = fields.String(required=True, validate=HASH)
    health_until = fields.Date(required=True)
    insured_until = fields.Date(required=True)
    reason = words()


@dataclass(frozen=True)
class Interview:
    """A screening sheet: item code → 0..3 (codes of the rubric). ``wanted`` is what whoever filled it in thinks."""

    items: dict[str, int]
    note: str = ""
    reason: str = ""
    wanted: bool = True


class InterviewSchema(InputSchema):
    """Input of ``record_interview``."""

    makes = Interview
    items = fields.Dict(
        keys=fields.String(validate=SLUG),
        values=Whole(validate=validate.Range(0, 3, error="range")),
        required=True,
    )
    note = words(required=False)
    reason = words(required=False)
    wanted = fields.Boolean(load_default=True)


@dataclass(frozen=True)
class Practice:
    """A trainer's signature: the skills they have seen done."""

    skills: tuple[str, ...]
    reason: str


class PracticeSchema(InputSchema):
    """Input of ``sign_practice``."""

    makes = Practice
    skills = codes(SLUG, least=1)
    reason = words()


@dataclass(frozen=True)
class QuizAnswers:
    """Question code → the choice taken."""

    answers: dict[str, str]


class QuizAnswersSchema(InputSchema):
    """Input of ``take_quiz``."""

    makes = QuizAnswers
    answers = fields.Dict(keys=fields.String(validate=SLUG), values=fields.String(validate=SLUG), required=True)


@dataclass(frozen=True)
class Verdict:
    """What staff decide about a person: code, words, the codes of what they looked at, days if it ends."""

    reason_code: str
    reason: str
    evidence: tuple[str, ...] = ()
    days: int | None = None


class VerdictSchema(InputSchema):
    """Input of reject, suspend, reinstate and dismiss."""

    makes = Verdict
    reason_code = fields.String(required=True, validate=validate.OneOf(REASON_CODES, error="not_a_choice"))
    reason = words()
    evidence = codes(REFERENCE)
    days = Whole(load_default=None, allow_none=True, validate=validate.Range(1, 730, error="range"))


@dataclass(frozen=True)
class Restriction:
    """What somebody may not do for a number of days: skills and zones that are withheld."""

    reason_code: str
    reason: str
    days: int
    skills: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()


class RestrictionSchema(InputSchema):
    """Input of ``restrict``."""

    makes = Restriction
    reason_code = fields.String(required=True, validate=validate.OneOf(REASON_CODES, error="not_a_choice"))
    reason = words()
    days = Whole(required=True, validate=validate.Range(1, 180, error="range"))
    skills = codes(SLUG)
    zones = codes(SLUG)


@dataclass(frozen=True)
class Reason:
    """Only a reason, in words."""

    reason: str


class ReasonSchema(InputSchema):
    """Input of every staff act that asks for nothing but its reason."""

    makes = Reason
    reason = words()
