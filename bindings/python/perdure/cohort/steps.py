"""The dated steps of a learner: when a review quiz, a session, an evaluation or a nugget falls on his calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from .. import _core
from .cohort import Cohort
from .courses import Course
from .days import DAY, FARTHEST_ROLL
from .events import Step
from .learners import Learner


@dataclass(frozen=True)
class DatedStep:
    """A step of one learner and course.

    Attributes
    ----------
    learner, course, step, kind : str
        The learner is empty for someone for whom nothing differs.
    number : int
        1 for the first; steps that come again count on.
    nominal : date
        So many calendar days after the end of the training, moved by leave where the leave rule is `shift`.
    effective : date, optional
        Where it falls on the learner's calendar; None when no day allows it.
    problem : str
        Why there is no day; empty when there is one.
    """

    learner: str
    course: str
    step: str
    kind: str
    number: int
    nominal: dt.date
    effective: dt.date | None
    problem: str = ""


def steps_of(
    cohort: Cohort, learner: str | None, first: dt.date, last: dt.date, calendar: Any = None
) -> list[DatedStep]:
    """The steps of a learner in a plan from ``first`` to ``last``, by date.

    A step counts calendar days from the end of the learner's training, and comes after that day. Leave `keep`s its
    date, `shift`s it by the days of leave since the training, or `skip`s it when its date lies in the leave. A date
    without study rolls, no farther than the tolerance and never past the end of the plan or the course's deadline;
    where the roll finds no day, the closest study day within the tolerance counts (`perdure.calendars.anchor_day`).
    A step whose date is outside the plan is in it only when it rolls into it.

    Parameters
    ----------
    calendar : Calendar, optional
        That of the learner, where it is at hand.
    """
    who = cohort.learner(learner)
    days = cohort.calendar_of(learner, first, last) if calendar is None else calendar
    found = []
    for step in cohort.steps:
        for course in cohort.courses_of(learner):
            end = cohort.training_end_of(learner, course)
            if end is None or step.course not in (None, course.id):
                continue
            until = min(last, course.deadline or last)
            for number, nominal in _nominal(step, end, until, who, who.leave_rule or cohort.calendar.leave_rule):
                dated = _dated(step, course, learner or "", number, nominal, end, first, until, days)
                if dated is not None:
                    found.append(dated)
    return sorted(found, key=lambda one: (one.effective or one.nominal, one.course, one.step, one.number))


def _reach(step: Step) -> int:
    return FARTHEST_ROLL if step.tolerance_days is None else step.tolerance_days


def _nominal(step: Step, end: dt.date, until: dt.date, learner: Learner, rule: str) -> list[tuple[int, dt.date]]:
    """Number and date of every time that a step comes, as far as it can roll back to a day."""
    farthest = (until - end).days + _reach(step)
    after = range(step.first_after, farthest + 1, step.every_days or max(1, farthest))
    away = [(max(leave.first, end + DAY), leave.last) for leave in learner.leave if leave.last > end]
    moved = _core.time.move_for_leave([end + n * DAY for n in after], away, rule)
    return [(number, day) for number, day in enumerate(moved, 1) if day is not None]


def _dated(
    step: Step,
    course: Course,
    learner: str,
    number: int,
    nominal: dt.date,
    end: dt.date,
    first: dt.date,
    until: dt.date,
    days: Any,
) -> DatedStep | None:
    """A step on its day; None when the plan has no part in it."""
    since = end + DAY
    deadline = until if nominal <= until else None  # what is due after the end stays there unless it rolls back
    _, earliest, latest, day = _core.time.anchor(since, (nominal - since).days, days, step.roll, _reach(step), deadline)
    facts = (learner, course.id, step.id, step.kind, number, nominal)
    if day is not None:
        return DatedStep(*facts, day) if first <= day <= until else None
    if first <= nominal <= until:
        return DatedStep(*facts, None, f"no study day from {earliest} to {latest}")
    return None
