"""Whether the answers since a day reject a model, and which model explains them best."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np

from ..log import ReviewLog
from ..metrics import log_loss
from ..models import Fsrs6, HalfLife

BINS = 6
"""Of equal numbers of answers; even, so that the p-value has a closed form."""
FEWEST_ANSWERS = 60
LEVEL = 0.001


def since_mask(log: ReviewLog, moment: dt.datetime) -> Any:
    """Rows of a log from a moment on."""
    return log._core.answered_at >= int(moment.timestamp() * 1000)


def calibration(model: Any, log: ReviewLog, moment: dt.datetime, threads: int | None = None) -> dict[str, Any]:
    """Test a model's predictions of the answers since a moment.

    Answers are put into six bins of equal numbers by what was predicted, each from the answers before it alone. The
    sum of squared standardised differences between right answers and expected ones is chi-squared with six degrees of
    freedom when the model is true. Answers of one learner are not independent, which makes the test stricter than its
    level says; so it rejects at .001, and never below 60 answers.

    Returns
    -------
    dict
        ``answers``, ``right`` and ``expected`` shares, ``p_value`` (None below 60 answers), ``rejected``.
    """
    chosen = np.flatnonzero(since_mask(log, moment))
    found: dict[str, Any] = {"since": moment.isoformat(), "answers": int(chosen.size)}
    if chosen.size == 0:
        return {**found, "right": None, "expected": None, "p_value": None, "rejected": False}
    p = np.asarray(model.predict_sequence(log, threads=threads))[chosen]
    right = log.success[chosen].astype(np.float64)
    found |= {"right": float(right.mean()), "expected": float(p.mean()), "p_value": None, "rejected": False}
    if chosen.size < FEWEST_ANSWERS:
        return found
    bins = np.array_split(np.argsort(p, kind="stable"), BINS)
    squares = [(right[one] - p[one]).sum() ** 2 / (p[one] * (1 - p[one])).sum() for one in bins]
    found["p_value"] = _upper_tail(float(sum(squares)))
    found["rejected"] = found["p_value"] < LEVEL
    return found


def _upper_tail(x: float) -> float:
    """Of chi-squared with `BINS` degrees of freedom."""
    half = x / 2
    return math.exp(-half) * sum(half**k / math.factorial(k) for k in range(BINS // 2))


def by_likelihood(
    model: Any, log: ReviewLog, moment: dt.datetime, threads: int | None = None
) -> tuple[Any, list[dict[str, Any]]]:
    """The model that explains the answers since a moment best, of those that had only the answers before it.

    Candidates are the model as it is, the same fitted anew, FSRS-6 and half-lives. The best is fitted to the whole
    log, the model as it is stays as it is; equal ones go to the earlier.
    """
    recent = since_mask(log, moment)
    earlier = log.where(~recent)
    candidates: list[tuple[str, Any]] = [("as it is", model)]
    kinds: list[type[Any]] = list(dict.fromkeys([type(model), Fsrs6, HalfLife]))
    if np.count_nonzero(~recent) > 0:
        candidates += [(kind.id, kind().fit(earlier, threads=threads)) for kind in kinds]
    right = log.success[recent]
    losses: list[dict[str, Any]] = []
    for name, one in candidates:
        loss = log_loss(right, np.asarray(one.predict_sequence(log, threads=threads))[recent])
        losses.append({"model": name, "log_loss": float(loss)})
    best = min(range(len(losses)), key=lambda n: float(losses[n]["log_loss"]))
    chosen = candidates[best][1]
    if best > 0:
        chosen = type(chosen)().fit(log, threads=threads)
    return chosen, losses
