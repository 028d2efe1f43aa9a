"""Facts about a cohort that leave a plan possible, but not all of it: who or what is left out, and why."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from .checks import WEEK, check_names, question_minutes
from .cohort import Cohort
from .days import DAY
from .kinds import did_you_mean, misfit
from .steps import steps_of

ROUNDING = 1e-9
"""So that three questions of 0.1 minutes fit into 0.3."""


@dataclass(frozen=True)
class Finding:
    """A fact: the key of the cohort file, and what follows from it."""

    where: str
    what: str


def findings(
    cohort: Cohort,
    learners: Collection[str] | None = None,
    items: Collection[str] | None = None,
    first: dt.date | None = None,
) -> list[Finding]:
    """What of a cohort cannot be planned: pools, caps and dates, listed learners, then those for whom nothing differs.

    Parameters
    ----------
    cohort : Cohort
    learners, items : collection of str, optional
        Of the log; those that the file names when not given.
    first : date, optional
        First day of the plan; ``cohort.start`` when not given. Without either, nothing that needs dates is found.

    Raises
    ------
    InputError
        A learner of the file that the log does not have; a cohort that no day or no capacity lets plan.
    """
    if learners is not None:
        check_names(cohort, learners)
    found = list(_pools(cohort, items)) if items is not None else []
    found += _caps(cohort)
    first = first or cohort.start
    if first is None:
        return found
    last = cohort.last_day(first)
    if last < first:
        what = "in the past: before the first day that can be planned"
        raise misfit("cohort.deadline", last, f"{first} or later", what).told_of(cohort.source)
    found += _group_dates(cohort, first, last)
    everyone = cohort.calendar_of(None, first, last)
    open_days = [day for day in _span(first, last) if everyone.studies(day)]
    _capacity(cohort, open_days)
    positions = {learner.id: number for number, learner in enumerate(cohort.learners, 1)}
    for name, number in positions.items():
        found += _learner(cohort, name, number, first, last, everyone)
    if learners is None or any(name not in positions for name in learners):  # those for whom nothing differs
        found += _learner(cohort, None, None, first, last, everyone)
        found += _room(cohort, None, "caps", everyone, first)
    return found


def _pools(cohort: Cohort, items: Collection[str]) -> Iterator[Finding]:
    """Questions of the file that the log has never seen."""
    known = set(items)
    for number, course in enumerate(cohort.courses, 1):
        pools = [(f"courses[{number}].items", course.items)]
        pools += [(f"courses[{number}].skills[{n}].items", skill.items) for n, skill in enumerate(course.skills, 1)]
        for where, pool in pools:
            new = [item for item in pool or () if item not in known]
            if new:
                near = did_you_mean(new[0], known)
                count = f"{len(new)} of {len(pool or ())} items"
                yield Finding(where, f"{count} are not in the log, first {new[0]!r}{near}")


def _caps(cohort: Cohort) -> Iterator[Finding]:
    """Caps that another cap makes idle."""
    shortest = min((minutes for minutes, _ in question_minutes(cohort.courses)), default=None)
    caps = cohort.caps
    if caps.minutes_per_day and shortest:
        fit = math.floor(caps.minutes_per_day / shortest + ROUNDING)
        if fit < caps.questions_per_session:
            yield Finding("caps.questions_per_session", f"{fit} questions at most fit into caps.minutes_per_day")
    if caps.contacts_per_week and caps.sessions_per_week and caps.contacts_per_week < caps.sessions_per_week:
        yield Finding("caps.sessions_per_week", f"{caps.contacts_per_week} at most fit into caps.contacts_per_week")


def _group_dates(cohort: Cohort, first: dt.date, last: dt.date) -> Iterator[Finding]:
    courses = {course.id: course for course in cohort.courses}
    for number, session in enumerate(cohort.group_sessions, 1):
        end = min(last + DAY, cohort.counts_on(first, courses[session.course]))
        outside = [str(day) for day in session.possible_dates if not first <= day < end]
        if outside:
            what = f"{', '.join(outside)}: not from {first}, before {end}"
            yield Finding(f"group_sessions[{number}].dates", what)


def _capacity(cohort: Cohort, open_days: list[dt.date]) -> None:
    """Refuse a cohort that can send nothing on any day."""
    if not open_days:
        raise misfit("calendar", None, "a study day in the plan", "no study day").told_of(cohort.source)
    if all(cohort.organisation.capacity(day) == 0 for day in open_days):
        expected = "a study day of the plan with a capacity above 0"
        raise misfit("organisation.exceptions", 0, expected, "no capacity on any day").told_of(cohort.source)


def _learner(
    cohort: Cohort, name: str | None, position: int | None, first: dt.date, last: dt.date, everyone: Any
) -> Iterator[Finding]:
    """Facts about a learner of the file; without a name, about everyone for whom nothing differs."""
    where = "steps" if position is None else f"learners[{position}]"
    calendar = everyone if name is None else cohort.calendar_of(name, first, last)
    if calendar.study_days(first - DAY, last) == 0:
        leave = next((one for one in cohort.learner(name).leave if one.first <= first and last <= one.last), None)
        why = f"away from {leave.first} to {leave.last}" if leave else "no study day"
        yield Finding(
            f"{where}.leave" if leave else where, f"learner {name}: {why}, the whole plan; nothing is planned"
        )
        return
    dated = steps_of(cohort, name, first, last, calendar)
    contacts = {step.id for step in cohort.steps if step.uses_contact}
    for step in dated:
        if step.effective is None:
            yield Finding(where, f"{_who(name)}step {step.step} of {step.nominal} has {step.problem}")
    days = {one.effective for one in dated if one.effective and one.step in contacts}
    yield from _crowded(cohort, name, where, days)
    if name is not None:
        yield from _room(cohort, name, where, calendar, first)
        yield from _certificates(cohort, name, where, first, last)


def _who(name: str | None) -> str:
    return "" if name is None else f"learner {name}: "


def _crowded(cohort: Cohort, name: str | None, where: str, days: set[dt.date]) -> Iterator[Finding]:
    """Steps that meet in a week with fewer contacts."""
    cap = cohort.caps_of(name).contacts_per_week
    if cap is None:
        return
    for day in sorted(days):
        inside = [other for other in days if day <= other < day + WEEK * DAY]
        if len(inside) > cap:
            what = f"steps on {len(inside)} of the 7 days from {day}, {cap} days with contacts allowed"
            yield Finding(where, f"{_who(name)}{what}")
            return


def _room(cohort: Cohort, name: str | None, where: str, calendar: Any, first: dt.date) -> Iterator[Finding]:
    """Fewer questions than objectives: some are never asked."""
    end = cohort.counts_on(first)
    caps = cohort.caps if name is None else cohort.caps_of(name)
    courses = cohort.courses if name is None else cohort.courses_of(name)
    wanted = sum(len(course.items or course.skills) for course in courses)
    if wanted == 0:
        return
    days = [day for day in _span(first, end - DAY) if calendar.studies(day)]
    sessions = len(days)
    if caps.sessions_per_week is not None:
        sessions = most_sessions(days, caps.sessions_per_week)
    room = min(sessions * caps.questions_per_session, caps.questions_in_all or wanted)
    if room < wanted:
        what = f"{sessions} sessions of {caps.questions_per_session} cannot cover {wanted} objectives before {end}"
        yield Finding(where, f"{_who(name)}{what}: {wanted - room} uncovered")


def most_sessions(days: list[dt.date], per_week: int) -> int:
    """The most sessions that ascending days have room for, so many in any 7 days: each as early as it can be."""
    taken: list[dt.date] = []
    for day in days:
        if len(taken) < per_week or (day - taken[-per_week]).days >= WEEK:
            taken.append(day)
    return len(taken)


def _certificates(cohort: Cohort, name: str, where: str, first: dt.date, last: dt.date) -> Iterator[Finding]:
    rules = {one.id: one for one in cohort.certificates}
    for held in cohort.learner(name).certificates:
        if held.valid_until < first:
            yield Finding(where, f"learner {name}: certificate {held.id} expired on {held.valid_until}")
        elif held.valid_until <= last:
            opens = rules[held.id].window_opens(held.valid_until)
            yield Finding(
                where, f"learner {name}: certificate {held.id} expires on {held.valid_until}, renewal from {opens}"
            )


def _span(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + n * DAY for n in range((last - first).days + 1)]
