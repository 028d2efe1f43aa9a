"""Text files: encoding, line index, and the faults that make a file unreadable as text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import InputError

LONGEST_LINE_BYTES = 65_536
"""A longer line is not a row of answers: a lost line break, an unclosed quote or another kind of file."""

_BOM_UTF8 = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"\xff\xfe", b"\xfe\xff")
_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"ARROW1", "an Arrow IPC file"),
)
_EXPECTED = "UTF-8 text (CSV, TSV or JSON Lines) or Parquet"


@dataclass(frozen=True)
class Text:
    """Checked UTF-8 text whose lines end in a line feed, and where its lines are.

    ``starts[i]`` and ``ends[i]`` bound line ``i + 1`` without its line end.
    """

    data: bytes
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    @property
    def bytes_array(self) -> npt.NDArray[np.uint8]:
        """The content as bytes."""
        return np.frombuffer(self.data, dtype=np.uint8)

    def line(self, number: int) -> str:
        """Return line ``number``, counted from 1."""
        return self.data[int(self.starts[number - 1]) : int(self.ends[number - 1])].decode("utf-8")

    @property
    def filled_lines(self) -> npt.NDArray[np.int64]:
        """Numbers (from 1) of the lines that are not empty."""
        return np.flatnonzero(self.ends > self.starts).astype(np.int64) + 1


def read_text(data: bytes, source: str) -> Text:
    """Check ``data`` and index its lines; InputError names the line where a fault has one."""
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"is {what}", source=source, expected=_EXPECTED)
    if data.startswith(_WIDE_BOMS) or _looks_wide(data):
        raise InputError("is UTF-16 or UTF-32 text", source=source, expected="UTF-8 text")
    data = data.removeprefix(_BOM_UTF8)
    if not data.strip():
        raise InputError("is empty", source=source, expected="a header line and at least one row")
    nul = data.find(b"\0")
    if nul >= 0:
        row = data.count(b"\n", 0, nul) + 1
        raise InputError("is a binary file: it holds a NUL byte", source=source, row=row, expected=_EXPECTED)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        found = data[error.start : error.start + 4]
        raise InputError("bytes are not UTF-8", source=source, row=row, value=found, expected="UTF-8 text") from error
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    starts, ends = _lines(data)
    widest = int(np.argmax(ends - starts))
    width = int(ends[widest] - starts[widest])
    if width > LONGEST_LINE_BYTES:
        raise InputError(
            f"is a line of {width} bytes",
            source=source,
            row=widest + 1,
            value=data[int(starts[widest]) : int(starts[widest]) + 100].decode("utf-8", "replace"),
            expected=f"lines of at most {LONGEST_LINE_BYTES} bytes",
        )
    return Text(data, starts, ends)


def _looks_wide(data: bytes) -> bool:
    """True for text in two-byte units without a byte order mark: one half of the bytes is nearly all zero."""
    head = data[:4096]
    if len(head) < 8 or b"\0" not in head:
        return False
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    return max(even, odd) > 0.9 and min(even, odd) < 0.1


def _lines(data: bytes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    breaks = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 10).astype(np.int64)
    starts = np.concatenate([[0], breaks + 1]).astype(np.int64)
    ends = np.concatenate([breaks, [len(data)]]).astype(np.int64)
    return starts, ends
