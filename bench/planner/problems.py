"""Cohorts that ended a course the day before a plan of 180 days with an exam at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import perdure
from perdure import _core

MODELS: dict[str, Any] = {"fsrs6": perdure.Fsrs6, "fsrs7": perdure.Fsrs7, "half-life": perdure.HalfLife}
STARTS = {  # state after the course of easy, well known and unknown questions
    "fsrs6": ((2.3065, 2.12), (8.2956, 1.0), (0.212, 6.41)),
    "fsrs7": None,  # those of its own first answers
    "half-life": ((27.0,), (51.0,), (9.0,)),
}
SHARES = (0.5, 0.3, 0.2)
FIRST_GRADES = (3, 4, 1)


@dataclass(frozen=True)
class Instance:
    """Learners, questions of each, and what limits them.

    Attributes
    ----------
    session, week, budget : int
        Questions of a session, sessions in 7 days, questions in all; 0 for no limit.
    capacity : float
        Sessions a day for each learner; 0 for no limit.
    spread : float
        Standard deviation of the logarithm of stability over learners and questions.
    average : float
        Weight of mean recall over the plan; the rest is on the day of the exam.
    group_session : int
        Its day; -1 for none. It covers every second question.
    classes : int
        Tables: courses with exams a week apart.
    """

    learners: int
    questions: int
    session: int
    week: int = 0
    budget: int = 0
    capacity: float = 0.0
    model: str = "fsrs6"
    spread: float = 0.0
    average: float = 0.0
    group_session: int = -1
    classes: int = 1
    leave: bool = False

    def __str__(self) -> str:
        parts = [f"{self.learners} x {self.questions}", f"{self.session} a session"]
        parts += [f"{self.week} a week"] * (self.week > 0) + [f"{self.budget} in all"] * (self.budget > 0)
        parts += [f"{self.capacity:g} of learners a day"] * (self.capacity > 0)
        parts += [self.model] * (self.model != "fsrs6") + [f"spread {self.spread:g}"] * (self.spread > 0)
        parts += ["half on average"] * (self.average > 0) + ["group session"] * (self.group_session >= 0)
        parts += [f"{self.classes} courses"] * (self.classes > 1) + ["leave"] * self.leave
        return ", ".join(parts)


def problem(one: Instance, seed: int = 1, days: int = 180) -> dict[str, Any]:
    """Arguments of the compiled planner."""
    model = MODELS[one.model]()
    memory = _core.plan.Memory(model.id, model.profile, list(model._values()))
    draw = np.random.default_rng(seed)
    askable = [day for day in range(days) if day % 7 < 5]
    calendars = [_calendar(days, askable, one, None)]
    calendar = np.zeros(one.learners, np.uint32)
    if one.leave:  # half of the learners are away for two weeks
        calendars += [_calendar(days, askable, one, week) for week in range(24)]
        away = draw.random(one.learners) < 0.5
        calendar[away] = 1 + draw.integers(0, 24, int(away.sum()))
    rows = one.learners * one.questions
    starts = _states(model, one)
    starts[:, 0] *= np.exp(one.spread * draw.standard_normal(rows))
    classes = []
    for number in range(one.classes):
        end = days - 7 * (number % 3)
        weights = (1.0 - one.average, one.average)
        classes.append((memory, end, *weights, -1, 0))
    of_class = np.tile(np.arange(one.questions) % one.classes, one.learners)
    if one.group_session >= 0:
        classes.append((memory, days, 1.0 - one.average, one.average, one.group_session, 0))
        of_class[np.arange(rows) % one.questions % 2 == 1] = len(classes) - 1
    return {
        "days": days,
        "askable": askable,
        "classes": classes,
        "calendars": calendars,
        "caps": [(one.session, one.week, 0, one.budget or None, None)],
        "capacity": [int(one.capacity * one.learners)] * len(askable) if one.capacity else [],
        "columns": {
            "calendar": calendar,
            "cap": np.zeros(one.learners, np.uint32),
            "first": np.arange(one.learners + 1, dtype=np.uint64) * one.questions,
            "question_class": of_class.astype(np.uint16),
            "last_day": np.full(rows, -1, np.int32),
        },
        "state": [np.ascontiguousarray(column, np.float32) for column in starts.T],
    }


def starts_of(model: str, one: Instance) -> list[Any]:
    """States of all questions after the course by a model, without what sets learners apart."""
    return [np.ascontiguousarray(column, np.float32) for column in _states(MODELS[model](), one).T]


def _states(model: Any, one: Instance) -> Any:
    kind = np.searchsorted(np.cumsum(SHARES), (np.arange(one.questions) + 0.5) / one.questions)
    return np.array(_starts(model))[np.tile(kind, one.learners)]


def _calendar(
    days: int, askable: list[int], one: Instance, away: int | None
) -> tuple[Any, list[int], list[Any], list[int]]:
    is_open = np.zeros(days, np.uint8)
    is_open[askable] = 1
    if away is not None:
        is_open[7 * away : 7 * away + 14] = 0
    if one.group_session >= 0:
        is_open[one.group_session] = 0
    return is_open, [one.group_session] if one.group_session >= 0 else [], [], []


def _starts(model: Any) -> list[tuple[float, ...]]:
    known = STARTS[model.id]
    if known is not None:
        return list(known)
    grades = np.array(FIRST_GRADES, np.uint8)
    columns = perdure.batch.first(model.id, grades, parameters=model._values(), profile=model.profile)
    return [tuple(float(column[row]) for column in columns) for row in range(grades.size)]
