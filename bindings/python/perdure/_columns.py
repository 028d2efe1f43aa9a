"""What callers pass as columns, as NumPy arrays; InputError names what is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import InputError

Column = npt.NDArray[np.float32]
NAMES_SHOWN = 8
"""Columns that an error lists."""


def as_array(values: Any, name: str) -> npt.NDArray[Any]:
    """Array of values; refuses nested lists of different lengths, and masked values."""
    if np.ma.is_masked(values):
        raise InputError("masked values", source=name, expected="a value in every row")
    try:
        return np.asarray(values)
    except ValueError:
        raise InputError("not a column", source=name, value=values, expected="one value a row") from None


def numbers(values: Any, name: str) -> npt.NDArray[Any]:
    """Array of whole or floating-point numbers."""
    column = as_array(values, name)
    if column.dtype.kind not in "fiu":
        raise InputError("wrong type", source=name, value=str(column.dtype), expected="numbers")
    return column


def grades(grade: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Column of grades as uint8; whether a uint8 is 1, 2, 3 or 4 is for the kernel to check."""
    column = as_array(grade, "grade")
    if column.dtype == np.uint8:
        return np.ascontiguousarray(column)
    if column.dtype.kind not in "iu" and column.size:
        raise InputError(
            "wrong type", source="grade", value=str(column.dtype), expected="whole numbers 1, 2, 3 or 4 (uint8)"
        )
    outside = np.flatnonzero((column < 1) | (column > 4))
    if outside.size:
        at = int(outside[0])
        raise InputError(f"grade[{at}] must be 1, 2, 3 or 4", source="perdure.batch", value=int(column.reshape(-1)[at]))
    return np.ascontiguousarray(column.astype(np.uint8))


def offsets(offsets: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Column of offsets as int64."""
    column = as_array(offsets, "offsets")
    if column.dtype.kind not in "iu" and column.size:
        raise InputError("wrong type", source="offsets", value=str(column.dtype), expected="whole numbers (int64)")
    if column.dtype.kind == "u" and column.size and column.max() > np.iinfo(np.int64).max:
        raise InputError("out of range", source="offsets", value=int(column.max()), expected="whole numbers (int64)")
    return _plain(column.astype(np.int64, copy=False))


def floats(values: npt.ArrayLike, name: str) -> Column:
    """Column of numbers as contiguous float32; borrowed where it is that already. What float32 cannot hold is inf."""
    with np.errstate(over="ignore"):
        return _plain(numbers(values, name).astype(np.float32, copy=False))


def writeable(column: Column, name: str) -> Column:
    """A caller's column to write results into."""
    fits = isinstance(column, np.ndarray) and column.dtype == np.float32 and column.ndim == 1
    if not fits or not column.flags.carray:
        found: object = column
        if isinstance(column, np.ndarray):
            faults = ["read-only"] * (not column.flags.writeable) + ["not contiguous"] * (not column.flags.c_contiguous)
            found = ", ".join([str(column.dtype), f"shape {column.shape}", *faults])
        expected = f"a contiguous, aligned, writeable float32 array for {name}"
        raise InputError("not a column to write into", source="out", value=found, expected=expected)
    return column


def spread(values: Any, rows: int, name: str) -> npt.NDArray[Any]:
    """Column of one value for each of ``rows``; one number stands for all."""
    column = as_array(values, name)
    if column.ndim == 1 and column.size != rows:
        raise InputError(f"{name} must have {rows} rows, got {column.size}", source="perdure.batch")
    return np.full(rows, column) if column.ndim == 0 else column


def tuple_of(names: Sequence[str]) -> str:
    """What a tuple of these columns is called in an error."""
    shown = names if len(names) <= NAMES_SHOWN else [*names[: NAMES_SHOWN - 1], "...", names[-1]]
    return f"a tuple of {len(names)}: {', '.join(shown)}"


def _plain(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Contiguous and aligned, copied where it is not."""
    return np.require(column, requirements=["C", "A"]) if column.ndim else column.reshape(1)
