"""The baseline that knows which item it is, and nothing else."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from . import model_document
from ._learned import Learned
from .errors import InputError
from .estimator import Estimator, Progress, Values
from .log import ReviewLog, require_log

LEAST_WEIGHT, MOST_WEIGHT = 1.0, 1024.0
"""How many answers the common rate may be worth."""


class PerItem(Learned, Estimator):
    """Each item's share of right answers in the fit, shrunk to the common share; no learner, no history, no time.

    A model that does not beat it has learned no more than which items are hard. An item that the fit never saw gets
    the common share.

    Attributes
    ----------
    success_rate_ : float
        Share of right answers of the fit, kept away from 0 and 1 by half an answer.
    weight_ : float
        How many answers of an item that share is worth, in [1, 1024]: the moment estimate of a beta-binomial
        distribution (Kleinman 1973). Small where items differ much.
    item_rates_ : dict of str to float
        Item to its shrunk share.
    data_ : tuple of str
        Fingerprint of the log of the fit.

    Examples
    --------
    >>> import perdure
    >>> log = perdure.read_answers({"learner": ["ann"] * 4, "item": ["q1", "q1", "q2", "q2"], "success": [1, 1, 0, 0],
    ...                             "answered_at": [f"2026-03-0{day}T09:00Z" for day in (1, 2, 3, 4)]})
    >>> perdure.PerItem().fit(log).predict_sequence(log).round(2).tolist()
    [0.83, 0.83, 0.17, 0.17]
    """

    id: ClassVar[str] = "per-item"

    success_rate_: float
    weight_: float
    item_rates_: dict[str, float]

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Count the answers of every item."""
        item = require_log(log)._core.item
        answers = np.bincount(item, minlength=len(log.items)).astype(np.float64)
        right = np.bincount(item, weights=log.success, minlength=len(log.items)).astype(np.float64)
        rate = float((right.sum() + 0.5) / (answers.sum() + 1.0))
        common = np.full(len(answers), rate)
        weight = shrinkage(answers, right, common)
        rates = shrunk(answers, right, common, weight)
        self.success_rate_ = rate
        self.weight_ = weight
        self.item_rates_ = {log.items[i]: float(rates[i]) for i in np.flatnonzero(answers).tolist()}
        self._sources = [log]
        return self

    def predict_sequence(self, log: ReviewLog) -> Values:
        """The rate of each row's item; every answer of an item gets the same."""
        require_log(log)
        self._require_fit()
        rates = np.array([self.item_rates_.get(item, self.success_rate_) for item in log.items], dtype=np.float64)
        predicted: Values = rates[log._core.item]
        return predicted

    def save(self, path: Any) -> None:
        """Write the rates to a JSON file, replaced in one step; `perdure.load_model` reads it."""
        self._require_fit()
        model_document.write(
            path,
            {
                "model": self.id,
                "data": list(self.data_),
                "success_rate": self.success_rate_,
                "weight": self.weight_,
                "item_rates": self.item_rates_,
            },
        )

    def _require_fit(self) -> None:
        if not hasattr(self, "item_rates_"):
            raise InputError("not fitted", source="PerItem", expected="a call of fit before this one")


def read(document: dict[str, Any], source: str) -> PerItem:
    """Read what `PerItem.save` wrote; InputError where a value does not fit."""

    def number(value: Any, key: str, least: float, most: float) -> float:
        found = model_document.number(value, key, source)
        if not least <= found <= most:
            expected = f"a number in [{least:g}, {most:g}]"
            raise InputError("out of bounds", source=source, column=key, value=found, expected=expected)
        return found

    rates = document.get("item_rates")
    if not isinstance(rates, dict):
        raise InputError("not an object", source=source, column="item_rates", value=rates, expected="{item: rate}")
    model = PerItem()
    model.success_rate_ = number(document.get("success_rate"), "success_rate", 0.0, 1.0)
    model.weight_ = number(document.get("weight"), "weight", LEAST_WEIGHT, MOST_WEIGHT)
    model.item_rates_ = {item: number(rate, f"item_rates.{item}", 0.0, 1.0) for item, rate in rates.items()}
    model._sources = [*model_document.fingerprints(document.get("data"), source)]
    return model


def shrunk(answers: Values, right: Values, prior: Values, weight: float) -> Values:
    """Shares of right answers, as if each had `weight` answers more with the prior share."""
    rates: Values = (right + weight * prior) / (answers + weight)
    return rates


def shrinkage(answers: Values, right: Values, prior: Values) -> float:
    """Weight of the prior shares, from how much further than by chance the shares lie from them.

    With n answers of an item of prior share p, its share of right ones varies around p with the variance
    p (1 - p) (1 + (n - 1) rho) / n.
    Where p is one share for all, fitted to the same K items of N answers, sum n (share - p)^2 has the mean
    p (1 - p) (K - 1 + rho (N - K - (sum n^2 - N) / N)); rho is solved from that, and the weight is 1 / rho - 1.
    Where priors differ, each term is divided by its own p (1 - p).
    """
    seen = answers > 0
    n, x, p = answers[seen], right[seen], prior[seen]
    total = n.sum()
    if total > 0 and np.ptp(p) == 0.0:
        p = np.full(len(n), x.sum() / total)  # the fitted share: half an answer less smooth than the prior
    spread = p * (1.0 - p)
    room = 0.0 if total == 0 else total - len(n) - ((n**2).sum() - total) / total
    if room <= 0.0 or not (spread > 0.0).all():  # no item twice, or all alike: nothing tells items apart
        return MOST_WEIGHT
    between = (n * (x / n - p) ** 2 / spread).sum()
    rho = (between - (len(n) - 1)) / room
    return float(np.clip(1.0 / rho - 1.0, LEAST_WEIGHT, MOST_WEIGHT)) if rho > 0.0 else MOST_WEIGHT
