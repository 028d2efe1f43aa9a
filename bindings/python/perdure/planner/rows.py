"""From questions on days to the rows of a plan: items, times and reasons."""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ..cohort import Cohort, GroupSession
from ..plan_table import SCHEMA
from .beliefs import Beliefs
from .objectives import Objective, courses_of
from .problem import DAY, Days, Problem, covers

STEP_REASONS = {
    "session": "a session that the cohort wants on this day",
    "cold-evaluation": "an evaluation that the cohort wants on this day",
    "nugget": "a reminder that the cohort wants on this day",
    "review-quiz": "a review quiz that has nothing to ask: no room, or nothing to gain",
}


class Clock:
    """Times of day of what is sent, on the clock of each learner."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self._known: dict[Any, str] = {}

    def sent(self, learner: str, day: dt.date) -> str:
        """When a session is sent: later by the gap where clocks go forward over it."""
        zone = self.cohort.learner(learner).timezone or self.cohort.timezone
        at = self.cohort.delivery.send_at
        key = zone, day
        if key not in self._known:
            local = dt.datetime.combine(day, at, zoneinfo.ZoneInfo(zone))
            self._known[key] = f"{local.astimezone(dt.UTC).astimezone(local.tzinfo):%H:%M}"
        return self._known[key]

    def begins(self, learner: str, day: dt.date, time: dt.time) -> str:
        """When a group session begins."""
        begin = dt.datetime.combine(day, time, zoneinfo.ZoneInfo(self.cohort.timezone))
        own = zoneinfo.ZoneInfo(self.cohort.learner(learner).timezone or self.cohort.timezone)
        return f"{begin.astimezone(own):%H:%M}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a learner is asked."""

    day: int
    objective: int
    recall: float
    gain: float
    price: float
    in_group: bool


def table_of(
    cohort: Cohort,
    learners: list[str],
    objectives: list[Objective],
    beliefs: Beliefs,
    problem: Problem,
    asked: dict[str, Any],
    first: dt.date,
    begun: dt.date,
) -> pa.Table:
    """The table of a plan (`perdure.plan_table.SCHEMA`), by date, learner and course.

    ``begun`` is the first day of the plan that this one continues; ``first`` where there is none.
    """
    own = _by_learner(problem, asked)
    known = _first_answers(beliefs, objectives, len(learners))
    maker = _Rows(cohort, objectives, first, begun)
    rows: list[tuple[Any, ...]] = []
    for learner, id in enumerate(learners):
        days, questions = problem.days_of[learner], own[learner]
        rows += maker.questions(id, days, questions, known[learner], Pool(beliefs.recency[learner]))
        rows += maker.steps(id, days, questions)
    rows.sort(key=lambda row: (row[4], row[0], row[1], row[6], row[3] or row[2] or ""))
    return pa.table([pa.array(column, field.type) for column, field in zip(_turned(rows), SCHEMA, strict=True)], SCHEMA)


def _by_learner(problem: Problem, asked: dict[str, Any]) -> dict[int, list[Asked]]:
    """What was asked, by learner and day."""
    columns = problem.arguments["columns"]
    row = columns["first"].astype(np.int64)[asked["learner"]] + asked["question"]
    group = np.array([one[4] for one in problem.arguments["classes"]])[columns["question_class"][row]]
    facts = (problem.objective[row], asked["recall"], asked["gain"], asked["price"], group == asked["day"])
    found: dict[int, list[Asked]] = defaultdict(list)
    for learner, day, *rest in zip(
        asked["learner"].tolist(), asked["day"].tolist(), *(column.tolist() for column in facts), strict=True
    ):
        found[learner].append(Asked(day, *rest))
    for own in found.values():
        own.sort(key=lambda one: (one.day, one.objective))
    return found


class _Rows:
    """Rows of learners, one after another."""

    def __init__(self, cohort: Cohort, objectives: list[Objective], first: dt.date, begun: dt.date) -> None:
        self.cohort, self.objectives, self.first, self.begun = cohort, objectives, first, begun
        self.clock, self.courses = Clock(cohort), courses_of(cohort)
        self.numbers = {course.id: number for number, course in enumerate(self.courses)}
        self.ends = [cohort.counts_on(first, one if cohort.courses else None) for one in self.courses]
        self.sessions = {session.id: session for session in cohort.group_sessions}

    def questions(
        self, id: str, days: Days, questions: list[Asked], seen: dict[str, dt.date], pool: Pool
    ) -> Iterator[tuple[Any, ...]]:
        """A row for each question. ``seen``: when skills were first asked, before the plan and then in it."""
        reviews = {(day, course) for day, _, course in days.given}
        for one in questions:
            objective = self.objectives[one.objective]
            course = self.courses[objective.course]
            date = self.first + one.day * DAY
            if one.in_group:
                session = self._session(days, one.day, objective)
                kind, time = "group-session", self.clock.begins(id, date, session.time)
                reason = f"everyone who comes to {session.id} answers it"
            else:
                kind = "review-quiz" if (one.day, objective.course) in reviews else "quiz"
                time = self.clock.sent(id, date)
                reason = _reason(course.cadence, one.gain, self.ends[objective.course], one.recall)
            yield (
                id,
                course.id if self.cohort.courses else "",
                pool.next(objective.items, one.day),
                objective.name if objective.is_skill else None,
                date,
                time,
                kind,
                one.recall,
                None if math.isnan(one.gain) else one.gain,
                None if math.isnan(one.price) else one.price,
                _met(seen, objective, self.begun),
                reason,
            )
            seen.setdefault(objective.name, date)

    def steps(self, id: str, days: Days, questions: list[Asked]) -> Iterator[tuple[Any, ...]]:
        """A row for each step without a question, and for each review quiz that has nothing to ask."""
        held = {(one.day, self.objectives[one.objective].course) for one in questions if not one.in_group}
        for step in days.steps:
            date = step.effective
            if date is None:
                continue
            if step.kind == "review-quiz":
                quiz = (date - self.first).days, self.numbers[step.course]
                if quiz in held:
                    continue
                held.add(quiz)
            reason = STEP_REASONS[step.kind]
            yield (
                id,
                step.course,
                None,
                None,
                date,
                self.clock.sent(id, date),
                step.kind,
                None,
                None,
                None,
                None,
                reason,
            )

    def _session(self, days: Days, day: int, objective: Objective) -> GroupSession:
        """The group session of a day that covers an objective."""
        return next(
            self.sessions[id]
            for id, on in days.sessions
            if on == day and covers(self.cohort, self.sessions[id], objective)
        )


def _turned(rows: list[tuple[Any, ...]]) -> list[Any]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in SCHEMA]


def _first_answers(beliefs: Beliefs, objectives: list[Objective], learners: int) -> list[dict[str, dt.date]]:
    """Skills asked before the plan, by learner; their date is any before it."""
    found: list[dict[str, dt.date]] = [{} for _ in range(learners)]
    if any(one.requires for one in objectives):
        for row in np.flatnonzero(beliefs.asked).tolist():
            found[beliefs.learner[row]][objectives[beliefs.objective[row]].name] = dt.date.min
    return found


def _met(seen: dict[str, dt.date], objective: Objective, first: dt.date) -> dt.date | None:
    """When the last of the required skills was first asked; the day before the plan stands for any day before it."""
    if not objective.requires:
        return None
    met = max((seen[name] for name in objective.requires if name in seen), default=None)
    return first - DAY if dt.date.min in (seen.get(objective.name), met) else met


class Pool:
    """Items of a learner: of a pool the one asked longest ago comes next, those never asked first."""

    def __init__(self, recency: dict[str, int]) -> None:
        self._last: dict[str, tuple[int, int]] = {item: (0, at) for item, at in recency.items()}

    def next(self, items: tuple[str, ...], day: int) -> str:
        """The item of a pool that is asked on a day."""
        never = (-1, 0)
        item = min(items, key=lambda one: self._last.get(one, never))
        self._last[item] = (1, day)
        return item


def _reason(cadence: str, gain: float, end: dt.date, recall: float) -> str:
    if cadence != "adaptive":
        return f"due by the cadence {cadence}"
    if math.isnan(gain):
        return f"recall is {100 * recall:.0f} % by now"
    return f"recall is {100 * recall:.0f} % by now; asking today, not later, adds {100 * gain:.1f} points on {end}"
