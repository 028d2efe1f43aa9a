"""Days off and times of day: public holidays, iCal files, leave that moves dates, steps at J+n, delivery windows.

`days_off_of_ical`, and `public_holidays` of any country but France, need ``pip install 'perdure[calendars]'``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import Any, NamedTuple, TypeVar

from . import _core
from ._ical import days_off_of_ical
from ._optional import needed
from ._zones import search_paths
from .errors import InputError

__all__ = [
    "AnchorDay",
    "Calendar",
    "Delivery",
    "DeliveryWindow",
    "anchor_day",
    "days_off_of_ical",
    "move_for_leave",
    "public_holidays",
]

Calendar = _core.time.Calendar

_EPOCH = dt.datetime(1970, 1, 1)
_REGIONS = "FR, FR-alsace-moselle, or a country of the package holidays with a subdivision if it has any, as DE-BY"
_T = TypeVar("_T")


def public_holidays(region: str, first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """Public holidays of a country or a part of it.

    Parameters
    ----------
    region : str
        ``FR`` and ``FR-alsace-moselle`` are computed here, for the years 2008 to 2199. Any other country, ``US``, and
        subdivision, ``DE-BY``, comes from the package `holidays`, as do its rules for holidays on a weekend.
    first, last : date
        Both included.

    Returns
    -------
    list of (date, str)
        Ascending, a date once. Names are in the language of the country.

    Raises
    ------
    InputError
        An unknown region, years that are not known, dates in the wrong order, or the package `holidays` missing.

    Examples
    --------
    >>> public_holidays("FR", dt.date(2026, 5, 1), dt.date(2026, 5, 8))
    [(datetime.date(2026, 5, 1), 'Fête du Travail'), (datetime.date(2026, 5, 8), 'Victoire 1945')]
    """
    if not isinstance(region, str) or not region:
        raise InputError("does not fit", source="region", value=region or "nothing", expected=_REGIONS)
    if region.upper() in ("FR", "FR-ALSACE-MOSELLE"):
        return list(
            _asked(lambda: _core.time.french_public_holidays(first, last, alsace_moselle=region.upper() != "FR"))
        )
    return _of_package(region, _day(first, "first"), _day(last, "last"))


def _of_package(region: str, first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    holidays = needed("holidays", by=f"public holidays of {region}", extra="calendars")
    country, _, part = region.partition("-")
    parts = holidays.list_supported_countries(include_aliases=True).get(country)
    if parts is None:
        raise InputError("unknown country", source="region", value=region, expected=_REGIONS)
    if (part or "-" in region) and part not in parts:
        known = ", ".join(parts) if parts else "no subdivision"
        raise InputError("unknown subdivision", source="region", value=region, expected=f"for {country}: {known}")
    if last < first:
        raise InputError("does not fit", source="last", value=last.isoformat(), expected=f"{first} (first) or later")
    kind = type(holidays.country_holidays(country))
    if first.year < kind.start_year or last.year > kind.end_year:
        raise InputError(
            f"public holidays of {country} are known for the years {kind.start_year} to {kind.end_year}",
            source="region",
            value=f"{first} to {last}",
        )
    found = holidays.country_holidays(
        country,
        subdiv=part or None,
        years=range(first.year, last.year + 1),
        language=kind.default_language,  # not that of the process
    )
    return [(day, name) for day, name in sorted(found.items()) if first <= day <= last]


def move_for_leave(due: Iterable[dt.date], leave: Sequence[tuple[dt.date, dt.date]], rule: str) -> list[dt.date | None]:
    """Where dates go that were due before their learner's leave was known.

    Parameters
    ----------
    due : iterable of date
        In any order.
    leave : sequence of (date, date)
        First and last day of each absence, both included. Days of two absences count once.
    rule : str
        ``shift``: each date in leave, and every later one, moves by the calendar days of the leave; several leaves
        accumulate in order. ``skip``: a date in leave is dropped. ``keep``: all dates stay, and the calendar's roll
        moves them.

    Returns
    -------
    list of date or None
        One for each date of ``due``; None where it is dropped.

    Examples
    --------
    >>> due = [dt.date(2026, 8, 2), dt.date(2026, 8, 10), dt.date(2026, 9, 1)]
    >>> [str(day) for day in move_for_leave(due, [(dt.date(2026, 8, 3), dt.date(2026, 8, 16))], "shift")]
    ['2026-08-02', '2026-08-24', '2026-09-15']
    """
    if not isinstance(due, Iterable):
        raise InputError("does not fit", source="due", value=due, expected="dates")
    if not isinstance(leave, Sequence) or any(not isinstance(one, tuple | list) or len(one) != 2 for one in leave):
        raise InputError("does not fit", source="leave", value=leave, expected="pairs of a first and a last day")
    _text(rule, "rule", "shift, skip or keep")
    return list(_asked(lambda: _core.time.move_for_leave(due, leave, rule)))


class AnchorDay(NamedTuple):
    """Where a step falls: J+n, the first and last day allowed, and the day, or None when no study day is allowed."""

    nominal: dt.date
    first: dt.date
    last: dt.date
    day: dt.date | None


def anchor_day(
    training_end: dt.date,
    days: int,
    calendar: Any,
    *,
    roll: str = "following",
    tolerance: int = 31,
    deadline: dt.date | None = None,
) -> AnchorDay:
    """The day of a step at J+n: ``days`` calendar days after the training, rolled on the learner's calendar.

    Parameters
    ----------
    training_end : date
        The learner's local date; no step comes before it.
    days : int
        At least 0.
    calendar : Calendar
        The learner's study days.
    roll : str
        Where the step moves from a day that is no study day; where that leads past the deadline or the tolerance, it
        falls on the closest study day allowed.
    tolerance : int
        Days that it may move, either way; at least 0.
    deadline : date, optional
        Last day allowed.

    Examples
    --------
    >>> calendar = Calendar(["sat", "sun"])
    >>> anchor_day(dt.date(2026, 7, 2), 30, calendar, deadline=dt.date(2026, 8, 2)).day
    datetime.date(2026, 7, 31)
    """
    if not isinstance(calendar, Calendar):
        raise InputError("does not fit", source="calendar", value=calendar, expected="a Calendar")
    _whole(days, "days")
    _whole(tolerance, "tolerance")
    how = _asked(lambda: _core.time.Roll(_text(roll, "roll", "the name of a roll, as following")))
    return AnchorDay(
        *_asked(lambda: _core.time.anchor(training_end, int(days), calendar, how, int(tolerance), deadline))
    )


class Delivery(NamedTuple):
    """When a message goes out: the instant in UTC, and the learner's wall clock (without a zone)."""

    at: dt.datetime
    local: dt.datetime


class DeliveryWindow:
    """The times of day at which messages may go out, on the learner's wall clock.

    Parameters
    ----------
    start, end : time
        Without a zone, whole minutes; ``end`` is not included, and 00:00 as an end is the midnight that ends the day.
    quiet : (time, time), optional
        Quiet hours, which may run over midnight, as (22:00, 07:00).

    Raises
    ------
    InputError
        Times that do not fit, or quiet hours that leave nothing of the window.

    Examples
    --------
    >>> window = DeliveryWindow(dt.time(6), dt.time(20), quiet=(dt.time(22), dt.time(7)))
    >>> window.first(dt.date(2026, 7, 1), "Europe/Paris").local.isoformat()
    '2026-07-01T07:00:00'
    """

    def __init__(
        self, start: dt.time = dt.time(0), end: dt.time = dt.time(0), *, quiet: tuple[dt.time, dt.time] | None = None
    ) -> None:
        if quiet is not None and (not isinstance(quiet, tuple | list) or len(quiet) != 2):
            raise InputError("does not fit", source="quiet", value=quiet, expected="two times, as (22:00, 07:00)")
        window = (_minutes(start, "start"), _minutes(end, "end") or 24 * 60)
        hours = quiet and (_minutes(quiet[0], "quiet"), _minutes(quiet[1], "quiet"))
        self._core = _asked(lambda: _core.time.DeliveryWindow(window, hours))

    def first(self, day: dt.date, timezone: str, wished: dt.time = dt.time(0)) -> Delivery | None:
        """The first allowed time of a learner's day at or after ``wished``; None when the day has none left.

        Where clocks skip that time, it is the first allowed one after; where they show it twice, the earlier.
        """
        name = _text(timezone, "timezone", "an IANA zone, e.g. Europe/Paris")
        zone = _asked(lambda: _core.time.Zone(name, search_paths()))
        found = _asked(lambda: self._core.first(zone, day, _minutes(wished, "wished")))
        if found is None:
            return None
        utc, local = (_EPOCH + dt.timedelta(milliseconds=ms) for ms in found)
        return Delivery(utc.replace(tzinfo=dt.UTC), local)


def _asked(call: Callable[[], _T]) -> _T:
    """What the core answers; its refusals as InputError."""
    try:
        return call()
    except InputError:
        raise
    except (TypeError, ValueError) as error:
        raise InputError(str(error)) from None


def _day(value: dt.date, name: str) -> dt.date:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise InputError("does not fit", source=name, value=value, expected="a datetime.date")
    return value


def _text(value: str, name: str, expected: str) -> str:
    if not isinstance(value, str):
        raise InputError("does not fit", source=name, value=value, expected=expected)
    return value


def _whole(value: int, name: str) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or not 0 <= int(value) <= 100_000:
        raise InputError("does not fit", source=name, value=value, expected="a whole number of days, 0 to 100000")


def _minutes(value: dt.time, name: str) -> int:
    if not isinstance(value, dt.time) or value.tzinfo is not None or value.second or value.microsecond:
        raise InputError(
            "does not fit", source=name, value=value, expected="a datetime.time of whole minutes, without a zone"
        )
    return value.hour * 60 + value.minute
