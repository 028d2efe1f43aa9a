"""The rules of a whole plan: what one learner is asked, and what all of them share."""

from __future__ import annotations

import datetime as dt
import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from ..cohort import Cohort
from ..cohort.kinds import did_you_mean
from ..errors import InputError
from .group_sessions import check_group_sessions
from .learner import LearnerPlan
from .rows import Row, read
from .violation import Violation


def check_plan(
    path: str | os.PathLike[str],
    cohort: Cohort,
    *,
    first: dt.date | None = None,
    asked: Mapping[str, Collection[str]] | None = None,
) -> list[Violation]:
    """The rules of a cohort that a plan breaks, by date and learner; none for a plan that keeps them all.

    Parameters
    ----------
    path : path
        The plan as CSV.
    cohort : Cohort
    first : date, optional
        First day of the plan; ``cohort.start`` when not given.
    asked : mapping of str to collection of str, optional
        The learners of the log, each with the skills of the questions answered before the plan. With it, every learner
        is known, and prerequisites are found out; without, learners that the plan leaves out are those of the cohort
        file, and what ``prerequisites_met`` says of the time before the plan is believed.

    Raises
    ------
    InputError
        A file that is no plan, a learner or course that there is not, or no first day.
    """
    first = first or cohort.start
    if first is None:
        raise InputError(
            "missing",
            source=f"{cohort.source}, key cohort.start",
            expected="the first day of the plan, here or from its answers",
        )
    rows = read(path)
    _check_names(os.fsdecode(path), rows, cohort, asked)
    learners = sorted({*rows, *(one.id for one in cohort.learners), *(asked or ())})
    plans = [
        LearnerPlan(cohort, id, rows.get(id, []), first, None if asked is None else frozenset(asked.get(id, ())))
        for id in learners
    ]
    found = [violation for plan in plans for violation in plan.violations()]
    found += _capacity(cohort, plans)
    found += check_group_sessions(cohort, plans, first)
    return sorted(found, key=lambda one: (one.date or dt.date.min, one.learner, one.rule, one.what))


def _check_names(
    source: str, rows: Mapping[str, list[Row]], cohort: Cohort, asked: Mapping[str, Collection[str]] | None
) -> None:
    """Refuse learners that the answers do not have, and courses that the cohort does not."""
    courses = [course.id for course in cohort.courses] or [""]
    for id, own in rows.items():
        if asked is not None and id not in asked:
            near = did_you_mean(id, asked)
            raise InputError("unknown learner", source=source, value=id, expected=f"a learner of the answers{near}")
        for row in own:
            if row.course not in courses:
                expected = f"a course of the cohort{did_you_mean(row.course, courses)}" if cohort.courses else "nothing"
                raise InputError("unknown course", source=source, value=row.course or "nothing", expected=expected)


def _capacity(cohort: Cohort, plans: list[LearnerPlan]) -> Iterator[Violation]:
    """What the organisation can send: on days with quizzes, which could have been on other days."""
    contacted: dict[dt.date, int] = defaultdict(int)
    quizzed: dict[dt.date, int] = defaultdict(int)
    for plan in plans:
        for day in plan.contact_days:
            contacted[day] += 1
        for day in plan.quiz_days:
            quizzed[day] += 1
    for day in quizzed:
        capacity = cohort.organisation.capacity(day)
        if capacity is not None and contacted[day] > capacity:
            what = f"contacts with {contacted[day]} learners, quizzes for {quizzed[day]}; the capacity is {capacity}"
            yield Violation("contacts-per-day", "", day, what)
