"""From questions on days to the rows of a plan: items, times and reasons, a column at a time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
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
from .pools import items_of
from .problem import Days, Problem, covers
from .reasons import Reasons

EPOCH = dt.date(1970, 1, 1)
NOTHING = -1
"""In the place of a code: no text."""
BEFORE, NEVER = -1, 2**31 - 1
"""When a skill was first asked: before the plan, or not at all."""

Int = npt.NDArray[np.int64]


QUESTIONS_AT_A_TIME = 1_000_000
TYPES = {
    "learner": np.int32,
    "day": np.int32,
    "course": np.int16,
    "kind": np.int16,
    "objective": np.int32,
    "item": np.int32,
    "time": np.int16,
    "reason": np.int32,
    "recall": np.float32,
    "gain": np.float32,
    "price": np.float32,
    "met": np.int32,  # day from the epoch; NEVER for none
}
Columns = dict[str, npt.NDArray[Any]]
"""Rows of a plan, as codes: a column of each of TYPES. There can be tens of millions."""


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
    parts = [
        _questions(cohort, states, objectives, beliefs, problem, some, first, begun, clock, reasons)
        for some in _slices(asked)
    ]
    rows = {name: np.concatenate([part.pop(name) for part in parts]) for name in TYPES}
    steps = _steps(cohort, learners, problem, rows, clock, reasons, first)
    rows = {name: np.concatenate([rows.pop(name), column]) for name, column in steps.items()}
    courses = [one.id if cohort.courses else "" for one in courses_of(cohort)]
    names = [one.name for one in objectives]
    order = _order(rows, learners, courses, names)
    skills = np.array([number if one.is_skill else NOTHING for number, one in enumerate(objectives)] + [NOTHING])

    def taken(name: str) -> npt.NDArray[Any]:
        """A column in the order of the plan; it is not needed again."""
        return rows.pop(name)[order]

    made = {
        "learner": _texts(taken("learner"), learners),
        "course": _texts(taken("course"), courses),
        "item": _texts(taken("item"), [item for one in objectives for item in one.items]),
        "skill": _texts(skills[taken("objective")], names),
        "date": pa.array(taken("day") + np.int32((first - EPOCH).days)).cast(pa.date32()),
        "time": _texts(taken("time"), clock.texts),
        "kind": _texts(taken("kind"), list(KINDS)),
        "predicted_recall": _numbers(taken("recall")),
        "gain": _numbers(taken("gain")),
        "price": _numbers(taken("price")),
        "prerequisites_met": _dates(taken("met")),
        "reason": _texts(taken("reason"), reasons.texts),
    }
    return pa.table([made[field.name].cast(field.type) for field in CODED], CODED)


def _slices(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What was asked, some learners at a time."""
    learner = asked["learner"]
    begin = 0
    while begin == 0 or begin < learner.size:
        end = begin + QUESTIONS_AT_A_TIME
        if end < learner.size:
            end = int(np.searchsorted(learner, learner[end - 1], side="right"))
        yield {name: asked[name][begin:end] for name in ("learner", "question", "day", "recall", "gain", "price")}
        begin = end


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
    recall, gain, price = asked["recall"], asked["gain"], asked["price"]
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
    return _columns(learner, day, course, kind, objective, item, time, reason, recall, gain, price, met)


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
    review = np.flatnonzero(found[3] == KINDS.index("review-quiz"))
    is_held = np.zeros(found.shape[1], bool)
    if review.size:
        is_chosen = questions["kind"] != KINDS.index("group-session")
        held = [questions[name][is_chosen].astype(np.int64) for name in ("learner", "day", "course")]
        is_held[review] = _among(np.stack(held), tuple(found[:3, review]))
    learner, day, course, kind, reason = found[:, ~is_held]
    nothing, unknown = np.full(day.size, NOTHING, np.int64), np.full(day.size, np.nan)
    time, never = clock.sent(learner, day), np.full(day.size, NEVER, np.int64)
    return _columns(learner, day, course, kind, nothing, nothing, time, reason, unknown, unknown, unknown, never)


def _columns(*columns: npt.NDArray[Any]) -> Columns:
    return {name: column.astype(kind) for (name, kind), column in zip(TYPES.items(), columns, strict=True)}


def _reviews(problem: Problem) -> Int:
    """Learner, day and course of every review quiz."""
    found = [(learner, day, course) for learner, days in enumerate(problem.days_of) for day, _, course in days.given]
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
    """When the last of the required skills was first asked, in days from the epoch.

    The day before the plan stands for any day before it.
    """
    met = np.full(day.size, NEVER, np.int64)
    if not any(one.requires for one in objectives):
        return met
    names = {name: number for number, name in enumerate(dict.fromkeys(one.name for one in objectives))}
    name = np.array([names[one.name] for one in objectives], np.int64)
    many = len(objectives)
    unseen = np.iinfo(np.int64).max
    began = np.full((len(names), learners), unseen)  # day and objective, as one number, of the first question
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
            when = began[names[other], learner[rows]] if other in names else np.full(rows.size, unseen)
            last = np.maximum(last, np.where(when < now, when, BEFORE - 1))
        is_before = (began[name[number], learner[rows]] == BEFORE) | (last == BEFORE)
        met[rows] = np.where(is_before, before, np.where(last < BEFORE, NEVER, start + last // many))
    return met


def _order(rows: Columns, learners: list[str], courses: list[str], names: list[str]) -> Int:
    """By date, learner, course, kind and objective."""
    who, course, kind = _rank(learners), _rank(courses), _rank(list(KINDS))
    name = np.append(_rank(names) + 1, 0)  # last: none
    major = rows["day"] * np.int64(len(learners)) + who[rows["learner"]]
    minor = (course[rows["course"]] * len(KINDS) + kind[rows["kind"]]) * (len(names) + 1) + name[rows["objective"]]
    return np.lexsort((minor, major))


def _rank(texts: list[str]) -> Int:
    """Positions in alphabetical order; the same for equal texts."""
    place = {text: position for position, text in enumerate(sorted(set(texts)))}
    return np.array([place[text] for text in texts], np.int64)


def _texts(codes: npt.NDArray[Any], texts: list[str]) -> pa.DictionaryArray:
    """Texts by code, each once."""
    place: dict[str, int] = {}
    for text in texts:
        place.setdefault(text, len(place))
    number = np.array([*(place[text] for text in texts), 0], np.int32)[codes]
    return pa.DictionaryArray.from_arrays(pa.array(number, mask=codes == NOTHING), pa.array(list(place), pa.string()))


def _numbers(x: npt.NDArray[np.float32]) -> pa.Array:
    return pa.array(x, mask=np.isnan(x))


def _dates(days: npt.NDArray[np.int32]) -> pa.Array:
    is_none = days == NEVER
    return pa.array(np.where(is_none, np.int32(0), days), mask=is_none).cast(pa.date32())
