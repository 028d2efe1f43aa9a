"""Courses whose days a cadence chooses: no question before its next date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ..cohort import CADENCES, Cadence, Course


def too_early(course: Course, objective: str, end: dt.date, days: list[dt.date]) -> Iterator[tuple[dt.date, str]]:
    """Questions of one objective that its course's cadence does not want yet, each with what it waits for.

    What was answered before the plan is not known here. So a fixed cadence must have a date of its own for each
    question, and a ladder be waited for as long as it is after as many right answers as the plan has questions.

    Parameters
    ----------
    end : date
        End of the learner's training.
    days : list of date
        Of the questions, ascending.
    """
    cadence = CADENCES[course.cadence]
    if cadence is None:
        return
    check = _ladder if cadence.right else _fixed
    yield from check(cadence, end, days, _position(course, objective))


def _fixed(cadence: Cadence, end: dt.date, days: list[dt.date], _: int) -> Iterator[tuple[dt.date, str]]:
    slots = cadence.dates(end)
    previous = end
    for day in days:
        following = next((slot for slot in slots if slot > previous), None)
        if following is None:
            yield day, "the cadence has ended"
        elif day < following:
            yield day, f"the cadence's next date is {following}"
        previous = day


def _ladder(cadence: Cadence, end: dt.date, days: list[dt.date], position: int) -> Iterator[tuple[dt.date, str]]:
    rungs = cadence.right
    following = end + dt.timedelta(rungs[0] + position * (cadence.new_every or 0))
    for number, day in enumerate(days, 1):
        if number > (cadence.retired_after or len(rungs)):
            yield day, "the cadence has ended"
        elif day < following:
            yield day, f"the cadence's next date is {following} or later"
        following = day + dt.timedelta(rungs[min(number, len(rungs) - 1)])


def _position(course: Course, objective: str) -> int:
    """Position of an objective in its course; the first where the course does not list it."""
    names = list(course.items or [skill.id for skill in course.skills])
    return names.index(objective) if objective in names else 0
