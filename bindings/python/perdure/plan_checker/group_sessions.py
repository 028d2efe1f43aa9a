"""Group sessions: each on one possible date, with all of its learners who study that day, on all of its skills."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ..cohort import Cohort, Course, GroupSession
from .learner import LearnerPlan
from .rows import Row
from .violation import Violation

Seat = tuple[str, str]
"""A learner and a skill; the skill is empty where the course names none."""


@dataclass(frozen=True)
class Held:
    """A session on one of its dates."""

    session: GroupSession
    date: dt.date
    seats: Counter[Seat]


def check_group_sessions(cohort: Cohort, plans: list[LearnerPlan], first: dt.date) -> Iterator[Violation]:
    """What is wrong with the group sessions of a plan.

    A plan's rows do not name their session. So dates are sought for all sessions of a course that account for every
    row; where there are none, each session is compared with the date that it shares most with.
    """
    for course in cohort.courses:
        sessions = [one for one in cohort.group_sessions if one.course == course.id]
        rows = [row for plan in plans for row in plan.rows if row.kind == "group-session" and row.course == course.id]
        seats: dict[dt.date, Counter[Seat]] = defaultdict(Counter)
        for row in rows:
            seats[row.date][_seat(row, course)] += 1
        if not (course.items or course.skills):  # what it covers is not known, only who comes
            seats = {day: Counter(dict.fromkeys(taken, 1)) for day, taken in seats.items()}
        choices = [_choices(cohort, course, one, plans, first) for one in sessions]
        wanted = [one for one in choices if any(held.seats for held in one)]
        found = _assigned(wanted, {day: Counter(taken) for day, taken in seats.items()})
        if found is None:
            yield from _differences(wanted, seats)
            continue
        yield from _times(cohort, found, rows, course)


def _seat(row: Row, course: Course) -> Seat:
    if course.items is not None:
        return row.learner, row.item or ""
    return row.learner, (row.skill or "") if course.skills else ""


def _choices(
    cohort: Cohort, course: Course, session: GroupSession, plans: list[LearnerPlan], first: dt.date
) -> list[Held]:
    """The session on each of its dates, with the seats that it takes there."""
    end = min(cohort.last_day(first) + dt.timedelta(1), cohort.counts_on(first, course))
    members = [plan for plan in plans if cohort.comes(plan.id, session)]
    skills = list(session.skills or course.items or [one.id for one in course.skills] or [""])

    def seats(day: dt.date) -> Counter[Seat]:
        return Counter((plan.id, skill) for plan in members if plan.calendar.studies(day) for skill in skills)

    return [Held(session, day, seats(day)) for day in session.possible_dates if first <= day < end]


def _assigned(wanted: list[list[Held]], left: dict[dt.date, Counter[Seat]]) -> list[Held] | None:
    """A date for each session that together take every seat; None when there are none."""
    if not wanted:
        return None if any(count for seats in left.values() for count in seats.values()) else []
    nobody: Counter[Seat] = Counter()
    fits = [[one for one in choices if one.seats and one.seats <= left.get(one.date, nobody)] for choices in wanted]
    number = min(range(len(fits)), key=lambda n: len(fits[n]))
    others = wanted[:number] + wanted[number + 1 :]
    for held in fits[number]:
        rest = _assigned(others, left | {held.date: left[held.date] - held.seats})
        if rest is not None:
            return [held, *rest]
    return None


def _differences(wanted: list[list[Held]], seats: dict[dt.date, Counter[Seat]]) -> Iterator[Violation]:
    """Where the sessions that come closest differ from the plan."""
    left = {day: Counter(taken) for day, taken in seats.items()}
    for choices in wanted:
        held = max(choices, key=lambda one: (one.seats & left.get(one.date, Counter())).total())
        taken = left.get(held.date, Counter())
        name = f"group session {held.session.id}"
        if not held.seats & taken:
            dates = ", ".join(str(one.date) for one in choices)
            yield Violation("group-sessions", "", None, f"{name} is on none of its dates: {dates}")
            continue
        for learner, skill in sorted(held.seats - taken):
            what = f"{name} leaves out {f'their skill {skill}' if skill else 'them'}"
            yield Violation("group-sessions", learner, held.date, what)
        left[held.date] = taken - held.seats
    for day, taken in left.items():
        for learner, skill in sorted(taken):
            what = f"a question{f' on {skill}' if skill else ''} of a group session that is not there, or not for them"
            yield Violation("group-sessions", learner, day, what)


def _times(cohort: Cohort, found: list[Held], rows: list[Row], course: Course) -> Iterator[Violation]:
    """Questions at another time than their session's, on the clock of the learner."""
    begins: dict[tuple[dt.date, Seat], list[dt.datetime]] = defaultdict(list)
    zone = zoneinfo.ZoneInfo(cohort.timezone)
    for held in found:
        for seat in held.seats:
            begins[held.date, seat].append(dt.datetime.combine(held.date, held.session.time, zone))
    for row in rows:
        own = zoneinfo.ZoneInfo(cohort.learner(row.learner).timezone or cohort.timezone)
        times = [begin.astimezone(own).time() for begin in begins[row.date, _seat(row, course)]]
        if row.time not in times:
            what = f"question {row.item} is at {row.time:%H:%M}; its group session begins at {times[0]:%H:%M}"
            yield Violation("group-sessions", row.learner, row.date, what)
