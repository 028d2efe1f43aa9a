"""The tables of an evaluation: rows of plain Python from columns of predictions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core, metrics
from ._observation import MINIMUM_GAP
from .constant import Constant
from .per_item import PerItem

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Row = dict[str, Any]
Interval = tuple[float, float, float]

REPLICATES = 1000
BASIC = ("n", "log_loss", "auc", "brier", "rmse", "ece", "mbe", "success_rate")
NEAR_BEST = 1.25
"""An RMSE(bins) at most this many times the lowest of the table is near it."""
ROUNDING = 1e-12
"""Nats between the ends of an interval that has no width."""
LOW_BINS_ALONE = "low RMSE(bins), high log loss"


@dataclass(frozen=True)
class Held:
    """Held-out answers, in the log's row order, and what each model said about them."""

    success: npt.NDArray[np.uint8]
    fold: npt.NDArray[np.int64]
    gap: Floats
    cluster: npt.NDArray[np.uint32]
    bins: npt.NDArray[np.int32]
    recency: Floats
    predictions: dict[str, Floats]
    fits: dict[str, list[Row]]
    seed: int
    threads: int

    @cached_property
    def pairs(self) -> dict[tuple[str, str], Interval]:
        """Log loss of one model less that of another, both ways: mean, low, high."""
        return self._differences(list(self.predictions))

    def league(self) -> list[Row]:
        """One row a model, best log loss first."""
        rows = []
        for name, p in self.predictions.items():
            over = {"gain": Constant.id, "item_gain": PerItem.id}
            gains = {column: self._gain(name, baseline) for column, baseline in over.items()}
            rows.append(
                {
                    "model": name,
                    **self._score(p),
                    "rmse_bins_srs_benchmark": metrics.rmse_bins_srs_benchmark(self.success, p, self.bins),
                    "rmse_bins_fsrs_rs": metrics.rmse_bins_fsrs_rs(self.success, p, self.bins, self.recency),
                    "ici": metrics.ici(self.success, p),
                    "sm_ece": metrics.sm_ece(self.success, p),
                    **{
                        column + part: value
                        for column, gain in gains.items()
                        for part, value in zip(("", "_low", "_high"), gain, strict=True)
                    },
                }
            )
        rows.sort(key=lambda row: (row["log_loss"], row["model"]))
        binned = {row["model"]: row["rmse_bins_srs_benchmark"] for row in rows}
        return [{**row, "warning": "; ".join(self._warnings(row, binned))} for row in rows]

    def differences(self) -> list[Row]:
        """Every model against every other, the models in the order of the league."""
        order = [row["model"] for row in sorted(self._losses(), key=lambda row: (row["log_loss"], row["model"]))]
        return [
            {"model": model, "than": than, "difference": mean, "low": low, "high": high, "better": bool(high < 0.0)}
            for model in order
            for than in order
            if model != than
            for mean, low, high in [self.pairs[model, than]]
        ]

    def universal(self) -> list[Row]:
        """Calibration of every model over bins of every other's predictions."""
        return [
            {"model": model, "by": by, "universal_metric": metrics.universal_metric(self.success, p_a, p_b)}
            for model, p_a in self.predictions.items()
            for by, p_b in self.predictions.items()
            if model != by
        ]

    def by_gap(self) -> list[Row]:
        """Scores apart for first encounters, answers within a day of the last one, and later ones."""
        kinds = {
            "first": np.isnan(self.gap),
            "same day": self.gap < MINIMUM_GAP,
            "a day or more": self.gap >= MINIMUM_GAP,
        }
        return [
            {"gap": kind, "model": name, **self._score(p, mask)}
            for kind, mask in kinds.items()
            if mask.any()
            for name, p in self.predictions.items()
        ]

    def folds(self) -> list[Row]:
        """Scores of each fold, and how its fits ended."""
        return [
            {"fold": int(fold), "model": name, **self._score(p, self.fold == fold), **self.fits[name][fold - 1]}
            for fold in np.unique(self.fold)
            for name, p in self.predictions.items()
        ]

    def calibration(self, by: str) -> list[Row]:
        """Predicted against observed, a row for each model and bin."""
        return [
            {"model": name, **row}
            for name, p in self.predictions.items()
            for row in metrics.calibration_rows(self.success, p, metrics.BINS, by)
        ]

    def _score(self, p: Floats, mask: Mask | None = None) -> Row:
        score = _core.evaluate.score(*((p, self.success) if mask is None else (p[mask], self.success[mask])))
        score["mbe"] = score["mean_bias"]
        return {name: score[name] for name in BASIC}

    def _losses(self) -> list[Row]:
        return [
            {"model": name, "log_loss": _core.evaluate.log_loss(p, self.success)}
            for name, p in self.predictions.items()
        ]

    def _gain(self, name: str, baseline: str) -> Interval:
        """Log loss of a baseline less that of a model."""
        return (0.0, 0.0, 0.0) if name == baseline else self.pairs[baseline, name]

    def _differences(self, names: list[str], mask: Mask | None = None) -> dict[tuple[str, str], Interval]:
        columns = [self.predictions[name] if mask is None else self.predictions[name][mask] for name in names]
        success, cluster = (column if mask is None else column[mask] for column in (self.success, self.cluster))
        clusters = int(cluster.max(initial=0)) + 1
        found: dict[tuple[str, str], Interval] = {}
        for a, b, mean, low, high in _core.evaluate.differences(
            columns, success, cluster, clusters, self.seed, REPLICATES, self.threads
        ):
            found[names[a], names[b]] = (mean, low, high)
            found[names[b], names[a]] = (0.0 - mean, 0.0 - high, 0.0 - low)
        return found

    def _warnings(self, row: Row, binned: dict[str, float]) -> list[str]:
        """What a reader of the row must know, in words; `binned` has every model's RMSE(bins)."""
        if row["model"] == Constant.id:
            return []
        words = []
        own = binned[row["model"]]
        near_best = own <= NEAR_BEST * min(binned.values())
        # where the constant itself has the lower one, a low RMSE(bins) is no feat
        if near_best and own < binned[Constant.id] and self._loses_where_binned(row["model"]):
            words.append(LOW_BINS_ALONE)
        if row["gain_high"] < 0.0:
            words.append("worse than the constant")
        elif row["gain_low"] == row["gain_high"] == 0.0:
            words.append("the same as the constant")
        elif row["gain_high"] - row["gain_low"] <= ROUNDING:
            words.append("the interval has no width: what was resampled is all alike")
        elif not row["gain_low"] > 0.0:  # NaN too: nothing to resample
            words.append("too few answers to tell from the constant")
        return [*words, *_unfinished(self.fits[row["model"]])]

    def _loses_where_binned(self, name: str) -> bool:
        """Whether a model is surely worse than the constant on the answers that RMSE(bins) counts."""
        counted = self.bins >= 0
        losses = [
            _core.evaluate.log_loss(self.predictions[which][counted], self.success[counted])
            for which in (name, Constant.id)
        ]
        if not losses[0] > losses[1]:
            return False
        _, low, _ = self._differences([name, Constant.id], counted)[name, Constant.id]
        return not low <= 0.0


def _unfinished(fits: list[Row]) -> list[str]:
    """In words, which fits of a model ended before they were done, or had nothing to begin with."""
    states = [fit["status"] for fit in fits if fit["status"] is not None]
    words = []
    for count, what in (
        (sum(state not in ("converged", "no_data") for state in states), "did not converge"),
        (states.count("no_data"), "had no answers to learn from"),
    ):
        if count:
            words.append(f"{count} of {len(fits)} fits {what}")
    return words
