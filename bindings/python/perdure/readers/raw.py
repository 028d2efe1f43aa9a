"""The two tables of an import: the sheet as it was read, and the raw table of checked canonical columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..report import Findings

Choose = Callable[[Sequence[str]], Sequence[str]]
"""Given the column names of a source, returns those to load. Raises InputError when a required one is missing."""


@dataclass(frozen=True)
class Sheet:
    """A source as a table of untouched values.

    Attributes
    ----------
    table : pyarrow.Table
        The chosen columns, n rows. A text format gives string columns; nothing has been converted.
    row : int64 array, shape (n,)
        Row number of each row: line for text, 0-based position otherwise.
    findings : Findings
        Rows that could not be split into columns are already in it; ``findings.rows`` counts them too.
    """

    table: pa.Table
    row: npt.NDArray[np.int64]
    findings: Findings


@dataclass(frozen=True)
class RawTable:
    """The usable rows of a source in canonical columns, n rows in source order, and what became of the others.

    Attributes
    ----------
    source : str
        Name of the source in messages.
    layout : str
        Id of the recognized layout, ``"canonical"``, or ``"custom"`` where the caller mapped columns.
    kind : str
        What came in: ``"path"``, ``"pandas"``, ``"polars"``, ``"arrow"`` or ``"dict"``.
    row : int64 array, shape (n,)
        Row number in the source: line for text (header included, first data row is 2), 0-based position otherwise.
    learner, item : pyarrow.DictionaryArray of string, length n
        Never null, never empty.
    skills : pyarrow.Array of string or None
        Several skills of one item are joined by ``|``.
    answered_at : int64 array, shape (n,)
        Milliseconds since 1970-01-01 UTC, in [0, 2200-01-01).
    shown_at : int64 array or None
        When the question appeared: given, or answered_at less response_ms; answered_at itself in rows where neither is
        known. Never later than answered_at. Elapsed time runs to this moment.
    response_ms : float64 array or None
        NaN where unknown, else >= 0.
    score : float64 array or None
        In [0, 1]; NaN where absent.
    success : int8 array or None
        1, 0, or -1 where absent.
    grade : int8 array or None
        1 (again) to 4 (easy); 0 where absent.
    kind_column : pyarrow.Array of string or None
        ``"quiz"`` or ``"placement"``; rows of other kinds are set aside.
    extra : dict of str to pyarrow.Array
        The other canonical columns present: tz, confidence, attempt, source, course, session.
    findings : Findings
        Every row that is not in the arrays, and every row that was repaired.

    Each row has at least one of score, success and grade, and they never contradict each other.
    """

    source: str
    layout: str
    kind: str
    row: npt.NDArray[np.int64]
    learner: pa.Array
    item: pa.Array
    answered_at: npt.NDArray[np.int64]
    findings: Findings
    skills: pa.Array | None = None
    shown_at: npt.NDArray[np.int64] | None = None
    response_ms: npt.NDArray[np.float64] | None = None
    score: npt.NDArray[np.float64] | None = None
    success: npt.NDArray[np.int8] | None = None
    grade: npt.NDArray[np.int8] | None = None
    kind_column: pa.Array | None = None
    extra: dict[str, pa.Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.row.size)
