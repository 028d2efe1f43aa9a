"""What is known of a learner's objective on a date: its recall, and whether it can be asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..cohort import Cohort
from ..memory_model import MemoryModel
from .beliefs import Beliefs
from .objectives import Objective, courses_of
from .problem import Problem


@dataclass(frozen=True)
class Told:
    """Answers for the reasons of changes, by learner, course and objective."""

    model: MemoryModel
    learners: list[str]
    objectives: list[Objective]
    beliefs: Beliefs
    problem: Problem
    first: dt.date
    cohort: Cohort
    threads: int

    @cached_property
    def _rows(self) -> dict[tuple[str, str, str], int]:
        names = [course.id if self.cohort.courses else "" for course in courses_of(self.cohort)]
        return {
            (self.learners[learner], names[self.objectives[number].course], self.objectives[number].name): row
            for row, (learner, number) in enumerate(
                zip(self.beliefs.learner.tolist(), self.beliefs.objective.tolist(), strict=True)
            )
        }

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {id: number for number, id in enumerate(self.learners)}

    def recall_on(self, learner: str, course: str, objective: str, date: dt.date) -> float | None:
        """Expected recall when it is not asked before the date; None for what is not in the plan."""
        row = self._rows.get((learner, course, objective))
        if row is None:
            return None
        elapsed = (date - self.first).days - int(self.beliefs.last_day[row])
        state = tuple(column[row : row + 1] for column in self.beliefs.state)
        return float(self.model.recall(state, np.array([elapsed], np.float32), self.threads)[0])

    def why_not(self, learner: str, course: str, objective: str, date: dt.date) -> str | None:
        """Why a learner cannot be asked it on a date; None when they can."""
        if (learner, course, objective) not in self._rows:
            return "it is not among what they are to know any more"
        days, number = self.problem.days_of[self._numbers[learner]], (date - self.first).days
        if number >= len(days.open):
            return f"{date} is after the end of the plan"
        if not days.open[number] and number not in {day for day, _, _ in days.given}:
            return f"{date} is no day for a quiz of theirs any more"
        return None
