"""FSRS-6 with cards of a learner and an item, or of a learner and a skill."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa

from .. import _core
from ..errors import InputError
from ..estimator import Estimator, Progress, Values
from ..fit_options import FitOptions
from ..log import ReviewLog, require_log
from ..models import Fsrs6
from . import features
from .item_mean import ItemMean


class _Cards(Estimator):
    """`Fsrs6` where a learner has met what a row is about; elsewhere the smoothed share of right answers (`ItemMean`).

    Parameters
    ----------
    options : FitOptions or str, optional
        As those of `Fsrs6`. Without them parameters are fitted to answers a day or more after the last one, and
        sooner answers are predicted by a curve of their own; with ``FitOptions(minimum_gap=0)`` the parameters are
        fitted to all answers, and recall predicts them.

    Attributes
    ----------
    model_ : Fsrs6
    """

    by_skill: ClassVar[bool]

    model_: Fsrs6
    _first: ItemMean

    def __init__(self, options: FitOptions | str | None = None) -> None:
        self.options = options

    @property
    def elapsed_rule(self) -> str:
        """How time between answers is counted."""
        return Fsrs6().elapsed_rule

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Fit FSRS-6 to the cards, and means to the first answers on them."""
        cards = _Reviews(require_log(log), self.by_skill)
        self.model_ = Fsrs6(options=self.options).fit(cards.log, progress, threads)
        self._first = ItemMean().fit(log.where(~cards.met))
        return self

    def predict_sequence(self, log: ReviewLog) -> Values:
        """Probability of a right answer for every row, from strictly earlier rows of its learner."""
        require_log(log)
        if not hasattr(self, "model_"):
            raise InputError("not fitted", source=type(self).__name__, expected="a call of fit before this one")
        cards = _Reviews(log, self.by_skill)
        recall = cards.mean_of_met(self.model_.predict_sequence(cards.log))
        predicted: Values = np.where(cards.met, recall, self._first.predict_sequence(log))
        return predicted


class Fsrs6Item(_Cards):
    """FSRS-6 with a card for each learner and item, as schedulers have it.

    `perdure.Fsrs6` is the same but for first answers: here an item that the fit never saw has the mean of its skills.
    """

    id: ClassVar[str] = "fsrs6-item"
    by_skill: ClassVar[bool] = False


class Fsrs6Skill(_Cards):
    """FSRS-6 with a card for each learner and skill: an answer to an item reviews all of its skills.

    A row is predicted by the mean over the skills that the learner has met.
    """

    id: ClassVar[str] = "fsrs6-skill"
    by_skill: ClassVar[bool] = True


class _Reviews:
    """A log with a row for each row and thing it is about."""

    def __init__(self, log: ReviewLog, by_skill: bool) -> None:
        core, about = log._core, features.skills(log) if by_skill else features.items(log)
        columns: tuple[Any, ...] = (
            core.learner[about.row],
            about.thing.astype(np.uint32),
            core.answered_at[about.row],
            core.shown_at[about.row],
            core.score[about.row],
            core.grade[about.row],
        )
        # numbered attempts: answers of one moment to two items of a skill are no repetition of each other
        found, _ = _core.data.import_answers(*columns, np.arange(len(about.row), dtype=np.uint32))
        score = pa.array(found.score.astype(np.float64))
        self.log = ReviewLog(found, log.learners, about.names, {"score": score}, log.report, log._kind)
        known = ~np.isnan(self.log.histories("exact").gaps())
        self._known = np.flatnonzero(known)
        self._row = about.row[found.source_row][known]
        self._times = np.bincount(self._row, minlength=len(log))
        self.met = self._times > 0
        """Of the rows of the log that came in: whether the learner has met any of its things."""

    def mean_of_met(self, values: Values) -> Values:
        """Mean, over the things of a row that the learner has met, of values of the rows here."""
        total = np.bincount(self._row, weights=values[self._known], minlength=len(self._times))
        mean: Values = total / np.maximum(self._times, 1)
        return mean
