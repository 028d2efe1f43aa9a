"""A cohort's rules and what is believed of its learners, as the arrays of the compiled planner."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..cohort import Cohort, GroupSession
from ..cohort.steps import DatedStep, steps_of
from ..errors import InputError
from .beliefs import Beliefs
from .objectives import Objective, courses_of
from .rules import CourseRule, anchors, rules_of

if TYPE_CHECKING:
    from .previous import Previous

DAY = dt.timedelta(1)
NOTHING = 2**32 - 1
"""As what comes first: something that is never asked."""
WEIGHTS_OF_A_COURSE = 4
"""Weights that are told apart in a course; more are rounded to the nearest of so many."""


@dataclass(frozen=True)
class Days:
    """What the days of some learners allow: those for whom nothing differs share one."""

    open: bytes
    contacts: tuple[int, ...]
    given: tuple[tuple[int, int, int], ...]
    steps: tuple[DatedStep, ...]
    sessions: tuple[tuple[str, int], ...]
    """Group sessions to which they come, by id, with the day."""
    dropped: tuple[DatedStep, ...] = ()
    """Steps that no day allows."""
    held: tuple[int, ...] = ()
    """Days of quizzes in the week before the plan."""

    @property
    def rules(self) -> tuple[bytes, tuple[int, ...], tuple[tuple[int, int, int], ...], tuple[int, ...]]:
        """What of it matters for what is asked."""
        return self.open, self.contacts, self.given, self.held


@dataclass(frozen=True)
class Problem:
    """Arguments of `_core.plan.CohortPlan`, and what their numbers stand for.

    Attributes
    ----------
    objective : int array
        By question.
    days_of : list of Days
        By learner.
    unplanned : list of (int, int, str)
        Learner, objective and why no question of it is in the plan.
    """

    arguments: dict[str, Any]
    rules: list[CourseRule]
    objective: npt.NDArray[np.int64]
    end: npt.NDArray[np.int32]
    days_of: list[Days]
    unplanned: list[tuple[int, int, str]]


def problem_of(
    cohort: Cohort,
    memory: Any,
    learners: list[str],
    objectives: list[Objective],
    beliefs: Beliefs,
    first: dt.date,
    sessions: Mapping[str, dt.date],
    previous: Previous | None = None,
) -> Problem:
    """Arrays of a plan that starts on a day.

    Parameters
    ----------
    memory : _core.plan.Memory
    sessions : mapping of str to date
        The date of every group session.
    """
    last = cohort.last_day(first)
    days = (last - first).days + 1
    days_of = _days_of(cohort, learners, first, last, sessions)
    if previous is not None:
        days_of = [previous.beside(id, one) for id, one in zip(learners, days_of, strict=True)]
    askable = _askable(days_of, days)
    ends = [(cohort.counts_on(first, course if cohort.courses else None) - first).days for course in courses_of(cohort)]
    kept, unplanned = _plannable(objectives, beliefs, ends, first)
    group = _group_days(cohort, objectives, beliefs, days_of, kept)
    classes, question_class = _classes(cohort, memory, objectives, beliefs, ends, kept, group)
    calendars = list(dict.fromkeys(one.rules for one in days_of))
    caps = [_caps(cohort, id, previous.used.get(id, 0) if previous else 0) for id in learners]
    distinct = list(dict.fromkeys(caps))
    programs, program = _programs(objectives, beliefs, kept, len(learners))
    number = {one: position for position, one in enumerate(calendars)}
    cap_number = {one: position for position, one in enumerate(distinct)}
    owner, objective = beliefs.learner[kept], beliefs.objective[kept]
    columns = {
        "calendar": np.array([number[one.rules] for one in days_of], np.uint32),
        "cap": np.array([cap_number[one] for one in caps], np.uint32),
        "first": np.searchsorted(owner, np.arange(len(learners) + 1)).astype(np.uint64),
        "question_class": question_class,
        "last_day": beliefs.last_day[kept],
        "asked": beliefs.asked[kept].astype(np.uint8),
        "program": program,
    }
    if cohort.caps.minutes_per_day is not None or any(one[4] is not None for one in distinct):
        columns["minutes"] = np.array([one.minutes for one in objectives], np.float32)[objective]
    rules = rules_of(cohort, learners)
    if any(rule[0] != "planned" for rule in rules):
        columns["anchor"] = anchors(cohort, learners, objectives, beliefs, kept, first)
    arguments = {
        "days": days,
        "askable": askable,
        "classes": classes,
        "calendars": [
            (np.frombuffer(open, np.uint8), list(contacts), list(given), list(held))
            for open, contacts, given, held in calendars
        ],
        "caps": distinct,
        "programs": programs,
        "capacity": _capacity(cohort, days_of, askable, first),
        "columns": columns,
        "state": [np.ascontiguousarray(column[kept]) for column in beliefs.state],
    }
    end = np.array([ends[one.course] for one in objectives], np.int32)[objective]
    return Problem(arguments, rules, objective, end, days_of, unplanned)


def _askable(days_of: list[Days], days: int) -> list[int]:
    """Days on which some learner can be asked something."""
    found = np.zeros(days, bool)
    for one in set(days_of):
        found |= np.frombuffer(one.open, bool)
        found[[day for day, _, _ in one.given] + [day for _, day in one.sessions]] = True
    askable: list[int] = np.flatnonzero(found).tolist()
    return askable


def _days_of(
    cohort: Cohort, learners: list[str], first: dt.date, last: dt.date, sessions: Mapping[str, dt.date]
) -> list[Days]:
    named = {id for session in cohort.group_sessions for id in session.learners or ()}
    named |= {one.id for one in cohort.learners}
    nobody: Days | None = None
    found = []
    for id in learners:
        if id in named:
            found.append(_learner_days(cohort, id, first, last, sessions))
        else:
            nobody = nobody or _learner_days(cohort, id, first, last, sessions)
            found.append(nobody)
    return found


def _learner_days(cohort: Cohort, id: str, first: dt.date, last: dt.date, sessions: Mapping[str, dt.date]) -> Days:
    calendar = cohort.calendar_of(id, first, last)
    found = steps_of(cohort, id, first, last, calendar)
    steps = tuple(one for one in found if one.effective is not None)
    dropped = tuple(one for one in found if one.effective is None)
    kinds = {one.id: one for one in cohort.steps}
    numbers = {course.id: number for number, course in enumerate(cohort.courses)}
    is_open = bytearray(calendar.study_days(first, (last - first).days + 1))
    contacts: set[int] = set()
    given = []
    for dated in steps:
        assert dated.effective is not None
        step, day = kinds[dated.step], (dated.effective - first).days
        if step.uses_contact:
            contacts.add(day)
        if step.kind == "review-quiz":
            is_open[day] = 0
            questions = step.questions or cohort.caps_of(id).questions_per_session
            given.append((day, questions, numbers[dated.course]))
    attended = []
    for session in cohort.group_sessions:
        date = sessions.get(session.id)
        if date is not None and cohort.comes(id, session) and calendar.studies(date):
            day = (date - first).days
            is_open[day] = 0
            contacts.add(day)
            attended.append((session.id, day))
    return Days(bytes(is_open), tuple(sorted(contacts)), tuple(sorted(given)), steps, tuple(attended), dropped)


def _plannable(
    objectives: list[Objective], beliefs: Beliefs, ends: list[int], first: dt.date
) -> tuple[npt.NDArray[np.int64], list[tuple[int, int, str]]]:
    """Rows that can be planned, and why others cannot."""
    end = np.array([ends[one.course] for one in objectives], np.int64)
    is_late = end[beliefs.objective] < 1
    why = {
        row: f"recall counts on {first + int(end[beliefs.objective[row]]) * DAY}: there is no day before it"
        for row in np.flatnonzero(is_late).tolist()
    }
    for row, name in _missing(objectives, beliefs):
        why.setdefault(row, f"it requires {name}, which they are not asked")  # a group session asks it all the same
    unplanned = [(int(beliefs.learner[row]), int(beliefs.objective[row]), why[row]) for row in sorted(why)]
    return np.flatnonzero(~is_late), beliefs.left_out + unplanned


def _missing(objectives: list[Objective], beliefs: Beliefs) -> Iterator[tuple[int, str]]:
    """Rows of objectives that were never asked and require one that their learner does not have, with its name."""
    if not any(one.requires for one in objectives):
        return
    names = {name: number for number, name in enumerate(dict.fromkeys(one.name for one in objectives))}
    name = np.array([names[one.name] for one in objectives], np.int64)
    has = np.zeros((len(names), int(beliefs.learner.max(initial=0)) + 1), bool)
    has[name[beliefs.objective], beliefs.learner] = True
    for number, one in enumerate(objectives):
        rows = np.flatnonzero((beliefs.objective == number) & ~beliefs.asked) if one.requires else np.empty(0, np.int64)
        for other in one.requires:
            is_there = has[names[other], beliefs.learner[rows]] if other in names else np.zeros(rows.size, bool)
            yield from ((row, other) for row in rows[~is_there].tolist())
            rows = rows[is_there]


def covers(cohort: Cohort, session: GroupSession, objective: Objective) -> bool:
    """Whether a group session asks an objective."""
    if not cohort.courses or cohort.courses[objective.course].id != session.course:
        return False
    return session.skills is None or objective.name in session.skills


def _group_days(
    cohort: Cohort, objectives: list[Objective], beliefs: Beliefs, days_of: list[Days], kept: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """By row that is kept: the day of the group session that asks it; -1 for none."""
    found = np.full(kept.size, -1, np.int32)
    if not cohort.group_sessions:
        return found
    owner, objective = beliefs.learner[kept], beliefs.objective[kept]
    for session in cohort.group_sessions:
        on = np.full(len(days_of), -1, np.int32)
        for number, days in enumerate(days_of):
            on[number] = next((day for id, day in days.sessions if id == session.id), -1)
        covered = np.array([covers(cohort, session, one) for one in objectives], bool)
        day = np.where(covered[objective], on[owner], -1)
        both = np.flatnonzero((day >= 0) & (found >= 0))
        if both.size:
            raise InputError(
                "two group sessions for one objective of a learner",
                source=f"{cohort.source}, key group_sessions",
                value=objectives[objective[both[0]]].name,
                expected="one: plans with more are not made yet",
            )
        found = np.maximum(found, day)
    return found


def _levels(weights: set[float]) -> dict[float, float]:
    """For each weight the one that stands for it: itself, or of too many the nearest of a few quantiles."""
    if len(weights) <= WEIGHTS_OF_A_COURSE:
        return {one: one for one in weights}
    known = np.quantile(sorted(weights), np.linspace(0, 1, WEIGHTS_OF_A_COURSE))
    return {one: float(known[np.abs(known - one).argmin()]) for one in weights}


def _classes(
    cohort: Cohort,
    memory: Any,
    objectives: list[Objective],
    beliefs: Beliefs,
    ends: list[int],
    kept: npt.NDArray[np.int64],
    group: npt.NDArray[np.int32],
) -> tuple[list[Any], npt.NDArray[np.uint16]]:
    courses = courses_of(cohort)
    levels = {n: _levels({one.weight for one in objectives if one.course == n}) for n in range(len(courses))}
    objective, day = beliefs.objective[kept], group.astype(np.int64)
    many = len(objectives)
    kinds, seen, kind = np.unique((day + 1) * many + objective, return_index=True, return_inverse=True)
    numbers: dict[Any, int] = {}
    found = np.empty(kinds.size, np.uint16)
    for position in np.argsort(seen).tolist():
        one, on = objectives[kinds[position] % many], int(kinds[position] // many) - 1
        at_end, on_average = courses[one.course].goal.weights
        weight, on = levels[one.course][one.weight], on if on < ends[one.course] else -1
        key = (ends[one.course], weight * at_end, weight * on_average, on, one.course)
        found[position] = numbers.setdefault(key, len(numbers))
    return [(memory, *key) for key in numbers], found[kind.reshape(-1)]


def _caps(cohort: Cohort, id: str, used: int) -> tuple[int, int, int, int | None, float | None]:
    caps = cohort.caps_of(id)
    weekly = caps.sessions_per_week or 0, caps.contacts_per_week or 0
    in_all = None if caps.questions_in_all is None else max(0, caps.questions_in_all - used)
    return caps.questions_per_session, *weekly, in_all, caps.minutes_per_day


def _programs(
    objectives: list[Objective], beliefs: Beliefs, kept: npt.NDArray[np.int64], learners: int
) -> tuple[list[list[tuple[int, int]]], npt.NDArray[np.uint32]]:
    """What comes before what, by position among a learner's questions."""
    if not any(one.requires for one in objectives):
        return [[]], np.zeros(learners, np.uint32)
    own: list[list[str]] = [[] for _ in range(learners)]
    answered: dict[tuple[int, str], bool] = {}
    for row in kept.tolist():
        learner, name = int(beliefs.learner[row]), objectives[beliefs.objective[row]].name
        own[learner].append(name)
        answered[learner, name] = bool(beliefs.asked[row])
    requires = {one.name: one.requires for one in objectives}
    known: dict[tuple[tuple[int, int], ...], int] = {}
    found = np.zeros(learners, np.uint32)
    for learner, names in enumerate(own):
        place = {name: position for position, name in enumerate(names)}
        pairs = tuple(
            (place[name], place.get(other, NOTHING))
            for name in names
            for other in requires[name]
            if other in place or not answered[learner, name]
        )
        found[learner] = known.setdefault(pairs, len(known))
    return [list(pairs) for pairs in known], found


def _capacity(cohort: Cohort, days_of: list[Days], askable: list[int], first: dt.date) -> list[int]:
    """Sessions that the organisation can send on askable days, beside contacts that are given."""
    most = [cohort.organisation.capacity(first + day * DAY) for day in askable]
    if all(one is None for one in most):
        return []
    contacts: dict[int, int] = defaultdict(int)
    for one in days_of:
        for day in one.contacts:
            contacts[day] += 1
    return [
        len(days_of) if capacity is None else max(0, capacity - contacts[day])
        for day, capacity in zip(askable, most, strict=True)
    ]
