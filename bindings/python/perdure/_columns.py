"""What callers pass as columns, as NumPy arrays; InputError names what is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import InputError


def as_array(values: Any, name: str) -> npt.NDArray[Any]:
    """Array of values; refuses nested lists of different lengths."""
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
