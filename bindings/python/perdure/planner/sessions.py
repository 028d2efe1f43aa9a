"""Dates of group sessions: those under which a sample of learners recalls most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .. import _core
from ..cohort import Cohort
from .problem import Problem

SAMPLE = 100
EVALUATIONS = 25


def choose_dates(
    cohort: Cohort,
    learners: list[str],
    problem_of: Callable[[dict[str, dt.date]], Problem],
    first: dt.date,
    threads: int,
    known: Mapping[str, dt.date] | None = None,
) -> dict[str, dt.date]:
    """A date for every group session that has one in the plan, one after another, each beside those before it.

    A date on which nobody can come is none. Values are simulated under prices that are found anew for every date;
    equal ones go to the earlier date. Dates that are ``known``, from a plan made before, stay; one in the past is none.
    """
    courses = {course.id: course for course in cohort.courses}
    chosen: dict[str, dt.date] = {}
    for session in cohort.group_sessions:
        if known and session.id in known:
            if known[session.id] >= first:
                chosen[session.id] = known[session.id]
            continue
        end = min(cohort.last_day(first) + dt.timedelta(1), cohort.counts_on(first, courses[session.course]))
        members = [id for id in learners if cohort.comes(id, session)]
        last = cohort.last_day(first)
        calendars = list(dict.fromkeys(cohort.calendar_of(id, first, last) for id in members))
        dates = [
            day
            for day in session.possible_dates
            if first <= day < end and any(calendar.studies(day) for calendar in calendars)
        ]
        if len(dates) > 1:
            dates = [
                max(dates, key=lambda day: (_value(problem_of({**chosen, session.id: day}), threads), -day.toordinal()))
            ]
        if dates:
            chosen[session.id] = dates[0]
    return chosen


def _value(problem: Problem, threads: int) -> float:
    arguments = sampled(problem.arguments, SAMPLE)
    core = _core.plan.CohortPlan(**arguments, evaluations=EVALUATIONS, threads=threads)
    by_course = problem.rules if any(rule[0] != "planned" for rule in problem.rules) else []
    found = core.run(policy="planned", by_course=by_course, askings=False, threads=threads)
    return float(found["value"].sum())


def sampled(arguments: dict[str, Any], most: int) -> dict[str, Any]:
    """The same problem for a part of its learners, evenly chosen, and their part of the organisation's capacity."""
    columns = arguments["columns"]
    learners = columns["calendar"].size
    if learners <= most:
        return arguments
    chosen = (2 * np.arange(most) + 1) * learners // (2 * most)
    first = columns["first"].astype(np.int64)
    rows = np.concatenate([np.arange(first[u], first[u + 1]) for u in chosen])
    by_learner = ("calendar", "cap", "program")
    made = {
        name: np.ascontiguousarray(column[chosen if name in by_learner else rows])
        for name, column in columns.items()
        if name != "first"
    }
    made["first"] = np.concatenate([[0], np.cumsum(np.diff(first)[chosen])]).astype(np.uint64)
    return {
        **arguments,
        "columns": made,
        "state": [np.ascontiguousarray(column[rows]) for column in arguments["state"]],
        "capacity": [capacity * most // learners for capacity in arguments["capacity"]],
    }
