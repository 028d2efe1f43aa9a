"""How the questions of courses are chosen: by the planner, by a simple policy, or by a cadence of the cohort file."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from ..cohort import CADENCES, Cadence, Cohort
from .beliefs import Beliefs
from .objectives import Objective, courses_of

CourseRule = tuple[str, float, list[int], int]
"""Policy, target, days, and days after a wrong answer: plan::Rule in C++."""
Rule = tuple[str, float, list[int], int, list[CourseRule]]
"""The same, and the rules of courses; none where all have this one."""


def ladder(cadence: Cadence) -> CourseRule:
    """The rule of a cadence that counts from the answer before."""
    return "ladder", 0.9, list(cadence.right[: cadence.retired_after]), cadence.wrong or cadence.right[0]


def rules_of(cohort: Cohort, learners: list[str]) -> list[CourseRule]:
    """How the questions of each course are chosen: planned, or by the course's cadence."""
    found: list[CourseRule] = []
    for course in courses_of(cohort):
        cadence = CADENCES[course.cadence]
        if cadence is None:
            found.append(("planned", 0.9, [], 1))
        elif cadence.right:
            found.append(ladder(cadence))
        else:
            ends = {cohort.training_end_of(id, course) for id in {*learners}} - {None}
            dates = [[(day - end).days for day in cadence.dates(end)] for end in ends if end]
            found.append(("fixed_days", 0.9, [max(days) for days in zip(*dates, strict=True)], 1))
    return found


def anchors(
    cohort: Cohort,
    learners: list[str],
    objectives: list[Objective],
    beliefs: Beliefs,
    kept: npt.NDArray[np.int64],
    first: dt.date,
) -> npt.NDArray[np.int32]:
    """The day from which each cadence counts: the end of the training, for a ladder that has begun its last answer."""
    found = beliefs.last_day[kept].copy()
    courses = courses_of(cohort)
    position = {
        (course.id, name): place
        for course in courses
        for place, name in enumerate(course.items or [skill.id for skill in course.skills])
    }
    for place, row in enumerate(kept.tolist()):
        one = objectives[beliefs.objective[row]]
        course = courses[one.course]
        cadence, end = CADENCES[course.cadence], cohort.training_end_of(learners[beliefs.learner[row]], course)
        if cadence is None or end is None:
            continue
        since = (end - first).days
        if cadence.right:
            since += position.get((course.id, one.name), 0) * (cadence.new_every or 0)
            since = max(since, int(found[place]))
        found[place] = since
    return found


def portfolio(rules: list[CourseRule], target: float) -> list[tuple[str, Rule]]:
    """Policies that a plan is chosen from, by name, given the rules of courses. Cadences are kept in all of them."""
    simple: list[tuple[str, CourseRule]] = [
        (name, (name, target, [], 1)) for name in ("planned", "steady", "myopic", "lowest_recall", "target")
    ]
    for name, cadence in CADENCES.items():
        if cadence is not None and cadence.right:
            simple.append((name, ladder(cadence)))
    if all(rule[0] == "planned" for rule in rules):
        return [(name, (*rule, [])) for name, rule in simple]
    if all(rule[0] != "planned" for rule in rules):
        return [("cadences", ("planned", 0.9, [], 1, rules))]
    return [
        (name, (*rule, [rule if own[0] == "planned" else own for own in rules]))
        for name, rule in simple
        if rule[0] != "ladder"
    ]
