"""Photos from people: sniffed, capped, decoded in a limited child process and encoded anew without metadata."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from core.errors import InvalidInput

MAX_BYTES: Final = 8 * 2**20
MAX_PIXELS: Final = 40_000_000
MAX_SIDE: Final = 12_000
MIME: Final = "image/jpeg"
SECONDS: Final = 15
_BARE = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}  # none of our secrets
_CHILD = Path(__file__).with_name("photo_child.py")


def clean_photo(content: bytes, field: str = "photo") -> bytes:
    """Return the photo as a fresh JPEG; ``InvalidInput`` on ``field`` with one code when it cannot be used.

    Codes: "required", "too_large", "not_a_photo", "too_many_pixels", "unreadable".
    """
    wrong = _first_look(content)
    if not wrong:
        done = _decode(content)
        if not isinstance(done, str):
            return done
        wrong = done
    raise InvalidInput({field: [wrong]})


def _first_look(content: bytes) -> str:
    """Judge by size and the first bytes; a file's name and declared type are never looked at."""
    if not content:
        return "required"
    if len(content) > MAX_BYTES:
        return "too_large"
    jpeg = content.startswith(b"\xff\xd8\xff")
    png = content.startswith(b"\x89PNG\r\n\x1a\n")
    webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    return "" if jpeg or png or webp else "not_a_photo"


def _decode(content: bytes) -> bytes | str:
    command = [sys.executable, "-I", str(_CHILD), str(MAX_PIXELS), str(MAX_SIDE)]
    try:
        done = subprocess.run(  # noqa: S603  our own script, constant arguments, the photo goes through stdin
            command, input=content, capture_output=True, timeout=SECONDS, check=False, env=_BARE
        )
    except subprocess.TimeoutExpired:
        return "unreadable"
    if done.returncode == 3:
        return "too_many_pixels"
    if done.returncode != 0 or not done.stdout.startswith(b"\xff\xd8\xff"):
        return "unreadable"
    return done.stdout
