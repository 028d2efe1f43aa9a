"""Wall clock times to UTC, by the compiled time layer (the same zones and rules as the rest of the package)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from zoneinfo import available_timezones

import numpy as np
import numpy.typing as npt

from ..errors import InputError

UNIQUE, GAP, OVERLAP = range(3)
"""A clock reading happens once; never (the clock jumped over it); twice (the first occurrence is taken)."""


def local_to_utc(zone: str, local_ms: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return (UTC ms, status) of wall clock times in ``zone``. An unknown zone is a ValueError."""
    from .. import _zones
    from .._core import time as core_time

    utc, status = core_time.local_to_utc(zone, np.ascontiguousarray(local_ms, dtype=np.int64), _zones.search_paths())
    return np.asarray(utc, dtype=np.int64), np.asarray(status, dtype=np.uint8)


def check_zone(zone: object) -> None:
    """Raise InputError when ``tz=`` names no time zone."""
    if not isinstance(zone, str):
        raise InputError("tz= is not text", value=zone, expected="an IANA name such as 'Europe/Paris'")
    try:
        if not zone.strip():
            raise ValueError("empty")
        local_to_utc(zone, np.zeros(0, np.int64))
    except ValueError as error:
        raise InputError(
            "tz= is an unknown time zone", value=zone, expected=f"an IANA name such as 'Europe/Paris'{nearest(zone)}"
        ) from error


def nearest(zone: str, names: Iterable[str] | None = None) -> str:
    """Return a hint with the known zone that looks most like ``zone``, or an empty text."""
    close = difflib.get_close_matches(zone, sorted(names if names is not None else available_timezones()), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
