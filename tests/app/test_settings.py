"""Settings are read strictly."""

import json
from pathlib import Path

import pytest

from app.settings import Datum, Env, SettingsError, read_settings

SECRETS = json.dumps({"secret_key": "s" * 40, "code_pepper": "p" * 40})
GOOD = {"DATABASE_URL": "postgresql://u@h/d", "HOURHAND_SECRETS": SECRETS}
CLOCK = "60@2026-11-21T00:00:00+00:00@2026-11-20T00:00:00+00:00"


def test_defaults_are_production_on_wall_time() -> None:
    made = read_settings(GOOD)
    assert (made.env, made.clock.speed, made.tile_datum) == (Env.PRODUCTION, 1.0, Datum.WGS84)
    assert made.database_url == "postgresql+psycopg://u@h/d"
    assert "s" * 40 not in repr(made)
    assert not made.open_house


def test_a_demo_may_have_its_own_clock_and_secrets_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text(SECRETS)
    environ = {"DATABASE_URL": "postgres://h/d", "HOURHAND_VAR": str(tmp_path), "HOURHAND_ENV": "demo",
               "HOURHAND_CLOCK": CLOCK, "MAP_DATUM": "GCJ-02", "HOURHAND_BASE_URL": "https://x.example/"}  # fmt: skip
    made = read_settings(environ)
    assert (made.clock.speed, made.tile_datum, made.base_url) == (60.0, Datum.GCJ02, "https://x.example")
    assert made.secure


def test_keys_for_files_are_their_own_or_made_from_the_secret() -> None:
    alone = read_settings(GOOD)
    own = read_settings({**GOOD, "HOURHAND_SECRETS": json.dumps({**json.loads(SECRETS), "file_keys": ["ab" * 32]})})
    assert (len(alone.all_file_keys), alone.file_keys) == (1, ())
    assert own.all_file_keys == (*alone.all_file_keys, b"\xab" * 32)
    assert "ab" * 32 not in repr(own)


@pytest.mark.parametrize("keys", [["ab"], ["x" * 64], [7], 7])
def test_a_bad_key_for_files_stops_the_start(keys: object) -> None:
    with pytest.raises(SettingsError, match="file_keys"):
        read_settings({**GOOD, "HOURHAND_SECRETS": json.dumps({**json.loads(SECRETS), "file_keys": keys})})


@pytest.mark.parametrize("change", [
    {"DATABASE_URL": ""}, {"DATABASE_URL": "sqlite:///x"}, {"HOURHAND_SECRETS": "/nowhere"},
    {"HOURHAND_SECRETS": '{"secret_key": "short", "code_pepper": "short"}'}, {"HOURHAND_ENV": "staging"},
    {"HOURHAND_CLOCK": "fast"}, {"HOURHAND_CLOCK": CLOCK}, {"WEB_THREADS": "many"}, {"HOURHAND_BASE_URL": "x"},
    {"MAP_DATUM": "bd09"},
])  # fmt: skip
def test_what_is_wrong_is_named(change: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(change))):
        read_settings({**GOOD, **change})
