"""Caps, the organisation's capacity, study days and hours: what holds for everyone unless a learner says otherwise."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from .keys import Rules, key
from .kinds import Choice, Clock, Day, ListOf, Number, Table, Text, Whole, misfit

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_QUESTIONS = 10_000
MOST_IN_ALL = 1_000_000
NO_CAP = "no cap; for a learner, the cohort's"
LEAVE_RULES = ("keep", "shift", "skip")


@dataclass(frozen=True)
class LearnerCaps(Rules):
    """Caps of one learner; those of the cohort hold where none is given."""

    questions_per_session: int | None = key(
        Whole(1, MOST_QUESTIONS), "questions of a session; one session a day", None, "the cohort's"
    )
    sessions_per_week: int | None = key(Whole(1, 7), "sessions in any 7 days", None, NO_CAP)
    minutes_per_day: float | None = key(Number(0, 1440), "minutes of questions on a day", None, NO_CAP)
    contacts_per_week: int | None = key(
        Whole(1, 7), "days with a session, a step or a group session, in any 7 days", None, NO_CAP
    )
    questions_in_all: int | None = key(Whole(1, MOST_IN_ALL), "questions over the whole plan", None, NO_CAP)


@dataclass(frozen=True)
class Caps(LearnerCaps):
    """What a learner may be asked: of the cohort, for each learner."""

    questions_per_session: int = key(Whole(1, MOST_QUESTIONS), "questions of a session; one session a day", 5)


@dataclass(frozen=True)
class DayCapacity(Rules):
    """Another capacity on one date; 0 closes it."""

    date: dt.date = key(Day(), "the date")
    contacts_per_day: int = key(Whole(0, 1_000_000_000), "learners with a contact on it; 0 for none")


@dataclass(frozen=True)
class Organisation(Rules):
    """How much the organisation can send."""

    contacts_per_day: int | None = key(Whole(1, 1_000_000_000), "learners with a contact on a day", None, "no limit")
    exceptions: tuple[DayCapacity, ...] = key(ListOf(Table(DayCapacity)), "other capacities by date", ())

    def _check(self) -> None:
        seen: set[dt.date] = set()
        for number, one in enumerate(self.exceptions, 1):
            if one.date in seen:
                raise misfit(f"exceptions[{number}].date", one.date, "each date once")
            seen.add(one.date)

    def capacity(self, day: dt.date) -> int | None:
        """Contacts that can be sent on a date; None without limit."""
        return self._by_date.get(day, self.contacts_per_day)

    @cached_property
    def _by_date(self) -> dict[dt.date, int]:
        return {one.date: one.contacts_per_day for one in self.exceptions}


@dataclass(frozen=True)
class StudyCalendar(Rules):
    """On which days people learn."""

    working_days: tuple[str, ...] = key(
        ListOf(Choice(WEEKDAYS), least=1, once=True), "weekdays with questions", WEEKDAYS[:5]
    )
    holidays: tuple[str, ...] = key(
        ListOf(Text("a code of public holidays, e.g. FR, FR-alsace-moselle, DE-BY", filled=True), once=True),
        "public holidays, by code: `FR`, `FR-alsace-moselle`, `DE-BY`",
        (),
    )
    days_off: tuple[dt.date, ...] = key(ListOf(Day()), "closures, and holidays that no code gives", ())
    ical: tuple[str, ...] = key(
        ListOf(Text("the name of an iCalendar file", filled=True), once=True),
        "iCalendar files beside the cohort file; their events are days off",
        (),
    )
    extra_days: tuple[dt.date, ...] = key(ListOf(Day()), "study days that are no working days; a day off wins", ())
    leave_rule: str = key(
        Choice(LEAVE_RULES), "what leave does to steps: `keep` their date and roll out, `shift` by it, `skip`", "keep"
    )


@dataclass(frozen=True)
class Span(Rules):
    """From one time of day to another."""

    start: dt.time = key(Clock(), "when it begins")
    end: dt.time = key(Clock(), "when it ends; this minute is outside")

    def has(self, time: dt.time) -> bool:
        """Whether a time of day lies inside; a span whose end is not after its start crosses midnight."""
        if self.start < self.end:
            return self.start <= time < self.end
        return time >= self.start or time < self.end


@dataclass(frozen=True)
class Delivery(Rules):
    """At what time of day questions are sent, on the learner's clock."""

    send_at: dt.time = key(Clock(), "when a session is sent", dt.time(9))
    window: Span | None = key(Table(Span), "when it may be sent; does not cross midnight", None, "all day")
    quiet: Span | None = key(Table(Span), "when nothing is sent; may cross midnight", None, "never")

    def _check(self) -> None:
        window, quiet = self.window, self.quiet
        if window and window.end <= window.start:
            raise misfit("window.end", f"{window.end:%H:%M}", f"a time after {window.start:%H:%M} (its start)")
        if quiet and quiet.start == quiet.end:
            raise misfit("quiet.end", f"{quiet.end:%H:%M}", "another time than its start; quiet all day sends nothing")
        if window and not window.has(self.send_at):
            raise misfit(
                "send_at", f"{self.send_at:%H:%M}", f"a time from {window.start:%H:%M} to {window.end:%H:%M} (window)"
            )
        if quiet and quiet.has(self.send_at):
            raise misfit(
                "send_at", f"{self.send_at:%H:%M}", f"a time outside {quiet.start:%H:%M} to {quiet.end:%H:%M} (quiet)"
            )
