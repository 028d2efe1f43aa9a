"""Fields of a report as they stand in a file: which must be there, and what each may hold."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from .errors import InputError

Fits = Callable[[object], bool]


def checked(values: Any, fits: Mapping[str, Fits], needed: set[str]) -> dict[str, Any]:
    """Fields of a report, lists as tuples; InputError names what is missing, unknown or does not fit."""
    if not isinstance(values, dict):
        raise InputError("not a report", source="report", value=values, expected="an object")
    for what, names in (("lacks", needed - set(values)), ("has the unknown key", set(values) - set(fits))):
        if names:
            raise InputError(f"{what} {', '.join(sorted(map(str, names)))}", source="report")
    for name, value in values.items():
        if not fits[name](value):
            raise InputError(f"{name} does not fit", source="report", value=value)
    return {name: _frozen(value) for name, value in values.items()}


def _frozen(value: Any) -> Any:
    """Lists as tuples, whatever they are in."""
    if isinstance(value, list | tuple):
        return tuple(_frozen(element) for element in value)
    return {name: _frozen(element) for name, element in value.items()} if isinstance(value, dict) else value


def is_number(value: object) -> bool:
    """A finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_count(value: object) -> bool:
    """A whole number from 0 on."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_text(value: object) -> bool:
    """Text."""
    return isinstance(value, str)


def is_number_or_none(value: object) -> bool:
    """A finite number, or None."""
    return value is None or is_number(value)


def is_interval_or_none(value: object) -> bool:
    """Two numbers in order, or None."""
    return value is None or (
        isinstance(value, list | tuple) and len(value) == 2 and all(map(is_number, value)) and value[0] <= value[1]
    )


def is_list_of(fits: Fits) -> Fits:
    """A list of what fits."""
    return lambda value: isinstance(value, list | tuple) and all(fits(element) for element in value)


def is_table_of(fits: Fits) -> Fits:
    """What fits, by name."""
    return lambda value: (
        isinstance(value, dict) and all(isinstance(name, str) and fits(element) for name, element in value.items())
    )
