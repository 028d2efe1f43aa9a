"""JSON Lines: one object a line. Arrow reads the common case; the standard library the rest, line by line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from ..errors import InputError
from ..report import Findings
from .document import Document
from .raw import Choose, Sheet
from .text import Text, read_text

_SAMPLE_LINES = 100
_EXACT_FLOAT = 2.0**53
"""From here on a double skips integers: an id read as a double would change."""


class JsonLines:
    """Reader of JSON Lines."""

    id = "jsonl"
    extensions: tuple[str, ...] = (".jsonl", ".ndjson", ".json")

    def sniff(self, document: Document) -> bool:
        """True when the first character that is not white space opens an object."""
        return document.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")

    def read(self, document: Document, choose: Choose) -> Sheet:
        """Read the chosen members. A line that is not an object is rejected."""
        text = read_text(document.content(), document.name)
        if text.data.lstrip().startswith(b"["):
            raise InputError(
                "is a JSON array", source=document.name, row=1, expected="JSON Lines: one object a line, no brackets"
            )
        return _read_columns(text, document.name, choose) or _read_line_by_line(text, document.name, choose)


def _sample(text: Text) -> list[dict[str, Any]]:
    found = []
    for number in text.filled_lines[:_SAMPLE_LINES].tolist():
        try:
            value = json.loads(text.line(number))
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _read_columns(text: Text, source: str, choose: Choose) -> Sheet | None:
    """Read with Arrow. None when a line is not an object, a type changes on the way or a number would lose digits."""
    # Told nothing, Arrow turns text that looks like a date into one. Declare as text what the sample shows as text.
    declared = {k: pa.string() for row in _sample(text) for k, v in row.items() if isinstance(v, str)}
    lines = text.filled_lines
    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(pa.py_buffer(text.data)),
            pyarrow.json.ReadOptions(use_threads=False, block_size=max(len(text.data), 1)),
            pyarrow.json.ParseOptions(explicit_schema=pa.schema(list(declared.items()))),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OverflowError):
        return None
    if table.num_rows != lines.size:
        return None
    table = table.select(list(choose(table.column_names)))
    for column in table.columns:
        if pa.types.is_timestamp(column.type) or (pa.types.is_floating(column.type) and _may_lose_digits(column)):
            return None
    return Sheet(table, lines, Findings(source=source, row_word="line", rows=int(lines.size)))


def _may_lose_digits(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.greater_equal(pc.abs(column), _EXACT_FLOAT)).as_py())


def _read_line_by_line(text: Text, source: str, choose: Choose) -> Sheet:
    """Read with the standard library, so that each broken line is rejected alone."""
    lines = text.filled_lines.tolist()
    findings = Findings(source=source, row_word="line", rows=len(lines))
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    broken: list[tuple[int, str]] = []
    for number in lines:
        line = text.line(number)
        try:
            value = json.loads(line)
            line.encode("utf-8")
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            rows.append(value)
            numbers.append(number)
        else:
            broken.append((number, line[:100]))
    if not rows:
        raise InputError(
            "is not a JSON object", source=source, row=lines[0], value=broken[0][1], expected="one JSON object a line"
        )
    if broken:
        findings.add(
            "rejected",
            "is not a JSON object",
            [number for number, _ in broken],
            values=[line for _, line in broken],
            expected="one JSON object a line",
        )
    names = list(dict.fromkeys(name for row in rows for name in row))
    chosen = list(choose(names))
    columns = [pa.array([plain_text(row.get(name)) for row in rows], pa.string()) for name in chosen]
    return Sheet(pa.Table.from_arrays(columns, names=chosen), np.array(numbers, dtype=np.int64), findings)


def plain_text(value: object) -> str | None:
    """Return a JSON value as the text that a CSV file would hold; a list of skills is joined by ``|``."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_FLOAT else repr(value)
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "|".join(plain_text(part) or "" for part in value)
    text = value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict) else str(value)
    # A lone surrogate has no UTF-8 form; show it as the escape it came as.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
