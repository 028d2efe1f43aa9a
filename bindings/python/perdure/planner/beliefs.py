"""What a model believes of every learner's objectives on the first day of a plan."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import batch
from ..cohort import Cohort
from ..memory_model import MemoryModel
from ..states import States
from .objectives import Objective, courses_of

GOOD = 3
Int = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Beliefs:
    """A row for each learner and objective, by learner.

    Attributes
    ----------
    learner, objective : int arrays
    state : list of float32 arrays
        Memory after the last answer.
    last_day : int32 array
        Of the last answer, in days from the plan's first: below 0.
    asked : bool array
        Whether it was asked before the plan. What was not is believed to have been known at the end of the training.
    left_out : list of (int, int, str)
        Learner, objective and why it cannot be planned.
    """

    learner: npt.NDArray[np.int64]
    objective: npt.NDArray[np.int64]
    state: list[npt.NDArray[np.float32]]
    last_day: npt.NDArray[np.int32]
    asked: npt.NDArray[np.bool_]
    left_out: list[tuple[int, int, str]]


def beliefs_of(
    cohort: Cohort,
    model: MemoryModel,
    states: States,
    objectives: list[Objective],
    days: npt.NDArray[np.int32],
    first: dt.date,
) -> Beliefs:
    """The memory of an objective is that of its question answered last.

    Parameters
    ----------
    days : int32 array
        Of the last answers of ``states``, in days from ``first``.
    """
    found = _Latest(states, objectives)
    courses = courses_of(cohort)
    by_course: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(objectives):
        by_course[courses[one.course].id].append(number)
    parts: list[tuple[Int, Int, Int, Int]] = []
    left_out: list[tuple[int, int, str]] = []
    for (own, ends), alike in _alike(cohort, states.learners).items():
        for course, end in zip(own, ends, strict=True):
            numbers = np.array(by_course[course.id], np.int64)
            is_listed = course.items is not None or bool(course.skills)
            all_of_them = is_listed or end is not None
            pairs = found.pairs if all_of_them else found.answered
            learner, objective, row = pairs(np.array(alike, np.int64), numbers)
            is_fresh = row < 0
            if end is not None and end >= first:
                why = f"the training ends on {end}, after the plan begins"
                late = zip(learner[is_fresh].tolist(), objective[is_fresh].tolist(), strict=True)
                left_out += [(one, other, why) for one, other in late]
                keep = ~is_fresh
            else:
                keep = np.full(row.size, True)
            otherwise = -1 if end is None else (end - first).days
            last = np.where(is_fresh, otherwise, days[row] if days.size else otherwise)
            parts.append((learner[keep], objective[keep], row[keep], last[keep]))
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)] or [np.empty(0, np.int64)] * 4
    order = np.lexsort((joined[1], joined[0]))
    who, what, taken, last = (column[order] for column in joined)
    fresh = batch.first(model.id, np.array([GOOD], np.uint8), parameters=model._values(), profile=model.profile)
    state = []
    for column, new in zip(states.state, fresh, strict=True):
        values = column[np.maximum(taken, 0)].astype(np.float32) if len(column) else np.zeros(taken.size, np.float32)
        state.append(np.ascontiguousarray(np.where(taken >= 0, values, np.float32(new[0]))))
    return Beliefs(who, what, state, last.astype(np.int32), taken >= 0, sorted(left_out))


class _Latest:
    """The answer that counts for each learner's objective: the last one to any of its items."""

    def __init__(self, states: States, objectives: list[Objective]) -> None:
        of_item = {item: number for number, one in enumerate(objectives) for item in one.items}
        objective = np.array([of_item.get(item, -1) for item in states.items], np.int64)[states.item]
        rows = np.flatnonzero(objective >= 0)
        self.many = len(objectives)
        key = states.learner[rows] * np.int64(self.many) + objective[rows]
        order = np.lexsort((states.last_answered_at[rows], key))
        key = key[order]
        is_last = np.concatenate([key[1:] != key[:-1], [True]]) if key.size else np.empty(0, bool)
        self.key, self.row = key[is_last], rows[order][is_last]

    def answered(self, learners: Int, objectives: Int) -> tuple[Int, Int, Int]:
        """Pairs of a learner and an objective that have an answer, with its row."""
        who, what = self.key // self.many, self.key % self.many
        own = np.isin(who, learners) & np.isin(what, objectives)
        return who[own], what[own], self.row[own]

    def pairs(self, learners: Int, objectives: Int) -> tuple[Int, Int, Int]:
        """Every pair of a learner and an objective, with the row of the answer; -1 for none."""
        who, what = np.repeat(learners, objectives.size), np.tile(objectives, learners.size)
        key = who * self.many + what
        if self.key.size == 0:
            return who, what, np.full(key.size, -1, np.int64)
        place = np.minimum(np.searchsorted(self.key, key), self.key.size - 1)
        return who, what, np.where(self.key[place] == key, self.row[place], -1)


def _alike(cohort: Cohort, learners: list[str]) -> dict[Any, list[int]]:
    """Learners with the same courses and ends of training."""
    found: dict[Any, list[int]] = defaultdict(list)
    for number, id in enumerate(learners):
        own = cohort.courses_of(id) if cohort.courses else courses_of(cohort)
        found[own, tuple(cohort.training_end_of(id, one) for one in own)].append(number)
    return found
