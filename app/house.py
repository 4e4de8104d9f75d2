"""The application object, and how to reach what belongs to it from anywhere in a request."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app, request

from app.settings import Settings
from core.clock import Clock, wall

if TYPE_CHECKING:
    from app.registry import Declared


class House(Flask):
    """Flask with our settings, our clock and the table of declared routes."""

    settings: Settings
    clock: Clock
    declared: dict[str, Declared]


def house() -> House:
    """Return the application of this request or command."""
    return cast("House", current_app)


def current_now() -> datetime:
    """Return business time: visits, offers, money. A demo may run it faster."""
    return house().clock.now()


def wall_now() -> datetime:
    """Return wall time: everything about access."""
    return wall()


def network() -> str:
    """Return the network somebody asks from: the IPv4 address, or the /64 of IPv6."""
    address = request.remote_addr or ""
    if ":" in address and "." not in address:
        return ":".join(address.split(":")[:4]) + "::/64"
    return address[:45]
