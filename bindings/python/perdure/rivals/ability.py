"""A learner's ability from his earlier answers: its exact posterior on a grid, and what it predicts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..log import ReviewLog

Floats = npt.NDArray[np.float64]

GRID = np.linspace(-4.0, 4.0, 61)
"""Places of ability, in standard deviations of learners. A step of 0.13 is as wide as what
500 answers leave open; a rival of fixed ability gets more than that wrong in longer histories."""
LEAST = 1e-12
"""Probability that an answer has at least; keeps logs finite."""
_WEIGHT = np.exp(-0.5 * GRID**2)
LOG_PRIOR: Floats = np.log(_WEIGHT / _WEIGHT.sum())
"""Log of a standard normal distribution on the grid."""


def by_learner(log: ReviewLog) -> list[npt.NDArray[np.int64]]:
    """Rows of each learner, in order of time."""
    learner = log._core.learner
    order = np.argsort(learner, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(learner[order])) + 1) if len(log) else []


def predictions(log: ReviewLog, base: Floats, slope: Floats) -> Floats:
    """Probability of a right answer, sigma(base + slope x ability), averaged over what is known of the ability.

    What is known before a row is the standard normal prior and the learner's strictly earlier answers in the log.
    `base` and `slope` have one value a row.
    """
    found = np.empty(len(log))
    success, answered = log.success, log._core.answered_at
    for rows in by_learner(log):
        right, evidence = _on_grid(base[rows], slope[rows], success[rows])
        so_far = np.vstack((LOG_PRIOR, LOG_PRIOR + np.cumsum(evidence, axis=0)))
        known = so_far[np.searchsorted(answered[rows], answered[rows])]
        weight = np.exp(known - known.max(axis=1, keepdims=True))
        found[rows] = (weight * right).sum(axis=1) / weight.sum(axis=1)
    return found


def posteriors(log: ReviewLog, base: Floats, slope: Floats) -> tuple[Floats, float]:
    """Posterior on the grid of each learner with rows, by learner code, and the log likelihood of the log."""
    found = np.tile(np.exp(LOG_PRIOR), (len(log.learners), 1))
    success, learner, total = log.success, log._core.learner, 0.0
    for rows in by_learner(log):
        known = LOG_PRIOR + _on_grid(base[rows], slope[rows], success[rows])[1].sum(axis=0)
        most = known.max()
        weight = np.exp(known - most)
        total += float(most + np.log(weight.sum()))
        found[learner[rows[0]]] = weight / weight.sum()
    return found, total


def _on_grid(base: Floats, slope: Floats, success: npt.NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Probability of a right answer at each place of ability, and the log of that of the answer given."""
    logit = base[:, None] + slope[:, None] * GRID
    right = 1.0 / (1.0 + np.exp(-logit))
    evidence = np.log(np.where(success[:, None] == 1, right, 1.0 - right) + LEAST)
    return right, evidence
