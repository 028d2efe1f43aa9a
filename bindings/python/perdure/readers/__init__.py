"""Readers: answer logs of any kind to one raw table of checked columns.

>>> raw = read_table({"learner": ["ann"], "item": ["q1"], "answered_at": ["2026-03-02T09:00:00Z"], "success": [1]})
>>> len(raw), raw.layout, raw.answered_at.tolist()
(1, 'canonical', [1772442000000])
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InputError
from ..report import Findings, ImportReport
from .build import build
from .document import Document, Progress
from .formats import BUILT_IN, Reader, detect
from .mapping import Mapped, resolve
from .memory import describe, read_memory
from .raw import RawTable, Sheet
from .zones import check_zone

__all__ = [
    "BUILT_IN",
    "Document",
    "Findings",
    "ImportReport",
    "RawTable",
    "Reader",
    "Sheet",
    "read_table",
]


def read_table(
    source: Any,
    columns: Mapping[str, str] | None = None,
    tz: str | None = None,
    progress: Progress | None = None,
) -> RawTable:
    """Read a log of answers.

    Parameters
    ----------
    source : str, os.PathLike or table
        A path (CSV, TSV, Parquet, JSON Lines, each also gzipped; told by content), a pandas or Polars frame, any object
        with ``__arrow_c_stream__``, or a dict of arrays.
    columns : mapping, optional
        Canonical name to source column, for columns whose name is not recognized: ``{"learner": "email"}``.
    tz : str, optional
        IANA zone of times that carry no UTC offset. Without it such times are refused.
    progress : callable, optional
        ``progress(done_bytes, total_bytes)``, called while a file is read. An exception from it stops the import.

    Returns
    -------
    RawTable
        The usable rows. What became of the others is in its ``findings``.

    Raises
    ------
    InputError
        When the source as a whole cannot be read. Faults of single rows are findings.
    """
    if tz is not None:
        check_zone(tz)
    if columns is not None and not isinstance(columns, Mapping):
        raise InputError("columns= is not a mapping", value=columns, expected="{canonical name: source column}")
    mapped: list[Mapped] = []
    name = ""

    def choose(names: Sequence[str]) -> Sequence[str]:
        mapped[:] = [resolve(names, columns, name)]
        return mapped[0].names

    if isinstance(source, (str, os.PathLike)):
        document = Document(source, progress)
        name = document.name
        sheet, kind = detect(document).read(document, choose), "path"
    else:
        name = describe(source)
        sheet, kind = read_memory(source, choose)
    return build(sheet, mapped[0], tz, kind)
