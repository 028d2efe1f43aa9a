"""CSV and its relatives: comma, tab, semicolon or pipe. Values stay text; nothing is guessed about types."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from ..errors import InputError
from ..report import Findings
from .document import Document
from .raw import Choose, Sheet
from .text import LONGEST_LINE_BYTES, Text, read_text

DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe"}
_BLOCK_BYTES = 1 << 23
assert _BLOCK_BYTES > 2 * LONGEST_LINE_BYTES  # a line must fit into a block


class Delimited:
    """Reader of comma, semicolon or pipe separated text; a subclass serves tabs."""

    id = "csv"
    extensions: tuple[str, ...] = (".csv", ".txt")
    delimiters = ",;|\t"

    def sniff(self, document: Document) -> bool:
        """Any text that no other format claims may be CSV."""
        return True

    def read(self, document: Document, choose: Choose) -> Sheet:
        """Read the chosen columns as text. Rows of another width than the header are rejected, by line."""
        text = read_text(document.content(), document.name)
        header = int(text.filled_lines[0])
        delimiter = sniff_delimiter(text.line(header), self.delimiters)
        if _lines_inside_quotes(text):
            return _read_record_by_record(text, delimiter, document.name, choose)
        sheet = _read_columns(text, header, delimiter, document.name, choose)
        return sheet or _read_record_by_record(text, delimiter, document.name, choose)


class TabSeparated(Delimited):
    """Reader of tab separated text."""

    id = "tsv"
    extensions = (".tsv", ".tab")

    def sniff(self, document: Document) -> bool:
        """True when the first line has tabs, and more of them than of any other delimiter."""
        first = document.head.lstrip(b"\xef\xbb\xbf\r\n").split(b"\n", 1)[0].decode("utf-8", "replace")
        return sniff_delimiter(first, self.delimiters) == "\t"


def sniff_delimiter(header: str, candidates: str) -> str:
    """Return the candidate that splits the header line into most fields; the first candidate on a tie."""
    return max(candidates, key=lambda d: len(_split(header, d)))


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _lines_inside_quotes(text: Text) -> bool:
    """True when some line has an odd number of quotes, so that a record may run over several lines."""
    if b'"' not in text.data:
        return False
    quotes = np.flatnonzero(text.bytes_array == ord('"'))
    per_line = np.bincount(np.searchsorted(text.starts, quotes, side="right"))
    return bool((per_line & 1).any())


def _pick(names: Sequence[str], choose: Choose, source: str, row: int) -> list[int]:
    """Return the positions of the chosen columns; a chosen name that occurs twice is an error."""
    positions = []
    for name in choose(names):
        if names.count(name) > 1:
            raise InputError(
                f"the header names column {name!r} {names.count(name)} times",
                source=source,
                row=row,
                column=name,
                expected="one column of that name",
            )
        positions.append(names.index(name))
    return positions


def _header(fields: Sequence[str]) -> list[str]:
    return [field.strip() for field in fields]


def _no_rows(source: str) -> InputError:
    return InputError("has a header and no rows", source=source, expected="at least one row of answers")


def _reject_ragged(findings: Findings, rows: Sequence[int], widths: Sequence[int], width: int) -> None:
    """Record the rows whose number of fields differs from the header's."""
    findings.add(
        "rejected",
        "wrong number of fields",
        rows,
        values=[f"{found} field{'s' if found != 1 else ''}" for found in widths],
        expected=f"{width} fields, as in the header",
    )


def _read_columns(text: Text, header: int, delimiter: str, source: str, choose: Choose) -> Sheet | None:
    """Read with Arrow, one record per line. None when the records it finds are not the lines of the file."""
    names = _header(_split(text.line(header), delimiter))
    chosen = _pick(names, choose, source, header)
    lines: npt.NDArray[np.int64] = text.filled_lines[1:]
    if lines.size == 0:
        raise _no_rows(source)
    ragged: list[tuple[int, int]] = []

    def keep_going(row: pyarrow.csv.InvalidRow) -> str:
        ragged.append((row.number, row.actual_columns))
        return "skip"

    fields = [f"f{i}" for i in range(len(names))]
    wanted = [fields[i] for i in chosen]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(memoryview(text.data)[int(text.ends[header - 1]) + 1 :])),
            # One thread: only then does Arrow number the rows it could not split.
            pyarrow.csv.ReadOptions(use_threads=False, column_names=fields, block_size=_BLOCK_BYTES),
            pyarrow.csv.ParseOptions(delimiter=delimiter, invalid_row_handler=keep_going),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()),
                include_columns=wanted,
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows + len(ragged) != lines.size:
        return None
    findings = Findings(source=source, row_word="line", rows=int(lines.size))
    if ragged:
        at = np.array([number for number, _ in ragged]) - 1
        _reject_ragged(findings, lines[at].tolist(), [width for _, width in ragged], len(names))
        lines = np.delete(lines, at)
    return Sheet(table.rename_columns([names[i] for i in chosen]), lines, findings)


def _read_record_by_record(text: Text, delimiter: str, source: str, choose: Choose) -> Sheet:
    """Read with the csv module, which knows the line of every record when quoted fields hold line breaks."""
    reader = csv.reader(io.StringIO(text.data.decode("utf-8"), newline="\n"), delimiter=delimiter, strict=True)
    names: list[str] = []
    chosen: list[int] = []
    records: list[list[str]] = []
    lines: list[int] = []
    ragged: list[tuple[int, int]] = []
    start = 1
    try:
        for record in reader:
            if record and not names:
                names = _header(record)
                chosen = _pick(names, choose, source, start)
            elif record and len(record) != len(names):
                ragged.append((start, len(record)))
            elif record:
                records.append([record[i] for i in chosen])
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"the quotes do not match ({error})",
            source=source,
            row=start,
            value=text.line(start)[:100],
            expected="every quoted field closed",
        ) from error
    if not records and not ragged:
        raise _no_rows(source)
    findings = Findings(source=source, row_word="line", rows=len(records) + len(ragged))
    if ragged:
        _reject_ragged(findings, [line for line, _ in ragged], [width for _, width in ragged], len(names))
    columns = list(zip(*records, strict=True)) if records else [()] * len(chosen)
    table = pa.Table.from_arrays(
        [pa.array(list(column), pa.string()) for column in columns], names=[names[i] for i in chosen]
    )
    return Sheet(table, np.array(lines, dtype=np.int64), findings)
