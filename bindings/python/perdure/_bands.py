"""Bands on recall: how far it could lie elsewhere because the parameters come from a finite log."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from . import _core, _fitting, _threads
from .errors import InputError
from .log import ReviewLog, require_log

if TYPE_CHECKING:
    from .memory_model import MemoryModel

Values = npt.NDArray[np.float64]


def of_answers(model: MemoryModel, log: ReviewLog, level: float, threads: int | None) -> Values:
    """Lower and upper end for every row of a log, side by side."""
    z, covariance = normal_quantile(level), _covariance(model)
    observation = model._observation()
    _, errors = _fitting.first_rates(observation, model._encounters(), require_log(log).items)
    low, high = _core.fit.sequence_bands(
        *model._name,
        log._core,
        log.histories(model.elapsed_rule),
        model._values(),
        covariance,
        observation,
        errors,
        model.predict_sequence(log, threads=threads),
        z,
        _threads.resolve(threads),
    )
    return np.column_stack((low, high))


def of_cards(
    model: MemoryModel, log: ReviewLog, days: Values, recall: Values, level: float, threads: int | None
) -> tuple[Values, Values]:
    """Ends around recall ``days`` after the last answer of every card of a log."""
    z = normal_quantile(level)
    histories = require_log(log).histories(model.elapsed_rule)
    low, high = _core.fit.card_bands(
        *model._name,
        histories,
        model._values(),
        _covariance(model),
        days,
        recall,
        z,
        _threads.resolve(threads),
    )
    return low, high


def normal_quantile(level: float) -> float:
    """Standard errors to either side that hold ``level`` of a normal distribution; InputError outside (0, 1)."""
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0.0 < level < 1.0:
        raise InputError("not a level", source="level", value=level, expected="a number between 0 and 1, like 0.95")
    return NormalDist().inv_cdf(0.5 + 0.5 * level)


def _covariance(model: MemoryModel) -> Values:
    """The covariance in one column, for the compiled part."""
    covariance = getattr(model, "covariance_", None)
    if covariance is None:
        raise InputError(
            "no standard errors to make a band of", source=type(model).__name__, expected="a model fitted to answers"
        )
    return np.ascontiguousarray(covariance, dtype=np.float64).reshape(-1)
