"""FSRS-6 in plain NumPy and double precision: the neutral judge of every side's parameters.

It is written from the equations (docs/models/fsrs6.md) and shares no code with any side; before anything is timed, two
sides' own predictions are compared with it. ``w`` holds the 21 parameters in order, of shape (21,), or (21, n) with a
column a card. All other arguments are arrays of length n.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Grades = npt.NDArray[np.uint8]

DEFAULTS: Floats = np.array(
    [0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629,
     1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542]
)  # fmt: skip
# Standard deviations of the peers' penalty, sum of ((w - default) / sd) ** 2.
SPREADS: Floats = np.array(
    [6.43, 9.66, 17.58, 27.85, 0.57, 0.28, 0.6, 0.12, 0.39, 0.18, 0.33, 0.3, 0.09, 0.16, 0.57, 0.25, 1.03, 0.31, 0.32,
     0.14, 0.27]
)  # fmt: skip
STABILITY = (0.001, 36500.0)  # days
DIFFICULTY = (1.0, 10.0)


def first(w: Floats, grade: Grades) -> tuple[Floats, Floats]:
    """Stability (days) and difficulty after a first answer."""
    which = grade.astype(np.intp) - 1
    stability = w[:4][which] if w.ndim == 1 else np.take_along_axis(w[:4], which[None], axis=0)[0]
    return np.clip(stability, *STABILITY), np.clip(_first_difficulty(w, grade), *DIFFICULTY)


def recall(w: Floats, stability: Floats, days: Floats) -> Floats:
    """Probability of recall ``days`` after the last answer."""
    decay = -w[20]
    factor = 0.9 ** (1.0 / decay) - 1.0
    return np.asarray((1.0 + factor * days / stability) ** decay)


def review(w: Floats, stability: Floats, difficulty: Floats, days: Floats, grade: Grades) -> tuple[Floats, Floats]:
    """Stability and difficulty after an answer; ``days`` are whole, 0 for one on the same day."""
    s, d, g = stability, difficulty, grade.astype(np.float64)
    short = days < 1.0
    success = grade >= 2
    p = recall(w, s, days)
    factor = np.where(grade == 2, w[15], 1.0) * np.where(grade == 4, w[16], 1.0)
    grown = s * (1.0 + np.exp(w[8]) * (11.0 - d) * s ** -w[9] * np.expm1(w[10] * (1.0 - p)) * factor)
    lapsed = np.minimum(
        w[11] * d ** -w[12] * ((s + 1.0) ** w[13] - 1.0) * np.exp(w[14] * (1.0 - p)), s / np.exp(w[17] * w[18])
    )
    multiple = np.exp(w[17] * (g - 3.0 + w[18])) * s ** -w[19]
    same_day = s * np.where(success, np.maximum(multiple, 1.0), multiple)
    after = np.where(short, same_day, np.where(success, grown, lapsed))
    damped = d - w[6] * (g - 3.0) * (10.0 - d) / 9.0
    easy = _first_difficulty(w, np.full(1, 4, dtype=np.uint8))
    reverted = w[7] * easy + (1.0 - w[7]) * damped
    return np.clip(after, *STABILITY), np.clip(reverted, *DIFFICULTY)


def _first_difficulty(w: Floats, grade: Grades) -> Floats:
    return np.asarray(w[4] - np.exp(w[5] * (grade.astype(np.float64) - 1.0)) + 1.0)
