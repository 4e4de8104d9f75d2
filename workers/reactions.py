"""What workers react to: their own timers. They hear no events, for everything else is above them."""

from __future__ import annotations

from core.events import Handlers
from core.timers import TimerHandler
from workers.careers import HOLD_TIMER, RESTRICTION_TIMER, on_restriction_over, on_safety_hold_over
from workers.cases import IDLE_TIMER, on_idle
from workers.documents import CHECK_TIMER, on_document_check

HANDLERS: Handlers = {}

TIMERS: dict[str, TimerHandler] = {
    IDLE_TIMER: on_idle,
    CHECK_TIMER: on_document_check,
    HOLD_TIMER: on_safety_hold_over,
    RESTRICTION_TIMER: on_restriction_over,
}
