"""The dated steps of a learner: when a review quiz, a session, an evaluation or a nugget falls on his calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .cohort import Cohort
from .courses import Course
from .events import Step
from .learners import Learner

FARTHEST_ROLL = 31
DAY = dt.timedelta(1)


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

    A step counts calendar days from the end of the learner's training. Leave `keep`s its date, `shift`s it by the days
    of leave since the training, or `skip`s it when its date lies in the leave. A date without study rolls, no farther
    than the tolerance and never past the end of the plan or the course's deadline: then to the study day before. Where
    the roll finds none, the closest study day within the tolerance counts. A step whose date is outside the plan is in
    it only when it rolls into it.

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
            for number, nominal in _nominal(step, end, until + FARTHEST_ROLL * DAY, who, _rule(cohort, who)):
                dated = _dated(step, course, learner or "", number, nominal, end, first, until, days)
                if dated is not None:
                    found.append(dated)
    return sorted(found, key=lambda one: (one.effective or one.nominal, one.course, one.step, one.number))


def _rule(cohort: Cohort, learner: Learner) -> str:
    return learner.leave_rule or cohort.calendar.leave_rule


def _nominal(step: Step, end: dt.date, until: dt.date, learner: Learner, rule: str) -> Iterator[tuple[int, dt.date]]:
    """Number and date of every time that a step comes, up to a day."""
    away = _days_of_leave(learner)
    number, after = 1, step.first_after
    while (day := end + dt.timedelta(after)) <= until:
        if rule == "shift":
            day = _shifted(end, after, away)
        if not (rule == "skip" and any(leave.first <= day <= leave.last for leave in learner.leave)):
            yield number, day
        if step.every_days is None:
            return
        number, after = number + 1, after + step.every_days


def _days_of_leave(learner: Learner) -> list[tuple[dt.date, dt.date]]:
    """Absences in order, those that meet as one."""
    merged: list[tuple[dt.date, dt.date]] = []
    for leave in sorted(learner.leave, key=lambda one: one.first):
        if merged and leave.first <= merged[-1][1] + DAY:
            merged[-1] = (merged[-1][0], max(merged[-1][1], leave.last))
        else:
            merged.append((leave.first, leave.last))
    return merged


def _shifted(end: dt.date, after: int, away: list[tuple[dt.date, dt.date]]) -> dt.date:
    """The day that is so many days of presence after another: the clock stands still on leave."""
    day = end + dt.timedelta(after)
    for first, last in away:
        first = max(first, end + DAY)
        if first <= min(day, last):
            day += last - first + DAY
    return day


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
    reach = FARTHEST_ROLL if step.tolerance_days is None else step.tolerance_days
    earliest = max(nominal - dt.timedelta(reach), end + DAY)
    latest = min(nominal + dt.timedelta(reach), until)
    facts = (learner, course.id, step.id, step.kind, number, nominal)
    if nominal > until and (step.roll in ("none", "following") or step.tolerance_days is None):
        return None  # its date is after the end: another plan has it
    day = days.roll(nominal, step.roll, reach)
    if not (days.studies(day) and earliest <= day <= latest):
        day = _closest(days, nominal, earliest, latest)
    if day is None:
        if not first <= nominal <= until:
            return None
        return DatedStep(*facts, None, f"no study day from {earliest} to {latest}")
    return DatedStep(*facts, day) if first <= day <= until else None


def _closest(days: Any, nominal: dt.date, earliest: dt.date, latest: dt.date) -> dt.date | None:
    """The study day closest to a date inside a range, the later of two; None when there is none."""
    for distance in range(max((latest - nominal).days, (nominal - earliest).days) + 1):
        for day in (nominal + dt.timedelta(distance), nominal - dt.timedelta(distance)):
            if earliest <= day <= latest and days.studies(day):
                return day
    return None
