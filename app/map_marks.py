"""What pages put on the map (see docs/city.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.formats import named
from places.models import Zone


def drawn(zones: Iterable[Zone]) -> list[dict[str, Any]]:
    """Return the borders of neighbourhoods; those on trial are told apart."""
    return [
        {"name": named(zone.names), "s": "pilot" if zone.stage == "pilot" else "set", "polygon": zone.polygon}
        for zone in zones
    ]
