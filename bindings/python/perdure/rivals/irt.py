"""Item response theory: one ability a learner, one or two parameters an item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from .._progress import reporting
from ..errors import InputError
from ..estimator import Estimator, Progress, Values
from ..log import ReviewLog, require_log
from .ability import GRID, posteriors, predictions

Floats = npt.NDArray[np.float64]

ROUNDS = 15
"""Of expectation and maximization."""
SETTLED = 1e-4
"""Nats an answer by which a round must raise the likelihood to be followed by another."""
LEAST_SPREAD, MOST_SPREAD = 0.05, 4.0
"""Of easiness between items, log-odds."""
SLOPE_SPREAD = 0.4
"""Of the logs of slopes around their common one, as usual in tests (Mislevy 1986); a weak prior beside 30 answers."""


@dataclass
class _Items:
    easiness: Floats
    log_slope: Floats


class _Irt(Estimator):
    """Answers given ability: p = sigmoid(easiness of the item + slope x ability), abilities standard normal.

    Items by marginal maximum a posteriori (Bock and Aitkin 1981): abilities are averaged over, easinesses are normal
    with a mean and a spread that are estimated too. A prediction averages over the posterior of the learner's ability
    from his earlier answers; an item that the fit never saw is of mean easiness.

    Attributes
    ----------
    items_ : dict of str to (float, float)
        Easiness and slope.
    mean_easiness_, spread_, slope_ : float
        Mean and standard deviation of easinesses; the common slope, which is the spread of abilities in log-odds.
    """

    has_slopes: ClassVar[bool]

    items_: dict[str, tuple[float, float]]
    mean_easiness_: float
    spread_: float
    slope_: float

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Alternate between abilities and items until the likelihood no longer rises."""
        if len(require_log(log)) == 0:
            raise InputError("no answers", source=f"fit of {self.id}", expected="answers to learn from")
        item, learner, success = log._core.item, log._core.learner, log.success
        rate = (success.sum() + 0.5) / (len(log) + 1.0)
        mean, spread, common, before = float(np.log(rate / (1.0 - rate))), 1.0, 0.0, -np.inf
        found = _Items(np.full(len(log.items), mean), np.full(len(log.items), common))
        used = np.unique(item)
        with reporting(progress, f"Fitting {self.id}") as report:
            for step in range(ROUNDS):
                report(step, ROUNDS, f"Fitting {self.id}")
                known, total = posteriors(log, found.easiness[item], np.exp(found.log_slope[item]))
                if total - before < SETTLED * len(log):
                    break
                before = total
                at, of = _expected(learner, item, success, known, len(log.items))
                curvature = _improve(found, at, of, (mean, spread, common), self.has_slopes)
                easiness, slopes = found.easiness[used], found.log_slope[used]
                mean = float(easiness.mean())
                variance = float((easiness - mean) @ (easiness - mean) + (1.0 / curvature[used]).sum()) / len(used)
                spread = float(np.clip(np.sqrt(variance), LEAST_SPREAD, MOST_SPREAD))
                common = float(slopes.mean())
        self.mean_easiness_, self.spread_, self.slope_ = mean, spread, float(np.exp(common))
        self.items_ = {
            log.items[code]: (float(found.easiness[code]), float(np.exp(found.log_slope[code])))
            for code in used.tolist()
        }
        return self

    def predict_sequence(self, log: ReviewLog) -> Values:
        """Probability of a right answer for every row, from strictly earlier rows of its learner."""
        require_log(log)
        if not hasattr(self, "items_"):
            raise InputError("not fitted", source=type(self).__name__, expected="a call of fit before this one")
        unseen = (self.mean_easiness_, self.slope_)
        known = np.array([self.items_.get(item, unseen) for item in log.items]).reshape(-1, 2)[log._core.item]
        return predictions(log, known[:, 0], known[:, 1])


class Irt1Pl(_Irt):
    """One parameter an item, its easiness; the slope is common (Rasch 1960)."""

    id: ClassVar[str] = "irt-1pl"
    has_slopes: ClassVar[bool] = False


class Irt2Pl(_Irt):
    """Two parameters an item: easiness and slope (Birnbaum 1968), slopes log-normal around a common one."""

    id: ClassVar[str] = "irt-2pl"
    has_slopes: ClassVar[bool] = True


def _expected(
    learner: npt.NDArray[np.uint32],
    item: npt.NDArray[np.uint32],
    success: npt.NDArray[np.uint8],
    known: Floats,
    items: int,
) -> tuple[Floats, Floats]:
    """Expected answers, and right answers, of each item at each place of ability; shape (items, places)."""
    order = np.argsort(item, kind="stable")
    used, first = np.unique(item[order], return_index=True)
    at, of = np.zeros((items, len(GRID))), np.zeros((items, len(GRID)))
    weight = known[learner[order]]
    at[used] = np.add.reduceat(weight, first)
    of[used] = np.add.reduceat(weight * success[order, None], first)
    return at, of


def _improve(items: _Items, at: Floats, of: Floats, prior: tuple[float, float, float], has_slopes: bool) -> Floats:
    """A step of Newton on each item's penalized likelihood, in place; returns the curvature in easiness."""
    mean, spread, common = prior
    slope = np.exp(items.log_slope)
    p = 1.0 / (1.0 + np.exp(-(items.easiness[:, None] + slope[:, None] * GRID)))
    off, weight = of - at * p, at * p * (1.0 - p)
    lean = slope[:, None] * GRID  # derivative of the log-odds by the log of the slope
    curvature: Floats = weight.sum(axis=1) + spread**-2
    pull = off.sum(axis=1) - (items.easiness - mean) / spread**2
    if not has_slopes:
        items.easiness += np.clip(pull / curvature, -1.0, 1.0)
        items.log_slope += np.clip((off * lean).sum() / max(1e-9, float((weight * lean**2).sum())), -0.5, 0.5)
        return curvature
    turn = (off * lean).sum(axis=1) - (items.log_slope - common) / SLOPE_SPREAD**2
    bend = (weight * lean**2).sum(axis=1) + SLOPE_SPREAD**-2
    cross = (weight * lean).sum(axis=1)
    determinant = curvature * bend - cross**2
    items.easiness += np.clip((bend * pull - cross * turn) / determinant, -1.0, 1.0)
    items.log_slope += np.clip((curvature * turn - cross * pull) / determinant, -0.5, 0.5)
    return curvature
