"""How an answer went."""

from __future__ import annotations

from enum import IntEnum


class Rating(IntEnum):
    """The four answers: Again is a failure, the others are successes."""

    Again = 1
    Hard = 2
    Good = 3
    Easy = 4


__all__ = ["Rating"]
