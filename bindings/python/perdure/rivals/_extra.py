"""Libraries that rivals need and the rest of the package does not."""

from __future__ import annotations

from typing import Any

from .._optional import needed as _needed


def needed(module: str, by: str) -> Any:
    """A module of the extra ``rivals``; InputError that says how to install it."""
    return _needed(module, by, extra="rivals")
