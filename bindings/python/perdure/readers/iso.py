"""ISO 8601 date-times, parsed by column.

Texts of one length form a byte matrix. Replacing every digit by ``0`` gives the text's shape. A log has a handful of
shapes, each matched once by a regular expression that says where the digits of year, month, ... are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

READ, MISSING, DATE_ONLY, NUMBER, UNREADABLE, IMPOSSIBLE = range(6)
"""Status of a text: a date-time; nothing; a date without a time; a number; none of these; a date that is none."""

NAIVE = np.iinfo(np.int32).min
"""Offset of a date-time that has none."""

_SHAPE = re.compile(
    r"(?P<year>0000)-(?P<month>00)-(?P<day>00)"
    r"(?P<clock>[Tt ](?P<hour>00):(?P<minute>00)(:(?P<second>00)([.,](?P<fraction>0{1,18}))?)?"
    r"[ ]?(?P<zone>[Zz]|UTC|(?P<sign>[+-])(?P<off_hour>00)(:?(?P<off_minute>00))?)?)?"
)
_NUMBER = re.compile(r"[+-]?(0+\.?0*|\.0+)([eE][+-]?0{1,3})?")
_LONGEST = 48
_CHUNK = 1 << 17
_TO_SHAPE = np.arange(256, dtype=np.uint8)
_TO_SHAPE[ord("0") : ord("9") + 1] = ord("0")
_ABSENT_WORDS = frozenset({"", "nan", "nat", "null", "none", "<na>", "n/a", "#n/a"})


@dataclass(frozen=True)
class Parsed:
    """Outcome per text: ``local_ms`` as if the clock were UTC, ``offset_min`` or `NAIVE`, ``status``."""

    local_ms: Ints
    offset_min: npt.NDArray[np.int32]
    status: Bytes


def parse(text: pa.StringArray) -> Parsed:
    """Parse trimmed texts without nulls."""
    n = len(text)
    out = Parsed(np.zeros(n, np.int64), np.full(n, NAIVE, np.int32), np.full(n, UNREADABLE, np.uint8))
    if n == 0:
        return out
    _, offset_buffer, data_buffer = text.buffers()
    offsets = np.frombuffer(offset_buffer, np.int32)[text.offset : text.offset + n + 1].astype(np.int64)
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
    lengths = np.diff(offsets)
    out.status[lengths == 0] = MISSING
    for length in np.unique(lengths[(lengths > 0) & (lengths <= _LONGEST)]).tolist():
        rows = np.flatnonzero(lengths == length)
        for first in range(0, rows.size, _CHUNK):
            part = rows[first : first + _CHUNK]
            _parse_same_length(data[offsets[part][:, None] + np.arange(length)], part, out)
    return out


def _parse_same_length(matrix: Bytes, rows: Ints, out: Parsed) -> None:
    length = matrix.shape[1]
    shapes = np.ascontiguousarray(_TO_SHAPE[matrix])
    fixed = pa.Array.from_buffers(pa.binary(length), len(rows), [None, pa.py_buffer(shapes)]).dictionary_encode()
    which = fixed.indices.to_numpy(zero_copy_only=False)
    for code, raw in enumerate(fixed.dictionary.to_pylist()):
        shape = raw.decode("latin-1")
        found = _SHAPE.fullmatch(shape)
        inside = slice(None) if len(fixed.dictionary) == 1 else np.flatnonzero(which == code)
        at = rows[inside]
        if found is None:
            numeric = _NUMBER.fullmatch(shape) is not None
            out.status[at] = NUMBER if numeric else MISSING if shape.lower() in _ABSENT_WORDS else UNREADABLE
        elif found["clock"] is None:
            out.status[at] = DATE_ONLY
        else:
            _read_fields(matrix[inside], found, at, out)


def _read_fields(matrix: Bytes, shape: re.Match[str], at: Ints, out: Parsed) -> None:
    def digits(name: str, absent: int = 0) -> Ints:
        if shape[name] is None:
            return np.full(len(at), absent, np.int64)
        begin, end = shape.span(name)
        value = np.zeros(len(at), np.int64)
        for column in range(begin, end):
            value = value * 10 + (matrix[:, column] - ord("0"))
        return value

    year, month, day = digits("year"), digits("month"), digits("day")
    hour, minute, second = digits("hour"), digits("minute"), digits("second")
    months = (year - 1970) * 12 + np.clip(month, 1, 12) - 1
    first_day = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    next_month = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    real = (month >= 1) & (month <= 12) & (day >= 1) & (day <= next_month - first_day)
    real &= (hour <= 23) & (minute <= 59) & (second <= 59)
    fraction = digits("fraction")
    places = len(shape["fraction"] or "")
    millis = fraction * 10 ** (3 - places) if places <= 3 else fraction // 10 ** (places - 3)
    seconds = ((first_day + day - 1) * 24 + hour) * 3600 + minute * 60 + second
    out.local_ms[at] = seconds * 1000 + millis
    if shape["zone"] is not None:
        off_hour, off_minute = digits("off_hour"), digits("off_minute")
        real &= (off_hour <= 18) & (off_minute <= 59)
        sign = -1 if shape["sign"] == "-" else 1
        out.offset_min[at] = sign * (off_hour * 60 + off_minute)
    out.status[at] = np.where(real, READ, IMPOSSIBLE)
