"""From questions on days to the rows of a plan: items, times and reasons, a column at a time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..cohort import Cohort
from ..plan_table import CODED, KINDS
from ..states import States
from .beliefs import Beliefs
from .clock import Clock
from .objectives import Objective, courses_of
from .pools import items_of, offsets
from .problem import Days, Problem, covers
from .reasons import Reasons

EPOCH = dt.date(1970, 1, 1)
NOTHING = -1
"""In the place of a code: no text."""
BEFORE, NEVER = -1, 2**62
"""When a skill was first asked: before the plan, or not at all."""

Int = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """Rows of a plan, as codes."""

    learner: Int
    day: Int
    course: Int
    kind: Int
    objective: Int
    item: Int
    time: Int
    reason: Int
    recall: Float
    gain: Float
    price: Float
    met: Int
    """Day from the epoch; NEVER for none."""

    def joined(self, other: Columns) -> Columns:
        """With other rows behind."""
        return Columns(*(np.concatenate(both) for both in zip(vars(self).values(), vars(other).values(), strict=True)))


def table_of(
    cohort: Cohort,
    states: States,
    objectives: list[Objective],
    beliefs: Beliefs,
    problem: Problem,
    asked: dict[str, Any],
    first: dt.date,
    begun: dt.date,
) -> pa.Table:
    """The table of a plan (`perdure.plan_table.CODED`), by date, learner and course.

    ``begun`` is the first day of the plan that this one continues; ``first`` where there is none.
    """
    learners = states.learners
    clock, reasons = Clock(cohort, learners, first), Reasons()
    rows = _questions(cohort, states, objectives, beliefs, problem, asked, first, begun, clock, reasons)
    rows = rows.joined(_steps(cohort, learners, problem, rows, clock, reasons, first))
    courses = [one.id if cohort.courses else "" for one in courses_of(cohort)]
    names = [one.name for one in objectives]
    order = _order(rows, learners, courses, names)
    skills = np.array([number if one.is_skill else NOTHING for number, one in enumerate(objectives)] + [NOTHING])
    made = {
        "learner": _texts(rows.learner[order], learners),
        "course": _texts(rows.course[order], courses),
        "item": _texts(rows.item[order], [item for one in objectives for item in one.items]),
        "skill": _texts(skills[rows.objective[order]], names),
        "date": pa.array((rows.day[order] + (first - EPOCH).days).astype(np.int32)).cast(pa.date32()),
        "time": _texts(rows.time[order], clock.texts),
        "kind": _texts(rows.kind[order], list(KINDS)),
        "predicted_recall": _numbers(rows.recall[order]),
        "gain": _numbers(rows.gain[order]),
        "price": _numbers(rows.price[order]),
        "prerequisites_met": _dates(rows.met[order]),
        "reason": _texts(rows.reason[order], reasons.texts),
    }
    return pa.table([made[field.name].cast(field.type) for field in CODED], CODED)


def _questions(
    cohort: Cohort,
    states: States,
    objectives: list[Objective],
    beliefs: Beliefs,
    problem: Problem,
    asked: dict[str, Any],
    first: dt.date,
    begun: dt.date,
    clock: Clock,
    reasons: Reasons,
) -> Columns:
    """A row for each question."""
    columns = problem.arguments["columns"]
    learner, day = asked["learner"].astype(np.int64), asked["day"].astype(np.int64)
    row = columns["first"].astype(np.int64)[learner] + asked["question"]
    objective = problem.objective[row]
    course = np.array([one.course for one in objectives], np.int64)[objective]
    group = np.array([one[4] for one in problem.arguments["classes"]])[columns["question_class"][row]]
    in_group = group == day
    recall, gain, price = (asked[name].astype(np.float64) for name in ("recall", "gain", "price"))
    is_review = _among(_reviews(problem), (learner, day, course)) & ~in_group
    kind = np.where(is_review, KINDS.index("review-quiz"), KINDS.index("quiz"))
    time = clock.sent(learner, day)
    reason = np.zeros(day.size, np.int64)
    chosen = np.flatnonzero(~in_group)
    reason[chosen] = reasons.of_questions(cohort, first, course[chosen], recall[chosen], gain[chosen])
    for session in cohort.group_sessions if in_group.any() else ():
        covered = np.array([covers(cohort, session, one) for one in objectives], bool)
        on = np.full(len(states.learners), NOTHING, np.int64)
        for number, days in enumerate(problem.days_of):
            on[number] = next((day for id, day in days.sessions if id == session.id), NOTHING)
        own = np.flatnonzero(in_group & covered[objective] & (on[learner] == day))
        if own.size:
            date = first + dt.timedelta(int(day[own[0]]))
            kind[own], time[own] = KINDS.index("group-session"), clock.begins(learner[own], session, date)
            reason[own] = reasons.of_session(session)
    item = items_of(objectives, states, learner, objective, day)
    met = _met(objectives, beliefs, learner, objective, day, first, begun, len(states.learners))
    return Columns(learner, day, course, kind, objective, item, time, reason, recall, gain, price, met)


def _steps(
    cohort: Cohort,
    learners: list[str],
    problem: Problem,
    questions: Columns,
    clock: Clock,
    reasons: Reasons,
    first: dt.date,
) -> Columns:
    """A row for each step without a question, and for each review quiz that has nothing to ask."""
    numbers = {course.id: number for number, course in enumerate(courses_of(cohort))}
    sharing: dict[int, list[int]] = defaultdict(list)
    of: dict[int, Days] = {}
    for learner, days in enumerate(problem.days_of):
        if days.steps:
            sharing[id(days)].append(learner)
            of[id(days)] = days
    parts: list[Int] = []
    for key, who in sharing.items():
        reviews = set()
        for step in of[key].steps:
            assert step.effective is not None
            day, course = (step.effective - first).days, numbers[step.course]
            if step.kind == "review-quiz":
                if (day, course) in reviews:
                    continue
                reviews.add((day, course))
            facts = np.array([[day], [course], [KINDS.index(step.kind)], [reasons.of_step(step.kind)]], np.int64)
            parts.append(np.concatenate([np.array([who], np.int64), np.repeat(facts, len(who), axis=1)]))
    found = np.concatenate(parts, axis=1) if parts else np.zeros((5, 0), np.int64)
    is_chosen = questions.kind != KINDS.index("group-session")
    held = [column[is_chosen] for column in (questions.learner, questions.day, questions.course)]
    review = np.flatnonzero(found[3] == KINDS.index("review-quiz"))
    is_held = np.zeros(found.shape[1], bool)
    is_held[review] = _among(np.stack(held), tuple(found[:3, review]))
    learner, day, course, kind, reason = found[:, ~is_held]
    nothing, unknown = np.full(day.size, NOTHING, np.int64), np.full(day.size, np.nan)
    time, never = clock.sent(learner, day), np.full(day.size, NEVER, np.int64)
    return Columns(learner, day, course, kind, nothing, nothing, time, reason, unknown, unknown, unknown, never)


def _reviews(problem: Problem) -> Int:
    """Learner, day and course of every review quiz."""
    found = [
        (learner, day, course) for learner, days in enumerate(problem.days_of) for day, _, course in days.given
    ]
    return np.array(found, np.int64).reshape(-1, 3).T


def _among(known: Int, keys: tuple[Int, ...]) -> npt.NDArray[np.bool_]:
    """Which keys, in columns, are among those that are known."""
    if known.shape[1] == 0 or keys[0].size == 0:
        return np.zeros(keys[0].size, bool)
    sizes = [int(max(one.max(), other.max())) + 1 for one, other in zip(known, keys, strict=True)]
    return np.isin(np.ravel_multi_index(keys, sizes), np.ravel_multi_index(tuple(known), sizes))


def _met(
    objectives: list[Objective],
    beliefs: Beliefs,
    learner: Int,
    objective: Int,
    day: Int,
    first: dt.date,
    begun: dt.date,
    learners: int,
) -> Int:
    """When the last of the required skills was first asked, in days from the epoch; the day before the plan stands for
    any day before it."""
    met = np.full(day.size, NEVER, np.int64)
    if not any(one.requires for one in objectives):
        return met
    names = {name: number for number, name in enumerate(dict.fromkeys(one.name for one in objectives))}
    name = np.array([names[one.name] for one in objectives], np.int64)
    many = len(objectives)
    began = np.full((len(names), learners), NEVER, np.int64)  # day and objective, as one number, of the first question
    np.minimum.at(began, (name[objective], learner), day * many + objective)
    asked = beliefs.asked
    began[name[beliefs.objective[asked]], beliefs.learner[asked]] = BEFORE
    start, before = (first - EPOCH).days, (begun - EPOCH).days - 1
    for number, one in enumerate(objectives):
        rows = np.flatnonzero(objective == number) if one.requires else np.empty(0, np.int64)
        if rows.size == 0:
            continue
        now, last = day[rows] * many + number, np.full(rows.size, BEFORE - 1, np.int64)
        for other in one.requires:
            when = began[names[other], learner[rows]] if other in names else np.full(rows.size, NEVER, np.int64)
            last = np.maximum(last, np.where(when < now, when, BEFORE - 1))
        is_before = (began[name[number], learner[rows]] == BEFORE) | (last == BEFORE)
        met[rows] = np.where(is_before, before, np.where(last < BEFORE, NEVER, start + last // many))
    return met


def _order(rows: Columns, learners: list[str], courses: list[str], names: list[str]) -> Int:
    """By date, learner, course, kind and objective."""
    who, course, kind = _rank(learners), _rank(courses), _rank(list(KINDS))
    name = np.append(_rank(names) + 1, 0)  # last: none
    major = rows.day * len(learners) + who[rows.learner]
    minor = (course[rows.course] * len(KINDS) + kind[rows.kind]) * (len(names) + 1) + name[rows.objective]
    return np.lexsort((minor, major))


def _rank(texts: list[str]) -> Int:
    """Positions in alphabetical order; the same for equal texts."""
    place = {text: position for position, text in enumerate(sorted(set(texts)))}
    return np.array([place[text] for text in texts], np.int64)


def _texts(codes: Int, texts: list[str]) -> pa.DictionaryArray:
    """Texts by code, each once."""
    place: dict[str, int] = {}
    for text in texts:
        place.setdefault(text, len(place))
    number = np.array([*(place[text] for text in texts), 0], np.int32)[codes]
    return pa.DictionaryArray.from_arrays(pa.array(number, mask=codes == NOTHING), pa.array(list(place), pa.string()))


def _numbers(x: Float) -> pa.Array:
    return pa.array(x.astype(np.float32), mask=np.isnan(x))


def _dates(days: Int) -> pa.Array:
    is_none = days == NEVER
    return pa.array(np.where(is_none, 0, days).astype(np.int32), mask=is_none).cast(pa.date32())
