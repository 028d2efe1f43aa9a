"""Days off from iCalendar files: what counts, how recurrences and zones are read, and what is refused."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import perdure
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from perdure import calendars
from perdure.calendars import days_off_of_ical

pytest.importorskip("icalendar")
pytest.importorskip("recurring_ical_events")

FIRST, LAST = dt.date(2026, 7, 1), dt.date(2026, 8, 31)


def event(*lines: str, uid: str = "a") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT", ""])


def calendar(*events: str) -> str:
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\n" + "".join(events) + "END:VCALENDAR\r\n"


def days(*events: str, tz: str = "Europe/Paris", **options: Any) -> list[str]:
    """Days off of July and August 2026, as MM-DD."""
    return [f"{day:%m-%d}" for day in days_off_of_ical(calendar(*events), FIRST, LAST, tz, **options)]


CASES = {
    "the end of an all-day event is not included": (
        ["DTSTART;VALUE=DATE:20260714", "DTEND;VALUE=DATE:20260716"],
        ["07-14", "07-15"],
    ),
    "without an end it is one day": (["DTSTART;VALUE=DATE:20260714"], ["07-14"]),
    "a duration in days": (["DTSTART;VALUE=DATE:20260714", "DURATION:P2D"], ["07-14", "07-15"]),
    "cut at the first and last day": (["DTSTART;VALUE=DATE:20260601", "DTEND;VALUE=DATE:20260703"], ["07-01", "07-02"]),
    "a time takes its day": (["DTSTART:20260714T090000Z", "DTEND:20260714T110000Z"], ["07-14"]),
    "UTC is read on the zone's clock": (["DTSTART:20260714T223000Z", "DTEND:20260714T230000Z"], ["07-15"]),
    "a zone of its own": (
        ["DTSTART;TZID=America/New_York:20260714T200000", "DTEND;TZID=America/New_York:20260714T210000"],
        ["07-15"],
    ),
    "without a zone it is the clock's time": (["DTSTART:20260714T233000", "DTEND:20260715T003000"], ["07-14", "07-15"]),
    "an end at midnight takes nothing of the next day": (
        ["DTSTART;TZID=Europe/Paris:20260714T180000", "DTEND;TZID=Europe/Paris:20260715T000000"],
        ["07-14"],
    ),
    "no time at all takes no day": (["DTSTART:20260714T090000Z"], []),
    "weekly with an exception": (
        ["DTSTART;VALUE=DATE:20260703", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;VALUE=DATE:20260710"],
        ["07-03", "07-17", "07-24"],
    ),
    "a rule that began long ago": (["DTSTART;VALUE=DATE:19700714", "RRULE:FREQ=YEARLY"], ["07-14"]),
    "a rule until a day": (
        ["DTSTART;VALUE=DATE:20260706", "RRULE:FREQ=DAILY;UNTIL=20260708"],
        ["07-06", "07-07", "07-08"],
    ),
    "more dates": (["DTSTART;VALUE=DATE:20260714", "RDATE;VALUE=DATE:20260720,20260722"], ["07-14", "07-20", "07-22"]),
    "weekly by the clock over a change of offset": (
        ["DTSTART;TZID=Europe/Paris:20260105T233000", "DTEND;TZID=Europe/Paris:20260105T234500", "RRULE:FREQ=MONTHLY"],
        ["07-05", "08-05"],
    ),
    "cancelled": (["DTSTART;VALUE=DATE:20260714", "STATUS:CANCELLED"], []),
    "tentative counts": (["DTSTART;VALUE=DATE:20260714", "STATUS:TENTATIVE"], ["07-14"]),
    "opaque counts": (["DTSTART;VALUE=DATE:20260714", "TRANSP:OPAQUE"], ["07-14"]),
}


@pytest.mark.parametrize("name", CASES)
def test_one_event(name: str) -> None:
    lines, expected = CASES[name]
    assert days(event(*lines)) == expected


def test_changed_and_cancelled_occurrences() -> None:
    series = event("DTSTART;VALUE=DATE:20260703", "RRULE:FREQ=WEEKLY;COUNT=4")
    moved = event("DTSTART;VALUE=DATE:20260712", "RECURRENCE-ID;VALUE=DATE:20260710", "SEQUENCE:1")
    dropped = event(
        "DTSTART;VALUE=DATE:20260717", "RECURRENCE-ID;VALUE=DATE:20260717", "STATUS:CANCELLED", "SEQUENCE:1"
    )
    assert days(series, moved, dropped) == ["07-03", "07-12", "07-24"]


def test_days_of_several_events_and_calendars_count_once() -> None:
    one = event("DTSTART;VALUE=DATE:20260714", "DTEND;VALUE=DATE:20260717", uid="b")
    two = event("DTSTART;VALUE=DATE:20260716", "DTEND;VALUE=DATE:20260718", uid="c")
    both = days_off_of_ical(calendar(one) + calendar(two), FIRST, LAST, "UTC")
    assert [day.day for day in both] == [14, 15, 16, 17]
    assert days() == []


def test_events_marked_as_free_are_asked_about_when_there_is_nothing_else() -> None:
    holiday = event("DTSTART;VALUE=DATE:20260714", "TRANSP:TRANSPARENT", uid="h")
    leave = event("DTSTART;VALUE=DATE:20260720", uid="l")
    assert days(holiday, leave) == ["07-20"]
    assert days(holiday, free=True) == ["07-14"]
    assert days(holiday, free=False) == []
    with pytest.raises(perdure.InputError, match=r"all events .* are marked as free .*expected free=True"):
        days(holiday)


def test_a_file_with_a_byte_order_mark_feeds_a_calendar(tmp_path: Path) -> None:
    file = tmp_path / "leave.ics"
    file.write_bytes(b"\xef\xbb\xbf" + calendar(event("DTSTART;VALUE=DATE:20260714", "SUMMARY:congé")).encode())
    for path in (file, str(file)):
        off = days_off_of_ical(path, FIRST, LAST, "Europe/Paris")
        assert calendars.Calendar(["sat", "sun"], days_off=off).text == "rest=sat,sun;off=2026-07-14"


START = "DTSTART;VALUE=DATE:20260714"
BROKEN = {
    "no calendar": ("hello\nworld", "iCalendar text: has no VCALENDAR"),
    "an event alone": (event(START), "has no VCALENDAR"),
    "cut off": (calendar(event(START))[:-30], "ends before END:VCALENDAR"),
    "no iCalendar line": (calendar("?\r\n"), "is not iCalendar"),
    "30 February": (calendar(event("DTSTART;VALUE=DATE:20260230")), "event 1 (UID a): DTSTART does not fit"),
    "no start": (calendar(event("SUMMARY:x")), "event 1 (UID a): has no DTSTART"),
    "two starts": (calendar(event(START, START)), "has DTSTART 2 times; expected once"),
    "a period as a start": (
        calendar(event("DTSTART;VALUE=PERIOD:20260714T100000Z/PT1H")),
        "DTSTART does not fit",
    ),
    "a length as an end": (calendar(event(START, "DTEND:PT2H")), "DTEND does not fit, got '2:00:00'; expected a date"),
    "unknown zone": (
        calendar(event("DTSTART;TZID=Nowhere/City:20260714T090000")),
        "unknown time zone, got 'Nowhere/City'",
    ),
    "end first": (calendar(event(START, "DTEND;VALUE=DATE:20260710")), "DTEND is before DTSTART, got '2026-07-10'"),
    "date and time": (calendar(event(START, "DTEND:20260716T100000Z")), "DTSTART and DTEND differ in kind"),
    "no frequency": (calendar(event(START, "RRULE:hello")), "FREQ of RRULE does not fit, got 'nothing'"),
    "unknown frequency": (calendar(event(START, "RRULE:FREQ=SOMETIMES")), "RRULE does not fit"),
    "every second": (
        calendar(event("DTSTART:19700101T000000Z", "RRULE:FREQ=SECONDLY")),
        "got 'SECONDLY'; expected DAILY",
    ),
    "every second by another way": (
        calendar(
            event(
                "DTSTART:19700101T000000Z",
                "RRULE:FREQ=DAILY;BYHOUR="
                + ",".join(map(str, range(24)))
                + ";BYMINUTE="
                + ",".join(map(str, range(60))),
            )
        ),
        "RRULE recurs too often, got 1440",
    ),
    "a day of the month": (
        calendar(event(START, "RRULE:FREQ=MONTHLY;BYMONTHDAY=-32")),
        "BYMONTHDAY of RRULE does not fit, got -32; expected 1 to 31",
    ),
    "a thirteenth month": (
        calendar(event(START, "RRULE:FREQ=YEARLY;BYMONTH=13")),
        "BYMONTH of RRULE does not fit, got 13",
    ),
    "no step": (calendar(event(START, "RRULE:FREQ=DAILY;INTERVAL=0")), "INTERVAL of RRULE does not fit, got 0"),
    "a step back": (calendar(event(START, "RRULE:FREQ=DAILY;INTERVAL=-1")), "got -1; expected 1 or more"),
    "a bad date of an exception": (
        calendar(event(START, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:soon")),
        "EXDATE does not fit",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_in_one_line(name: str) -> None:
    text, words = BROKEN[name]
    with pytest.raises(perdure.InputError) as refusal:
        days_off_of_ical(text, FIRST, LAST, "Europe/Paris")
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


ENTRIES = (
    calendar(
        event(
            "DTSTART;VALUE=DATE:20260703",
            "DTEND;VALUE=DATE:20260705",
            "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,MO;COUNT=4",
            "EXDATE;VALUE=DATE:20260717",
            "RDATE;VALUE=DATE:20260720,20260722",
        ),
        event(
            "DTSTART;TZID=Europe/Paris:20260714T090000",
            "DURATION:PT2H",
            "RRULE:FREQ=MONTHLY;BYMONTHDAY=14;UNTIL=20261231T000000Z",
            "STATUS:CONFIRMED",
            uid="b",
        ),
        event("RECURRENCE-ID;TZID=Europe/Paris:20260814T090000", "DTSTART:20260815T090000Z", "SEQUENCE:1", uid="b"),
    )
    .strip()
    .split("\r\n")
)


@settings(max_examples=300)
@given(st.randoms(use_true_random=False))
def test_damaged_files_are_read_or_refused(chance: random.Random) -> None:
    lines = list(ENTRIES)
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        cut = chance.randrange(len(lines[at]) + 1)
        lines[at] = chance.choice(
            [
                lines[other],  # a line twice
                lines[at][:cut],
                lines[at][:cut] + chance.choice('0123456789:;=,TZ-VP"') + lines[at][cut + 1 :],
                lines[at].partition(":")[0] + ":" + lines[other].partition(":")[2],  # a value of another kind
            ]
        )
    try:
        found = days_off_of_ical("\r\n".join(lines) + "\r\n", FIRST, LAST, "Europe/Paris")
    except perdure.InputError as refusal:
        assert "\n" not in str(refusal)
    else:
        assert found == sorted(set(found))
        assert all(FIRST <= day <= LAST for day in found)


def test_more_occurrences_than_a_calendar_has() -> None:
    daily = [event("DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=DAILY", uid=f"u{n}") for n in range(15)]
    with pytest.raises(perdure.InputError, match="more than 50000 occurrences"):
        days_off_of_ical(calendar(*daily), FIRST, FIRST + dt.timedelta(days=3660), "UTC")


def test_arguments_that_do_not_fit(tmp_path: Path) -> None:
    text = calendar(event(START))
    (tmp_path / "latin.ics").write_bytes(calendar(event(START, "SUMMARY:congé")).encode("latin-1"))
    for arguments, words in [
        ((tmp_path / "none.ics", FIRST, LAST, "UTC"), "none.ics: cannot be read: No such file or directory"),
        ((tmp_path, FIRST, LAST, "UTC"), "cannot be read: Is a directory"),
        (("a\0b", FIRST, LAST, "UTC"), "cannot be read"),
        ((tmp_path / "latin.ics", FIRST, LAST, "UTC"), "is not UTF-8"),
        ((b"leave.ics", FIRST, LAST, "UTC"), "source: does not fit"),
        (("", FIRST, LAST, "UTC"), "source: does not fit, got 'nothing'"),
        ((None, FIRST, LAST, "UTC"), "source: does not fit"),
        ((text, FIRST, LAST, "Europe/Lutetia"), "tz: does not fit, got 'Europe/Lutetia'; expected a known IANA zone"),
        ((text, FIRST, LAST, 2), "tz: does not fit, got 2"),
        ((text, "2026-07-01", LAST, "UTC"), "first: does not fit, got '2026-07-01'"),
        ((text, LAST, FIRST, "UTC"), "last: does not fit, got '2026-07-01'"),
        ((text, FIRST, dt.date(2100, 1, 1), "UTC"), "3660 days later"),
    ]:
        with pytest.raises(perdure.InputError) as refusal:
            days_off_of_ical(*arguments)
        assert words in str(refusal.value)
        assert "\n" not in str(refusal.value)
