"""Next quizzes: by target retention, on study days, under a daily cap for each learner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import _core, _threads, batch
from ._progress import reporting
from ._zones import search_paths
from .cohort import Cohort
from .cohort.checks import check_names
from .errors import InputError
from .memory_model import MemoryModel
from .plan import SCHEMA, Plan
from .states import States

Days = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

EPOCH = dt.date(1970, 1, 1)


class Planner:
    """Plans the next quiz of every learner × item.

    Parameters
    ----------
    cohort : Cohort
        Dates, calendar, caps and target.

    Notes
    -----
    An item is due on the last day on which predicted recall is at least the target, counted in local calendar days
    from the last answer; a day that is no study day moves to the nearest one. When a learner's day is full, what is
    due goes to the next study day, earliest due first, lowest recall first among equals. One question for each pair:
    the plan is made again after the answers.
    """

    def __init__(self, cohort: Cohort) -> None:
        if not isinstance(cohort, Cohort):
            raise InputError(
                "not a cohort", source="cohort", value=cohort, expected="perdure.Cohort, e.g. by from_toml"
            )
        self.cohort = cohort

    def plan(
        self,
        model: MemoryModel,
        states: States,
        progress: bool | Callable[[int, int, str], object] = False,
        threads: int | None = None,
    ) -> Plan:
        """Make the plan.

        Parameters
        ----------
        model : fitted model
        states : States
            From the same model: memory after the last answers.
        progress : bool or callable
        threads : int, optional
            The plan does not depend on it.

        Raises
        ------
        InputError
            The cohort names a learner that the log does not have, or its dates lie before the log's last answer.
        """
        workers = _threads.resolve(threads)
        _check(model, states)
        steps = 4
        with reporting(progress, "Planning") as report:
            last_day = self._local_days(states.last_answered_at)
            first, last = self._horizon(last_day)
            calendars, caps = self._rules(states.learners, first, last)
            report(1, steps, "Planning: intervals")
            interval = model.interval(states.state, self.cohort.target_retention, workers).astype(np.float64)
            recall_at_start = model.recall(states.state, _gap(first, last_day), workers).astype(np.float64)
            report(2, steps, "Planning: dates")
            found = _core.plan.daily_cap(
                states.learner, last_day, interval, recall_at_start, calendars, caps, first, last, threads=workers
            )
            report(3, steps, "Planning: gains")
            plan = self._assemble(model, states, found, last_day, first, last, workers)
            report(4, steps, "Planning: done")
        return plan

    def _local_days(self, instants: npt.NDArray[np.int64]) -> Days:
        days: Days = _core.time.local_date(self.cohort.timezone, instants, paths=search_paths())
        return days

    def _horizon(self, last_day: Days) -> tuple[int, int]:
        """First and last day of the plan, as days since 1970-01-01."""
        cohort, latest = self.cohort, int(last_day.max())
        after = (EPOCH + dt.timedelta(latest + 1)).isoformat()
        first = latest + 1 if cohort.start is None else (cohort.start - EPOCH).days
        if first <= latest:
            raise InputError(
                "before the log's last answer",
                source=f"{cohort.source}, key cohort.start",
                value=str(cohort.start),
                expected=f"{after} or later",
            )
        last = first + cohort.horizon_days - 1 if cohort.deadline is None else (cohort.deadline - EPOCH).days
        if last < first:
            raise InputError(
                "in the past: before the log's last answer",
                source=f"{cohort.source}, key cohort.deadline",
                value=str(cohort.deadline),
                expected=f"{after} or later",
            )
        return first, last

    def _rules(self, learners: list[str], first: int, last: int) -> tuple[list[Any], list[int]]:
        check_names(self.cohort, learners)
        days = (EPOCH + dt.timedelta(first), EPOCH + dt.timedelta(last))
        calendars = [self.cohort.calendar_of(None, *days)] * len(learners)
        caps = [self.cohort.caps.questions_per_session] * len(learners)
        position = {learner: i for i, learner in enumerate(learners)}
        for own in self.cohort.learners:
            i = position[own.id]
            calendars[i] = self.cohort.calendar_of(own.id, *days)
            caps[i] = own.caps.questions_per_session or caps[i]
        return calendars, caps

    def _assemble(
        self,
        model: MemoryModel,
        states: States,
        found: dict[str, Any],
        last_day: Days,
        first: int,
        last: int,
        threads: int,
    ) -> Plan:
        names = list(_core.plan.outcomes)
        outcome, date, ideal, waited = (found[name] for name in ("outcome", "date", "ideal", "waited"))
        planned = np.flatnonzero(np.isin(outcome, [names.index(name) for name in _core.plan.planned]))
        recall, gain = _recall_and_gain(model, states, planned, date[planned], last_day[planned], last, threads)
        order = np.lexsort((states.item[planned], recall, states.learner[planned], date[planned]))
        rows, recall, gain = planned[order], recall[order], gain[order]
        reasons = [
            _reason(names[outcome[row]], int(ideal[row]), bool(waited[row]), self.cohort.target_retention, r)
            for row, r in zip(rows.tolist(), recall.tolist(), strict=True)
        ]
        table = pa.table(
            [
                *_names(states, rows),
                pa.array(date[rows]).cast(pa.date32()),
                pa.array(["quiz"] * rows.size, pa.string()),
                pa.array(recall),
                pa.array(gain),
                pa.array(reasons, pa.string()),
            ],
            schema=SCHEMA,
        )
        left = np.flatnonzero(outcome == names.index("no_capacity"))
        uncovered = pa.table(
            [
                *_names(states, left),
                pa.array(np.maximum(ideal[left], first)).cast(pa.date32()),
                pa.array(
                    ["no room: every study day before the end is full, or there is none"] * left.size, pa.string()
                ),
            ],
            names=["learner", "item", "skill", "due", "reason"],
        )
        days = (EPOCH + dt.timedelta(first), EPOCH + dt.timedelta(last))
        return Plan(table, uncovered, *days, int((outcome == names.index("not_due")).sum()), states._kind)


def _recall_and_gain(
    model: MemoryModel, states: States, rows: npt.NDArray[np.intp], date: Days, last_day: Days, last: int, threads: int
) -> tuple[Floats, Floats]:
    """Recall on the day of the question, and the expected rise of recall on the plan's last day because of it."""
    state = tuple(column[rows] for column in states.state)
    elapsed = (date - last_day).astype(np.float32)
    until_end = (last - date).astype(np.float32)
    recall = model.recall(state, elapsed, threads).astype(np.float64)
    after = []
    for grade in (3, 1):
        grades = np.full(rows.size, grade, dtype=np.uint8)
        reviewed = batch.review(
            model.id, state, grades, elapsed, parameters=model._values(), profile=model.profile, threads=threads
        )
        after.append(model.recall(reviewed, until_end, threads).astype(np.float64))
    without = model.recall(state, (last - last_day).astype(np.float32), threads).astype(np.float64)
    return recall, recall * after[0] + (1.0 - recall) * after[1] - without


def _check(model: MemoryModel, states: States) -> None:
    """Refuse what cannot be planned: no states, states of another model, a model whose clock knows only study days."""
    if not isinstance(states, States):
        raise InputError(
            "not states", source="states", value=type(states).__name__, expected="what model.states returns"
        )
    if not isinstance(model, MemoryModel):
        raise InputError(
            "not a single memory model", source="model", value=model, expected="one, like Hierarchical.of(group)"
        )
    if not (states.model is model or states.model.same_memory(model)):
        raise InputError("states of another model", source="states", value=states.model, expected=f"those of {model!r}")
    if len(states) == 0:
        raise InputError("nothing to plan", source="states", value="no rows", expected="at least one learner and item")
    if model.elapsed_rule.startswith("study-days"):
        raise InputError(
            "plans count calendar days", source="model", value=model.elapsed_rule, expected="another elapsed rule"
        )


def _gap(day: int, last_day: Days) -> npt.NDArray[np.float32]:
    return (day - last_day).astype(np.float32)


def _names(states: States, rows: npt.NDArray[np.intp]) -> list[pa.Array]:
    skills = states.skills()
    return [
        pa.array([states.learners[code] for code in states.learner[rows].tolist()], pa.string()),
        pa.array([states.items[code] for code in states.item[rows].tolist()], pa.string()),
        pa.array([skills[row] for row in rows.tolist()], pa.string()),
    ]


def _reason(outcome: str, ideal: int, waited: bool, target: float, recall: float) -> str:
    day = (EPOCH + dt.timedelta(ideal)).isoformat()
    share = f"{100 * target:g} %"
    if outcome == "on_time":
        return f"on time: last day with recall of {share} or more"
    if outcome == "soonest":
        return f"as soon as allowed: recall falls below {share} within a day"
    if outcome == "overdue":
        room = "; first day with room" if waited else ""
        return f"overdue: recall fell below {share} after {day}, {100 * recall:.0f} % by now{room}"
    if outcome == "rolled":
        return f"moved: {day} is no study day"
    if outcome == "early":
        return f"early: due on {day}, no study day from then on has room"
    return f"delayed: due on {day}, the days since are full"
