"""The cohort model: many learners, few answers each, shared items; ability, difficulty and memory with error bars."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from . import _core, _threads
from ._cohort_ids import Columns, Guessing, Ids, Skills, of_log
from ._learned import Learned
from ._progress import reporting
from .errors import InputError
from .estimator import Estimator, Progress, Values
from .fit_report import FitReport
from .log import ReviewLog, require_log

MOST_ITERATIONS = 40
MOST_ROWS = 200_000
"""Answers that parameters are fitted to: of a larger log, those of learners drawn at random."""


class CohortModel(Learned, Estimator):
    """Ability, difficulty and memory of a whole cohort, estimated together and online (docs/models/cohort.md).

    What is known of a learner is carried over from item to item, what is known of an item from learner to learner, and
    all of it is updated at every answer, with its uncertainty. It works from the first answer: what is not known yet is
    what the shipped parameters expect.

    Parameters
    ----------
    parameters : mapping or array, optional
        Where the fit starts, and around which its prior stands: all in the order of `parameter_names`, or some by name.
        The shipped ones by default.
    refit : bool
        Whether `fit` fits the parameters, or only learns learners, items and skills under those given.
    skills : mapping, optional
        Item to its skill, its skills, or a mapping of skill to weight; items that it lacks have none. By default what
        the log's column ``skills`` says, with equal weights.
    guessing : float or mapping, optional
        Probability of guessing right, of all items or by item: 1 / options of a multiple-choice question.

    Attributes
    ----------
    parameters_ : float64 array
    learners_, items_, skills_ : list of str
        What the model knows, in the order in which it met them.
    report_ : FitReport
    data_ : tuple of str
        Fingerprints of what was learned from.

    Examples
    --------
    >>> import perdure
    >>> from perdure import sample
    >>> model = perdure.CohortModel(refit=False).fit(perdure.read_answers(sample.answers_path()))
    >>> len(model.learners_) > 1
    True
    """

    id: ClassVar[str] = "cohort"

    parameters_: Values
    report_: FitReport
    _ids: Ids
    _filter: Any

    def __init__(
        self,
        parameters: Mapping[str, float] | npt.ArrayLike | None = None,
        refit: bool = True,
        skills: Skills | None = None,
        guessing: Guessing = None,
    ) -> None:
        self.parameters = parameters
        self.refit = refit
        self.skills = skills
        self.guessing = guessing

    @property
    def parameter_names(self) -> list[str]:
        """Names of the parameters, in order."""
        return [spec["name"] for spec in SPECS]

    @property
    def learners_(self) -> list[str]:
        """Learners that the model knows."""
        return self._known()._ids.learners

    @property
    def items_(self) -> list[str]:
        """Items that the model knows."""
        return self._known()._ids.items

    @property
    def skills_(self) -> list[str]:
        """Skills that the model knows."""
        return self._known()._ids.skills

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Fit the parameters to a log, and learn from all of its answers in order of time.

        The parameters are those under which every answer is most likely given those before it, under a Gaussian prior
        around the start: with few answers the model stays close to what ships, with many it follows the log. Only
        ``MOST_ROWS`` answers, of learners drawn at random, take part in that; all are learned from.

        Parameters
        ----------
        log : ReviewLog
        progress : bool or callable
            True draws a bar; a callable gets ``(iteration, at_most, text)`` and stops the fit by returning False.
        threads : int, optional
            The result does not depend on it.

        Returns
        -------
        self
            A fit that was stopped holds the best parameters so far, with status ``interrupted``.
        """
        start = _start(self.parameters)
        ids, filter_ = Ids(), _core.cohort.Filter(start)
        columns = of_log(ids, filter_, require_log(log), self.skills, self.guessing)
        started = time.perf_counter()
        with reporting(progress, "Fitting cohort") as report:
            facts, interrupt = _core.cohort.fit(
                [(filter_, columns, 1.0)],
                start,
                prior_weight=1.0,
                max_iterations=MOST_ITERATIONS if self.refit else 0,
                most_rows=MOST_ROWS,
                threads=_threads.resolve(threads),
                progress=lambda done, _: report(done, MOST_ITERATIONS, "Fitting cohort") is not False,
            )
        fitted = facts["parameters"]
        ids, filter_ = Ids(), _core.cohort.Filter(fitted)
        filter_.run(of_log(ids, filter_, log, self.skills, self.guessing))
        facts["posterior_mean"] = facts["posterior_precision"] = None
        self.__dict__.update(  # in one step: Ctrl-C leaves all of it or nothing
            parameters_=fitted,
            report_=FitReport.of(facts, SPECS, time.perf_counter() - started),
            _ids=ids,
            _filter=filter_,
            _sources=[log],
        )
        if interrupt is not None:
            raise interrupt
        return self

    def partial_fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Learn from further answers, about 1 µs each; the parameters stay.

        Answers that are not later than what is known of their learner are taken as known already, and change nothing.
        """
        if "_filter" not in self.__dict__:
            return self.fit(log, progress, threads)
        ids, filter_ = self._ids.copy(), self._filter.copy()
        filter_.run(of_log(ids, filter_, require_log(log), self.skills, self.guessing))
        self.__dict__.update(_ids=ids, _filter=filter_, _sources=[*self._sources, log])
        return self

    def predict_sequence(self, log: ReviewLog, threads: int | None = None) -> Values:
        """Probability of a right answer, one per row of ``log``, in its row order.

        Each row is predicted from the fitted model and all strictly earlier rows, in order of time: its learner's, and
        of other learners what they say of items and skills. Never from itself, a row of the same time, or a later one.
        A learner whom the fit knew goes on from what is known; rows of his that the fit knew are predicted from each
        other alone.

        Returns
        -------
        float64 array, shape (len(log),)
        """
        known = self._known()
        ids, filter_ = known._ids.copy(), known._filter.copy()
        predicted: Values
        predicted, _ = filter_.run(of_log(ids, filter_, require_log(log), self.skills, self.guessing))
        return predicted

    def _known(self) -> Self:
        if "_filter" not in self.__dict__:
            raise InputError("not fitted", source="CohortModel", expected="a call of fit before this one")
        return self


SPECS: list[dict[str, Any]] = _core.cohort.parameters()
DEFAULTS: Values = np.array([spec["init"] for spec in SPECS])


def _start(given: Mapping[str, float] | npt.ArrayLike | None) -> Values:
    """All parameters, from what the constructor was given; InputError where one does not fit."""
    if given is None:
        return DEFAULTS.copy()
    names = [spec["name"] for spec in SPECS]
    if isinstance(given, Mapping):
        values = dict(zip(names, DEFAULTS.tolist(), strict=True))
        for name, value in given.items():
            if name not in values:
                raise InputError("unknown parameter", source="parameters", value=name, expected=", ".join(names))
            values[name] = value
        given = list(values.values())
    try:
        found = np.array(given, np.float64)
    except (TypeError, ValueError):
        raise InputError("not numbers", source="parameters", expected=f"{len(names)} numbers") from None
    if found.shape != (len(names),):
        raise InputError("not one value a parameter", source="parameters", value=found.shape, expected=f"({len(names)},)")
    for spec, value in zip(SPECS, found.tolist(), strict=True):
        if not spec["lower"] <= value <= spec["upper"]:
            expected = f"a number in [{spec['lower']:g}, {spec['upper']:g}]"
            raise InputError("out of bounds", source="parameters", column=spec["name"], value=value, expected=expected)
    return found
