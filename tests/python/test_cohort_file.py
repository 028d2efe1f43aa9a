"""Cohort files: every key is read, and every value that does not fit is one message with the file and the key."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from perdure import Cohort, InputError, sample
from perdure.cohort import Caps, Learner, LearnerCaps, Leave, StudyCalendar

FULL = """
[cohort]
name = "Fire safety, autumn"
timezone = "Europe/Paris"
start = 2026-09-01
deadline = 2026-12-18
target_retention = 0.85

[caps]
questions_per_session = 4

[calendar]
working_days = ["mon", "wed"]
days_off = [2026-11-11]

[[learners]]
id = "L017"
caps = { questions_per_session = 3 }
leave = [{ first = 2026-10-19, last = 2026-10-30 }]

[[learners]]
id = "L018"
"""
MINIMAL = '[cohort]\ntimezone = "UTC"\n'


def read(folder: Path, text: str | bytes) -> Cohort:
    path = folder / "cohort.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Cohort.from_toml(path)


def test_every_key_is_read(tmp_path: Path) -> None:
    leave = Leave(dt.date(2026, 10, 19), dt.date(2026, 10, 30))
    assert read(tmp_path, FULL) == Cohort(
        "Europe/Paris",
        start=dt.date(2026, 9, 1),
        deadline=dt.date(2026, 12, 18),
        target_retention=0.85,
        caps=Caps(4),
        calendar=StudyCalendar(("mon", "wed"), days_off=(dt.date(2026, 11, 11),)),
        learners=(Learner("L017", caps=LearnerCaps(3), leave=(leave,)), Learner("L018")),
        name="Fire safety, autumn",
    )


def test_defaults(tmp_path: Path) -> None:
    cohort = read(tmp_path, MINIMAL)
    assert cohort == Cohort("UTC")
    assert (cohort.horizon_days, cohort.target_retention, cohort.caps.questions_per_session) == (90, 0.9, 5)
    assert cohort.calendar.working_days == ("mon", "tue", "wed", "thu", "fri")
    assert read(tmp_path, MINIMAL + "horizon_days = 30").horizon_days == 30


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cohort.toml"
    path.write_text('[cohort]\ntimezone = "UTC"\n', encoding="utf-8-sig")
    assert Cohort.from_toml(path) == Cohort("UTC")


def test_the_samples_file_is_read() -> None:
    assert Cohort.from_toml(sample.cohort_path()).learners


def test_the_calendar_of_a_learner(tmp_path: Path) -> None:
    cohort = read(tmp_path, FULL)
    calendar = cohort.calendar_of("L017")
    days = {
        f"2026-{day}": dt.date.fromisoformat(f"2026-{day}") for day in ("10-14", "10-19", "10-28", "11-04", "11-11")
    }
    assert [calendar.studies(day) for day in days.values()] == [True, False, False, True, False]


def line(table: str, key: str, value: str) -> str:
    """A file with one key changed."""
    kept = [row for row in FULL.splitlines() if not row.startswith(f"{key} =")]
    where = kept.index(table)
    return "\n".join([*kept[: where + 1], f"{key} = {value}", *kept[where + 1 :]])


COHORT, CAPS, CALENDAR, LEARNER = "[cohort]", "[caps]", "[calendar]", "[[learners]]"
# (table, key, value, key in the message, what else it says)
WRONG: list[tuple[str, str, str, str, str]] = [
    (COHORT, "name", "3", "cohort.name", "got 3"),
    (COHORT, "timezone", "3", "cohort.timezone", "got 3; expected an IANA zone"),
    (COHORT, "timezone", '""', "cohort.timezone", "expected an IANA zone"),
    (COHORT, "timezone", '"Mars/Base"', "cohort.timezone", "got 'Mars/Base'; expected a known IANA zone"),
    (COHORT, "timezone", '"../../etc/passwd"', "cohort.timezone", "expected a known IANA zone"),
    (COHORT, "start", '"2026-09-01"', "cohort.start", "got '2026-09-01'; expected a date such as"),
    (COHORT, "start", "2026-09-01T10:00:00", "cohort.start", "expected a date such as"),
    (COHORT, "start", "1969-12-31", "cohort.start", "expected a date from 1970-01-01 to 2199-12-31"),
    (COHORT, "deadline", "18", "cohort.deadline", "got 18"),
    (
        COHORT,
        "deadline",
        "2026-08-31",
        "cohort.deadline",
        "got '2026-08-31'; expected 2026-09-01 (cohort.start) or later",
    ),
    (COHORT, "deadline", "2200-01-01", "cohort.deadline", "got '2200-01-01'"),
    (COHORT, "horizon_days", "0", "cohort.horizon_days", "got 0; expected a whole number from 1 to 3660"),
    (COHORT, "horizon_days", "3661", "cohort.horizon_days", "got 3661"),
    (COHORT, "horizon_days", "30.0", "cohort.horizon_days", "got 30.0"),
    (COHORT, "target_retention", "0", "cohort.target_retention", "got 0; expected a number between 0 and 1"),
    (COHORT, "target_retention", "1.0", "cohort.target_retention", "got 1.0"),
    (COHORT, "target_retention", "90", "cohort.target_retention", "got 90"),
    (COHORT, "target_retention", "nan", "cohort.target_retention", "got nan"),
    (COHORT, "target_retention", "true", "cohort.target_retention", "got True"),
    (COHORT, "target_retention", '"0.9"', "cohort.target_retention", "got '0.9'"),
    (COHORT, "target", "0.9", "cohort.target", "unknown key; expected timezone, name"),
    (COHORT, "dedline", "2026-12-18", "cohort.dedline", "did you mean deadline?"),
    (
        CAPS,
        "questions_per_session",
        "-1",
        "caps.questions_per_session",
        "got -1; expected a whole number from 1 to 10000",
    ),
    (CAPS, "questions_per_session", "0", "caps.questions_per_session", "got 0"),
    (CAPS, "questions_per_session", "2.5", "caps.questions_per_session", "got 2.5"),
    (CAPS, "questions_per_session", "true", "caps.questions_per_session", "got True"),
    (CAPS, "question_per_session", "3", "caps.question_per_session", "did you mean questions_per_session?"),
    (CALENDAR, "working_days", '"mon"', "calendar.working_days", "got 'mon'; expected a list"),
    (CALENDAR, "working_days", "[]", "calendar.working_days", "got []; expected one or more of mon"),
    (CALENDAR, "working_days", '["monday"]', "calendar.working_days[1]", "got 'monday'; expected one of mon, tue"),
    (CALENDAR, "working_days", "[1]", "calendar.working_days[1]", "got 1"),
    (CALENDAR, "days_off", "2026-11-11", "calendar.days_off", "expected a list"),
    (CALENDAR, "days_off", '["2026-11-11"]', "calendar.days_off[1]", "got '2026-11-11'; expected a date such as"),
    (CALENDAR, "holiday", "[]", "calendar.holiday", "did you mean holidays?"),
    (LEARNER, "id", "17", "learners[1].id", "got 17; expected the id of a learner"),
    (LEARNER, "id", '""', "learners[1].id", "got ''"),
    (LEARNER, "id", '"L018"', "learners[2].id", "got 'L018'; expected each learner once"),
    (LEARNER, "caps", "{ questions_per_session = -1 }", "learners[1].caps.questions_per_session", "got -1"),
    (LEARNER, "caps", '{ questions_per_session = "3" }', "learners[1].caps.questions_per_session", "got '3'"),
    (LEARNER, "leave", "2026-10-19", "learners[1].leave", "expected a list"),
    (LEARNER, "leave", "[2026-10-19]", "learners[1].leave[1]", "expected a table"),
    (LEARNER, "leave", "[{ first = 2026-10-19 }]", "learners[1].leave[1].last", "missing"),
    (
        LEARNER,
        "leave",
        "[{ first = 2026-10-30, last = 2026-10-19 }]",
        "learners[1].leave[1].last",
        "got '2026-10-19'; expected 2026-10-30",
    ),
    (LEARNER, "leave", "[{ first = 1971-01-01, last = 2199-01-01 }]", "learners[1].leave[1].last", "at most 3660 days"),
    (LEARNER, "leave", '[{ first = "x", last = 2026-10-19 }]', "learners[1].leave[1].first", "got 'x'"),
    (LEARNER, "leave", "[{ from = 2026-10-19 }]", "learners[1].leave[1].from", "unknown key; expected first, last"),
    (LEARNER, "name", '"Ann"', "learners[1].name", "unknown key; expected id, timezone"),
]


@pytest.mark.parametrize(("table", "key", "value", "named", "says"), WRONG, ids=[f"{w[1]}={w[2]}" for w in WRONG])
def test_a_value_that_does_not_fit(table: str, key: str, value: str, named: str, says: str, tmp_path: Path) -> None:
    text = line(table, key, value) if key != "id" else FULL.replace('id = "L017"', f"id = {value}")
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert f"{tmp_path / 'cohort.toml'}, key {named}: " in message
    assert says in message
    assert "\n" not in message


FILES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "key cohort.timezone: missing; expected an IANA zone"),
    "no zone": ("[cohort]\nname = 'x'", "key cohort.timezone: missing"),
    "unknown table": (MINIMAL + "[cap]\nquestions_per_session = 3", "key cap: unknown key.*did you mean caps"),
    "a table that is a number": ("cohort = 3", "key cohort: does not fit, got 3; expected a table"),
    "caps that are a list": (MINIMAL + "[[caps]]\nquestions_per_session = 3", "key caps: does not fit"),
    "learners that are a table": (MINIMAL + "[learners]\nid = 'a'", "key learners: .*expected a list"),
    "learners that are text": ("learners = ['a']\n" + MINIMAL, r"key learners\[1\]: .*got 'a'; expected a table"),
    "no id": (MINIMAL + "[[learners]]\ntimezone = 'UTC'", r"key learners\[1\].id: missing"),
    "not TOML": ("timezone: Europe/Paris", "not TOML: "),
    "30 February": (
        MINIMAL + "deadline = 2026-02-30",
        "line 3: not TOML: .*date.*got 'deadline = 2026-02-30'; expected a day that",
    ),
    "the same key twice": (MINIMAL + MINIMAL, "not TOML: "),
    "truncated": (FULL[: FULL.index("Paris")], "not TOML: "),
    "binary": (bytes(range(128, 256)), "not TOML: "),
    "very deep": ("x = " + "[" * 100_000, "not TOML: "),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_does_not_fit(name: str, tmp_path: Path) -> None:
    text, message = FILES[name]
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "cohort.toml"))


def test_a_file_cut_anywhere_never_crashes(tmp_path: Path) -> None:
    for end in range(len(FULL)):
        try:
            cohort = read(tmp_path, FULL[:end])
        except InputError as error:
            assert str(error).startswith(str(tmp_path / "cohort.toml"))
        else:
            assert cohort.timezone == "Europe/Paris"


def test_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.toml", tmp_path):
        with pytest.raises(InputError, match="cannot be read: ") as caught:
            Cohort.from_toml(path)
        assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"timezone": "Mars/Base"}, "cohort.timezone"),
        ({"timezone": None}, "cohort.timezone"),
        ({"start": "2026-09-01"}, "cohort.start"),
        ({"deadline": dt.datetime(2026, 9, 1, tzinfo=dt.UTC)}, "cohort.deadline"),
        ({"target_retention": float("nan")}, "cohort.target_retention"),
        ({"calendar": "mon"}, "calendar"),
        ({"caps": 3}, "caps"),
        ({"learners": (Learner("a"), Learner("a"))}, r"learners\[2\].id"),
        ({"learners": (Learner("a"), 3)}, r"learners\[2\]"),
    ],
)
def test_the_object_is_as_strict_as_the_file(arguments: dict[str, Any], key: str) -> None:
    with pytest.raises(InputError, match=f"Cohort, key {key}: "):
        Cohort(**{"timezone": "UTC", **arguments})
