"""Home facts that change the work, in the order they are asked."""

from __future__ import annotations

from typing import Final

PETS: Final = "pets"
NO_LIFT: Final = "no_lift"
NOBODY_HOME: Final = "nobody_home"
OWN_TOOLS: Final = "own_tools"

HOME_FACTS: Final = (PETS, NO_LIFT, NOBODY_HOME, OWN_TOOLS)
