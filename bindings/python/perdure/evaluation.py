"""Honest comparison of models: predictions of answers that the fit has not seen, beside the constant baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import _catalog, _core
from ._columns import numbers
from ._frames import to_kind
from ._observation import MINIMUM_GAP
from ._progress import reporting
from .errors import InputError
from .log import ReviewLog, require_log
from .models import MODELS, Constant, Estimator
from .splits import Mask, clusters_of, folds_of

Floats = npt.NDArray[np.float64]

BINS = 20
SEED = 20261123


@dataclass(frozen=True)
class Evaluation:
    """Predictions of held-out answers by every model, and their scores.

    Attributes
    ----------
    success : uint8 array, shape (n,)
        Outcomes of the held-out answers, in the log's row order.
    fold : int array, shape (n,)
        Fold that each one was held out in, from 1.
    gap : float64 array, shape (n,)
        Days since the last answer on the card; NaN for a first encounter.
    predictions : dict of str to float64 array, shape (n,)
        By model name.
    """

    success: npt.NDArray[np.uint8]
    fold: npt.NDArray[np.int64]
    gap: Floats
    cluster: npt.NDArray[np.uint32]
    predictions: dict[str, Floats]
    split: str
    kind: str = "path"
    _frames: dict[str, pa.Table] = field(default_factory=dict, repr=False)

    def to_frame(self) -> Any:
        """One row a model, best log loss first.

        Columns: model, n, log_loss (mean, nats), auc, brier, ece (20 equal bins), success_rate, gain (log loss of the
        constant baseline less the model's), gain_low and gain_high (95 % interval by resampling learners, or days
        where there is one learner; NaN where neither can be resampled).
        """
        return to_kind(self._cached("league", self._league), self.kind)

    def by_gap(self) -> Any:
        """The scores apart for first encounters, answers within a day of the last one, and later ones.

        Columns: gap (``first``, ``same day``, ``a day or more``), model, n, log_loss, auc, brier, ece, success_rate.
        """
        return to_kind(self._cached("gap", self._by_gap), self.kind)

    def folds_frame(self) -> Any:
        """The scores of each fold: fold, model, n, log_loss, auc, brier, ece, success_rate."""
        return to_kind(self._cached("folds", self._folds), self.kind)

    def calibration(self) -> Any:
        """Predicted against observed in 20 equal bins, empty ones left out.

        Columns: model, from, to, n, predicted, observed, low and high (Wilson's 95 % interval of observed).
        """
        return to_kind(self._cached("calibration", self._calibration), self.kind)

    def to_dict(self) -> dict[str, Any]:
        """All tables as plain data, for JSON."""
        tables = {
            "models": self._league,
            "by_gap": self._by_gap,
            "folds": self._folds,
            "calibration": self._calibration,
        }
        return {
            "split": self.split,
            "n": len(self.success),
            **{name: make().to_pylist() for name, make in tables.items()},
        }

    def _cached(self, name: str, make: Callable[[], pa.Table]) -> pa.Table:
        if name not in self._frames:
            self._frames[name] = make()
        return self._frames[name]

    def _league(self) -> pa.Table:
        baseline = self.predictions[Constant.id]
        clusters = int(self.cluster.max(initial=0)) + 1
        rows = []
        for name, p in self.predictions.items():
            mean, low, high = _core.evaluate.paired_log_loss(p, baseline, self.success, self.cluster, clusters, SEED)
            rows.append(
                {"model": name, **self._score(p), "gain": 0.0 - mean, "gain_low": 0.0 - high, "gain_high": 0.0 - low}
            )
        return _table(sorted(rows, key=lambda row: (row["log_loss"], row["model"])))

    def _by_gap(self) -> pa.Table:
        kinds = {
            "first": np.isnan(self.gap),
            "same day": self.gap < MINIMUM_GAP,
            "a day or more": self.gap >= MINIMUM_GAP,
        }
        return _table(
            [
                {"gap": kind, "model": name, **self._score(p, mask)}
                for kind, mask in kinds.items()
                if mask.any()
                for name, p in self.predictions.items()
            ]
        )

    def _folds(self) -> pa.Table:
        return _table(
            [
                {"fold": int(fold), "model": name, **self._score(p, self.fold == fold)}
                for fold in np.unique(self.fold)
                for name, p in self.predictions.items()
            ]
        )

    def _calibration(self) -> pa.Table:
        return _table(
            [
                {"model": name, **row}
                for name, p in self.predictions.items()
                for row in _core.evaluate.calibration(p, self.success, BINS)
            ]
        )

    def _score(self, p: Floats, mask: Mask | None = None) -> dict[str, Any]:
        score = _core.evaluate.score(*((p, self.success) if mask is None else (p[mask], self.success[mask])))
        return {name: score[name] for name in ("n", "log_loss", "auc", "brier", "ece", "success_rate")}


def evaluate(
    models: Sequence[Any],
    log: ReviewLog,
    split: Literal["time", "learner"] = "time",
    folds: int = 5,
    progress: bool | Callable[[int, int, str], object] = False,
    threads: int | None = None,
) -> Evaluation:
    """Compare models on answers that their fits have not seen.

    Parameters
    ----------
    models : sequence of estimators or catalog ids
        Each is fitted anew in every fold with its constructor's arguments. The constant baseline is always added.
    log : ReviewLog
    split : {"time", "learner"}
        ``"time"``: the log is cut into ``folds + 1`` parts of equal size in time; each part but the first is
        predicted by models fitted to all earlier ones. ``"learner"``: each learner is held out once, by models fitted
        to the others. In both, a prediction uses the strictly earlier answers of its learner and item.
    folds : int
        At least 2 (``"learner"``) or 1 (``"time"``).
    progress : bool or callable
    threads : int, optional
        The result does not depend on it.

    Raises
    ------
    InputError
        No model; an unknown split; a log too small for the folds.

    Examples
    --------
    >>> import perdure
    >>> from perdure import sample
    >>> table = perdure.evaluate([perdure.HalfLife()], perdure.read_answers(sample.answers_path()), folds=2).to_frame()
    >>> table["model"].tolist()
    ['half-life', 'constant']
    """
    contenders = _named(models)
    if len(require_log(log)) == 0:
        raise InputError("no answers", source="log", expected="answers to predict")
    held_out = list(folds_of(log, split, folds))
    steps = len(held_out) * len(contenders)
    predictions = {name: np.full(len(log), np.nan) for name in contenders}
    fold_of_row = np.zeros(len(log), dtype=np.int64)
    with reporting(progress, "Evaluating") as report:
        for number, (train, test, seen) in enumerate(held_out, 1):
            fold_of_row[test] = number
            training, context = log.where(train), log.where(seen)
            for position, (name, model) in enumerate(contenders.items()):
                report(
                    (number - 1) * len(contenders) + position,
                    steps,
                    f"Evaluating {name}, fold {number} of {len(held_out)}",
                )
                predicted = model.unfitted().fit(training, threads=threads).predict_sequence(context)
                predictions[name][test] = _checked(predicted, len(context), name)[test[seen]]
        report(steps, steps, "Evaluating")
    rows = fold_of_row > 0
    gaps = log.histories("exact").gaps()
    return Evaluation(
        success=log.success[rows],
        fold=fold_of_row[rows],
        gap=gaps[rows],
        cluster=clusters_of(log)[rows],
        predictions={name: p[rows] for name, p in predictions.items()},
        split=split,
        kind=log._kind,
    )


def _checked(predicted: Any, rows: int, name: str) -> Floats:
    """Predictions of a model, which may be a user's own: one probability a row."""
    p: Floats = numbers(predicted, f"predictions of {name}").astype(np.float64)
    if p.shape != (rows,):
        raise InputError("not one value a row", source=f"predictions of {name}", value=p.shape, expected=f"({rows},)")
    outside = np.flatnonzero(~((p >= 0.0) & (p <= 1.0)))
    if outside.size:
        at = int(outside[0])
        raise InputError(
            "not a probability", source=f"predictions of {name}, row {at}", value=float(p[at]), expected="in [0, 1]"
        )
    return p


def _named(models: Sequence[Any]) -> dict[str, Estimator]:
    """Models by the name of their row: the id, numbered where it repeats; the baseline last."""
    if isinstance(models, str | Estimator):
        models = [models]
    if not isinstance(models, Sequence):
        raise InputError("not models", source="models", value=models, expected="a list of estimators or catalog ids")
    named: dict[str, Estimator] = {}
    for model in [*models, Constant()]:
        if isinstance(model, str):
            model = MODELS[_catalog.find(model, "perdure")["id"]]()
        if not isinstance(model, Estimator):
            raise InputError(
                "not a model", source="models", value=model, expected="an estimator of perdure or a catalog id"
            )
        if type(model) is Constant:
            named.setdefault(Constant.id, model)
            continue
        name, repeat = model.id, 2
        while name in named:
            name, repeat = f"{model.id}-{repeat}", repeat + 1
        named[name] = model
    if len(named) == 1 and not models:
        raise InputError("no model", source="models", expected="at least one")
    return {name: model for name, model in named.items() if name != Constant.id} | {Constant.id: named[Constant.id]}


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows)
