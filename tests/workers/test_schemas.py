"""Input: frozen dataclasses built by schemas; unknown fields and wrong types are refused, never guessed."""

from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest
from marshmallow import ValidationError

from recruiting import schemas as recruiting
from workers import hours, schemas
from workers.schemas import InputSchema

GOOD = {
    "ApplicationSchema": {
        "name": " 周桂香 ", "zones": ["liuan"], "lat": 30.5, "lon": 114.3, "consent_version": "2026-11",
        "recruiter_code": "R-ABCDEFGH12",
    },
    "PaperSchema": {"kind": "health", "expires_on": "2027-01-01"},
    "HandInSchema": {"papers": [{"kind": "identity"}, {"kind": "health", "expires_on": "2027-01-01"}]},
    "IdentityCheckSchema": {
        "identity_hash": "a" * 64, "health_until": "2027-01-01", "insured_until": "2027-01-01", "reason": "seen",
    },
    "InterviewSchema": {"items": {"kitchen": 2}},
    "PracticeSchema": {"skills": ["cleaning"], "reason": "seen"},
    "QuizAnswersSchema": {"answers": {"bleach": "b"}},
    "VerdictSchema": {"reason_code": "quality", "reason": "three redos", "evidence": ["V-1"]},
    "ReasonSchema": {"reason": "fine"},
    "RestrictionSchema": {"reason_code": "quality", "reason": "streaks", "days": 14, "skills": ["windows"]},
    "ShiftRowSchema": {"weekday": 0, "starts": 480, "ends": 720},
    "ShiftsSchema": {"rows": [{"weekday": 0, "starts": 480, "ends": 720}]},
    "FreeNowSchema": {"until": "2026-11-24T12:00:00+08:00"},
    "QuietHoursSchema": {"starts": 1290, "ends": 450},
    "DayEndsSchema": {"home_lat": 30.5, "home_lon": 114.3},
    "WorkLimitsSchema": {"travel_mode": "ebike", "radius_m": 8000, "daily_minutes": 480, "weekly_minutes": 2400},
    "RecruiterSchema": {"account_code": "A-ABCDEFGH12", "name": "Rita", "station_code": "S-ABCDEFGH12", "reason": "x"},
    "LeadSchema": {"name": "孟小兰", "phone": "13871000000", "consent_version": "2026-11", "hours": ["morning"]},
    "SheetSchema": {"worker_code": "W-ABCDEFGH12", "items": dict.fromkeys(sorted(recruiting.CODES), 2)},
    "PhotosSchema": {"photos": ["sheet-0001"]},
    "ContestSchema": {"recruiter_code": "R-ABCDEFGH12", "reason": "met her first"},
}  # fmt: skip
WRONG = [
    ("ApplicationSchema", "lat", 91), ("ApplicationSchema", "lat", "NaN"), ("ApplicationSchema", "zones", []),
    ("ApplicationSchema", "zones", ["No Slug"]), ("ApplicationSchema", "name", ""), ("ApplicationSchema", "name", "x" * 41),
    ("ApplicationSchema", "recruiter_code", "'; drop table"), ("ApplicationSchema", "travel_mode", "car"),
    ("ApplicationSchema", "name", "   "), ("ApplicationSchema", "about", "a\x00b"), ("ReasonSchema", "reason", "\n"),
    ("ApplicationSchema", "consent_version", "\x00"), ("PracticeSchema", "skills", ["cleaning\n"]),
    ("VerdictSchema", "evidence", ["a b"]), ("PaperSchema", "kind", "diary"), ("PaperSchema", "expires_on", "soon"), ("HandInSchema", "papers", []),
    ("IdentityCheckSchema", "identity_hash", "420106199001011234"), ("IdentityCheckSchema", "reason", ""),
    ("InterviewSchema", "items", {"kitchen": 4}), ("InterviewSchema", "items", {"kitchen": 2.5}),
    ("PracticeSchema", "skills", []), ("VerdictSchema", "reason_code", "mood"), ("VerdictSchema", "days", 0),
    ("ShiftRowSchema", "weekday", 7), ("ShiftRowSchema", "ends", 1441), ("FreeNowSchema", "until", "2026-11-24T12:00:00"),
    ("QuietHoursSchema", "starts", 1440), ("WorkLimitsSchema", "radius_m", 10), ("DayEndsSchema", "datum", "mars"),
    ("SheetSchema", "items", {"kitchen": 2}), ("SheetSchema", "photos", ["../../etc/passwd"]),
    ("LeadSchema", "hours", ["midnight"]), ("ContestSchema", "recruiter_code", "rita"), ("PhotosSchema", "photos", []),
]  # fmt: skip
ALL = {cls.__name__: cls for module in (schemas, hours, recruiting) for cls in vars(module).values()
       if isinstance(cls, type) and issubclass(cls, InputSchema) and cls is not InputSchema}  # fmt: skip


def test_every_schema_has_an_example():
    assert set(GOOD) == set(ALL)


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_good_input_becomes_its_frozen_dataclass(name: str):
    built = ALL[name]().load(GOOD[name])
    assert is_dataclass(built)
    assert set(ALL[name]().fields) == {field.name for field in fields(built)}
    with pytest.raises(FrozenInstanceError):
        setattr(built, fields(built)[0].name, None)


@pytest.mark.parametrize("name", sorted(ALL))
def test_fields_nobody_asked_for_are_refused(name: str):
    for extra in ({"state": "active"}, {"id": 1}, {"activated_at": "2026-01-01"}):
        with pytest.raises(ValidationError) as error:
            ALL[name]().load({**GOOD[name], **extra})
        assert set(error.value.messages_dict) == set(extra)


@pytest.mark.parametrize(("name", "field", "value"), WRONG)
def test_what_cannot_be_is_refused_at_its_field(name: str, field: str, value: object):
    with pytest.raises(ValidationError) as error:
        ALL[name]().load({**GOOD[name], field: value})
    assert set(error.value.messages_dict) == {field}


def test_a_form_sends_digits_and_json_numbers():
    row = GOOD["ShiftRowSchema"]
    assert ALL["ShiftRowSchema"]().load({**row, "starts": "480"}) == ALL["ShiftRowSchema"]().load(row)
    for wrong in (480.5, True, "4 80", "480.5", None, [480]):
        with pytest.raises(ValidationError):
            ALL["ShiftRowSchema"]().load({**row, "starts": wrong})


def test_texts_are_trimmed_and_lists_become_tuples():
    built = ALL["ApplicationSchema"]().load(GOOD["ApplicationSchema"])
    assert (built.name, built.zones) == ("周桂香", ("liuan",))
