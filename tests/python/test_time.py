"""The time layer from Python: against zoneinfo over every zone of the system, and its behavior on bad arguments."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import zoneinfo
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from perdure import _zones
from perdure._core import time as core

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
NAIVE_EPOCH = dt.datetime(1970, 1, 1)
MS = dt.timedelta(milliseconds=1)
PATHS = _zones.search_paths()
ZONES = sorted(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"})  # those differ by machine
UNIQUE, GAP, OVERLAP = 0, 1, 2


def ms_of(naive: dt.datetime) -> int:
    """Wall clock as milliseconds."""
    return (naive - NAIVE_EPOCH) // MS


def clock(ms: int) -> dt.datetime:
    """Milliseconds as a wall clock."""
    return NAIVE_EPOCH + int(ms) * MS


def random_ms(seed: int, count: int, first_year: int = 1902, last_year: int = 2500) -> np.ndarray:
    """Uniform milliseconds, whole seconds, in [first_year, last_year]."""
    first = ms_of(dt.datetime(first_year, 1, 1)) // 1000
    last = ms_of(dt.datetime(last_year, 12, 31)) // 1000
    return np.random.default_rng(seed).integers(first, last, count) * 1000


def test_the_system_has_zones() -> None:
    assert len(ZONES) > 300


def test_utc_to_local_agrees_with_zoneinfo_in_every_zone() -> None:
    for number, name in enumerate(ZONES):
        utc = random_ms(number, 400)
        zone = zoneinfo.ZoneInfo(name)
        expected = [ms_of((EPOCH + int(ms) * MS).astimezone(zone).replace(tzinfo=None)) for ms in utc]
        np.testing.assert_array_equal(core.utc_to_local(name, utc, PATHS), expected, err_msg=name)


def check_local(name: str, zone: zoneinfo.ZoneInfo, local: np.ndarray) -> np.ndarray:
    """Compare local_to_utc with zoneinfo's two folds; return the status column."""
    utc, status = core.local_to_utc(name, local, PATHS)
    for wall, instant, kind in zip(local.tolist(), utc.tolist(), status.tolist(), strict=True):
        folds = [
            ms_of(clock(wall).replace(tzinfo=zone, fold=fold).astimezone(dt.UTC).replace(tzinfo=None))
            for fold in (0, 1)
        ]
        message = f"{name} {clock(wall)}"
        if folds[0] == folds[1]:
            assert (kind, instant) == (UNIQUE, folds[0]), message
        elif folds[0] < folds[1]:
            assert (kind, instant) == (OVERLAP, folds[0]), message
            assert core.Zone(name, PATHS).to_utc(wall) == (folds[0], OVERLAP, folds[1]), message
        else:  # PEP 495: in a gap, fold 0 takes the offset before it, and so lands after it
            before, after = core.utc_to_local(name, np.array([instant - 1, instant]), PATHS).tolist()
            assert kind == GAP, message
            assert before < wall < after, message
            assert folds[1] < instant <= folds[0], message
    return status


def test_local_to_utc_agrees_with_zoneinfo_in_every_zone() -> None:
    for number, name in enumerate(ZONES):
        check_local(name, zoneinfo.ZoneInfo(name), random_ms(1000 + number, 200))


def switches(zone: zoneinfo.ZoneInfo, first_year: int, last_year: int) -> list[int]:
    """The instants, ms UTC, at which the offset changes; found by bisection between days."""
    found = []
    at = dt.datetime(first_year, 1, 1, tzinfo=dt.UTC)
    while at.year <= last_year:
        later = at + dt.timedelta(days=7)
        low, high = at, later
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > dt.timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append((high - EPOCH) // MS)
        at = later
    return found


SWITCHING = [
    "Europe/Paris",
    "Europe/Kyiv",
    "Europe/Dublin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Nuuk",
    "Asia/Gaza",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Antarctica/Troll",
]


@pytest.mark.parametrize("name", SWITCHING)
def test_around_every_switch(name: str) -> None:
    zone = zoneinfo.ZoneInfo(name)
    steps = np.array(
        [
            -7_200_000,
            -3_600_000,
            -1_800_000,
            -1_000,
            0,
            1_000,
            1_799_000,
            1_800_000,
            3_599_000,
            3_600_000,
            7_199_000,
            7_200_000,
        ]
    )
    seen = set()
    for at in [*switches(zone, 1970, 2040), *switches(zone, 2490, 2500)]:
        around = at + steps
        expected = [ms_of((EPOCH + int(ms) * MS).astimezone(zone).replace(tzinfo=None)) for ms in around]
        local = core.utc_to_local(name, around, PATHS)
        np.testing.assert_array_equal(local, expected)
        offset = expected[4] - at
        seen |= set(check_local(name, zone, np.union1d(local, around + offset)).tolist())
    assert seen == {UNIQUE, GAP, OVERLAP} or name == "Pacific/Kwajalein"


def test_local_to_utc_agrees_with_pyarrow() -> None:
    """Arrow resolves by its own copy of the rules; years that its library knows."""
    local = random_ms(7, 5000, 1971, 2036)
    utc, status = core.local_to_utc("Europe/Paris", local, PATHS)
    keep = status != GAP
    clocks = pa.array(local[keep], pa.timestamp("ms"))
    try:
        expected = pc.assume_timezone(clocks, "Europe/Paris", ambiguous="earliest", nonexistent="raise")
    except pa.ArrowInvalid as error:  # a wheel that finds no database
        pytest.skip(str(error))
    np.testing.assert_array_equal(utc[keep], expected.cast(pa.int64()).to_numpy())


def test_local_date_and_calendar_days() -> None:
    day = 86_400_000
    at = dt.datetime(2026, 3, 29, tzinfo=dt.UTC)
    utc = (int((at - EPOCH) / MS) + np.array([0, 3_600_000, 2 * 3_600_000 - 1, 2 * 3_600_000])).astype(
        np.int64
    )  # 01:00, 03:00, 03:59:59, 04:00
    days = core.local_date("Europe/Paris", utc, 4, PATHS)
    assert days.dtype == np.int32
    assert (days - days[0]).tolist() == [0, 0, 0, 1]
    rule = "calendar-days:Europe/Paris:4"
    assert core.elapsed(rule, np.repeat(utc[:1], 4), utc, PATHS).tolist() == [0.0, 0.0, 0.0, 1.0]
    assert core.elapsed("exact", np.array([0]), np.array([day + day // 4])).tolist() == [1.25]
    assert core.elapsed("whole-days", np.array([0, 0, day]), np.array([2 * day - 1, 2 * day, 0])).tolist() == [
        1.0,
        2.0,
        0.0,
    ]
    text = "study-days:Europe/Paris:0:rest=sat,sun"
    friday = ms_of(dt.datetime(2026, 9, 4, 12))
    assert core.elapsed(text, np.array([friday]), np.array([friday + 3 * day]), PATHS).tolist() == [1.0]
    assert core.ElapsedRule(text, PATHS).id == text
    assert core.ElapsedRule(text, PATHS).elapsed(friday, friday + 3 * day) == 1.0


def test_columns_agree_with_scalars() -> None:
    utc = np.sort(random_ms(11, 300))
    zone = core.Zone("America/Nuuk", PATHS)
    local = core.utc_to_local("America/Nuuk", utc, PATHS)
    assert local.tolist() == [zone.to_local(ms) for ms in utc.tolist()]
    assert [zone.offset(ms) * 1000 for ms in utc.tolist()] == (local - utc).tolist()
    back, status = core.local_to_utc("America/Nuuk", local, PATHS)
    assert list(zip(back.tolist(), status.tolist(), strict=True)) == [zone.to_utc(ms)[:2] for ms in local.tolist()]
    for text in ["exact", "whole-days", "calendar-days:America/Nuuk:4", "study-days:America/Nuuk:4:rest=sun"]:
        rule = core.ElapsedRule(text, PATHS)
        column = core.elapsed(text, utc[:-1], utc[1:], PATHS)
        assert column.tolist() == [rule.elapsed(a, b) for a, b in zip(utc[:-1].tolist(), utc[1:].tolist(), strict=True)]


def test_empty_columns() -> None:
    empty = np.array([], dtype=np.int64)
    utc, status = core.local_to_utc("UTC", empty, [])
    assert (utc.dtype, status.dtype, len(utc), len(status)) == (np.int64, np.uint8, 0, 0)


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.zeros(3), "local_ms must have dtype int64, got float64"),
        (np.zeros(3, dtype=np.int32), "local_ms must have dtype int64, got int32"),
        (np.zeros(3, dtype="datetime64[ms]"), "local_ms must have dtype int64, got datetime64"),
        (np.zeros((2, 2), dtype=np.int64), "local_ms must have one dimension"),
        (np.zeros(6, dtype=np.int64)[::2], "local_ms must be contiguous"),
        ([1, 2, 3], "incompatible function arguments"),
        (None, "incompatible function arguments"),
    ],
)
def test_a_column_of_another_kind_is_refused(array: object, problem: str) -> None:
    with pytest.raises((TypeError, ValueError), match=problem):
        core.local_to_utc("UTC", array)


def test_no_copy_is_made_of_the_input() -> None:
    utc = np.arange(10, dtype=np.int64)
    utc.flags.writeable = False
    assert core.utc_to_local("UTC", utc).tolist() == list(range(10))
    assert utc.tolist() == list(range(10))


def test_a_row_out_of_range_is_named() -> None:
    year_1 = -62_135_596_800_000
    with pytest.raises(ValueError, match=r"local_ms row 1 is -62135596800000 ms .* years 1400 to 9999"):
        core.local_to_utc("UTC", np.array([0, year_1]))
    not_a_time = np.iinfo(np.int64).min
    with pytest.raises(ValueError, match="utc_ms row 0"):
        core.utc_to_local("Europe/Paris", np.array([not_a_time]), PATHS)
    with pytest.raises(ValueError, match="to_ms row 0"):
        core.elapsed("exact", np.array([0]), np.array([not_a_time]))
    with pytest.raises(ValueError, match="differ in length: 1 and 2"):
        core.elapsed("exact", np.array([0]), np.array([0, 1]))


@pytest.mark.parametrize(
    "name",
    [
        "Mars/Phobos",
        "",
        "../../etc/passwd",
        "Europe/../Europe/Paris",
        "/Europe/Paris",
        "localtime",
        "Europe",
        "x" * 200,
    ],
)
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="time zone") as caught:
        core.local_to_utc(name, np.array([0]), PATHS)
    assert name[:50] in str(caught.value)


def test_the_folders_are_those_given(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=str(tmp_path)):
        core.Zone("Europe/Paris", [str(tmp_path)])
    (tmp_path / "Europe").mkdir()
    source = next(Path(folder) / "Europe/Paris" for folder in PATHS if (Path(folder) / "Europe/Paris").is_file())
    (tmp_path / "Europe" / "Paris").write_bytes(source.read_bytes()[:100])
    with pytest.raises(ValueError, match=r"time zone \"Europe/Paris\": the file is cut off"):
        core.Zone("Europe/Paris", [str(tmp_path)])
    assert core.Zone("UTC", []).name == "UTC"


def test_search_paths_end_with_the_tzdata_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = _zones.tzdata_path()
    assert folder is not None
    assert _zones.search_paths()[-1] == folder
    assert core.Zone("Europe/Kyiv", [folder]).name == "Europe/Kyiv"
    assert core.database_version([folder])[:2] == "20"
    monkeypatch.setenv("PERDURE_TZDIR", str(tmp_path))
    assert _zones.search_paths()[0] == str(tmp_path)


def test_calendar() -> None:
    day = dt.date
    calendar = core.Calendar(["sat", "sun"], days_off=[day(2026, 11, 11)], extra_study_days=[day(2026, 11, 14)])
    assert calendar.text == "rest=sat,sun;off=2026-11-11;extra=2026-11-14"
    assert core.Calendar.parse(calendar.text) == calendar
    assert hash(core.Calendar.parse(calendar.text)) == hash(calendar)
    assert calendar != core.Calendar()
    assert calendar.rest_weekdays == ["sat", "sun"]
    assert calendar.days_off == [day(2026, 11, 11)]
    assert not calendar.studies(day(2026, 11, 11))
    assert calendar.studies(day(2026, 11, 14))
    assert calendar.roll(day(2026, 11, 11), "preceding") == day(2026, 11, 10)
    assert calendar.roll(day(2026, 10, 31), core.Roll.modified_following) == day(2026, 10, 30)
    assert calendar.advance(day(2026, 11, 10), 1) == day(2026, 11, 12)
    assert calendar.study_days(day(2026, 11, 9), day(2026, 11, 15)) == 4
    assert not calendar.with_leave(day(2026, 11, 2), day(2026, 11, 6)).studies(day(2026, 11, 4))
    assert calendar.joint(core.Calendar(["fri"])).rest_weekdays == ["fri", "sat", "sun"]
    column = np.array([(day(2026, 11, 11) - day(1970, 1, 1)).days], dtype=np.int32)
    assert (calendar.roll_days(column, "following") - column).tolist() == [1]


def test_calendar_refuses_what_it_cannot_read() -> None:
    with pytest.raises(ValueError, match="caturday"):
        core.Calendar(["caturday"])
    with pytest.raises(TypeError, match=r"days_off must be a datetime\.date"):
        core.Calendar(days_off=["2026-01-01"])
    with pytest.raises(ValueError, match="1400 to 9999"):
        core.Calendar(days_off=[dt.date(1, 1, 1)])
    with pytest.raises(ValueError, match="limit must not be negative"):
        core.Calendar().roll(dt.date(2026, 1, 1), "nearest", -1)
    with pytest.raises(ValueError, match="leave ends"):
        core.Calendar().with_leave(dt.date(2026, 1, 2), dt.date(2026, 1, 1))
    with pytest.raises(ValueError, match="has no 1 study days"):
        core.Calendar(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]).advance(dt.date(2026, 1, 1), 1)
    with pytest.raises(ValueError, match="elapsed rule"):
        core.ElapsedRule("fortnights")
    with pytest.raises(ValueError, match="roll"):
        core.Roll("sideways")


PROBE = """
import json, numpy as np
from perdure import _zones
from perdure._core import time as core
utc = np.random.default_rng(5).integers(-2_000_000_000_000, 9_000_000_000_000, 2000)
paths = _zones.search_paths()
local = core.utc_to_local("America/New_York", utc, paths)
back, status = core.local_to_utc("America/New_York", local, paths)
days = core.elapsed("calendar-days:Europe/Kyiv:4", utc, back, paths)
dates = core.local_date("Pacific/Apia", utc, 0, paths)
print(json.dumps([local.tolist(), back.tolist(), status.tolist(), days.tolist(), dates.tolist()]))
"""


def test_the_zone_of_the_process_plays_no_part() -> None:
    outputs = []
    for zone in ["Europe/Kyiv", "UTC"]:
        environment = {**os.environ, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)}
        run = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True)
        outputs.append(json.loads(run.stdout))
    assert outputs[0] == outputs[1]
