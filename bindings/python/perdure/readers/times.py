"""Time columns of any kind to milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..errors import InputError
from . import iso, zones
from .values import as_text, decoded, numbers, trimmed

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MIN_MS = 0
MAX_MS = int(np.datetime64("2200-01-01", "ms").astype(np.int64))
"""Usable times are in [1970-01-01, 2200-01-01) UTC."""

EXPECTED = "a date and time with a UTC offset, such as 2026-03-02T09:00:00+01:00"
_EXPECTED_RANGE = "a time from 1970-01-01 up to 2200-01-01 UTC"
_EXPECTED_ZONE = "a UTC offset in the value, such as 2026-03-02T09:00:00+01:00, or tz= (--tz on the command line)"

# A unit is told by magnitude: a time before 2200 is below 7.3e9 s, and 1e10 ms is April 1970.
_UNITS = (("seconds", 0.0, 1e3), ("milliseconds", 1e10, 1.0), ("microseconds", 1e13, 1e-3), ("nanoseconds", 1e16, 1e-6))
RELATIVE_BEFORE_MS = 1_000_000_000_000
"""Numbers that stay before September 2001 are taken for time since an unknown start, and the report says so."""

_SPREADSHEET_DAYS = (30_000.0, 60_000.0)
"""Days since 1899-12-30 as spreadsheets count them: 1982-02-18 to 2064-04-08. As seconds: some hours of 1970-01-01."""
_SPREADSHEET_SHARE = 0.9
_SPREADSHEET_SPAN = 4_000.0
"""Whole numbers are taken for days when they span less than eleven years, which as seconds is just over an hour."""


@dataclass
class Times:
    """A converted column of n rows.

    ``faults`` and ``repairs`` hold (mask, reason, expected); ``ms`` means nothing in faulty or missing rows.
    ``relative`` is True for numbers that look like time since an unknown start.
    """

    ms: Ints
    missing: Mask
    faults: list[tuple[Mask, str, str]] = field(default_factory=list)
    repairs: list[tuple[Mask, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    relative: bool = False


@dataclass(frozen=True)
class Clock:
    """What turns naive times into UTC: a zone per row where there is one, else one for all, else nothing."""

    tz: str | None
    row_zones: pa.StringArray | None
    source: str
    row: Ints
    row_word: str


def convert(
    column: pa.Array | pa.ChunkedArray, name: str, clock: Clock, *, days: bool = False, any_start: bool = False
) -> Times:
    """Convert a column; InputError when its times have no offset and ``clock`` has no zone, or are spreadsheet days.

    ``days`` reads numbers as days since 1970. ``any_start`` says that numbers are known to be seconds since an unknown
    start, whatever their size.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type):
        array = decoded(array)
    kind = array.type
    text = "string" in str(kind) or pa.types.is_null(kind)
    if pa.types.is_timestamp(kind):
        times = _from_timestamps(array, name, clock)
    elif pa.types.is_date(kind):
        present = ~_nulls(array)
        times = Times(
            np.zeros(len(array), np.int64), ~present, [(present, "is a date without a time of day", EXPECTED)]
        )
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        values, _ = numbers(array.cast(pa.float64()) if pa.types.is_decimal(kind) else array, clock.source, name)
        times = _from_numbers(values, name, clock, days, any_start)
    elif not text:
        raise InputError(f"values of type {kind} are not times", source=clock.source, column=name, expected=EXPECTED)
    else:
        times = _from_text(trimmed(as_text(array, clock.source, name)), name, clock, days, any_start)
    good = ~times.missing
    for mask, _, _ in times.faults:
        good &= ~mask
    times.faults.append((good & (times.ms < MIN_MS), "is before 1970", _EXPECTED_RANGE))
    times.faults.append((good & (times.ms >= MAX_MS), "is in the year 2200 or later", _EXPECTED_RANGE))
    return times


def _nulls(array: pa.Array) -> Mask:
    found: Mask = array.is_null().to_numpy(zero_copy_only=False)
    return found


def _from_timestamps(array: pa.Array, name: str, clock: Clock) -> Times:
    missing = _nulls(array)
    ticks = array.view(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    per_ms = {"ms": 1, "us": 1_000, "ns": 1_000_000}
    if array.type.unit == "s":
        far = np.int64(MAX_MS)  # beyond either end: any value out of range will do, and it must not wrap around
        ms = np.clip(ticks, -far, far) * 1000
    else:
        ms = ticks // per_ms[array.type.unit]
    times = Times(ms, missing)
    if array.type.tz is None and not missing.all():
        _localize(times, ~missing, name, array, clock)
    return times


def _from_numbers(values: npt.NDArray[np.float64], name: str, clock: Clock, days: bool, any_start: bool) -> Times:
    missing = np.isnan(values)
    finite = np.isfinite(values)
    times = Times(np.zeros(values.size, np.int64), missing)
    times.faults.append((np.isinf(values), "is infinite", _EXPECTED_RANGE))
    if not finite.any():
        return times
    if days:
        factor = 86_400_000.0
    else:
        if not any_start:
            _refuse_spreadsheet_days(values, finite, name, clock)
        magnitude = np.abs(values)
        limits = [low for _, low, _ in _UNITS[1:]]
        chosen = int(np.searchsorted(limits, np.median(magnitude[finite]), side="right"))
        word, _, factor = _UNITS[chosen]
        other = finite & (values >= 0) & (np.searchsorted(limits, magnitude, side="right") != chosen)
        times.faults.append((other, f"does not fit a column in {word}", f"{word} since 1970, like the other rows"))
        times.notes.append(f"column {name!r} holds numbers: read as {word} since 1970-01-01 UTC")
    scaled = np.where(finite, values, 0.0) * factor
    times.ms = np.rint(np.clip(scaled, -1e15, 1e15)).astype(np.int64)
    times.relative = not days and bool((times.ms[finite] < RELATIVE_BEFORE_MS).all())
    if times.relative:
        times.notes.append(f"the times in {name!r} are before September 2001: they are relative to an unknown start")
    return times


def _refuse_spreadsheet_days(values: npt.NDArray[np.float64], finite: Mask, name: str, clock: Clock) -> None:
    """Raise InputError when nine values in ten have the size of spreadsheet days, some fractional or all close.

    Seconds since an unknown start pass: they begin near zero or spread far beyond the hours that the range covers.
    """
    low, high = _SPREADSHEET_DAYS
    inside = finite & (np.nan_to_num(values) >= low) & (np.nan_to_num(values) <= high)
    if int(inside.sum()) < _SPREADSHEET_SHARE * int(finite.sum()):
        return
    like = values[inside]
    if bool((like == np.floor(like)).all()) and float(np.ptp(like)) >= _SPREADSHEET_SPAN:
        return
    at = int(inside.argmax())
    raise InputError(
        "looks like spreadsheet days",
        source=clock.source,
        row=int(clock.row[at]),
        column=name,
        value=float(values[at]),
        expected="ISO 8601 with an offset, or epoch s/ms/us/ns",
        row_word=clock.row_word,
    )


def _from_text(text: pa.StringArray, name: str, clock: Clock, days: bool, any_start: bool) -> Times:
    parsed = iso.parse(text)
    status = parsed.status
    read = status == iso.READ
    numeric = status == iso.NUMBER
    if days or int(numeric.sum()) > int(read.sum() + (status == iso.DATE_ONLY).sum()):
        values, readable = numbers(text, clock.source, name)
        times = _from_numbers(values, name, clock, days, any_start)
        times.missing = status == iso.MISSING
        times.faults.append((~readable & ~times.missing, "is not a number like the other times", "a number"))
        return times
    times = Times(parsed.local_ms.copy(), status == iso.MISSING)
    times.faults.append((status == iso.DATE_ONLY, "is a date without a time of day", EXPECTED))
    times.faults.append((status == iso.IMPOSSIBLE, "is a date or time that does not exist", EXPECTED))
    times.faults.append(((status == iso.UNREADABLE) | numeric, "is not an ISO 8601 date and time", EXPECTED))
    with_offset = read & (parsed.offset_min != iso.NAIVE)
    if with_offset.any():
        offsets = parsed.offset_min.astype(np.int64)
        times.ms[with_offset] -= offsets[with_offset] * 60_000
        kinds, counts = np.unique(offsets[with_offset], return_counts=True)
        if kinds.size > 1:
            # The commonest offset is the column's own; on a tie the smaller one.
            times.repairs.append((with_offset & (offsets != kinds[counts.argmax()]), "mixed offsets"))
    naive = read & ~with_offset
    if naive.any():
        _localize(times, naive, name, text, clock)
    return times


def _localize(times: Times, naive: Mask, name: str, values: pa.Array, clock: Clock) -> None:
    """Turn the naive rows into UTC by the row's zone or ``tz=``."""
    left = naive.copy()
    if clock.row_zones is not None:
        encoded = trimmed(clock.row_zones).dictionary_encode()
        which = encoded.indices.to_numpy(zero_copy_only=False)
        for code, zone in enumerate(encoded.dictionary.to_pylist()):
            rows = naive & (which == code)
            if zone and rows.any():
                left &= ~rows
                _to_utc(times, rows, zone, known=False)
    if not left.any():
        return
    if clock.tz is not None:
        _to_utc(times, left, clock.tz, known=True)
    elif int(left.sum()) * 2 > int((~times.missing).sum()):
        at = int(np.flatnonzero(left)[0])
        raise InputError(
            "has no UTC offset",
            source=clock.source,
            row=int(clock.row[at]),
            column=name,
            value=str(values[at].as_py()),
            expected=_EXPECTED_ZONE,
            row_word=clock.row_word,
        )
    else:
        times.faults.append((left, "has no UTC offset", _EXPECTED_ZONE))


def _to_utc(times: Times, rows: Mask, zone: str, *, known: bool) -> None:
    local = times.ms[rows]
    inside = (local >= MIN_MS - 172_800_000) & (local < MAX_MS + 172_800_000)  # offsets are below two days
    utc = local.copy()
    status = np.zeros(local.size, np.uint8)
    try:
        utc[inside], status[inside] = zones.local_to_utc(zone, local[inside])
    except ValueError:
        if known:
            raise
        expected = f"an IANA time zone such as 'Europe/Paris'{zones.nearest(zone)}"
        times.faults.append((rows.copy(), f"its row has the unknown time zone {zone!r}", expected))
        return
    times.ms[rows] = utc
    at = np.flatnonzero(rows)
    for code, reason in ((zones.GAP, f"does not exist in {zone}"), (zones.OVERLAP, f"happens twice in {zone}")):
        mask = np.zeros(rows.size, dtype=bool)
        mask[at[status == code]] = True
        if code == zones.GAP:
            times.faults.append((mask, reason, "a time that the clock shows, or one with a UTC offset"))
        else:
            times.repairs.append((mask, f"{reason}: first occurrence taken"))
