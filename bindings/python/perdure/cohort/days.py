"""Study calendars of learners: weekdays, public holidays, closures and absences."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _core
from ..errors import InputError
from .learners import Learner
from .rules import WEEKDAYS

if TYPE_CHECKING:
    from .cohort import Cohort


def study_calendar(cohort: Cohort, learner: Learner, first: dt.date | None, last: dt.date | None) -> Any:
    """Calendar of a learner; see `Cohort.calendar_of`."""
    rules = cohort.calendar
    codes = rules.holidays if learner.holidays is None else learner.holidays
    calendar = _calendar(
        rules.working_days if learner.working_days is None else learner.working_days,
        tuple(sorted({*rules.days_off, *learner.days_off, *_given_elsewhere(cohort, codes, first, last)})),
        rules.extra_days,
    )
    for period in learner.leave:
        calendar = calendar.with_leave(period.first, period.last)
    return calendar


@functools.lru_cache(maxsize=256)
def _calendar(working: tuple[str, ...], off: tuple[dt.date, ...], extra: tuple[dt.date, ...]) -> Any:
    rest = [day for day in WEEKDAYS if day not in working]
    return _core.time.Calendar(rest, days_off=off, extra_study_days=extra)


def _given_elsewhere(
    cohort: Cohort, codes: tuple[str, ...], first: dt.date | None, last: dt.date | None
) -> set[dt.date]:
    """Days off by the codes of public holidays and by iCalendar files."""
    files = cohort.calendar.ical
    if not codes and not files:
        return set()
    first = first or cohort.start
    if first is None:
        raise InputError(
            "missing",
            source=f"{cohort.source}, key cohort.start",
            expected="a date: public holidays are found from it on",
        )
    last = last or cohort.last_day(first)
    folder = Path(cohort.source).parent
    found = {day for code in codes for day in _holidays(cohort.source, code, first, last)}
    return found | {day for name in files for day in _ical(cohort.source, folder / name, first, last)}


@functools.lru_cache(maxsize=256)
def _holidays(source: str, code: str, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    calendars = _calendars(source, "calendar.holidays", code)
    try:
        return tuple(calendars.public_holidays(code, first, last))
    except InputError as error:
        where = f"{source}, key calendar.holidays"
        raise InputError(error.problem, source=where, value=code, expected=error.expected) from None


def _ical(source: str, path: Path, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    days = _calendars(source, "calendar.ical", str(path)).days_off_of_ical(path)
    return tuple(day for day in days if first <= day <= last)


def _calendars(source: str, key: str, value: str) -> Any:
    """The module that knows public holidays and iCalendar files."""
    try:
        return __import__("perdure.calendars", fromlist=["calendars"])
    except ModuleNotFoundError as error:
        if error.name != "perdure.calendars":
            raise
        expected = "dates in calendar.days_off: this build has no perdure.calendars"
        raise InputError("cannot be resolved", source=f"{source}, key {key}", value=value, expected=expected) from None
