"""The report of an import: what became of every row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ._frames import to_kind
from .errors import show
from .findings import OUTCOMES, Finding, Findings

__all__ = ["OUTCOMES", "Finding", "Findings", "ImportReport"]


@dataclass(frozen=True)
class ImportReport:
    """The account of an import: ``rows == accepted + repaired + rejected + duplicates + set_aside``.

    ``accepted`` counts the rows that came through as they were; ``repaired`` those that came through after a change
    that loses nothing (an offset converted, an order restored).
    """

    findings: Findings
    layout: str = "canonical"
    kind: str = "path"

    @property
    def source(self) -> str:
        """Name of the source."""
        return self.findings.source

    @property
    def notes(self) -> list[str]:
        """Decisions about the whole source, one sentence each."""
        return list(self.findings.notes)

    @property
    def rows(self) -> int:
        """Rows seen in the source."""
        return self.findings.rows

    @property
    def repaired(self) -> int:
        """Rows that came through after a harmless change."""
        return self.findings.count("repaired")

    @property
    def rejected(self) -> int:
        """Rows that are unusable."""
        return self.findings.count("rejected")

    @property
    def duplicates(self) -> int:
        """Rows that repeat an earlier row."""
        return self.findings.count("duplicate")

    @property
    def set_aside(self) -> int:
        """Rows that are sound but are not answers: study trials, manual reschedules, exposures."""
        return self.findings.count("set aside")

    @property
    def accepted(self) -> int:
        """Rows that came through as they were."""
        return self.rows - self.repaired - self.rejected - self.duplicates - self.set_aside

    @property
    def ok(self) -> bool:
        """True when no row was rejected."""
        return self.rejected == 0

    def to_frame(self) -> Any:
        """Return one row per outcome, reason and column; the ``rows`` column adds up to `rows`.

        Returns
        -------
        frame
            Columns outcome, reason, column, rows, first_row, example, expected. pandas, or the kind the log came in
            (Polars, pyarrow).

        Examples
        --------
        >>> ImportReport(Findings(source="a.csv", rows=2)).to_frame()["rows"].tolist()
        [2]
        """
        accepted = {"outcome": "accepted", "reason": "as it came", "rows": self.accepted}
        lines = [accepted, *self._groups()]
        return self._frame(_SUMMARY, [tuple(line.get(name) for name in _SUMMARY.names) for line in lines])

    def _groups(self) -> list[dict[str, Any]]:
        groups = []
        for f in self.findings.resolved():
            first = int(f.rows.argmin())
            groups.append(
                {
                    "outcome": f.outcome,
                    "reason": f.reason,
                    "column": f.column,
                    "rows": int(f.rows.size),
                    "first_row": int(f.rows[first]),
                    "example": f.value(first),
                    "expected": f.expected,
                }
            )
        return groups

    def problems(self, limit: int | None = None) -> Any:
        """Return one row per row that did not come through as it was, in source order; at most ``limit`` of them.

        Columns row, outcome, reason, column, value, expected.
        """
        return self._frame(_PROBLEMS, list(self._problem_lines(limit)))

    def _problem_lines(self, limit: int | None) -> Iterator[tuple[object, ...]]:
        found = self.findings.resolved()
        if not found:
            return
        numbers = np.concatenate([f.rows for f in found])
        which = np.repeat(np.arange(len(found)), [f.rows.size for f in found])
        inside = np.concatenate([np.arange(f.rows.size) for f in found])
        for at in np.argsort(numbers, kind="stable")[:limit]:
            f = found[which[at]]
            yield int(numbers[at]), f.outcome, f.reason, f.column, f.value(int(inside[at])), f.expected

    def _frame(self, schema: pa.Schema, lines: list[tuple[object, ...]]) -> Any:
        arrays = [pa.array([line[i] for line in lines], type=part.type) for i, part in enumerate(schema)]
        table = pa.Table.from_arrays(arrays, schema=schema)
        return to_kind(table, self.kind)

    def summary(self) -> str:
        """Return the account as a few lines of text."""
        counts = [
            (self.accepted, "accepted"),
            (self.repaired, "repaired"),
            (self.rejected, "rejected"),
            (self.duplicates, "duplicates"),
            (self.set_aside, "set aside"),
        ]
        lines = [f"{self.source}: {self.rows} rows, " + ", ".join(f"{n} {word}" for n, word in counts)]
        for group in self._groups():
            column = f" [{group['column']}]" if group["column"] else ""
            example = f", e.g. {show(group['example'])}" if group["example"] is not None else ""
            where = f"first {self.findings.row_word} {group['first_row']}"
            lines.append(f"  {group['outcome']}: {group['rows']} x {group['reason']}{column} ({where}{example})")
        lines += [f"  note: {note}" for note in self.notes]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return counts, groups and notes as plain data for JSON."""
        return {
            "source": self.source,
            "layout": self.layout,
            "rows": self.rows,
            "accepted": self.accepted,
            "repaired": self.repaired,
            "rejected": self.rejected,
            "duplicates": self.duplicates,
            "set_aside": self.set_aside,
            "findings": self._groups(),
            "notes": self.notes,
        }


_SUMMARY = pa.schema(
    [
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("column", pa.string()),
        ("rows", pa.int64()),
        ("first_row", pa.int64()),
        ("example", pa.string()),
        ("expected", pa.string()),
    ]
)
_PROBLEMS = pa.schema(
    [
        ("row", pa.int64()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("expected", pa.string()),
    ]
)
