"""Elo rating of learners, items and sets of skills, with steps that decay."""

from __future__ import annotations

import math
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from .._progress import Report, reporting
from ..errors import InputError
from ..estimator import Estimator, Progress, Values
from ..log import ReviewLog, require_log
from ..splits import one_of
from ._extra import needed

Floats = npt.NDArray[np.float64]
START = (0.3, 0.05, 0.4, 0.3, 0.3, 0.1, 0.3, 0.1)
"""Step and decay of learners, items, sets of skills, and learners on a set, from which a fit starts."""
ITEMS = ("frozen", "online")
MOST_PASSES = 90
RIDGE = 1e-4
"""Nats an answer by which a step that is e times its start must lower the loss."""
BURN_IN = 5
"""One answer in so many, the earliest, does not count in the choice of steps."""


class Elo(Estimator):
    """Ratings: p = sigmoid(level + learner + learner on skills - item - skills), each moved by k (y - p) afterwards.

    Pelánek (2016), with the uncertainty function k = a / (1 + b n) after n answers. The items of one set of skills
    (those without skills are one too) share a rating, so that a new item is not of unknown difficulty. The constants
    are those with the lowest log loss of the training answers, each predicted before it is used, in order of time. What
    is new starts at 0. In a prediction learners are rated anew from their earlier answers.

    Parameters
    ----------
    items : {"frozen", "online"}
        What predictions do with items and sets of skills: leave them as the fit left them, or go on rating them by the
        earlier answers of all learners of the log. Answers that the fit learned from are recognized, by their learner
        and time, and do not count twice.

    Attributes
    ----------
    steps_ : tuple of float
        a and b of learners, items, sets of skills, and learners on a set.
    level_ : float
        Log-odds of the share of right answers of the fit.
    difficulties_, skill_difficulties_ : dict of str to float
        Ratings of items, and of sets of skills, several joined by ``|``.
    """

    id: ClassVar[str] = "elo"

    steps_: tuple[float, ...]
    level_: float
    difficulties_: dict[str, float]
    skill_difficulties_: dict[str, float]
    _answers: dict[str, dict[str, int]]
    _until: dict[str, int]

    def __init__(self, items: str = "frozen") -> None:
        self.items = items

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Choose the steps, then rate the items."""
        if len(require_log(log)) == 0:
            raise InputError("no answers", source="fit of elo", expected="answers to learn from")
        if not isinstance(self.items, str) or self.items not in ITEMS:
            raise InputError("unknown choice", source="elo, items", value=self.items, expected=one_of(ITEMS))
        core = log._core
        order = np.argsort(core.answered_at, kind="stable")
        sets, set_of_item = skill_sets(log)
        item = core.item[order]
        about = set_of_item[item]
        pair = np.unique(core.learner[order] * np.int64(len(sets)) + about, return_inverse=True)[1]
        rated = (core.learner[order].tolist(), item.tolist(), about.tolist(), pair.tolist())
        success = log.success[order].tolist()
        right = sum(success)
        level = math.log((right + 0.5) / (len(success) - right + 0.5))
        burn_in = len(success) // BURN_IN
        with reporting(progress, "Fitting elo") as report:
            sizes = (len(log.learners), len(log.items), len(sets), int(pair.max()) + 1)
            objective = _Objective(rated, success, sizes, level, burn_in, report)
            optimize = needed("scipy.optimize", self.id)
            best = optimize.minimize(
                objective, np.log(START), method="Nelder-Mead",
                options={"maxfev": MOST_PASSES, "initial_simplex": _simplex(np.log(START))},
            )  # fmt: skip
            self.steps_ = _steps(best.x)
            _, of_items, of_sets = objective.ratings(self.steps_)
        self.level_ = level
        items, times = np.unique(core.item, return_counts=True)
        kinds, shared = np.unique(about, return_counts=True)
        self.difficulties_ = {log.items[code]: of_items[code] for code in items.tolist()}
        self.skill_difficulties_ = {sets[code]: of_sets[code] for code in kinds.tolist()}
        self._answers = {
            "items": dict(zip(self.difficulties_, times.tolist(), strict=True)),
            "sets": dict(zip(self.skill_difficulties_, shared.tolist(), strict=True)),
        }
        last = np.full(len(log.learners), -1, dtype=np.int64)
        np.maximum.at(last, core.learner, core.answered_at)
        self._until = {log.learners[code]: int(last[code]) for code in np.unique(core.learner).tolist()}
        return self

    def predict_sequence(self, log: ReviewLog) -> Values:
        """Probability of a right answer for every row, from strictly earlier rows of its learner.

        With ``items="online"`` earlier rows of other learners move the ratings of items.
        """
        require_log(log)
        if not hasattr(self, "difficulties_"):
            raise InputError("not fitted", source="Elo", expected="a call of fit before this one")
        core = log._core
        sets, set_of_item = skill_sets(log)
        a, b, c, d, e, f, g, h = self.steps_
        learner, pair = _Ratings(a, b), _Ratings(g, h)
        item, about = _Ratings(c, d), _Ratings(e, f)
        item.known(log.items, self.difficulties_, self._answers["items"])
        about.known(sets, self.skill_difficulties_, self._answers["sets"])
        until = [self._until.get(name, -1) if self.items == "online" else math.inf for name in log.learners]
        order = np.argsort(core.answered_at, kind="stable")
        found = np.empty(len(log))
        waiting: list[tuple[int, int, int, float]] = []  # answers at the time of this one, which it does not see
        before = -1
        columns = (order, core.learner[order], core.item[order], core.answered_at[order], log.success[order])
        for row, who, what, when, y in zip(*(column.tolist() for column in columns), strict=True):
            if when != before:
                for one, thing, kind, off in waiting:
                    learner.move(one, off)
                    pair.move(one * len(sets) + kind, off)
                    if before > until[one]:
                        item.move(thing, -off)
                        about.move(kind, -off)
                waiting.clear()
                before = when
            kind = int(set_of_item[what])
            easy = learner.of(who) + pair.of(who * len(sets) + kind)
            p = 1.0 / (1.0 + math.exp(item.of(what) + about.of(kind) - self.level_ - easy))
            found[row] = p
            waiting.append((who, what, kind, y - p))
        return found


class _Ratings:
    """Ratings by code, with how many answers each has seen; 0 until the first."""

    def __init__(self, step: float, decay: float) -> None:
        self._step = step
        self._decay = decay
        self._rated: dict[int, tuple[float, int]] = {}

    def known(self, names: list[str], ratings: dict[str, float], answers: dict[str, int]) -> None:
        self._rated = {code: (ratings[name], answers[name]) for code, name in enumerate(names) if name in ratings}

    def of(self, code: int) -> float:
        return self._rated.get(code, (0.0, 0))[0]

    def move(self, code: int, off: float) -> None:
        rating, answers = self._rated.get(code, (0.0, 0))
        self._rated[code] = (rating + self._step / (1.0 + self._decay * answers) * off, answers + 1)


class _Objective:
    """Log loss of answers, each predicted before it moves the ratings, as a function of the logs of the steps."""

    def __init__(
        self,
        rated: tuple[list[int], list[int], list[int], list[int]],
        success: list[int],
        sizes: tuple[int, int, int, int],
        level: float,
        burn_in: int,
        report: Report,
    ) -> None:
        self._answers = (*rated, success)
        self._sizes = sizes
        self._level = level
        self._burn_in = burn_in
        self._report = report
        self._passes = 0

    def __call__(self, logs: Floats) -> float:
        self._passes += 1
        self._report(self._passes, MOST_PASSES, "Fitting elo")
        p = np.clip(np.array(self.ratings(_steps(logs))[0][self._burn_in :]), 1e-7, 1.0 - 1e-7)
        right = np.array(self._answers[4][self._burn_in :]) == 1
        return float(-np.log(np.where(right, p, 1.0 - p)).mean()) + RIDGE * float(np.sum((logs - np.log(START)) ** 2))

    def ratings(self, steps: tuple[float, ...]) -> tuple[list[float], list[float], list[float]]:
        """Predictions in order, and the ratings of items and of sets after them."""
        (a, b, c, d, e, f, g, h), exp, level = steps, math.exp, self._level
        (theta, seen), (hard, met), (deep, known), (on, tried) = (([0.0] * size, [0] * size) for size in self._sizes)
        found = []
        for who, what, about, pair, y in zip(*self._answers, strict=True):
            p = 1.0 / (1.0 + exp(hard[what] + deep[about] - level - theta[who] - on[pair]))
            found.append(p)
            off = y - p
            theta[who] += a / (1.0 + b * seen[who]) * off
            hard[what] -= c / (1.0 + d * met[what]) * off
            deep[about] -= e / (1.0 + f * known[about]) * off
            on[pair] += g / (1.0 + h * tried[pair]) * off
            seen[who] += 1
            met[what] += 1
            known[about] += 1
            tried[pair] += 1
        return found, hard, deep


def skill_sets(log: ReviewLog) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Sets of skills, and that of each item."""
    given = log.skills_of_items()
    names: dict[str, int] = {}
    codes = [names.setdefault(given.get(item, ""), len(names)) for item in log.items]
    return list(names), np.array(codes, dtype=np.int64)


def _steps(logs: Floats) -> tuple[float, ...]:
    return tuple(np.exp(np.clip(logs, -12.0, 2.0)).tolist())


def _simplex(start: Floats) -> Floats:
    return np.vstack((start, start + 0.7 * np.eye(len(start))))
