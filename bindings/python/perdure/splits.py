"""Which answers a comparison holds out, and which of them belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from numbers import Integral

import numpy as np
import numpy.typing as npt

from .errors import InputError
from .log import ReviewLog

Mask = npt.NDArray[np.bool_]
Fold = tuple[Mask, Mask, Mask]

MS_PER_DAY = 86_400_000
MOST_FOLDS = 1000
BURN_IN = 5
"""A prequential split fits first on one part in so many."""


def folds_of(log: ReviewLog, split: str, folds: int) -> Iterator[Fold]:
    """Rows of each fold: to fit on, to predict, and that predictions may look back on (both of them)."""
    if not isinstance(split, str) or split not in SPLITS:
        raise InputError("unknown choice", source="split", value=split, expected=one_of(SPLITS))
    least = 1 if split in ("time", "prequential") else 2
    if isinstance(folds, bool) or not isinstance(folds, Integral) or not least <= folds <= MOST_FOLDS:
        raise InputError(
            f"not a number of folds of a split by {split}",
            source="folds",
            value=folds,
            expected=f"a whole number from {least} to {MOST_FOLDS}",
        )
    yield from SPLITS[split](log, int(folds))


def _time(log: ReviewLog, folds: int) -> Iterator[Fold]:
    """scikit-learn's TimeSeriesSplit on rows in time order: parts of n // (folds + 1) answers, counted from the end."""
    size = len(log) // (folds + 1)
    return _cut_in_time(log, [len(log) - (folds - fold) * size for fold in range(folds)])


def _prequential(log: ReviewLog, folds: int) -> Iterator[Fold]:
    """A fifth to learn from, the rest in equal parts, each predicted by a fit on everything before it."""
    first = len(log) // BURN_IN
    return _cut_in_time(log, [first + (len(log) - first) * fold // folds for fold in range(folds)])


def _cut_in_time(log: ReviewLog, starts: list[int]) -> Iterator[Fold]:
    """Parts that begin at the given places of the log in time order; the last one ends with it.

    Answers of one time stay together, in the later part.
    """
    answered = log._core.answered_at
    ordered = np.sort(answered)
    edges = [int(ordered[0]), *(int(ordered[start]) for start in starts if start < len(log)), int(ordered[-1]) + 1]
    if len(edges) < len(starts) + 2 or any(early >= late for early, late in pairwise(edges)):
        times = len(np.unique(answered))
        there = f"{len(log)} answers at {times} different times" if times > 1 else "all answers have one time"
        if len(starts) == 1 or times == 1:
            raise InputError(
                f"nothing to cut in time: {there}",
                source="log",
                expected="answers at more times, or a split by learner or item",
            )
        raise InputError(
            f"too many for {there}",
            source="folds",
            value=len(starts),
            expected="fewer",
        )
    for start, end in pairwise(edges[1:]):
        train = answered < start
        seen = answered < end
        yield train, seen & ~train, seen


def _learner(log: ReviewLog, folds: int) -> Iterator[Fold]:
    return _by_id(log._core.learner, log.learners, folds, "learners")


def _item(log: ReviewLog, folds: int) -> Iterator[Fold]:
    return _by_id(log._core.item, log.items, folds, "items")


def _by_id(codes: npt.NDArray[np.uint32], ids: list[str], folds: int, what: str) -> Iterator[Fold]:
    """Every id held out once, dealt out in the order of ids, so that neither row order nor unused ids play a part."""
    used = np.unique(codes)
    if len(used) < 2:
        raise InputError(f"one of the {what} alone cannot be held out", source="log", expected=f"two {what} or more")
    if len(used) < folds:
        raise InputError(
            f"too few {what}", source="folds", value=folds, expected=f"at most {len(used)}, the number of {what}"
        )
    everything = np.ones(len(codes), dtype=bool)
    rank = np.empty(len(ids), dtype=np.int64)
    rank[sorted(used.tolist(), key=lambda code: ids[code])] = np.arange(len(used))
    for fold in range(folds):
        test = rank[codes] % folds == fold
        yield ~test, test, everything


SPLITS: dict[str, Callable[[ReviewLog, int], Iterator[Fold]]] = {
    "time": _time,
    "learner": _learner,
    "item": _item,
    "prequential": _prequential,
}


def one_of(names: Iterable[str]) -> str:
    """Names as an error lists them: 'a', 'b' or 'c'."""
    *most, last = [repr(name) for name in names]
    return f"{', '.join(most)} or {last}" if most else last


def clusters_of(log: ReviewLog) -> npt.NDArray[np.uint32]:
    """What is resampled together: learners; days (UTC) where there is one learner."""
    learner = log._core.learner
    if len(np.unique(learner)) > 1:
        codes: npt.NDArray[np.uint32] = learner
        return codes
    _, days = np.unique(log._core.answered_at // MS_PER_DAY, return_inverse=True)
    return days.astype(np.uint32)
