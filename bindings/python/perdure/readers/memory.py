"""Sources in memory: pandas, Polars, anything with ``__arrow_c_stream__``, a mapping of arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from ..errors import InputError
from ..report import Findings
from .json_lines import plain_text
from .raw import Choose, Sheet

_ACCEPTED = "a path, a pandas or Polars frame, an object with __arrow_c_stream__ or a dict of arrays"


def describe(source: Any) -> str:
    """Return the name of a source in memory, for messages."""
    if isinstance(source, Mapping):
        return "dict"
    library = type(source).__module__.partition(".")[0]
    name = type(source).__name__
    return f"{library} {name}" if library in ("pandas", "polars", "pyarrow") else name


def read_memory(source: Any, choose: Choose) -> tuple[Sheet, str]:
    """Return the chosen columns of ``source`` and its kind: pandas, polars, arrow or dict."""
    name = describe(source)
    if isinstance(source, (nw.DataFrame, nw.LazyFrame)):
        source = source.to_native()
    if nw.dependencies.is_polars_lazyframe(source):
        raise InputError("the source is a lazy frame", value=type(source).__name__, expected="its .collect()")
    if nw.dependencies.is_pandas_dataframe(source):
        names = [str(column) for column in source.columns]
        return _sheet(names, lambda i: source.iloc[:, i], len(source), name, choose), "pandas"
    if isinstance(source, Mapping):
        names = [str(column) for column in source]
        columns = list(source.values())
        return _sheet(names, lambda i: columns[i], _same_length(names, columns), name, choose), "dict"
    if hasattr(source, "__arrow_c_stream__"):
        polars = nw.dependencies.is_polars_dataframe(source)
        table = _from_polars(source) if polars else _from_stream(source)
        sheet = _sheet(list(table.column_names), table.column, table.num_rows, name, choose)
        return sheet, "polars" if polars else "arrow"
    raise InputError("the source has a type that cannot be read", value=type(source).__name__, expected=_ACCEPTED)


def _from_polars(source: Any) -> pa.Table:
    """Return a Polars frame as Arrow with plain text columns: older pyarrow knows no text views."""
    import polars

    return source.to_arrow(compat_level=polars.CompatLevel.oldest())


def _from_stream(source: Any) -> pa.Table:
    try:
        return pa.RecordBatchReader.from_stream(source).read_all()
    except (pa.ArrowException, TypeError) as error:
        raise InputError(
            f"the Arrow stream of {type(source).__name__} holds no table of columns ({error})", expected=_ACCEPTED
        ) from error


def _same_length(names: Sequence[str], columns: Sequence[Any]) -> int:
    lengths = []
    for name, column in zip(names, columns, strict=True):
        if isinstance(column, (str, bytes)) or not hasattr(column, "__len__") or np.ndim(column) != 1:
            raise InputError(
                "is not a column", source="dict", column=name, value=column, expected="a one-dimensional array or list"
            )
        lengths.append(len(column))
    for name, length in zip(names, lengths, strict=True):
        if length != lengths[0]:
            raise InputError(
                f"has {length} values",
                source="dict",
                column=name,
                expected=f"{lengths[0]} values, as many as column {names[0]!r}",
            )
    return lengths[0] if lengths else 0


def _sheet(names: list[str], column: Callable[[int], Any], rows: int, source: str, choose: Choose) -> Sheet:
    chosen = list(choose(names))
    for name in chosen:
        if names.count(name) > 1:
            raise InputError(
                f"has column {name!r} {names.count(name)} times",
                source=source,
                column=name,
                expected="one column of that name",
            )
    if rows == 0:
        raise InputError("has no rows", source=source, expected="at least one row of answers")
    arrays = [_to_arrow(column(names.index(name)), source, name) for name in chosen]
    findings = Findings(source=source, row_word="row", rows=rows)
    return Sheet(pa.Table.from_arrays(arrays, names=chosen), np.arange(rows, dtype=np.int64), findings)


def _to_arrow(column: Any, source: str, name: str) -> pa.Array | pa.ChunkedArray:
    """Return a column as Arrow. A column of Python objects that mixes types, or of Python times, becomes text."""
    if isinstance(column, (pa.Array, pa.ChunkedArray)):
        return column
    try:
        if hasattr(column, "__arrow_c_stream__") and not nw.dependencies.is_pandas_series(column):
            return pa.chunked_array(column)
        array = pa.array(column, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        array = None
    objects = isinstance(column, (list, tuple)) or str(getattr(column, "dtype", "")) == "object"
    # Arrow gives a list of times one zone and takes naive ones for UTC. As text each keeps the offset that it has.
    if array is None or (objects and pa.types.is_timestamp(array.type)):
        return pa.array([_cell(value) for value in column], pa.string())
    return array


def _cell(value: object) -> str | None:
    if value is None or value != value:  # NaN and NaT differ from themselves
        return None
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, np.generic):
        return plain_text(value.item())
    return plain_text(value)
