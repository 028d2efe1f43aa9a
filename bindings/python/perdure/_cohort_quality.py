"""What the residuals of a cohort's answers say of items and of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SURE = 0.9
"""Above this probability a wrong answer is a surprise."""
LEAST_ANSWERS = 20
"""With fewer answers an item is not judged."""
ALARM = 3.0
"""Standard errors from which a deviation is worth a warning."""


GAPS = (
    (-np.inf, 0.0, "first"),
    (0.0, 1.0 / 24, "up to an hour"),
    (1.0 / 24, 1.0, "up to a day"),
    (1.0, 7.0, "up to a week"),
    (7.0, 30.0, "up to a month"),
    (30.0, np.inf, "longer"),
)
"""Days since the learner's last answer to the item, above the first and up to the second."""


@dataclass(frozen=True)
class Answers:
    """Answers of one pass, each predicted before it was learned from, in order of time."""

    item: npt.NDArray[np.uint32]
    score: Floats
    probability: Floats
    of_learner: Floats
    """The learner's part of the log-odds: what he has shown elsewhere."""
    guess: Floats
    """Probability of guessing right."""


def by_item(answers: Answers, items: int) -> dict[str, Floats]:
    """Sums by item.

    discrimination
        Slope of an item's log-odds in what the learner has shown elsewhere, by one step of Fisher scoring from 1,
        shrunk by a prior of standard deviation 0.5: 1 as expected, 0 where who knows more does no better, below 0 where
        he does worse. What the model has learned of item and learner together hides a part of the deviation.
    sure_but_wrong, sure_but_wrong_expected
        Share of wrong answers where the model was surer than 0.9 of a right one, and what it expected there.
    drift, drift_error
        Log-odds by which an item's later half of answers was easier than its earlier half, and its standard error.
    """
    item, y, p, ability = answers.item, answers.score, answers.probability, answers.of_learner
    weight = p * (1.0 - p)
    known = np.clip((p - answers.guess) / (1.0 - answers.guess), 1e-6, 1.0 - 1e-6)
    slope = (1.0 - answers.guess) * known * (1.0 - known)

    def total(values: Any) -> Floats:
        return np.bincount(item, values, minlength=items).astype(np.float64)

    def ratio(above: Floats, below: Floats) -> Floats:
        found: Floats = np.divide(above, below, out=np.full(items, np.nan), where=below > 0.0)
        return found

    n = total(np.ones(len(y)))
    center = np.nan_to_num(ratio(total(ability), n))
    deviation = ability - center[item]
    spread = total(slope**2 / weight * deviation**2)
    precision = 1.0 / 0.5**2
    score_of_slope = total((y - p) * slope / weight * deviation)
    sure = p > SURE
    rank = _rank_within(item)
    late = rank >= n[item] / 2.0
    residual_late, residual_early = total((y - p) * late), total((y - p) * ~late)
    information_late, information_early = total(weight * late), total(weight * ~late)
    step = ratio(residual_late, information_late) - ratio(residual_early, information_early)
    error = np.sqrt(ratio(np.ones(items), information_late) + ratio(np.ones(items), information_early))
    judged = n >= LEAST_ANSWERS
    return {
        "answers": n,
        "share_right": ratio(total(y), n),
        "expected_right": ratio(total(p), n),
        "discrimination": np.where(judged, 1.0 + score_of_slope / (spread + precision), np.nan),
        "discrimination_error": np.where(judged, 1.0 / np.sqrt(spread + precision), np.nan),
        "sure_but_wrong": ratio(total(sure * (1.0 - y)), total(sure)),
        "sure_but_wrong_expected": ratio(total(sure * (1.0 - p)), total(sure)),
        "sure_but_wrong_z": ratio(total(sure * (p - y)), np.sqrt(total(sure * weight))),
        "drift": np.where(judged, step, np.nan),
        "drift_error": np.where(judged, error, np.nan),
    }


def words_of(row: Mapping[Any, Any]) -> list[str]:
    """What is worth a look at one item, in words."""
    words = []
    if row["discrimination"] + row["discrimination_error"] < 0.5:
        words.append("hardly tells who knows from who does not: is the key right, is the question clear?")
    if row["sure_but_wrong_z"] > ALARM:
        words.append("wrong where a right answer was sure")
    if abs(row["drift"]) > ALARM * row["drift_error"]:
        words.append("has become easier" if row["drift"] > 0.0 else "has become harder")
    return words


def misfit(answers: Answers, gap_days: Floats) -> list[dict[str, Any]]:
    """Predicted against observed by time since the learner's last answer to the item."""
    rows = []
    for low, high, name in GAPS:
        chosen = np.isnan(gap_days) if name == "first" else (gap_days > low) & (gap_days <= high)
        if name == "up to an hour":
            chosen |= gap_days == 0.0
        if not chosen.any():
            continue
        y, p = answers.score[chosen], answers.probability[chosen]
        deviation = float((y - p).sum() / np.sqrt((p * (1.0 - p)).sum()))
        rows.append(
            {
                "gap": name,
                "answers": int(chosen.sum()),
                "predicted": float(p.mean()),
                "observed": float(y.mean()),
                "z": deviation,
                "warning": "" if abs(deviation) <= ALARM else f"{'under' if deviation > 0 else 'over'}estimated",
            }
        )
    return rows


def _rank_within(group: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Position of every row among the rows of its group."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    start = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[start, len(ordered)])
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - np.repeat(start, sizes)
    return rank
