"""A plan made before, as the start of a new one: what was sent, what is fixed, and which questions were to come."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..cohort import Cohort
from .objectives import Objective, courses_of
from .problem import Days, Problem

WEEK = 7
Columns = tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32], npt.NDArray[np.int32]]


@dataclass(frozen=True)
class Previous:
    """The plan before, seen from the first day of a new one.

    Attributes
    ----------
    begun : date
        Of the earliest row; the new plan's first day where none is before it.
    past : pyarrow.Table
        Its rows before that day: they were sent, and stay.
    coming : pyarrow.Table
        Its rows from that day on.
    dates : dict of str to date
        Of all its group sessions, those held among them: nobody is invited anew.
    used : dict of str to int
        By learner: questions of the past, group sessions aside.
    """

    begun: dt.date
    past: pa.Table
    coming: pa.Table
    dates: dict[str, dt.date]
    used: dict[str, int]
    _held: dict[str, tuple[int, ...]]
    _contacts: dict[str, tuple[int, ...]]

    def beside(self, learner: str, days: Days) -> Days:
        """The days of a learner, with the sessions and contacts of the week before the plan."""
        held, contacts = self._held.get(learner, ()), self._contacts.get(learner, ())
        if not held and not contacts:
            return days
        return replace(days, held=held, contacts=(*contacts, *days.contacts))


def previous_of(table: pa.Table, certificate: dict[str, Any], cohort: Cohort, first: dt.date) -> Previous:
    """Take a plan apart on a day.

    Parameters
    ----------
    table : pyarrow.Table
        Its rows (`perdure.plan_table.SCHEMA`).
    certificate : dict
        Of the same plan: it names the dates of group sessions.
    """
    is_past = pc.less(table["date"], pa.scalar(first))
    past, coming = table.filter(is_past), table.filter(pc.invert(is_past))
    uses = {step.kind for step in cohort.steps if step.uses_contact}
    kinds_without = {step.kind for step in cohort.steps} - uses  # rows do not say which step of a kind they are
    held: dict[str, set[int]] = defaultdict(set)
    contacts: dict[str, set[int]] = defaultdict(set)
    used: dict[str, int] = defaultdict(int)
    for learner, day, kind, item in zip(
        *(past[name].to_pylist() for name in ("learner", "date", "kind", "item")), strict=True
    ):
        number = (day - first).days
        if item is not None and kind != "group-session":
            used[learner] += 1
        if number <= -WEEK:
            continue
        if kind == "quiz":
            held[learner].add(number)
        elif kind not in kinds_without:
            contacts[learner].add(number)
    dates = {name: dt.date.fromisoformat(day) for name, day in certificate.get("group_sessions", {}).items()}
    begun = pc.min(past["date"]).as_py() or first
    return Previous(begun, past, coming, dates, dict(used), _ordered(held), _ordered(contacts))


def _ordered(days: dict[str, set[int]]) -> dict[str, tuple[int, ...]]:
    return {learner: tuple(sorted(own)) for learner, own in days.items()}


def questions_of(
    coming: pa.Table, cohort: Cohort, learners: list[str], objectives: list[Objective], problem: Problem, first: dt.date
) -> Columns:
    """The coming questions of a plan that a new one can ask as well, as `_core.plan.CohortPlan` takes them."""
    names = [course.id if cohort.courses else "" for course in courses_of(cohort)]
    objective = {(names[one.course], one.name): number for number, one in enumerate(objectives)}
    starts = problem.arguments["columns"]["first"].astype(np.int64)
    numbers = {id: number for number, id in enumerate(learners)}
    place = {
        (learner, int(problem.objective[row])): row - int(starts[learner])
        for learner in range(len(learners))
        for row in range(int(starts[learner]), int(starts[learner + 1]))
    }
    found = sorted(
        (numbers[learner], (day - first).days, place[numbers[learner], objective[key]])
        for learner, key, day in coming_questions(coming)
        if learner in numbers and (numbers[learner], objective.get(key, -1)) in place
    )
    counts = np.bincount([one[0] for one in found], minlength=len(learners))
    return (
        np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64),
        np.array([one[2] for one in found], np.uint32),
        np.array([one[1] for one in found], np.int32),
    )


def coming_questions(table: pa.Table) -> Iterable[tuple[str, tuple[str, str], dt.date]]:
    """Learner, course and objective, and date of every question that is chosen: those of group sessions are not."""
    columns = ("learner", "course", "item", "skill", "date", "kind")
    for learner, course, item, skill, day, kind in zip(*(table[name].to_pylist() for name in columns), strict=True):
        if item is not None and kind != "group-session":
            yield learner, (course or "", skill or item), day
