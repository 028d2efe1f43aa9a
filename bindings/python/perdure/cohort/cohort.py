"""The rules of a plan as one object."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .certificates import Certificate
from .courses import Course, Skill
from .days import study_calendar
from .events import GroupSession, Step
from .keys import Rules, key, parts
from .kinds import Day, ListOf, MisfitError, Number, Table, Text, Whole, ZoneName
from .learners import Learner
from .rules import Caps, Delivery, LearnerCaps, Organisation, StudyCalendar

if TYPE_CHECKING:
    from .findings import Finding
    from .steps import DatedStep

LONGEST_HORIZON = 3660
NOBODY = Learner("nobody")
"""Someone for whom nothing differs."""


@dataclass(frozen=True)
class Cohort(Rules):
    """Who is planned for, when and under which caps: a cohort file as an object.

    Every field is a key of the file, with the same type, range and default; docs/how-to/cohort-file.md has the table.
    Lists become tuples. Learners that are not in ``learners`` follow the cohort's rules.

    Raises
    ------
    InputError
        A value that does not fit, alone or beside the others: the key, the value and what was expected.

    Examples
    --------
    >>> Cohort("Europe/Paris", deadline=dt.date(2026, 12, 18), caps=Caps(questions_per_session=3)).target_retention
    0.9
    """

    timezone: str = key(ZoneName(), "clock of the cohort's dates, such as `Europe/Paris`")
    name: str = key(Text(), "for titles", "")
    start: dt.date | None = key(Day(), "first day that may be planned", None, "the day after the log's last answer")
    deadline: dt.date | None = key(
        Day(),
        "recall counts on this day; questions are asked before it, none on it; steps may fall on it; `start` or later",
        None,
        "see `horizon_days`",
    )
    horizon_days: int = key(
        Whole(1, LONGEST_HORIZON), "days with questions, where there is no deadline; recall counts on the day after", 90
    )
    target_retention: float = key(Number(0, 1, open=True), "recall below which an item is due", 0.9)
    seed: int = key(Whole(0, 2**63 - 1), "what random draws of the planner start from", 0)
    caps: Caps = key(Table(Caps), "what a learner may be asked", Caps())
    organisation: Organisation = key(Table(Organisation), "what can be sent in all", Organisation())
    calendar: StudyCalendar = key(Table(StudyCalendar), "study days", StudyCalendar())
    delivery: Delivery = key(Table(Delivery), "time of day", Delivery())
    courses: tuple[Course, ...] = key(ListOf(Table(Course)), "what was taught", ())
    group_sessions: tuple[GroupSession, ...] = key(ListOf(Table(GroupSession)), "where many come", ())
    steps: tuple[Step, ...] = key(ListOf(Table(Step)), "touchpoints at fixed distances", ())
    certificates: tuple[Certificate, ...] = key(ListOf(Table(Certificate)), "proofs that expire", ())
    learners: tuple[Learner, ...] = key(ListOf(Table(Learner)), "those for whom something differs", ())
    source: str = field(default="Cohort", compare=False)

    def __post_init__(self) -> None:
        try:
            for part in parts(Cohort):
                try:
                    object.__setattr__(self, part.name, part.read(getattr(self, part.name)))
                except MisfitError as error:
                    raise error if part.tables else error.under("cohort") from None
            from .checks import check

            check(self)
        except MisfitError as error:
            raise error.told_of(self.source) from None

    @classmethod
    def from_toml(cls, path: str | os.PathLike[str]) -> Cohort:
        """Read a cohort file (docs/how-to/cohort-file.md).

        InputError names the file, the key, the value and what was expected.
        """
        from .toml import read

        return read(os.fspath(path))

    def to_toml(self, path: str | os.PathLike[str] | None = None) -> str:
        """The rules as a cohort file, which `from_toml` reads back as an equal object; written to ``path`` when given.

        Keys at their defaults are left out; comments of a file that was read are not kept.
        """
        from .toml import write

        return write(self, path)

    def learner(self, id: str | None) -> Learner:
        """What is known of a learner: their entry, or for those who have none and None, one of nobody."""
        return NOBODY if id is None else self._learners.get(id, NOBODY)

    def caps_of(self, id: str | None) -> Caps:
        """Caps of a learner: own ones where they are given, the cohort's elsewhere."""
        own = self.learner(id).caps
        if own == NOBODY.caps:
            return self.caps
        both = {p.name: getattr(own, p.name) for p in parts(LearnerCaps)}
        return Caps(**{name: getattr(self.caps, name) if value is None else value for name, value in both.items()})

    def courses_of(self, id: str | None) -> tuple[Course, ...]:
        """Courses that a learner took."""
        chosen = self.learner(id).courses
        return self.courses if chosen is None else tuple(one for one in self.courses if one.id in chosen)

    def comes(self, id: str, session: GroupSession) -> bool:
        """Whether a learner belongs to a group session: took its course, and is named, or in a group that is."""
        if not any(course.id == session.course for course in self.courses_of(id)):
            return False
        if session.learners is None and session.groups is None:
            return True
        return id in (session.learners or ()) or not set(self.learner(id).groups).isdisjoint(session.groups or ())

    def training_end_of(self, id: str | None, course: Course) -> dt.date | None:
        """When a learner ended the training of a course."""
        return self.learner(id).training_end or course.training_end

    def calendar_of(self, id: str | None = None, first: dt.date | None = None, last: dt.date | None = None) -> Any:
        """Study calendar of a learner, absences included (`perdure._core.time.Calendar`).

        Parameters
        ----------
        id : str, optional
            Who; without, someone for whom nothing differs.
        first, last : date, optional
            The days for which public holidays and iCalendar files are read; those of the cohort when not given.
        """
        return study_calendar(self, self.learner(id), first, last)

    def findings(
        self,
        learners: Collection[str] | None = None,
        items: Collection[str] | None = None,
        first: dt.date | None = None,
    ) -> list[Finding]:
        """Facts that leave a part of the plan out, each with its key; see `perdure.cohort.findings.findings`."""
        from .findings import findings

        return findings(self, learners, items, first)

    def steps_of(self, id: str | None, first: dt.date, last: dt.date) -> list[DatedStep]:
        """Dated steps of a learner, or of someone for whom nothing differs; see `perdure.cohort.steps.steps_of`."""
        from .steps import steps_of

        return steps_of(self, id, first, last)

    def last_day(self, first: dt.date) -> dt.date:
        """Last day of a plan that starts on a day: its deadline, or the last day of its horizon."""
        return self.deadline or first + dt.timedelta(self.horizon_days - 1)

    def counts_on(self, first: dt.date, course: Course | None = None) -> dt.date:
        """The day on which recall counts in a plan that starts on a day; all questions come before it."""
        own = course.deadline if course else None
        return own or self.deadline or first + dt.timedelta(self.horizon_days)

    @cached_property
    def skills(self) -> dict[str, tuple[Course, Skill]]:
        """Every skill by its id, with its course."""
        return {skill.id: (course, skill) for course in self.courses for skill in course.skills}

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups that learners belong to."""
        return frozenset(group for learner in self.learners for group in learner.groups)

    @cached_property
    def _days_off(self) -> dict[Any, frozenset[dt.date]]:
        """What `days` has looked up: public holidays, and days of iCalendar files."""
        return {}

    @cached_property
    def _learners(self) -> dict[str, Learner]:
        return {learner.id: learner for learner in self.learners}
