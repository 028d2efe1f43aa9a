"""Where a card stands."""

from __future__ import annotations

from enum import IntEnum


class State(IntEnum):
    """In its first steps, in review by days, or in the steps after a lapse."""

    Learning = 1
    Review = 2
    Relearning = 3


__all__ = ["State"]
