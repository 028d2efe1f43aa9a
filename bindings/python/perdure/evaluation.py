"""Honest comparison of models: predictions of answers that the fit has not seen, beside two baselines."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import _core, _threads, contenders, fingerprint, held_out, metrics
from ._files import replacing
from ._frames import to_kind
from .errors import InputError
from .estimator import Estimator
from .league import REPLICATES, Held, Row
from .log import ReviewLog, require_log
from .splits import clusters_of, folds_of

Floats = npt.NDArray[np.float64]

SEED = 20261123
FORMAT = "perdure-evaluation"
FORMAT_VERSION = 1


@dataclass(frozen=True, repr=False)
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
    bins : int32 array, shape (n,)
        Bin in RMSE(bins); -1 where it does not count (`perdure.metrics.review_bins`).
    cluster : uint32 array, shape (n,)
        Code of what is resampled together: the learner, or the day where there is one learner.
    predictions : dict of str to float64 array, shape (n,)
        By model name, the baselines last.
    settings : dict
        What the numbers come from: version, seed, replicates, split, folds, the log's fingerprint and numbers of rows,
        learners and items, and each model's constructor arguments and elapsed rule.
    """

    success: npt.NDArray[np.uint8]
    fold: npt.NDArray[np.int64]
    gap: Floats
    bins: npt.NDArray[np.int32]
    cluster: npt.NDArray[np.uint32]
    predictions: dict[str, Floats]
    settings: dict[str, Any]
    _held: Held = field(repr=False)
    kind: str = "path"

    @property
    def split(self) -> str:
        """How answers were held out."""
        return str(self.settings["split"])

    def __repr__(self) -> str:
        folds = len(np.unique(self.fold))
        return (
            f"<Evaluation: {self.split}, {folds} folds, {len(self.success):,} answers, {', '.join(self.predictions)}>"
        )

    def to_frame(self) -> Any:
        """The league table: one row a model, best log loss first.

        Columns
        - model, n, log_loss (mean, nats), auc, brier, rmse, ece (20 equal bins), mbe, success_rate;
        - rmse_bins_srs_benchmark, rmse_bins_fsrs_rs (answers a day or more after the last one alone), ici, sm_ece;
        - gain: log loss of the constant less the model's; item_gain: that of the per-item baseline less the model's;
          with ``_low`` and ``_high``, their 95 % intervals by resampling learners, or days where there is one learner
          (NaN where neither can be resampled);
        - warning: empty, or what makes the row doubtful, in words.

        `docs/concepts/evaluation.md` defines them.
        """
        return self._frame(self._league)

    def differences(self) -> Any:
        """Log loss of every model less that of every other, with paired intervals.

        Columns: model, than, difference (nats; below 0 is better), low and high (95 %, by resampling learners, or days
        where there is one learner), better (the whole interval is below 0).
        """
        return self._frame(self._held.differences())

    def universal(self) -> Any:
        """The universal metric of every model by every other: model, by, universal_metric.

        Of two models, the one whose value by the other is smaller is the better calibrated.
        """
        return self._frame(self._held.universal())

    def by_gap(self) -> Any:
        """The scores apart for first encounters, answers within a day of the last one, and later ones.

        Columns: gap (``first``, ``same day``, ``a day or more``), model, then the first line of `to_frame`.
        """
        return self._frame(self._held.by_gap())

    def folds_frame(self) -> Any:
        """The scores of each fold, and how its fits ended.

        Columns: fold, model, then the first line of `to_frame`, then status, reason and predicted_decrease of the fit's
        report; missing where a model has none.
        """
        return self._frame(self._held.folds())

    def calibration(self, by: Literal["width", "quantile"] = "width") -> Any:
        """Predicted against observed in 20 bins, empty ones left out.

        Columns: model, from, to, n, predicted, observed, low and high (Wilson's 95 % interval of observed).

        Parameters
        ----------
        by : {"width", "quantile"}
            Bins of equal width, or with equal numbers of answers as far as equal predictions allow.
        """
        return self._frame(self._held.calibration(by))

    def to_dict(self) -> dict[str, Any]:
        """Settings and all tables as plain data, for JSON; a number that does not exist is None."""
        tables = {
            "models": self._league,
            "differences": self._held.differences(),
            "universal": self._held.universal(),
            "by_gap": self._held.by_gap(),
            "folds": self._held.folds(),
            "calibration": self._held.calibration("width"),
            "calibration_by_quantile": self._held.calibration("quantile"),
        }
        plain = {name: [_without_nan(row) for row in rows] for name, rows in tables.items()}
        return {"split": self.split, "n": len(self.success), "settings": self.settings, **plain}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write `to_dict` to a JSON file, replaced in one step. The same log and arguments give the same bytes."""
        document = {"format": FORMAT, "format_version": FORMAT_VERSION, **self.to_dict()}
        with replacing(Path(path)) as temporary:
            temporary.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    @cached_property
    def _league(self) -> list[Row]:
        return self._held.league()

    def _frame(self, rows: list[Row]) -> Any:
        return to_kind(pa.Table.from_pylist(rows), self.kind)


def evaluate(
    models: Sequence[Any],
    log: ReviewLog,
    split: Literal["time", "learner", "item", "prequential"] = "time",
    folds: int = 5,
    progress: bool | Callable[[int, int, str], object] = False,
    threads: int | None = None,
) -> Evaluation:
    """Compare models on answers that their fits have not seen.

    In every fold each model is made anew with its constructor's arguments, fitted by its own ``fit`` to answers that
    are not held out, and asked by its own ``predict_sequence``. There is no other path.

    Parameters
    ----------
    models : sequence of estimators or catalog ids
        The baselines `PerItem` and `Constant` are always added.
    log : ReviewLog
    split : {"time", "learner", "item", "prequential"}
        ``"time"``: the log is cut into ``folds + 1`` parts of equal size in time, as scikit-learn's
        ``TimeSeriesSplit`` does; each part but the first is predicted by models fitted to all earlier ones.
        ``"prequential"``: the same, with the first fifth of the answers to learn from and ``folds`` equal parts of the
        rest. ``"learner"`` and ``"item"``: each learner or item is held out once, predicted by models fitted to the
        others. In all, a prediction uses the strictly earlier answers of its learner and item.
    folds : int
        From 1 (``"time"``, ``"prequential"``) or 2 to 1000.
    progress : bool or callable
    threads : int, optional
        The result does not depend on it.

    Raises
    ------
    InputError
        No model; an unknown split; a log too small for the folds; predictions that are no probabilities.

    Examples
    --------
    >>> import perdure
    >>> from perdure import sample
    >>> table = perdure.evaluate([perdure.HalfLife()], perdure.read_answers(sample.answers_path()), folds=2).to_frame()
    >>> table["model"].tolist()
    ['half-life', 'per-item', 'constant']
    """
    named = contenders.named(models)
    if len(require_log(log)) == 0:
        raise InputError("no answers", source="log", expected="answers to predict")
    found = held_out.predict(named, log, list(folds_of(log, split, folds)), progress, threads)
    rows = found.fold > 0
    bins = metrics.review_bins(log)[rows]
    held = Held(
        success=log.success[rows],
        fold=found.fold[rows],
        gap=log.histories("exact").gaps()[rows],
        cluster=clusters_of(log)[rows],
        bins=bins,
        recency=_recency(bins, log._core.answered_at[rows]),
        predictions={name: p[rows] for name, p in found.predictions.items()},
        fits=found.fits,
        seed=SEED,
        threads=_threads.resolve(threads),
    )
    return Evaluation(
        success=held.success,
        fold=held.fold,
        gap=held.gap,
        bins=held.bins,
        cluster=held.cluster,
        predictions=held.predictions,
        settings=_settings(named, log, split, folds),
        _held=held,
        kind=log._kind,
    )


def _recency(bins: npt.NDArray[np.int32], answered_at: npt.NDArray[np.int64]) -> Floats:
    """Weights of fsrs-rs for the answers that RMSE(bins) counts, in order of time; 0 for the others."""
    counted = np.flatnonzero(bins >= 0)
    weights = np.zeros(len(bins))
    weights[counted[np.argsort(answered_at[counted], kind="stable")]] = metrics.recency_weights(len(counted))
    return weights


def _settings(named: dict[str, Estimator], log: ReviewLog, split: str, folds: int) -> dict[str, Any]:
    """What a saved evaluation needs to be made again."""
    return {
        "perdure_version": _core.version,
        "split": split,
        "folds": int(folds),
        "seed": SEED,
        "replicates": REPLICATES,
        "elapsed_rules": {"gap": "exact", "rmse_bins": metrics.WHOLE_DAYS},
        "log": {
            "fingerprint": fingerprint.of(log),
            "rows": len(log),
            "learners": len(np.unique(log._core.learner)),
            "items": len(np.unique(log._core.item)),
        },
        "models": {name: contenders.described(model) for name, model in named.items()},
    }


def _without_nan(row: Row) -> Row:
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
