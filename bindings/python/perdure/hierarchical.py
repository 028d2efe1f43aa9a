"""Parameters of many groups in one fit: of every learner, item or course, drawn towards what they have in common."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import _catalog, _core, _fitting, _parameters, _threads, grouping, hierarchical_file
from ._frames import to_kind
from ._learned import Learned
from ._observation import Encounters
from ._progress import reporting
from .errors import InputError
from .estimator import Estimator, Progress, Values
from .fit_options import FitOptions
from .hierarchical_report import HierarchicalReport
from .log import ReviewLog, require_log
from .memory_model import MemoryModel
from .models import MODELS
from .splits import one_of
from .states import States

POOLING = ("complete", "partial", "none")
ASSUMED_GROUPS = 20.0
MOST_PASSES = 17
SCALES = (1e-9, 1e9)


class Hierarchical(Learned, Estimator):
    """A memory model with parameters of its own for every group of cards, all fitted in one call.

    With ``pooling="partial"`` each group's parameters are drawn towards the cohort's mean, the more the less its
    answers say: empirical Bayes, with the cohort's covariance estimated from all groups
    (docs/concepts/hierarchical.md). Its two limits are the other choices.

    Parameters
    ----------
    model : str
        Id of a model of the catalog, e.g. ``"fsrs6"``.
    by : str or mapping
        What makes a group: ``"learner"``, ``"item"``, ``"skills"`` or another column of the log, e.g. ``"course"``; or
        a mapping of learners, or of items, to labels. All answers of a learner to an item must be of one group.
    pooling : {"partial", "complete", "none"}
        ``"complete"`` is the pooled fit of the memory model; ``"none"`` fits every group by itself under the model's
        prior.
    covariance_scale : float
        Multiplies the estimated covariance: towards 0 groups agree, far above 1 they stand alone. Partial pooling only.
    parameters, profile, elapsed
        As in `Fsrs6`.
    options : FitOptions, optional
        ``minimum_gap``, ``prior_weight`` and ``prior=None`` count; a hierarchical fit refuses every other choice.

    Attributes
    ----------
    groups_ : list of str
        Labels of the groups.
    parameters_ : float64 array, shape (groups, parameters)
        Parameters of each group, in the order of `parameter_names`.
    standard_errors_ : float64 array, shape (groups, parameters)
        Of them; NaN on a bound, or where nothing is known.
    mean_ : float64 array, shape (parameters,)
        Of the cohort: what an unseen group gets.
    covariance_ : float64 array, shape (parameters, parameters)
        Between groups, of the transformed parameters: logarithms of those named in `logarithmic_`.
    logarithmic_ : list of str
        Parameters that are taken for log-normal: those in days.
    observation_, first_encounters_
        As in `MemoryModel`; of the whole log, at the mean.
    report_ : HierarchicalReport
        What the fit did.
    data_ : tuple of str
        Fingerprint of the log of the fit.

    Examples
    --------
    >>> import perdure
    >>> log = perdure.read_answers({"learner": ["ann", "ann", "bob", "bob"], "item": ["q1"] * 4,
    ...                             "answered_at": ["2026-03-02T09:00Z", "2026-03-04T09:00Z"] * 2,
    ...                             "success": [1, 1, 1, 0]})
    >>> model = perdure.Hierarchical("half-life").fit(log)
    >>> model.groups_, model.parameters_.shape
    (['ann', 'bob'], (2, 4))
    """

    id: ClassVar[str] = "hierarchical"

    groups_: list[str]
    parameters_: Values
    standard_errors_: Values
    mean_: Values
    covariance_: Values
    logarithmic_: list[str]
    observation_: dict[str, float]
    first_encounters_: Encounters
    report_: HierarchicalReport
    _of: str

    def __init__(
        self,
        model: str = "fsrs6",
        by: str | Mapping[str, str] = "learner",
        pooling: str = "partial",
        covariance_scale: float = 1.0,
        parameters: npt.ArrayLike | None = None,
        profile: str = "perdure",
        elapsed: str | None = None,
        options: FitOptions | None = None,
    ) -> None:
        self.model = model
        self.by = by
        self.pooling = pooling
        self.covariance_scale = covariance_scale
        self.parameters = parameters
        self.profile = profile
        self.elapsed = elapsed
        self.options = options

    @property
    def row_name(self) -> str:
        """What a comparison calls this model: after the memory model too."""
        return f"{self.id}-{self.model}"

    @property
    def parameter_names(self) -> list[str]:
        """Names of the parameters, in order."""
        return [spec["name"] for spec in self._entry["parameters"]]

    @property
    def elapsed_rule(self) -> str:
        """How time between answers is counted: the constructor's ``elapsed``, else the profile's rule."""
        return self.elapsed or str(self._entry["elapsed_rule"])

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Fit every group of a log.

        Parameters
        ----------
        log : ReviewLog
        progress : bool or callable
            True draws a bar; a callable gets ``(done, at_most, text)``, done in passes over the answers (in groups
            with ``pooling="none"``), and stops the fit by returning False.
        threads : int, optional
            The result does not depend on it, to the bit.

        Returns
        -------
        self
            A fit that was stopped holds the best so far, with status ``interrupted``; so it does when Ctrl-C stopped
            it, after which KeyboardInterrupt is raised.

        Raises
        ------
        InputError
            Constructor arguments that do not fit; an answer without a label; a card whose answers are of two groups.
        """
        settings, start = self._settings(), self._start()
        started = time.perf_counter()
        histories = require_log(log).histories(self.elapsed_rule)
        of = grouping.kind_of(log, self.by)
        labels = grouping.labels_of(log, self.by, of)
        codes, groups = labels.used()
        cards = grouping.group_of_cards(histories, codes)
        most = len(groups) if self.pooling == "none" else 100 if self.pooling == "complete" else MOST_PASSES
        workers, text = _threads.resolve(threads), f"Fitting {len(groups)} groups"
        with reporting(progress, text) as report:
            facts, interrupt = _core.grouped.fit(
                *self._name,
                histories,
                cards,
                len(groups),
                start,
                settings=settings,
                threads=workers,
                progress=lambda done, objective: report(done, most, text) is not False,
            )
        size = len(start)
        observation, answers, right, *_ = _core.fit.observation(
            *self._name, log._core, histories, facts["mean"], len(log.items), settings["minimum_gap"], None, workers
        )
        several = np.flatnonzero(answers >= 2)
        names = self.parameter_names
        self.__dict__.update(  # in one step: Ctrl-C leaves all of it or nothing
            groups_=groups,
            parameters_=facts["parameters"].reshape(-1, size),
            standard_errors_=facts["standard_errors"].reshape(-1, size),
            mean_=facts["mean"],
            covariance_=facts["covariance"].reshape(size, size),
            logarithmic_=[name for name, log_scale in zip(names, facts["logarithmic"], strict=True) if log_scale],
            observation_=observation,
            first_encounters_={log.items[i]: (float(answers[i]), float(right[i])) for i in several.tolist()},
            report_=HierarchicalReport.of(facts, names, self.pooling, time.perf_counter() - started),
            _of=of,
            _sources=[log],
        )
        if interrupt is not None:
            raise interrupt
        return self

    def predict_sequence(self, log: ReviewLog, threads: int | None = None) -> Values:
        """Probability of a right answer, one per row of ``log``; see `MemoryModel.predict_sequence`.

        Each card is predicted with its group's parameters, and with the mean where the fit did not see its group.
        """
        self._require_fit()
        rates, _ = _fitting.first_rates(self.observation_, self.first_encounters_, require_log(log).items)
        histories = log.histories(self.elapsed_rule)
        predicted: Values = _core.grouped.predict_sequence(
            *self._name,
            log._core,
            histories,
            self._table(),
            self._rows(log, histories),
            self.observation_,
            rates,
            _threads.resolve(threads),
        )
        return predicted

    def states(self, log: ReviewLog, threads: int | None = None) -> States:
        """Memory of every learner × item of a log after its last answer, by its group's parameters."""
        self._require_fit()
        histories = require_log(log).histories(self.elapsed_rule)
        rows = self._rows(log, histories)
        columns = _core.grouped.states(
            *self._name, log._core, histories, self._table(), rows, _threads.resolve(threads)
        )
        return States(grouping.StatesOfGroups(self, rows), log, columns)  # type: ignore[arg-type]

    def of(self, group: str) -> MemoryModel:
        """The memory model of one group, for what takes a single model; that of the mean for an unseen group."""
        self._require_fit()
        values = self.parameters_[self.groups_.index(group)] if group in self.groups_ else self.mean_
        model = MODELS[self.model](profile=self.profile, elapsed=self.elapsed)
        model.parameters_ = values.copy()
        model.observation_ = dict(self.observation_)
        model.first_encounters_ = dict(self.first_encounters_)
        return model

    def to_frame(self) -> Any:
        """One row a group (pandas): group, answers, status, log_loss, then its parameters."""
        self._require_fit()
        columns: dict[str, pa.Array] = {
            "group": pa.array(self.groups_, pa.string()),
            "answers": pa.array(self.report_.group_answers, pa.int64()),
            "status": pa.array(self.report_.group_status, pa.string()),
            "log_loss": pa.array(self.report_.group_log_loss, pa.float64()),
        }
        columns.update((name, pa.array(self.parameters_[:, i].copy())) for i, name in enumerate(self.parameter_names))
        return to_kind(pa.table(columns), "pandas")

    def save(self, path: Any) -> None:
        """Write the fitted model to a JSON file, replaced in one step; `perdure.load_model` reads it."""
        self._require_fit()
        hierarchical_file.write(path, self)

    @property
    def _entry(self) -> dict[str, Any]:
        if not isinstance(self.model, str) or self.model not in MODELS:
            raise InputError("unknown model", source="model", value=self.model, expected=one_of(MODELS))
        return _catalog.find(self.model, self.profile)

    @property
    def _name(self) -> tuple[str, str]:
        entry = self._entry
        return entry["id"], entry["profile"]

    def _settings(self) -> dict[str, Any]:
        if self.pooling not in POOLING:
            raise InputError("unknown choice", source="pooling", value=self.pooling, expected=one_of(POOLING))
        scale = self.covariance_scale
        if isinstance(scale, bool) or not isinstance(scale, int | float) or not SCALES[0] <= scale <= SCALES[1]:
            raise InputError("not a scale", source="covariance_scale", value=scale, expected="a number in [1e-9, 1e9]")
        return {
            "pooling": self.pooling,
            "covariance_scale": float(scale),
            "assumed_groups": ASSUMED_GROUPS,
            **self._choices(),
        }

    def _choices(self) -> dict[str, float]:
        """What of the options a hierarchical fit knows."""
        given, usual = _fitting.options_of(self.options), FitOptions()
        known = {
            "minimum_gap": given.minimum_gap,
            "prior_weight": given.prior_weight,
            "prior": None if given.prior is None else usual.prior,
        }
        for option in fields(FitOptions):
            value, expected = getattr(given, option.name), known.get(option.name, getattr(usual, option.name))
            if value != expected:
                raise InputError(
                    "not a choice of hierarchical fits",
                    source="options",
                    column=option.name,
                    value=value,
                    expected=repr(expected),
                )
        weight = 0.0 if given.prior is None else float(given.prior_weight or 0.0)
        return {"minimum_gap": given.minimum_gap, "prior_weight": weight}

    def options_to_dict(self) -> dict[str, Any] | None:
        """Options as plain data; None where none were given."""
        return None if self.options is None else _fitting.options_of(self.options).to_dict()

    def _start(self) -> Values:
        return _parameters.start(self.parameters, self._entry)

    def _require_fit(self) -> None:
        if not hasattr(self, "parameters_"):
            raise InputError("not fitted", source="Hierarchical", expected="a call of fit before this one")

    def _table(self) -> Values:
        """Parameters of every group and, last, the mean; in one column."""
        return np.ascontiguousarray(np.vstack((self.parameters_, self.mean_))).reshape(-1)

    def _rows(self, log: ReviewLog, histories: Any) -> npt.NDArray[np.uint32]:
        """Place in `_table` of every card's group."""
        labels = grouping.labels_of(log, self.by, self._of)
        return grouping.group_of_cards(histories, labels.places({group: i for i, group in enumerate(self.groups_)}))
