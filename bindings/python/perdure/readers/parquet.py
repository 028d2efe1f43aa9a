"""Parquet files."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from ..errors import InputError
from ..report import Findings
from .document import Document
from .raw import Choose, Sheet

_MAGIC = b"PAR1"


class Parquet:
    """Reader of Parquet; rows are numbered by 0-based position, as in a frame."""

    id = "parquet"
    extensions: tuple[str, ...] = (".parquet", ".pq")

    def sniff(self, document: Document) -> bool:
        """True when the file starts with Parquet's four letters."""
        return document.head.startswith(_MAGIC)

    def read(self, document: Document, choose: Choose) -> Sheet:
        """Read the chosen columns. A file that ends early or is damaged is refused as a whole."""
        content = document.content()
        if not content:
            raise InputError("is empty", source=document.name, expected="a Parquet file")
        try:
            file = pyarrow.parquet.ParquetFile(pa.BufferReader(pa.py_buffer(content)))
            names = [str(name) for name in file.schema_arrow.names]
            chosen = list(choose(names))
            if len(set(names)) < len(names) and any(names.count(name) > 1 for name in chosen):
                twice = next(name for name in chosen if names.count(name) > 1)
                raise InputError(
                    f"names column {twice!r} more than once",
                    source=document.name,
                    column=twice,
                    expected="one column of that name",
                )
            table = file.read(columns=chosen).select(chosen)
            table.validate(full=True)
        except (pa.ArrowException, OSError, ValueError, KeyError, RecursionError, MemoryError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                "is not a readable Parquet file", source=document.name, expected="a complete Parquet file"
            ) from error
        if table.num_rows == 0:
            raise InputError("has columns and no rows", source=document.name, expected="at least one row of answers")
        findings = Findings(source=document.name, row_word="row", rows=table.num_rows)
        return Sheet(table, np.arange(table.num_rows, dtype=np.int64), findings)
