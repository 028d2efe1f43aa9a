"""What ships: models, their profiles, parameters and state columns, as the compiled catalog lists them."""

from __future__ import annotations

import difflib
import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from .errors import InputError


@functools.cache
def entries() -> tuple[dict[str, Any], ...]:
    """One dict per model and profile: id, profile, elapsed_rule, parameters, state, waivers, trainable, history_cap."""
    return tuple(_core.models.catalog())


def catalog() -> list[str]:
    """Ids of the memory models that ship.

    >>> {"fsrs6", "half-life"} <= set(catalog())
    True
    """
    return list(dict.fromkeys(entry["id"] for entry in entries()))


def find(model: str, profile: str) -> dict[str, Any]:
    """Entry of a model and profile; ``_`` may stand for ``-`` in an id. InputError names the nearest otherwise."""
    model = model.replace("_", "-") if isinstance(model, str) else model
    for entry in entries():
        if entry["id"] == model and entry["profile"] == profile:
            return entry
    if model not in catalog():
        raise InputError("unknown model", source="model", value=model, expected=_choices(model, catalog()))
    profiles = [entry["profile"] for entry in entries() if entry["id"] == model]
    raise InputError(
        f"unknown profile of {model}", source="profile", value=profile, expected=_choices(profile, profiles)
    )


def defaults(entry: dict[str, Any]) -> npt.NDArray[np.float64]:
    """Default parameters of an entry, in spec order."""
    return np.array([spec["init"] for spec in entry["parameters"]], dtype=np.float64)


def _choices(given: object, known: list[str]) -> str:
    near = difflib.get_close_matches(str(given), known, n=1)
    return ", ".join(known) + (f"; did you mean {near[0]}?" if near else "")
