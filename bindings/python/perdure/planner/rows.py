"""From questions on days to the rows of a plan: items, times and reasons."""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa

from ..cohort import Cohort
from ..plan_table import SCHEMA
from .beliefs import Beliefs
from .objectives import Objective, courses_of
from .problem import DAY, Problem

STEP_REASONS = {
    "session": "a session that the cohort wants on this day",
    "cold-evaluation": "an evaluation that the cohort wants on this day",
    "nugget": "a reminder that the cohort wants on this day",
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


def table_of(
    cohort: Cohort,
    learners: list[str],
    objectives: list[Objective],
    beliefs: Beliefs,
    problem: Problem,
    asked: dict[str, Any],
    first: dt.date,
) -> pa.Table:
    """The table of a plan (`perdure.plan_table.SCHEMA`), by date, learner and course."""
    named = bool(cohort.courses)
    courses, clock = courses_of(cohort), Clock(cohort)
    starts = problem.arguments["columns"]["first"].astype(np.int64)
    rows: list[tuple[Any, ...]] = []
    columns = zip(
        *(asked[name].tolist() for name in ("learner", "question", "day", "recall", "gain", "price")), strict=True
    )
    own: dict[int, list[tuple[int, int, float, float, float, bool]]] = defaultdict(list)
    in_group = [group_session for _, _, _, _, group_session, _ in problem.arguments["classes"]]
    of_class = problem.arguments["columns"]["question_class"]
    for learner, question, day, recall, gain, price in columns:
        row = starts[learner] + question
        gathered = in_group[of_class[row]] == day
        own[learner].append((day, int(problem.objective[row]), recall, gain, price, gathered))
    known = _first_answers(beliefs, objectives, len(learners))
    for learner, id in enumerate(learners):
        days = problem.days_of[learner]
        reviews = {(day, course) for day, _, course in days.given}
        sessions = {day: name for name, day in days.sessions}
        times = {one.id: one.time for one in cohort.group_sessions}
        pool = _Pool(beliefs.recency[learner])
        seen = dict(known[learner])
        held: set[tuple[int, int]] = set()
        for day, number, recall, gain, price, gathered in sorted(own[learner], key=lambda one: one[:2]):
            one = objectives[number]
            course = courses[one.course]
            date = first + day * DAY
            met = max((seen[name] for name in one.requires if name in seen), default=None) if one.requires else None
            before = _met(seen, one, met, first)
            if gathered:
                kind, time = "group-session", clock.begins(id, date, times[sessions[day]])
                reason = f"everyone who comes to {sessions[day]} answers it"
            else:
                kind = "review-quiz" if (day, one.course) in reviews else "quiz"
                time = clock.sent(id, date)
                reason = _reason(course.cadence, gain, cohort.counts_on(first, course if named else None), recall)
            if kind == "review-quiz":
                held.add((day, one.course))
            rows.append(
                (
                    id,
                    course.id if named else "",
                    pool.next(one.items, day),
                    one.name if one.is_skill else None,
                    date,
                    time,
                    kind,
                    recall,
                    None if math.isnan(gain) else gain,
                    None if math.isnan(price) else price,
                    before,
                    reason,
                )
            )
            seen.setdefault(one.name, date)
        numbers = {course.id: number for number, course in enumerate(courses)}
        for step in days.steps:
            if step.effective is None:
                continue
            date = step.effective
            if step.kind == "review-quiz":
                quiz = (date - first).days, numbers[step.course]
                if quiz in held:
                    continue
                held.add(quiz)
            reason = STEP_REASONS.get(step.kind, "a review quiz that has nothing to ask: no room, or nothing to gain")
            time = clock.sent(id, date)
            rows.append((id, step.course, None, None, date, time, step.kind, None, None, None, None, reason))
    rows.sort(key=lambda row: (row[4], row[0], row[1], row[6], row[3] or row[2] or ""))
    return pa.table([pa.array(column, field.type) for column, field in zip(_turned(rows), SCHEMA, strict=True)], SCHEMA)


def _turned(rows: list[tuple[Any, ...]]) -> list[Any]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in SCHEMA]


def _first_answers(beliefs: Beliefs, objectives: list[Objective], learners: int) -> list[dict[str, dt.date]]:
    """Skills asked before the plan, by learner; their date is any before it."""
    found: list[dict[str, dt.date]] = [{} for _ in range(learners)]
    if any(one.requires for one in objectives):
        for row in np.flatnonzero(beliefs.asked).tolist():
            found[beliefs.learner[row]][objectives[beliefs.objective[row]].name] = dt.date.min
    return found


def _met(seen: dict[str, dt.date], one: Objective, met: dt.date | None, first: dt.date) -> dt.date | None:
    """When the last of the required skills was first asked; the day before the plan stands for any day before it."""
    if not one.requires:
        return None
    if seen.get(one.name) == dt.date.min or met == dt.date.min:
        return first - DAY
    return met


class _Pool:
    """Items of a learner: of a pool the one asked longest ago comes next, those never asked first."""

    def __init__(self, recency: dict[str, int]) -> None:
        self._last: dict[str, tuple[int, int]] = {item: (0, at) for item, at in recency.items()}

    def next(self, items: tuple[str, ...], day: int) -> str:
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
