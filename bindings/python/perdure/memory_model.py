"""What every memory model of the catalog does as an estimator: ``fit`` on a log, then states, predictions and files.

Conventions are scikit-learn's: the constructor only stores its arguments, ``fit`` returns the estimator, and what was
fitted ends in ``_``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from . import _bands, _catalog, _core, _fitting, _parameters, _threads, model_document
from ._learned import Learned
from ._observation import UNFITTED, Encounters, Layer
from .errors import InputError
from .estimator import Estimator, Progress, Values
from .fit_options import FitOptions
from .fit_report import FitReport
from .log import ReviewLog, require_log
from .states import Moment, States, instant


class MemoryModel(Learned, Estimator):
    """A model of the catalog, fitted to all learners of a log at once (pooled).

    Attributes
    ----------
    parameters_ : float64 array
        Fitted parameters, in the order of `parameter_names`.
    covariance_ : float64 array, shape (n, n), or None
        Of the parameters, from the inverse of Fisher information plus prior; 0 in the rows of those on a bound. None
        after a fit without answers, and of a model that trains nothing.
    observation_ : dict
        How recall becomes answers: ``first_success`` and ``first_weight`` (first encounters), ``intercept`` and
        ``slope`` (same-day answers, in log-odds of recall), ``minimum_gap`` (days).
    first_encounters_ : dict of str to (float, float)
        Item to (answers, right answers) of its first encounters, for items with two or more.
    report_ : FitReport
        What the fit did and how far to trust it.
    data_ : tuple of str
        Fingerprint (`perdure.fingerprint`) of the log of the fit and of every partial fit since.
    """

    parameters_: Values
    covariance_: Values | None
    observation_: dict[str, float]
    first_encounters_: Encounters
    report_: FitReport
    _posterior: _fitting.Posterior | None
    _observed: tuple[float, float]

    def __init__(
        self,
        parameters: npt.ArrayLike | None = None,
        profile: str = "perdure",
        elapsed: str | None = None,
        options: FitOptions | str | None = None,
    ) -> None:
        self.parameters = parameters
        self.profile = profile
        self.elapsed = elapsed
        self.options = options

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
        day or more after the last one on their card. The constructor's ``options`` say otherwise where they do. The
        constructor's ``parameters`` (else the defaults) are the start.

        Parameters
        ----------
        log : ReviewLog
        progress : bool or callable
            True draws a bar; a callable gets ``(iteration, at_most, text)`` and stops the fit by returning False.
        threads : int, optional
            The result does not depend on it, to the bit.

        Returns
        -------
        self
            A fit that was stopped holds the best so far, with status ``interrupted``; so it does when Ctrl-C stopped
            it, after which KeyboardInterrupt is raised.
        """
        return self._learn(log, self._start(), progress=progress, threads=threads)

    def partial_fit(
        self,
        log: ReviewLog,
        since: Moment | None = None,
        tz: str = "UTC",
        progress: Progress = False,
        threads: int | None = None,
    ) -> Self:
        """Go on learning from new answers alone; what is known so far is the prior.

        What the fit so far knows is kept as a normal distribution of the parameters: around where its objective is
        lowest, with Fisher information plus prior as its precision. The new answers are fitted under it, from the
        present parameters. The result comes close to a fit to old and new answers at once, as far as the parameters of
        the two lie close enough for that distribution to hold between them, and costs no more than the new answers.

        Parameters
        ----------
        log : ReviewLog
            New answers: none that was learned from already, unless ``since`` leaves those out. An answer is predicted
            from the earlier ones of its card *in this log*, so give cards with their past, and ``since``.
        since : str, date or datetime, optional
            Learn from answers at this moment or later; earlier ones shape memory alone.
        tz : str
            IANA zone of ``since`` where it names no offset.
        progress, threads
            As in `fit`.

        Returns
        -------
        self
            Fitted as by `fit` when it was not before. Without a new answer that counts, parameters, errors and
            covariance stay, and `report_` has the status ``no_data``.

        Raises
        ------
        InputError
            A model from a file that does not say how much it knows.
        """
        moment = None if since is None else instant(since, tz, "since")
        if not hasattr(self, "parameters_"):
            return self._learn(log, self._start(), since=moment, progress=progress, threads=threads)
        prior = getattr(self, "_posterior", None)
        if prior is None and self._entry["trainable"] and not (hasattr(self, "report_") and self.report_.answers == 0):
            raise InputError(
                "this model does not say how much it knows",
                source="partial_fit",
                expected="a model that was fitted, or saved by this version",
            )
        sources, layer = self.__dict__.get("_sources", []), self._layer()
        return self._learn(log, self.parameters_, prior, moment, layer, sources, progress=progress, threads=threads)

    def _learn(
        self,
        log: ReviewLog,
        start: Values,
        prior: _fitting.Posterior | None = None,
        since: int | None = None,
        layer: Layer | None = None,
        sources: list[Any] | None = None,
        *,
        progress: Progress,
        threads: int | None,
    ) -> Self:
        options = _fitting.options_of(self.options)
        histories = require_log(log).histories(self.elapsed_rule)
        found = _fitting.fit(
            self._entry,
            log,
            histories,
            options,
            start,
            prior=prior,
            since=since,
            progress=progress,
            threads=threads,
        )
        joined = layer.joined(found.layer) if layer else found.layer
        if prior is not None and found.report.status == "no_data":
            self._keep_what_is_known(found)
        self.__dict__.update(  # in one step: Ctrl-C leaves all of it or nothing
            parameters_=found.parameters,
            covariance_=None if found.covariance is None else found.covariance.reshape(2 * [len(found.parameters)]),
            observation_=joined.values,
            first_encounters_=joined.encounters,
            report_=found.report,
            _posterior=found.posterior or prior,
            _observed=(joined.first_answers, joined.same_day_answers),
            _sources=[*(sources or []), log],
        )
        if found.interrupt is not None:
            raise found.interrupt
        return self

    def _keep_what_is_known(self, found: _fitting.Fit) -> None:
        """Put into a partial fit to no new answer what the fits before it found out."""
        known: FitReport = getattr(self, "report_", found.report)
        found.covariance = getattr(self, "covariance_", None)
        found.report = replace(
            found.report,
            reason="no new answer comes late enough after an earlier one on its card: what was known stands",
            **{name: getattr(known, name) for name in ("standard_errors", "intervals", "learned", "correlation")},
        )

    def predict_sequence(self, log: ReviewLog, threads: int | None = None) -> Values:
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
        observation = self._observation()
        rates, _ = _fitting.first_rates(observation, self._encounters(), require_log(log).items)
        predicted: Values = _core.fit.predict_sequence(
            *self._name,
            log._core,
            log.histories(self.elapsed_rule),
            self._values(),
            observation,
            rates,
            _threads.resolve(threads),
        )
        return predicted

    def predict_interval(self, log: ReviewLog, level: float = 0.95, threads: int | None = None) -> Values:
        """Ends of a band around every probability of `predict_sequence`.

        The band says how far the probability could lie elsewhere because the parameters come from a finite log (delta
        method on its log-odds, with `covariance_`). It does not say how one learner differs from what the model says
        of all, nor whether the answer will be right. First encounters get that of their item's success rate.

        Parameters
        ----------
        log : ReviewLog
        level : float
            Share of such bands that should hold the probability, in (0, 1).
        threads : int, optional
            The result does not depend on it.

        Returns
        -------
        float64 array, shape (len(log), 2)
            Lower and upper end; in [0, 1] and around the probability.

        Raises
        ------
        InputError
            A model without `covariance_`: not fitted, or from an older file.
        """
        return _bands.of_answers(self, log, level, threads)

    def states(self, log: ReviewLog, threads: int | None = None) -> States:
        """Memory of every learner × item of a log after its last answer."""
        histories = require_log(log).histories(self.elapsed_rule)
        columns = _core.fit.states(*self._name, log._core, histories, self._values(), _threads.resolve(threads))
        return States(self, log, columns)

    def bounds(
        self, log: ReviewLog, days: Values, recall: Values, level: float = 0.95, threads: int | None = None
    ) -> tuple[Values, Values]:
        """Ends of bands around recall ``days`` after the last answer of every card of a log, in the order of `states`.

        See `predict_interval`; InputError for a model without `covariance_`.
        """
        return _bands.of_cards(self, log, days, recall, level, threads)

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
        model_document.write(path, model_document.content_of(self))

    @property
    def _entry(self) -> dict[str, Any]:
        return _catalog.find(self.id, self.profile)

    @property
    def _name(self) -> tuple[str, str]:
        entry = self._entry
        return entry["id"], entry["profile"]

    def _start(self) -> Values:
        return _parameters.start(self.parameters, self._entry)

    def _values(self) -> Values:
        return self.parameters_ if hasattr(self, "parameters_") else self._start()

    def _observation(self) -> dict[str, float]:
        return self.observation_ if hasattr(self, "observation_") else dict(UNFITTED)

    def _encounters(self) -> Encounters:
        return getattr(self, "first_encounters_", {})

    def options_to_dict(self) -> dict[str, Any] | None:
        """Options as plain data; None where none were given."""
        return None if self.options is None else _fitting.options_of(self.options).to_dict()

    def _layer(self) -> Layer:
        return Layer(self._observation(), self._encounters(), *self.__dict__.get("_observed", (0.0, 0.0)))
