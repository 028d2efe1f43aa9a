"""What the learners of a cohort are to know: skills with their pools of questions, or questions by themselves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ..cohort import Cohort, Course
from ..errors import InputError
from ..states import States

UNNAMED = Course("unnamed")
"""Whose rules hold where the cohort names no course."""


@dataclass(frozen=True, slots=True)
class Objective:
    """A skill or an item, of which a session has at most one question.

    Attributes
    ----------
    course : int
        Position of its course; 0 where the cohort names none.
    name : str
        The skill's id, or the item's.
    is_skill : bool
    weight : float
        Its course's weight and its own, multiplied.
    minutes : float
        Of a question.
    items : tuple of str
        Its questions, at least one.
    requires : tuple of str
        Skills that come first.
    """

    course: int
    name: str
    is_skill: bool
    weight: float
    minutes: float
    items: tuple[str, ...]
    requires: tuple[str, ...] = ()


def courses_of(cohort: Cohort) -> tuple[Course, ...]:
    """Courses of a cohort, one without a name where it has none."""
    return cohort.courses or (UNNAMED,)


def objectives_of(cohort: Cohort, states: States) -> tuple[list[Objective], list[str]]:
    """Objectives of all courses, and skills of the cohort that have no question, there or in the log.

    Items that the cohort lists belong where it lists them. A skill without a list has the log's items of that skill; a
    course without skills and items has what is left of the log, by skill where items have one.

    Raises
    ------
    InputError
        Two courses without skills and items: the log's items could be of either.
    """
    listed = {item for course in courses_of(cohort) for item in course.items or ()}
    listed |= {item for _, skill in cohort.skills.values() for item in skill.items or ()}
    pools: dict[str, list[str]] = defaultdict(list)
    loose: list[str] = []
    for item in states.items:
        skills = (states._skills.get(item) or "").split("|")
        if item in listed:
            continue
        named = next((one for one in skills if one in cohort.skills), None)
        (pools[named] if named else loose).append(item)
    found: list[Objective] = []
    empty: list[str] = []
    whole = 0
    for number, course in enumerate(courses_of(cohort)):
        for item in course.items or ():
            found.append(Objective(number, item, False, course.weight, course.minutes, (item,)))
        for skill in course.skills:
            items = skill.items or tuple(pools[skill.id])
            if not items:
                empty.append(skill.id)
                continue
            weight, minutes = course.weight * skill.weight, course.minutes_of(skill)
            found.append(Objective(number, skill.id, True, weight, minutes, items, skill.requires))
        if course.items is None and not course.skills:
            whole += 1
            if whole > 1:
                raise InputError(
                    "missing",
                    source=f"{cohort.source}, key courses[{number + 1}].items",
                    expected="items or skills: another course has none either, and the log's items could be of both",
                )
            found += _of_log(number, course, loose, states)
    return found, empty


def _of_log(number: int, course: Course, items: list[str], states: States) -> list[Objective]:
    """Objectives of a course that lists nothing: the first skill of each item, or the item."""
    pools: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for item in items:
        skill = (states._skills.get(item) or "").split("|")[0]
        pools[bool(skill), skill or item].append(item)
    return [
        Objective(number, name, is_skill, course.weight, course.minutes, tuple(pool))
        for (is_skill, name), pool in pools.items()
    ]
