"""Parameters as a caller or a file gives them, checked against the catalog's table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _catalog
from ._columns import numbers
from .errors import InputError

Values = npt.NDArray[np.float64]


def start(given: Any, entry: dict[str, Any]) -> Values:
    """Parameters of a constructor: the defaults for None; InputError for what is no column of numbers within bounds."""
    if given is None:
        return _catalog.defaults(entry)
    if isinstance(given, str | Mapping):
        raise InputError("not numbers in order", source="parameters", value=given, expected=_in_order(entry))
    values = np.ascontiguousarray(numbers(given, "parameters").astype(np.float64))
    check(values, entry)
    return values


def check(values: Values, entry: dict[str, Any]) -> None:
    """Refuse a wrong number of parameters or one out of its bounds, by name."""
    specs = entry["parameters"]
    if values.shape != (len(specs),):
        found = f"{values.size} numbers" if values.ndim == 1 else f"shape {values.shape}"
        raise InputError("wrong number of parameters", source="parameters", value=found, expected=_in_order(entry))
    for value, spec in zip(values.tolist(), specs, strict=True):
        if not spec["lower"] <= value <= spec["upper"]:
            expected = f"a number in [{spec['lower']:g}, {spec['upper']:g}]"
            raise InputError("out of bounds", source="parameters", column=spec["name"], value=value, expected=expected)


def _in_order(entry: dict[str, Any]) -> str:
    names = [spec["name"] for spec in entry["parameters"]]
    return f"the {len(names)} numbers of {entry['id']}: {', '.join(names)}"
