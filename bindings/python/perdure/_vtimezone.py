"""The clocks of a zone as a part of an iCalendar file."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from collections.abc import Iterator
from typing import Any

from ._optional import needed

SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
MINUTES_OF_A_DAY = 1440


@functools.lru_cache(maxsize=64)
def vtimezone(name: str, first_year: int, last_year: int) -> Any:
    """VTIMEZONE of a zone for some years, with one part for each change of its clocks.

    The library's own makes clocks go forward an hour late (its onset is on the new clock, not on the old one as in
    RFC 5545, section 3.6.5).
    """
    icalendar = needed("icalendar", by="plan.ics", extra="calendars")
    zone = zoneinfo.ZoneInfo(name)
    found = icalendar.Timezone()
    found.add("tzid", name)
    start = dt.datetime(first_year - 1, 12, 31, tzinfo=dt.UTC)  # the year begins up to 14 hours before that of UTC
    for at in [start, *_changes(zone, start, dt.datetime(last_year + 1, 1, 2, tzinfo=dt.UTC))]:
        local = at.astimezone(zone)
        since = local if at == start else (at - SECOND).astimezone(zone)
        part = icalendar.TimezoneDaylight() if local.dst() else icalendar.TimezoneStandard()
        offset = since.utcoffset() or dt.timedelta()
        part.add("dtstart", (at + offset).replace(tzinfo=None))
        part.add("tzoffsetfrom", offset)
        part.add("tzoffsetto", local.utcoffset() or dt.timedelta())
        part.add("tzname", local.tzname())
        found.add_component(part)
    return found


def _changes(zone: zoneinfo.ZoneInfo, start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """The minutes from which clocks show another offset; a zone has no two in one day."""
    while start < end:
        low, high = 0, MINUTES_OF_A_DAY
        offset = start.astimezone(zone).utcoffset()
        if (start + high * MINUTE).astimezone(zone).utcoffset() != offset:
            while high - low > 1:
                middle = (low + high) // 2
                same = (start + middle * MINUTE).astimezone(zone).utcoffset() == offset
                low, high = (middle, high) if same else (low, middle)
            yield start + high * MINUTE
        start += MINUTES_OF_A_DAY * MINUTE
