"""Sources in memory: pandas, Polars, anything with ``__arrow_c_stream__``, a mapping of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from ..errors import InputError
from ..report import Findings
from . import objects
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
        if nw.dependencies.is_polars_dataframe(source):
            return _sheet(list(source.columns), source.to_series, source.height, name, choose), "polars"
        table = _from_stream(source)
        return _sheet(list(table.column_names), table.column, table.num_rows, name, choose), "arrow"
    raise InputError("the source has a type that cannot be read", value=type(source).__name__, expected=_ACCEPTED)


def _from_polars(series: Any, source: str, name: str) -> pa.Array:
    """Return a Polars series as Arrow with plain text: older pyarrow knows no text views."""
    import polars

    if series.dtype == polars.Object:
        return None
    try:
        return series.to_arrow(compat_level=polars.CompatLevel.oldest())
    except (pa.ArrowException, polars.exceptions.PolarsError, TypeError, ValueError) as error:
        raise InputError(
            f"values of the Polars type {series.dtype} cannot be read",
            source=source,
            column=name,
            expected="text, numbers or times",
        ) from error


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
        if not _is_column(column):
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


def _is_column(column: Any) -> bool:
    if isinstance(column, (str, bytes, bytearray, Mapping, Set)) or not hasattr(column, "__len__"):
        return False
    # A list has one dimension whatever it holds: the skills of an item can be a list.
    return bool(getattr(column, "ndim", 1) == 1)


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
    findings = Findings(source=source, row_word="row", rows=rows, in_memory=True)
    keep = np.ones(rows, dtype=bool)
    arrays = []
    for name in chosen:
        array, refused = _to_arrow(column(names.index(name)), source, name)
        arrays.append(array)
        for reason in dict.fromkeys(why for _, why, _ in refused):
            found = [(at, value) for at, why, value in refused if why == reason]
            at = [position for position, _ in found]
            values = [value for _, value in found]
            findings.add("rejected", reason, at, column=name, values=values, expected=objects.EXPECTED)
            keep[at] = False
    table = pa.Table.from_arrays(arrays, names=chosen)
    return Sheet(table if keep.all() else table.filter(pa.array(keep)), np.flatnonzero(keep), findings)


def _to_arrow(column: Any, source: str, name: str) -> tuple[pa.Array | pa.ChunkedArray, objects.Refused]:
    """Return a column as Arrow. A column of Python objects that mixes types, or of Python times, becomes text."""
    if isinstance(column, (pa.Array, pa.ChunkedArray)):
        return column, []
    try:
        if nw.dependencies.is_polars_series(column):
            # Arrow would get the addresses of Python objects.
            array = None if str(column.dtype).startswith("Object") else _from_polars(column, source, name)
        elif hasattr(column, "__arrow_c_stream__") and not nw.dependencies.is_pandas_series(column):
            return pa.chunked_array(column), []
        else:
            array = pa.array(column, from_pandas=True)
    except InputError:
        raise
    except (pa.ArrowException, TypeError, ValueError, ArithmeticError):
        array = None
    is_list = isinstance(column, (list, tuple)) or str(getattr(column, "dtype", "")) == "object"
    # Arrow gives a list of times one zone and takes naive ones for UTC. As text each keeps the offset that it has.
    if array is None or (is_list and pa.types.is_timestamp(array.type)):
        try:
            return objects.as_arrow(column)
        except TypeError as error:
            raise InputError(
                "is not a column", source=source, column=name, value=column, expected="a one-dimensional array or list"
            ) from error
    return array, []
