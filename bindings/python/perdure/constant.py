"""The baseline that every model must beat."""

from __future__ import annotations

import math
from typing import Self

import numpy as np

from ._observation import UNFITTED
from .estimator import Progress, Values
from .fit_report import FitReport
from .log import ReviewLog, require_log
from .memory_model import MemoryModel


class Constant(MemoryModel):
    """The baseline: every answer is right with the same probability (docs/models/constant.md).

    It has no observation layer: first encounters and same-day answers get that probability too.

    Parameters
    ----------
    parameters : array of 1 number, optional
        ``rate``, the probability of an estimator that was not fitted; 0.5 when not given.
    profile, elapsed
        As in `Fsrs6`; they change nothing.

    Attributes
    ----------
    success_rate_ : float
        Share of right answers in the log of the fit, kept away from 0 and 1 by half an answer; also ``parameters_[0]``.
    """

    id = "constant"

    @property
    def success_rate_(self) -> float:
        """What `fit` found."""
        return float(self.parameters_[0])

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Take the share of right answers, of all answers."""
        answers, right = len(require_log(log)), float(log.success.sum())
        rate = (right + 0.5) / (answers + 1.0)
        self.parameters_ = np.array([rate])
        self.observation_ = dict(UNFITTED)
        self.first_encounters_ = {}
        self.report_ = FitReport(
            status="converged" if answers else "no_data",
            reason="the share of right answers" if answers else "the log is empty",
            iterations=0,
            objective_path=(),
            answers=answers,
            log_loss=-(right * math.log(rate) + (answers - right) * math.log1p(-rate)) / answers if answers else None,
            start_log_loss=math.log(2.0) if answers else None,
            predicted_decrease=0.0,
            at_bound=(),
            seconds=0.0,
        )
        return self

    def predict_sequence(self, log: ReviewLog) -> Values:
        """The same probability for every row."""
        return np.full(len(require_log(log)), self._values()[0])
