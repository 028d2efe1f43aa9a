"""Libraries that one part of the package needs and the rest does not."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import InputError

_PACKAGES = {"sklearn": "scikit-learn", "recurring_ical_events": "recurring-ical-events"}


def needed(module: str, by: str, extra: str) -> Any:
    """A module of an extra of the package; InputError that says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        package = _PACKAGES.get(error.name, error.name)
        raise InputError(
            f"needs {package}, which is not installed", source=by, expected=f"pip install 'perdure[{extra}]'"
        ) from None
