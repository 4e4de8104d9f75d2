"""Settings: what is about the machine, read once from the environment, strictly. What is about business is policy."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from core.clock import Clock
from core.sealing import derived_key

_E = TypeVar("_E", bound=StrEnum)


class SettingsError(Exception):
    """Something in the environment is missing or wrong; the sentence says what to set."""


class Env(StrEnum):
    """What kind of house this is."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class Datum(StrEnum):
    """The datum of the tile server's map."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


@dataclass(frozen=True)
class Settings:
    """Everything the processes need to know about the machine they run on."""

    database_url: str = field(repr=False)
    var: Path
    env: Env
    secret_key: str = field(repr=False)
    code_pepper: str = field(repr=False)
    file_keys: tuple[bytes, ...] = field(default=(), repr=False)
    clock: Clock = field(default_factory=Clock)
    base_url: str = "http://127.0.0.1:5000"
    tile_url: str = ""
    tile_datum: Datum = Datum.WGS84
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "hourhand@localhost"
    zone: str = "Asia/Shanghai"
    city: str = "wuhan"
    proxies: int = 0
    web_threads: int = 4
    web_processes: int = 2

    @property
    def all_file_keys(self) -> tuple[bytes, ...]:
        """Keys for files, oldest first. The first is made from ``secret_key``, for houses without one of their own."""
        return (derived_key(self.secret_key), *self.file_keys)

    @property
    def secure(self) -> bool:
        """True when people reach us by https."""
        return self.base_url.startswith("https://")

    @property
    def open_house(self) -> bool:
        """True where a stranger may look at everything: demo and tests, never production."""
        return self.env is not Env.PRODUCTION


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings, or ``SettingsError`` naming the variable that is missing or wrong."""
    var = Path(environ.get("HOURHAND_VAR", "var")).absolute()
    env = _choice(Env, environ, "HOURHAND_ENV", Env.PRODUCTION)
    secrets, file_keys = _secrets(environ.get("HOURHAND_SECRETS", str(var / "secrets.json")))
    try:
        clock = Clock.parse(environ.get("HOURHAND_CLOCK", ""))
    except ValueError as error:
        raise SettingsError(f"HOURHAND_CLOCK: {error}") from error
    if env is Env.PRODUCTION and clock != Clock():
        raise SettingsError("HOURHAND_CLOCK must be empty in production: nobody may speed up real time.")
    return Settings(
        database_url=_database(environ), var=var, env=env, secret_key=secrets["secret_key"],
        code_pepper=secrets["code_pepper"], file_keys=file_keys, clock=clock,
        base_url=_url(environ, "HOURHAND_BASE_URL"),
        tile_url=environ.get("MAP_TILE_URL", ""), tile_datum=_choice(Datum, environ, "MAP_DATUM", Datum.WGS84),
        smtp_url=environ.get("SMTP_URL", ""), mail_from=environ.get("MAIL_FROM", "hourhand@localhost"),
        zone=environ.get("HOURHAND_ZONE", "Asia/Shanghai"), city=environ.get("HOURHAND_CITY", "wuhan"),
        proxies=_number(environ, "HOURHAND_PROXIES", 0), web_threads=_number(environ, "WEB_THREADS", 4),
        web_processes=_number(environ, "WEB_PROCESSES", 2),
    )  # fmt: skip


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set.")
    return value


def _database(environ: Mapping[str, str]) -> str:
    """Return the database's address for our driver, also when it was given in PostgreSQL's own form."""
    scheme, mark, rest = _required(environ, "DATABASE_URL").partition("://")
    if not mark or not scheme.startswith("postgres"):
        raise SettingsError("DATABASE_URL must look like postgresql://user@host/database.")
    return f"postgresql+psycopg://{rest}"


def _secrets(text: str) -> tuple[dict[str, str], tuple[bytes, ...]]:
    """Read the two secrets and the keys for files from a file's path or from JSON itself; the two must be long."""
    try:
        found = json.loads(text if text.lstrip().startswith("{") else Path(text).read_text())
    except (OSError, ValueError) as error:
        raise SettingsError(f"HOURHAND_SECRETS names no readable JSON file: {type(error).__name__}.") from error
    for name in ("secret_key", "code_pepper"):
        if not isinstance(found, dict) or len(str(found.get(name, ""))) < 32:
            raise SettingsError(f"HOURHAND_SECRETS needs {name} of at least 32 signs.")
    try:
        keys = tuple(bytes.fromhex(one) for one in found.get("file_keys", []))
    except (TypeError, ValueError) as error:
        raise SettingsError("HOURHAND_SECRETS: file_keys is a list of keys of 64 hexadecimal digits.") from error
    if any(len(key) != 32 for key in keys):
        raise SettingsError("HOURHAND_SECRETS: file_keys is a list of keys of 64 hexadecimal digits.")
    return {"secret_key": str(found["secret_key"]), "code_pepper": str(found["code_pepper"])}, keys


def _choice(kind: type[_E], environ: Mapping[str, str], name: str, default: _E) -> _E:
    try:
        return kind(environ.get(name, default).lower().replace("-", ""))
    except ValueError as error:
        raise SettingsError(f"{name} must be one of: {', '.join(kind)}.") from error


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdigit():
        raise SettingsError(f"{name} must be a whole number.")
    return int(text)


def _url(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "http://127.0.0.1:5000").rstrip("/")
    if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).netloc:
        raise SettingsError(f"{name} must look like https://example.org.")
    return text
