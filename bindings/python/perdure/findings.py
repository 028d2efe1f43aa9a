"""What happens to the rows of one source while it is read: collected by reason, each row counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .errors import InputError

OUTCOMES = ("rejected", "set aside", "duplicate", "repaired")
"""Outcomes of a row that did not come through as it was, strongest first; a row counts under the first that applies."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Finding:
    """Rows that share an outcome, a reason and a column. ``values[i]`` is what ``rows[i]`` held, where known."""

    outcome: str
    reason: str
    column: str | None
    expected: str | None
    rows: Rows
    values: tuple[str | None, ...] | pa.Array | None

    def value(self, index: int) -> str | None:
        """Return the text found in the ``index``-th row of this finding, or None."""
        if self.values is None:
            return None
        found = self.values[index]
        return found.as_py() if isinstance(found, pa.Scalar) else found


@dataclass
class Findings:
    """Collects what happens to the rows of one source.

    Attributes
    ----------
    source : str
        Name of the source in messages.
    row_word : str
        ``"line"`` where rows are numbered by line, ``"row"`` where by 0-based position.
    rows : int
        Rows seen, whatever became of them. Blank lines and the header are not rows.
    notes : list of str
        Decisions about the whole source that a reader of the report should know.
    in_memory : bool
        True where the source is a table in memory, which no command can read: advice then names Python only.
    """

    source: str = ""
    row_word: str = "line"
    rows: int = 0
    notes: list[str] = field(default_factory=list)
    in_memory: bool = False
    _found: list[Finding] = field(default_factory=list)
    _resolved: list[Finding] | None = None

    def add(
        self,
        outcome: str,
        reason: str,
        rows: npt.ArrayLike,
        *,
        column: str | None = None,
        values: Sequence[str | None] | pa.Array | None = None,
        expected: str | None = None,
    ) -> None:
        """Record that ``rows`` (source row numbers) had ``outcome``, one of `OUTCOMES`, for ``reason``.

        ``values`` has one text per row. Adding no row is allowed and does nothing.
        """
        if outcome not in OUTCOMES:
            raise ValueError(f"outcome must be one of {OUTCOMES}, got {outcome!r}")
        numbers = np.atleast_1d(np.asarray(rows, dtype=np.int64))
        if numbers.size == 0:
            return
        if values is not None and len(values) != numbers.size:
            raise ValueError(f"{numbers.size} rows but {len(values)} values")
        held = values if values is None or isinstance(values, pa.Array) else tuple(values)
        self._found.append(Finding(outcome, reason, column, expected, numbers, held))
        self._resolved = None

    def resolved(self) -> list[Finding]:
        """Return the findings with every row in exactly one of them, strongest outcome first."""
        if self._resolved is None:
            self._resolved = _each_row_once(sorted(self._found, key=lambda f: OUTCOMES.index(f.outcome)))
        return self._resolved

    def count(self, outcome: str) -> int:
        """Return how many rows have ``outcome``."""
        return sum(f.rows.size for f in self.resolved() if f.outcome == outcome)

    def first_error(self) -> InputError | None:
        """Return the first rejected row (lowest row number) as an error that also counts the others, or None."""
        rejected = [f for f in self.resolved() if f.outcome == "rejected"]
        if not rejected:
            return None
        first = min(rejected, key=lambda f: int(f.rows.min()))
        index = int(first.rows.argmin())
        more = self.count("rejected") - 1
        advice = 'with errors="skip", log.report.problems()' if self.in_memory else "`perdure check`"
        hint = f" (and {more} more; {advice} lists them)" if more else ""
        value = first.value(index)
        return InputError(
            first.reason,
            source=self.source,
            row=int(first.rows[index]),
            column=first.column,
            value=value,
            expected=(first.expected or "a usable row") + hint,
            row_word=self.row_word,
        )


def _each_row_once(found: list[Finding]) -> list[Finding]:
    if not found:
        return []
    numbers = np.concatenate([f.rows for f in found])
    _, first_seen = np.unique(numbers, return_index=True)
    keep = np.zeros(numbers.size, dtype=bool)
    keep[first_seen] = True
    merged: dict[tuple[str, str, str | None, str | None], list[Finding]] = {}
    start = 0
    for finding in found:
        mask = keep[start : start + finding.rows.size]
        start += finding.rows.size
        if mask.any():
            key = (finding.outcome, finding.reason, finding.column, finding.expected)
            merged.setdefault(key, []).append(_only(finding, mask))
    return [parts[0] if len(parts) == 1 else _joined(parts) for parts in merged.values()]


def _only(finding: Finding, mask: npt.NDArray[np.bool_]) -> Finding:
    if mask.all():
        return finding
    values = finding.values
    if isinstance(values, pa.Array):
        values = values.filter(pa.array(mask))
    elif values is not None:
        values = tuple(v for v, kept in zip(values, mask, strict=True) if kept)
    return Finding(finding.outcome, finding.reason, finding.column, finding.expected, finding.rows[mask], values)


def _joined(parts: list[Finding]) -> Finding:
    first = parts[0]
    values = tuple(part.value(i) for part in parts for i in range(part.rows.size))
    rows = np.concatenate([part.rows for part in parts])
    return Finding(first.outcome, first.reason, first.column, first.expected, rows, values)
