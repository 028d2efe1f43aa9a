"""Parameters of the cohort model: what ships, and what a caller gives in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from .errors import InputError
from .estimator import Values

SPECS: list[dict[str, Any]] = _core.cohort.parameters()
DEFAULTS: Values = np.array([spec["init"] for spec in SPECS])


def start_of(given: Mapping[str, float] | npt.ArrayLike | None) -> Values:
    """All parameters, from what the constructor was given; InputError where one does not fit."""
    if given is None:
        return DEFAULTS.copy()
    names = [spec["name"] for spec in SPECS]
    if isinstance(given, Mapping):
        values = dict(zip(names, DEFAULTS.tolist(), strict=True))
        for name, value in given.items():
            if name not in values:
                raise InputError("unknown parameter", source="parameters", value=name, expected=", ".join(names))
            values[name] = value
        given = list(values.values())
    try:
        found = np.array(given, np.float64)
    except (TypeError, ValueError):
        raise InputError("not numbers", source="parameters", expected=f"{len(names)} numbers") from None
    if found.shape != (len(names),):
        raise InputError(
            "not one value a parameter", source="parameters", value=found.shape, expected=f"({len(names)},)"
        )
    for spec, value in zip(SPECS, found.tolist(), strict=True):
        if not spec["lower"] <= value <= spec["upper"]:
            expected = f"a number in [{spec['lower']:g}, {spec['upper']:g}]"
            raise InputError("out of bounds", source="parameters", column=spec["name"], value=value, expected=expected)
    return found
