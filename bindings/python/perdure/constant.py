"""The baseline that every model must beat."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np

from . import _catalog
from ._bands import normal_quantile
from ._observation import UNFITTED
from .errors import InputError
from .estimator import Progress, Values
from .fit_report import FitReport
from .log import ReviewLog, require_log
from .memory_model import MemoryModel
from .states import Moment, instant


class Constant(MemoryModel):
    """The baseline: every answer is right with the same probability (docs/models/constant.md).

    It has no observation layer: first encounters and same-day answers get that probability too.

    Parameters
    ----------
    parameters : array of 1 number, optional
        ``rate``, the probability of an estimator that was not fitted; 0.5 when not given.
    profile, elapsed, options
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
        return self._take(log, require_log(log).success, 0, 0.0, [])

    def partial_fit(
        self,
        log: ReviewLog,
        since: Moment | None = None,
        tz: str = "UTC",
        progress: Progress = False,
        threads: int | None = None,
    ) -> Self:
        """Take the share of right answers, of those so far and new ones together."""
        success = require_log(log).success
        if since is not None:
            success = success[log._core.answered_at >= instant(since, tz, "since")]
        answers = self.report_.answers if hasattr(self, "report_") else 0
        right = self.success_rate_ * (answers + 1.0) - 0.5 if answers else 0.0
        return self._take(log, success, answers, right, self.__dict__.get("_sources", []))

    def _take(self, log: ReviewLog, success: Any, answers_before: int, right_before: float, sources: list[Any]) -> Self:
        answers, right = answers_before + len(success), right_before + float(success.sum())
        rate = (right + 0.5) / (answers + 1.0)
        error = math.sqrt(rate * (1.0 - rate) / (answers + 1.0)) if answers else None
        spec = _catalog.find(Constant.id, "perdure")["parameters"][0]  # under whatever id a subclass has
        loss = -(right * math.log(rate) + (answers - right) * math.log1p(-rate)) / answers if answers else None
        self.parameters_ = np.array([rate])
        self.covariance_ = None if error is None else np.array([[error**2]])
        self.observation_ = dict(UNFITTED)
        self.first_encounters_ = {}
        self._sources = [*sources, log]
        self.report_ = FitReport(
            status="converged" if answers else "no_data",
            reason="the share of right answers" if answers else "the log is empty",
            iterations=0,
            objective_path=(),
            answers=answers,
            log_loss=loss,
            start_log_loss=math.log(2.0) if answers else None,
            predicted_decrease=0.0,
            at_bound=(),
            seconds=0.0,
            evaluations=1.0 if answers else 0.0,
            effective_answers=float(answers),
            gradient_norm=0.0 if answers else None,
            parameters={spec["name"]: rate},
            defaults={spec["name"]: float(spec["init"])},
            standard_errors={spec["name"]: error},
            intervals={spec["name"]: None if error is None else _band(rate, answers, normal_quantile(0.95))},
            learned={spec["name"]: 0.0 if error is None else max(0.0, 1.0 - (error / float(spec["prior_sd"])) ** 2)},
            correlation=() if error is None else ((1.0,),),
        )
        return self

    def predict_sequence(self, log: ReviewLog, threads: int | None = None) -> Values:
        """The same probability for every row."""
        return np.full(len(require_log(log)), self._values()[0])

    def predict_interval(self, log: ReviewLog, level: float = 0.95, threads: int | None = None) -> Values:
        """The same band for every row: the share's standard error, on its log-odds."""
        z = normal_quantile(level)
        if getattr(self, "covariance_", None) is None:
            raise InputError("no standard errors to make a band of", source="Constant", expected="a fitted model")
        ends = _band(self.success_rate_, self.report_.answers, z)
        return np.tile(np.array(ends), (len(require_log(log)), 1))


def _band(rate: float, answers: int, z: float) -> tuple[float, float]:
    odds = math.exp(z / math.sqrt((answers + 1.0) * rate * (1.0 - rate)))
    return rate / (rate + (1.0 - rate) * odds), rate / (rate + (1.0 - rate) / odds)
