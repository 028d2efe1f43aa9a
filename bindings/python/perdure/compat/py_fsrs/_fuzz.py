"""Random changes of intervals, drawn as py-fsrs draws them."""

from __future__ import annotations

import functools
import hashlib
import math
from datetime import datetime
from typing import Any, Protocol

SHORTEST = 2.5
"""Days: shorter intervals are not changed."""

RANGES = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, math.inf, 0.05))
"""From, to (days), and the share of the days between that the window grows by, on top of one day."""


class RandomSource(Protocol):
    """What draws numbers in [0, 1): a `random.Random`, say."""

    def random(self) -> float:
        """The next number."""


def checked(seed: int | RandomSource | None) -> int | RandomSource | None:
    """The seed, where it is one; TypeError otherwise."""
    if seed is not None and not isinstance(seed, int) and not hasattr(seed, "random"):
        raise TypeError(f"seed must be an int or an object with random(), got {seed!r}")
    return seed


@functools.lru_cache(maxsize=4096)
def window(days: int, longest: int) -> tuple[int, int]:
    """The first and last day of the window around an interval, both within [2, longest] where that is possible."""
    spread = 1.0
    for start, end, share in RANGES:
        spread += share * max(min(float(days), end) - start, 0.0)
    high = min(round(days + spread), longest)
    return min(max(2, round(days - spread)), high), high


def changed(days: int, longest: int, draw: float) -> int:
    """The interval that a draw in [0, 1) gives: from the window's first day to one day beyond its last."""
    low, high = window(days, longest)
    found = round(draw * (high - low + 1) + low)
    return found if found < longest else longest


def addressed(seed: int, card_id: Any, answered_at: datetime) -> float:
    """A number in [0, 1) that depends on the seed, the card and the time of the answer alone."""
    address = f"{seed}/{card_id}/{answered_at.isoformat()}".encode()
    bits = int.from_bytes(hashlib.blake2b(address, digest_size=8).digest(), "little")
    return (bits >> 11) * 2.0**-53
