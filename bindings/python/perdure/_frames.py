"""Tables in the kind that the caller works with: pandas, Polars or Arrow."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def to_kind(table: pa.Table, kind: str) -> Any:
    """Return ``table`` as Polars or Arrow when ``kind`` says so, as pandas otherwise.

    Text comes as Python strings in object columns, times as time-zone-aware timestamps, whole numbers with gaps as
    ``Int64``.
    """
    if kind == "arrow":
        return table
    if kind == "polars":
        import polars

        return polars.from_arrow(table)
    return table.to_pandas(types_mapper=_with_gaps(table).get)


def _with_gaps(table: pa.Table) -> dict[pa.DataType, Any]:
    import pandas

    gaps = any(
        pa.types.is_int64(table.schema.field(i).type) and table.column(i).null_count for i in range(table.num_columns)
    )
    return {pa.int64(): pandas.Int64Dtype()} if gaps else {}
