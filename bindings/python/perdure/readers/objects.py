"""Columns of Python objects: each value as text, a list of texts, nothing, or refused with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa

from .json_lines import plain_text

EXPECTED = "text, a number, a time or a list of these"

_NOT_ONE_VALUE = "is not a value that can be read"
_NOT_UTF8 = "holds bytes that are not UTF-8"
_PLAIN = (str, bool, int, float, Decimal, UUID)

Refused = list[tuple[int, str, str]]
"""(position, reason, value as shown) of each value that has no text."""


class _RefusedError(Exception):
    """A value that has no text; the message is the reason."""


def as_arrow(column: Iterable[Any]) -> tuple[pa.Array, Refused]:
    """Return the values as text, or as lists of text where one of them is a list, and those that were refused.

    None, NaN, NaT, pandas' NA and a masked value are null. So are refused values.
    """
    cells: list[str | list[str] | None] = []
    refused: Refused = []
    for at, value in enumerate(column):
        try:
            cells.append(_cell(value))
        except _RefusedError as reason:
            cells.append(None)
            refused.append((at, str(reason), _shown(value)))
    if any(isinstance(cell, list) for cell in cells):
        lists = [[cell] if isinstance(cell, str) else cell for cell in cells]
        return pa.array(lists, pa.list_(pa.string())), refused
    return pa.array(cells, pa.string()), refused


def _cell(value: object) -> str | list[str] | None:
    if isinstance(value, np.ndarray) and value.ndim == 1 and not np.ma.isMaskedArray(value):
        value = list(value)
    if isinstance(value, (list, tuple)):
        return [text for text in map(_text, value) if text is not None]
    return _text(value)


def _text(value: object) -> str | None:
    """Return one value as the text that a CSV file would hold; raise _RefusedError where there is none."""
    if isinstance(value, np.ndarray) and value.ndim == 0 and value is not np.ma.masked:
        value = value[()]
    if _is_missing(value):
        return None
    if isinstance(value, np.datetime64):
        return str(np.datetime_as_string(value))
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bytes, bytearray)):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            raise _RefusedError(_NOT_UTF8) from None
    if isinstance(value, _PLAIN):
        return plain_text(value)
    raise _RefusedError(_NOT_ONE_VALUE)


def _is_missing(value: object) -> bool:
    """True for what stands for no value. Never compares: NA and arrays have no truth value, sNaN no comparison."""
    if value is None or value is pd.NA or value is pd.NaT or value is np.ma.masked:
        return True
    if isinstance(value, (float, np.floating)):
        return bool(np.isnan(value))
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, (np.datetime64, np.timedelta64)) and bool(np.isnat(value))


def _shown(value: object) -> str:
    """Return a value for the report: its repr, on one line."""
    text = " ".join(repr(value).split())
    return (text if len(text) <= 100 else text[:97] + "...").encode("utf-8", "backslashreplace").decode("utf-8")
