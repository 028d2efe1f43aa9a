"""Steps of minutes: what comes after an answer in learning or relearning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from .rating import Rating


def after(steps: Sequence[timedelta], step: int, rating: int) -> tuple[int, timedelta] | None:
    """The next step and the time until it; None when the card graduates to review.

    Again goes back to the first step. Hard stays: on the first step it waits 1.5 times as long where there is no
    other, else the mean of the first two. Good goes on, Easy graduates. Without steps, and for a success beyond the
    last one (the card comes from a scheduler with more steps), the card graduates.
    """
    count = len(steps)
    if count == 0 or (step >= count and rating != Rating.Again):
        return None
    if rating == Rating.Again:
        return 0, steps[0]
    if rating == Rating.Hard:
        if step == 0:
            return 0, steps[0] * 1.5 if count == 1 else (steps[0] + steps[1]) / 2.0
        return step, steps[step]
    if rating == Rating.Good and step + 1 != count:
        return step + 1, steps[step + 1]
    return None
