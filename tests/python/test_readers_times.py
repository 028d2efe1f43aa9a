"""Times: ISO texts, epoch numbers, Arrow timestamps, zones."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from perdure.errors import InputError
from perdure.readers import RawTable, read_table
from perdure.readers.iso import READ, parse
from perdure.readers.zones import local_to_utc

T0 = 1_772_442_000_000  # 2026-03-02T09:00:00Z


def read(times: Any, tz: str | None = None, **more: Any) -> RawTable:
    return read_table(
        {
            "learner": ["a"] * len(times),
            "item": ["q"] * len(times),
            "answered_at": times,
            "success": [1] * len(times),
            **more,
        },
        tz=tz,
    )


def reasons(raw: RawTable) -> list[tuple[str, str, list[int]]]:
    return [(f.outcome, f.reason, f.rows.tolist()) for f in raw.findings.resolved()]


@pytest.fixture
def zones() -> None:
    try:
        local_to_utc("UTC", np.zeros(1, np.int64))
    except ImportError:
        pytest.skip("the compiled module is not built")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T09:00:00Z",
        "2026-03-02T09:00Z",
        "2026-03-02 09:00:00 UTC",
        "2026-03-02t09:00:00.000z",
        "2026-03-02T10:00:00+01:00",
        "2026-03-02T10:00:00,000000+0100",
        "2026-03-02 14:30:00.000000000+05:30",
        " 2026-03-02T04:00:00-05 ",
    ],
)
def test_iso_forms(text: str) -> None:
    assert read([text]).answered_at.tolist() == [T0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-02-29T09:00:00Z", "is a date or time that does not exist"),
        ("2026-13-01T09:00:00Z", "is a date or time that does not exist"),
        ("2026-03-02T24:00:00Z", "is a date or time that does not exist"),
        ("2026-03-02T23:59:60Z", "is a date or time that does not exist"),
        ("2026-03-02T09:00:00+19:00", "is a date or time that does not exist"),
        ("2026-03-02", "is a date without a time of day"),
        ("02/03/2026 09:00", "is not an ISO 8601 date and time"),
        ("", "has no time"),
        ("NaT", "has no time"),
        ("0001-01-01T00:00:00Z", "is before 1970"),
        ("1969-12-31T23:59:59.999Z", "is before 1970"),
        ("2200-01-01T00:00:00Z", "is in the year 2200 or later"),
        ("9999-12-31T23:59:59Z", "is in the year 2200 or later"),
    ],
)
def test_iso_faults(text: str, reason: str) -> None:
    raw = read(["2026-03-02T09:00:00Z", text])
    assert reasons(raw) == [("rejected", reason, [1])]
    assert raw.answered_at.tolist() == [T0]


@given(st.lists(st.datetimes(min_value=dt.datetime(1, 1, 1), max_value=dt.datetime(9999, 12, 31)), min_size=1))
def test_parse_agrees_with_the_standard_library(moments: list[dt.datetime]) -> None:
    parsed = parse(pa.array([moment.isoformat() + "Z" for moment in moments], pa.string()))
    expected = [(moment - dt.datetime(1970, 1, 1)) // dt.timedelta(milliseconds=1) for moment in moments]
    assert parsed.local_ms.tolist() == expected
    assert (parsed.status == READ).all()


@given(st.lists(st.text(alphabet="0123456789-:TZ+. ée", max_size=30), min_size=1))
def test_parse_survives_any_text(texts: list[str]) -> None:
    assert len(parse(pa.array(texts, pa.string())).status) == len(texts)


@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000])
@pytest.mark.parametrize("as_text", [False, True])
def test_epoch_units_are_told_by_magnitude(factor: int, as_text: bool) -> None:
    for values in ([T0 * factor, (T0 + 5000) * factor], [T0 // 1000, T0 // 1000 + 5]):
        times: list[Any] = [str(v) for v in values] if as_text else values
        raw = read(times)
        assert raw.answered_at.tolist() == [T0, T0 + 5000]
        assert any("holds numbers: read as" in note for note in raw.findings.notes)


def test_a_number_in_another_unit_is_rejected() -> None:
    raw = read([T0, T0 + 1, T0 // 1000, -5, float("nan"), float("inf")])
    assert [r[1] for r in reasons(raw)] == [
        "has no time",
        "is infinite",
        "does not fit a column in milliseconds",
        "is before 1970",
    ]
    assert len(raw) == 2


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris"])
def test_arrow_timestamps(unit: str, zone: str) -> None:
    times = pa.array([T0, None, T0 + 1000], pa.timestamp("ms")).cast(pa.timestamp(unit)).cast(pa.timestamp(unit, zone))
    table = pa.table({"learner": ["a"] * 3, "item": ["q"] * 3, "answered_at": times, "success": [1] * 3})
    for source in (table, table.to_pandas()):
        raw = read_table(source)
        assert raw.answered_at.tolist() == [T0, T0 + 1000]
        assert raw.row.tolist() == [0, 2]


def test_far_timestamps_do_not_wrap_around() -> None:
    for value in (2**62, -(2**62)):
        times = pa.array([T0 // 1000, value], pa.timestamp("s", "UTC"))
        raw = read_table(pa.table({"learner": ["a"] * 2, "item": ["q"] * 2, "answered_at": times, "success": [1] * 2}))
        assert raw.row.tolist() == [0]


def test_dates_are_refused() -> None:
    raw = read([dt.date(2026, 3, 2)])
    assert reasons(raw) == [("rejected", "is a date without a time of day", [0])]


@pytest.mark.parametrize(
    "times",
    [
        ["2026-03-02T09:00:00"],
        [dt.datetime(2026, 3, 2, 9)],
        pd.Series([pd.Timestamp("2026-03-02T09:00:00")]),
        np.array(["2026-03-02T09:00:00"], "M8[s]"),
    ],
)
def test_naive_times_are_refused_without_a_zone(times: Any) -> None:
    with pytest.raises(
        InputError, match=r"row 0, column 'answered_at': has no UTC offset, got '2026-03-02.09:00:00'.*tz="
    ):
        read(times)


@pytest.mark.usefixtures("zones")
def test_naive_times_with_a_zone() -> None:
    for times in (["2026-03-02T10:00:00"], [dt.datetime(2026, 3, 2, 10)], np.array(["2026-03-02T10:00:00"], "M8[ns]")):
        assert read(times, tz="Europe/Paris").answered_at.tolist() == [T0]
    # A value's own offset wins over tz=.
    assert read(["2026-03-02T09:00:00Z"], tz="Europe/Paris").answered_at.tolist() == [T0]


@pytest.mark.usefixtures("zones")
def test_gap_is_rejected_and_overlap_takes_the_first() -> None:
    raw = read(["2026-03-29T02:30:00", "2026-10-25T02:30:00", "2026-10-25T01:30:00"], tz="Europe/Paris")
    assert reasons(raw) == [
        ("rejected", "does not exist in Europe/Paris", [0]),
        ("repaired", "happens twice in Europe/Paris: first occurrence taken", [1]),
    ]
    assert np.diff(raw.answered_at).tolist() == [-3_600_000]


@pytest.mark.usefixtures("zones")
def test_row_zones() -> None:
    times = ["2026-03-02T10:00:00", "2026-03-02T09:00:00", "2026-03-02T04:00:00", "2026-03-02T09:00:00Z"]
    raw = read(times, tz="UTC", timezone=["Europe/Paris", "", "America/New_York", None])
    assert raw.answered_at.tolist() == [T0] * 4
    raw = read(times[:2], timezone=["Europe/Paris", "Europe/Atlantis"])
    assert [r[1] for r in reasons(raw)] == ["its row has the unknown time zone 'Europe/Atlantis'"]


@pytest.mark.usefixtures("zones")
def test_unknown_zone_argument() -> None:
    with pytest.raises(InputError, match=r"unknown time zone, got 'Europe/Pari'.*did you mean 'Europe/Paris'"):
        read(["2026-03-02T09:00:00Z"], tz="Europe/Pari")


def test_mixed_offsets_are_repaired_and_counted() -> None:
    raw = read(["2026-03-02T10:00:00+01:00", "2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00Z"])
    assert raw.answered_at.tolist() == [T0] * 3
    assert reasons(raw) == [("repaired", "mixed offsets", [2])]


@pytest.mark.parametrize(
    "times",
    [
        [45000.5, 45031.5],
        ["45000.5", "45031.5", ""],
        [45000, 45031, 47000],
        [30_000.25, 59_999],
        [45000.5] * 9 + [0.0],
    ],
)
def test_spreadsheet_days_are_refused(times: list[Any]) -> None:
    message = (
        r"row 0, column 'answered_at': looks like spreadsheet days, got (45000\.[05]|30000.25); "
        r"expected ISO 8601 with an offset, or epoch s/ms/us/ns"
    )
    with pytest.raises(InputError, match=message):
        read(times)
    with pytest.raises(InputError, match="column 'shown_at': looks like spreadsheet days"):
        read(["2026-03-02T09:00:00Z"] * len(times), shown_at=times)


@pytest.mark.parametrize(
    "seconds",
    [
        [0, 35_000, 24_000_000],
        [53, 60, 75.5],
        [35_000, 45_000, 55_000],
        [29_000.5, 35_000, 40_000],
        [40_000.5, 50_000, 90_000, 24_000_000],
    ],
)
def test_seconds_since_an_unknown_start_are_no_spreadsheet_days(seconds: list[float]) -> None:
    raw = read(seconds)
    assert (raw.answered_at / 1000).tolist() == seconds
    assert any("unknown start" in note for note in raw.findings.notes)


def test_layouts_with_relative_times_may_hold_any_size() -> None:
    tutor = {"user_id": [1, 1], "item_id": [1, 2], "timestamp": [45_000, 45_031], "correct": [1, 0], "skill_id": [1, 1]}
    assert read_table(tutor).answered_at.tolist() == [45_000_000, 45_031_000]
    cohort = {"learner": [1], "item": [1], "skill": [1], "t_days": [45_000.5], "correct": [1]}
    assert len(read_table(cohort)) == 1


@pytest.mark.parametrize("tz", [5, b"UTC", ["UTC"], dt.UTC])
def test_a_zone_that_is_not_text_is_refused(tz: Any) -> None:
    with pytest.raises(InputError, match=r"tz= is not text, got .*expected an IANA name"):
        read(["2026-03-02T09:00:00Z"], tz=tz)
