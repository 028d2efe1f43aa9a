"""Days off that an iCalendar file (RFC 5545) tells: libraries read it and expand its recurrences."""

from __future__ import annotations

import datetime as dt
import math
import os
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._optional import needed
from .errors import InputError

LONGEST_SPAN = 3660
"""Days of a query; as long as the longest horizon of a plan."""
MOST_BYTES = 20_000_000
MOST_OCCURRENCES = 50_000
"""Of all events in a query; a year of one person's meetings has some thousands."""

_READ = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS", "TRANSP")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_TIMES_A_DAY = 24
_COUNTS = ("INTERVAL", "COUNT")
_PARTS = {
    **dict.fromkeys(_COUNTS, (1, 10**9)),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (1, 31),
    "BYYEARDAY": (1, 366),
    "BYWEEKNO": (1, 53),
    "BYSETPOS": (1, 366),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 60),
}
"""What RFC 5545, section 3.3.10, allows; the libraries loop over, or leave out, what it does not."""
_ONE_DAY = dt.timedelta(days=1)


def days_off_of_ical(
    source: str | os.PathLike[str], first: dt.date, last: dt.date, tz: str, *, free: bool | None = None
) -> list[dt.date]:
    """Days that the events of an iCalendar file take.

    A day is taken when an event takes any part of it. ``DTEND`` is not included, as RFC 5545 has it: an event that
    ends at midnight takes nothing of the day that begins. Recurrences (``RRULE``, ``RDATE``, ``EXDATE``, changed
    occurrences) are expanded; what is cancelled takes no day.

    Parameters
    ----------
    source : path or str
        A file, or its text (what has more than one line).
    first, last : date
        Both included; at most 3660 days apart.
    tz : str
        IANA zone in which days are counted, and of times that carry no zone.
    free : bool, optional
        Whether events marked as free (``TRANSP:TRANSPARENT``) take days too: many feeds of public holidays mark them
        so. Not given: no, and when all events of the span are marked so, that is an InputError that asks.

    Returns
    -------
    list of date
        Ascending, each once.

    Raises
    ------
    InputError
        What is not a calendar, a broken event, a zone that is not known, a recurrence that is not DAILY, WEEKLY,
        MONTHLY or YEARLY, more occurrences than 50 000, or a package missing.
    """
    icalendar = needed("icalendar", by="an iCalendar file", extra="calendars")
    recurring = needed("recurring_ical_events", by="an iCalendar file", extra="calendars")
    zone = _zone(tz)
    _check_span(first, last)
    text, name = _text_of(source)
    busy: set[dt.date] = set()
    marked_free: set[dt.date] = set()
    seen = 0
    for calendar in _calendars(icalendar, text, name):
        for event in _occurrences(recurring, calendar, zone, (first, last), name):
            seen += 1
            if seen > MOST_OCCURRENCES:
                raise InputError(
                    f"more than {MOST_OCCURRENCES} occurrences from {first} to {last}",
                    source=name,
                    expected="fewer events, or a shorter span",
                )
            if str(event.get("STATUS", "")).upper() == "CANCELLED":
                continue
            is_free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
            (marked_free if is_free else busy).update(_days(event.start, event.end, zone, first, last))
    if free is None and marked_free and not busy:
        raise InputError(
            f"all events from {first} to {last} are marked as free (TRANSP:TRANSPARENT), as in feeds of holidays",
            source=name,
            expected="free=True to count them, or free=False to leave them out",
        )
    return sorted(busy | marked_free if free else busy)


def _zone(tz: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(tz)
    except (TypeError, ValueError, KeyError, OSError, AttributeError):
        raise InputError(
            "does not fit", source="tz", value=tz, expected="a known IANA zone, e.g. Europe/Paris"
        ) from None


def _check_span(first: dt.date, last: dt.date) -> None:
    for name, value in (("first", first), ("last", last)):
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime) or not 1900 <= value.year <= 9000:
            raise InputError("does not fit", source=name, value=value, expected="a datetime.date in 1900 to 9000")
    if not 0 <= (last - first).days <= LONGEST_SPAN:
        expected = f"{first} (first) to {LONGEST_SPAN} days later"
        raise InputError("does not fit", source="last", value=last.isoformat(), expected=expected)


def _text_of(source: str | os.PathLike[str]) -> tuple[str, str]:
    """Text, and what to call it in messages."""
    if isinstance(source, str) and ("\n" in source or "\r" in source):
        return source, "iCalendar text"
    if not isinstance(source, str | os.PathLike) or not os.fspath(source):
        raise InputError(
            "does not fit",
            source="source",
            value=source or "nothing",
            expected="a path, or the text of an iCalendar file",
        )
    name = os.fsdecode(source)
    try:
        with Path(name).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot be read: {reason}", source=name, expected="an iCalendar file") from None
    if len(data) > MOST_BYTES:
        raise InputError("is too large", source=name, expected=f"at most {MOST_BYTES // 1_000_000} MB")
    try:
        return data.decode("utf-8-sig"), name
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 (byte {error.start})", source=name, expected="an iCalendar file in UTF-8"
        ) from None


def _calendars(icalendar: Any, text: str, name: str) -> list[Any]:
    begun = sum(line.strip().upper() == "BEGIN:VCALENDAR" for line in text.splitlines())
    if not begun:
        raise InputError("has no VCALENDAR", source=name, expected="an iCalendar file (RFC 5545)")
    try:
        found = [one for one in icalendar.Calendar.from_ical(text, multiple=True) if one.name == "VCALENDAR"]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"is not iCalendar: {_line(error)}", source=name, expected="RFC 5545") from None
    if len(found) != begun:
        raise InputError("ends before END:VCALENDAR", source=name, expected="a whole file")
    return found


def _events(calendar: Any, name: str) -> Iterator[tuple[Any, str]]:
    for number, event in enumerate(calendar.walk("VEVENT"), 1):
        uid = str(event.get("UID", ""))
        yield event, f"{name}, event {number}{f' (UID {uid[:60]})' if uid else ''}"


def _check_event(event: Any, zone: zoneinfo.ZoneInfo, where: str) -> int:
    """Refuse what the libraries would leave out in silence; return how often a day the event may occur."""
    for key, problem in event.errors:
        if key in _READ:
            raise InputError(f"{key} does not fit: {_line(problem)}", source=where, expected="RFC 5545")
    if "DTSTART" not in event:
        raise InputError("has no DTSTART", source=where, expected="when the event begins")
    for key in ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"):
        found = _values(event, key)
        if len(found) > 1:
            raise InputError(f"has {key} {len(found)} times", source=where, expected="once")
        if key != "DURATION" and any(not isinstance(value.dt, dt.date) for value in found):
            raise InputError(f"{key} does not fit", source=where, value=str(found[0].dt), expected="a date or a time")
    for key in ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"):
        for value in _values(event, key):
            if "TZID" in value.params and any(_without_zone(one) for one in getattr(value, "dts", [value])):
                raise InputError(
                    "unknown time zone",
                    source=f"{where}, {key}",
                    value=str(value.params["TZID"]),
                    expected="an IANA zone",
                )
    if "DTEND" in event:
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        if isinstance(start, dt.datetime) != isinstance(end, dt.datetime):
            raise InputError("DTSTART and DTEND differ in kind", source=where, expected="two dates, or two times")
        if _at(end, zone) < _at(start, zone):
            raise InputError("DTEND is before DTSTART", source=where, value=str(end), expected=f"{start} or later")
    return sum(_times_a_day(rule, where) for rule in _values(event, "RRULE"))


def _times_a_day(rule: Any, where: str) -> int:
    frequency = [str(one).upper() for one in rule.get("FREQ", [])]
    if len(frequency) != 1 or frequency[0] not in _FREQUENCIES:
        found = ",".join(frequency) or "nothing"
        raise InputError("FREQ of RRULE does not fit", source=where, value=found, expected=", ".join(_FREQUENCIES))
    for key, (least, most) in _PARTS.items():
        for value in rule.get(key, []):
            if not least <= abs(int(value)) <= most or (key in _COUNTS and int(value) < least):
                expected = f"{least} or more" if key in _COUNTS else f"{least} to {most}"
                raise InputError(f"{key} of RRULE does not fit", source=where, value=int(value), expected=expected)
    times = math.prod(max(1, len(rule.get(key, []))) for key in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    if times > _TIMES_A_DAY:
        raise InputError(
            "RRULE recurs too often", source=where, value=times, expected=f"at most {_TIMES_A_DAY} times a day"
        )
    return times


def _values(event: Any, key: str) -> list[Any]:
    value = event.get(key, [])
    return value if isinstance(value, list) else [value]


def _without_zone(value: Any) -> bool:
    return isinstance(value.dt, dt.datetime) and value.dt.tzinfo is None


def _occurrences(
    recurring: Any, calendar: Any, zone: zoneinfo.ZoneInfo, span: tuple[dt.date, dt.date], name: str
) -> Iterator[Any]:
    """Occurrences near the span, asked for in parts, so that no single answer of the library is huge."""
    a_day = sum(_check_event(event, zone, where) for event, where in _events(calendar, name))
    step = dt.timedelta(days=max(1, MOST_OCCURRENCES // max(1, a_day)))
    start, stop = span[0] - 2 * _ONE_DAY, span[1] + 3 * _ONE_DAY  # zones differ by up to 26 hours
    try:
        query = recurring.of(calendar, components=["VEVENT"])
        while start < stop:
            yield from query.between(start, min(stop, start + step))
            start += step
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise InputError(f"an event cannot be expanded: {_line(error)}", source=name, expected="RFC 5545") from None


def _days(start: Any, end: Any, zone: zoneinfo.ZoneInfo, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The days of a span, from ``first`` to ``last``."""
    if isinstance(start, dt.datetime):
        start, end = _at(start, zone), _at(end, zone)
        if end <= start:
            return
        to = end.date() if end.time() != dt.time(0) else end.date() - _ONE_DAY
        start = start.date()
    else:
        to = end - _ONE_DAY
    day = max(start, first)
    while day <= min(to, last):
        yield day
        day += _ONE_DAY


def _at(value: Any, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """A date or time on the clock of the zone."""
    if not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day, tzinfo=zone)
    return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)


def _line(error: object) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 120 else text[:108] + "..."
