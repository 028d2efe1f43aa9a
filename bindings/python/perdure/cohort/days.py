"""Study calendars of learners: weekdays, public holidays, closures and absences."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _core
from ..calendars import days_off_of_ical, public_holidays
from ..errors import InputError
from .learners import Learner
from .rules import WEEKDAYS

if TYPE_CHECKING:
    from .cohort import Cohort

FARTHEST_ROLL = 31
DAY = dt.timedelta(1)


def study_calendar(cohort: Cohort, learner: Learner, first: dt.date | None, last: dt.date | None) -> Any:
    """Calendar of a learner; see `Cohort.calendar_of`."""
    rules = cohort.calendar
    calendar = _calendar(
        rules.working_days if learner.working_days is None else learner.working_days,
        tuple(sorted({*rules.days_off, *learner.days_off, *_looked_up(cohort, learner, first, last)})),
        rules.extra_days,
    )
    for period in learner.leave:
        calendar = calendar.with_leave(period.first, period.last)
    return calendar


@functools.lru_cache(maxsize=256)
def _calendar(working: tuple[str, ...], off: tuple[dt.date, ...], extra: tuple[dt.date, ...]) -> Any:
    rest = [day for day in WEEKDAYS if day not in working]
    return _core.time.Calendar(rest, days_off=off, extra_study_days=extra)


def _looked_up(cohort: Cohort, learner: Learner, first: dt.date | None, last: dt.date | None) -> frozenset[dt.date]:
    """Days off by the codes of public holidays and by iCalendar files; each file is read once for a cohort."""
    codes = cohort.calendar.holidays if learner.holidays is None else learner.holidays
    if not codes and not cohort.calendar.ical:
        return frozenset()
    first = first or cohort.start
    if first is None:
        raise InputError(
            "missing",
            source=f"{cohort.source}, key cohort.start",
            expected="a date: public holidays and days of iCalendar files are found from it on",
        )
    last = last or cohort.last_day(first)
    asked = (codes, first, last)
    if asked not in cohort._days_off:
        span = first - FARTHEST_ROLL * DAY, last + FARTHEST_ROLL * DAY  # a step can roll into the plan from there
        where = "calendar" if learner.holidays is None else f"learners[{cohort.learners.index(learner) + 1}]"
        cohort._days_off[asked] = _holidays(cohort, codes, span, f"{where}.holidays") | _ical(cohort, span)
    return cohort._days_off[asked]


def _holidays(cohort: Cohort, codes: tuple[str, ...], span: tuple[dt.date, dt.date], where: str) -> frozenset[dt.date]:
    try:
        return frozenset(day for code in codes for day, _ in public_holidays(code, *span))
    except InputError as error:
        source = f"{cohort.source}, key {where}"
        raise InputError(error.problem, source=source, value=error.value, expected=error.expected) from None


def _ical(cohort: Cohort, span: tuple[dt.date, dt.date]) -> frozenset[dt.date]:
    """Days of all events: what a cohort file names as days off is meant, marked as free or not."""
    folder = Path(cohort.source).parent
    try:
        return frozenset(
            day
            for name in cohort.calendar.ical
            for day in days_off_of_ical(folder / name, *span, cohort.timezone, free=True)
        )
    except InputError as error:
        source = f"{cohort.source}, key calendar.ical: {error.source}"
        raise InputError(error.problem, source=source, value=error.value, expected=error.expected) from None
