"""What every memory model of the catalog does as an estimator: ``fit`` on a log, then states, predictions and files.

Conventions are scikit-learn's: the constructor only stores its arguments, ``fit`` returns the estimator, and what was
fitted ends in ``_``.
"""

from __future__ import annotations

import time
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from . import _catalog, _core, _threads, model_document
from ._columns import numbers
from ._observation import MINIMUM_GAP, UNFITTED
from ._progress import reporting
from .errors import InputError
from .estimator import Estimator, Progress, Values
from .fit_report import FitReport
from .log import ReviewLog, require_log
from .states import States


class MemoryModel(Estimator):
    """A model of the catalog, fitted to all learners of a log at once (pooled).

    Attributes
    ----------
    parameters_ : float64 array
        Fitted parameters, in the order of `parameter_names`.
    observation_ : dict
        How recall becomes answers: ``first_success`` and ``first_weight`` (first encounters), ``intercept`` and
        ``slope`` (same-day answers, in log-odds of recall), ``minimum_gap`` (days).
    first_encounters_ : dict of str to (float, float)
        Item to (answers, right answers) of its first encounters, for items with two or more.
    report_ : FitReport
        What the fit did.
    """

    parameters_: Values
    observation_: dict[str, float]
    first_encounters_: dict[str, tuple[float, float]]
    report_: FitReport

    def __init__(
        self, parameters: npt.ArrayLike | None = None, profile: str = "perdure", elapsed: str | None = None
    ) -> None:
        self.parameters = parameters
        self.profile = profile
        self.elapsed = elapsed

    @property
    def parameter_names(self) -> list[str]:
        """Names of the parameters, in order."""
        return [spec["name"] for spec in self._entry["parameters"]]

    @property
    def elapsed_rule(self) -> str:
        """How time between answers is counted: the constructor's ``elapsed``, else the profile's rule."""
        return self.elapsed or str(self._entry["elapsed_rule"])

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Fit to every card of a log.

        Maximum a posteriori under the model's prior, by Fisher scoring with exact gradients, on answers that come a
        day or more after the last one on their card. The constructor's ``parameters`` (else the defaults) are the
        start.

        Parameters
        ----------
        log : ReviewLog
        progress : bool or callable
            True draws a bar; a callable gets ``(iteration, at_most, text)``. Ctrl-C stops the fit and leaves the
            estimator as it was.
        threads : int, optional
            The result does not depend on it, to the bit.

        Returns
        -------
        self
        """
        most = 100
        started = time.perf_counter()
        histories = require_log(log).histories(self.elapsed_rule)
        with reporting(progress, f"Fitting {self.id}") as report:
            facts = _core.fit.pooled(
                *self._name,
                histories,
                self._start(),
                minimum_gap=MINIMUM_GAP,
                prior_weight=1.0,
                max_iterations=most,
                tolerance=1e-9,
                threads=_threads.resolve(threads),
                progress=lambda iteration, objective: report(iteration, most, f"Fitting {self.id}") is not False,
            )
        parameters = facts.pop("parameters")
        observation, answers, right = _core.fit.observation(
            *self._name, log._core, histories, parameters, len(log.items), MINIMUM_GAP
        )
        several = np.flatnonzero(answers >= 2)
        self.parameters_ = parameters
        self.observation_ = observation
        self.first_encounters_ = {log.items[i]: (float(answers[i]), float(right[i])) for i in several.tolist()}
        self.report_ = FitReport.of(facts, self.parameter_names, time.perf_counter() - started)
        return self

    def predict_sequence(self, log: ReviewLog) -> Values:
        """Probability of a right answer, one per row of ``log``, in its row order.

        Each row is predicted from the fitted model and the strictly earlier rows of its learner and item: never from
        itself, from a row with the same time, or from a later one. The log may hold learners and items that the fit
        never saw.

        Returns
        -------
        float64 array, shape (len(log),)
            First encounters get the success rate of the item's first encounters in the fit, shrunk to the common one;
            answers within a day of the last one the fitted same-day curve; all others recall itself.
        """
        require_log(log)
        observation = self._observation()
        known = getattr(self, "first_encounters_", {})
        counts = np.array([known.get(item, (0.0, 0.0)) for item in log.items]).reshape(-1, 2)
        rates = _core.fit.first_rates(observation, *np.ascontiguousarray(counts.T))
        predicted: Values = _core.fit.predict_sequence(
            *self._name, log._core, log.histories(self.elapsed_rule), self._values(), observation, rates
        )
        return predicted

    def states(self, log: ReviewLog, threads: int | None = None) -> States:
        """Memory of every learner × item of a log after its last answer."""
        histories = require_log(log).histories(self.elapsed_rule)
        columns = _core.fit.states(*self._name, log._core, histories, self._values(), _threads.resolve(threads))
        return States(self, log, columns)

    def recall(
        self, state: tuple[Any, ...], elapsed_days: npt.ArrayLike, threads: int | None = None
    ) -> npt.NDArray[np.float32]:
        """Recall of states ``elapsed_days`` after their last answer; see `perdure.batch.recall`."""
        from . import batch

        return batch.recall(
            self.id, state, elapsed_days, parameters=self._values(), profile=self.profile, threads=threads
        )

    def interval(
        self, state: tuple[Any, ...], target: npt.ArrayLike, threads: int | None = None
    ) -> npt.NDArray[np.float32]:
        """Days until recall of states falls to ``target``; see `perdure.batch.interval`."""
        from . import batch

        return batch.interval(self.id, state, target, parameters=self._values(), profile=self.profile, threads=threads)

    def same_memory(self, other: object) -> bool:
        """True when another model has the same equations, elapsed rule and parameters."""
        return (
            isinstance(other, MemoryModel)
            and (self._name, self.elapsed_rule) == (other._name, other.elapsed_rule)
            and np.array_equal(self._values(), other._values())
        )

    def save(self, path: Any) -> None:
        """Write the model to a JSON file, replaced in one step; `perdure.load_model` reads it."""
        report = self.report_.to_dict() if hasattr(self, "report_") else None
        model_document.write(
            path,
            {
                "model": self._entry["id"],
                "profile": self._entry["profile"],
                "elapsed_rule": self.elapsed_rule,
                "parameters": dict(zip(self.parameter_names, self._values().tolist(), strict=True)),
                "observation": self._observation(),
                "first_encounters": {item: list(n) for item, n in getattr(self, "first_encounters_", {}).items()},
                # without the wall time: the same fit gives the same file
                "report": report and {name: value for name, value in report.items() if name != "seconds"},
            },
        )

    @property
    def _entry(self) -> dict[str, Any]:
        return _catalog.find(self.id, self.profile)

    @property
    def _name(self) -> tuple[str, str]:
        entry = self._entry
        return entry["id"], entry["profile"]

    def _start(self) -> Values:
        if self.parameters is None:
            return _catalog.defaults(self._entry)
        values = np.ascontiguousarray(numbers(self.parameters, "parameters").astype(np.float64))
        check_parameters(values, self._entry)
        return values

    def _values(self) -> Values:
        return self.parameters_ if hasattr(self, "parameters_") else self._start()

    def _observation(self) -> dict[str, float]:
        return self.observation_ if hasattr(self, "observation_") else dict(UNFITTED)


def check_parameters(values: Values, entry: dict[str, Any]) -> None:
    """Refuse a wrong number of parameters or one out of its bounds, by name."""
    specs = entry["parameters"]
    if values.shape != (len(specs),):
        raise InputError(
            f"{entry['id']} takes {len(specs)} parameters",
            source="parameters",
            value=values.shape,
            expected=f"({len(specs)},)",
        )
    for value, spec in zip(values.tolist(), specs, strict=True):
        if not spec["lower"] <= value <= spec["upper"]:
            expected = f"a number in [{spec['lower']:g}, {spec['upper']:g}]"
            raise InputError("out of bounds", source="parameters", column=spec["name"], value=value, expected=expected)
