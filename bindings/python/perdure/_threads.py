"""How many threads a call uses."""

from __future__ import annotations

import operator
import os

from .errors import InputError

MOST = 1024


def resolve(threads: int | None) -> int:
    """Return the number of threads: the argument, else ``PERDURE_THREADS``, else the processors this process may use.

    Results never depend on it.
    """
    if threads is not None:
        return _checked(threads, "threads")
    named = os.environ.get("PERDURE_THREADS")
    if named:
        return _checked(named, "PERDURE_THREADS")
    return max(1, min(MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))


def _checked(value: int | str, source: str) -> int:
    try:
        number = int(value) if isinstance(value, str) else operator.index(value)
    except (TypeError, ValueError):
        number = 0
    if not 1 <= number <= MOST:
        raise InputError(
            "not a number of threads", source=source, value=value, expected=f"a whole number from 1 to {MOST}"
        )
    return number
