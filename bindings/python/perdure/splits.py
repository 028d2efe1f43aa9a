"""Which answers a comparison holds out, and which of them belong together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from numbers import Integral

import numpy as np
import numpy.typing as npt

from .errors import InputError
from .log import ReviewLog

Mask = npt.NDArray[np.bool_]

MS_PER_DAY = 86_400_000


def folds_of(log: ReviewLog, split: str, folds: int) -> Iterator[tuple[Mask, Mask, Mask]]:
    """Rows of each fold: to fit on, to predict, and that predictions may look back on (both of them)."""
    least = 1 if split == "time" else 2
    if isinstance(folds, bool) or not isinstance(folds, Integral) or not least <= folds <= 1000:
        raise InputError("does not fit", source="folds", value=folds, expected=f"a whole number from {least} to 1000")
    if split == "time":
        yield from _time_folds(log, folds)
    elif split == "learner":
        learner = log._core.learner
        count = len(np.unique(learner))
        if count < folds:
            raise InputError(
                "too few learners", source="folds", value=folds, expected=f"at most {count}, the number of learners"
            )
        everything = np.ones(len(log), dtype=bool)
        # by the order of ids, so that neither the order of rows nor learners without rows play a part
        rank = np.empty(len(log.learners), dtype=np.int64)
        rank[sorted(np.unique(learner).tolist(), key=lambda code: log.learners[code])] = np.arange(count)
        for fold in range(folds):
            test = rank[learner] % folds == fold
            yield ~test, test, everything
    else:
        raise InputError("unknown choice", source="split", value=split, expected="'time' or 'learner'")


def _time_folds(log: ReviewLog, folds: int) -> Iterator[tuple[Mask, Mask, Mask]]:
    answered = log._core.answered_at
    ordered = np.sort(answered)
    cuts = [int(ordered[len(ordered) * k // (folds + 1)]) for k in range(1, folds + 1)]
    edges = [int(ordered[0]), *cuts, int(ordered[-1]) + 1]
    if any(early >= late for early, late in pairwise(edges)):
        raise InputError(
            "the log has too few different times",
            source="folds",
            value=folds,
            expected=f"fewer folds for {len(log)} answers",
        )
    for start, end in pairwise(edges[1:]):
        train = answered < start
        seen = answered < end
        yield train, seen & ~train, seen


def clusters_of(log: ReviewLog) -> npt.NDArray[np.uint32]:
    """What is resampled together: learners; days (UTC) where there is one learner."""
    learner = log._core.learner
    if len(np.unique(learner)) > 1:
        codes: npt.NDArray[np.uint32] = learner
        return codes
    _, days = np.unique(log._core.answered_at // MS_PER_DAY, return_inverse=True)
    return days.astype(np.uint32)
