"""Drawn pictures where a real city has photographs: a tiled wall, the left half before, the right half after."""

from __future__ import annotations

from functools import cache
from io import BytesIO

_WIDTH, _HEIGHT, _TILE = 640, 480, 80
_KINDS = 6


def picture_of(number: int) -> bytes:
    """Return a small JPEG; the same number gives the same picture."""
    return _drawn(number % _KINDS)


@cache
def _drawn(kind: int) -> bytes:
    from PIL import Image, ImageDraw

    clean, dull = (232 - 6 * kind, 238, 228 + 4 * kind), (186, 176 - 4 * kind, 150)
    made = Image.new("RGB", (_WIDTH, _HEIGHT), clean)
    pen = ImageDraw.Draw(made)
    pen.rectangle((0, 0, _WIDTH // 2, _HEIGHT), fill=dull)
    for spot in range(14):
        x, y = (spot * 97 + kind * 53) % (_WIDTH // 2 - 30), (spot * 61 + kind * 29) % (_HEIGHT - 30)
        pen.ellipse((x, y, x + 12 + spot % 4 * 5, y + 10 + spot % 3 * 6), fill=(146, 128, 98))
    for x in range(0, _WIDTH + 1, _TILE):
        pen.line((x, 0, x, _HEIGHT), fill=(252, 252, 250), width=4)
    for y in range(0, _HEIGHT + 1, _TILE):
        pen.line((0, y, _WIDTH, y), fill=(252, 252, 250), width=4)
    pen.line((_WIDTH // 2, 0, _WIDTH // 2, _HEIGHT), fill=(53, 66, 59), width=6)
    out = BytesIO()
    made.save(out, "JPEG", quality=80)
    return out.getvalue()
