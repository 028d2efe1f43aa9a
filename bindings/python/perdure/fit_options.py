"""How a fit runs: what it predicts, the prior, and the pieces of a pipeline around its optimizer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Any, Self

import numpy as np

from .errors import InputError

OPTIMIZERS = ("fisher", "adam")
MOST_ITERATIONS = 100_000
_SEED_BITS = 32
_FIRST_STABILITIES = {f"first_stability_{grade}" for grade in ("again", "hard", "good", "easy")}
_FIXED_DECAY = ("fsrs4.5", "fsrs5")
"""Models on a power curve whose exponent is no parameter."""


@dataclass(frozen=True)
class _Pipeline:
    """What the options of a pipeline are where the caller says nothing."""

    recency: bool = False
    outliers: bool = False
    first_intervals: bool = False
    optimizer: str = "fisher"
    prior_weight: float = 1.0
    seed: int = 2023


_FSRS_RS = _Pipeline(recency=True, outliers=True, first_intervals=True, optimizer="adam", prior_weight=2.0)
_PIPELINES = {
    "perdure": _Pipeline(),
    "fsrs_rs": _FSRS_RS,
    "fsrs_rs_items": _FSRS_RS,
    "fsrs_optimizer": _FSRS_RS,
    "py_fsrs": _Pipeline(optimizer="adam", prior_weight=0.0, seed=42),
}
PIPELINES = tuple(_PIPELINES)


@dataclass(frozen=True)
class Gaussian:
    """Normal prior of parameters, by name. Parameters that it does not name keep their usual prior.

    Parameters
    ----------
    mean : mapping of str to float
        Means by name of the parameter.
    sd : mapping of str to float, optional
        Standard deviations, above 0, for the same names. Either these or ``covariance``.
    covariance : sequence of sequence of float, optional
        Covariance in the order of ``mean``: symmetric and positive definite.
    log : sequence of str
        Names whose logarithm is normal: mean and deviation are then of the logarithm.
    """

    mean: Mapping[str, float]
    sd: Mapping[str, float] | None = None
    covariance: Sequence[Sequence[float]] | None = None
    log: Sequence[str] = ()

    def __post_init__(self) -> None:
        where = "Gaussian"
        object.__setattr__(self, "mean", _numbers_by_name(self.mean, f"{where}.mean"))
        if isinstance(self.log, str) or not isinstance(self.log, Iterable):
            raise InputError("not names", source=f"{where}.log", value=self.log, expected="a sequence of names")
        object.__setattr__(self, "log", tuple(self.log))
        for name in self.log:
            if name not in self.mean:
                raise InputError("no such name in mean", source=f"{where}.log", value=name, expected=_one_of(self.mean))
        if (self.sd is None) == (self.covariance is None):
            raise InputError("needs sd or covariance", source=where, expected="one of the two")
        if self.sd is not None:
            sd = _numbers_by_name(self.sd, f"{where}.sd")
            if sd.keys() != self.mean.keys():
                raise InputError(
                    "other names than mean", source=f"{where}.sd", value=list(sd), expected=", ".join(self.mean)
                )
            for name, value in sd.items():
                if value <= 0:
                    raise InputError(
                        "not a standard deviation", source=f"{where}.sd", column=name, value=value, expected="above 0"
                    )
            object.__setattr__(self, "sd", sd)
        else:
            object.__setattr__(self, "covariance", self._checked_covariance())

    def _checked_covariance(self) -> tuple[tuple[float, ...], ...]:
        source, n = "Gaussian.covariance", len(self.mean)
        try:
            matrix = np.array(self.covariance, dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError("not a matrix", source=source, value=self.covariance, expected="rows of numbers") from None
        if matrix.shape != (n, n):
            raise InputError(
                "wrong shape", source=source, value=matrix.shape, expected=f"({n}, {n}), as mean has names"
            )
        if not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T, rtol=1e-9, atol=0):
            raise InputError("not symmetric and finite", source=source, value=matrix.tolist())
        matrix = 0.5 * (matrix + matrix.T)
        if np.linalg.eigvalsh(matrix)[0] <= 0:
            raise InputError("not positive definite", source=source, value=matrix.tolist())
        return tuple(tuple(float(x) for x in row) for row in matrix)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "mean": dict(self.mean),
            "sd": None if self.sd is None else dict(self.sd),
            "covariance": None if self.covariance is None else [list(row) for row in self.covariance],
            "log": list(self.log),
        }

    @property
    def precision(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Inverse of the covariance, in the order of ``mean``."""
        if self.sd is not None:
            return np.diag([1.0 / value**2 for value in self.sd.values()])
        inverse = np.linalg.inv(np.array(self.covariance))
        return 0.5 * (inverse + inverse.T)


@dataclass(frozen=True)
class FitOptions:
    """How a model is fitted. Every estimator takes these, or the name of a pipeline, as ``options``.

    Parameters
    ----------
    pipeline : str
        What the other options are where they are not given, and what a peer does beside them:

        - ``"perdure"``: a prior, no thresholds, Fisher scoring until it has converged.
        - ``"fsrs_rs"``: the fsrs crate with card ids; ``"fsrs_rs_items"``: the same without.
        - ``"fsrs_optimizer"``: FSRS-Optimizer, with recency weights as on its command line.
        - ``"py_fsrs"``: the optimizer of py-fsrs.
    minimum_gap : float
        Days, in [0, 36500]: answers sooner after the last one on their card shape memory, but are not predicted.
    prior : "usual", "published", Gaussian or None
        The pipeline's own: Perdure's is normal around the defaults, and log-normal for parameters in days. As the peers
        publish it: normal, days too. Another one, or none.
    prior_weight : float, optional
        Multiplies the prior, in [0, 1e6]; without one, as the pipeline has it. The peers' squares without a
        factor of one half are weight 2.
    recency : bool, optional
        Later answers count more: weights from 1/4 to 1 with the cube of their place in time order.
    outliers : bool, optional
        Leave out cards whose first gap is rare after their first grade, by the peer's rule.
    first_intervals : bool, optional
        Start first stabilities from first gaps, where the model has them (FSRS-4.5, FSRS-5, FSRS-6).
    optimizer : "fisher" or "adam", optional
        Fisher scoring converges; Adam takes ``epochs`` passes over batches and stops where it is.
    max_iterations : int
        Steps of Fisher scoring, at least 1; those of warm and second starts count too.
    tolerance : float
        Decrease of the objective, as a share of it, that is not worth a step; in (0, 1).
    warm_start : bool
        Of a large log, a part is fitted first: the whole then needs fewer passes. Fisher scoring alone.
    second_start : bool
        A start that is not the defaults is tried beside them, and the better end is taken: an objective with kinks has
        more than one valley. Fisher scoring alone.
    epochs, learning_rate, batch_size, seed
        Of Adam: passes over the data, rate of the first step, answers of a batch, and seed of the order of batches
        (without one, the pipeline's).

    Examples
    --------
    >>> import perdure
    >>> perdure.FitOptions(prior_weight=2.0).pipeline
    'perdure'
    >>> perdure.FitOptions.of_pipeline("fsrs_rs").optimizer
    'adam'
    """

    pipeline: str = "perdure"
    minimum_gap: float = 1.0
    prior: Any = "usual"
    prior_weight: float | None = None
    recency: bool | None = None
    outliers: bool | None = None
    first_intervals: bool | None = None
    optimizer: str | None = None
    max_iterations: int = 100
    tolerance: float = 1e-8
    warm_start: bool = True
    second_start: bool = True
    epochs: int = 5
    learning_rate: float = 0.04
    batch_size: int = 512
    seed: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.pipeline, str) or self.pipeline not in _PIPELINES:
            raise self._error("pipeline", "no such pipeline", _one_of(_PIPELINES))
        for item in fields(_Pipeline):
            if getattr(self, item.name) is None:
                object.__setattr__(self, item.name, getattr(_PIPELINES[self.pipeline], item.name))
        self._check_number("minimum_gap", 0, 36500)
        self._check_number("prior_weight", 0, 1e6)
        self._check_number("tolerance", 0, 1, open_ends=True)
        self._check_number("learning_rate", 0, 10, open_ends=True)
        for name in ("recency", "outliers", "first_intervals", "warm_start", "second_start"):
            if not isinstance(getattr(self, name), bool | np.bool_):
                raise self._error(name, "not a yes or no", "True or False")
            object.__setattr__(self, name, bool(getattr(self, name)))
        if not isinstance(self.optimizer, str) or self.optimizer not in OPTIMIZERS:
            raise self._error("optimizer", "no such optimizer", _one_of(OPTIMIZERS))
        self._check_whole("max_iterations", 1, MOST_ITERATIONS)
        self._check_whole("epochs", 1, MOST_ITERATIONS)
        self._check_whole("batch_size", 1, 2**31 - 1)
        self._check_whole("seed", 0, 2**_SEED_BITS - 1)
        if not (self.prior is None or isinstance(self.prior, Gaussian) or _is_named(self.prior)):
            raise self._error("prior", "not a prior", '"usual", "published", a perdure.Gaussian or None')

    @classmethod
    def of_pipeline(cls, name: str, **changes: Any) -> Self:
        """Options of a pipeline, with changes by name."""
        return cls(pipeline=name, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; `from_dict` reads them."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        if isinstance(self.prior, Gaussian):
            values["prior"] = self.prior.to_dict()
        return values

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """Options from plain values; those that are missing are the pipeline's."""
        if not isinstance(values, Mapping):
            raise InputError("not options", source="options", value=values, expected="a mapping of names to values")
        known = [item.name for item in fields(cls)]
        for name in values:
            if name not in known:
                raise InputError("no such option", source="options", column=str(name), expected=_one_of(known))
        given = dict(values)
        prior = given.get("prior")
        if isinstance(prior, Mapping):
            parts = [item.name for item in fields(Gaussian)]
            if "mean" not in prior or not set(prior) <= set(parts):
                raise InputError(
                    "not a prior",
                    source="options",
                    column="prior",
                    value=sorted(map(str, prior)),
                    expected=_one_of(parts),
                )
            given["prior"] = Gaussian(**prior)
        return cls(**given)

    def to_core(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """The flat dictionary that the extension reads. InputError where options do not fit the catalog's entry."""
        self._check_for(entry)
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        del values["prior"]
        if self.prior is None:
            values["prior_weight"] = 0.0
        gaussian = self.prior if isinstance(self.prior, Gaussian) else None
        values["prior_published"] = isinstance(self.prior, str) and self.prior == "published"
        values["prior_names"] = list(gaussian.mean) if gaussian else []
        values["prior_mean"] = list(gaussian.mean.values()) if gaussian else []
        values["prior_precision"] = gaussian.precision.reshape(-1).tolist() if gaussian else []
        values["prior_log"] = list(gaussian.log) if gaussian else []
        return values

    def _check_for(self, entry: Mapping[str, Any]) -> None:
        specs = {spec["name"]: spec for spec in entry["parameters"]}
        if self.first_intervals and not (
            specs.keys() >= _FIRST_STABILITIES and ("decay" in specs or entry["id"] in _FIXED_DECAY)
        ):
            raise InputError(
                f"{entry['id']} has no first stabilities on a power curve",
                source="options",
                column="first_intervals",
                value=True,
                expected="False, or a model of FSRS-4.5, FSRS-5 or FSRS-6",
            )
        if not isinstance(self.prior, Gaussian):
            return
        for name in self.prior.mean:
            if name not in specs:
                raise InputError(
                    f"{entry['id']} has no such parameter",
                    source="options",
                    column="prior",
                    value=name,
                    expected=_one_of(specs),
                )
            if name in self.prior.log and specs[name]["lower"] <= 0:
                raise InputError(
                    "the logarithm of a parameter that may be 0", source="options", column="prior", value=name
                )

    def _check_number(self, name: str, low: float, high: float, open_ends: bool = False) -> None:
        value = getattr(self, name)
        good = isinstance(value, Real) and not isinstance(value, bool)
        if not good or not (low < value < high if open_ends else low <= value <= high):
            span = f"({low:g}, {high:g})" if open_ends else f"[{low:g}, {high:g}]"
            raise self._error(name, "out of range" if good else "not a number", f"a number in {span}")
        object.__setattr__(self, name, float(value))

    def _check_whole(self, name: str, low: int, high: int) -> None:
        value = getattr(self, name)
        if not isinstance(value, Integral) or isinstance(value, bool) or not low <= int(value) <= high:
            raise self._error(name, "out of range", f"a whole number in [{low}, {high}]")
        object.__setattr__(self, name, int(value))

    def _error(self, name: str, problem: str, expected: str) -> InputError:
        return InputError(problem, source="options", column=name, value=getattr(self, name), expected=expected)


def _is_named(prior: Any) -> bool:
    return isinstance(prior, str) and prior in ("usual", "published")


def _one_of(names: Iterable[str]) -> str:
    return "one of " + ", ".join(names)


def _numbers_by_name(values: Any, source: str) -> dict[str, float]:
    if not isinstance(values, Mapping) or not values:
        raise InputError("not numbers by name", source=source, value=values, expected="a mapping of names to numbers")
    for name, value in values.items():
        if not isinstance(name, str):
            raise InputError("not a name", source=source, value=name, expected="text")
        if not isinstance(value, Real) or isinstance(value, bool) or not np.isfinite(float(value)):
            raise InputError("not a number", source=source, column=name, value=value, expected="a finite number")
    return {name: float(value) for name, value in values.items()}
