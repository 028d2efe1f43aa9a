#!/usr/bin/env python3
"""Print what each score gives for 240 made-up answers, to 15 digits, for tests/golden/metrics_test.cpp.

Usage: golden_metrics.py [--peers]

A second implementation, written from the published definitions: sums over all pairs of answers, one answer at a time,
without sorting, bins of bits, cosines or cells. It needs NumPy. With --peers it also prints what scikit-learn,
statsmodels and relplot give, where they are installed; those lines should agree with the others (relplot to 0.001).
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict

import numpy as np

ANSWERS = 240
DAYS = (0, 1, 2, 3, 4, 13, 14, 47, 48, 400)


def made_up() -> tuple[np.ndarray, np.ndarray]:
    """Predictions with ties, in steps of 1/500, and outcomes that are right a little less often than predicted."""
    i = np.arange(ANSWERS)
    k = 500 - (i * i * 31 + i * 17) % 401
    return k / 501, ((i * 7907 + 13) % 997 * 501 < (k - 40) * 997).astype(int)


def roots() -> tuple[np.ndarray, np.ndarray]:
    """Different predictions, ever closer together, the last three closer than a step of lowess."""
    i = np.arange(1, 65)
    return (i / 64) ** 0.0625, ((i * 7907 + 13) % 997 < i * 15).astype(int)


def log_loss(p: np.ndarray, y: np.ndarray) -> float:
    return -math.fsum(math.log(a if b else 1 - a) for a, b in zip(p, y, strict=True)) / len(p)


def auc(p: np.ndarray, y: np.ndarray) -> float:
    pairs = [(a > b) + 0.5 * (a == b) for a in p[y == 1] for b in p[y == 0]]
    return math.fsum(pairs) / len(pairs)


def ece(p: np.ndarray, y: np.ndarray) -> float:
    bins = np.minimum((p * 20).astype(int), 19)
    return math.fsum(abs(math.fsum(p[bins == b] - y[bins == b])) for b in range(20)) / len(p)


def smooth_at(x: np.ndarray, y: np.ndarray, at: float) -> float:
    """Local linear regression at one place, from the nearest two thirds of answers."""
    wanted = int(2 / 3 * len(x) + 1e-10)
    distance = np.abs(x - at)
    radius = np.sort(distance)[wanted - 1]
    weight = np.where(distance < radius, (1 - (distance / radius) ** 3) ** 3, 0.0)
    weight = weight / math.fsum(weight)
    mean = math.fsum(weight * x)
    spread = math.fsum(weight * (x - mean) ** 2)
    return math.fsum(weight * (1 + (at - mean) * (x - mean) / spread) * y)


def ici(p: np.ndarray, y: np.ndarray) -> float:
    """Fits at places at most a hundredth of the range apart, as far as there are answers; lines between them."""
    order = np.argsort(p, kind="stable")
    x, outcome = p[order], y[order].astype(float)
    delta = 0.01 * (x[-1] - x[0])
    places = [0]
    while x[places[-1]] < x[-1]:
        here = np.flatnonzero(x == x[places[-1]])[-1]
        beyond = np.flatnonzero(x > x[here] + delta)
        reached = (beyond[0] if beyond.size else len(x) - 1) - 1
        places.append(max(reached, here + 1))
    fits = [smooth_at(x, outcome, x[place]) for place in places]
    return float(np.mean(np.abs(np.interp(x, x[places], fits) - x)))


def smoothed(p: np.ndarray, y: np.ndarray, width: float, mesh: int = 20_000) -> float:
    """Mean absolute smoothed residual: a Gaussian and its mirror images, summed one answer at a time."""
    t = np.linspace(0, 1, mesh + 1)
    total = np.zeros_like(t)
    for at, residual in zip(p, p - y, strict=True):
        for turn in range(-4, 5):
            for image in (2 * turn + at, 2 * turn - at):
                total += residual * np.exp(-0.5 * ((t - image) / width) ** 2)
    total = np.abs(total) / (len(p) * width * math.sqrt(2 * math.pi))
    return float((total.sum() - 0.5 * (total[0] + total[-1])) / mesh)


def smooth_ece(p: np.ndarray, y: np.ndarray) -> float:
    low, high = 0.001, 1.0
    while high - low > 1e-7:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if smoothed(p, y, middle, 2000) >= middle else (low, middle)
    return low


def review_bin(days: float, reviews: int, lapses: int) -> tuple[float, float, float]:
    """The key of FSRS-Optimizer: a value on each of three scales."""

    def scale(x: float, factor: float, base: float) -> float:
        return round(factor * base ** math.floor(math.log(x) / math.log(base)), 2)

    return scale(days, 2.48, 3.62), round(scale(reviews, 1.99, 1.89)), round(scale(lapses, 1.65, 1.73)) if lapses else 0


def rmse_bins(p: np.ndarray, y: np.ndarray, recency: bool) -> float:
    """Over cards of eight answers, `DAYS` apart in turn; first answers and those of the same day are left out."""
    bins = defaultdict(list)
    counted = []
    for card in range(0, len(p), 8):
        reviews, lapses = 1, 0
        for k in range(card, card + 8):
            days = DAYS[(k * 7 + card) % len(DAYS)]
            if k == card or days == 0:
                continue
            reviews += 1
            counted.append((k, review_bin(days, reviews, lapses)))
            lapses += 1 - y[k]
    for place, (k, key) in enumerate(counted):
        weight = 0.25 + 0.75 * (place / (len(counted) - 1)) ** 3 if recency else 1.0
        bins[key].append((p[k], y[k], weight))
    sums = [np.array(rows) for rows in bins.values()]
    weights = [rows[:, 2].sum() for rows in sums]
    misses = [(rows[:, 0].mean() - rows[:, 1].mean()) ** 2 for rows in sums]
    return math.sqrt(math.fsum(np.multiply(weights, misses)) / math.fsum(weights))


def universal(a: np.ndarray, b: np.ndarray, y: np.ndarray) -> float:
    bins = [min(max(math.floor(21**x) - 1, 0), 19) for x in b]
    parts = [np.array([i for i, c in enumerate(bins) if c == which]) for which in sorted(set(bins))]
    return math.sqrt(math.fsum(len(i) * (a[i].mean() - y[i].mean()) ** 2 for i in parts) / len(a))


def peers(p: np.ndarray, y: np.ndarray) -> None:
    try:
        from sklearn import metrics

        print("scikit-learn log_loss", metrics.log_loss(y, p), "auc", metrics.roc_auc_score(y, p))
        print("scikit-learn brier   ", metrics.brier_score_loss(y, p))
    except ImportError:
        print("scikit-learn is not installed")
    try:
        from statsmodels.nonparametric.smoothers_lowess import lowess

        for x, outcome in ((p, y), roots()):
            fitted = lowess(outcome.astype(float), x, it=0, delta=0.01 * (x.max() - x.min()), return_sorted=False)
            print("statsmodels  ici     ", np.abs(fitted - x).mean())
    except ImportError:
        print("statsmodels is not installed")
    try:
        import relplot

        print("relplot      sm_ece  ", relplot.smECE(p, y.astype(float)))
    except ImportError:
        print("relplot is not installed")


def main() -> None:
    p, y = made_up()
    other = np.clip(p * p + 0.1, 0.0, 1.0)
    for name, value in {
        "right": y.sum(),
        "log_loss": log_loss(p, y),
        "brier": math.fsum((p - y) ** 2) / len(p),
        "mean_bias": math.fsum(p - y) / len(p),
        "auc": auc(p, y),
        "ece": ece(p, y),
        "ici": ici(p, y),
        "ici of roots": ici(*roots()),
        "smoothed at 0.02": smoothed(p, y, 0.02),
        "smoothed at 0.1": smoothed(p, y, 0.1),
        "smooth_ece": smooth_ece(p, y),
        "rmse_bins_srs_benchmark": rmse_bins(p, y, False),
        "rmse_bins_fsrs_rs": rmse_bins(p, y, True),
        "universal p by other": universal(p, other, y),
        "universal other by p": universal(other, p, y),
    }.items():
        print(f"{name:24} {value:.15g}")
    if "--peers" in sys.argv[1:]:
        peers(p, y)


if __name__ == "__main__":
    main()
