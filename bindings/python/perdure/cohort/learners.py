"""What differs for one learner."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .certificates import HeldCertificate
from .keys import Rules, key
from .kinds import Choice, Day, ListOf, Table, Text, ZoneName, misfit
from .rules import LEAVE_RULES, WEEKDAYS, LearnerCaps

LONGEST_LEAVE = 3660
NAME = Text("a name, as text", filled=True)


@dataclass(frozen=True)
class Leave(Rules):
    """An absence; first and last day are part of it."""

    first: dt.date = key(Day(), "the first day of the absence")
    last: dt.date = key(Day(), f"its last day, included; `first` or later, at most {LONGEST_LEAVE} days after it")

    def _check(self) -> None:
        if self.last < self.first:
            raise misfit("last", self.last, f"{self.first} (its first day) or later")
        if (self.last - self.first).days > LONGEST_LEAVE:
            raise misfit("last", self.last, f"at most {LONGEST_LEAVE} days after {self.first}")


@dataclass(frozen=True)
class Learner(Rules):
    """What differs for one learner; who is not listed follows the cohort's rules."""

    id: str = key(Text("the id of a learner, as text", filled=True), "as in the log")
    timezone: str | None = key(ZoneName(), "own clock, for the time of day of what is sent", None, "the cohort's")
    courses: tuple[str, ...] | None = key(ListOf(NAME, once=True), "what they took", None, "all courses")
    groups: tuple[str, ...] = key(ListOf(NAME, once=True), "teams and sites, for group sessions", ())
    training_end: dt.date | None = key(Day(), "when they ended their training", None, "the course's")
    working_days: tuple[str, ...] | None = key(
        ListOf(Choice(WEEKDAYS), least=1, once=True), "own weekdays", None, "the cohort's"
    )
    holidays: tuple[str, ...] | None = key(ListOf(NAME, once=True), "own public holidays", None, "the cohort's")
    days_off: tuple[dt.date, ...] = key(ListOf(Day()), "days off besides the cohort's", ())
    leave: tuple[Leave, ...] = key(ListOf(Table(Leave)), "absences", ())
    leave_rule: str | None = key(Choice(LEAVE_RULES), "what leave does to steps", None, "the calendar's")
    caps: LearnerCaps = key(Table(LearnerCaps), "own caps", LearnerCaps())
    certificates: tuple[HeldCertificate, ...] = key(ListOf(Table(HeldCertificate)), "what they have", ())
