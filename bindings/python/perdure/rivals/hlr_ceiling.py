"""Half-life regression under a ceiling: even right after an answer, not all are right."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from .._progress import reporting
from ..errors import InputError
from ..estimator import Estimator, Progress, Values
from ..log import ReviewLog, require_log
from . import features
from ._extra import needed
from .item_mean import ItemMean

Floats = npt.NDArray[np.float64]

START = (2.0, 0.5, 0.0, 2.0)
"""Log-odds of the ceiling; doublings of the half-life per root of right answers, of wrong ones, and of one day."""
RIDGE = 0.5
"""Weight of squared distance from the start, in answers."""
LEAST_DOUBLINGS, MOST_DOUBLINGS = -20.0, 30.0


class HlrCeiling(Estimator):
    """Settles and Meeder (2016) with a ceiling c: p = c 2^(-t/h), h = 2^(a sqrt(right) + b sqrt(wrong) + d) days.

    t is the time since the learner's last answer to the item, right and wrong count his answers to it. All four
    constants are fitted to the log loss of answers that are no first encounters. Those get the share of right first
    answers of their item, smoothed (`ItemMean`).

    Attributes
    ----------
    ceiling_ : float
    doublings_ : tuple of float
        a, b, d.
    """

    id: ClassVar[str] = "hlr-ceiling"

    ceiling_: float
    doublings_: tuple[float, float, float]
    _first: ItemMean

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Fit the curve to later answers and item means to first ones."""
        require_log(log)
        optimize = needed("scipy.optimize", self.id)
        days, roots = _history(log)
        later = ~np.isnan(days)
        t, x, success = days[later], roots[later], log.success[later].astype(np.float64)

        def objective(values: Floats) -> tuple[float, Floats]:
            c = 1.0 / (1.0 + np.exp(-values[0]))
            raw = x @ values[1:]
            fall = np.log(2.0) * t * np.exp2(-np.clip(raw, LEAST_DOUBLINGS, MOST_DOUBLINGS))
            p = np.clip(c * np.exp(-fall), 1e-9, 1.0 - 1e-9)
            loss = -(success * np.log(p) + (1.0 - success) * np.log1p(-p)).sum()
            per_log = -(success - p) / (1.0 - p)  # derivative of the loss by the log of p
            inside = (raw > LEAST_DOUBLINGS) & (raw < MOST_DOUBLINGS)
            slope = np.concatenate(([(per_log * (1.0 - c)).sum()], (per_log * fall * np.log(2.0) * inside) @ x))
            off = values - START
            return float(loss + RIDGE * off @ off), slope + 2.0 * RIDGE * off

        with reporting(progress, "Fitting hlr-ceiling") as report:
            report(0, 1, "Fitting hlr-ceiling")
            best = optimize.minimize(objective, np.array(START), jac=True, method="L-BFGS-B").x
        self.ceiling_ = float(1.0 / (1.0 + np.exp(-best[0])))
        self.doublings_ = (float(best[1]), float(best[2]), float(best[3]))
        self._first = ItemMean().fit(log.where(~later))
        return self

    def predict_sequence(self, log: ReviewLog) -> Values:
        """Probability of a right answer for every row, from strictly earlier rows of its learner and item."""
        require_log(log)
        if not hasattr(self, "doublings_"):
            raise InputError("not fitted", source="HlrCeiling", expected="a call of fit before this one")
        days, roots = _history(log)
        doublings = np.clip(roots @ np.array(self.doublings_), LEAST_DOUBLINGS, MOST_DOUBLINGS)
        curve = self.ceiling_ * np.exp2(-days * np.exp2(-doublings))
        predicted: Values = np.where(np.isnan(days), self._first.predict_sequence(log), curve)
        return predicted


def _history(log: ReviewLog) -> tuple[Floats, Floats]:
    """Days since the last answer of the learner to the item, NaN before the first; roots of counts, and 1."""
    counted = features.counts(log, features.items(log))
    wins = counted.wins[:, 0]
    roots = np.stack((np.sqrt(wins), np.sqrt(counted.attempts[:, 0] - wins), np.ones(len(log))), axis=1)
    return log.histories("exact").gaps(), roots
