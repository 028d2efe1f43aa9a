"""Rows of a training log that a rival holds back from itself, to choose what its weights are held in check by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..log import ReviewLog
from ..splits import one_of

PARTS = 5
"""One part in so many is held back."""
KINDS = ("learner", "time")


def check(kind: Any, source: str) -> None:
    """InputError for what is no kind of inner split."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError("unknown choice", source=f"{source}, inner", value=kind, expected=one_of(KINDS))


def held_back(log: ReviewLog, kind: str) -> npt.NDArray[np.bool_]:
    """Rows held back: those of every fifth learner in the order of ids, or the last fifth of each learner's rows.

    A log of fewer than ten learners is always cut in time: one or two learners say little about others. Rows with the
    same time stay together, in the later part.
    """
    learner = log._core.learner.astype(np.int64)
    used = np.unique(learner)
    if kind == "learner" and len(used) >= 2 * PARTS:
        ordered = sorted(used.tolist(), key=lambda code: log.learners[code])
        return np.isin(learner, ordered[::PARTS])
    order = np.argsort(learner, kind="stable")
    first = np.searchsorted(learner[order], learner[order])
    rows = np.bincount(learner)[learner[order]]
    cut = first + rows - rows // PARTS
    moment = log._core.answered_at[order]
    late = np.zeros(len(log), dtype=np.bool_)
    late[order] = (cut < first + rows) & (moment >= moment[np.minimum(cut, len(log) - 1)])
    return late
