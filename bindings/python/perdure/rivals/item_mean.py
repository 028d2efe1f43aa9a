"""What is right of an item, smoothed towards its skills: what rivals say where a learner has no history."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np

from ..errors import InputError
from ..estimator import Estimator, Progress, Values
from ..log import ReviewLog, require_log
from ..per_item import shrinkage, shrunk
from . import features


class ItemMean(Estimator):
    """Each item's share of right answers, shrunk to that of its skills, and theirs to the common one.

    As `perdure.PerItem`, which knows no skills; an item that the fit never saw gets the share of its skills (the
    mean of them, where it has several), and the common one where it never saw those either.

    Attributes
    ----------
    success_rate_ : float
    skill_rates_, item_rates_ : dict of str to float
        Shrunk shares; skills by the names that `features.skills` gives.
    """

    id: ClassVar[str] = "item-mean"

    success_rate_: float
    skill_rates_: dict[str, float]
    item_rates_: dict[str, float]

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Count the answers of every skill and item."""
        success = require_log(log).success
        about = features.skills(log)
        self.success_rate_ = float((success.sum() + 0.5) / (len(log) + 1.0))
        answers = np.bincount(about.thing, minlength=len(about.names)).astype(np.float64)
        right = np.bincount(about.thing, weights=success[about.row], minlength=len(about.names)).astype(np.float64)
        common = np.full(len(answers), self.success_rate_)
        rates = shrunk(answers, right, common, shrinkage(answers, right, common))
        self.skill_rates_ = {about.names[k]: float(rates[k]) for k in np.flatnonzero(answers).tolist()}
        self.item_rates_ = {}
        item = log._core.item
        answers = np.bincount(item, minlength=len(log.items)).astype(np.float64)
        right = np.bincount(item, weights=success, minlength=len(log.items)).astype(np.float64)
        used = np.flatnonzero(answers)
        by_row = self.predict_sequence(log)
        prior = np.bincount(item, weights=by_row, minlength=len(log.items))[used] / answers[used]
        rates = shrunk(answers[used], right[used], prior, shrinkage(answers[used], right[used], prior))
        self.item_rates_ = {log.items[k]: float(rate) for k, rate in zip(used.tolist(), rates, strict=True)}
        return self

    def predict_sequence(self, log: ReviewLog) -> Values:
        """The rate of each row's item; every answer of an item gets the same."""
        if not hasattr(self, "item_rates_"):
            raise InputError("not fitted", source="ItemMean", expected="a call of fit before this one")
        about = features.skills(require_log(log))
        of_skill = np.array([self.skill_rates_.get(name, self.success_rate_) for name in about.names], dtype=np.float64)
        total = np.bincount(about.row, weights=of_skill[about.thing], minlength=len(log))
        by_skill = total / np.maximum(np.bincount(about.row, minlength=len(log)), 1)
        of_item = np.array([self.item_rates_.get(item, np.nan) for item in log.items], dtype=np.float64)[log._core.item]
        predicted: Values = np.where(np.isnan(of_item), by_skill, of_item)
        return predicted
