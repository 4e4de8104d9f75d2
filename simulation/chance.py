"""Chance that can be repeated: a number in [0, 1) from a seed and what it is about, the same in every process."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def chance(seed: int, *about: object) -> float:
    """Return a number in [0, 1) that depends on nothing but its arguments."""
    text = "|".join(map(str, (seed, *about)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big") / 2**56


def pick(options: Sequence[T], seed: int, *about: object) -> T:
    """Return one of the options."""
    return options[int(chance(seed, "pick", *about) * len(options))]


def between(low: float, high: float, seed: int, *about: object) -> float:
    """Return a number between two others."""
    return low + (high - low) * chance(seed, "between", *about)


def bell(mean: float, spread: float, seed: int, *about: object) -> float:
    """Return a number from a normal distribution (Box–Muller)."""
    u = max(1e-12, chance(seed, "u", *about))
    v = chance(seed, "v", *about)
    return mean + spread * math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)
