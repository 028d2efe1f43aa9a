"""FSRS-6 in the online layer: its memory, and effects of learners, items and skills learned answer by answer."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from .. import _core
from .._progress import reporting
from ..errors import InputError
from ..estimator import Estimator, Progress, Values
from ..fit_options import FitOptions
from ..log import ReviewLog, require_log
from ..models import Fsrs6
from ..splits import MS_PER_DAY
from . import features
from ._extra import needed
from .elo import skill_sets

Pair = tuple[Values, Values]
Known = dict[str, tuple[float, float]]
"""Mean and variance by name."""

START = {
    "level": 0.0,
    "met_skill": 0.0,
    "met_item": 0.5,
    "slope": 0.5,
    "met_item_late": 0.0,
    "slope_late": 0.0,
    "ability": 0.5,
    "item": 1.0,
    "skill": 0.5,
    "learner_skill": 0.3,
    "learner_item": 0.3,
    "ability_noise": 0.003,
    "ability_rate": 0.003,
    "learner_skill_noise": 0.003,
    "learner_skill_rate": 0.003,
}
"""Where a fit starts; variances and noise are fitted by their logs."""
PLAIN = 6
"""Parameters, the first of them, that may have any sign."""
RIDGE = 0.5
"""Weight of squared distance from the start, in answers."""
LEAST_LOG, MOST_LOG = -14.0, 3.0
"""Bounds of the logs of variances."""
LEAST = 1e-9
"""Recall, and its complement, that log-odds are taken of at least."""
CLIP = 6.0
"""Log-odds of FSRS-6 are kept within this."""
STEP = 1e-4
"""Of differences in place of derivatives."""
MOST_STEPS = 40
BURN_IN = 5
"""One answer in so many, the earliest, is learned from but does not count in the choice of parameters."""


class Fsrs6Online(Estimator):
    """Recall of FSRS-6 as the base of a layer that learns learners, items, skills and pairs online, under shrinkage.

    Log-odds of a right answer are a level, which depends on whether the learner has met the item, or else its skill; a
    slope times the log-odds of recall, where he has met the item; and effects of learner, item, set of skills, learner
    on the set and learner on the item (`cohort/logit_layer.hpp`). Level and slope are others more than a day after the
    last answer to the item. FSRS-6 is fitted to the log first; then the parameters of the layer by the likelihood of
    each answer given those before it.

    Like `Elo` with ``items="online"``, a prediction goes on learning items and sets of skills from all learners of the
    log. Answers that the fit learned from are recognized, by their learner and time, and do not count twice; learners
    are learned anew from the log.

    Parameters
    ----------
    options : FitOptions or str, optional
        As those of `Fsrs6`.

    Attributes
    ----------
    model_ : Fsrs6
    layer_ : dict of str to float
        Parameters of the layer.
    """

    id: ClassVar[str] = "fsrs6-online"

    model_: Fsrs6
    layer_: dict[str, float]
    _items: Known
    _skills: Known
    _until: dict[str, int]

    def __init__(self, options: FitOptions | str | None = None) -> None:
        self.options = options

    @property
    def elapsed_rule(self) -> str:
        """How time between answers is counted."""
        return Fsrs6().elapsed_rule

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Fit FSRS-6, then the layer, then learn the items."""
        if len(require_log(log)) == 0:
            raise InputError("no answers", source=f"fit of {self.id}", expected="answers to learn from")
        optimize = needed("scipy.optimize", self.id)
        model = Fsrs6(options=self.options).fit(log, progress, threads)
        rows = _Rows(log, model, {})
        right = np.append(log.success, [0, 1]).mean()
        start = _logs({**START, "level": float(np.log(right / (1.0 - right)))})
        counted = slice(len(log) // BURN_IN, None)
        success = rows.success[counted]

        def loss(values: Values) -> float:
            p = np.clip(rows.run(_values(values))[0][counted], LEAST, 1.0 - LEAST)
            return float(-np.log(np.where(success, p, 1.0 - p)).sum() + RIDGE * np.sum((values - start) ** 2))

        with reporting(progress, f"Fitting {self.id}") as report:
            steps = itertools.count(1)
            best = optimize.minimize(
                loss,
                start,
                method="L-BFGS-B",
                bounds=[(None, None)] * PLAIN + [(LEAST_LOG, MOST_LOG)] * (len(start) - PLAIN),
                options={"maxiter": MOST_STEPS, "eps": STEP, "maxfun": 10**6},
                callback=lambda _: report(next(steps), MOST_STEPS, f"Fitting {self.id}"),
            ).x
        values = _values(best)
        _, items, skills = rows.run(values)
        core = log._core
        last = np.full(len(log.learners), -1, dtype=np.int64)
        np.maximum.at(last, core.learner, core.answered_at)
        self.model_ = model
        self.layer_ = dict(zip(START, values.tolist(), strict=True))
        self._items = _by_name(log.items, items, np.unique(core.item))
        self._skills = _by_name(rows.sets, skills, np.unique(rows.set_of_row))
        self._until = {log.learners[code]: int(last[code]) for code in np.unique(core.learner).tolist()}
        return self

    def predict_sequence(self, log: ReviewLog) -> Values:
        """Probability of a right answer for every row, from strictly earlier rows: its learner's, and of items all."""
        require_log(log)
        if not hasattr(self, "layer_"):
            raise InputError("not fitted", source="Fsrs6Online", expected="a call of fit before this one")
        rows = _Rows(log, self.model_, self._until)
        predicted = np.empty(len(log))
        predicted[rows.order] = rows.run(np.array(list(self.layer_.values())), self._items, self._skills)[0]
        return predicted


class _Rows:
    """A log as the layer reads it, in order of time."""

    def __init__(self, log: ReviewLog, model: Fsrs6, until: Mapping[str, int]) -> None:
        core = log._core
        self.order: npt.NDArray[np.int64] = np.argsort(core.answered_at, kind="stable")
        self.items = log.items
        self.sets, set_of_item = skill_sets(log)
        learner, item = (codes[self.order].astype(np.int64) for codes in (core.learner, core.item))
        self.set_of_row = set_of_item[item]
        recall = np.clip(model.predict_sequence(log)[self.order], LEAST, 1.0 - LEAST)
        gap = log.histories("exact").gaps()[self.order]
        met, late = ~np.isnan(gap), gap > 1.0
        logit = np.clip(np.log(recall / (1.0 - recall)), -CLIP, CLIP)
        about = features.skills(log)
        skill_met = features.counts(log, about).attempts[:, 0] > 0
        skill_met = np.bincount(about.row, weights=skill_met, minlength=len(log))[self.order] > 0
        self._fixed = np.stack((np.ones(len(log)), skill_met & ~met, met, met * logit, late, late * logit), axis=1)
        answered = core.answered_at[self.order]
        known = np.array([until.get(name, -1) for name in log.learners], np.int64)
        self.success: npt.NDArray[np.bool_] = log.success[self.order] == 1
        self._who_and_what = (
            _numbered(learner),
            item.astype(np.uint32),
            self.set_of_row.astype(np.uint32),
            _numbered(learner * len(self.sets) + self.set_of_row),
            _numbered(learner * len(self.items) + item),
        )
        self._answers = (
            answered / MS_PER_DAY,
            self.success.astype(np.float64),
            (answered <= known[learner]).astype(np.uint8),
        )

    def run(self, values: Values, items: Known | None = None, skills: Known | None = None) -> tuple[Values, Pair, Pair]:
        """Predictions in order of time; means and variances of items and of sets of skills after them."""
        variance = dict(zip(START, values.tolist(), strict=True))
        of_items = _columns(items or {}, self.items, variance["item"])
        of_sets = _columns(skills or {}, self.sets, variance["skill"])
        found: tuple[Values, Pair, Pair] = _core.logit_layer.run(
            values[PLAIN:].copy(),
            (*self._who_and_what, self._fixed @ values[:PLAIN], *self._answers),
            of_items,
            of_sets,
        )
        return found


def _columns(known: Known, names: list[str], variance: float) -> Pair:
    """Mean and variance by name; what is not known has those that it starts from."""
    if not known:
        return np.zeros(len(names)), np.full(len(names), variance)
    mean, spread = zip(*(known.get(name, (0.0, variance)) for name in names), strict=True) if names else ((), ())
    return np.array(mean, np.float64), np.array(spread, np.float64)


def _by_name(names: list[str], effects: Pair, met: npt.NDArray[Any]) -> Known:
    mean, variance = (column[met].tolist() for column in effects)
    return dict(zip((names[code] for code in met.tolist()), zip(mean, variance, strict=True), strict=True))


def _numbered(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    return np.unique(codes, return_inverse=True)[1].astype(np.uint32)


def _logs(values: Mapping[str, float]) -> Values:
    found = np.array(list(values.values()))
    found[PLAIN:] = np.log(found[PLAIN:])
    return found


def _values(logs: Values) -> Values:
    found = logs.copy()
    found[PLAIN:] = np.exp(found[PLAIN:])
    return found
