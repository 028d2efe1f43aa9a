"""Fits on the earlier part of a log, log losses of the later one, and their differences."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import perdure
from perdure import _core
from perdure.splits import clusters_of

Floats = npt.NDArray[np.float64]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
TRAINING = 0.6
"""Share of a log's answers, by time, that is fitted; the rest is predicted, one answer after the other."""
CLIP = 1e-4
"""Probabilities are held this far from 0 and 1, as in the published figures."""
SEED, REPLICATES = 20261123, 1000

LATER, ALL = "> 1 day", "all"
OWN, OWN_DEFAULT = "adaptive-fsrs", "adaptive-fsrs, default inputs"
TARGETS = {
    ("anki_niplav", OWN): {LATER: 0.421, ALL: 0.426},
    ("anki_niplav", OWN_DEFAULT): {LATER: 0.426, ALL: 0.430},
    ("anki_josh", OWN): {LATER: 0.425, ALL: 0.459},
    ("anki_josh", OWN_DEFAULT): {LATER: 0.425, ALL: 0.460},
}
LOGS = ("anki_niplav", "anki_josh")
HALF_A_DAY = perdure.FitOptions(minimum_gap=0.5)
CALENDAR_DAYS = "calendar-days:UTC:4"
"""Gaps of half a day overnight count as one day: what FSRS-6 likes best on the training part of these logs."""


@dataclass(frozen=True)
class Line:
    """Log loss of one model over one part of the held-out answers, less that of the adaptive layer."""

    log: str
    part: str
    answers: int
    model: str
    log_loss: float
    difference: tuple[float, float, float] | None
    """Mean and 95 % interval over days; None for the layer itself."""
    target: float | None

    @property
    def is_met(self) -> bool:
        """Whether the target is reached, where there is one."""
        return self.target is None or self.log_loss <= self.target


def contenders() -> dict[str, tuple[perdure.AdaptiveFsrs | perdure.Fsrs6 | perdure.Fsrs7, bool]]:
    """Models by name, and whether they are fitted."""
    return {
        "fsrs6, default": (perdure.Fsrs6(), False),
        "fsrs6": (perdure.Fsrs6(), True),
        "fsrs6, from half a day": (perdure.Fsrs6(options=HALF_A_DAY), True),
        "fsrs6, calendar days": (perdure.Fsrs6(elapsed=CALENDAR_DAYS), True),
        "fsrs7, default": (perdure.Fsrs7(), False),
        "fsrs7": (perdure.Fsrs7(), True),
        "fsrs7, from half a day": (perdure.Fsrs7(options=HALF_A_DAY), True),
        OWN_DEFAULT: (perdure.AdaptiveFsrs(inputs="default"), False),
        OWN: (perdure.AdaptiveFsrs(), True),
    }


def measured(name: str, log: perdure.ReviewLog) -> list[Line]:
    """All lines of one log."""
    answered = log._core.answered_at
    cut = np.sort(answered)[int(TRAINING * len(log))]
    training, held_out = log.where(answered < cut), answered >= cut
    gap = log.histories("exact").gaps()
    predictions: dict[str, Floats] = {}
    for model_name, (model, is_fitted) in contenders().items():
        fitted = model.fit(training) if is_fitted else model
        predictions[model_name] = np.clip(fitted.predict_sequence(log), CLIP, 1 - CLIP)
    lines = []
    for part, rows in ((LATER, held_out & (gap > 1.0)), (ALL, held_out)):
        differences = _differences({model: p[rows] for model, p in predictions.items()}, log.success[rows], log, rows)
        for model_name, p in predictions.items():
            lines.append(
                Line(
                    name,
                    part,
                    int(rows.sum()),
                    model_name,
                    perdure.metrics.log_loss(log.success[rows], p[rows]),
                    differences.get(model_name),
                    TARGETS.get((name, model_name), {}).get(part),
                )
            )
    return lines


def _differences(
    predictions: dict[str, Floats],
    success: npt.NDArray[np.uint8],
    log: perdure.ReviewLog,
    rows: npt.NDArray[np.bool_],
) -> dict[str, tuple[float, float, float]]:
    """Log loss of every model less that of the layer, resampled by whole days."""
    names = list(predictions)
    day = clusters_of(log)[rows]
    columns = [np.ascontiguousarray(predictions[name]) for name in names]
    found = _core.evaluate.differences(columns, success, day, int(day.max()) + 1, SEED, REPLICATES, 1)
    own = names.index(OWN)
    return {names[a]: (mean, low, high) for a, b, mean, low, high in found if b == own}
