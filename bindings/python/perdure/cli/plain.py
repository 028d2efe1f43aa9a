"""Results as plain Python: what `--json` prints."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]


def plain(value: Any) -> Any:
    """Return the same value out of dicts, lists, strings, finite numbers, booleans and None.

    Not-a-number becomes None, a date its ISO text.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if type(value).__name__ in ("NAType", "NaTType"):  # pandas' missing values, told apart without importing pandas
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return [plain(item) for item in value]


def records(frame: Any) -> list[Row]:
    """The rows of a pandas, Polars or Arrow frame as dicts."""
    import narwhals as nw

    return [plain(row) for row in nw.from_native(frame, eager_only=True).iter_rows(named=True)]


def to_json(value: Mapping[str, Any]) -> str:
    """One JSON object in ASCII, so that it prints on any terminal."""
    return json.dumps(plain(value), indent=2, allow_nan=False)
