"""What no key can see alone: names that stand for others, circles of prerequisites, caps that exclude each other."""

from __future__ import annotations

import graphlib
import math
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .courses import Course
from .kinds import did_you_mean, misfit

if TYPE_CHECKING:
    from .cohort import Cohort

WEEK = 7


def check(cohort: Cohort) -> None:
    """Refuse a cohort whose parts do not fit together: a MisfitError with the first."""
    _dates(cohort)
    for part in ("courses", "group_sessions", "steps", "certificates", "learners"):
        _once(part, [one.id for one in getattr(cohort, part)])
    _skills(cohort)
    _prerequisites(cohort)
    _group_sessions(cohort)
    _steps(cohort)
    _certificates(cohort)
    _learners(cohort)
    _caps(cohort)


def check_names(cohort: Cohort, learners: Collection[str]) -> None:
    """Refuse learners of the cohort that a log does not have: an InputError with the nearest name."""
    known = set(learners)
    for number, learner in enumerate(cohort.learners, 1):
        if learner.id not in known:
            expected = f"a learner of the log{did_you_mean(learner.id, known)}"
            raise misfit(f"learners[{number}].id", learner.id, expected, "unknown learner").told_of(cohort.source)
    for number, session in enumerate(cohort.group_sessions, 1):
        for name in session.learners or ():
            if name not in known:
                key, expected = f"group_sessions[{number}].learners", f"a learner of the log{did_you_mean(name, known)}"
                raise misfit(key, name, expected, "unknown learner").told_of(cohort.source)


def _dates(cohort: Cohort) -> None:
    start, deadline = cohort.start, cohort.deadline
    if start and deadline and deadline < start:
        raise misfit("cohort.deadline", deadline, f"{start} (cohort.start) or later")
    for number, course in enumerate(cohort.courses, 1):
        if course.deadline and start and course.deadline < start:
            raise misfit(f"courses[{number}].deadline", course.deadline, f"{start} (cohort.start) or later")
        if course.deadline and deadline and course.deadline > deadline:
            raise misfit(f"courses[{number}].deadline", course.deadline, f"{deadline} (cohort.deadline) or earlier")


def _once(part: str, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for number, id in enumerate(ids, 1):
        if id in seen:
            raise misfit(f"{part}[{number}].id", id, f"each {part.rstrip('s').replace('_', ' ')} once")
        seen.add(id)


def _known(key: str, what: str, names: Iterable[str], known: Collection[str]) -> None:
    """Each name stands for something that there is."""
    for name in names:
        if name not in known:
            listed = (
                f"a {what} of this file{did_you_mean(name, known)}"
                if known
                else f"a {what} of this file, which has none"
            )
            raise misfit(key, name, listed, f"unknown {what}")


def _skills(cohort: Cohort) -> None:
    """Each skill and each item has one place: a question belongs to one objective."""
    skills: set[str] = set()
    items: dict[str, str] = {}
    for number, course in enumerate(cohort.courses, 1):
        for name in course.items or ():
            _one_pool(f"courses[{number}].items", name, f"course {course.id}", items)
        for position, skill in enumerate(course.skills, 1):
            key = f"courses[{number}].skills[{position}]"
            if skill.id in skills:
                raise misfit(f"{key}.id", skill.id, "each skill once, in one course")
            skills.add(skill.id)
            for name in skill.items or ():
                _one_pool(f"{key}.items", name, f"skill {skill.id}", items)


def _one_pool(key: str, item: str, owner: str, items: dict[str, str]) -> None:
    if item in items:
        raise misfit(key, item, f"each item in one pool; it is in that of {items[item]}")
    items[item] = owner


def _prerequisites(cohort: Cohort) -> None:
    known = cohort.skills
    requires = {id: skill.requires for id, (_, skill) in known.items()}
    places = {}
    for number, course in enumerate(cohort.courses, 1):
        for position, skill in enumerate(course.skills, 1):
            places[skill.id] = f"courses[{number}].skills[{position}].requires"
            _known(places[skill.id], "skill", skill.requires, known)
    try:
        graphlib.TopologicalSorter(requires).prepare()
    except graphlib.CycleError as error:
        circle = error.args[1][:0:-1]  # each requires the next; the last is the first again
        first = circle.index(min(circle, key=list(requires).index))
        circle = [*circle[first:], *circle[: first + 1]]
        expected = f"no circle; {' requires '.join(circle)}"
        raise misfit(places[circle[0]], list(requires[circle[0]]), expected, "prerequisites in a circle") from None


def _group_sessions(cohort: Cohort) -> None:
    courses = {course.id: course for course in cohort.courses}
    for number, session in enumerate(cohort.group_sessions, 1):
        key = f"group_sessions[{number}]"
        _known(f"{key}.course", "course", [session.course], courses)
        _known(f"{key}.skills", "skill", session.skills or (), {one.id for one in courses[session.course].skills})
        _known(f"{key}.groups", "group", session.groups or (), cohort.groups)
        for name in session.learners or ():
            if all(course.id != session.course for course in cohort.courses_of(name)):
                raise misfit(f"{key}.learners", name, f"learners who took {session.course}, by their own courses")
        start, end = cohort.start, courses[session.course].deadline or cohort.deadline
        if not any((not start or day >= start) and (not end or day < end) for day in session.possible_dates):
            dates = [day.isoformat() for day in session.possible_dates]
            expected = f"a date from {start or 'the start'}, before {end or 'the end'}"
            raise misfit(f"{key}.dates", dates, expected)


def _steps(cohort: Cohort) -> None:
    courses = {course.id: course for course in cohort.courses}
    ended = {learner.training_end for learner in cohort.learners} - {None}
    for number, step in enumerate(cohort.steps, 1):
        key = f"steps[{number}].course"
        _known(key, "course", [step.course] if step.course else [], courses)
        about = [courses[step.course]] if step.course else list(cohort.courses)
        if not about:
            raise misfit(key, None, "a course: steps count from the end of its training", "missing")
        undated = [course.id for course in about if course.training_end is None]
        if undated and not ended:
            raise misfit(key, undated[0], "a course with a training_end: steps count from there")


def _certificates(cohort: Cohort) -> None:
    courses = {course.id for course in cohort.courses}
    for number, certificate in enumerate(cohort.certificates, 1):
        _known(f"certificates[{number}].course", "course", [certificate.course], courses)


def _learners(cohort: Cohort) -> None:
    courses = {course.id for course in cohort.courses}
    certificates = {certificate.id for certificate in cohort.certificates}
    for number, learner in enumerate(cohort.learners, 1):
        key = f"learners[{number}]"
        _known(f"{key}.courses", "course", learner.courses or (), courses)
        for position, held in enumerate(learner.certificates, 1):
            _known(f"{key}.certificates[{position}].id", "certificate", [held.id], certificates)


def _caps(cohort: Cohort) -> None:
    """Caps that exclude each other, for everyone or for one learner."""
    longest, what = max(question_minutes(cohort.courses), key=lambda pair: pair[0], default=(0.0, ""))
    places: list[tuple[str, Any, tuple[str, ...] | None]] = [("caps", cohort.caps, None)]
    places += [(f"learners[{n}].caps", one.caps, one.working_days) for n, one in enumerate(cohort.learners, 1)]
    repeated = [step for step in cohort.steps if step.every_days and step.uses_contact]
    often = max((math.ceil(WEEK / (step.every_days or WEEK)) for step in repeated), default=0)
    for place, caps, days in places:
        weekly = min(often, len(days or cohort.calendar.working_days))
        minutes, contacts = caps.minutes_per_day, caps.contacts_per_week
        if minutes is not None and minutes < longest:
            raise misfit(
                f"{place}.minutes_per_day", minutes, f"{longest:g} or more, the minutes of a question of {what}"
            )
        if contacts is not None and contacts < weekly:
            raise misfit(
                f"{place}.contacts_per_week", contacts, f"{weekly} or more: a repeated step uses as many in a week"
            )


def question_minutes(courses: Sequence[Course]) -> list[tuple[float, str]]:
    """Minutes of a question of every skill, and of every course without skills."""
    found = [(course.minutes_of(skill), skill.id) for course in courses for skill in course.skills]
    return found + [(course.minutes, course.id) for course in courses if not course.skills]
