"""The baseline that knows which item it is, and nothing else."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

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
        right = np.bincount(item, weights=log.success, minlength=len(log.items))
        rate = float((right.sum() + 0.5) / (answers.sum() + 1.0))
        weight = _shrinkage(answers, right)
        rates = (right + weight * rate) / (answers + weight)
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


def _shrinkage(answers: npt.NDArray[Any], right: npt.NDArray[Any]) -> float:
    """Weight of the common rate.

    With n answers of an item, its share of right ones varies by p (1 - p) (1 + (n - 1) rho) / n. The sum of squares
    between items, sum n (share - p)^2, has the mean p (1 - p) (K - 1 + rho (N - K - (sum n^2 - N) / N)); rho is solved
    from that, and the weight is 1 / rho - 1.
    """
    seen = answers > 0
    n, x = answers[seen], right[seen]
    total = n.sum()
    spread = 0.0 if total == 0 else (x.sum() / total) * (1.0 - x.sum() / total)
    room = 0.0 if total == 0 else total - len(n) - ((n**2).sum() - total) / total
    if spread == 0.0 or room <= 0.0:  # all alike, or no item twice: nothing tells items apart
        return MOST_WEIGHT
    between = (n * (x / n - x.sum() / total) ** 2).sum()
    rho = (between / spread - (len(n) - 1)) / room
    return float(np.clip(1.0 / rho - 1.0, LEAST_WEIGHT, MOST_WEIGHT)) if rho > 0.0 else MOST_WEIGHT
