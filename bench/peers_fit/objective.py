"""How good parameters are on a log, by one neutral function: the objective of the peers, and held-out log loss."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from . import fsrs6
from .columns import DAY_MS, Log
from .fsrs6 import Floats

FOLDS = 5
FLOOR = 1e-7  # predictions stay this far from 0 and 1


@dataclass(frozen=True)
class Fold:
    """Parameters are fitted to the first ``rows`` answers and judged on the predicted answers ``begin`` to ``end``."""

    rows: int
    begin: int
    end: int


class Judge:
    """One log, grouped once, and what any parameters reach on it."""

    def __init__(self, log: Log) -> None:
        order = np.lexsort((log.answered_at, log.item, log.learner))
        learner, item, when = log.learner[order], log.item[order], log.answered_at[order]
        is_first = np.ones(order.size, dtype=np.bool_)
        is_first[1:] = (learner[1:] != learner[:-1]) | (item[1:] != item[:-1])
        days = np.zeros(order.size)
        days[1:] = (when[1:] - when[:-1]) // DAY_MS
        days[is_first] = 0.0
        begin = np.flatnonzero(is_first)
        length = np.diff(np.append(begin, order.size))
        longest_first = np.argsort(-length, kind="stable")
        self._begin, self._length = begin[longest_first], length[longest_first]
        self._learner = learner[self._begin]
        self._row, self._days, self._grade = order, days, log.grade[order]
        predicted = np.zeros(order.size, dtype=np.bool_)
        predicted[order] = days >= 1.0
        self.targets: npt.NDArray[np.int64] = np.flatnonzero(
            predicted
        )  # rows of the log that are predicted, in time order
        self._right = log.grade[self.targets] >= 2

    def recalls(self, parameters: Floats) -> Floats:
        """Recall at each target, in time order. ``parameters`` are (21,), or (learners, 21)."""
        w = parameters if parameters.ndim == 1 else parameters[self._learner].T
        p = np.full(self._row.size, np.nan)
        stability, difficulty = fsrs6.first(w, self._grade[self._begin])
        ascending = self._length[::-1]
        for step in range(1, int(self._length[0]) if self._length.size else 0):
            alive = self._length.size - int(np.searchsorted(ascending, step, side="right"))
            at = self._begin[:alive] + step
            days, of = self._days[at], w if w.ndim == 1 else w[:, :alive]
            s, d = stability[:alive], difficulty[:alive]
            p[self._row[at]] = fsrs6.recall(of, s, days)
            stability[:alive], difficulty[:alive] = fsrs6.review(of, s, d, days, self._grade[at])
        return p[self.targets]

    def losses(self, parameters: Floats) -> Floats:
        """Log loss of each target in nats, in time order."""
        p = np.clip(self.recalls(parameters), FLOOR, 1.0 - FLOOR)
        return -np.log(np.where(self._right, p, 1.0 - p))

    def recency(self) -> Floats:
        """The peers' weights: a quarter for the first target, 1 for the last, by the cube of the place in time."""
        place = np.arange(self.targets.size) / max(self.targets.size - 1, 1)
        return 0.25 + 0.75 * place**3

    def objective(self, parameters: Floats, *, recency: bool) -> float:
        """Weighted log losses plus the peers' penalty, over the sum of the weights: nats per answer."""
        weight = self.recency() if recency else np.ones(self.targets.size)
        penalty = float((((parameters - fsrs6.DEFAULTS) / fsrs6.SPREADS) ** 2).sum())
        return (float((weight * self.losses(parameters)).sum()) + penalty) / float(weight.sum())

    def folds(self) -> list[Fold]:
        """Cut the targets into six parts by time: each of the last five is predicted from all that came before it."""
        size = self.targets.size // (FOLDS + 1)
        if size == 0:
            return []
        cuts = [size * k for k in range(1, FOLDS + 1)] + [self.targets.size]
        return [Fold(int(self.targets[a]), a, b) for a, b in pairwise(cuts)]

    def later(self, parameters: Floats, early: npt.NDArray[np.bool_]) -> float:
        """Mean log loss of the targets that are not among the rows of a mask, those the parameters were fitted to."""
        return float(self.losses(parameters)[~early[self.targets]].mean())

    def held_out(self, fitted: list[Floats]) -> float:
        """Mean log loss of the five last parts, each under the parameters that were fitted to what came before."""
        folds = self.folds()
        parts = [self.losses(w)[fold.begin : fold.end] for fold, w in zip(folds, fitted, strict=True)]
        return float(np.concatenate(parts).mean())
