"""Libraries that rivals need and the rest of the package does not."""

from __future__ import annotations

import importlib
from typing import Any

from ..errors import InputError


def needed(module: str, by: str) -> Any:
    """A module of the extra ``rivals``; InputError that says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        package = {"sklearn": "scikit-learn"}.get(error.name, error.name)
        raise InputError(
            f"needs {package}, which is not installed", source=by, expected="pip install 'perdure[rivals]'"
        ) from None
