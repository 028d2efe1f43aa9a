"""Dates that belong to many: group sessions, and steps at fixed distances from the end of a training."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .. import _core
from .keys import Rules, key
from .kinds import Choice, Clock, Day, ListOf, Number, Switch, Text, Whole, misfit
from .rules import MOST_QUESTIONS

LONGEST_DISTANCE = 3660
STEP_KINDS: tuple[str, ...] = ("review-quiz", "session", "cold-evaluation", "nugget")
ROLLS = tuple(roll.replace("_", "-") for roll in _core.time.Roll.__members__)
NAME = Text("a name, as text", filled=True)


@dataclass(frozen=True)
class GroupSession(Rules):
    """A session to which many come on one date, which the plan chooses."""

    id: str = key(Text("the id of a group session, as text", filled=True), "the session")
    course: str = key(Text("the id of a course, as text", filled=True), "its course")
    dates: tuple[dt.date, ...] = key(ListOf(Day(), least=1, once=True), "dates to choose from")
    name: str = key(Text(), "for titles", "")
    time: dt.time = key(Clock(), "when it begins, on the cohort's clock", dt.time(14))
    minutes: int = key(Whole(1, 1440), "how long it takes", 60)
    skills: tuple[str, ...] | None = key(ListOf(NAME, least=1, once=True), "what it covers", None, "all of its course")
    learners: tuple[str, ...] | None = key(ListOf(NAME, least=1, once=True), "who comes", None, "see `groups`")
    groups: tuple[str, ...] | None = key(
        ListOf(NAME, least=1, once=True), "who comes, by group", None, "all of its course"
    )
    trainer_days_off: tuple[dt.date, ...] = key(ListOf(Day()), "when the trainer cannot", ())

    def _check(self) -> None:
        if not self.possible_dates:
            raise misfit("dates", [str(day) for day in self.dates], "a date that is none of trainer_days_off")

    @property
    def possible_dates(self) -> tuple[dt.date, ...]:
        """The dates on which the trainer can, ascending."""
        return tuple(sorted(set(self.dates) - set(self.trainer_days_off)))


@dataclass(frozen=True)
class Step(Rules):
    """A touchpoint at a fixed distance from the end of a training, once or again and again."""

    id: str = key(Text("the id of a step, as text", filled=True), "the step")
    kind: str = key(Choice(STEP_KINDS), "what happens")
    course: str | None = key(Text("the id of a course, as text", filled=True), "its course", None, "every course")
    after_days: int | None = key(
        Whole(1, LONGEST_DISTANCE), "days from the end of the training: 90 for J+90", None, "`every_days`"
    )
    every_days: int | None = key(Whole(1, 366), "again after so many days: 7 for weekly", None, "once")
    tolerance_days: int | None = key(
        Whole(0, 366), "how far from its date it may be", None, "as far as it rolls, 31 days at most"
    )
    roll: str = key(Choice(ROLLS), "where it moves from a day without study; `none`: nowhere", "following")
    questions: int | None = key(
        Whole(1, MOST_QUESTIONS), "questions of a review quiz", None, "`caps.questions_per_session`"
    )
    minutes: float = key(Number(0, 1440), "how long it takes", 5.0)
    uses_contact: bool = key(Switch(), "whether it counts as one of the contacts", True)

    def _check(self) -> None:
        if self.after_days is None and self.every_days is None:
            raise misfit("after_days", None, "after_days or every_days", "missing")
        if self.questions is not None and self.kind != "review-quiz":
            raise misfit("questions", self.questions, f"no questions: the kind is {self.kind}, not review-quiz")
        tolerance = self.tolerance_days
        if tolerance is not None and tolerance >= self.first_after:
            raise misfit(
                "tolerance_days", tolerance, f"less than {self.first_after} (days after the end of the training)"
            )
        if tolerance is not None and self.every_days is not None and 2 * tolerance >= self.every_days:
            raise misfit(
                "tolerance_days", tolerance, f"less than half of {self.every_days} (every_days): steps must not meet"
            )

    @property
    def first_after(self) -> int:
        """Days from the end of the training to the step, or to the first of many."""
        return self.after_days or self.every_days or 0
