#!/usr/bin/env python3
"""Measure what 16 slots per card change in the recall that DASH, DASH[ACT-R] and ACT-R predict, on a log of your own.

Usage: history_error.py ANSWERS [CARDS]   (ANSWERS: any file that perdure reads; CARDS: the longest so many cards, 200)

For every answer after the sixteenth of a card: recall as the package predicts it, and recall from the whole list of
answers by a second implementation, with default parameters. Beside it, as a baseline, recall from the last 16 answers
alone. Prints the mean, the 99th percentile and the largest absolute difference of both.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import perdure
from perdure import _catalog, batch

SLOTS = 16
Values = npt.NDArray[np.float64]
Card = tuple[Values, Values]  # days, right (1) or wrong (0)
Recall = Callable[[Values, Values, float], float]  # days and rights of past answers, days until now -> recall


def logistic(x: float) -> float:
    return float(1.0 / (1.0 + np.exp(-x)))


def dash(w: Values, days: Values, right: Values, now: float) -> float:
    score = w[8]
    for j, window in enumerate((1.0, 7.0, 30.0, np.inf)):
        inside = now - days <= window
        score += w[2 * j] * np.log1p(inside.sum()) + w[2 * j + 1] * np.log1p(right[inside].sum())
    return logistic(score)


def dash_act_r(w: Values, days: Values, right: Values, now: float) -> float:
    terms = np.where(right > 0, w[3], w[2]) * np.maximum(now - days, 0.1) ** -w[1]
    return logistic(w[0] * np.log1p(max(0.0, terms.sum())) + w[4])


def act_r(w: Values, days: Values, right: Values, now: float) -> float:
    decays: list[float] = []
    for i, moment in enumerate([*days, now]):
        ages = np.maximum(1.0, 86400.0 * w[4] * (moment - days[:i]))
        strength = float((ages ** -np.array(decays)).sum()) if decays else 0.0
        decays.append(w[1] * strength + w[0])
    return logistic((np.log(strength) - w[3]) / w[2])


def shipped(model: str, cards: list[Card]) -> list[list[float]]:
    """Predictions of the package for the answers of each card after its first."""
    found: list[list[float]] = []
    for days, right in cards:
        grades = np.where(right > 0, 3, 1).astype(np.uint8)
        state = batch.first(model, grades[:1])
        predicted = []
        for i, gap in enumerate(np.diff(days).astype(np.float32), start=1):
            predicted.append(float(batch.recall(model, state, np.array([gap]))[0]))
            state = batch.review(model, state, grades[i : i + 1], np.array([gap]))
        found.append(predicted)
    return found


def longest_cards(path: str, count: int) -> list[Card]:
    frame = perdure.read_answers(path).to_frame()
    rows = {name: np.asarray(frame[name]) for name in ("learner", "item", "score")}
    day = np.asarray(frame["answered_at"].dt.tz_localize(None)).astype("datetime64[ms]").astype(np.int64) / 86_400_000.0
    order = np.lexsort((day, rows["item"].astype(str), rows["learner"].astype(str)))
    keys = [(rows["learner"][i], rows["item"][i]) for i in order]
    ends = [0, *(i for i, (a, b) in enumerate(pairwise(keys), start=1) if a != b), len(keys)]
    cards = [(day[order[a:b]], (rows["score"][order[a:b]] >= 0.5).astype(np.float64)) for a, b in pairwise(ends)]
    return sorted((c for c in cards if len(c[0]) > SLOTS + 1), key=lambda c: -len(c[0]))[:count]


def main() -> None:
    cards = longest_cards(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200)
    print(f"{len(cards)} cards of {SLOTS + 2} to {max((len(d) for d, _ in cards), default=0)} answers")
    for model, formula in (("dash", dash), ("dash-act-r", dash_act_r), ("act-r", act_r)):
        w = _catalog.defaults(_catalog.find(model, "perdure"))
        merged, dropped = [], []
        for (days, right), predicted in zip(cards, shipped(model, cards), strict=True):
            for i in range(SLOTS + 1, len(days)):
                exact = formula(w, days[:i], right[:i], days[i])
                merged.append(abs(predicted[i - 1] - exact))
                dropped.append(abs(formula(w, days[i - SLOTS : i], right[i - SLOTS : i], days[i]) - exact))
        for name, errors in ((f"{SLOTS} slots", merged), (f"last {SLOTS} alone", dropped)):
            e = np.array(errors)
            print(f"  {model:10} {name:13} mean {e.mean():.5f}, 99 % {np.quantile(e, 0.99):.5f}, most {e.max():.4f}")


if __name__ == "__main__":
    main()
