"""Scores of predictions: rows of plain Python for the tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from perdure import _core

from .cells import Cohort, cohort, protocols, subsets
from .run import Floats, Found

CLIP = 1e-4
BINS = 20
LEAST = 100
"""Answers of a subset that has scores."""
REPLICATES = 1000
SEED = 20261123
GAP_EDGES = {
    "0-15 min": 1.0 / 96.0,
    "15 min-1 h": 1.0 / 24.0,
    "1-12 h": 0.5,
    "12 h-1 d": 1.0,
    "1-2 d": 2.0,
    "2-4 d": 4.0,
    "4-8 d": 8.0,
    "8-30 d": 30.0,
}
"""Upper ends of the bins of the table of forgetting, in days since the learner's last answer to the item."""
CALIBRATION = "cloze", "A"

Row = dict[str, Any]


def score(p: Floats, success: npt.NDArray[np.uint8]) -> Row:
    """Log loss, AUC, and RMSE over bins of equal width.

    That is the root mean square, over bins, of mean prediction less share of right answers; a bin weighs as many
    answers as it has.
    """
    clipped = np.clip(p, CLIP, 1.0 - CLIP)
    which = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    off = np.bincount(which, weights=p - success, minlength=BINS)
    n = np.bincount(which, minlength=BINS)
    full = n > 0
    return {
        "n": len(p),
        "log_loss": float(_core.evaluate.log_loss(clipped, success)),
        "auc": float(_core.evaluate.auc(p, success)),
        "rmse": float(np.sqrt((off[full] ** 2 / n[full]).sum() / n.sum())),
    }


def league(found: Found, models: Sequence[str], reference: str, threads: int) -> list[Row]:
    """A row for each cohort, protocol, subset and model, with the difference in log loss to the reference."""
    rows = []
    for data in dict.fromkeys(key[0] for key in found.predictions):
        there = cohort(data)
        for protocol in protocols(data):
            columns = {model: found.predictions.get((data, protocol, model)) for model in models}
            played = {model: p for model, p in columns.items() if p is not None}
            for subset, mask in subsets(there).items() if played else ():
                rows += _rows(there, played, mask, reference, threads, (data, protocol, subset))
    return rows


def _rows(
    there: Cohort, played: dict[str, Floats], mask: Any, reference: str, threads: int, where: tuple[str, str, str]
) -> list[Row]:
    judged = mask & ~np.isnan(next(iter(played.values())))
    if judged.sum() < LEAST:  # the first ten answers of B60: all but a few are for training
        return []
    success, cluster = there.log.success[judged], there.log._core.learner[judged]
    kept = {model: p[judged] for model, p in played.items()}
    gaps = _differences(kept, success, cluster, reference, threads) if reference in kept else {}
    named = dict(zip(("data", "protocol", "subset"), where, strict=True))
    return [{**named, "model": model, **score(p, success), **gaps.get(model, {})} for model, p in kept.items()]


def _differences(kept: dict[str, Floats], success: Any, cluster: Any, reference: str, threads: int) -> dict[str, Row]:
    """Log loss of each model less that of the reference, with 95 % intervals by resampling learners."""
    found = {}
    clusters = int(cluster.max(initial=0)) + 1
    own = np.clip(kept[reference], CLIP, 1.0 - CLIP)
    for model, p in kept.items():
        if model != reference:
            pair = [np.clip(p, CLIP, 1.0 - CLIP), own]
            ((_, _, mean, low, high),) = _core.evaluate.differences(
                pair, success, cluster, clusters, SEED, REPLICATES, threads
            )
            found[model] = {"difference": mean, "low": low, "high": high}
    return found


def forgetting(found: Found, models: Sequence[str]) -> list[Row]:
    """Share of right answers and mean predictions by time since the learner's last answer to the item."""
    data, protocol = CALIBRATION
    columns = {model: found.predictions.get((data, protocol, model)) for model in models}
    played = {model: p for model, p in columns.items() if p is not None}
    if not played:
        return []
    log = cohort(data).log
    gap = log.histories("exact").gaps()
    judged = ~np.isnan(gap) & ~np.isnan(next(iter(played.values())))
    rows, low = [], 0.0
    for name, high in GAP_EDGES.items():
        mask = judged & (gap > low) & (gap <= high)
        low = high
        if mask.any():
            means = {model: float(p[mask].mean()) for model, p in played.items()}
            rows.append({"gap": name, "n": int(mask.sum()), "observed": float(log.success[mask].mean()), **means})
    return rows


def times(found: Found) -> list[Row]:
    """Seconds of a fit and of predictions, the mean over the parts of a protocol."""
    return [
        {"data": data, "protocol": protocol, "model": model, "fit": fit, "predict": predict}
        for (data, protocol, model), parts in found.seconds.items()
        for fit, predict in [np.mean(parts, axis=0).tolist()]
    ]
