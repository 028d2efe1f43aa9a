"""Courses, the skills they taught, and what is wanted of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .cadences import CADENCES
from .keys import Rules, key
from .kinds import Choice, Day, ListOf, Number, Table, Text, misfit

AIMS = ("deadline", "hold", "mixture")
ID = Text("a name, as text", filled=True)
ITEM = Text("the id of an item, as text", filled=True)


@dataclass(frozen=True)
class Goal(Rules):
    """What a plan maximises: recall on the deadline, recall over the whole horizon, or both."""

    aim: str = key(
        Choice(AIMS), "recall on the `deadline`, `hold` recall over the horizon, or a `mixture` of both", "deadline"
    )
    target_retention: float | None = key(
        Number(0, 1, open=True), "recall below which an item is due", None, "the cohort's"
    )
    deadline_weight: float | None = key(Number(0, 1000), "weight of the deadline; of a mixture only", None, "0.5")
    hold_weight: float | None = key(Number(0, 1000), "weight of the horizon; of a mixture only", None, "0.5")

    def _check(self) -> None:
        for name in ("deadline_weight", "hold_weight"):
            if getattr(self, name) is not None and self.aim != "mixture":
                raise misfit(name, getattr(self, name), f'no weight: the aim is "{self.aim}", not "mixture"')

    @property
    def weights(self) -> tuple[float, float]:
        """Weight of recall on the deadline, and of mean recall over the horizon."""
        if self.aim == "mixture":
            half = 0.5
            return (
                half if self.deadline_weight is None else self.deadline_weight,
                half if self.hold_weight is None else self.hold_weight,
            )
        return (1.0, 0.0) if self.aim == "deadline" else (0.0, 1.0)


@dataclass(frozen=True)
class Skill(Rules):
    """An objective, with the questions that ask for it. A session has at most one of them."""

    id: str = key(Text("the id of a skill, as text", filled=True), "the skill, as in the log")
    weight: float = key(Number(0, 1000), "importance beside the other skills of the course", 1.0)
    items: tuple[str, ...] | None = key(
        ListOf(ITEM, least=1, once=True), "its pool of questions", None, "the log's items with this skill"
    )
    requires: tuple[str, ...] = key(ListOf(ID, once=True), "skills that come first", ())
    minutes: float | None = key(Number(0, 1440), "minutes that a question takes", None, "the course's")


@dataclass(frozen=True)
class Course(Rules):
    """What was taught together, up to one date."""

    id: str = key(Text("the id of a course, as text", filled=True), "the course, as in the log")
    name: str = key(Text(), "for titles", "")
    training_end: dt.date | None = key(Day(), "last day of the training; steps count from it", None, "no steps")
    deadline: dt.date | None = key(
        Day(),
        "recall of it counts on this day, such as an exam; questions are asked before it, none on it",
        None,
        "the cohort's",
    )
    weight: float = key(Number(0, 1000), "importance beside the other courses", 1.0)
    goal: Goal = key(Table(Goal), "what the plan is to reach", Goal())
    cadence: str = key(Choice(tuple(CADENCES)), "who chooses the days of questions", "adaptive")
    minutes: float = key(Number(0, 1440), "minutes that a question takes", 1.0)
    items: tuple[str, ...] | None = key(
        ListOf(ITEM, least=1, once=True), "its questions, each an objective", None, "those of its skills, or of the log"
    )
    skills: tuple[Skill, ...] = key(ListOf(Table(Skill)), "its objectives; not beside `items`", ())

    def _check(self) -> None:
        if self.items is not None and self.skills:
            raise misfit("items", list(self.items), "no items beside skills: name them in the skills' pools")
        if self.training_end and self.deadline and self.deadline <= self.training_end:
            raise misfit("deadline", self.deadline, f"a date after {self.training_end} (training_end)")
        if self.cadence != "adaptive" and self.training_end is None:
            raise misfit("cadence", self.cadence, "a training_end beside it: its days count from there")

    def minutes_of(self, skill: Skill) -> float:
        """Minutes that a question of a skill takes."""
        return self.minutes if skill.minutes is None else skill.minutes
