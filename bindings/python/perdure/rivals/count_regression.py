"""Logistic regression on who, what, and logs of counts: the family of PFA, DASH, DAS3H and Best-LR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from .. import _core
from .._progress import Report, reporting
from ..errors import InputError
from ..estimator import Estimator, Progress, Values
from ..log import ReviewLog, require_log
from . import ability as abilities
from . import features, inner_split
from ._extra import needed

STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0)
"""Variances of the normal prior of all weights (C of scikit-learn) that a fit tries."""
COUNT_SCALE = 0.3
"""Of logs of counts beside the ones of learners, items and skills: logs reach 5, so that without it the same prior
would let a weight of counts move a prediction five times as far. It lowers the loss of Best-LR with windows, the
strongest of them, on all cohorts tried; the others' hardly change."""
MOST_STEPS = 100
TOLERANCE = 0.1
"""Largest element of the gradient of the summed log loss with which a fit is done: of one answer, a tenth. That of
the mean, as scikit-learn has it, would leave the weights of rare items where they start."""
SPREADS = (0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
"""Standard deviations of ability that a fit tries."""


@dataclass(frozen=True)
class Terms:
    """Terms of a regression.

    Attributes
    ----------
    weights : tuple of str
        Kinds (``"learner"``, ``"item"``, ``"skill"``) of which each one has a weight of its own.
    by_skill : tuple of float
        Windows, in days, in which the learner's answers to a skill are counted, with weights of each skill's own.
    shared : dict of str to tuple of float
        Windows by kind (``"item"``, ``"skill"`` or ``"learner"``, which counts all of the learner's answers), with
        weights in common.
    """

    weights: tuple[str, ...]
    by_skill: tuple[float, ...] = ()
    shared: tuple[tuple[str, tuple[float, ...]], ...] = ()


@dataclass(frozen=True)
class _Block:
    row: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    value: Values
    width: int


class Columns:
    """Where the names of a log of training stand among the columns of the matrix."""

    def __init__(self, terms: Terms, log: ReviewLog) -> None:
        self.terms = terms
        seen = _seen(log)
        self.names = {kind: seen[kind] for kind in terms.weights}
        self.skills = seen["skill"] if terms.by_skill else {}

    def matrix(self, log: ReviewLog) -> Any:
        """One sparse row for each row of a log; what the training never saw has no column and adds nothing."""
        blocks = [*self._ones(log), *self._counted_by_skill(log), *self._counted(log)]
        row, column, value, width = [], [], [], 0
        for block in blocks:
            row.append(block.row)
            column.append(block.column + width)
            value.append(block.value)
            width += block.width
        data = (np.concatenate(value), (np.concatenate(row), np.concatenate(column)))
        return needed("scipy.sparse", "rivals").csr_matrix(data, shape=(len(log), width))

    def _ones(self, log: ReviewLog) -> list[_Block]:
        blocks = []
        for kind, place in self.names.items():
            about = _about(log, kind)
            column = _places(about, place)
            known = column >= 0
            blocks.append(_Block(about.row[known], column[known], np.ones(int(known.sum())), len(place)))
        return blocks

    def _counted_by_skill(self, log: ReviewLog) -> list[_Block]:
        windows = self.terms.by_skill
        if not windows:
            return []
        about = features.skills(log)
        column, values = _places(about, self.skills), _logs(features.counts(log, about, windows))
        entry, which = np.nonzero(values * (column >= 0)[:, None])
        wide = values.shape[1]
        place = column[entry] * wide + which
        return [_Block(about.row[entry], place, values[entry, which], wide * len(self.skills))]

    def _counted(self, log: ReviewLog) -> list[_Block]:
        blocks = []
        for kind, windows in self.terms.shared:
            about = features.everything(log) if kind == "learner" else _about(log, kind)
            values = _logs(features.counts(log, about, windows))
            entry, which = np.nonzero(values)
            blocks.append(_Block(about.row[entry], which, values[entry, which], values.shape[1]))
        return blocks


def _logs(counted: features.Counts) -> Values:
    logs: Values = COUNT_SCALE * np.log1p(np.concatenate((counted.attempts, counted.wins), axis=1))
    return logs


def _about(log: ReviewLog, kind: str) -> features.Incidence:
    if kind == "learner":
        return features.Incidence(np.arange(len(log)), log._core.learner.astype(np.int64), log.learners)
    return features.items(log) if kind == "item" else features.skills(log)


def _seen(log: ReviewLog) -> dict[str, dict[str, int]]:
    """Names that rows of a log have, and their places."""
    found = {}
    for kind in ("learner", "item", "skill"):
        about = _about(log, kind)
        found[kind] = {about.names[thing]: place for place, thing in enumerate(np.unique(about.thing).tolist())}
    return found


def _places(about: features.Incidence, place: dict[str, int]) -> npt.NDArray[np.int64]:
    of_name = np.array([place.get(name, -1) for name in about.names], dtype=np.int64)
    column: npt.NDArray[np.int64] = of_name[about.thing]
    return column


class CountRegression(Estimator):
    """A regression of the family; subclasses say by `terms` which.

    Parameters
    ----------
    strengths : sequence of float
        Variances of the normal prior of all weights, ascending. The first after which the log loss of an inner split
        rises is taken, and the regression is then fitted to all answers.
    inner : {"learner", "time"}
        What the inner split holds back: learners, when new learners will be predicted, or the last answers of each.
    ability : {"fitted", "online"}
        For terms with a weight for each learner. ``"fitted"`` is as published: a learner that the fit never saw
        counts as an average one. ``"online"``: the weights of learners are of the fit alone; a prediction replaces
        the learner's by its posterior from his earlier answers in the log.

    Attributes
    ----------
    strength_ : float
    weights_ : float64 array
        Of the columns of the design.
    intercept_ : float
    ability_sd_ : float
        Standard deviation of the learners' weights; where ``ability="online"``.
    """

    terms: ClassVar[Terms]

    strength_: float
    weights_: Values
    intercept_: float
    ability_sd_: float
    _columns: Columns

    def __init__(self, strengths: Sequence[float] = STRENGTHS, inner: str = "learner", ability: str = "fitted") -> None:
        self.strengths = strengths
        self.inner = inner
        self.ability = ability

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Choose the strength of the prior on an inner split, then fit to all answers."""
        strengths = self._checked()
        if len(require_log(log)) == 0:
            raise InputError("no answers", source=f"fit of {self.id}", expected="answers to learn from")
        with reporting(progress, f"Fitting {self.id}") as report:
            self.strength_ = self._chosen(log, strengths, report)
            self._columns = Columns(self.terms, log)
            x = self._columns.matrix(log)
            self.weights_, self.intercept_ = _fitted(self._regression(C=self.strength_), x, log.success)
            report(len(strengths) + 1, len(strengths) + 1, f"Fitting {self.id}")
        if self.ability == "online":
            self.ability_sd_ = self._spread(log, x)
        return self

    def predict_sequence(self, log: ReviewLog) -> Values:
        """Probability of a right answer for every row, from strictly earlier rows of its learner."""
        require_log(log)
        if not hasattr(self, "weights_"):
            raise InputError("not fitted", source=type(self).__name__, expected="a call of fit before this one")
        x = self._columns.matrix(log)
        if self.ability == "fitted":
            return _probabilities(x @ self.weights_ + self.intercept_)
        base = x @ self._without_learners() + self.intercept_
        return abilities.predictions(log, base, np.full(len(log), self.ability_sd_))

    def _checked(self) -> list[float]:
        inner_split.check(self.inner, self.id)
        kinds = ("fitted", "online") if "learner" in self.terms.weights else ("fitted",)
        if not isinstance(self.ability, str) or self.ability not in kinds:
            expected = " or ".join(map(repr, kinds))
            raise InputError("unknown choice", source=f"{self.id}, ability", value=self.ability, expected=expected)
        try:
            strengths = [float(value) for value in self.strengths]
        except (TypeError, ValueError):
            strengths = []
        if not strengths or not all(0.0 < value < np.inf for value in strengths) or strengths != sorted(strengths):
            raise InputError(
                "not strengths",
                source=f"{self.id}, strengths",
                value=self.strengths,
                expected="numbers above 0, ascending",
            )
        return strengths

    def _chosen(self, log: ReviewLog, strengths: list[float], report: Report) -> float:
        if len(strengths) == 1:
            return strengths[0]
        late = inner_split.held_back(log, self.inner)
        success = log.success
        if not late.any() or len(np.unique(success[~late])) < 2:
            return 1.0  # of scikit-learn; there is nothing to choose by
        columns = Columns(self.terms, log.where(~late))
        x = columns.matrix(log)
        training, held, model = x[~late], x[late], self._regression(warm_start=True)
        best, least = strengths[0], np.inf
        for number, strength in enumerate(strengths):
            report(number, len(strengths) + 1, f"Fitting {self.id}")
            weights, intercept = _fitted(model.set_params(C=strength), training, success[~late])
            loss = _core.evaluate.log_loss(_probabilities(held @ weights + intercept), success[late])
            if loss >= least:
                break
            best, least = strength, loss
        return best

    def _regression(self, **settings: Any) -> Any:
        # conjugate gradients take a tenth of the time that L-BFGS takes on counts of such different size
        linear = needed("sklearn.linear_model", self.id)
        return linear.LogisticRegression(solver="newton-cg", max_iter=MOST_STEPS, **settings)

    def _without_learners(self) -> Values:
        """Weights with those of learners at 0; they are the first columns."""
        weights = self.weights_.copy()
        weights[: len(self._columns.names["learner"])] = 0.0
        return weights

    def _spread(self, log: ReviewLog, x: Any) -> float:
        base = x @ self._without_learners() + self.intercept_
        fits = [abilities.posteriors(log, base, np.full(len(log), sd))[1] for sd in SPREADS]
        return SPREADS[int(np.argmax(fits))]


def _fitted(model: Any, x: Any, success: npt.NDArray[np.uint8]) -> tuple[Values, float]:
    right = float(success.mean())
    if right in (0.0, 1.0):  # nothing to regress on
        rate = (success.sum() + 0.5) / (len(success) + 1.0)
        return np.zeros(x.shape[1]), float(np.log(rate / (1.0 - rate)))
    model.set_params(tol=TOLERANCE / len(success)).fit(x, success)
    return model.coef_[0].copy(), float(model.intercept_[0])


def _probabilities(logit: Values) -> Values:
    p: Values = 1.0 / (1.0 + np.exp(-logit))
    return p
