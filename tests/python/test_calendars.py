"""perdure.calendars: holidays against the package `holidays`, leave, steps and delivery windows on the Python side."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import perdure
import pytest
from hypothesis import given
from hypothesis import strategies as st
from perdure import calendars

HOLIDAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


def names(region: str, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    return dict(calendars.public_holidays(region, first, last))


@pytest.mark.parametrize(("region", "part"), [("FR", None), ("FR-alsace-moselle", "57"), ("FR-alsace-moselle", "6AE")])
def test_france_agrees_with_the_package_holidays_to_its_last_year(region: str, part: str | None) -> None:
    holidays = pytest.importorskip("holidays")
    last = holidays.France.end_year
    expected = holidays.France(subdiv=part, years=range(2008, last + 1))
    assert last >= 2100
    assert sorted(names(region, dt.date(2008, 1, 1), dt.date(last, 12, 31))) == sorted(expected)
    assert len(expected) > 10 * (last - 2008)


def test_france_in_one_spring() -> None:
    assert calendars.public_holidays("FR", dt.date(2026, 4, 1), dt.date(2026, 5, 31)) == [
        (dt.date(2026, 4, 6), "Lundi de Pâques"),
        (dt.date(2026, 5, 1), "Fête du Travail"),
        (dt.date(2026, 5, 8), "Victoire 1945"),
        (dt.date(2026, 5, 14), "Ascension"),
        (dt.date(2026, 5, 25), "Lundi de Pentecôte"),
    ]
    assert dt.date(2026, 4, 3) in names("fr-Alsace-Moselle", dt.date(2026, 4, 1), dt.date(2026, 4, 30))


def test_other_countries_come_from_the_package() -> None:
    pytest.importorskip("holidays")
    year = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert names("DE-BY", *year)[dt.date(2026, 6, 4)] == "Fronleichnam"  # Corpus Christi is one in Bavaria
    assert dt.date(2026, 6, 4) not in names("DE", *year)
    assert dt.date(2026, 7, 3) in names("US", *year)  # the fourth of July, a Saturday, is observed on Friday
    assert names("US", dt.date(2026, 7, 3), dt.date(2026, 7, 3)).keys() == {dt.date(2026, 7, 3)}
    found = calendars.public_holidays("GB-SCT", *year)
    assert [day for day, _ in found] == sorted({day for day, _ in found})


DAY = dt.date(2026, 5, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("XX", DAY, DAY), "region: unknown country, got 'XX'; expected FR, FR-alsace-moselle"),
        (("DE-XX", DAY, DAY), "region: unknown subdivision, got 'DE-XX'; expected for DE: BB, BE"),
        (("DE-", DAY, DAY), "unknown subdivision"),
        (("", DAY, DAY), "region: does not fit, got 'nothing'"),
        ((7, DAY, DAY), "region: does not fit, got 7"),
        (("FR", dt.date(2007, 5, 1), DAY), "known for the years 2008 to 2199, asked for 2007 to 2026"),
        (("FR", DAY, dt.date(2026, 4, 30)), "the last day 2026-04-30 is before the first 2026-05-01"),
        (("FR", "2026-05-01", DAY), "first must be a datetime.date"),
        (
            ("US", DAY, dt.date(2026, 4, 30)),
            "last: does not fit, got '2026-04-30'; expected 2026-05-01 (first) or later",
        ),
        (("US", DAY, dt.datetime(2026, 5, 1)), "last: does not fit"),
        (("US", dt.date(1700, 1, 1), DAY), "public holidays of US are known for the years"),
    ],
)
def test_regions_and_spans_that_do_not_fit(arguments: tuple[Any, ...], words: str) -> None:
    pytest.importorskip("holidays")
    with pytest.raises(perdure.InputError) as refusal:
        calendars.public_holidays(*arguments)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("holidays", "icalendar"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(perdure.InputError, match=r"needs holidays, .*; expected pip install 'perdure\[calendars\]'"):
        calendars.public_holidays("US", DAY, DAY)
    with pytest.raises(perdure.InputError, match=r"needs icalendar, .*; expected pip install 'perdure\[calendars\]'"):
        calendars.days_off_of_ical("leave.ics", DAY, DAY, "UTC")
    assert calendars.public_holidays("FR", DAY, DAY) == [(DAY, "Fête du Travail")]


def test_leave_by_rule() -> None:
    due = [dt.date(2026, 8, 20), dt.date(2026, 8, 5), dt.date(2026, 8, 2)]
    leave = [(dt.date(2026, 8, 3), dt.date(2026, 8, 9))]
    shifted = [dt.date(2026, 8, 27), dt.date(2026, 8, 12), dt.date(2026, 8, 2)]
    assert calendars.move_for_leave(due, leave, "shift") == shifted
    assert calendars.move_for_leave(due, leave, "skip") == [due[0], None, due[2]]
    assert calendars.move_for_leave(due, leave, "keep") == due


PERIODS = st.lists(
    st.tuples(HOLIDAYS, st.integers(0, 40)).map(lambda p: (p[0], p[0] + dt.timedelta(days=p[1]))), max_size=5
)


@given(st.lists(HOLIDAYS, max_size=30), PERIODS)
def test_leave_laws(due: list[dt.date], leave: list[tuple[dt.date, dt.date]]) -> None:
    def away(day: dt.date) -> bool:
        return any(first <= day <= last for first, last in leave)

    shifted = calendars.move_for_leave(sorted(due), leave, "shift")
    assert all(day is not None and not away(day) for day in shifted)
    for (before, after), (was, then) in zip(pairwise(shifted), pairwise(sorted(due)), strict=True):
        assert before is not None
        assert after is not None
        assert after - before >= then - was  # what lay between is kept, and leave may come between
    skipped = calendars.move_for_leave(due, leave, "skip")
    assert skipped == [None if away(day) else day for day in due]
    kept = [day for day in skipped if day is not None]
    assert calendars.move_for_leave(kept, leave, "skip") == kept


def test_steps_after_a_training() -> None:
    week = calendars.Calendar(["sat", "sun"])
    end = dt.date(2026, 7, 2)
    assert calendars.anchor_day(end, 30, week).day == dt.date(2026, 8, 3)
    assert calendars.anchor_day(end, 30, week, roll="preceding").day == dt.date(2026, 7, 31)
    assert calendars.anchor_day(end, 30, week, deadline=dt.date(2026, 8, 2)).day == dt.date(2026, 7, 31)
    away = week.with_leave(dt.date(2026, 7, 27), dt.date(2026, 8, 7))
    found = calendars.anchor_day(end, 30, away, tolerance=5)
    assert found == (dt.date(2026, 8, 1), dt.date(2026, 7, 27), dt.date(2026, 8, 6), None)


def test_delivery_on_days_when_clocks_change() -> None:
    window = calendars.DeliveryWindow()
    spring = window.first(dt.date(2026, 3, 29), "Europe/Paris", dt.time(2, 30))
    assert spring == (dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 29, 3))
    autumn = window.first(dt.date(2026, 10, 25), "Europe/Paris", dt.time(2, 30))
    assert autumn == (dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC), dt.datetime(2026, 10, 25, 2, 30))
    assert window.first(dt.date(2011, 12, 30), "Pacific/Apia") is None
    office = calendars.DeliveryWindow(dt.time(9), dt.time(17, 30))
    assert office.first(DAY, "Europe/Paris", dt.time(17, 30)) is None
    night = calendars.DeliveryWindow(dt.time(6), dt.time(0), quiet=(dt.time(22), dt.time(7)))
    sent = night.first(DAY, "America/New_York")
    assert sent is not None
    assert (sent.local, sent.at.hour) == (dt.datetime(2026, 5, 1, 7), 11)


WEEK = calendars.Calendar(["sat", "sun"])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: calendars.move_for_leave([DAY], [(DAY, dt.date(2026, 4, 1))], "shift"),
            "leave from 2026-05-01 ends before",
        ),
        (
            lambda: calendars.move_for_leave([DAY], [], "hold"),
            'leave rule "hold" is unknown; expected shift, skip or keep',
        ),
        (
            lambda: calendars.move_for_leave(["2026-05-01"], [], "shift"),
            "due must be a datetime.date, got '2026-05-01'",
        ),
        (lambda: calendars.move_for_leave([dt.date.max], [(DAY, DAY)], "shift"), "9999-12-31 to is outside the years"),
        (lambda: calendars.move_for_leave(7, [], "shift"), "due: does not fit, got 7"),
        (lambda: calendars.move_for_leave([DAY], [DAY], "shift"), "leave: does not fit"),
        (lambda: calendars.move_for_leave([DAY], [], None), "rule: does not fit"),
        (lambda: calendars.anchor_day(DAY, 30, WEEK, roll=1), "roll: does not fit, got 1"),
        (lambda: calendars.DeliveryWindow().first(DAY, None), "timezone: does not fit"),
        (lambda: calendars.anchor_day(DAY, -1, WEEK), "days: does not fit, got -1; expected a whole number of days"),
        (lambda: calendars.anchor_day(DAY, True, WEEK), "days: does not fit, got True"),
        (lambda: calendars.anchor_day(DAY, 30, WEEK, tolerance=2.5), "tolerance: does not fit, got 2.5"),
        (
            lambda: calendars.anchor_day(DAY, 30, "sat,sun"),
            "calendar: does not fit, got 'sat,sun'; expected a Calendar",
        ),
        (lambda: calendars.anchor_day(DAY, 30, WEEK, roll="later"), 'roll "later" is unknown'),
        (lambda: calendars.anchor_day(dt.date.max, 30, WEEK), "outside the years 1400 to 9999"),
        (lambda: calendars.anchor_day(DAY, 30, WEEK, deadline="soon"), "deadline must be a datetime.date"),
        (lambda: calendars.DeliveryWindow(dt.time(17), dt.time(9)), "delivery window 17:00 to 09:00 does not fit"),
        (
            lambda: calendars.DeliveryWindow(dt.time(22), dt.time(23), quiet=(dt.time(21), dt.time(7))),
            "quiet hours 21:00 to 07:00 leave nothing of the delivery window 22:00 to 23:00",
        ),
        (lambda: calendars.DeliveryWindow(quiet=(dt.time(7), dt.time(7))), "expected two different times"),
        (lambda: calendars.DeliveryWindow(quiet=dt.time(7)), "quiet: does not fit"),
        (lambda: calendars.DeliveryWindow(dt.time(9, 0, 30)), "start: does not fit"),
        (lambda: calendars.DeliveryWindow("09:00"), "start: does not fit, got '09:00'"),
        (lambda: calendars.DeliveryWindow().first(DAY, "Europe/Lutetia"), 'time zone "Europe/Lutetia" is not'),
        (lambda: calendars.DeliveryWindow().first("2026-05-01", "UTC"), "day must be a datetime.date"),
    ],
)
def test_arguments_that_do_not_fit(call: Callable[[], object], words: str) -> None:
    with pytest.raises(perdure.InputError) as refusal:
        call()
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
