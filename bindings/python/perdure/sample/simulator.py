"""The memory of the sample's learners: FSRS-6 in plain Python floats.

The engine's own FSRS-6 is written once, in C++. This second, slow copy exists for one reason: the truth of the sample
must not depend on the code that is judged by it. It knows the two grades of a machine-scored quiz: again (wrong), good
(right).

Every learner and every item has a *pace* that multiplies elapsed time: for a learner of pace 1.3, three days count as
3.9. So each learner x item follows FSRS-6 exactly, on a clock of its own.

Source of the equations: FSRS-6 as published by open-spaced-repetition (w0 to w20, same-day rule below one day).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

MINIMUM_STABILITY = 0.001
MAXIMUM_STABILITY = 36500.0
ONE_DAY = 1.0


class Memory(NamedTuple):
    """State of one learner x item: stability in days, difficulty in [1, 10]."""

    stability: float
    difficulty: float


def recall(parameters: Sequence[float], memory: Memory, days: float) -> float:
    """Probability of recall `days` (>= 0) after the last answer; in (0, 1], 1 at zero."""
    power = -parameters[20]
    factor = math.pow(0.9, 1.0 / power) - 1.0
    return math.pow(1.0 + factor * days / memory.stability, power)


def first(parameters: Sequence[float], success: bool) -> Memory:
    """State after the first answer."""
    stability = parameters[2] if success else parameters[0]
    return Memory(_clamp_stability(stability), _clamp_difficulty(_first_difficulty(parameters, 3 if success else 1)))


def review(parameters: Sequence[float], memory: Memory, success: bool, days: float) -> Memory:
    """State after an answer `days` (>= 0) after the one before."""
    w = parameters
    grade = 3 if success else 1
    stability, difficulty = memory
    if days < ONE_DAY:
        growth = math.exp(w[17] * (grade - 3 + w[18])) * stability ** -w[19]
        new_stability = stability * (max(1.0, growth) if success else growth)
    elif success:
        surprise = math.exp(w[10] * (1.0 - recall(w, memory, days))) - 1.0
        new_stability = stability * (1.0 + math.exp(w[8]) * (11.0 - difficulty) * stability ** -w[9] * surprise)
    else:
        surprise = math.exp(w[14] * (1.0 - recall(w, memory, days)))
        relearned = w[11] * difficulty ** -w[12] * ((stability + 1.0) ** w[13] - 1.0) * surprise
        new_stability = min(relearned, stability / math.exp(w[17] * w[18]))
    damped = difficulty + (10.0 - difficulty) / 9.0 * (-w[6] * (grade - 3))
    new_difficulty = w[7] * _first_difficulty(w, 4) + (1.0 - w[7]) * damped
    return Memory(_clamp_stability(new_stability), _clamp_difficulty(new_difficulty))


def _first_difficulty(parameters: Sequence[float], grade: int) -> float:
    return parameters[4] - math.exp(parameters[5] * (grade - 1)) + 1.0


def _clamp_difficulty(difficulty: float) -> float:
    return min(10.0, max(1.0, difficulty))


def _clamp_stability(stability: float) -> float:
    return min(MAXIMUM_STABILITY, max(MINIMUM_STABILITY, stability))
