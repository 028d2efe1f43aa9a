"""Fits of every fold, and their predictions of what it holds out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ._columns import numbers
from ._progress import reporting
from .errors import InputError
from .estimator import Estimator
from .log import ReviewLog
from .splits import Fold

Floats = npt.NDArray[np.float64]
Row = dict[str, Any]


@dataclass
class HeldOut:
    """What every model said about the rows of a log that a fold holds out, and how its fits ended."""

    fold: npt.NDArray[np.int64]
    """Of every row, from 1; 0 for a row that no fold holds out."""
    predictions: dict[str, Floats]
    """Of every row, by model; NaN for a row that no fold holds out."""
    fits: dict[str, list[Row]] = field(default_factory=dict)
    """By model, of every fold: status, reason and predicted_decrease; None where a model has no such thing."""


def predict(
    contenders: dict[str, Estimator],
    log: ReviewLog,
    folds: Sequence[Fold],
    progress: bool | Callable[[int, int, str], object],
    threads: int | None,
) -> HeldOut:
    """Fit every model in every fold, and let it predict what the fold holds out."""
    found = HeldOut(
        np.zeros(len(log), dtype=np.int64),
        {name: np.full(len(log), np.nan) for name in contenders},
        {name: [] for name in contenders},
    )
    steps = len(folds) * len(contenders)
    with reporting(progress, "Evaluating") as report:
        for number, (train, test, seen) in enumerate(folds, 1):
            found.fold[test] = number
            training, context = log.where(train), log.where(seen)
            for position, (name, model) in enumerate(contenders.items()):
                report(
                    (number - 1) * len(contenders) + position,
                    steps,
                    f"Evaluating {name}, fold {number} of {len(folds)}",
                )
                fitted = model.unfitted().fit(training, threads=threads)
                if not isinstance(fitted, Estimator):
                    raise InputError("not the estimator", source=f"fit of {name}", value=fitted, expected="self")
                predicted = _checked(fitted.predict_sequence(context), len(context), name)
                found.predictions[name][test] = predicted[test[seen]]
                found.fits[name].append(_end_of(fitted))
        report(steps, steps, "Evaluating")
    return found


def _end_of(fitted: Any) -> Row:
    """How a fit ended, as its report says; a model of a user's own need not have one."""
    report = getattr(fitted, "report_", None)
    return {name: getattr(report, name, None) for name in ("status", "reason", "predicted_decrease")}


def _checked(predicted: Any, rows: int, name: str) -> Floats:
    """Predictions of a model, which may be a user's own: one probability a row."""
    p: Floats = numbers(predicted, f"predictions of {name}").astype(np.float64)
    if p.shape != (rows,):
        raise InputError("not one value a row", source=f"predictions of {name}", value=p.shape, expected=f"({rows},)")
    outside = np.flatnonzero(~((p >= 0.0) & (p <= 1.0)))
    if outside.size:
        at = int(outside[0])
        raise InputError(
            "not a probability", source=f"predictions of {name}, row {at}", value=float(p[at]), expected="in [0, 1]"
        )
    return p
