"""Ratios with intervals, from rounds in which sides took turns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Ratio:
    """The median of the rounds' ratios, and an interval for that median.

    The interval runs from one order statistic to another. That needs no assumption about how noise is distributed: a
    round's ratio is as likely above its median as below, so the count below is binomial. ``coverage`` is the
    probability that follows.
    """

    median: float
    low: float
    high: float
    coverage: float
    rounds: int


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """How many times faster than theirs ours is, from times per item of the same rounds, in the same order.

    >>> ratio([1.0, 2.0, 1.0], [3.0, 8.0, 5.0])
    Ratio(median=4.0, low=3.0, high=5.0, coverage=0.75, rounds=3)
    """
    if len(ours) != len(theirs) or not ours:
        raise ValueError(f"rounds must pair up and be at least one, got {len(ours)} and {len(theirs)}")
    each = sorted(their / our for our, their in zip(ours, theirs, strict=True))
    rank, coverage = interval_rank(len(each))
    return Ratio(_median(each), each[rank], each[-1 - rank], coverage, len(each))


def interval_rank(rounds: int) -> tuple[int, float]:
    """Rank from either end of the tightest interval that still covers the median with `CONFIDENCE`, and its coverage.

    With five rounds or fewer no interval does; then it is the widest, with the coverage that it has.

    >>> interval_rank(9)
    (1, 0.9609375)
    >>> interval_rank(5)
    (0, 0.9375)
    """
    best, covered = 0, _coverage(rounds, 0)
    for rank in range(1, (rounds + 1) // 2):
        if _coverage(rounds, rank) < CONFIDENCE:
            break
        best, covered = rank, _coverage(rounds, rank)
    return best, covered


def _coverage(rounds: int, rank: int) -> float:
    outside = sum(math.comb(rounds, k) for k in range(rank + 1)) / 2.0**rounds
    return max(0.0, 1.0 - 2.0 * outside)


def _median(ascending: Sequence[float]) -> float:
    middle = len(ascending) // 2
    return ascending[middle] if len(ascending) % 2 else 0.5 * (ascending[middle - 1] + ascending[middle])
