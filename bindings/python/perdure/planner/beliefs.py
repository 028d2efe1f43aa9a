"""What a model believes of every learner's objectives on the first day of a plan."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .. import batch
from ..cohort import Cohort
from ..memory_model import MemoryModel
from ..states import States
from .objectives import Objective, courses_of

GOOD = 3


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
    recency : list of dict
        By learner: the last answer of every item, in milliseconds, for the order of questions in a pool.
    left_out : list of (int, int, str)
        Learner, objective and why it cannot be planned.
    """

    learner: npt.NDArray[np.int64]
    objective: npt.NDArray[np.int64]
    state: list[npt.NDArray[np.float32]]
    last_day: npt.NDArray[np.int32]
    asked: npt.NDArray[np.bool_]
    recency: list[dict[str, int]]
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
    of_item = {item: number for number, one in enumerate(objectives) for item in one.items}
    code = np.array([of_item.get(item, -1) for item in states.items], np.int64)
    latest: list[dict[int, int]] = [{} for _ in states.learners]
    recency: list[dict[str, int]] = [{} for _ in states.learners]
    at = states.last_answered_at.tolist()
    for row, (learner, item) in enumerate(zip(states.learner.tolist(), states.item.tolist(), strict=True)):
        objective = int(code[item])
        recency[learner][states.items[item]] = at[row]
        if objective >= 0:
            before = latest[learner].get(objective)
            if before is None or at[before] <= at[row]:
                latest[learner][objective] = row
    by_course: dict[str, list[int]] = defaultdict(list)
    courses = courses_of(cohort)
    for number, one in enumerate(objectives):
        by_course[courses[one.course].id].append(number)
    who: list[int] = []
    what: list[int] = []
    rows: list[int] = []
    last: list[int] = []
    left_out: list[tuple[int, int, str]] = []
    for learner, id in enumerate(states.learners):
        own = latest[learner]
        for course in cohort.courses_of(id) if cohort.courses else courses:
            is_listed = course.items is not None or bool(course.skills)
            end = cohort.training_end_of(id, course)
            for objective in by_course[course.id]:
                row = own.get(objective, -1)
                if row < 0 and end is None and not is_listed:
                    continue
                if row < 0 and end is not None and end >= first:
                    left_out.append((learner, objective, f"the training ends on {end}, after the plan begins"))
                    continue
                who.append(learner)
                what.append(objective)
                rows.append(row)
                last.append(int(days[row]) if row >= 0 else (end - first).days if end else -1)
    taken = np.array(rows, np.int64)
    fresh = batch.first(model.id, np.array([GOOD], np.uint8), parameters=model._values(), profile=model.profile)
    state = []
    for column, new in zip(states.state, fresh, strict=True):
        values = column[np.maximum(taken, 0)].astype(np.float32) if len(column) else np.zeros(taken.size, np.float32)
        state.append(np.ascontiguousarray(np.where(taken >= 0, values, np.float32(new[0]))))
    return Beliefs(
        np.array(who, np.int64),
        np.array(what, np.int64),
        state,
        np.array(last, np.int32),
        taken >= 0,
        recency,
        left_out,
    )
