"""What a plan leaves out: objectives that stay below the target, steps that have no day, and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa

from ..cohort import Cohort
from ..memory_model import MemoryModel
from .objectives import Objective
from .problem import Problem

SCHEMA = pa.schema(
    [("learner", pa.string()), ("objective", pa.string()), ("recall", pa.float64()), ("reason", pa.string())]
)


def uncovered_of(
    cohort: Cohort,
    model: MemoryModel,
    learners: list[str],
    objectives: list[Objective],
    problem: Problem,
    asked: dict[str, Any],
    first: dt.date,
    threads: int,
) -> tuple[pa.Table, int]:
    """Objectives without a question that stay below the target, and steps without a day, with why.

    Returns
    -------
    table : pyarrow.Table
        Columns learner, objective (or the step's id), recall when it counts (null where it is not forecast), reason.
    not_due : int
        Objectives without a question that stay above the target.
    """
    columns = problem.arguments["columns"]
    starts = columns["first"].astype(np.int64)
    has = np.zeros(problem.objective.size, bool)
    has[starts[asked["learner"]] + asked["question"]] = True
    left = np.flatnonzero(~has)
    state = tuple(column[left] for column in problem.arguments["state"])
    elapsed = (problem.end[left] - columns["last_day"][left]).astype(np.float32)
    recall = model.recall(state, elapsed, threads).astype(np.float64) if left.size else np.zeros(0)
    owner = np.searchsorted(starts, left, side="right") - 1
    rows: list[tuple[str, str, float | None, str]] = [
        (learners[learner], objectives[number].name, None, why) for learner, number, why in problem.unplanned
    ]
    told = {(learner, number) for learner, number, _ in problem.unplanned}
    unsaid = [
        (learner, int(problem.objective[row]), r, int(problem.end[row]))
        for row, learner, r in zip(left.tolist(), owner.tolist(), recall.tolist(), strict=True)
        if (learner, int(problem.objective[row])) not in told
    ]
    targets = _targets(cohort, objectives)
    low = [one for one in unsaid if one[2] < targets[one[1]]]
    counts = np.bincount([one[0] for one in low], minlength=len(learners))
    askings = np.bincount(asked["learner"], minlength=len(learners))
    covered = np.bincount(np.searchsorted(starts, np.flatnonzero(has), side="right") - 1, minlength=len(learners))
    for learner, number, r, end in low:
        numbers = int(askings[learner]), int(covered[learner]), int(counts[learner])
        why = _why(cohort, learners[learner], problem, learner, numbers, first + dt.timedelta(end), first)
        rows.append((learners[learner], objectives[number].name, r, why))
    for learner, days in enumerate(problem.days_of):
        rows += [
            (learners[learner], step.step, None, f"no day for the {step.kind} of {step.nominal}: {step.problem}")
            for step in days.dropped
        ]
    turned = list(zip(*rows, strict=True)) or [() for _ in SCHEMA]
    arrays = [pa.array(list(column), field.type) for column, field in zip(turned, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA), len(unsaid) - len(low)


def _targets(cohort: Cohort, objectives: list[Objective]) -> list[float]:
    own = [course.goal.target_retention for course in cohort.courses] or [None]
    return [own[one.course] or cohort.target_retention for one in objectives]


def _why(
    cohort: Cohort,
    id: str,
    problem: Problem,
    learner: int,
    numbers: tuple[int, int, int],
    until: dt.date,
    first: dt.date,
) -> str:
    """Why an objective of a learner has no question; ``numbers``: questions, objectives with one, objectives left."""
    days = problem.days_of[learner]
    if not any(days.open[: (until - first).days]) and not days.given:
        return f"no study day from {first} to the day before {until}"
    askings, covered, left = numbers
    caps, all_of_them = cohort.caps_of(id), covered + left
    if askings < all_of_them:  # not even one question each
        if caps.questions_in_all is not None and askings >= caps.questions_in_all:
            cap = f"a budget of {caps.questions_in_all} questions"
        elif caps.sessions_per_week is not None:
            cap = f"a cap of {caps.sessions_per_week} sessions a week of {caps.questions_per_session}"
        else:
            cap = f"room for {askings} questions"
        return f"{cap} cannot cover {all_of_them} objectives by {until}: {left} uncovered"
    return f"no room that would not be missed elsewhere: {askings} questions before {until}, {left} objectives left"
